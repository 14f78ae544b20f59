"""A further assistant: adds what the rules say beyond the answer that has been given."""

from collections.abc import Sequence

from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    in_language,
    in_role,
    keeps_words,
    no_longer_than,
    not_repeating,
    only_figures,
    whole,
)
from trialogue.agents.companion import usual
from trialogue.agents.consulting import Library
from trialogue.agents.figures import figures, totals
from trialogue.agents.focus import sentences
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Action, Participant, Scenario, Turn

_TOLD, _RETOLD = 0.7, 0.6
"""The share of a rule's longer words that tells it: in an answer, and in a remark on it."""
_LONGEST = 200


async def added_remark(
    writer: Writer,
    scenario: Scenario,
    person: Participant,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    library: Library,
) -> Turn:
    """One sentence on top of the answer just given, from the rules that it rests on.

    It tells the sentence nearest to the question that no assistant has told yet, word for word
    where no draft can be used. Where everything is told there is nothing to add, and it says so.
    """
    rule = await _untold(library, turns)
    if rule is None:
        return Turn(speaker="assistant", text=usual(writer, "nothing", turns))
    try:
        draft = await _remark(writer, scenario, person, trajectory, turns, rule)
    except DialogueFailed:
        gap = "" if scenario.language == "zh" else " "
        draft = Draft(f"{usual(writer, 'note', turns)}{gap}{rule}", rewrites=writer.drafts)
    source = library.passages[0].source
    return Turn(speaker="assistant", text=draft.text, sources=(source,), rewrites=draft.rewrites)


def _round(turns: Sequence[Turn]) -> tuple[str, str]:
    """What was asked last, and what has been answered to it."""
    opened = max(i for i, turn in enumerate(turns) if turn.speaker == "user")
    return turns[opened].text, " ".join(turn.text for turn in turns[opened + 1 :])


async def _untold(library: Library, turns: Sequence[Turn]) -> str | None:
    """The sentence of the best passage nearest to the question, of those not told yet."""
    if not library.passages:
        return None
    answers = [turn.text for turn in turns if turn.speaker == "assistant"]
    found = sentences(library.passages[0].text)
    new = [s for s in found if len(s) <= _LONGEST and not any(_told(s, a) for a in answers)]
    return new[(await library.nearest(_round(turns)[0], new, 1))[0]] if new else None


async def _remark(
    writer: Writer,
    scenario: Scenario,
    person: Participant,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    rule: str,
) -> Draft:
    asked, answered = _round(turns)
    return await writer.line(
        "assistant",
        "remark",
        {
            "who": fenced(person.description),
            "asked": fenced(asked),
            "answered": fenced(answered),
            "rule": fenced(rule),
        },
        path=("remark", len(turns)),
        checks=(
            whole,
            in_language(scenario.language),
            in_role(scenario.language, "assistant"),
            only_figures(figures(f"{asked} {answered} {rule}"), totals(trajectory)),
            asks_nothing,
            not_repeating([answered], 0.5),
            keeps_words(f"{rule} {asked} {scenario.description}", 0.6),
            _tells(rule),
            no_longer_than(220, fatal=True),
        ),
        temperature=0.3,
        max_tokens=80,
    )


def _told(rule: str, text: str, share: float = _TOLD) -> bool:
    return figures(rule) <= figures(text) and keeps_words(text, share)(rule) is None


def _tells(rule: str) -> Check:
    """The line leaves out no figure of the rule, and few of its words."""

    def check(text: str) -> Fault | None:
        return None if _told(rule, text, _RETOLD) else Fault("leaves out what the rule says")

    return check
