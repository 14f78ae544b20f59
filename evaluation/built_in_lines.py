"""The lines that every dialogue is checked for, decided by code (METHOD §3)."""

from collections.abc import Mapping

from trialogue.evaluation.evidence import Finding
from trialogue.evaluation.grounding import Loose, loose_figures, taken_over
from trialogue.evaluation.tool_errors import papered_over
from trialogue.evaluation.tool_use import does_the_same
from trialogue.evaluation.turn_order import out_of_order
from trialogue.records import Dialogue, RubricLine, Toolset

SETTLED = RubricLine(text="every subtask of the goal is settled")
GROUNDED = RubricLine(text="every figure of the assistant is given by a tool, a rule or the user")
SURFACED = RubricLine(text="every failed tool call is told to the user")
SPOKEN = RubricLine(text="every turn says something")
ORDERED = RubricLine(text="the speakers take turns", weight="structural")
_REASONS = 3


def built_in(
    dialogue: Dialogue, knowledge: Mapping[str, str], toolset: Toolset | None
) -> list[tuple[RubricLine, Finding]]:
    """Each line with what was found; `knowledge` is text by source address."""
    return [
        (SETTLED, _settled(dialogue)),
        (GROUNDED, _grounded(dialogue, knowledge)),
        (SURFACED, _surfaced(dialogue, toolset)),
        (SPOKEN, _spoken(dialogue)),
        (ORDERED, _passed(out_of_order(dialogue.turns))),
    ]


def _settled(dialogue: Dialogue) -> Finding:
    open_ones = [part.text for part in dialogue.goal if not part.settled]
    if open_ones or dialogue.goal:
        return _passed(f"open: {'; '.join(open_ones[:_REASONS])}" if open_ones else None)
    if dialogue.stop_reason == "goal_reached":
        return Finding(True, "")
    if dialogue.stop_reason == "max_rounds":
        return Finding(False, "the rounds ended before the story did")
    return Finding(None, "the record has no goal")


def _grounded(dialogue: Dialogue, knowledge: Mapping[str, str]) -> Finding:
    loose = loose_figures(dialogue, knowledge)
    certain = [one for one in loose if not one.unseen]
    if certain:
        told = [_told(one) for one in certain[:_REASONS]]
        return Finding(False, f"from nowhere: {'; '.join(told)}")
    if loose:
        return Finding(None, f"the text of {loose[0].unseen[0]} is not at hand")
    return Finding(True, "")


def _told(loose: Loose) -> str:
    return f"turn {loose.turn + 1}: {', '.join(format(value, 'f') for value in loose.figures)}"


def _surfaced(dialogue: Dialogue, toolset: Toolset | None) -> Finding:
    def same(tool: str, other: str) -> bool:
        return does_the_same(tool, other, toolset)

    for place, turn in enumerate(dialogue.turns):
        fault = papered_over(turn, dialogue.scenario.language, same)
        if turn.speaker == "assistant" and fault and place >= taken_over(dialogue):
            return Finding(False, f"turn {place + 1} {fault}")
    return Finding(True, "")


def _spoken(dialogue: Dialogue) -> Finding:
    silent = [n for n, turn in enumerate(dialogue.turns, start=1) if not turn.text.strip()]
    if silent or not dialogue.turns:
        return Finding(False, f"turn {silent[0]} is empty" if silent else "there are no turns")
    return Finding(True, "")


def _passed(fault: str | None) -> Finding:
    return Finding(fault is None, fault or "")
