"""A task for made tools before it is worded: what is wanted, its solution, its rubric."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from trialogue.records import Language, RubricLine
from trialogue.records.toolset import Difficulty
from trialogue.tools.database_outline import Attribute
from trialogue.tools.database_phrases import phrase

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A call and the rows that it gives."""

    tool: str
    arguments: Mapping[str, Any]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Goal:
    """What a user wants, in words for a model.

    A request must carry every text of `kept`, speak of each of `about`, and give away nothing
    of `hidden`.
    """

    wanted: str
    kept: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """A goal, the steps that reach it, and what a solution is judged by."""

    difficulty: Difficulty
    goal: Goal
    steps: tuple[Step, ...]
    rubric: tuple[RubricLine, ...]


def shown(value: Any, attribute: Attribute | None, language: Language) -> str:
    """A value as people write it; with its unit where an attribute is given."""
    if isinstance(value, bool):
        return phrase(language)("true" if value else "false")
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    if attribute is None or not attribute.unit:
        return text
    return f"{text}{attribute.unit}" if language == "zh" else f"{text} {attribute.unit}"


def rubric(steps: Sequence[Step], outcomes: Sequence[str], language: Language) -> list[RubricLine]:
    """Critical: the calls and the outcomes; structural: their order; not critical: the tone."""
    said = phrase(language)
    calls = [
        RubricLine(
            text=said(
                "called",
                tool=step.tool,
                arguments=json.dumps(dict(step.arguments), ensure_ascii=False),
            ),
            tool=step.tool,
        )
        for step in steps
    ]
    order = [
        RubricLine(
            text=said("before", first=one.tool, second=two.tool),
            weight="structural",
            tool=two.tool,
        )
        for one, two in pairwise(steps)
    ]
    ends = [RubricLine(text=outcome) for outcome in outcomes]
    return [*calls, *ends, *order, RubricLine(text=said("tone"), weight="non_critical")]
