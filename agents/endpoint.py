"""One model at one endpoint: puts a question once, learning what the endpoint can't take."""

import asyncio
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from trialogue.agents.answers import spoken
from trialogue.agents.failures import NotFound, Place, Refused, boundary
from trialogue.agents.models import (
    KEY_VARIABLE,
    ModelSpec,
    Target,
    close_chat_model,
    make_chat_model,
    parse,
    target,
)
from trialogue.agents.providers import make_other_chat_model
from trialogue.agents.wire import QUIRKS, Ask, Quirk, Sampling, learn, parameters, worded
from trialogue.errors import EndpointError
from trialogue.memory.journal import Answer, Journal
from trialogue.memory.redaction import SHORTEST_SECRET

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage


class Endpoint:
    """A chat model with what is known about its endpoint; it belongs to one event loop.

    `where` is None for providers that don't speak the OpenAI protocol: they get no seed, and
    the schema in words. `timeout` bounds each try, in seconds.
    """

    def __init__(
        self,
        spec: ModelSpec,
        model: "BaseChatModel",
        where: Target | None,
        journal: Journal,
        timeout: float,
    ) -> None:
        self.model, self.where = model, where
        self._journal, self._timeout = journal, timeout
        variable = KEY_VARIABLE if where else "its variable"
        url = where.base_url if where else spec.base_url or parse(spec.name).provider
        self.place = Place(spec.name, url, variable)
        # The built-in server changes its port from run to run.
        fixed = parse(spec.name).provider == "local"
        self._fact = f"quirks of {spec.name}" if fixed else f"quirks of {spec.name} at {url}"
        known = journal.recall(self._fact) or []
        self.quirks: set[Quirk] = {quirk for quirk in QUIRKS if quirk in known}

    async def put(self, ask: Ask) -> Answer:
        """One try. Raises Passing, Refused or EndpointError."""
        while True:
            sent = frozenset(self.quirks)
            try:
                return await self._send(ask, sent)
            except NotFound as error:
                raise await self._unknown(error) from None
            except Refused as refusal:
                quirk = learn(refusal.text, sent, ask) if self.where else None
                if quirk is None:
                    raise self._settled(refusal) from None
                self._remember(quirk)

    async def offered(self) -> list[str]:
        """The names of the models that the endpoint lists; empty where it does not say."""
        client: Any = getattr(self.model, "root_async_client", None)
        if client is None:
            return []
        try:
            async with asyncio.timeout(min(self._timeout, 10.0)):
                return sorted([model.id async for model in client.models.list()])
        except Exception:
            return []

    async def close(self) -> None:
        """Close the connections."""
        await close_chat_model(self.model)

    async def _send(self, ask: Ask, quirks: frozenset[Quirk]) -> Answer:
        given: dict[str, Any] = {"stop": list(ask.sampling.stop)} if ask.sampling.stop else {}
        if self.where:
            given = parameters(ask, quirks, hosted=self.where.hosted)
        in_words = self.where is None or "response_format" in quirks
        messages = worded(ask, quirks, schema_in_words=in_words)
        start = time.perf_counter()
        with boundary(self.place):
            async with asyncio.timeout(self._timeout):
                said = await self.model.ainvoke(messages, **given)
        if not self.place.answered:
            self.place = replace(self.place, answered=True)
        return self._answer(said, ask, time.perf_counter() - start)

    def _answer(self, said: "AIMessage", ask: Ask, seconds: float) -> Answer:
        text = spoken(str(said.text))
        key = self.where.api_key.get_secret_value() if self.where else ""
        if len(key) >= SHORTEST_SECRET:
            text = text.replace(key, "***")
        about = said.response_metadata
        usage = said.usage_metadata
        logprobs = (about.get("logprobs") or {}).get("content")
        return Answer(
            text=text,
            finish_reason=str(about.get("finish_reason") or about.get("stop_reason") or "stop"),
            tool_calls=tuple(dict(call) for call in said.tool_calls),
            logprobs=tuple(logprobs) if logprobs else None,
            input_tokens=usage["input_tokens"] if usage else _guess(m[1] for m in ask.messages),
            output_tokens=usage["output_tokens"] if usage else _guess([text]),
            seconds=seconds,
        )

    def _settled(self, refusal: Refused) -> Exception:
        """A lasting reason, or, if nothing was ever answered here, a setting to mend."""
        if refusal.about_request or self.place.answered:
            return refusal
        return EndpointError(
            f"{self.place.url} refuses requests to {self.place.name}: {refusal.text}"
        )

    def _remember(self, quirk: Quirk) -> None:
        self.quirks.add(quirk)
        self._journal.remember(self._fact, sorted(self.quirks))

    async def _unknown(self, error: NotFound) -> EndpointError:
        names = await self.offered()
        if names:
            shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
            return EndpointError(f"{self.place.url} has no {self.place.name}; it offers {shown}")
        return EndpointError(
            f"{self.place.url} does not know {self.place.name} ({error.text}); check the model's "
            "name and the base URL, which usually ends in /v1"
        )


def connect(spec: ModelSpec, sampling: Sampling, journal: Journal, timeout: float) -> Endpoint:
    """The endpoint behind `spec`. Raises EndpointError if it can't be set up.

    `sampling` matters to providers that don't speak the OpenAI protocol: they fix it here.
    """
    if parse(spec.name).compatible:
        where = target(spec)
        return Endpoint(spec, make_chat_model(where, timeout=timeout), where, journal, timeout)
    settings = {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "timeout": timeout,
    }
    given = {name: value for name, value in settings.items() if value is not None}
    return Endpoint(spec, make_other_chat_model(spec, given), None, journal, timeout)


def _guess(texts: Any) -> int:
    """Tokens where an endpoint does not report them: one for four bytes."""
    return math.ceil(sum(len(text.encode()) for text in texts) / 4)
