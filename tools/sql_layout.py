"""Tables of a toolset as statements that create and fill them, for any dialect of SQLAlchemy."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from trialogue.records import Column, Table
from trialogue.tools.toolset_rows import alone_key

if TYPE_CHECKING:
    import sqlalchemy as sa

PLACES = 6
_AT_ONCE = 100


def metadata_of(
    tables: Sequence[Table], *, temporary: bool = False, sequences: bool = False
) -> "sa.MetaData":
    """The tables with keys, references and the values that a text may have.

    A whole number that alone is the key counts on from the highest there is; with `sequences`
    from a sequence NAME_ids, for databases without identity columns. Ranges of numbers and
    dates are what rows are made from, not what may be written later, so they are no constraints.
    """
    import sqlalchemy as sa

    made = sa.MetaData()
    for table in tables:
        prefixes = ["TEMPORARY"] if temporary else []
        columns = [_column(table, column, sequences=sequences) for column in table.columns]
        sa.Table(table.name, made, *columns, *_listed(table), prefixes=prefixes)
    return made


def _column(table: Table, column: Column, *, sequences: bool) -> "sa.Column[Any]":
    import sqlalchemy as sa

    more: list[Any] = [sa.ForeignKey(column.references)] if column.references else []
    default, counted = None, False
    if column.name == alone_key(table) and column.type == "integer" and not column.references:
        counted = not sequences
        if sequences:
            default = sa.text(f"nextval('{table.name}_ids')")
        else:
            more.append(sa.Identity(start=next_id(table, column.name)))
    return sa.Column(
        column.name,
        _type(column),
        *more,
        primary_key=column.key,
        autoincrement=counted,
        server_default=default,
    )


def next_id(table: Table, column: str) -> int:
    """One more than the highest number in a column."""
    return max((int(row[column]) for row in table.rows), default=0) + 1


def _type(column: Column) -> Any:
    import sqlalchemy as sa

    if column.type == "text":
        # A key or a referred text needs a length in some databases.
        return sa.String(255) if column.key or column.references else sa.Text()
    return {
        "integer": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        "decimal": sa.Numeric(18, PLACES),
        "date": sa.Date(),
        "boolean": sa.Boolean(),
    }[column.type]


def _listed(table: Table) -> "Iterator[sa.CheckConstraint]":
    import sqlalchemy as sa

    for column in table.columns:
        if column.values:
            yield sa.CheckConstraint(sa.column(column.name).in_(column.values))


def creating(made: "sa.MetaData", dialect: str) -> Iterator[str]:
    """The CREATE TABLE statements, in an order in which every reference finds its table."""
    import sqlalchemy as sa
    from sqlalchemy.schema import CreateTable

    speaking = sa.make_url(f"{dialect}://").get_dialect()()
    for table in made.sorted_tables:
        yield str(CreateTable(table).compile(dialect=speaking))


def filling(
    tables: Sequence[Table], made: "sa.MetaData"
) -> Iterator[tuple[str, list[str], list[list[Any]]]]:
    """Table, columns and rows to insert at once; a row comes after those it refers to."""
    by_name = {table.name: table for table in tables}
    for name in (table.name for table in made.sorted_tables):
        table = by_name[name]
        columns = [column.name for column in table.columns]
        for rows in _waves(table):
            for start in range(0, len(rows), _AT_ONCE):
                part = rows[start : start + _AT_ONCE]
                yield name, columns, [[stored(row[c]) for c in columns] for row in part]


def _waves(table: Table) -> Iterator[list[Mapping[str, Any]]]:
    """All rows at once; where a table refers to itself, first those that others refer to."""
    own = [c for c in table.columns if (c.references or "").partition(".")[0] == table.name]
    waiting: list[Mapping[str, Any]] = list(table.rows)
    there: set[tuple[str, Any]] = set()
    while waiting:
        ready = [row for row in waiting if _finds(row, own, there)]
        waiting = [row for row in waiting if not _finds(row, own, there)]
        yield ready or waiting
        if not ready:
            return
        there |= {(name, value) for row in ready for name, value in row.items()}


def _finds(row: Mapping[str, Any], own: Sequence[Column], there: set[tuple[str, Any]]) -> bool:
    return all(
        row[column.name] is None
        or (str(column.references).partition(".")[2], row[column.name]) in there
        for column in own
    )


def stored(value: Any) -> Any:
    """A value as drivers take it."""
    return str(value) if isinstance(value, Decimal) else value
