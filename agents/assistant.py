"""The assistant agent G (eq. 4): finds the rule, compares figures by calculator, answers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, create_model

from trialogue.agents.checks import (
    agrees_with,
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
from trialogue.agents.focus import Comparison, compare, focus, on_excess, sentences
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Action, Passage, Scenario, ToolCall, Turn
from trialogue.tools.documents import quoted

_NONE = {"en": "none", "zh": "无"}
_SILENT = {"en": "The rules say nothing about this.", "zh": "规定没有提到这一点。"}


Nearest = Callable[[str, Sequence[str], int], Awaitable[list[int]]]
_CANDIDATES = 5
_ROWS = 3


class Library(NamedTuple):
    """What the assistant may look into for one answer.

    `passages` are what retrieval found, best first; `beside` are further passages of the same
    documents, whose tables may be needed to read a row; `nearest` finds the texts most like a
    query, as indices in order.
    """

    passages: Sequence[Passage]
    beside: Sequence[Passage]
    nearest: Nearest


class Finding(NamedTuple):
    """What an answer rests on: the rules, a comparison of figures, the calls that were made."""

    rule: tuple[str, ...]
    comparison: Comparison | None = None
    compared: str = ""
    calls: tuple[ToolCall, ...] = ()


async def assistant_turn(
    writer: Writer,
    scenario: Scenario,
    trajectory: Sequence[Action],
    turns: Sequence[Turn],
    library: Library,
    toolbox: Toolbox,
    *,
    consult: bool,
) -> Turn:
    """The answer to the last turn, from what the library holds.

    With `consult` the rules are first reduced to what decides the case, as small models need
    it; without, the model gets the passages whole with the dialogue so far and the user's record
    (eq. 4), and may call a tool. Raises DialogueFailed if no draft can be used.
    """
    asked = turns[-1].text
    if consult:
        asked = _case(asked)
        finding = await reduce_to_case(writer, scenario, asked, library, toolbox, len(turns))
    else:
        finding = await use_tools(writer, scenario, asked, library, toolbox, len(turns))
    known = figures(" ".join([*finding.rule, finding.compared, *(t.text for t in turns)]))
    known |= {f for call in finding.calls for f in figures(call.result)}
    draft = await writer.line(
        "assistant",
        "answer",
        {
            "who": fenced(scenario.roles.assistant.description),
            "before": "" if consult else _before(scenario, trajectory, turns),
            "rules": fenced(" ".join(finding.rule) or _SILENT[scenario.language]),
            "compared": fenced(finding.compared) or _NONE[scenario.language],
            "asked": fenced(asked),
        },
        examples=[example.model_dump() for example in scenario.examples],
        path=("answer", len(turns)),
        checks=(
            whole,
            in_language(scenario.language),
            in_role(scenario.language, "assistant"),
            only_figures(known, totals(trajectory)),
            names_one_of(finding.comparison.decisive if finding.comparison else set()),
            agrees_with(
                finding.comparison.direction if finding.comparison else None, scenario.language
            ),
            asks_nothing,
            not_repeating([t.text for t in turns if t.speaker == "assistant"], 0.8),
            not_repeating([asked], 0.7, fatal=False),
            no_longer_than(320),
        ),
        temperature=0.3,
    )
    return Turn(
        speaker="assistant",
        text=draft.text,
        tool_calls=finding.calls,
        sources=tuple(dict.fromkeys(p.source for p in library.passages[: 1 if consult else None])),
        rewrites=draft.rewrites,
    )


def _case(asked: str) -> str:
    """A turn from its first sentence with a figure on: without greeting, wishes or reaction."""
    said = sentences(asked)
    first = next((i for i, text in enumerate(said) if figures(text)), len(said) - 1)
    return " ".join(said[first:])


def _before(scenario: Scenario, trajectory: Sequence[Action], turns: Sequence[Turn]) -> str:
    """The dialogue so far, and the user's record where the scenario lets the assistant see it."""
    labels = {"user": scenario.roles.user.label, "assistant": scenario.roles.assistant.label}
    earlier = " ".join(f"{labels[turn.speaker]}: {turn.text}" for turn in turns[:-1])
    parts = [f"<earlier>{fenced(earlier)}</earlier>\n"] if earlier else []
    if scenario.assistant_sees_record:
        record = " ".join(action.action for action in trajectory)
        parts.append(f"<record>{fenced(record)}</record>\n")
    return "".join(parts)


async def use_tools(
    writer: Writer,
    scenario: Scenario,
    asked: str,
    library: Library,
    toolbox: Toolbox,
    place: int,
) -> Finding:
    """The passages whole, with the result of one tool call where the model wants one."""
    rule = tuple(quoted(passage) for passage in library.passages)
    if not toolbox:
        return Finding(rule)
    try:
        decision = await writer.choice(
            "assistant",
            "tools",
            {
                "who": fenced(scenario.roles.assistant.description),
                "tools": toolbox.described,
                "rules": fenced(" ".join(rule)),
                "asked": fenced(asked),
            },
            toolbox.schema,
            path=("tools", place),
        )
    except AnswerError:
        return Finding(rule)
    call = await toolbox.carry_out(decision, writer, ("tools", place))
    return Finding(rule, None, f"{call.name}: {call.result}", (call,)) if call else Finding(rule)


async def reduce_to_case(
    writer: Writer,
    scenario: Scenario,
    asked: str,
    library: Library,
    toolbox: Toolbox,
    place: int,
) -> Finding:
    """What decides the case in the best passage, and a comparison of figures.

    Kept are the rows of tables that concern the case, the sentence that the model picks, the one
    most like the question, the one with a figure to compare, and, where the limit is passed, the
    one that says what then.
    """
    if not library.passages:
        return Finding(())
    rows, said = focus(library.passages[0], library.beside, asked)
    rows = rows[:_ROWS]
    kept = set(await library.nearest(sentences(asked)[-1], said, 1))
    likely = await library.nearest(asked, said, _CANDIDATES)
    if likely:
        kept.add(likely[await _pick(writer, [said[i] for i in likely], asked, place)])
    comparison = compare(asked, rows) or compare(asked, said)
    if comparison is not None:
        kept |= {i for i, text in enumerate(said) if comparison.rule.shown in text}
        if comparison.case.value > comparison.rule.value:
            kept |= {i for i, text in enumerate(said) if text == on_excess(said, writer.language)}
    rule = (*rows, *(said[i] for i in sorted(kept)))
    if comparison is None or "calculator" not in toolbox:
        return Finding(rule)
    difference = {"expression": comparison.expression}
    call = await toolbox.call("calculator", difference, writer, ("compare", place))
    return Finding(rule, comparison, comparison.told(call.result, scenario.language), (call,))


async def _pick(writer: Writer, numbered: Sequence[str], asked: str, place: int) -> int:
    """The index of the sentence that decides; the first if the model does not say."""
    if len(numbered) < 3:
        return 0
    listed = "\n".join(f"{n}. {fenced(text)}" for n, text in enumerate(numbered, start=1))
    numbers: Any = Literal[tuple(range(1, len(numbered) + 1))]
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
