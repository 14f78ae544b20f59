"""Memory that was freed, given back to the system."""

import ctypes


def give_back() -> None:
    """Let the C library return what is free; those that cannot be asked to do it themselves.

    glibc keeps freed memory in an arena for every thread: without this a long run grows.
    """
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return
    trim(0)
