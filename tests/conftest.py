"""Fixtures that every room may use."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent / "support"))

from openai_server import OpenAIServer

# A busy machine is no fault, and the same tree meets the same examples.
settings.register_profile(
    "any machine", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Compiled code is kept from one process to the next also where none may lie beside sources.

    Otherwise every process that a test starts would compile every library anew.
    """
    cache: pytest.Cache | None = getattr(config, "cache", None)
    if sys.dont_write_bytecode and cache is not None:
        kept = str(cache.mkdir("bytecode"))
        sys.dont_write_bytecode, sys.pycache_prefix = False, kept
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = kept


@pytest.fixture
def openai_server() -> Iterator[Callable[..., OpenAIServer]]:
    """Starts servers that speak the OpenAI protocol; arguments as of `OpenAIServer`."""
    with ExitStack() as stack:

        def start(*args: Any, **kwargs: Any) -> OpenAIServer:
            return stack.enter_context(OpenAIServer(*args, **kwargs))

        yield start
