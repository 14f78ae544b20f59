"""Makes new tasks in place of easy ones on one dialogue (R eq. 8), and puts them there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialogue.evaluation.reasoning.harder_plans import harder_plans, operations_of
from trialogue.evaluation.refined import is_easy
from trialogue.graphs.task_bench import Bench, State, Wanted
from trialogue.graphs.tasks import tasks_on
from trialogue.memory.hard_tasks import HardTask
from trialogue.records import Dialogue, ReasoningTask, TaskKind

Group = tuple[ReasoningTask, ...]
"""A task alone, or both of a pair: what is replaced together."""


@dataclass(frozen=True)
class Renewal:
    """What is easy on a dialogue, and the hard examples by kind that new tasks go by."""

    dialogue_id: str
    easy: tuple[Group, ...]
    examples: Mapping[TaskKind, HardTask] = field(default_factory=dict)

    def of(self, kind: TaskKind) -> list[Group]:
        """The easy groups of a kind."""
        return [group for group in self.easy if group[0].kind == kind]


@dataclass(frozen=True)
class Renewed:
    """New groups, proved or for a person, beside what they are to replace."""

    replaced: tuple[tuple[Group, Group], ...] = ()
    waiting: tuple[tuple[Group, Group], ...] = ()
    refused: int = 0
    proposed: int = 0


def groups_of(tasks: Sequence[ReasoningTask]) -> Iterator[Group]:
    """Tasks whose label stands, those of one pair together, in order."""
    pairs: dict[str, list[ReasoningTask]] = {}
    for task in tasks:
        if task.usable:
            pairs.setdefault(task.pair or f"{task.id}\n", []).append(task)
    yield from map(tuple, pairs.values())


def easy_groups(tasks: Sequence[ReasoningTask]) -> dict[str, tuple[Group, ...]]:
    """The groups with an easy task, by dialogue.

    A pair is replaced as one, so that "yes" and "no" stay even.
    """
    found: dict[str, tuple[Group, ...]] = {}
    for group in groups_of(tasks):
        if any(map(is_easy, group)):
            name = group[0].dialogue_id
            found[name] = (*found.get(name, ()), group)
    return found


async def renewed(
    bench: Bench,
    dialogue: Dialogue,
    renewal: Renewal,
    generation: int,
    before: Sequence[ReasoningTask],
) -> Renewed:
    """New tasks for the easy ones of a dialogue: proposed, proved and solved.

    `before` are all tasks that there ever were on it. Raises LimitReached.
    """
    wanted = Wanted(math=len(renewal.of("math")), pairs=len(renewal.of("common_sense")))
    own = replace(
        bench,
        wanted=wanted,
        generation=generation,
        before=before,
        example=_example(renewal),
        draw=lambda on: _drawn(bench, on, renewal, generation, before),
    )
    return _matched(renewal, await tasks_on(dialogue, own))


def _example(renewal: Renewal) -> str:
    """The hard examples as the task writer sees them: question and derivation."""
    said = (f"{hard.question} [{hard.expression}]" for hard in renewal.examples.values())
    return "\n".join(said)


def _drawn(
    bench: Bench,
    dialogue: Dialogue,
    renewal: Renewal,
    generation: int,
    before: Sequence[ReasoningTask],
) -> Sequence[object]:
    kinds: tuple[TaskKind, ...] = ("math", "common_sense")
    easy = {kind: renewal.of(kind) for kind in kinds}
    return harder_plans(
        dialogue,
        {kind: len(groups) for kind, groups in easy.items()},
        above={
            kind: max((operations_of(task) for group in groups for task in group), default=0)
            for kind, groups in easy.items()
        },
        like={kind: hard.operations for kind, hard in renewal.examples.items()},
        before=before,
        seed=bench.seed,
        path=("generation", generation),
    )


def _matched(renewal: Renewal, state: State) -> Renewed:
    """New groups with the easy ones in whose place they come, in order, kind by kind."""
    there = {kind: list(renewal.of(kind)) for kind in ("math", "common_sense")}
    stands = [group for group in groups_of(state["tasks"])]
    doubtful = [
        task.model_copy(update={"status": "verified"})
        for task in state["tasks"]
        if task.status == "needs_review"
    ]
    asked = {task.id: task for task in state["tasks"]}
    replaced = [(there[g[0].kind].pop(0), g) for g in stands if there[g[0].kind]]
    waiting = [
        (there[g[0].kind].pop(0), tuple(asked[task.id] for task in g))
        for g in groups_of(doubtful)
        if there[g[0].kind]
    ]
    return Renewed(
        replaced=tuple((old, _in_place_of(old, new)) for old, new in replaced),
        waiting=tuple((old, _in_place_of(old, new)) for old, new in waiting),
        refused=len(state["rejected"]),
        proposed=len(state["tasks"]) + len(state["rejected"]),
    )


def _in_place_of(old: Group, new: Group) -> Group:
    """New tasks with the ids of the old ones: of a pair "yes" comes for "yes"."""
    by_label = {task.label: task.id for task in old}
    return tuple(
        task.model_copy(update={"replaces": by_label.get(task.label, old[0].id)}) for task in new
    )
