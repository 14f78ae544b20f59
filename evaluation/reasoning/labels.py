"""Labels: compared by value, and looked for where they must not stand."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from trialogue.evaluation.reasoning.amounts import figures_in, find_amounts
from trialogue.evaluation.reasoning.numbers import WORDS, grouped, normal, number_of, plain_number
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.records import TaskKind

YES, NO = "yes", "no"
_YES = ("yes", "true", "y", "是", "是的", "对", "能", "会", "可以", "够")
_NO = ("no", "false", "n", "否", "不", "不是", "不能", "不会", "不可以", "不够")
_LONGEST_CURRENCY = 4
_JOINED = re.compile(r"(?<=\d)[\s.,'’_·](?=\d{3}(?!\d))")
_SCALES = {**dict.fromkeys(("m", "mn", "mio"), 10**6), "bn": 10**9, "w": 10_000, "k": 1000}
_NUMERAL = "|".join(sorted(WORDS, key=len, reverse=True))
_NOTATIONS = re.compile(
    r"(?P<ratio>\d+\s?[/\u2044]\s?\d+)|(?P<number>\d+(?:[.,]\d+)?)\s?(?P<scale>mn|mio|bn|m|w|k)\b"
    r"|(?P<formal>[壹贰叁肆伍陆柒捌玖拾佰仟万零]{2,})"
    rf"|(?P<words>\b(?:{_NUMERAL})(?:(?:,?\s(?:and\s)?|-)(?:{_NUMERAL}))+\b)"
)
_HEDGED = re.compile(
    r"\b(?:about|around|roughly|approximately|circa|almost|nearly|over|under|more than|less than"
    r"|at least|at most|up to|or so|maybe|perhaps|possibly|probably|i think|not|c\.|ca\.)(?!\w)"
    r"|\dish\b|\d\+|[~≈±<>≤≥?]|大约|大概|约|左右|差不多|将近|多于|少于|至少|最多",
    re.IGNORECASE,
)


def read_label(text: str, kind: TaskKind) -> str:
    """The label that a text is: a plain number, or "yes" or "no".

    Units and currencies are stripped, words are numbers too. Raises Refused by name for what is
    none: "approximate" for "about 5", "no_number", "malformed_number", "no_verdict".
    """
    plain = normal(text).strip().rstrip(".。!！").strip()
    if kind == "common_sense":
        return _verdict(plain)
    if _HEDGED.search(plain):
        raise Refused("approximate", f"{text.strip()[:60]!r} is not an exact number")
    return plain_number(_number(plain))


def same_label(a: str, b: str, kind: TaskKind) -> bool:
    """Whether two labels are equal by value: "2", "2.0" and "two" are; what is none equals none."""
    try:
        return read_label(a, kind) == read_label(b, kind)
    except Refused:
        return False


def stands_in(label: str, texts: Iterable[str]) -> bool:
    """Whether a number stands in one of the texts: by value, in words, or as part of another."""
    try:
        value = abs(number_of(label))
    except Refused:
        return False
    written = plain_number(value)
    grouped = f"{int(written):,}" if written.isdigit() else written
    for text in texts:
        plain = normal(text).casefold()
        if written in plain or grouped in plain or figures_in(plain) & {value, value * 100}:
            return True
        if any(value == other for other in _otherwise_written(plain)):
            return True
        if written.isdigit() and len(written) > 3 and written in _JOINED.sub("", plain):
            return True
    return False


def _otherwise_written(text: str) -> Iterator[Fraction]:
    """Numbers in notations that are no figures of an amount: 1/4, 2.5 mn, 2,5 thousand, 贰仟."""
    for match in _NOTATIONS.finditer(text):
        try:
            if match["ratio"]:
                yield number_of(match["ratio"].replace(" ", ""))
            elif match["number"]:
                yield number_of(match["number"]) * _SCALES[match["scale"]]
            else:
                yield number_of(re.sub(r",\s*", " ", match["formal"] or match["words"]))
        except Refused:
            continue


def _verdict(text: str) -> str:
    word = text.casefold()
    for label, words in ((YES, _YES), (NO, _NO)):
        if word in words:
            return label
    raise Refused("no_verdict", f"{text[:60]!r} is neither yes nor no")


def _number(text: str) -> Fraction:
    """With a currency before it or a unit behind it; Refused where there are several."""
    try:
        return number_of(text)
    except Refused as error:
        if error.refusal.name == "malformed_number":
            raise
        found = find_amounts(grouped(text))
    if len(found) > 1 or (found and found[0].start > _LONGEST_CURRENCY):
        raise Refused("several_numbers", f"{text[:60]!r} is not one number")
    if not found:
        raise Refused("no_number", f"{text[:60]!r} has no number")
    rest = grouped(text)[found[0].end :]
    if any(character.isdigit() for character in rest):
        raise Refused("malformed_number", f"{text[:60]!r} is not one number")
    return found[0].value
