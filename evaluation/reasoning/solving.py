"""Has solvers answer tasks (R §4.3): directly or step by step; who fails is missing, not wrong."""

import asyncio
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

from trialogue.agents.caller import Caller, Meter, ModelSpec, Sampling
from trialogue.agents.prompt import Message, load_prompt
from trialogue.agents.seeds import seed_for
from trialogue.agents.writer import fenced
from trialogue.errors import AnswerError, ModelError
from trialogue.evaluation.judge import conversation
from trialogue.evaluation.reasoning.answers import Reading, read_answer
from trialogue.evaluation.reasoning.labels import same_label
from trialogue.evaluation.reasoning.plans import language_of
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.records import Dialogue, Language, ReasoningTask, SolverAnswer, TaskKind
from trialogue.records.task import Asked

ROLE = "solvers"
_ROOM: dict[Asked, int] = {"direct": 40, "steps": 700}
_WARM = 0.7
_FORMS: dict[str, dict[TaskKind, str]] = {
    "en": {"math": "one number", "common_sense": "yes or no"},
    "zh": {"math": "一个数字", "common_sense": "“是”或“否”"},
}


class Solver(NamedTuple):
    """One who answers every task once: a role of the caller, its model, and how it is asked.

    `take` tells several answers of one model apart: the first is drawn as surely as the model
    can, others are samples. `room` bounds the tokens of an answer; None is as it is asked.
    """

    role: str
    model: str
    asked: Asked = "direct"
    take: int = 0
    room: int | None = None


class Solved(NamedTuple):
    """An answer with the text it was read from; None where the solver failed."""

    answer: SolverAnswer
    text: str | None = None


def solver_team(
    models: Sequence[ModelSpec], k: int, asked: Asked = "direct"
) -> tuple[dict[str, ModelSpec], list[Solver]]:
    """k solvers of these models in turn, and the models by role ("solvers", "solvers_2", …)."""
    roles = {f"{ROLE}_{n}" if n > 1 else ROLE: model for n, model in enumerate(models, start=1)}
    names = list(roles)
    team = [
        Solver(role, roles[role].name, asked, take)
        for take, role in ((n // len(names), names[n % len(names)]) for n in range(k))
    ]
    return roles, team


async def solve(
    caller: Caller,
    task: ReasoningTask,
    dialogue: Dialogue,
    team: Sequence[Solver],
    *,
    seed: int = 0,
    how: Reading = "lenient",
    meter: Meter | None = None,
) -> list[Solved]:
    """What each solver answers, in their order.

    An answer that cannot be read is wrong; a solver whose call fails for good is missing. Raises
    LimitReached, EndpointError and UsageError.
    """
    found = await asyncio.gather(
        *(_one(caller, task, dialogue, solver, seed, how, meter) for solver in team),
        return_exceptions=True,
    )
    for answer in found:
        if isinstance(answer, BaseException):
            raise answer
    return [answer for answer in found if isinstance(answer, Solved)]


async def _one(
    caller: Caller,
    task: ReasoningTask,
    dialogue: Dialogue,
    solver: Solver,
    seed: int,
    how: Reading,
    meter: Meter | None,
) -> Solved:
    nothing = SolverAnswer(model=solver.model, asked=solver.asked)
    try:
        text = await answer_of(caller, task, dialogue, solver, seed=seed, meter=meter)
    except (AnswerError, ModelError):
        return Solved(nothing)
    return Solved(graded(task, text, solver, how), text)


async def answer_of(
    caller: Caller,
    task: ReasoningTask,
    dialogue: Dialogue,
    solver: Solver,
    *,
    seed: int = 0,
    meter: Meter | None = None,
) -> str:
    """The text with which a solver answers a task. Raises ModelError if it fails for good."""
    messages = solver_messages(task, dialogue, solver.asked, language_of(dialogue))
    answer = await caller.text(
        solver.role,
        messages,
        seed=seed_for(seed, ROLE, solver.take),
        sampling=Sampling(
            _WARM if solver.take else 0.0, max_tokens=solver.room or _ROOM[solver.asked]
        ),
        meter=meter,
    )
    return answer.text


def solver_messages(
    task: ReasoningTask, dialogue: Dialogue, asked: Asked, language: Language
) -> list[Message]:
    """What a solver is told, by role: the dialogue, the question, the form of the answer."""
    return load_prompt(f"solve_{asked}", language).fill(
        {
            "form": _FORMS[language][task.kind],
            "conversation": conversation(dialogue),
            "question": fenced(task.question),
        }
    )


def graded(task: ReasoningTask, text: str, solver: Solver, how: Reading) -> SolverAnswer:
    """A solver's text against the label, by value; one that cannot be read is "" and wrong."""
    try:
        read = read_answer(text, task.kind, solver.asked, how)
    except Refused:
        return SolverAnswer(model=solver.model, answer="", correct=False, asked=solver.asked)
    correct = same_label(read, task.label, task.kind)
    return SolverAnswer(model=solver.model, answer=read, correct=correct, asked=solver.asked)


def accuracy(answers: Sequence[SolverAnswer]) -> float | None:
    """The share of right answers among those that were given; None if there is none (acc^i)."""
    marks = [answer.correct for answer in answers if answer.correct is not None]
    return round(fmean(marks), 4) if marks else None


def agreed(answers: Sequence[SolverAnswer], label: str) -> bool:
    """Whether two or more solvers answered and more than half of them gave this label."""
    given = [answer.answer for answer in answers if answer.answer is not None]
    return len(given) > 1 and 2 * given.count(label) > len(given)


def agreed_otherwise(answers: Sequence[SolverAnswer], label: str) -> str | None:
    """The one other label that all of two or more solvers gave."""
    given = [answer.answer for answer in answers if answer.answer is not None]
    same = len(given) > 1 and len(set(given)) == 1 and given[0] not in ("", label)
    return given[0] if same else None
