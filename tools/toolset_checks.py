"""What is amiss with a toolset: schemas, SQL and its binds, references, tables and rows."""

from collections.abc import Collection, Iterator, Sequence

from trialogue.errors import UsageError
from trialogue.records import Toolset, ToolSpec
from trialogue.tools.sql_statement import Statement, dialect_of, parse_statement
from trialogue.tools.toolset_rows import table_faults
from trialogue.tools.toolset_schemas import JsonSchema

TODAY = "today"
_SHOWN = 3
# What the code around a tool calls its own arguments.
_TAKEN = ("config", "run_manager", "self")


def check_toolset(toolset: Toolset, where: str = "") -> None:
    """Raises UsageError with one line that says the first faults, after `where`."""
    faults = list(toolset_faults(toolset))
    if faults:
        more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise UsageError(f"{where}{'; '.join(faults[:_SHOWN])}{more}")


def toolset_faults(toolset: Toolset) -> Iterator[str]:
    """Every fault as one clause that names the tool, the task or the table."""
    tools = [tool.name for tool in toolset.tools]
    yield from _repeated("tool", tools)
    yield from _repeated("task", [task.id for task in toolset.tasks])
    try:
        dialect = dialect_of(toolset.url)
    except UsageError as error:
        yield str(error)
        return
    tables = [table.name for table in toolset.tables]
    known = tables if tables or toolset.url is None else None
    for tool in toolset.tools:
        yield from tool_faults(tool, dialect, known)
    yield from table_faults(toolset.tables)
    yield from _task_faults(toolset, tools)


def tool_faults(
    tool: ToolSpec, dialect: str = "sqlite", tables: Collection[str] | None = None
) -> Iterator[str]:
    """What is amiss with one tool whose SQL may use `tables` (None: any)."""
    if tool.name == "none":
        yield "tool none: this name is taken; choose another"
    faults = [*_parameter_faults(tool), *_result_faults(tool)]
    yield from faults
    if not faults and tool.sql is not None:
        try:
            parsed_tool(tool, dialect, tables)
        except UsageError as error:
            yield str(error)


def parsed_tool(tool: ToolSpec, dialect: str, tables: Collection[str] | None = None) -> Statement:
    """The checked statement of a tool with SQL.

    Raises UsageError that names the tool, also where binds and parameters differ: an argument
    that nothing uses would make the record of a call say what did not happen.
    """
    place = f"tool {tool.name}: "
    try:
        statement = parse_statement(tool.sql or "", dialect, tables)
    except UsageError as error:
        raise UsageError(f"{place}sql: {error}") from error
    parameters = [*tool.parameters.get("properties", {})]
    unknown = [name for name in statement.binds if name not in (*parameters, TODAY)]
    if unknown:
        there = ", ".join(parameters) or "none"
        raise UsageError(f"{place}sql: no parameter is called {unknown[0]!r}; there are {there}")
    unused = [name for name in parameters if name not in statement.binds]
    if unused:
        raise UsageError(f"{place}sql: the parameter {unused[0]!r} is not used; write :{unused[0]}")
    return statement


def _parameter_faults(tool: ToolSpec) -> Iterator[str]:
    place = f"tool {tool.name}: parameters"
    fault = JsonSchema(tool.parameters).fault
    if fault:
        yield f"{place}: {fault}"
        return
    if tool.parameters.get("type") != "object":
        yield f"{place}: must be a schema with type: object"
        return
    properties = tool.parameters.get("properties", {})
    for name in properties:
        if name in _TAKEN or not name.isidentifier():
            yield f"{place}: {name!r} cannot be a parameter's name; choose another"
    for name in tool.parameters.get("required", ()):
        if name not in properties:
            yield f"{place}: {name!r} is required but not among the properties"


def _result_faults(tool: ToolSpec) -> Iterator[str]:
    fault = JsonSchema(tool.result).fault
    if fault:
        yield f"tool {tool.name}: result: {fault}"


def _task_faults(toolset: Toolset, tools: Collection[str]) -> Iterator[str]:
    for task in toolset.tasks:
        named = [*task.tools, *(line.tool for line in task.rubric if line.tool)]
        for name in dict.fromkeys(named):
            if name not in tools:
                yield f"task {task.id}: no tool is called {name!r}; there are {', '.join(tools)}"


def _repeated(what: str, names: Sequence[str]) -> Iterator[str]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield f"{what} {name} is there {names.count(name)} times"
