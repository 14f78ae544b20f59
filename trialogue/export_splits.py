"""Splits dialogues so that nothing of one split is known from another; seeded, order-free."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.duplicates import near_duplicates
from trialogue.exporters.bundle import SPLITS
from trialogue.records import Dialogue

GROUPS = ("dialogue", "scenario")
Shares = Sequence[float]


def split_names(
    dialogues: Sequence[Dialogue], shares: Shares, seed: int = 0, group: str = "dialogue"
) -> dict[str, str]:
    """The split of each dialogue by id.

    Kept together are a dialogue and those that go on from it, those of one user's story,
    near-duplicates and, by `group`, those of one scenario. With "dialogue" every scenario is
    spread over the splits by the same shares. Which group goes where depends on its ids and the
    seed, not on the order; a split with a share above 0 gets a group as long as there are enough.

    `shares` are of train, validation and test, and need not add up to 1. Raises UsageError for
    shares that are none and for another `group`.
    """
    _check(shares)
    if group not in GROUPS:
        raise UsageError(f"cannot group by {group!r}; there are {' and '.join(GROUPS)}")
    groups = _groups(dialogues, group)
    order = _spread(groups, seed)
    counts = _apportioned(len(order), shares)
    names = [name for name, count in zip(SPLITS, counts, strict=True) for _ in range(count)]
    return {
        identity: name
        for first, name in zip(order, names, strict=True)
        for identity in groups[first].ids
    }


class _Members:
    """The ids of a group, and the scenario of its first dialogue."""

    def __init__(self, scenario: str) -> None:
        self.scenario = scenario
        self.ids: list[str] = []


def _groups(dialogues: Sequence[Dialogue], group: str) -> dict[str, _Members]:
    """Groups by their smallest id."""
    joined = _Joined()
    for dialogue in dialogues:
        node = _node("dialogue", dialogue.id)
        if dialogue.trajectory:  # without a story there is nothing that two could share
            joined.join(node, _node("user", dialogue.scenario.id, dialogue.user.id))
        if dialogue.origin is not None:
            joined.join(node, _node("dialogue", dialogue.origin.dialogue))
        if group == "scenario":
            joined.join(node, _node("scenario", dialogue.scenario.id))
    for copy in near_duplicates(Corpus(dialogues)):
        joined.join(_node("dialogue", copy.first), _node("dialogue", copy.second))
    ordered = {d.id: d.scenario.id for d in sorted(dialogues, key=lambda d: (d.id, d.scenario.id))}
    by_root: dict[str, _Members] = {}
    for identity, scenario in ordered.items():
        root = joined.root(_node("dialogue", identity))
        by_root.setdefault(root, _Members(scenario)).ids.append(identity)
    return {members.ids[0]: members for members in by_root.values()}


class _Joined:
    """Disjoint sets of names (Tarjan 1975)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, name: str) -> str:
        while (above := self._above.setdefault(name, name)) != name:
            self._above[name] = self._above[above]
            name = above
        return name

    def join(self, first: str, second: str) -> None:
        self._above[self.root(second)] = self.root(first)


def _spread(groups: Mapping[str, _Members], seed: int) -> list[str]:
    """The groups in an order of which every stretch holds each scenario by its share."""
    ranked: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for first, members in groups.items():
        ranked[members.scenario].append((_uniform(seed, first), first))
    places = [
        ((rank + drawn) / len(drawn_here), first)
        for drawn_here in ranked.values()
        for rank, (drawn, first) in enumerate(sorted(drawn_here))
    ]
    return [first for _, first in sorted(places)]


def _apportioned(number: int, shares: Shares) -> list[int]:
    """How many go to each split: by largest remainder, none empty that need not be."""
    exact = [number * share / sum(shares) for share in shares]
    counts = [int(share) for share in exact]
    most_left = sorted(range(len(counts)), key=lambda i: (counts[i] - exact[i], i))
    for place in most_left[: number - sum(counts)]:
        counts[place] += 1
    for place, share in enumerate(shares):
        largest = counts.index(max(counts))
        if share > 0 and not counts[place] and counts[largest] > 1:
            counts[place], counts[largest] = 1, counts[largest] - 1
    return counts


def _check(shares: Shares) -> None:
    finite = all(0 <= share < float("inf") for share in shares)
    if len(shares) != len(SPLITS) or not finite or not sum(shares):
        raise UsageError(
            f"{', '.join(map(str, shares))} are no shares of train, validation and test; "
            "write them like 0.8, 0.1, 0.1"
        )


def _uniform(seed: int, name: str) -> float:
    drawn = blake2b(f"{seed}/{name}".encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(drawn) / 2**64


def _node(*path: str) -> str:
    return "\0".join(path)
