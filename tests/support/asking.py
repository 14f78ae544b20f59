"""Questions to a caller whose endpoint is a server on loopback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from openai_server import Body, OpenAIServer, Reply, refusal
from pydantic import BaseModel

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.memory.journal import Journal

ASK = [("system", "Be brief."), ("user", "How much is the hotel?")]
KEY = "sk-test-0123456789abcdef"
NAME = "openai:tiny"
TURN = '{"text": "480", "done": false}'


class Turn(BaseModel):
    """What `TURN` holds."""

    text: str
    done: bool


class Naps(list[float]):
    """A sleep that only writes down for how long."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


def caller_of(server: OpenAIServer | str, journal: Journal, **kwargs: Any) -> Caller:
    """A caller for the roles user and judge, which does not really wait between tries."""
    url = server if isinstance(server, str) else server.base_url
    spec = ModelSpec(name=NAME, base_url=url)
    return Caller({"user": spec, "judge": spec}, journal, **{"sleep": Naps(), **kwargs})


async def ask(caller: Caller, seed: int = 1, **kwargs: Any) -> str:
    """The answer to `ASK`."""
    async with caller:
        return (await caller.text("user", ASK, seed=seed, **kwargs)).text


@contextmanager
def parts_refused(*parts: str) -> Iterator[Callable[[Body, int], Reply | None]]:
    """A fault plan of an endpoint that refuses these parts of the protocol."""

    def fault(body: Body, _: int) -> Reply | None:
        roles = {message["role"] for message in body["messages"]}
        for part in parts:
            if part in body or part in roles:
                named = "system role" if part == "system" else f"'{part}'"
                return refusal(400, f"Unsupported parameter: {named} is not supported here.")
        return None

    yield fault
