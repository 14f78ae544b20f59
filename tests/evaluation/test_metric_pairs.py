"""Pairs of metric trees: proposed, sorted out, made from the leader."""

from dataclasses import replace

import numpy as np
import pytest

from trialogue.evaluation.metric_pairs import GROWN, LIMITS, OFFSPRING, MetricPair, Nursery, Side
from trialogue.evaluation.trees import Leaf, parse
from trialogue.evaluation.trials import COPY, Candidate, Place

NAMES = ("good", "other")
BEST = np.array([0.0, 1.0, 2.0, 3.0])
VALUES = {"good": BEST, "other": np.array([1.0, -1.0, 2.0, 0.5])}
SPOILT = {"cut": {"good": BEST - 5, "other": VALUES["other"]}}
NOWHERE = Place(np.zeros(1), np.zeros(1))


@pytest.fixture
def nursery() -> Nursery:
    return Nursery(*(Side(NAMES, VALUES, SPOILT) for _ in range(2)))


def leader(pair: MetricPair) -> Candidate[MetricPair]:
    return Candidate(1, pair, GROWN, 0, NOWHERE, NOWHERE, fate="judged", h=4.0)


async def test_what_is_proposed_passed_and_ranks_in_new_ways(nursery: Nursery) -> None:
    made = await nursery.propose(np.random.default_rng(1), None, 6)
    assert len(made) == 6
    assert {one.origin for one in made} == {GROWN}
    assert len({nursery.alike(one.omega) for one in made}) == 6
    assert all(nursery.refuse(one.omega) == "" for one in made)
    assert all(LIMITS.allow(t) for one in made for t in (one.omega.dialogue, one.omega.turn))
    counts = nursery.counts
    assert counts.accepted == 6
    assert counts.saved > 0


async def test_offspring_come_from_the_leader_and_a_copy_says_so(nursery: Nursery) -> None:
    parent = MetricPair(Leaf("good"), parse("good + 0.5*other"))
    origins = set()
    for seed in range(40):
        [made] = await nursery.propose(np.random.default_rng(seed), leader(parent), 1)
        origins.add(made.origin)
        assert (made.origin == COPY) is (made.omega == parent)
    assert OFFSPRING in origins


def test_what_is_refused_says_why(nursery: Nursery) -> None:
    good = MetricPair(Leaf("good"), Leaf("good"))
    assert nursery.refuse(good) == ""
    refused = nursery.refuse(replace(good, turn=parse("-good")))
    assert refused == "-good: prefers corrupted, most of all cut ones"
    assert nursery.refuse(replace(good, dialogue=parse("good - good"))).endswith(": constant")
    assert nursery.alike(good) == nursery.alike(MetricPair(parse("2*good"), parse("exp(good)")))


def test_how_often_a_pair_puts_originals_first(nursery: Nursery) -> None:
    pair = MetricPair(Leaf("good"), Leaf("other"))
    assert nursery.resists(pair) == {"dialogues": {"cut": 1.0}, "turns": {"cut": 0.5}}


async def test_where_nothing_passes_it_gives_up() -> None:
    only = {"good": np.zeros(4)}
    hopeless = Nursery(*(Side(("good",), only, {}) for _ in range(2)))
    assert await hopeless.propose(np.random.default_rng(0), None, 2) == []
    assert hopeless.counts.saved == 80


def test_a_pair_reads_as_two_formulas() -> None:
    assert str(MetricPair(Leaf("a", 0.5), parse("-b"))) == "f = 0.5*a; g = -b"
