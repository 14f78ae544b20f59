"""One SQL statement of a tool, checked before any database sees it."""

import itertools
import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialogue.errors import UsageError
from trialogue.tools.sql_functions import ALLOWED, CLOCKS, WIDENING

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST = 10_000
_JOINS = 8
_TABLES = 16
_UNIONS = 30
_VERBS = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")
_DIALECTS = {"postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
# Kinds of nodes, as sqlglot calls them: what writes elsewhere, and what makes or takes lists.
_NODES = """
Into Lock Command Lambda Comprehension Bracket Slice Array Struct Parameter SessionParameter
Pivot Columns TableSample Lateral Unnest Explode JSONTable OpenJSON
"""
_BARRED = frozenset(_NODES.split())
_BINDS = "binds are written :name, and colons only before binds and in ::type"
_PLAIN = "write one plain SELECT, INSERT, UPDATE or DELETE"
_MORE = f"more than one statement; {_PLAIN}"


# What sqlglot does not know it would tell on the terminal, and we refuse it anyhow.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Statement:
    """A checked statement: `colons` are the places of the colons that begin a bind."""

    text: str
    binds: tuple[str, ...]
    colons: tuple[int, ...]
    writes: bool
    returns: bool

    def with_dollars(self) -> str:
        """The text with `$name` for `:name`."""
        return self._marked("$", ":")

    def with_escapes(self) -> str:
        r"""The text with `\:` for every colon that begins no bind."""
        return self._marked(":", r"\:")

    def _marked(self, bind: str, other: str) -> str:
        at = set(self.colons)
        return "".join(
            (bind if i in at else other) if char == ":" else char
            for i, char in enumerate(self.text)
        )


def dialect_of(url: str | None) -> str:
    """What sqlglot calls the SQL of a database with this SQLAlchemy URL; SQLite's without one.

    Raises UsageError for SQL that cannot be checked.
    """
    from sqlglot.dialects.dialect import Dialect

    name = (url or "sqlite").partition(":")[0].partition("+")[0].lower()
    name = _DIALECTS.get(name, name)
    if name not in Dialect.classes and Dialect.get(name) is None:
        raise UsageError(f"url: no SQL dialect is called {name!r}; use a SQLAlchemy URL")
    return name


def parse_statement(
    sql: str, dialect: str = "sqlite", tables: Collection[str] | None = None
) -> Statement:
    """The statement in `sql`, which may read and write `tables` (None: any).

    Raises UsageError with one line unless it is one SELECT, INSERT, UPDATE or DELETE without
    comments, with binds as `:name` only, on these tables and with harmless functions.
    """
    text = sql.strip().removesuffix(";").rstrip()
    colons, named = _binds(text, dialect)
    root = _parsed(text, dialect)
    _check_binds(root, named)
    _check_tables(root, tables)
    _check_size(root)
    for name, arguments in _calls(root):
        _check_call(name, arguments, dialect)
    if dialect != "sqlite":
        _check_growth(root)
    from sqlglot import exp

    return Statement(
        text=text,
        binds=tuple(dict.fromkeys(named)),
        colons=tuple(colons),
        writes=not isinstance(root, exp.Query),
        returns=bool(root.args.get("returning")),
    )


def _binds(text: str, dialect: str) -> tuple[list[int], list[str]]:
    """Places and names of the binds, and a check of what comes before any parsing."""
    import sqlglot

    if len(text) > LONGEST:
        raise UsageError(f"longer than {LONGEST} characters; split it")
    try:
        tokens = sqlglot.tokenize(text, read=dialect)
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"cannot be parsed: {_plain(error)}") from error
    if not tokens or tokens[0].text.upper() not in _VERBS:
        raise UsageError(_PLAIN)
    if any(token.comments for token in tokens):
        raise UsageError("comments are not allowed; leave them out")
    if any(token.text == ";" and text[token.start] == ";" for token in tokens):
        raise UsageError(_MORE)
    if any(text[token.start] in "$@?" for token in tokens):
        raise UsageError(_BINDS)
    pairs = itertools.pairwise(tokens)
    found = [
        (a.start, b.text)
        for a, b in pairs
        if a.text == ":" and b.start == a.end + 1 and text[b.start : b.end + 1].isidentifier()
    ]
    return [place for place, _ in found], [name for _, name in found]


def _parsed(text: str, dialect: str) -> "exp.Expression":
    import sqlglot
    from sqlglot import exp

    try:
        trees = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        raise UsageError(f"cannot be parsed: {_plain(error)}") from error
    except RecursionError as error:
        raise UsageError("nested too deeply; write it more simply") from error
    if len(trees) != 1:
        raise UsageError(_MORE)
    root = trees[0]
    changing = (exp.Insert, exp.Update, exp.Delete)
    if not isinstance(root, (exp.Select, exp.SetOperation, *changing)):
        raise UsageError(_PLAIN)
    for node in root.walk():
        if type(node).__name__ in _BARRED or (node is not root and isinstance(node, changing)):
            raise UsageError(f"{type(node).__name__.upper()} is not allowed here; {_PLAIN}")
    return root


def _check_binds(root: "exp.Expression", named: Sequence[str]) -> None:
    from sqlglot import exp

    if {str(place.this or "?") for place in root.find_all(exp.Placeholder)} != set(named):
        raise UsageError(_BINDS)


def _check_tables(root: "exp.Expression", tables: Collection[str] | None) -> None:
    from sqlglot import exp

    named = {cte.alias.lower() for cte in root.find_all(exp.CTE)}
    known = None if tables is None else named | {table.lower() for table in tables}
    for table in root.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier) or table.db or table.catalog:
            raise UsageError(f"{table.sql()!r} is not a plain table name")
        if known is not None and table.name.lower() not in known:
            names = ", ".join(tables or ()) or "no tables"
            raise UsageError(f"no table is called {table.name!r}; there are {names}")


def _check_size(root: "exp.Expression") -> None:
    """Planning takes time that no limit of a database bounds. A name that WITH gives counts as
    often as what it stands for."""
    from sqlglot import exp

    if sum(1 for _ in root.find_all(exp.SetOperation)) > _UNIONS:
        raise UsageError(f"more than {_UNIONS} UNIONs; write it more simply")
    parts = {
        cte.alias.lower(): [table.name.lower() for table in cte.find_all(exp.Table)]
        for cte in root.find_all(exp.CTE)
    }
    sizes = dict.fromkeys(parts, 1)
    for _ in parts:
        for name, within in parts.items():
            sizes[name] = sum(1 if part == name else sizes.get(part, 1) for part in within)
    if sum(sizes.get(table.name.lower(), 1) for table in root.find_all(exp.Table)) > _TABLES:
        raise UsageError(f"reads more than {_TABLES} tables; write it more simply")


def _calls(root: "exp.Expression") -> Iterator[tuple[set[str], int]]:
    """Every function call: the names it goes by, and how many arguments it has."""
    from sqlglot import exp

    for node in root.find_all(exp.Func):
        given = [part for part in node.args.values() if part is not None and part != []]
        if isinstance(node, exp.Anonymous):
            yield {node.name.lower()}, len(node.expressions)
        else:
            yield {name.lower() for name in type(node).sql_names()}, len(given)
    for literal in root.find_all(exp.Literal, exp.Identifier):
        if str(literal.this).strip().lower() == "now" and literal.args.get("quoted", True):
            yield {"now"}, 0


def _check_call(names: set[str], arguments: int, dialect: str) -> None:
    shown = min(names)
    if shown.startswith(("current_", "now", "today", "getdate", "localtime")) or any(
        arguments < CLOCKS.get(name, 0) for name in names
    ):
        raise UsageError(f"{shown} reads the clock; use the bind :today, which is always there")
    if not names & ALLOWED or (dialect != "sqlite" and names & WIDENING):
        raise UsageError(f"the function {shown} is not allowed")


def _check_growth(root: "exp.Expression") -> None:
    """Texts that double again and again: SQLite has a limit for it, others may not."""
    from sqlglot import exp

    joins = sum(1 for _ in root.find_all(exp.DPipe, exp.Concat, exp.ConcatWs, exp.Replace))
    recursive = any(part.args.get("recursive") for part in root.find_all(exp.With))
    if joins > _JOINS or (joins and recursive):
        raise UsageError(f"joins texts more than {_JOINS} times, or again and again")


def _plain(error: Exception) -> str:
    """sqlglot's complaint without the excerpt that it underlines."""
    faults = getattr(error, "errors", None)
    if faults:
        said = str(faults[0]["description"]).partition(" but got <")[0].removesuffix(".")
        return f"{said} (line {faults[0]['line']}, column {faults[0]['col']})"
    return " ".join(str(error).split())[:200]
