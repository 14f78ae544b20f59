"""Shows a person which step is under way, on one line of standard error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown_steps(first: str = "waiting for the first answer") -> Iterator[Callable[[str], None]]:
    """A function to tell steps to while the block runs."""
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(first)) as status:
        yield lambda step: status.update(Text(step))
