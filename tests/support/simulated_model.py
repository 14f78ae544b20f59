"""A simulated model: answers every prompt of the pipeline acceptably, the same for equal requests.

It stands in for a model where what is measured is everything but the model. It recognises a
prompt by its own file, so that a reworded prompt is recognised too. It also serves, alone:
`python tests/support/simulated_model.py --delay 0.05`.
"""

import argparse
import threading
from typing import Any

from openai_server import Body, OpenAIServer, Reply, refusal
from simulated_prompts import recognised
from simulated_replies import WRITERS, Draw


def reply(body: Body) -> str:
    """What the simulated model answers to a chat request. Raises LookupError for a foreign one."""
    found = recognised(body["messages"])
    return WRITERS[found.name](found, Draw(body))


def prompt_of(body: Body) -> str:
    """The name of the prompt that a request fills."""
    return recognised(body["messages"]).name


class _Forgetful(list[Any]):
    """A list that is counted but not kept, for servers that run for long."""

    def __init__(self) -> None:
        self._count = 0

    def append(self, _: Any) -> None:
        self._count += 1

    def __len__(self) -> int:
        return self._count


def served(body: Body) -> Reply | str:
    """`reply` for a server: what it cannot answer is refused at once instead of tried again."""
    try:
        return reply(body)
    except (LookupError, ValueError) as error:
        return refusal(400, f"{type(error).__name__}: {error}")


def main() -> None:
    """Serve until interrupted; the first line printed is the base URL."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each answer")
    options = parser.parse_args()
    server = OpenAIServer(served, port=options.port, delay=options.delay)
    server.requests = _Forgetful()
    server.headers = _Forgetful()
    print(server.base_url, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
