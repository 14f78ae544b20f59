"""How a set of tasks stands with its solvers: solved, easy, hard, and whether that is the end."""

from collections.abc import Sequence
from statistics import fmean

from trialogue.agents.at_once import each
from trialogue.errors import LimitReached
from trialogue.evaluation.reasoning.harder_plans import operations_of
from trialogue.evaluation.reasoning.solving import Solver, accuracy, solve
from trialogue.evaluation.refined import Ended, Generation, is_easy, is_hard
from trialogue.graphs.workshop import State, Tasks, Workshop
from trialogue.memory.hard_tasks import HardTask
from trialogue.records import ReasoningTask, SolverAnswer


async def solved_by_team(workshop: Workshop, tasks: Tasks) -> tuple[Tasks, bool]:
    """The tasks with the answers of the team, and whether the budget was too small for all."""
    bench, short = workshop.bench, False

    async def one(task: ReasoningTask) -> ReasoningTask:
        nonlocal short
        if not task.usable or _by_team(task.solvers, bench.team):
            return task
        dialogue = workshop.dialogues[task.dialogue_id]
        try:
            found = await solve(
                bench.caller, task, dialogue, bench.team, seed=bench.seed, meter=bench.meter
            )
        except LimitReached:
            short = True
            return task.model_copy(update={"solvers": (), "accuracy": None})
        answers = tuple(answer for answer, _ in found)
        return task.model_copy(update={"solvers": answers, "accuracy": accuracy(answers)})

    return tuple(await each(tasks, one)), short


def _by_team(answers: Sequence[SolverAnswer], team: Sequence[Solver]) -> bool:
    """Whether these solvers were asked this way already, and one of them answered."""
    asked = [(one.model, one.asked) for one in answers]
    answered = any(one.answer is not None for one in answers)
    return answered and asked == [(solver.model, solver.asked) for solver in team]


def generation_of(workshop: Workshop, state: State, tasks: Tasks) -> Generation:
    """The figures of the set that `tasks` are, after what was made in the state."""
    standing = [task for task in tasks if task.usable]
    made = [one for one in state.get("made", ()) if one is not None]
    steps = [operations_of(task) for task in standing if task.derivation]
    return Generation(
        number=workshop.first + len(state.get("history", ())),
        tasks=len(standing),
        easy=sum(map(is_easy, standing)),
        hard=sum(map(is_hard, standing)),
        unsolved=sum(task.accuracy is None for task in standing),
        replaced=sum(len(old) for one in made for old, _ in one.replaced),
        refused=sum(one.refused for one in made),
        waiting=sum(len(new) for one in made for _, new in one.waiting),
        calls=workshop.bench.meter.usage.calls,
        operations=round(fmean(steps), 4) if steps else None,
    )


def ended(workshop: Workshop, state: State, tasks: Tasks, short: bool) -> Ended | None:
    """Why it ends here; None if it goes on. `short` is whether the budget ended the solving."""
    made = state.get("made")
    if short or (made is not None and None in made):
        return "budget"
    if all(task.accuracy is None for task in tasks if task.usable):
        return "unsolved"
    if not any(map(is_easy, tasks)):
        return "no_easy"
    if made is not None and not any(one.proposed for one in made if one is not None):
        return "nothing_new"
    return "rounds" if len(state.get("history", ())) >= workshop.rounds else None


def hard_task(task: ReasoningTask) -> HardTask:
    """The task as K_P keeps it."""
    expression = task.derivation.expression if task.derivation else ""
    return HardTask(task.id, task.kind, task.question, expression, operations_of(task))
