"""Checks what an endpoint can do, each by one tiny request through the code of a run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from trialogue.agents.answers import read
from trialogue.agents.endpoint import Endpoint, connect
from trialogue.agents.failures import Passing, Refused, boundary
from trialogue.agents.models import ModelSpec
from trialogue.agents.wire import Ask, Sampling
from trialogue.errors import TrialogueError
from trialogue.findings import Finding
from trialogue.memory.embedders import make_embedder
from trialogue.memory.journal import Answer, Journal

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk

_SURELY, _FREELY = Sampling(0.0, max_tokens=32), Sampling(1.0, max_tokens=8)


class Town(BaseModel):
    """What the check of JSON schemas asks for."""

    name: str
    country: str


def look_up_weather(town: str) -> str:
    """Tells the weather in a town."""
    return f"sunny in {town}"


async def check_endpoint(spec: ModelSpec, timeout: float = 30.0) -> AsyncIterator[Finding]:
    """What the endpoint behind `spec` does with each part of the protocol.

    `timeout` bounds each request, in seconds. Where it does not answer at all, nothing else is
    tried.
    """
    with Journal() as journal:
        try:
            endpoint = await asyncio.to_thread(connect, spec, _SURELY, journal, timeout)
        except TrialogueError as error:
            yield Finding(what="endpoint", state="fail", said=str(error))
            return
        try:
            async for finding in _checked(endpoint, timeout):
                yield finding
        finally:
            await endpoint.close()


async def check_embedder(name: str, base_url: str | None, timeout: float = 30.0) -> Finding:
    """Whether the embedder `name`, which is `openai:MODEL`, answers one tiny request."""
    try:
        embedder = make_embedder(name, base_url=base_url, timeout=timeout)
        size = await asyncio.to_thread(lambda: embedder.dimension)
    except TrialogueError as error:
        mend = "mend what it says, or take --embedder local"
        return Finding(what="embedder endpoint", state="fail", said=str(error), mend=mend)
    said = f"{name} answers with vectors of {size} numbers"
    return Finding(what="embedder endpoint", state="ok", said=said)


async def _checked(endpoint: Endpoint, timeout: float) -> AsyncIterator[Finding]:
    place = f"{endpoint.place.name} at {endpoint.place.url}"
    missing = await _missing(_plain_text, endpoint, timeout)
    if missing:
        yield Finding(what="endpoint", state="fail", said=f"{place} does not answer: {missing}")
        return
    yield Finding(what="endpoint", state="ok", said=f"{place} answers")
    for what, (check, mend) in _CHECKS.items():
        missing = await _missing(check, endpoint, timeout)
        if missing:
            yield Finding(what=what, state="note", said=missing, mend=mend)
        else:
            yield Finding(what=what, state="ok", said="works")


async def _missing(check: "Check", endpoint: Endpoint, timeout: float) -> str:
    """What a check finds missing; nothing if all is well. Some checks take three requests."""
    try:
        async with asyncio.timeout(3 * timeout):
            return await check(endpoint)
    except Passing as failure:
        return str(failure.final)
    except TimeoutError:
        return f"no answer within {3 * timeout:g} s"
    except (Refused, TrialogueError) as error:
        return str(error)


async def _plain_text(endpoint: Endpoint) -> str:
    answer = await _asked(endpoint, "Say hello.", _SURELY)
    return "" if answer.text else "the answer is empty"


async def _json_schema(endpoint: Endpoint) -> str:
    # Nothing in the question asks for JSON: only an endpoint that keeps to the schema gives it.
    answer = await _asked(endpoint, "Name a large town.", _SURELY, Town)
    try:
        read(answer.text, Town)
    except ValueError:
        return "ignored: answers will need more repairs"
    if "response_format" in endpoint.quirks or endpoint.where is None:
        return "not supported: the schema is asked for in words, which works"
    return ""


async def _seeds(endpoint: Endpoint) -> str:
    first, second, other = [
        (await _asked(endpoint, "Write a few random words.", _FREELY, seed=seed)).text
        for seed in (1, 1, 2)
    ]
    if "seed" in endpoint.quirks or endpoint.where is None:
        return "not supported: only the journal repeats a run"
    if first != second:
        return "not honoured: only the journal repeats a run"
    return "can't be told: every answer is the same" if first == other else ""


async def _logprobs(endpoint: Endpoint) -> str:
    sampling = Sampling(0.0, max_tokens=4, top_logprobs=2)
    answer = await _asked(endpoint, "Answer yes or no: is ice cold?", sampling)
    return "" if answer.logprobs else "none: judges use their words alone"


async def _tool_calls(endpoint: Endpoint) -> str:
    model = endpoint.model.bind_tools([look_up_weather])
    question = "What is the weather in Paris? Look it up."
    with boundary(endpoint.place):
        said: Any = await model.ainvoke([("user", question)], max_tokens=48)
    return "" if said.tool_calls else "none: tools are chosen as JSON, which works"


async def _streaming(endpoint: Endpoint) -> str:
    chunks: list[AIMessageChunk] = []
    with boundary(endpoint.place):
        async for chunk in endpoint.model.astream([("user", "Count to five.")], max_tokens=8):
            chunks.append(chunk)
    return "" if sum(bool(chunk.text) for chunk in chunks) > 1 else "none; it is not needed"


async def _asked(
    endpoint: Endpoint,
    question: str,
    sampling: Sampling,
    schema: type[BaseModel] | None = None,
    seed: int = 0,
) -> Answer:
    messages = (("user", question),)
    name = endpoint.place.name
    return await endpoint.put(Ask("doctor", name, messages, sampling, seed, schema=schema))


Check = Callable[[Endpoint], Awaitable[str]]
_CHECKS: dict[str, tuple[Check, str]] = {
    "JSON schema": (_json_schema, "for fewer repairs serve the model with structured outputs"),
    "seeds": (_seeds, "to repeat a run keep its folder, whose journal holds the answers"),
    "logprobs": (_logprobs, "for graded verdicts let a judge at another endpoint do it"),
    "tool calls": (_tool_calls, "nothing to do; to have them, switch them on in the server"),
    "streaming": (_streaming, "nothing to do"),
}
