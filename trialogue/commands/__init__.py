"""The command line; every command lives in a file of its own."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line (default: the process's own); always raises SystemExit."""
    from trialogue.commands.app import app

    app(args=None if arguments is None else list(arguments), prog_name="trialogue")
    sys.exit(0)


__all__ = ["main"]
