"""What making tasks works with, and the state in which it is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from trialogue.agents.caller import Caller, Meter
from trialogue.agents.writer import Writer
from trialogue.evaluation.reasoning.plans import Plan, language_of
from trialogue.evaluation.reasoning.solving import Solver
from trialogue.records import Dialogue, ReasoningTask, TaskKind


@dataclass(frozen=True)
class Wanted:
    """What is asked for on each dialogue: math tasks, and pairs of common-sense tasks."""

    math: int = 2
    pairs: int = 1

    @classmethod
    def of(cls, n: int, kinds: Sequence[TaskKind]) -> "Wanted":
        """`n` tasks of each kind; a pair counts as two, and there is no half of one."""
        return cls(
            math=n if "math" in kinds else 0,
            pairs=-(-n // 2) if "common_sense" in kinds else 0,
        )


@dataclass(frozen=True)
class Bench:
    """What the graph works with: the caller, the solvers, how proposals are made.

    `tries` bounds the proposals for one task; `example` is a hard task to go by (P^k of eq. 8),
    `generation` counts refinements, `operations` bounds the steps of drawn derivations. `draw`
    draws other plans than the usual ones. `before` are tasks on the dialogue that were there
    earlier: none of them is made again.
    """

    caller: Caller
    team: Sequence[Solver]
    seed: int = 0
    wanted: Wanted = field(default_factory=Wanted)
    by_code: bool = True
    tries: int = 3
    example: str = ""
    generation: int = 0
    operations: tuple[int, int] = (2, 5)
    draw: Callable[[Dialogue], Sequence[Plan]] | None = None
    before: Sequence[ReasoningTask] = ()
    meter: Meter = field(default_factory=Meter)

    def writer(self, dialogue: Dialogue) -> Writer:
        """The way to the task writer, in the dialogue's language."""
        return Writer(self.caller, language_of(dialogue), self.seed, meter=self.meter)


class Slot(TypedDict):
    """A place for one task, or for one pair: its name and what was refused there so far."""

    name: str
    kind: TaskKind
    refused: tuple[str, ...]


class State(TypedDict):
    """`dialogue` goes in; `tasks` (verified, or for a person) and `rejected` come out.

    `failure` says why nothing could be proposed, where that is so.
    """

    dialogue: Dialogue
    tries: int
    open: tuple[Slot, ...]
    proposed: tuple[tuple[ReasoningTask, ...], ...]
    proved: tuple[tuple[ReasoningTask, ...], ...]
    tasks: tuple[ReasoningTask, ...]
    rejected: tuple[ReasoningTask, ...]
    failure: str


class Update(TypedDict, total=False):
    """What a node may change."""

    tries: int
    open: tuple[Slot, ...]
    proposed: tuple[tuple[ReasoningTask, ...], ...]
    proved: tuple[tuple[ReasoningTask, ...], ...]
    tasks: tuple[ReasoningTask, ...]
    rejected: tuple[ReasoningTask, ...]
    failure: str
