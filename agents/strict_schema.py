"""The JSON Schema that an answer is held to, made from its pydantic model (promise 4)."""

import json
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

# Keywords that hosted endpoints refuse in strict mode; pydantic checks them on the answer.
_UNWELCOME = {"minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties"}
_DECORATION = {"title", "default", "examples"}
_BY_NAME = {"properties", "$defs"}

Schema = dict[str, Any]


@lru_cache(maxsize=256)
def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of `model`: every property required, objects closed, references inlined.

    A model that contains itself keeps its references. Objects with free keys stay open. Treat
    the result as read-only: it is shared.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    tight: Schema = _tight(schema, definitions, ())
    if any("$ref" in node for node in _nodes(tight)):
        tight["$defs"] = {name: _tight(part, {}, ()) for name, part in definitions.items()}
    return tight


@lru_cache(maxsize=256)
def response_format(model: type[BaseModel], *, portable: bool) -> Schema:
    """The `response_format` that asks for `model`.

    `portable` leaves out keywords that hosted endpoints refuse; grammars of local servers can
    use them.
    """
    schema = schema_of(model)
    if portable:
        schema = _without(schema, _UNWELCOME)
    form = {"name": model.__name__, "schema": schema, "strict": _is_closed(schema)}
    return {"type": "json_schema", "json_schema": form}


@lru_cache(maxsize=256)
def in_words(model: type[BaseModel]) -> str:
    """The instruction for endpoints that can't be held to a schema."""
    schema = json.dumps(schema_of(model), ensure_ascii=False)
    return f"Answer with one JSON object and nothing else. Its JSON Schema:\n{schema}"


def _tight(node: Any, definitions: Schema, inside: tuple[str, ...]) -> Any:
    if not isinstance(node, dict):
        return _each(node, lambda part: _tight(part, definitions, inside))
    if "$ref" in node:
        return _inlined(node, definitions, inside)
    kept = _without(node, _DECORATION, deep=False)
    tight: Schema = _parts(kept, lambda part: _tight(part, definitions, inside))
    if "properties" in tight:
        tight |= {"required": list(tight["properties"]), "additionalProperties": False}
    return tight


def _inlined(node: Schema, definitions: Schema, inside: tuple[str, ...]) -> Any:
    name = node["$ref"].rpartition("/")[2]
    if name in inside or name not in definitions:
        return {"$ref": node["$ref"]}
    beside = {key: value for key, value in node.items() if key != "$ref"}
    return _tight({**definitions[name], **beside}, definitions, (*inside, name))


def _without(node: Any, keywords: set[str], deep: bool = True) -> Any:
    """`node` without these keywords; properties that happen to have such a name stay."""
    if not isinstance(node, dict):
        return _each(node, lambda part: _without(part, keywords))
    kept = {key: part for key, part in node.items() if key not in keywords}
    return _parts(kept, lambda part: _without(part, keywords)) if deep else kept


def _parts(node: Schema, change: Callable[[Any], Any]) -> Schema:
    """`node` with its subschemas changed; the keys below `properties` are names."""
    return {
        key: {name: change(part) for name, part in value.items()}
        if key in _BY_NAME
        else change(value)
        for key, value in node.items()
    }


def _each(node: Any, change: Callable[[Any], Any]) -> Any:
    return [change(item) for item in node] if isinstance(node, list) else node


def _nodes(node: Any) -> Iterator[Schema]:
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node:
        if isinstance(part, dict | list):
            yield from _nodes(part)


def _is_closed(schema: Schema) -> bool:
    objects = [node for node in _nodes(schema) if node.get("type") == "object"]
    return all(node.get("additionalProperties") is False for node in objects)
