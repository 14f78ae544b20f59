"""Makes the loopback index and hub known to the tests of this room."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from loopback_sites import hub, index

__all__ = ["hub", "index"]
