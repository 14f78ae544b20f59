"""Seeds: everything random comes from the run's seed and a path of names."""

from hashlib import sha256
from random import Random

Step = str | int


def seed_for(seed: int, *path: Step) -> int:
    """A 31-bit seed for one place of the run, the same on every machine."""
    text = "/".join(str(step) for step in (seed, *path))
    return int.from_bytes(sha256(text.encode()).digest()[:4], "big") >> 1


def rng(seed: int, *path: Step) -> Random:
    """A generator of its own for one place of the run."""
    return Random(seed_for(seed, *path))
