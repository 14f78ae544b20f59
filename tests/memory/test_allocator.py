import ctypes
import os
import subprocess
import sys
from typing import Any

import pytest

from trialogue.memory import allocator

THREADS = """
import ctypes, threading
from trialogue.memory.allocator import give_back, use_few_arenas
use_few_arenas()
libc, all_there = ctypes.CDLL(None), threading.Barrier(8)
def work():
    all_there.wait()
    libc.malloc(1000)
    all_there.wait()
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
give_back()
libc.malloc_stats()
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_stats"), reason="not glibc")
@pytest.mark.parametrize(("told", "arenas"), [({}, 2), ({"MALLOC_ARENA_MAX": "1"}, 1)])
def test_threads_share_arenas(told: dict[str, str], arenas: int) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    command = [sys.executable, "-c", THREADS]
    ended = subprocess.run(command, env=plain | told, stderr=subprocess.PIPE, text=True, check=True)
    assert ended.stderr.count("Arena ") == arenas


FREED = """
import ctypes, sys
from trialogue.memory.allocator import wipe_freed
if "wipe" in sys.argv:
    wipe_freed()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
first = [libc.malloc(5000) for _ in range(20)]
for place in first:
    ctypes.memset(place, ord("k"), 5000)
for place in first:
    libc.free(place)
again = [libc.malloc(5000) for _ in range(20)]
print(sum(ctypes.string_at(place, 5000).count(b"kkkk") for place in again))
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="not glibc")
@pytest.mark.parametrize(("told", "left"), [((), True), (("wipe",), False)])
def test_nothing_is_left_in_freed_memory(told: tuple[str, ...], left: bool) -> None:
    """What is freed comes back as it was, unless it is wiped."""
    command = [sys.executable, "-c", FREED, *told]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert (int(ended.stdout) > 0) is left


@pytest.mark.parametrize("raised", [TypeError, OSError])
def test_other_systems_are_left_alone(
    monkeypatch: pytest.MonkeyPatch, raised: type[Exception]
) -> None:
    asked = []

    def no_library(name: Any) -> None:
        asked.append(name)
        raise raised

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    allocator.use_few_arenas()
    allocator.wipe_freed()
    allocator.give_back()
    assert asked == [None] * 3
