"""What a dialogue's tools have said so far, so that a played tool does not contradict it."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from trialogue.memory.journal import canonical
from trialogue.records import ToolCall

_VERBS = """
get search list find check show view count read lookup query fetch calculate compare estimate verify
"""
_READING = frozenset(_VERBS.split())
_LISTS = ("rows", "items", "results", "data", "entries", "records", "result")

Entity = tuple[str, str]
Place = tuple[str | int, ...]


class Conflict(NamedTuple):
    """A value that is another than it was: where in the answer, of what, and what it must be."""

    place: Place
    told: str
    was: Any


class Seen(NamedTuple):
    """One object of an answer: its place, what it is (None if it does not say), whether it is
    what the call was for, and its own values."""

    place: Place
    entity: Entity | None
    direct: bool
    values: Mapping[str, Any]


def reads(name: str) -> bool:
    """Whether a tool of this name only looks things up (METHOD §3: get_, search_, …)."""
    return name.partition("_")[0] in _READING


class Past:
    """The calls of one dialogue, and what they said of each entity.

    An entity is an object with an id: `id`, or NAME_id in an object or a tool that is called
    NAME. A write makes what was known of the entities it names open again.
    """

    def __init__(self) -> None:
        self.calls: list[ToolCall] = []
        self._known: dict[Entity, dict[str, Any]] = {}
        self._answers: dict[str, str] = {}

    def answer(self, name: str, arguments: Mapping[str, Any]) -> str | None:
        """What the same look-up gave before, unless something was written since."""
        return self._answers.get(_key(name, arguments))

    def note(self, name: str, arguments: Mapping[str, Any], result: str) -> None:
        """Remember a call. A result "error: …" says nothing and has changed nothing."""
        self.calls.append(ToolCall(name=name, arguments=dict(arguments), result=result))
        if result.startswith("error:"):
            return
        value = _parsed(result)
        if reads(name):
            self._answers[_key(name, arguments)] = result
        else:
            self._answers.clear()
            self._reopen(name, arguments, value)
        for seen in _objects(value, name, arguments):
            if seen.entity is not None:
                self._known.setdefault(seen.entity, {}).update(seen.values)

    def conflicts(self, name: str, arguments: Mapping[str, Any], value: Any) -> list[Conflict]:
        """Where an answer to a look-up differs from what was asked for or said before."""
        if not reads(name):
            return []
        said = {entity: dict(values) for entity, values in self._known.items()}
        found: list[Conflict] = []
        for seen in _objects(value, name, arguments):
            known = said.setdefault(seen.entity, {}) if seen.entity else {}
            found += _differing(seen, {**known, **_asked(seen, arguments)})
            known.update({key: part for key, part in seen.values.items() if key not in known})
        return found

    def _reopen(self, name: str, arguments: Mapping[str, Any], value: Any) -> None:
        named = [(key[:-3], str(part)) for key, part in _ids(arguments).items()]
        seen = [one.entity for one in _objects(value, name, arguments) if one.entity]
        for entity in (*named, *seen):
            self._known.pop(entity, None)


def corrected(value: Any, conflicts: list[Conflict]) -> Any:
    """The answer with what it must say at each conflict."""
    made = json.loads(json.dumps(value))
    for place, _, was in conflicts:
        node = made
        for step in place[:-1]:
            node = node[step]
        node[place[-1]] = was
    return made


def _differing(seen: Seen, known: Mapping[str, Any]) -> Iterator[Conflict]:
    for key, value in seen.values.items():
        if key in known and known[key] != value:
            what = " ".join(seen.entity) if seen.entity else "the result"
            told = f"{key} of {what} is {known[key]!r}, not {value!r}"
            yield Conflict((*seen.place, key), told, known[key])


def _objects(value: Any, name: str, arguments: Mapping[str, Any]) -> Iterator[Seen]:
    """Every object in an answer, outermost first."""
    noun = _one(name.partition("_")[2] or name)
    return _walk(value, noun, (), arguments, direct=True)


def _walk(
    value: Any, noun: str, place: Place, arguments: Mapping[str, Any], *, direct: bool
) -> Iterator[Seen]:
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from _walk(part, noun, (*place, number), {}, direct=direct)
    elif isinstance(value, dict):
        own = {key: part for key, part in value.items() if isinstance(part, str | int | float)}
        entity = _entity(own, noun) or (_entity(arguments, noun) if direct else None)
        yield Seen(place, entity, direct, own)
        for key, part in value.items():
            inside = key in _LISTS
            yield from _walk(
                part, noun if inside else _one(key), (*place, key), {}, direct=direct and inside
            )


def _entity(values: Mapping[str, Any], noun: str) -> Entity | None:
    for key, value in values.items():
        stem = noun if key == "id" else key.removesuffix("_id") if key.endswith("_id") else ""
        if stem and (noun == stem or noun.startswith(f"{stem}_") or noun.endswith(f"_{stem}")):
            return stem, str(value)
    return None


def _asked(seen: Seen, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The ids that an object must have as they were asked for; each of a list has its own."""
    own = f"{seen.entity[0]}_id" if seen.entity and seen.place else ""
    ids = _ids(arguments) if seen.direct else {}
    return {key: value for key, value in ids.items() if key != own}


def _ids(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in arguments.items()
        if key.endswith("_id") and isinstance(value, str | int)
    }


def _one(noun: str) -> str:
    """The singular, roughly; always the same for the same word."""
    if noun.endswith("ies"):
        return f"{noun[:-3]}y"
    if noun.endswith("s") and not noun.endswith("ss"):
        return noun[:-1]
    return noun


def _parsed(result: str) -> Any:
    try:
        return json.loads(result)
    except ValueError:
        return None


def _key(name: str, arguments: Mapping[str, Any]) -> str:
    return canonical({"name": name, "arguments": dict(arguments)})
