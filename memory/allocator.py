"""What Python cannot say to the C library: how to treat freed memory. Only glibc listens."""

import ctypes
import os
from typing import Any

_M_ARENA_MAX, _ARENAS = -8, 2
_M_PERTURB, _WIPED = -6, 0xFF


def use_few_arenas() -> None:
    """Let the threads of this process share two heaps, unless MALLOC_ARENA_MAX says otherwise.

    glibc gives every thread one of its own, and what is freed in one is of no use to others: a
    long run would grow, though it holds no more than at its start.
    """
    mallopt = _glibc("mallopt")
    if mallopt and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_M_ARENA_MAX, _ARENAS)


def wipe_freed() -> None:
    """Overwrite memory when it is freed, so that nothing of it comes to light elsewhere.

    ChromaDB writes its index with whatever was in the memory that it was given: parts of
    prompts, and the header of a request with its key.
    """
    mallopt = _glibc("mallopt")
    if mallopt:
        mallopt(_M_PERTURB, _WIPED)


def give_back() -> None:
    """Return free memory to the system."""
    trim = _glibc("malloc_trim")
    if trim:
        trim(0)


def _glibc(name: str) -> Any:
    """The C library's function of that name, None where there is none."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):
        return None
