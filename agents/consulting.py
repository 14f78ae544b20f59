"""Finds what decides a case in the rules and compares its figures, as small models need it."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, create_model

from trialogue.agents.figures import figures
from trialogue.agents.focus import Comparison, compare, focus, on_excess, sentences
from trialogue.agents.seeds import Step
from trialogue.agents.toolbox import Toolbox
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Passage, ToolCall

Nearest = Callable[[str, Sequence[str], int], Awaitable[list[int]]]
_CANDIDATES = 5
_ROWS = 3
_NEAREST = 2
_AMOUNT = {
    "en": re.compile(
        r"how (much|far|long)|\b(rate|price|fare|fee|limit|ceiling|share|part|most|enough|within"
        r"|covered|in full|pays?)\b",
        re.IGNORECASE,
    ),
    "zh": re.compile("多少|标准|限额|上限|[超够]|全报|全额|比例|几成|自己[付出承掏]|谁[付出]"),
}


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


def case_of(asked: str) -> str:
    """A turn from its first sentence with a figure on: without greeting, wishes or reaction."""
    said = sentences(asked)
    first = next((i for i, text in enumerate(said) if figures(text)), len(said) - 1)
    return " ".join(said[first:])


def statements(told: str) -> str:
    """The sentences of a case that ask nothing."""
    return " ".join(text for text in sentences(told) if not text.rstrip().endswith(("?", "？")))


async def reduce_to_case(
    writer: Writer,
    asked: str,
    library: Library,
    toolbox: Toolbox,
    place: Sequence[Step],
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
    bounds = rows if compare(asked, rows) else said
    return await _compared(writer, asked, rule, bounds, toolbox, place)


async def narrow_to_question(
    writer: Writer,
    asked: str,
    library: Library,
    toolbox: Toolbox,
    place: Sequence[Step],
) -> Finding:
    """What the best passage says on the question with which the case ends, and no more of it.

    For a further question about a case that has been answered: figures are compared only where
    the question is about an amount.
    """
    if not library.passages:
        return Finding(())
    rows, said = focus(library.passages[0], library.beside, asked)
    texts, question = [*rows[:_ROWS], *said], sentences(asked)[-1]
    comparison = compare(asked, texts) if _AMOUNT[writer.language].search(question) else None
    near = set(await library.nearest(question, texts, 1 if comparison else _NEAREST))
    if comparison is not None:
        near |= {i for i, text in enumerate(texts) if comparison.rule.shown in text}
    kept = [texts[i] for i in sorted(near)]
    return await _compared(writer, asked, kept, kept if comparison else (), toolbox, place)


async def _compared(
    writer: Writer,
    asked: str,
    rule: Sequence[str],
    bounds: Sequence[str],
    toolbox: Toolbox,
    place: Sequence[Step],
) -> Finding:
    """The rule with the case's figure compared to one of the bounds, if they have one."""
    comparison = compare(asked, bounds)
    if comparison is None or "calculator" not in toolbox:
        return Finding(tuple(rule))
    difference = {"expression": comparison.expression}
    call = await toolbox.call("calculator", difference, writer, ("compare", *place))
    told = comparison.told(call.result, writer.language)
    return Finding(tuple(rule), comparison, told, (call,))


async def _pick(writer: Writer, numbered: Sequence[str], asked: str, place: Sequence[Step]) -> int:
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
            path=("consult", *place),
            max_tokens=20,
        )
    except AnswerError:
        return 0
    return int(answer.model_dump()["sentence"]) - 1
