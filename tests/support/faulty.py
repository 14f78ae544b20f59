"""Faults of an endpoint, dealt out at random from a seed."""

from collections import Counter
from collections.abc import Callable
from random import Random

from openai_server import Body, Reply, broken_json, cut_off, refusal, silent

KINDS: dict[str, Callable[[], Reply]] = {
    "429": lambda: refusal(429, "slow down", retry_after="1"),
    "500": lambda: refusal(500, "something broke"),
    "time-out": silent,
    "cut off": cut_off,
    "broken JSON": broken_json,
    "wrong schema": lambda: Reply('{"nonsense": [1, 2]}'),
    "empty": lambda: Reply(""),
}


class Faults:
    """Answers a share of the requests with a fault; `dealt` counts them by kind."""

    def __init__(self, share: float, seed: int = 0, kinds: tuple[str, ...] = tuple(KINDS)) -> None:
        self.dealt: Counter[str] = Counter()
        self._share, self._random, self._kinds = share, Random(seed), kinds

    def __call__(self, body: Body, number: int) -> Reply | None:
        if self._random.random() >= self._share:
            return None
        kind = self._random.choice(self._kinds)
        self.dealt[kind] += 1
        return KINDS[kind]()
