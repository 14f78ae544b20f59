"""Words for planned tasks: the model says what a user would say, a program sees that it is it."""

import re
from collections.abc import Sequence

from trialogue.agents.checks import (
    Check,
    Fault,
    in_language,
    in_role,
    no_longer_than,
    only_figures,
    whole,
)
from trialogue.agents.figures import figures
from trialogue.agents.tool_makers import plans
from trialogue.agents.tool_plans import Goal, Plan
from trialogue.agents.tool_writer import ROLE, Told
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import DialogueFailed, ModelError
from trialogue.records import Language, Table, ToolTask
from trialogue.tools.database_outline import Outline

_PLANS = 4
_LONGEST = 280


async def make_tasks(
    writer: Writer, outline: Outline, tables: tuple[Table, ...], wanted: int, told: Told
) -> tuple[ToolTask, ...]:
    """Up to `wanted` tasks; a number for which no plan could be worded is left out.

    Raises ModelError if not one could be worded.
    """
    made: list[ToolTask] = []
    taken: set[str] = set()
    for number in range(wanted):
        told(f"task {number + 1} of {wanted}")
        task = await _task(writer, outline, tables, number, taken)
        if task is not None:
            made.append(task)
    if wanted and not made:
        raise ModelError(
            f"none of {wanted} tasks could be worded; choose a larger model or another --seed"
        )
    return tuple(made)


async def _task(
    writer: Writer, outline: Outline, tables: tuple[Table, ...], number: int, taken: set[str]
) -> ToolTask | None:
    left = _PLANS
    for plan in plans(outline, tables, writer.seed, number):
        if plan.goal.wanted in taken or not left:
            continue
        left -= 1
        text = await _request(writer, plan, number, left)
        if text is not None:
            taken.add(plan.goal.wanted)
            return ToolTask(
                id=f"task_{number + 1}",
                text=text,
                difficulty=plan.difficulty,
                tools=tuple(dict.fromkeys(step.tool for step in plan.steps)),
                rubric=plan.rubric,
            )
    return None


async def _request(writer: Writer, plan: Plan, number: int, left: int) -> str | None:
    try:
        draft = await writer.line(
            ROLE,
            "tool_tasks",
            {"wanted": fenced(plan.goal.wanted)},
            path=("task", number, left),
            checks=request_checks(plan.goal, writer.language),
            temperature=0.4,
            max_tokens=120,
        )
    except DialogueFailed:
        return None
    return draft.text


def request_checks(goal: Goal, language: Language) -> tuple[Check, ...]:
    """What a request must be: in the language, with all that is given, without the answer."""
    return (
        whole,
        _apart_from(goal.kept, in_language(language)),
        in_role(language, "user"),
        no_longer_than(_LONGEST, fatal=True),
        only_figures(figures(goal.wanted), set()),
        _keeps(goal.kept),
        _hides(goal.hidden),
        *(_speaks_of(label, language) for label in goal.about),
    )


def _apart_from(kept: Sequence[str], check: Check) -> Check:
    """The check, on the text without what has to be in it as it is."""

    def without(text: str) -> Fault | None:
        for part in kept:
            text = text.replace(part, "")
        return check(text)

    return without


def _keeps(kept: Sequence[str]) -> Check:
    def check(text: str) -> Fault | None:
        lacking = [part for part in kept if part not in text]
        return Fault(f"leaves out {', '.join(lacking)}") if lacking else None

    return check


def _hides(hidden: Sequence[str]) -> Check:
    def check(text: str) -> Fault | None:
        given = [part for part in hidden if part.casefold() in text.casefold()]
        return Fault(f"gives away {', '.join(given)}") if given else None

    return check


def _speaks_of(label: str, language: Language) -> Check:
    """Some word of what is asked for is there."""
    words = re.findall(r"[\u3400-\u9fff]" if language == "zh" else r"[a-z0-9]{2,}", label.lower())

    def check(text: str) -> Fault | None:
        there = any(word[:5] in text.lower() for word in words)
        return None if there or not words else Fault(f"does not speak of {label}")

    return check
