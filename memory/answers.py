"""What the journal keeps: answers, and the canonical requests that they answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model answered.

    `logprobs` holds one object a token, as the endpoint gave them. `refused` is the endpoint's
    lasting reason for not answering this request (too long for the model, say); the text is
    empty then. `cost` is in USD, None where no price is known; `seconds` is the latency.
    """

    text: str
    finish_reason: str = "stop"
    tool_calls: tuple[dict[str, Any], ...] = ()
    logprobs: tuple[dict[str, Any], ...] | None = None
    refused: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = None
    seconds: float = 0.0
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One journalled call, for inspection."""

    key: str
    role: str
    request: dict[str, Any]
    answer: Answer


def canonical(request: Mapping[str, Any]) -> str:
    """The one JSON text of `request`: keys sorted, no spaces, characters as they are."""
    return json.dumps(request, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def key_of(request: str) -> str:
    """The key of a canonical request: 64 hexadecimal digits."""
    return hashlib.sha256(request.encode()).hexdigest()
