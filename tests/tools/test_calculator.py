"""The calculator against exact decimals, and against everything that is no arithmetic."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import UsageError
from trialogue.tools.calculator import calculate, calculator
from trialogue.tools.contract import check_tool
from trialogue.tools.making import finish

NUMBERS = st.decimals(0, 10**9, places=4)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("(480 - 450) * 3", "90"),
        ("12% of 340", "40.8"),
        ("50 - 12% of 340", "9.2"),
        ("1,200 + 3,400.50", "4600.5"),
        ("480 × 3 ÷ 8", "180"),
        ("10 x 3", "30"),
        ("（５００＋１）", "501"),
        ("¥480 * 3 =", "1440"),
        ("0.1 + 0.2", "0.3"),
        ("1/3", "0.333333333333"),
        ("1/3*3", "1"),
        ("-2 ** 2", "-4"),
        ("2^-3", "0.125"),
        ("7%", "0.07"),
        ("max(1, 200)", "200"),
        ("min(450, 1,200)", "450"),
        ("abs(-3.50)", "3.5"),
        ("round(2.5) + round(-2.5) + round(2.345, 2)", "2.35"),
        ("100000000 * 1.00", "100000000"),
        ("0.000001 * 0.000001", "0.000000000001"),
        (".5 + .25", "0.75"),
    ],
)
def test_values(expression: str, value: str) -> None:
    assert calculate(expression) == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1/0", "division by zero"),
        ("0**-1", "division by zero"),
        ("480 + 10%", "say what 10% is of"),
        ("(1 + 2) - 10%", "say what 10% is of"),
        ("100 / 12% of 340", "in brackets"),
        ("9**9**9", "too large"),
        ("((9^99)^99)^99", "too large"),
        ("2**100000000", "too large"),
        ("1" * 290, "too many digits"),
        ("+".join("1" * 200), "longer than 300"),
        ("2**0.5", "whole numbers"),
        ("round(1, 99)", "0 to 20"),
        ("__import__('os').system('id')", "cannot calculate with '_'"),
        ("open", "cannot calculate with 'open'"),
        ("5²", "cannot calculate with '²'"),
        ("1e5", "cannot calculate with 'e'"),
        ("", "no expression"),
        ("= ?", "no expression"),
        *(
            (text, "not an arithmetic expression")
            for text in ["()", "1,23", "2 3", "2(3)", "min", "10 % 3", "max(*1)", "(" * 150, "1//2"]
        ),
    ],
)
def test_refusals_are_one_line(expression: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        calculate(expression)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_agrees_with_decimals(a: Decimal, b: Decimal, c: Decimal) -> None:
    with localcontext(prec=100):
        assert Decimal(calculate(f"({a:f} - {b:,f}) * {c:f} + {b:f}")) == (a - b) * c + b
        assert Decimal(calculate(f"{c:f}% of {a:f}")) == c * a / 100


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_quotients_are_exact_or_have_twelve_digits(a: int, b: int) -> None:
    found = Fraction(calculate(f"{a} / {b}"))
    assert abs(found - Fraction(a, b)) * 10**11 <= Fraction(a, b)
    assert calculate(f"{a} / {b} * {b}") == str(a)


@given(st.text("0123456789.,+-*/()% ofxmin^=eE'_[]\n", max_size=60))
def test_any_text_gives_a_number_or_one_line(text: str) -> None:
    result = finish(calculator().ainvoke({"expression": text}))
    assert "\n" not in result
    assert result.startswith("error: ") or (Decimal(result).is_finite() and "E" not in result)


async def test_the_tool_reports_errors_as_text() -> None:
    await check_tool(calculator(), {"expression": "450 * 2"})
    assert await calculator().ainvoke({"expression": "1/0"}) == (
        "error: division by zero; check the numbers"
    )
