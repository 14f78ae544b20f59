"""A toolset as a file that people edit: YAML or JSON."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, model_validator

from trialogue.errors import UsageError
from trialogue.records import Toolset
from trialogue.tools.toolset_checks import check_toolset
from trialogue.yaml_files import read_yaml, told

_WIDTH = 100


class ToolsetFile(Toolset):
    """A toolset as it is written: dates may stand without quotes."""

    @model_validator(mode="before")
    @classmethod
    def _dates_as_text(cls, values: Any) -> Any:
        return _plain(values)


def read_toolset(path: Path) -> Toolset:
    """The toolset in a YAML file, or a JSON file whose name ends in `.json`, checked.

    Raises UsageError as `file:line: what is wrong` for the form, `file: what is wrong` for what
    the schemas, the SQL and the rows say.
    """
    read = _from_json(path) if path.suffix == ".json" else read_yaml(path, ToolsetFile)
    toolset = Toolset.model_validate(read.model_dump())
    check_toolset(toolset, f"{path}: ")
    return toolset


def write_toolset(toolset: Toolset, path: Path) -> None:
    """Write it so that `read_toolset` gives it back; JSON where the name ends in `.json`.

    Raises UsageError if the file cannot be written.
    """
    values = _plain(toolset.model_dump(exclude_defaults=True))
    values = {"schema_version": toolset.schema_version, **values}
    try:
        path.write_text(_as_json(values) if path.suffix == ".json" else as_yaml(values), "utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def as_yaml(values: dict[str, Any]) -> str:
    """A toolset's values as YAML: a row on a line, SQL and long texts as blocks."""
    for table in values.get("tables", ()):
        if "rows" in table:
            table["rows"] = [_Row(row) for row in table["rows"]]
    for tool in values["tools"]:
        if "\n" in (tool.get("sql") or ""):
            tool["sql"] = _Block(tool["sql"])
    return yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


class _Row(dict[str, Any]):
    """A mapping that stands on one line."""


class _Block(str):
    """A text that stands below its key."""


class _Dumper(yaml.SafeDumper):
    """Writes rows and blocks as such, and no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _row(dumper: yaml.SafeDumper, row: _Row) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row.items(), flow_style=True)


def _block(dumper: yaml.SafeDumper, text: _Block) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")


_Dumper.add_representer(_Row, _row)
_Dumper.add_representer(_Block, _block)


def _plain(value: Any) -> Any:
    """Values as JSON has them; decimals as numbers where that keeps them exact."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(str(number)) == value else str(value)
    return value


def _as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _from_json(path: Path) -> Toolset:
    try:
        return ToolsetFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file") from error
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{error.lineno}: not JSON: {error.msg}") from error
    except ValidationError as error:
        raise UsageError(f"{path}: {told(error.errors()[0], Toolset)}") from error
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
