"""What the command line does with errors: one line, an exit code, no traceback."""

import logging
import sys
import warnings
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from trialogue.commands.terminal import plain
from trialogue.errors import TrialogueError

INTERRUPTED = 130
_TALKATIVE = (
    "chromadb", "ddgs", "httpx", "huggingface_hub", "langchain_openai", "openai", "pip", "primp",
    "pypdf", "trafilatura",
)  # fmt: skip


class Commands(TyperGroup):
    """A group whose commands end with one line on standard error; `--debug` may stand anywhere."""

    debug = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take `--debug` out of the arguments."""
        self.debug = "--debug" in args
        return super().parse_args(ctx, [arg for arg in args if arg != "--debug"])

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        if not self.debug:
            silence_libraries()
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            ended("stopped", INTERRUPTED)
        except Exception as error:
            # The command line library's own exceptions end with their own code.
            own = isinstance(error, typer.Abort) or hasattr(error, "exit_code")
            if self.debug or (own and not isinstance(error, TrialogueError)):
                raise
            report(error)


def report(error: Exception) -> NoReturn:
    """Say in one line what is wrong, and end."""
    if isinstance(error, TrialogueError):
        ended(f"error: {error}", error.exit_code)
    from trialogue.agents.failures import plain as without_keys

    ended(
        f"error: {type(error).__name__}: {without_keys(error)}; this is a fault of trialogue: "
        "please report it with what the same command prints with --debug",
        1,
    )


def ended(line: str, code: int) -> NoReturn:
    """Print a line on standard error and end with an exit code."""
    typer.echo(plain(line), file=sys.stderr)
    raise typer.Exit(code)


def silence_libraries() -> None:
    """Keep libraries from writing to standard error: what matters comes as an error of ours."""
    warnings.simplefilter("ignore")
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
