"""What Python's collector of cycles is told: a run's libraries need not be looked through again."""

import atexit
import gc
from functools import cache

_USUAL, _RARER = (700, 10, 10), (20_000, 10, 10)


@cache
def spare_what_is_loaded() -> None:
    """Leave everything that is alive by now, and not garbage, to the end of the process.

    Call it when the libraries are loaded. Looking through their 200,000 objects again and again
    takes a quarter of the time of a run with many dialogues at once. It happens once a process;
    thresholds that somebody has set stay.
    """
    gc.collect()
    gc.freeze()
    # What is never let go of, libraries report as a leak when the process ends.
    atexit.register(gc.unfreeze)
    if gc.get_threshold() == _USUAL:
        gc.set_threshold(*_RARER)
