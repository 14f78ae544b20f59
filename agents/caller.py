"""The only door to models: journal, limits, retries, structured answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self, TypeVar

from pydantic import BaseModel

from trialogue.agents.answers import Message, complaint, read, repair
from trialogue.agents.endpoint import Endpoint, connect
from trialogue.agents.limits import Budget, Limits, Meter, Price
from trialogue.agents.models import ModelSpec, parse
from trialogue.agents.session import Connect, Session, Sleep
from trialogue.agents.wire import Ask, Sampling
from trialogue.errors import AnswerError, ModelError, UsageError
from trialogue.memory.journal import Answer, Journal, key_of
from trialogue.memory.spans import counted, span
from trialogue.tools.plain_text import usable

__all__ = ["Answer", "Caller", "Meter", "ModelSpec", "RoleStats", "Sampling"]

T = TypeVar("T", bound=BaseModel)

_TIMES = 3
_ROOM = 2048
_OVERHEAD = 256
"""Tokens that an endpoint puts around the messages; a token is a byte at least."""
_USUAL = Sampling()


@dataclass(slots=True)
class RoleStats:
    """What happened to one role's calls: answered live, replayed, tried again, repaired."""

    live: int = 0
    replayed: int = 0
    retries: int = 0
    repairs: int = 0


class Caller:
    """Asks models by role and keeps what they answer in the journal.

    `models` names the model of each role. `timeout` bounds one try in seconds; `sleep` waits
    between tries; `connect` makes endpoints. Use it as `async with Caller(…) as caller`, in as
    many event loops as you like, one after the other. It connects when the first question is
    not in the journal, so that a replay needs neither network nor key. `heard` is told of every
    answer with its journal key, replayed ones too.
    Raises UsageError if there is a money limit and a model without a price.
    """

    def __init__(
        self,
        models: Mapping[str, ModelSpec],
        journal: Journal,
        *,
        limits: Limits | None = None,
        timeout: float = 300.0,
        sleep: Sleep = asyncio.sleep,
        connect: Connect = connect,
    ) -> None:
        self.models = dict(models)
        self.journal = journal
        self.limits = limits or Limits()
        self.budget = Budget(self.limits, journal.totals())
        self.heard: Callable[[str, Answer], None] | None = None
        self.stats: dict[str, RoleStats] = {role: RoleStats() for role in models}
        self._timeout, self._sleep, self._connect = timeout, sleep, connect
        self._session: Session | None = None
        self._check_models()

    async def text(
        self,
        role: str,
        messages: Sequence[Message],
        *,
        seed: int,
        attempt: int = 0,
        sampling: Sampling = _USUAL,
        meter: Meter | None = None,
    ) -> Answer:
        """The answer of `role`'s model; its text is never empty.

        `messages` are (system, user or assistant; text) pairs. An empty answer is asked again
        with another seed. Raises AnswerError if it stays empty, ModelError if the call fails
        for good, EndpointError, LimitReached.
        """
        return await self._spoken(self._ask(role, messages, seed, attempt, sampling), meter)

    async def data(
        self,
        role: str,
        messages: Sequence[Message],
        schema: type[T],
        *,
        seed: int,
        attempt: int = 0,
        sampling: Sampling = _USUAL,
        meter: Meter | None = None,
    ) -> T:
        """The answer of `role`'s model as a `schema`, repaired by one more call if need be.

        Raises as `text`, and AnswerError if the repaired answer can't be used either.
        """
        ask = self._ask(role, messages, seed, attempt, sampling, schema)
        return (await self._read(ask, schema, meter))[0]

    async def weighed(
        self,
        role: str,
        messages: Sequence[Message],
        schema: type[T],
        *,
        seed: int,
        sampling: Sampling = _USUAL,
        meter: Meter | None = None,
    ) -> tuple[T, Answer]:
        """As `data`, with the answer that was read: it holds the tokens' probabilities where
        `sampling` asks for them and the endpoint gives them."""
        return await self._read(self._ask(role, messages, seed, 0, sampling, schema), schema, meter)

    async def _read(self, ask: Ask, schema: type[T], meter: Meter | None) -> tuple[T, Answer]:
        answer = await self._spoken(ask, meter)
        try:
            return _read(answer, schema), answer
        except ValueError as error:
            self.stats[ask.role].repairs += 1
            ask, why = _repaired(ask, answer, error, schema), complaint(error)
        try:
            with span("CHAIN", "repair") as mended:
                mended.note(schema=schema.__name__, complaint=why)
                answer = await self._spoken(ask, meter)
                return _read(answer, schema), answer
        except ValueError as error:
            raise AnswerError(
                f"{ask.model} as {ask.role} gave no {schema.__name__}, also when asked again: "
                f"{complaint(error)}"
            ) from error

    async def aclose(self) -> None:
        """Close all connections; the journal stays open."""
        session, self._session = self._session, None
        if session is not None and session.loop is asyncio.get_running_loop():
            await session.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _check_models(self) -> None:
        for role, spec in self.models.items():
            free = parse(spec.name).provider == "local"
            if self.limits.money is not None and not free and self._price(spec.name) is None:
                raise UsageError(
                    f"a limit on money needs the price of {spec.name} ({role}); add it to prices"
                )

    def _price(self, name: str) -> Price | None:
        return self.limits.prices.get(name)

    def _ask(
        self,
        role: str,
        messages: Sequence[Message],
        seed: int,
        attempt: int,
        sampling: Sampling,
        schema: type[BaseModel] | None = None,
    ) -> Ask:
        spec = self.models.get(role)
        if spec is None:
            raise UsageError(f"no model for the role '{role}'; there are {', '.join(self.models)}")
        if spec.temperature is not None:
            sampling = replace(sampling, temperature=spec.temperature)
        said = tuple((speaker, usable(text)) for speaker, text in messages)
        return Ask(role, spec.name, said, sampling, seed, attempt, schema=schema)

    async def _spoken(self, ask: Ask, meter: Meter | None) -> Answer:
        """The first answer that says something, out of a few.

        A model that thinks aloud first is cut off by a stop or a short limit before it says
        anything: so it is asked again without the stop and with room to think.
        """
        for again in range(_TIMES):
            answer = await self._answered(_with_room(ask, again) if again else ask, meter)
            if answer.text:
                return answer
        raise AnswerError(f"{ask.model} as {ask.role} gave an empty answer {_TIMES} times")

    async def _answered(self, ask: Ask, meter: Meter | None) -> Answer:
        request = ask.request()
        key = key_of(request)
        with span("LLM", ask.role, key) as seen:
            seen.spoke(request)
            answer = await self._first(ask, key, request)
            seen.called(request, answer)
        if meter is not None:
            meter.add(answer)
        if self.heard is not None:
            self.heard(key, answer)
        if answer.refused:
            raise ModelError(f"{ask.model} as {ask.role} refuses the request: {answer.refused}")
        return answer

    async def _first(self, ask: Ask, key: str, request: str) -> Answer:
        """The answer in the journal, else the endpoint's."""
        session = self._opened()
        async with session.lock(key):
            answer = self.journal.get(key)
            if answer is None:
                answer = await self._live(ask, key, request, session)
                self.stats[ask.role].live += 1
            else:
                self.stats[ask.role].replayed += 1
        return answer

    async def _live(self, ask: Ask, key: str, request: str, session: Session) -> Answer:
        """Ask the endpoint and keep the answer."""
        most = len(request.encode()) + _OVERHEAD + ask.sampling.max_tokens
        self.budget.reserve(most)
        try:
            endpoint = await self._endpoint(ask, session)
            answer = await session.answer(endpoint, ask, key, lambda: self._retried(ask.role))
        except BaseException:
            self.budget.release(most)
            raise
        price = self._price(ask.model)
        if price is not None:
            answer = replace(answer, cost=price.of(answer.input_tokens, answer.output_tokens))
        self.budget.settle(answer, most)
        return self.journal.put(key, ask.role, request, answer)

    def _retried(self, role: str) -> None:
        self.stats[role].retries += 1
        counted("retries")

    async def _endpoint(self, ask: Ask, session: Session) -> Endpoint:
        spec = self.models[ask.role]
        fixed = () if parse(spec.name).compatible else (ask.sampling,)
        return await session.endpoint(
            (spec.name, spec.base_url, *fixed),
            lambda: self._connect(spec, ask.sampling, self.journal, self._timeout),
        )

    def _opened(self) -> Session:
        """The session of the running event loop; connections of an ended loop are dropped."""
        if self._session is None or self._session.loop is not asyncio.get_running_loop():
            self._session = Session(self.budget, self._sleep)
        return self._session


def _with_room(ask: Ask, again: int) -> Ask:
    room = max(_ROOM, ask.sampling.max_tokens)
    return replace(ask, again=again, sampling=replace(ask.sampling, stop=(), max_tokens=room))


def _cut(answer: Answer) -> bool:
    return answer.finish_reason == "length"


def _read(answer: Answer, schema: type[T]) -> T:
    return read(answer.text, schema, complete=not _cut(answer))


def _repaired(ask: Ask, answer: Answer, error: ValueError, schema: type[BaseModel]) -> Ask:
    """The question that asks for a mended answer; one that was cut off gets twice the room."""
    sampling, why = ask.sampling, complaint(error)
    if _cut(answer):
        sampling = replace(sampling, max_tokens=2 * sampling.max_tokens)
        why = "it was cut off"
    messages = repair(ask.messages, answer.text, why, schema)
    return replace(ask, messages=messages, sampling=sampling)
