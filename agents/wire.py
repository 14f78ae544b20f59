"""How a question travels: what is asked, and in which form an endpoint wants it.

Endpoints that call themselves OpenAI-compatible refuse different parts of the protocol. A
`Quirk` is such a refusal, learnt from an error; the question is put again without that part.
It never changes the journal's key: the key is of what is asked, not of how it travels.
"""

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

from trialogue.agents.answers import Message
from trialogue.agents.seeds import seed_for
from trialogue.agents.strict_schema import in_words, response_format, schema_of
from trialogue.memory.journal import canonical

Quirk = Literal[
    "response_format", "system", "max_tokens", "temperature", "top_p", "stop", "seed", "logprobs"
]
QUIRKS: tuple[Quirk, ...] = get_args(Quirk)
_SIGNS: dict[Quirk, re.Pattern[str]] = {
    "response_format": re.compile(r"response.?format|json.?schema|structured|grammar|guided", re.I),
    "system": re.compile(r"system (role|message)|developer instruction", re.I),
    "max_tokens": re.compile(r"max_(completion_)?tokens", re.I),
    "temperature": re.compile(r"\btemperature\b", re.I),
    "top_p": re.compile(r"\btop_p\b", re.I),
    "stop": re.compile(r"['\"`]stop['\"`]|\bstop (is|sequence)", re.I),
    "seed": re.compile(r"\bseed\b", re.I),
    "logprobs": re.compile(r"logprobs", re.I),
}
_REFUSED = re.compile(
    r"support|unrecogni[sz]ed|unknown|permitted|unexpected|extra|not allowed|invalid (schema|param)"
    r"|not implemented|unavailable|grammar|only the default",
    re.I,
)
_SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class Sampling:
    """How an answer is drawn. `top_logprobs` asks for that many alternatives a token."""

    temperature: float = 0.7
    top_p: float | None = None
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    top_logprobs: int | None = None

    def given(self) -> dict[str, Any]:
        """The settings that are set; new ones that are not leave old keys as they were."""
        all_of = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in all_of if value not in (None, ())}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to one model: everything that determines the answer.

    `again` counts the times the same question was put before because the answer was empty.
    """

    role: str
    model: str
    messages: tuple[Message, ...]
    sampling: Sampling
    seed: int
    attempt: int = 0
    again: int = 0
    schema: type[BaseModel] | None = None

    def request(self) -> str:
        """The canonical JSON whose hash is the journal's key."""
        return canonical(
            {
                "model": self.model,
                "messages": self.messages,
                "schema": schema_of(self.schema) if self.schema else None,
                "sampling": self.sampling.given(),
                "seed": self.seed,
                "attempt": self.attempt,
                "again": self.again,
            }
        )

    @property
    def drawn_seed(self) -> int:
        """The seed as it is sent: another one each time the question is put again."""
        return seed_for(self.seed, "again", self.again) if self.again else self.seed % _SEEDS


def parameters(ask: Ask, quirks: Set[str], *, hosted: bool) -> dict[str, Any]:
    """The arguments of an OpenAI-compatible call.

    `hosted` is OpenAI's own service, which names the token limit differently and takes fewer
    schema keywords.
    """
    sampling = ask.sampling
    renamed = hosted is ("max_tokens" not in quirks)
    given: dict[str, Any] = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "stop": list(sampling.stop) or None,
        "seed": ask.drawn_seed,
        "logprobs": True if sampling.top_logprobs is not None else None,
        "top_logprobs": None if "logprobs" in quirks else sampling.top_logprobs,
        "max_completion_tokens" if renamed else "max_tokens": sampling.max_tokens,
        "response_format": response_format(ask.schema, portable=hosted) if ask.schema else None,
    }
    dropped = quirks - {"max_tokens", "system"}
    return {k: v for k, v in given.items() if v is not None and k not in dropped}


def worded(ask: Ask, quirks: Set[str], *, schema_in_words: bool) -> list[Message]:
    """The messages as they are sent, with the schema in words where it can't travel otherwise."""
    messages = list(ask.messages)
    if ask.schema is not None and schema_in_words:
        messages = _with_instruction(messages, in_words(ask.schema))
    return _without_system(messages) if "system" in quirks else messages


def learn(text: str, known: Set[str], ask: Ask) -> Quirk | None:
    """Which part of the question the error `text` refuses; None if it is about something else."""
    if not _REFUSED.search(text):
        return None
    for quirk, sign in _SIGNS.items():
        if quirk not in known and sign.search(text) and _sent(ask, quirk):
            return quirk
    return None


def _sent(ask: Ask, quirk: Quirk) -> bool:
    sampling = ask.sampling
    conditional = {
        "response_format": ask.schema is not None,
        "system": any(speaker == "system" for speaker, _ in ask.messages),
        "top_p": sampling.top_p is not None,
        "stop": bool(sampling.stop),
        "logprobs": sampling.top_logprobs is not None,
    }
    return conditional.get(quirk, True)


def _with_instruction(messages: list[Message], instruction: str) -> list[Message]:
    if messages and messages[0][0] == "system":
        return [("system", f"{messages[0][1]}\n\n{instruction}"), *messages[1:]]
    return [("system", instruction), *messages]


def _without_system(messages: list[Message]) -> list[Message]:
    said = "\n\n".join(text for speaker, text in messages if speaker == "system")
    rest = [message for message in messages if message[0] != "system"]
    if not said:
        return rest
    if rest and rest[0][0] == "user":
        return [("user", f"{said}\n\n{rest[0][1]}"), *rest[1:]]
    return [("user", said), *rest]
