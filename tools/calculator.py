"""Exact arithmetic on expressions as people write them: "(480 - 450) * 3", "12% of 1,340"."""

import ast
import operator
from decimal import Context, Decimal, Inexact
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, Any

from trialogue.errors import UsageError
from trialogue.tools.arithmetic_text import translated
from trialogue.tools.making import make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

LONGEST = 300
MOST_BITS = 512
MOST_PLACES = 20
ROUNDED_DIGITS = 12


def calculate(expression: str) -> str:
    """The value of an expression as plain decimal text, without exponent or trailing zeros.

    Knows + - * / ** and their printed forms, brackets, "12% of 340", commas between thousands,
    and min, max, abs and round (half away from zero). Fractions are kept exact to the end; a
    value with more than 20 decimal places is given to 12 digits. Raises UsageError with one line.
    """
    if len(expression) > LONGEST:
        raise UsageError(f"the expression is longer than {LONGEST} characters; split it")
    source, names = translated(expression)
    return _plain(_value(source, names))


def _value(source: str, names: dict[str, Fraction]) -> Fraction:
    from simpleeval import InvalidExpression, SimpleEval  # type: ignore[import-untyped]

    try:
        value = SimpleEval(OPERATORS, FUNCTIONS, names).eval(source)
    except ZeroDivisionError as error:
        raise UsageError("division by zero; check the numbers") from error
    except (InvalidExpression, SyntaxError, TypeError, KeyError, RecursionError) as error:
        raise UsageError("not an arithmetic expression; write it like (480 - 450) * 3") from error
    if not isinstance(value, Fraction):
        raise UsageError("not an arithmetic expression; write it like (480 - 450) * 3")
    return value


def _plain(value: Fraction) -> str:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise UsageError("the result has too many digits; use smaller numbers")
    exact = Context(prec=2 * MOST_BITS)
    result = exact.divide(Decimal(value.numerator), Decimal(value.denominator))
    if exact.flags[Inexact] or -int(result.as_tuple().exponent) > MOST_PLACES:
        result = Context(prec=ROUNDED_DIGITS).plus(result)
    text = format(result, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1:
        raise UsageError("powers must be whole numbers; roots are not available")
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > 2 * MOST_BITS:
        raise UsageError("the power is too large; use smaller numbers")
    return Fraction(base ** int(exponent))


def _round(value: Fraction, places: Fraction = Fraction(0)) -> Fraction:
    if places.denominator != 1 or not 0 <= places <= MOST_PLACES:
        raise UsageError(f"round to 0 to {MOST_PLACES} decimal places")
    scale = 10 ** int(places)
    size = (abs(value) * scale + Fraction(1, 2)) // 1
    return Fraction(size if value >= 0 else -size, scale)


OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: _power,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
}
FUNCTIONS = {"min": min, "max": max, "abs": abs, "round": _round}


def calculator() -> "BaseTool":
    """The tool `calculator(expression)`: the value as text, or "error: …"."""

    async def run(
        expression: Annotated[str, "For example (480 - 450) * 3, or 12% of 1,340"],
    ) -> str:
        try:
            return calculate(expression)
        except UsageError as error:
            return f"error: {error}"

    return make_tool(run, name="calculator", description="Works out an arithmetic expression.")
