"""A set of tools made for a domain: schemas, SQL, the database behind them, tasks with rubrics
(U §3). It is kept as a file that people edit.
"""

from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from trialogue.records.base import Record
from trialogue.records.scenario import Language

ColumnType = Literal["integer", "decimal", "text", "date", "boolean"]
Difficulty = Literal["easy", "medium", "hard"]
Weight = Literal["critical", "structural", "non_critical", "invalid"]
NAME = r"^[a-z][a-z0-9_]{0,62}$"


class Column(Record):
    """A column; `references` is "table.column". `low` and `high` bound numbers (dates as ISO text
    in `earliest` and `latest`); `values` lists what a text may be."""

    name: str = Field(pattern=NAME)
    type: ColumnType
    description: str = ""
    key: bool = False
    references: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    earliest: str | None = None
    latest: str | None = None
    values: tuple[str, ...] = ()


class Table(Record):
    """A table with its rows; every row has every column, None where nothing is known."""

    name: str = Field(pattern=NAME)
    description: str = ""
    columns: tuple[Column, ...] = Field(min_length=1)
    rows: tuple[dict[str, Any], ...] = ()


class ToolSpec(Record):
    """One tool: OpenAI-style function schema, JSON Schema of its result, and its SQL.

    `parameters` is a JSON Schema object. `sql` has a named bind `:name` for each parameter it
    uses; without `sql` a model plays the tool, held to `result`. Both allow reading and writing.
    """

    name: str = Field(pattern=NAME)
    description: str
    parameters: dict[str, Any]
    result: dict[str, Any] = {}
    sql: str | None = None


class RubricLine(Record):
    """One line of what a solution is judged by; only a failed critical line rejects it."""

    text: str
    weight: Weight = "critical"
    tool: str | None = None


class ToolTask(Record):
    """Something a user may want that needs the tools; `text` is the user's request.

    `user` is the name of who can want it, empty where anybody can: one dialogue has the tasks of
    one user.
    """

    id: str
    text: str
    user: str = ""
    difficulty: Difficulty = "easy"
    tools: tuple[str, ...] = ()
    rubric: tuple[RubricLine, ...] = ()


class Toolset(Record):
    """Everything that was made for a domain. `url` is a SQLAlchemy URL of a database of one's
    own; without it the tables here are laid into an embedded one."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern=NAME)
    domain: str
    language: Language = "en"
    questions: tuple[str, ...] = ()
    url: str | None = None
    tables: tuple[Table, ...] = ()
    tools: tuple[ToolSpec, ...] = Field(min_length=1)
    tasks: tuple[ToolTask, ...] = ()
    seed: int = 0
