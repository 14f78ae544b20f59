"""What a search has cost, level by level, as if it had run in one go."""

from collections.abc import Iterator
from contextlib import contextmanager

from trialogue.agents.caller import Caller
from trialogue.memory.journal import Answer
from trialogue.records import Record

USUAL_TOKENS = 400.0
"""Tokens of a call, before any was made."""
_LONG = 8
"""A call that must fit into what is left may use so many times what calls use on average."""


class Cost(Record):
    """Model calls and tokens (both ways)."""

    calls: int = 0
    tokens: int = 0


class Ledger:
    """Counts every answer of a caller once, under the level that asked for it first.

    An answer from the journal counts like a new one, so that a search that is taken up again
    decides as it did before. The caller's limits on calls and tokens are the budget.
    """

    def __init__(self, caller: Caller) -> None:
        self.by_level: dict[str, Cost] = {}
        self._seen: set[str] = set()
        self._level = ""
        self._caller = caller
        self._budget, self._limits = caller.budget, caller.budget.limits
        caller.heard, caller.budget.strict = self._heard, True

    @property
    def spent(self) -> Cost:
        """At all levels."""
        costs = self.by_level.values()
        return Cost(calls=sum(c.calls for c in costs), tokens=sum(c.tokens for c in costs))

    @property
    def left(self) -> int | None:
        """Calls left, by the mean length of calls so far where tokens are what is limited, and with
        room for the longest; None without a limit.

        While everything comes from the journal it is what was left when it was asked first;
        afterwards all that the journal holds is spent, also what is of no use any more.
        """
        limits, spent = self._limits, self.spent
        if any(stats.live for stats in self._caller.stats.values()):
            spent = Cost(calls=self._budget.calls, tokens=self._budget.tokens)
        bounds = [] if limits.calls is None else [limits.calls - spent.calls]
        if limits.tokens is not None:
            bounds.append(int((limits.tokens - spent.tokens) / self._mean) - self._room)
        return min(bounds) if bounds else None

    @contextmanager
    def at(self, level: str) -> Iterator[None]:
        """What is asked inside the block is the level's."""
        before, self._level = self._level, level
        try:
            yield
        finally:
            self._level = before

    @contextmanager
    def holding(self, calls: int) -> Iterator[None]:
        """So many calls, or as many tokens as they take, are kept back inside the block."""
        limits, kept = self._limits, {}
        if limits.calls is not None:
            kept["calls"] = max(0, limits.calls - calls)
        if limits.tokens is not None:
            kept["tokens"] = max(0, limits.tokens - int((calls + self._room) * self._mean))
        self._budget.limits = limits.model_copy(update=kept)
        try:
            yield
        finally:
            self._budget.limits = limits

    @property
    def _room(self) -> int:
        """Calls' worth of tokens that must be free for calls under way, which may be long."""
        return _LONG * self._limits.concurrency

    @property
    def _mean(self) -> float:
        """Tokens a call."""
        spent = self.spent
        return max(1.0, spent.tokens / spent.calls) if spent.calls else USUAL_TOKENS

    def _heard(self, key: str, answer: Answer) -> None:
        if key in self._seen:
            return
        self._seen.add(key)
        before = self.by_level.get(self._level, Cost())
        tokens = before.tokens + answer.input_tokens + answer.output_tokens
        self.by_level[self._level] = Cost(calls=before.calls + 1, tokens=tokens)
