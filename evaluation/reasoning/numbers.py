"""Numbers as people write them, read exactly: "2,500.00", "1.234,50", "２５００", "five", 两千五百.

Which separator is which is decided by rule: where both stand, the last one is the decimal one; a
single comma before exactly three digits parts thousands, another one is decimal; a single point is
always decimal.
"""

import re
import unicodedata
from fractions import Fraction
from functools import lru_cache

from trialogue.evaluation.reasoning.refusals import Refused

_THOUSANDS_COMMA = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_THOUSANDS_POINT = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){2,}")
_BOTH = re.compile(r"(?P<whole>\d{1,3}(?:(?P<sep>[.,])\d{3})(?:(?P=sep)\d{3})*)(?P<dec>[.,])\d+")
_SPACED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f ’'](?=\d{3}(?!\d))")
_VULGAR = re.compile(r"(?<=\d)\s?([¼½¾⅛⅜⅝⅞⅕⅖⅗⅘])")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_RATIO = re.compile(r"(\d+)[/\u2044](\d+)")
_SCALED = re.compile(
    r"(?P<number>[\d.,]+) ?(?P<scale>[万萬亿億千百]|k|m|hundred|thousand|million|billion)?"
)
_MIXED = re.compile(
    r"(?P<number>\d+(?:\.\d+)?|[零〇一二三四五六七八九两兩])(?P<power>[十百千万萬亿億]?)"
)
_SCALES = {
    **{"百": 100, "千": 1_000, "万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8},
    **{
        "k": 1_000,
        "hundred": 100,
        "thousand": 1_000,
        "m": 10**6,
        "million": 10**6,
        "billion": 10**9,
    },
}
_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_POWERS = {"thousand": 1_000, "million": 10**6, "billion": 10**9}
WORDS = (*_UNITS, *_TENS, "hundred", *_POWERS, "dozen")
"""English words that numbers are made of."""
_SMALL = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * tens for tens, word in enumerate(_TENS, start=2)
}
_ZH_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_ZH_POWERS = {"十": 10, "百": 100, "千": 1_000}
_ZH_LARGE = {"万": 10_000, "萬": 10_000, "亿": 10**8, "億": 10**8}
_HALVES = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "three quarters": Fraction(3, 4)}
_AND_PART = re.compile(r"\s+and\s+(?:an?\s+|one\s+)?(?P<part>half|quarter|three[\s-]quarters)\b")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
ZH_NUMERALS = "".join([*_ZH_DIGITS, *_ZH_POWERS, *_ZH_LARGE])
"""Characters that Chinese numbers are made of."""


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """The text in its normal form (NFKC) without invisible characters, 2½ as 2.5."""
    parted = _VULGAR.sub(lambda match: f"{unicodedata.numeric(match[1]):.3f}"[1:].rstrip("0"), text)
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", parted))


def number_of(text: str) -> Fraction:
    """The number that a text is, in digits or words. Raises Refused if it is none."""
    plain = normal(text).strip().casefold().replace("−", "-").translate(_FORMAL)
    sign, plain = (-1, plain[1:].strip()) if plain.startswith("-") else (1, plain.lstrip("+ "))
    if not plain:
        raise Refused("no_number", "there is no number")
    if ratio := _RATIO.fullmatch(plain):
        return sign * _over(int(ratio[1]), int(ratio[2]))
    if part := _AND_PART.search(plain):
        whole, behind = plain[: part.start()], plain[part.end() :].strip()
        if behind and behind not in _SCALES:
            raise Refused("no_number", f"{text!r} is not a number")
        more = _HALVES[" ".join(re.split(r"[\s-]+", part["part"]))]
        return sign * (number_of(whole) + more) * _SCALES.get(behind, 1)
    if scaled := _SCALED.fullmatch(grouped(plain)):
        return sign * _digits(scaled["number"]) * _SCALES.get(scaled["scale"] or "", 1)
    if any(c.isdigit() for c in plain) and (mixed := _mixed(plain)) is not None:
        return sign * mixed
    return sign * Fraction(_chinese(plain) if plain[0] in ZH_NUMERALS else _english(plain))


def _mixed(text: str) -> Fraction | None:
    """Digits among Chinese powers: 2千5百 is 2,500, 1万5 is 15,000; None for anything else."""
    parts = list(_MIXED.finditer(text))
    if len(parts) < 2 or "".join(part[0] for part in parts) != text:
        return None
    total, section, last = Fraction(0), Fraction(0), 1
    for part in parts:
        digit = part["number"]
        value = Fraction(_ZH_DIGITS.get(digit, digit))
        if part["power"] in _ZH_LARGE:
            last = _ZH_LARGE[part["power"]]
            total, section = (total + section + value) * last, Fraction(0)
        elif part["power"]:
            last = _ZH_POWERS[part["power"]]
            section += value * last
        else:
            section += value * (last // 10 if value < 10 and last > 10 else 1)
    return total + section


def grouped(text: str) -> str:
    """The text without spaces and apostrophes that part thousands: 1 234 is 1234."""
    return _SPACED.sub("", text)


def plain_number(value: Fraction) -> str:
    """A number as plain decimal text without trailing zeros.

    Raises Refused if its decimals do not end.
    """
    places, rest = 0, value.denominator
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for factor in (2, 5):
        while rest % factor == 0:
            rest, places = rest // factor, places + 1
    if rest != 1:
        raise Refused("not_exact", f"{value} has no last decimal place; round it")
    scaled = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, decimals = (scaled[:-places], scaled[-places:].rstrip("0")) if places else (scaled, "")
    return f"{'-' if value < 0 else ''}{whole}{f'.{decimals}' if decimals else ''}"


def _over(numerator: int, denominator: int) -> Fraction:
    if not denominator:
        raise Refused("no_number", "a fraction over zero is no number")
    return Fraction(numerator, denominator)


def _digits(text: str) -> Fraction:
    whole, decimals = _parted(text)
    if not whole.isdigit() or not (decimals.isdigit() or not decimals):
        raise Refused("malformed_number", f"{text!r} is not a number")
    return Fraction(f"{whole}.{decimals or 0}")


def _parted(text: str) -> tuple[str, str]:
    """Digits before and after the decimal separator."""
    if "," in text and "." in text:
        both = _BOTH.fullmatch(text)
        if both is None or both["sep"] == both["dec"]:
            raise Refused("malformed_number", f"{text!r} mixes points and commas")
        return both["whole"].replace(both["sep"], ""), text[both.end("dec") :]
    if _THOUSANDS_COMMA.fullmatch(text) or _THOUSANDS_POINT.fullmatch(text):
        return text.replace(",", "").replace(".", ""), ""
    if text.count(",") + text.count(".") > 1:
        raise Refused("malformed_number", f"{text!r} has its separators at odd places")
    whole, _, decimals = text.replace(",", ".").partition(".")
    return whole or "0", decimals


def _english(text: str) -> int:
    words = [word for word in re.split(r"[\s-]+", text) if word != "and"]
    total = group = 0
    for word in words or [""]:
        if word in _SMALL:
            group += _SMALL[word]
        elif word == "a" and word == words[0] and len(words) > 1:
            group = 1
        elif word in ("hundred", "dozen"):
            group = max(group, 1) * (100 if word == "hundred" else 12)
        elif word in _POWERS:
            total, group = total + max(group, 1) * _POWERS[word], 0
        else:
            raise Refused("no_number", f"{text!r} is not a number")
    return total + group


def _chinese(text: str) -> Fraction:
    """Also as it is spoken: 一万二 is 12,000, 三百五 is 350, 三点五 is 3.5, 二〇二六 is 2026."""
    whole, point, decimals = text.partition("点")
    if len(whole) > 1 and all(character in _ZH_DIGITS for character in whole):
        whole, digits = "", "".join(str(_ZH_DIGITS[character]) for character in whole)
        return Fraction(digits) + (_chinese(f"零点{decimals}") if point else 0)
    total = section = digit = 0
    last, zero = 1, False
    for character in whole:
        if character in _ZH_DIGITS:
            digit, zero = _ZH_DIGITS[character], zero or character in "零〇"
        elif character in _ZH_POWERS:
            last = _ZH_POWERS[character]
            section, digit, zero = section + max(digit, 1) * last, 0, False
        elif character in _ZH_LARGE:
            last = _ZH_LARGE[character]
            total, section, digit, zero = (total + section + digit) * last, 0, 0, False
        else:
            raise Refused("no_number", f"{text!r} is not a number")
    if digit and last > 10 and not zero and not point:
        digit *= last // 10
    value = Fraction(total + section + digit)
    if point and (not decimals or any(c not in _ZH_DIGITS for c in decimals)):
        raise Refused("no_number", f"{text!r} is not a number")
    behind = "".join(str(_ZH_DIGITS[c]) for c in decimals)
    return value + (Fraction(f"0.{behind}") if behind else 0)
