"""Puts the tasks of a set to models, each way they are to be asked."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import NamedTuple

from trialogue.agents.at_once import each
from trialogue.agents.caller import Caller, Meter, ModelSpec
from trialogue.agents.models import parse
from trialogue.errors import AnswerError, LimitReached, ModelError, UsageError
from trialogue.evaluation.benchmark import Read, TaskAnswer
from trialogue.evaluation.posed_task import PosedTask
from trialogue.evaluation.reasoning.answers import Reading
from trialogue.evaluation.reasoning.solving import Solver, answer_of, graded, solver_team
from trialogue.records.task import Asked
from trialogue.settings import Settings
from trialogue.task_sets import read_task_set, standing

WAYS: tuple[Asked, ...] = ("direct", "steps")
Told = Callable[[int, int], None]


class Order(NamedTuple):
    """Which models answer how many tasks, how they are asked, and where it goes; as `benchmark`."""

    models: Sequence[str]
    asked: Sequence[Asked] = WAYS
    limit: int | None = None
    answer_tokens: int | None = None
    out: Path | None = None


class Questions(NamedTuple):
    """The tasks to be asked; `of` is how many there were to draw from."""

    name: str
    tasks: Sequence[PosedTask]
    of: int
    left_out: int = 0
    unread: tuple[str, ...] = ()


def questions_of(path: Path, limit: int | None = None, seed: int = 0) -> Questions:
    """The tasks whose label stands, or `limit` of them drawn by the seed, in their order.

    Raises UsageError if there are none.
    """
    if limit is not None and limit < 1:
        raise UsageError(f"limit: {limit} is less than 1")
    found = read_task_set(path)
    tasks = standing(found.tasks)
    if not tasks:
        raise UsageError(
            f"{path}: the label of none of {len(found.tasks)} tasks stands yet; "
            "review them with trialogue review"
        )
    left_out, of = len(found.tasks) - len(tasks), len(tasks)
    if limit is not None and limit < of:
        drawn = Random(f"benchmark {seed}").sample(range(of), limit)
        tasks = [tasks[place] for place in sorted(drawn)]
    return Questions(found.name, tasks, of, left_out, found.unread)


def models_of(order: Order, settings: Settings) -> list[ModelSpec]:
    """The models to be asked. Raises UsageError for an order that cannot be followed."""
    if not order.models:
        raise UsageError("no model; name one such as openai:NAME or local")
    if not order.asked or set(order.asked) - set(WAYS):
        raise UsageError(f"asked: choose of {' and '.join(WAYS)}")
    if order.answer_tokens is not None and order.answer_tokens < 1:
        raise UsageError(f"answer_tokens: {order.answer_tokens} is less than 1")
    local = {name: parse(name).provider == "local" for name in order.models}
    return [
        ModelSpec(name=name, base_url=None if built_in else settings.base_url)
        for name, built_in in local.items()
    ]


async def answers_of(
    caller: Caller,
    tasks: Sequence[PosedTask],
    models: Sequence[ModelSpec],
    order: Order,
    seed: int,
    told: Told | None,
) -> dict[tuple[str, Asked], list[TaskAnswer]]:
    """The answers to all tasks in order, by model and way of asking; one of these at a time.

    Raises LimitReached when the calls under way are answered.
    """
    teams = [solver_team(models, len(models), way)[1] for way in dict.fromkeys(order.asked)]
    solvers = [
        solver._replace(room=order.answer_tokens)
        for turn in zip(*teams, strict=True)
        for solver in turn
    ]
    found: dict[tuple[str, Asked], list[TaskAnswer]] = {}
    for before, solver in enumerate(solvers):

        async def ask(posed: PosedTask, solver: Solver = solver) -> TaskAnswer | LimitReached:
            try:
                return await _answer(caller, posed, solver, seed)
            except LimitReached as error:
                return error

        def heard(done: int, of: int, before: int = before) -> None:
            if told is not None:
                told(before * of + done, len(solvers) * of)

        found[solver.model, solver.asked] = _whole(await each(tasks, ask, heard))
    return found


def _whole(answers: Sequence[TaskAnswer | LimitReached]) -> list[TaskAnswer]:
    there: list[TaskAnswer] = []
    for answer in answers:
        if isinstance(answer, LimitReached):
            raise answer
        there.append(answer)
    return there


async def _answer(caller: Caller, posed: PosedTask, solver: Solver, seed: int) -> TaskAnswer:
    """A model's answer, read both ways; with nothing read where it failed for good."""
    meter, text = Meter(), None
    with suppress(AnswerError, ModelError):
        text = await answer_of(caller, posed.task, posed.dialogue, solver, seed=seed, meter=meter)
    task = posed.task
    return TaskAnswer(
        task_id=task.id,
        dialogue_id=task.dialogue_id,
        kind=task.kind,
        language=task.language,
        label=task.label,
        model=solver.model,
        asked=solver.asked,
        text=text,
        strict=_read(posed, text, solver, "strict"),
        lenient=_read(posed, text, solver, "lenient"),
        usage=meter.usage,
    )


def _read(posed: PosedTask, text: str | None, solver: Solver, how: Reading) -> Read | None:
    if text is None:
        return None
    answer = graded(posed.task, text, solver, how)
    return Read(answer=answer.answer or "", correct=bool(answer.correct))
