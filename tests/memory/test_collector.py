"""The collector of cycles after a run has loaded its libraries."""

import subprocess
import sys

import pytest

_TOLD = "import gc; print(gc.get_freeze_count() > 1000, *gc.get_threshold(), gc.isenabled())"


@pytest.mark.parametrize(("before", "threshold"), [((700, 10, 10), 20_000), ((5, 10, 10), 5)])
def test_what_is_loaded_is_spared_and_set_thresholds_stay(
    before: tuple[int, ...], threshold: int
) -> None:
    program = f"""
import gc
gc.set_threshold{before}
from trialogue.memory.collector import spare_what_is_loaded
spare_what_is_loaded()
{_TOLD}
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.split() == ["True", str(threshold), *map(str, before[1:]), "True"]


def test_garbage_is_collected_first() -> None:
    program = """
import gc, weakref
gc.disable()
class Ring: pass
ring = Ring(); ring.ring = ring
gone = weakref.ref(ring)
del ring
from trialogue.memory.collector import spare_what_is_loaded
spare_what_is_loaded()
print(gone() is None)
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert said.stdout.strip() == "True", said.stderr


def test_libraries_report_no_leak_at_the_end() -> None:
    program = """
import duckdb
from trialogue.memory.collector import spare_what_is_loaded
spare_what_is_loaded()
"""
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")
