"""What a refinement works with, and the state in which it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypedDict

from trialogue.evaluation.refined import Ended, Generation
from trialogue.graphs.renewal import Group, Renewal, Renewed
from trialogue.graphs.task_bench import Bench
from trialogue.memory.hard_tasks import HardTasks
from trialogue.records import Dialogue, ReasoningTask

Tasks = tuple[ReasoningTask, ...]


@dataclass(frozen=True)
class Workshop:
    """What the graph works with: the bench of new tasks, the dialogues by id, K_P, the rounds.

    `first` is the number of the generation that goes in; `at_once` dialogues are worked on
    together; `told` hears of every generation.
    """

    bench: Bench
    dialogues: Mapping[str, Dialogue]
    hard: HardTasks
    rounds: int = 8
    first: int = 0
    at_once: int = 8
    told: Callable[[Generation], None] = lambda _: None


class State(TypedDict):
    """`tasks` go in and come out, refined; `sets` holds the tasks of every generation.

    `waiting` are tasks for a person that would take the place of easy ones, by the ids of these;
    `tries` counts by dialogue the rounds in which new tasks were made. `ended` says why it ended.
    """

    tasks: Tasks
    renewals: tuple[Renewal, ...]
    made: tuple[Renewed | None, ...]
    waiting: Mapping[str, Group]
    tries: Mapping[str, int]
    history: tuple[Generation, ...]
    sets: tuple[Tasks, ...]
    ended: Ended | None


class Update(TypedDict, total=False):
    """What a node may change."""

    tasks: Tasks
    renewals: tuple[Renewal, ...]
    made: tuple[Renewed | None, ...]
    waiting: Mapping[str, Group]
    tries: Mapping[str, int]
    history: tuple[Generation, ...]
    sets: tuple[Tasks, ...]
    ended: Ended | None
