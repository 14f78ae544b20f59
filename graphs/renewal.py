"""Makes new tasks in place of easy ones on one dialogue (R eq. 8), and puts them there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialogue.evaluation.reasoning.harder_plans import harder_plans, operations_of
from trialogue.evaluation.reasoning.plans import Plan
from trialogue.evaluation.refined import is_easy
from trialogue.graphs.task_bench import Bench, State, Wanted
from trialogue.graphs.tasks import tasks_on
from trialogue.memory.hard_tasks import HardTask
from trialogue.records import Dialogue, ReasoningTask, TaskKind

Group = tuple[ReasoningTask, ...]
"""A task alone, or both of a pair: what is replaced together."""
_KINDS: tuple[TaskKind, ...] = ("math", "common_sense")
_MOST = 4


@dataclass(frozen=True)
class Renewal:
    """What is easy on a dialogue, and the hard examples by kind that new tasks go by.

    `tries` counts the rounds in which something was made for it before.
    """

    dialogue_id: str
    easy: tuple[Group, ...]
    tries: int = 0
    examples: Mapping[TaskKind, HardTask] = field(default_factory=dict)

    def of(self, kind: TaskKind) -> list[Group]:
        """The easy groups of a kind."""
        return [group for group in self.easy if group[0].kind == kind]

    def wanted(self, kind: TaskKind) -> int:
        """How many new groups are made to choose from: the more, the longer it resists."""
        return len(self.of(kind)) * min(1 + self.tries, _MOST)


@dataclass(frozen=True)
class Renewed:
    """New groups, proved or for a person, beside what they are to replace."""

    replaced: tuple[tuple[Group, Group], ...] = ()
    waiting: tuple[tuple[Group, Group], ...] = ()
    refused: int = 0
    proposed: int = 0


def groups_of(tasks: Sequence[ReasoningTask]) -> Iterator[Group]:
    """The tasks in order, those of one pair together."""
    found: dict[tuple[str, str], list[ReasoningTask]] = {}
    for task in tasks:
        found.setdefault(("pair", task.pair) if task.pair else ("task", task.id), []).append(task)
    yield from map(tuple, found.values())


def easy_groups(tasks: Sequence[ReasoningTask]) -> dict[str, tuple[Group, ...]]:
    """The groups with an easy task, by dialogue.

    A pair is replaced as one, so that "yes" and "no" stay even.
    """
    found: dict[str, tuple[Group, ...]] = {}
    for group in groups_of([task for task in tasks if task.usable]):
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
    wanted = Wanted(math=renewal.wanted("math"), pairs=renewal.wanted("common_sense"))
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
) -> Sequence[Plan]:
    easy = {kind: renewal.of(kind) for kind in _KINDS}
    return harder_plans(
        dialogue,
        {kind: renewal.wanted(kind) for kind in _KINDS},
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
    """New groups with the easy ones in whose place they come; those come first that are not easy.

    What is proved but left over is dropped.
    """
    left: dict[TaskKind, list[Group]] = {kind: renewal.of(kind) for kind in _KINDS}

    def beside(tasks: Sequence[ReasoningTask]) -> tuple[tuple[Group, Group], ...]:
        groups = sorted(groups_of(tasks), key=lambda group: any(map(is_easy, group)))
        pairs = ((left[new[0].kind].pop(0), new) for new in groups if left[new[0].kind])
        return tuple((old, _in_place_of(old, new)) for old, new in pairs)

    made = state["tasks"]
    replaced = beside([task for task in made if task.usable])
    waiting = beside([task for task in made if task.status == "needs_review"])
    refused = len(state["rejected"])
    return Renewed(replaced, waiting, refused, len(made) + refused)


def _in_place_of(old: Group, new: Group) -> Group:
    """New tasks with the ids of the old ones: of a pair "yes" comes for "yes"."""
    by_label = {task.label: task.id for task in old}
    return tuple(
        task.model_copy(update={"replaces": by_label.get(task.label, old[0].id)}) for task in new
    )
