"""The command line as a test calls it."""

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Outcome:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on standard error."""
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        return self.err.strip()

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Trialogue = Callable[..., Outcome]


def heed_interrupts() -> None:
    """A process started in the background inherits that interrupts are ignored; ours must not."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
