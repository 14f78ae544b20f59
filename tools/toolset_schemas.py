"""JSON Schemas of tools: whether they are such, and whether a value fits one."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

_WORDS = 300


class JsonSchema:
    """A JSON Schema (draft 2020-12) without references to elsewhere."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    @property
    def fault(self) -> str | None:
        """What is wrong with the schema itself; None if nothing is."""
        from jsonschema import Draft202012Validator
        from jsonschema.exceptions import SchemaError

        try:
            Draft202012Validator.check_schema(self._schema)
        except SchemaError as error:
            place = ".".join(str(step) for step in error.absolute_path)
            return f"is not JSON Schema: {place + ': ' if place else ''}{_short(error.message)}"
        except RecursionError:
            return "is nested too deeply"
        away = next((ref for ref in _references(self._schema) if not ref.startswith("#")), None)
        if away is not None:
            return f"refers to {away!r}; only references within it (#/…) are allowed"
        return self._unresolved()

    def misfit(self, value: Any) -> str | None:
        """Why `value` does not fit, as one line; None if it does."""
        from jsonschema.exceptions import best_match

        try:
            error = best_match(self._validator.iter_errors(value))
        except RecursionError:
            return "it cannot be checked"
        if error is None:
            return None
        place = ".".join(str(step) for step in error.absolute_path)
        return f"{place + ': ' if place else ''}{_short(error.message)}"

    @cached_property
    def _validator(self) -> Any:
        from jsonschema import Draft202012Validator

        return Draft202012Validator(
            self._schema, format_checker=Draft202012Validator.FORMAT_CHECKER
        )

    def _unresolved(self) -> str | None:
        """Whether a reference leads nowhere or, by others or at once, back to itself."""
        leads: dict[str, set[str]] = {}
        for ref in _references(self._schema):
            node = self._at(ref)
            if not isinstance(node, Mapping):
                return f"refers to {ref!r}, which is not in it"
            leads[ref] = set(_references(node))
        for ref in leads:
            reached, found = set[str](), set(leads[ref])
            while found - reached:
                reached |= found
                found = set().union(*(leads[other] for other in reached))
            if ref in reached:
                return f"contains itself by {ref!r}; write it out"
        return None

    def _at(self, ref: str) -> Any:
        node: Any = self._schema
        for step in ref.removeprefix("#").strip("/").split("/"):
            if step:
                name = step.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, Mapping) else None
        return node


def _references(node: Any) -> Iterator[str]:
    """The targets of all references; what stands in an example or constant counts too."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("$ref", "$dynamicRef") and isinstance(value, str):
                yield value
            yield from _references(value)
    elif isinstance(node, list | tuple):
        for part in node:
            yield from _references(part)


def _short(message: str) -> str:
    text = " ".join(message.split())
    return text if len(text) <= _WORDS else f"{text[:_WORDS]}…"
