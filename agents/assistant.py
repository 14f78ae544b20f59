"""The assistant agent G (eq. 4): finds the rule, compares figures by calculator, answers."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, create_model

from trialogue.agents.checks import (
    asks_nothing,
    in_language,
    in_role,
    names_one_of,
    no_longer_than,
    not_repeating,
    only_figures,
    whole,
)
from trialogue.agents.figures import figures, totals
from trialogue.agents.focus import Comparison, compare, focus, on_excess
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Action, Passage, Scenario, ToolCall, Turn

_NONE = {"en": "none", "zh": "无"}
_SILENT = {"en": "The rules say nothing about this.", "zh": "规定没有提到这一点。"}


class Finding(NamedTuple):
    """What an answer rests on: sentences of the rules, a comparison, the calls that made it."""

    rule: tuple[str, ...]
    comparison: Comparison | None = None
    compared: str = ""
    calls: tuple[ToolCall, ...] = ()


async def assistant_turn(
    writer: Writer,
    scenario: Scenario,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    passages: Sequence[Passage],
    beside: Sequence[Passage],
    toolbox: Toolbox,
) -> Turn:
    """The answer to the last turn, from the retrieved `passages`.

    `beside` are further passages of the same documents, whose tables may be needed to read a
    row. Raises DialogueFailed if no draft can be used.
    """
    asked = turns[-1].text
    finding = await find(writer, scenario, asked, passages, beside, toolbox, len(turns))
    known = figures(" ".join([*finding.rule, finding.compared, *(t.text for t in turns)]))
    decisive = finding.comparison.rule.value.normalize() if finding.comparison else None
    draft = await writer.line(
        "assistant",
        "answer",
        {
            "who": fenced(scenario.roles.assistant.description),
            "record": "",
            "rules": fenced(" ".join(finding.rule) or _SILENT[scenario.language]),
            "compared": finding.compared or _NONE[scenario.language],
            "asked": fenced(asked),
        },
        examples=[example.model_dump() for example in scenario.examples],
        path=("answer", len(turns)),
        checks=(
            whole,
            in_language(scenario.language),
            in_role(scenario.language, "assistant"),
            only_figures(known, totals(trajectory)),
            names_one_of({decisive} if decisive is not None else set()),
            asks_nothing,
            not_repeating([t.text for t in turns if t.speaker == "assistant"], 0.7),
            not_repeating([asked], 0.7),
            no_longer_than(320),
        ),
        temperature=0.3,
    )
    return Turn(
        speaker="assistant",
        text=draft.text,
        tool_calls=finding.calls,
        sources=tuple(passage.source for passage in passages[:1]),
        rewrites=draft.rewrites,
    )


async def find(
    writer: Writer,
    scenario: Scenario,
    asked: str,
    passages: Sequence[Passage],
    beside: Sequence[Passage],
    toolbox: Toolbox,
    place: int,
) -> Finding:
    """The sentences of the best passage that decide the case, and a comparison of figures."""
    if not passages:
        return Finding(())
    best = passages[0]
    rows, said = focus(best, beside, asked)
    picked = await _pick(writer, said, asked, place)
    after = said[picked + 1 : picked + 2] if not rows else []
    rule = (*rows[:3], *said[picked : picked + 1], *after)
    comparison = compare(asked, rule)
    if comparison is not None and comparison.case.value > comparison.rule.value:
        excess = on_excess(said, scenario.language)
        rule = tuple(dict.fromkeys((*rule, excess))) if excess else rule
    if comparison is None or "calculator" not in toolbox:
        return Finding(rule)
    call = await toolbox.call("calculator", {"expression": comparison.expression})
    return Finding(rule, comparison, comparison.told(call.result, scenario.language), (call,))


async def _pick(writer: Writer, numbered: Sequence[str], asked: str, place: int) -> int:
    """The index of the sentence that decides; the first if the model does not say."""
    if len(numbered) < 3:
        return 0
    listed = "\n".join(f"{n}. {fenced(text)}" for n, text in enumerate(numbered, start=1))
    numbers = Literal[tuple(range(1, len(numbered) + 1))]  # type: ignore[valid-type]
    schema: type[BaseModel] = create_model(
        "Pick", __config__=ConfigDict(extra="forbid"), sentence=(numbers, ...)
    )
    try:
        answer = await writer.choice(
            "assistant",
            "consult",
            {"rule": listed, "case": fenced(asked)},
            schema,
            path=("consult", place),
            max_tokens=20,
        )
    except AnswerError:
        return 0
    return int(answer.model_dump()["sentence"]) - 1
