"""Fixtures that every room may use."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent / "support"))

from openai_server import OpenAIServer


@pytest.fixture
def openai_server() -> Iterator[Callable[..., OpenAIServer]]:
    """Starts servers that speak the OpenAI protocol; arguments as of `OpenAIServer`."""
    with ExitStack() as stack:

        def start(*args: Any, **kwargs: Any) -> OpenAIServer:
            return stack.enter_context(OpenAIServer(*args, **kwargs))

        yield start
