"""A run in a process of its own: `python tests/support/run_process.py SETTINGS`, as JSON."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from openai_server import Body, OpenAIServer

from trialogue.memory.journal import canonical
from trialogue.settings import Settings


def start(settings: Settings) -> "subprocess.Popen[bytes]":
    """The process of a run."""
    command = [sys.executable, __file__, settings.model_dump_json()]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def finished(settings: Settings) -> tuple[int, str]:
    """Runs to the end; the exit code and what was written to stderr."""
    process = start(settings)
    _, told = process.communicate()
    return process.returncode, told.decode()


class Executioner:
    """Counts what a server is asked and kills a process with SIGKILL in mid-flight.

    `asked` counts the requests under each distinct body.
    """

    def __init__(self, server: OpenAIServer) -> None:
        self.asked: dict[str, int] = {}
        self._server, self._reply = server, server.reply
        self._left = 0
        self._kill: Callable[[], Any] | None = None
        server.reply = self._answer

    @property
    def total(self) -> int:
        """All requests."""
        return sum(self.asked.values())

    @property
    def repeated(self) -> int:
        """Requests that had been made before."""
        return self.total - len(self.asked)

    def killed(self, settings: Settings, after: int) -> bool:
        """Starts a run and kills it when its request number `after` comes in.

        False if the run ended before that.
        """
        process = start(settings)
        self._left, self._kill = after, process.kill
        process.communicate()
        self._kill = None
        return process.returncode == -9

    def _answer(self, body: Body) -> Any:
        key = canonical(body)
        self.asked[key] = self.asked.get(key, 0) + 1
        self._left -= 1
        if self._left == 0 and self._kill:
            self._kill()
        return self._reply(body)


def main() -> None:
    """Run the settings given on the command line."""
    from trialogue.run import run

    asyncio.run(run(Settings.model_validate_json(sys.argv[1])))


if __name__ == "__main__":
    main()
