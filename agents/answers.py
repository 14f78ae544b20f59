"""Reading what a model wrote: forgiving about the form, strict about the content (promise 4)."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from trialogue.agents.strict_schema import in_words
from trialogue.tools.plain_text import usable

T = TypeVar("T", bound=BaseModel)
Message = tuple[str, str]

_THINKING = re.compile(r"^\s*<think>.*?(</think>|\Z)", re.DOTALL)
_QUOTED = 4000
# Mending takes time that grows with the square of the length; longer answers are asked again.
_FORGIVEN = 10_000
_DECODER = json.JSONDecoder(strict=False)


def spoken(text: str) -> str:
    """What a model says: usable, without a leading block of thoughts and outer white space."""
    text = usable(text)
    return (_THINKING.sub("", text, count=1) if "<think>" in text else text).strip()


def read(text: str, model: type[T], *, complete: bool = True) -> T:
    """The first object in `text` that is a `model`.

    Fences, text around it, trailing commas and the like are forgiven; in an answer that was
    cut off (`complete` False) an object must be whole. Raises ValueError (pydantic's, where
    there is an object) if there is none.
    """
    failure: ValueError = ValueError("there is no JSON object in the answer")
    for candidate in _candidates(text, complete):
        try:
            return model.model_validate(candidate)
        except ValidationError as error:
            failure = error
    raise failure


def repair(
    messages: tuple[Message, ...], bad: str, why: str, model: type[BaseModel]
) -> tuple[Message, ...]:
    """The conversation that asks once more, quoting the bad answer and what is wrong with it."""
    request = f"That answer can't be used: {why}. {in_words(model)}"
    return (*messages, ("assistant", bad[:_QUOTED]), ("user", request))


def complaint(error: ValueError) -> str:
    """What is wrong, for the model to read: one clause a fault."""
    if not isinstance(error, ValidationError):
        return str(error)
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, f['loc'])) or 'object'}: {f['msg']}" for f in faults[:8])


def _candidates(text: str, complete: bool) -> Iterator[dict[str, Any]]:
    with contextlib.suppress(ValueError, RecursionError):
        return _objects(_decoded(text))
    if len(text) > _FORGIVEN:
        return iter(())
    return _forgiven(text) if complete else _embedded(text)


def _decoded(text: str) -> Any:
    value = _DECODER.decode(text)
    # Some models answer with the object inside a JSON string.
    return _DECODER.decode(value) if isinstance(value, str) and value[:1] == "{" else value


def _forgiven(text: str) -> Iterator[dict[str, Any]]:
    import json_repair

    with contextlib.suppress(ValueError, RecursionError):
        yield from _objects(json_repair.loads(text))
    yield from _embedded(text)


def _embedded(text: str) -> Iterator[dict[str, Any]]:
    """Whole objects that stand somewhere in the text."""
    start = text.find("{")
    while start >= 0:
        end = start + 1
        with contextlib.suppress(ValueError, RecursionError):
            value, end = _DECODER.raw_decode(text, start)
            yield value
        start = text.find("{", end)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))
