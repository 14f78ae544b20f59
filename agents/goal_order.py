"""The order of a user's questions: the essential ones first, jumpy or not, as many as fit."""

import re
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

from trialogue.agents.controls import Manner
from trialogue.agents.goal import Mode
from trialogue.records import Action


class Question(NamedTuple):
    """A question of a point; the first of a point tells it."""

    point: int
    text: str


def fitted(
    chains: dict[int, list[Question]], mode: Mode, manner: Manner
) -> dict[int, list[Question]]:
    """The chains cut so that the questions fit into the rounds asked for, one kept at least."""
    rounds = manner.value("turns")
    if rounds is None:
        return chains
    room = max(1, _rounds_to_ask(int(rounds), mode) * int(manner.value("disclosure", 1)))
    chains = dict(list(chains.items())[:room])
    while sum(map(len, chains.values())) > room:
        longest = max(chains, key=lambda i: len(chains[i]))
        chains[longest] = chains[longest][:-1]
    return chains


def _rounds_to_ask(rounds: int, mode: Mode) -> int:
    """The rounds without the one in which the user takes leave."""
    return rounds - 1 if mode == "user" else rounds


def essential_first(trajectory: Sequence[Action]) -> list[int]:
    """The points in order, but first the one with the most at stake."""
    order = list(range(len(trajectory)))
    if order:
        essential = max(order, key=lambda i: (_stake(trajectory[i]), -i))
        order.insert(0, order.pop(essential))
    return order


def _stake(action: Action) -> Decimal:
    """What an action's first money figure comes to, with the count of what it is paid for."""
    paid = [fact for fact in action.facts if re.match("[A-Z]{3}|元|万元", fact.unit)]
    if not paid:
        return Decimal(0)
    rate = re.search("(?: per |/)(.+)", paid[0].unit)
    counts = [
        Decimal(fact.value)
        for fact in action.facts
        if rate and fact is not paid[0] and fact.unit.startswith(rate[1])
    ]
    return Decimal(paid[0].value) * (counts[0] if counts else 1)


def _jumpiness(manner: Manner) -> float:
    """0 where a point is finished before the next, 1 where the user never stays with one."""
    return "ABCDEF".index(str(manner.value("smoothness", "A"))) / 5


def in_order(chains: dict[int, list[Question]], manner: Manner, random: Random) -> list[Question]:
    """All questions: point by point, or jumping between points as often as is asked for."""
    jumpiness = _jumpiness(manner)
    left = {i: list(chain) for i, chain in chains.items()}
    order: list[Question] = []
    while left:
        here = order[-1].point if order else next(iter(left))
        elsewhere = [i for i in left if i != here]
        if here not in left or (elsewhere and order and random.random() < jumpiness):
            here = random.choice(elsewhere) if random.random() < jumpiness else elsewhere[0]
        order.append(left[here].pop(0))
        if not left[here]:
            del left[here]
    return order
