"""The language of derivations: arithmetic over named facts, parsed and never evaluated as code.

`hotel * nights + taxi`, `(fare - 20%  of fare) / guests`, `ceil(distance / range) * price`,
`total <= budget`, `dinner_day - (arrival + nights)`. Amounts with units stand in quotes: "3 days",
"480 CNY/night", "2026-03-04".
"""

import ast
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import lru_cache

from trialogue.evaluation.reasoning import quantities
from trialogue.evaluation.reasoning.dates import date_of
from trialogue.evaluation.reasoning.numbers import number_of
from trialogue.evaluation.reasoning.quantities import ZERO, Operand, Quantity
from trialogue.evaluation.reasoning.refusals import Refused

LONGEST = 500
_PERCENT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*%(?P<of>\s*of\b)?")
_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-", "–": "-", "≤": "<=", "≥": ">="})
_STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
# Python would read 0x1f, 1e5 and 1if; here a number is made of digits.
_ODD_NUMBER = re.compile(r"(?<!\w)[\d.]+[^\W\d]|\\")
_LONG_NUMBER = re.compile(r"[\d.]{17,}")
_TYPED = re.compile(r"(?P<number>[-\d.,]+)\s*(?P<unit>.*)", re.DOTALL)
_BINARY: dict[type[ast.AST], Callable[[Operand, Operand], Operand]] = {
    ast.Add: quantities.added,
    ast.Sub: quantities.subtracted,
    ast.Mult: quantities.multiplied,
    ast.Div: quantities.divided,
}
_COMPARED: dict[type[ast.AST], Callable[[int], bool]] = {
    ast.Lt: lambda sign: sign < 0,
    ast.LtE: lambda sign: sign <= 0,
    ast.Gt: lambda sign: sign > 0,
    ast.GtE: lambda sign: sign >= 0,
    ast.Eq: lambda sign: sign == 0,
    ast.NotEq: lambda sign: sign != 0,
}
_NEUTRAL: dict[type[ast.AST], int] = {ast.Add: 0, ast.Sub: 0, ast.Mult: 1, ast.Div: 1}


@dataclass(frozen=True)
class Expression:
    """A parsed expression: the facts it names, the amounts that stand in it, its operations.

    `operations` counts + − · / and what min, max, ceil, floor and a comparison decide; adding
    nothing, multiplying by one and 100% - 15% do not count.
    """

    source: str
    tree: ast.expr = field(compare=False)
    names: tuple[str, ...] = ()
    literals: tuple[Operand, ...] = ()
    operations: int = 0

    def value(self, facts: Mapping[str, Operand]) -> Operand | bool:
        """What it comes to, exactly; a comparison gives a bool. Raises Refused."""
        if isinstance(self.tree, ast.Compare):
            sign = quantities.compared(
                _value(self.tree.left, facts), _value(self.tree.comparators[0], facts)
            )
            return _COMPARED[type(self.tree.ops[0])](sign)
        return _value(self.tree, facts)


@lru_cache(maxsize=1024)
def parse(source: str) -> Expression:
    """The expression that a text is. Raises Refused for anything but this arithmetic."""
    plain = unicodedata.normalize("NFKC", source.translate(_SIGNS)).translate(_SIGNS).strip()
    if not plain:
        raise Refused("no_expression", "there is no expression")
    if len(plain) > LONGEST:
        raise Refused("too_large", f"the expression is longer than {LONGEST} characters")
    bare = _STRING.sub("''", plain)
    if _LONG_NUMBER.search(bare):
        raise Refused("too_large", "a number of the expression has too many digits")
    if _ODD_NUMBER.search(bare):
        raise Refused("not_arithmetic", f"{source[:80]!r} is not an expression")
    try:
        tree = ast.parse(_PERCENT.sub(_quoted_percent, plain), mode="eval").body
        _check(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("not_arithmetic", f"{source[:80]!r} is not an expression") from error
    nodes = list(ast.walk(tree))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    names = [node for node in nodes if isinstance(node, ast.Name) and id(node) not in called]
    return Expression(
        source=source,
        tree=tree,
        names=tuple(dict.fromkeys(name.id for name in names)),
        literals=tuple(_literal(node) for node in nodes if isinstance(node, ast.Constant)),
        operations=sum(map(_operations, nodes)),
    )


def _quoted_percent(match: re.Match[str]) -> str:
    return f'"{match["number"]}%"{" * " if match["of"] else ""}'


def _check(node: ast.expr, top: bool = True) -> None:
    """Raises Refused for anything that the language does not have."""
    match node:
        case ast.Name() | ast.Constant(value=str() | int() | float()) if not _is_bool(node):
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            inner = [left, right]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
            inner = [operand]
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _FUNCTIONS:
            if not args:
                raise Refused("not_arithmetic", f"{name} needs something to work on")
            inner = args
        case ast.Compare(left=left, ops=[op], comparators=[right]) if top and type(op) in _COMPARED:
            inner = [left, right]
        case _:
            raise Refused("not_arithmetic", f"{ast.unparse(node)[:60]!r} is not arithmetic")
    for part in inner:
        _check(part, top=False)


def _is_bool(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, bool)


def _operations(node: ast.AST) -> int:
    """What a node alone adds; work on figures that stand in the expression itself is none."""
    if not any(isinstance(part, ast.Name) and part.id not in _FUNCTIONS for part in ast.walk(node)):
        return 0
    match node:
        case ast.BinOp(left=left, op=op, right=right):
            neutral = _NEUTRAL[type(op)]
            sides = [right] if isinstance(op, ast.Sub | ast.Div) else [left, right]
            return int(not any(_is_number(side, neutral) for side in sides))
        case ast.Call(func=ast.Name(id="min" | "max"), args=args):
            return len(args) - 1
        case ast.Call(func=ast.Name(id="ceil" | "floor")) | ast.Compare():
            return 1
    return 0


def _is_number(node: ast.expr, number: int) -> bool:
    return isinstance(node, ast.Constant) and _literal(node) == Quantity(Fraction(number))


def _value(node: ast.expr, facts: Mapping[str, Operand]) -> Operand:
    match node:
        case ast.Name(id=name):
            if name not in facts:
                raise Refused("unknown_name", f"the expression names {name!r}, which is no fact")
            return facts[name]
        case ast.Constant():
            return _literal(node)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_value(left, facts), _value(right, facts))
        case ast.UnaryOp(op=op, operand=operand):
            sign = Quantity(Fraction(-1 if isinstance(op, ast.USub) else 1))
            return quantities.multiplied(sign, _value(operand, facts))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name]([_value(arg, facts) for arg in args])
    raise Refused("not_arithmetic", "that is not arithmetic")


def _literal(node: ast.Constant) -> Operand:
    """The amount that a constant is; numbers are read from their digits, not from floats."""
    value = node.value
    if isinstance(value, str):
        return typed(value)
    if isinstance(value, int | float) and abs(value) < 1e15:
        return Quantity(Fraction(repr(value)))
    raise Refused("too_large", f"{value!r} is out of range")


def typed(text: str) -> Operand:
    """An amount with its unit, or a date: "3 days", "20%", "2026-03-04". Raises Refused."""
    try:
        return date_of(text)
    except Refused as error:
        if error.refusal.name != "no_date":
            raise
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise Refused("no_number", f"{text!r} is no amount")
    return Quantity.of(number_of(match["number"]), match["unit"])


def _extreme(operands: list[Operand], sign: int) -> Operand:
    best, *others = operands
    for operand in others:
        if quantities.compared(operand, best) == sign:
            best = operand
    return best


def _size(operands: list[Operand]) -> Operand:
    (operand,) = _exactly(1, operands)
    if quantities.compared(operand, ZERO) >= 0:
        return operand
    return quantities.multiplied(Quantity(Fraction(-1)), operand)


def _rounded(operands: list[Operand]) -> Operand:
    amount, *more = operands
    places = Fraction(0)
    for given in more[:1]:
        if isinstance(given, date) or given.value.denominator != 1 or not 0 <= given.value <= 6:
            raise Refused("not_arithmetic", "round to 0 to 6 decimal places")
        places = given.value
    return quantities.rounded(amount, int(places))


def _exactly(count: int, operands: list[Operand]) -> list[Operand]:
    if len(operands) != count:
        raise Refused("not_arithmetic", f"a function takes {count}, not {len(operands)}")
    return operands


_FUNCTIONS: dict[str, Callable[[list[Operand]], Operand]] = {
    "min": lambda operands: _extreme(operands, -1),
    "max": lambda operands: _extreme(operands, 1),
    "abs": _size,
    "round": _rounded,
    "ceil": lambda operands: quantities.whole(_exactly(1, operands)[0], up=True),
    "floor": lambda operands: quantities.whole(_exactly(1, operands)[0], up=False),
}
