"""Reads formulas. The grammar, where a number only ever stands before a name or as `1/`:

    sum     = product {("+" | "-") product}
    product = signed {"*" signed | "/" power}
    signed  = "-" signed | "1" "/" power | number "*" name | power
    power   = atom {"^2"}
    atom    = name | operator "(" sum {"," sum} ")" | "(" sum ")"

A minus before a weight or a bare name belongs to the leaf; before anything else it is `neg`.
"""

import json
import re
from dataclasses import dataclass
from typing import NoReturn

from trialogue.errors import UsageError
from trialogue.evaluation.trees.formula import PLAIN_NAME
from trialogue.evaluation.trees.tree import Inner, Leaf, Tree

LONGEST, DEEPEST = 20_000, 60
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    rf'|(?P<name>{PLAIN_NAME.pattern})|(?P<quoted>"(?:[^"\\]|\\.)*")|(?P<sign>[-+*/^(),]))'
)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Tree:
    """The tree of a formula, also of one written by hand.

    Raises UsageError with the place where it stops being one, for an unknown operator or a wrong
    number of arguments, and for more than 20,000 characters or 60 levels.
    """
    if len(text) > LONGEST:
        raise UsageError(f"a formula has at most {LONGEST:,} characters, this one {len(text):,}")
    tree = _Reader(_tokens(text)).whole()
    if _levels(tree) > DEEPEST:
        raise _too_deep()
    return tree


def _levels(tree: Tree) -> int:
    """The depth, found without recursion: a long sum is a deep tree."""
    deepest, row = -1, [tree]
    while row:
        deepest += 1
        row = [child for node in row if isinstance(node, Inner) for child in node.children]
    return deepest


def _too_deep() -> UsageError:
    return UsageError(f"formula: more than {DEEPEST} operators deep")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise UsageError(f"formula, character {at + 1}: cannot read {text[at : at + 20]!r}")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, _Token("end", "the end", end)]


class _Reader:
    """Walks over the tokens, one method a rule of the grammar."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> Tree:
        tree = self._sum()
        if self._next.kind != "end":
            self._fail("an operator or the end")
        return tree

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _sum(self) -> Tree:
        tree = self._product(self._signed())
        while self._next.text in ("+", "-") and self._next.kind == "sign":
            # A minus is left standing: it is the sign of what follows.
            self._taken("+")
            tree = Inner("add", (tree, self._product(self._signed())))
        return tree

    def _fail(self, wanted: str) -> NoReturn:
        token = self._next
        shown = token.text if token.kind == "end" else repr(token.text)
        raise UsageError(f"formula, character {token.at + 1}: expected {wanted}, found {shown}")

    def _product(self, tree: Tree) -> Tree:
        while True:
            if self._taken("*"):
                tree = Inner("mul", (tree, self._signed()))
            elif self._taken("/"):
                tree = Inner("mul", (tree, Inner("inv", (self._power(),))))
            else:
                return tree

    def _signed(self) -> Tree:
        self._deeper()
        if self._taken("-"):
            bare = self._next.kind in ("number", "name", "quoted")
            tree = self._signed()
            if bare and isinstance(tree, Leaf):
                tree = Leaf(tree.name, -tree.weight)
            else:
                tree = Inner("neg", (tree,))
        elif self._next.kind == "number":
            tree = self._number()
        else:
            tree = self._power()
        self._depth -= 1
        return tree

    def _number(self) -> Tree:
        weight = float(self._step().text)
        if weight == 1 and self._taken("/"):
            return Inner("inv", (self._power(),))
        if not self._taken("*"):
            self._fail("'*' and a name: a number is the weight of a metric")
        if self._next.kind not in ("name", "quoted"):
            self._fail("the name of a metric after its weight")
        tree = self._atom()
        if not isinstance(tree, Leaf):
            self._place -= 1
            self._fail("the name of a metric after its weight, not an operator")
        if self._next.text == "^":
            self._fail("brackets: write (2*x)^2")
        return Leaf(tree.name, weight)

    def _power(self) -> Tree:
        tree = self._atom()
        while self._taken("^"):
            if self._next.kind != "number" or float(self._next.text) != 2:
                self._fail("2: only squares are known")
            self._step()
            tree = Inner("square", (tree,))
        return tree

    def _atom(self) -> Tree:
        token = self._next
        if self._taken("("):
            return self._closed()
        if token.kind == "quoted":
            return Leaf(_unquoted(self._step()))
        if token.kind != "name":
            self._fail("the name of a metric, an operator or '('")
        self._step()
        if not self._taken("("):
            return Leaf(token.text)
        return self._operation(token)

    def _operation(self, token: _Token) -> Tree:
        self._deeper()
        children = [self._sum()]
        while self._taken(","):
            children.append(self._sum())
        self._close()
        self._depth -= 1
        try:
            return Inner(token.text, tuple(children))
        except UsageError as error:
            raise UsageError(f"formula, character {token.at + 1}: {error}") from None

    def _closed(self) -> Tree:
        self._deeper()
        tree = self._sum()
        self._close()
        self._depth -= 1
        return tree

    def _close(self) -> None:
        if not self._taken(")"):
            self._fail("')'")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > 3 * DEEPEST:
            raise _too_deep()

    def _taken(self, sign: str) -> bool:
        found = self._next.kind == "sign" and self._next.text == sign
        self._place += found
        return found

    def _step(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]


def _unquoted(token: _Token) -> str:
    try:
        return str(json.loads(token.text))
    except ValueError:
        raise UsageError(f"formula, character {token.at + 1}: cannot read {token.text}") from None
