"""What a solver's text comes to: read strictly, as it was asked for, or leniently."""

import re
import unicodedata
from typing import Literal

from trialogue.agents.answers import spoken
from trialogue.evaluation.reasoning.amounts import find_amounts
from trialogue.evaluation.reasoning.labels import NO, YES, read_label
from trialogue.evaluation.reasoning.numbers import plain_number
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.records import TaskKind
from trialogue.records.task import Asked

Reading = Literal["strict", "lenient"]
_MARK = re.compile(
    r"(?:final answer|answer|####|答案|最终答案)(?:\s+is)?\s*[:：是为]?\s*(?P<rest>[^\n]*)",
    re.IGNORECASE,
)
_LAST_LINE = re.compile(r"(?:answer|答案)\s*[:：]\s*(?P<rest>.+)", re.IGNORECASE)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_DECORATION = re.compile(r"[*_`$]|\\text|\\[()\[\]]")
_VERDICT = re.compile(r"\b(yes|no)\b|(不够|不能|不是|不会|否|是|够|能|会)", re.IGNORECASE)


def read_answer(text: str, kind: TaskKind, asked: Asked = "direct", how: Reading = "strict") -> str:
    """The label that a solver's text gives: a plain number, "yes" or "no".

    Thoughts in <think> tags are left out. "strict" takes the whole text, or the rest of its last
    line after "Answer:" where steps were asked for; units and currencies are stripped. "lenient"
    takes what follows the last such mark or stands in a box, else the last number or verdict.
    Raises Refused by name where there is none.
    """
    plain = unicodedata.normalize("NFKC", spoken(text)).strip()
    if not plain:
        raise Refused("empty", "there is no answer")
    return _strict(plain, kind, asked) if how == "strict" else _lenient(plain, kind)


def _strict(text: str, kind: TaskKind, asked: Asked) -> str:
    if asked == "steps":
        last = _LAST_LINE.fullmatch(text.splitlines()[-1].strip())
        if last is None:
            raise Refused("no_answer_line", "the last line is not the answer")
        text = last["rest"]
    return read_label(text, kind)


def _lenient(text: str, kind: TaskKind) -> str:
    marked = [match["rest"] for match in _MARK.finditer(text) if match["rest"].strip()]
    for candidate in (*_BOXED.findall(text)[-1:], *marked[-1:], text):
        found = _last(_DECORATION.sub("", candidate), kind)
        if found is not None:
            return found
    raise Refused("no_answer", "there is no answer in the text")


def _last(text: str, kind: TaskKind) -> str | None:
    try:
        return read_label(text, kind)
    except Refused:
        pass
    if kind == "common_sense":
        verdicts = [match[0].casefold() for match in _VERDICT.finditer(text)]
        return (NO if verdicts[-1][0] in "n不否" else YES) if verdicts else None
    amounts = find_amounts(text)
    try:
        return plain_number(amounts[-1].value) if amounts else None
    except Refused:
        return None
