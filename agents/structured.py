"""Structured answers: the schema a model is held to, and reading what it wrote (promise 4)."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

T = TypeVar("T", bound=BaseModel)

# Keywords that hosted endpoints refuse in strict mode; pydantic checks them on the answer.
_UNWELCOME = {"minLength", "maxLength", "uniqueItems", "minProperties", "maxProperties"}
_DECORATION = {"title", "default", "examples"}
_NAMED = {"properties", "$defs"}
_THINKING = re.compile(r"^\s*<think>.*?(</think>|\Z)\s*", re.DOTALL)
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")
_QUOTED = 4000
# Mending takes time that grows with the square of the length; longer answers are asked again.
_FORGIVEN = 10_000
_DECODER = json.JSONDecoder(strict=False)

Message = tuple[str, str]


def clean(text: str) -> str:
    """`text` without NULs, lone surrogates and a leading block of thoughts."""
    if "\0" in text or not text.isascii():
        text = _UNUSABLE.sub("", text)
    return _THINKING.sub("", text, count=1) if "<think>" in text else text


@lru_cache(maxsize=256)
def schema_of(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema of `model`: every property required, objects closed, references inlined.

    A model that contains itself keeps its references. Objects with free keys stay open. Treat
    the result as read-only: it is shared.
    """
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined = _tightened(schema, definitions, ())
    if _refers(inlined):
        inlined["$defs"] = {
            name: _tightened(definition, {}, ()) for name, definition in definitions.items()
        }
    return dict(inlined)


@lru_cache(maxsize=256)
def response_format(model: type[BaseModel], *, portable: bool) -> dict[str, Any]:
    """The `response_format` that asks for `model`.

    `portable` leaves out keywords that hosted endpoints refuse; grammars of local servers can
    use them.
    """
    schema = schema_of(model)
    if portable:
        schema = _without(schema, _UNWELCOME)
    form = {"name": model.__name__, "schema": schema, "strict": _closed(schema)}
    return {"type": "json_schema", "json_schema": form}


def in_words(model: type[BaseModel]) -> str:
    """The instruction for endpoints that can't be held to a schema."""
    schema = json.dumps(schema_of(model), ensure_ascii=False)
    return f"Answer with one JSON object and nothing else. Its JSON Schema:\n{schema}"


def read(text: str, model: type[T], *, complete: bool = True) -> T:
    """The first object in `text` that is a `model`.

    Fences, text around it, trailing commas and the like are forgiven; an answer that was cut
    off (`complete` False) must be valid as it stands. Raises ValueError (pydantic's, where
    there is an object) if there is none.
    """
    failure: ValueError = ValueError("there is no JSON object in the answer")
    for candidate in _candidates(text, complete):
        try:
            return model.model_validate(candidate)
        except ValidationError as error:
            failure = error
    raise failure


def repair(messages: tuple[Message, ...], bad: str, why: str, model: type[BaseModel]) -> tuple[Message, ...]:
    """The conversation that asks once more, quoting the bad answer and what is wrong with it."""
    request = f"That answer can't be used: {why}. {in_words(model)}"
    return (*messages, ("assistant", bad[:_QUOTED]), ("user", request))


def complaint(error: ValueError) -> str:
    """What is wrong, for the model to read: one clause a fault."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'object'}: {f['msg']}" for f in faults[:8])


def _tightened(node: Any, definitions: dict[str, Any], inside: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_tightened(item, definitions, inside) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        if name in inside or name not in definitions:
            return {"$ref": node["$ref"]}
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return _tightened({**definitions[name], **beside}, definitions, (*inside, name))
    return _closed_object(
        {
            key: {name: _tightened(value, definitions, inside) for name, value in part.items()}
            if key in _NAMED
            else _tightened(part, definitions, inside)
            for key, part in node.items()
            if key not in _DECORATION
        }
    )


def _closed_object(node: dict[str, Any]) -> dict[str, Any]:
    if "properties" in node:
        node |= {"required": list(node["properties"]), "additionalProperties": False}
    return node


def _without(node: Any, keywords: set[str]) -> Any:
    if isinstance(node, list):
        return [_without(item, keywords) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _without(value, keywords) for name, value in part.items()}
        if key in _NAMED
        else _without(part, keywords)
        for key, part in node.items()
        if key not in keywords
    }


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for part in node.values():
            yield from _nodes(part)
    elif isinstance(node, list):
        for part in node:
            yield from _nodes(part)


def _refers(schema: Any) -> bool:
    return any("$ref" in node for node in _nodes(schema))


def _closed(schema: dict[str, Any]) -> bool:
    objects = [node for node in _nodes(schema) if node.get("type") == "object"]
    return all(node.get("additionalProperties") is False for node in objects)


def _candidates(text: str, complete: bool) -> Iterator[dict[str, Any]]:
    try:
        return _objects(_decoded(text))
    except (ValueError, RecursionError):
        return _forgiven(text) if complete and len(text) <= _FORGIVEN else iter(())


def _decoded(text: str) -> Any:
    value = _DECODER.decode(text)
    # Some models answer with the object inside a JSON string.
    return _DECODER.decode(value) if isinstance(value, str) and value[:1] == "{" else value


def _forgiven(text: str) -> Iterator[dict[str, Any]]:
    import json_repair

    try:
        yield from _objects(json_repair.loads(text))
    except (ValueError, RecursionError):
        pass
    yield from _embedded(text)


def _embedded(text: str) -> Iterator[dict[str, Any]]:
    """Whole objects that stand somewhere in the text."""
    start = text.find("{")
    while start >= 0:
        try:
            value, end = _DECODER.raw_decode(text, start)
            yield value
        except (ValueError, RecursionError):
            end = start + 1
        start = text.find("{", end)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
