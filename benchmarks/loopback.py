"""The simulated model, served on loopback by a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUPPORT = Path(__file__).parents[1] / "tests" / "support"


@contextmanager
def simulated_server(delay: float = 0.0) -> Iterator[str]:
    """The base URL of a server that answers after `delay` seconds; it ends with the block."""
    command = [sys.executable, str(SUPPORT / "simulated_model.py"), "--delay", str(delay)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()
