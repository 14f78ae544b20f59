"""What was evaluated is not evaluated again: values by everything that determines them.

The key of an evaluation is what the models were told (the rendered prompts or controls), whom they
met (users, seeds) and the data split. A metric is not part of it: dialogues made at a point serve
every metric tree, and two points that render alike are one evaluation.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from trialogue.memory.journal import canonical, key_of

V = TypeVar("V")
Split = Literal["train", "select", "report"]


def evaluation_key(
    rendered: Mapping[str, Any], users: Sequence[str], seeds: Sequence[int], split: Split
) -> str:
    """64 hexadecimal digits; `rendered` is JSON: prompts, controls, models, kind of evaluation."""
    parts = {"rendered": rendered, "users": [*users], "seeds": [*seeds], "split": split}
    return key_of(canonical(parts))


class Evaluations(Generic[V]):
    """Finished evaluations by key. A failed one (None) is not kept and may be tried again.

    `known` are those of an earlier session. One event loop uses it; who asks for what another is
    just finding out waits for that one.
    """

    def __init__(self, known: Mapping[str, V] | None = None) -> None:
        self._known: dict[str, V] = dict(known or {})
        self._under_way: dict[str, asyncio.Future[V | None]] = {}
        self.asked = 0
        self.paid = 0

    @property
    def known(self) -> Mapping[str, V]:
        """All that is kept, oldest first."""
        return self._known

    @property
    def saved(self) -> int:
        """Evaluations asked for that cost nothing."""
        return self.asked - self.paid

    def missing(self, keys: Sequence[str]) -> int:
        """How many different evaluations would have to be paid for."""
        return len({*keys} - self._known.keys() - self._under_way.keys())

    async def found(
        self,
        keys: Sequence[str],
        evaluate: Callable[[Sequence[int]], Awaitable[Sequence[V | None]]],
    ) -> list[V | None]:
        """Values under `keys`, in their order.

        `evaluate` gets the places (in `keys`) of what nobody has asked for yet, each key once, and
        gives their values in that order; what it raises is raised here.
        """
        self.asked += len(keys)
        new = self._new(keys)
        if new:
            await self._evaluated(keys, new, evaluate)
        waiting = {key: self._under_way[key] for key in keys if key in self._under_way}
        met = {key: await asyncio.shield(future) for key, future in waiting.items()}
        return [self._known[key] if key in self._known else met.get(key) for key in keys]

    def _new(self, keys: Sequence[str]) -> list[int]:
        first = {key: place for place, key in reversed([*enumerate(keys)])}
        busy = self._known.keys() | self._under_way.keys()
        return sorted(place for key, place in first.items() if key not in busy)

    async def _evaluated(
        self,
        keys: Sequence[str],
        new: Sequence[int],
        evaluate: Callable[[Sequence[int]], Awaitable[Sequence[V | None]]],
    ) -> None:
        loop = asyncio.get_running_loop()
        futures = {keys[place]: loop.create_future() for place in new}
        self._under_way |= futures
        self.paid += len(new)
        values: Sequence[V | None] = [None] * len(new)
        try:
            values = await evaluate(new)
        finally:
            for (key, future), value in zip(futures.items(), values, strict=True):
                del self._under_way[key]
                future.set_result(value)
                if value is not None:
                    self._known[key] = value
