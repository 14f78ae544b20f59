"""The user agent F as it lives through its story (eq. 2): act, observe, review."""

from collections.abc import Sequence

from trialogue.agents.checks import (
    carries,
    in_language,
    not_repeating,
    only_figures,
    whole,
    without_name,
)
from trialogue.agents.figures import figures, ledger
from trialogue.agents.story import Point
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError, DialogueFailed
from trialogue.records import Action, Scenario, ToolCall

_SEEN = 300


async def act(
    writer: Writer,
    scenario: Scenario,
    point: Point,
    index: int,
    recalled: Sequence[str],
    toolbox: Toolbox,
) -> tuple[ToolCall, ...]:
    """Decide whether to look something up, and do it: at most one tool call.

    A model that gives no usable decision looks nothing up.
    """
    if not toolbox:
        return ()
    try:
        answer = await writer.choice(
            "user",
            "act",
            {
                "who": fenced(scenario.roles.user.description),
                "tools": toolbox.described,
                "memory": fenced(" ".join(recalled)),
                "next": fenced(point.note),
            },
            toolbox.schema,
            path=("act", index),
        )
    except AnswerError:
        return ()
    call = await toolbox.carry_out(answer, writer, ("act", index))
    return (call,) if call else ()


async def observe(
    writer: Writer, name: str, point: Point, index: int, earlier: Sequence[Action]
) -> str:
    """The diary line of the point, with its date and every one of its figures.

    Raises DialogueFailed if no draft carries them.
    """
    values = [fact.value for fact in point.facts]
    draft = await writer.line(
        "user",
        "line",
        {"note": fenced(point.note)},
        path=("line", index),
        checks=(
            whole,
            in_language(writer.language),
            carries(values, writer.language),
            only_figures(figures(point.note), set()),
            not_repeating([action.action for action in earlier], 0.8),
            without_name(name),
        ),
        temperature=0.3,
    )
    return draft.text


def review(action: Action, problem: str, earlier: Sequence[Action]) -> Action:
    """Check the action against the ledger and merge it into memory (METHOD §1.3).

    What it remembers of action i is what happened, what was looked up, and what it wants to know.
    Raises DialogueFailed if the action contradicts an earlier one.
    """
    known = {(fact.name, fact.when): fact.value for fact in ledger(earlier)}
    for fact in action.facts:
        before = known.get((fact.name, fact.when), fact.value)
        if before != fact.value:
            raise DialogueFailed(
                f"user (review): {fact.name} on {fact.when} is {fact.value}, but was {before}"
            )
    seen = " ".join(call.result[:_SEEN] for call in action.tool_calls)
    memory = " ".join(part for part in (action.action, seen, problem) if part)
    return action.model_copy(update={"memory": memory})
