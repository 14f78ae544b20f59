"""An evaluation is paid for once, and its key holds everything that determines it."""

import asyncio
from collections.abc import Iterator, Sequence

import pytest

from trialogue.evaluation.evaluations import Evaluations, evaluation_key


def test_the_key_tells_everything_apart() -> None:
    first = evaluation_key({"theta": "0.20"}, ["u1", "u2"], [0, 1], "train")
    others = {
        evaluation_key({"theta": "0.21"}, ["u1", "u2"], [0, 1], "train"),
        evaluation_key({"theta": "0.20"}, ["u2", "u1"], [0, 1], "train"),
        evaluation_key({"theta": "0.20"}, ["u1", "u2"], [0, 2], "train"),
        evaluation_key({"theta": "0.20"}, ["u1", "u2"], [0, 1], "select"),
    }
    assert len({first, *others}) == 5
    same = {"b": 1, "a": 2}, {"a": 2, "b": 1}
    assert len({evaluation_key(rendered, [], [], "report") for rendered in same}) == 1


async def test_known_and_repeated_keys_are_free() -> None:
    cache: Evaluations[float] = Evaluations({"old": 1.0})
    asked: list[int] = []

    async def evaluate(places: Sequence[int]) -> list[float]:
        asked.extend(places)
        return [10.0 * place for place in places]

    keys = ["a", "old", "b", "a"]
    assert cache.missing(keys) == 2
    assert await cache.found(keys, evaluate) == [0.0, 1.0, 20.0, 0.0]
    assert await cache.found(keys, evaluate) == [0.0, 1.0, 20.0, 0.0]
    assert asked == [0, 2]
    assert (cache.asked, cache.paid, cache.saved) == (8, 2, 6)
    assert dict(cache.known) == {"old": 1.0, "a": 0.0, "b": 20.0}


async def test_a_failed_evaluation_is_tried_again() -> None:
    cache: Evaluations[float] = Evaluations()
    answers: Iterator[list[float | None]] = iter([[None], [3.0]])

    async def evaluate(places: Sequence[int]) -> list[float | None]:
        return next(answers)

    assert await cache.found(["a"], evaluate) == [None]
    assert await cache.found(["a"], evaluate) == [3.0]


async def test_who_asks_for_what_is_under_way_waits_for_it() -> None:
    cache: Evaluations[float] = Evaluations()
    go, calls = asyncio.Event(), 0

    async def evaluate(places: Sequence[int]) -> list[float]:
        nonlocal calls
        calls += 1
        await go.wait()
        return [7.0 for _ in places]

    both = asyncio.gather(cache.found(["a"], evaluate), cache.found(["a"], evaluate))
    await asyncio.sleep(0)
    go.set()
    assert list(await both) == [[7.0], [7.0]]
    assert calls == 1


async def test_an_error_reaches_the_asker_and_leaves_nothing_under_way() -> None:
    cache: Evaluations[float] = Evaluations()

    async def broken(places: Sequence[int]) -> list[float]:
        raise RuntimeError("broken")

    async def whole(places: Sequence[int]) -> list[float]:
        return [1.0 for _ in places]

    with pytest.raises(RuntimeError, match="broken"):
        await cache.found(["a"], broken)
    assert await cache.found(["a"], whole) == [1.0]
