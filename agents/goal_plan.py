"""Lays out a user's goal before the dialogue: which subtasks, in which order, what is held back.

In task mode each point of the story is one subtask. In user mode a point also has one or two
follow-up questions, and may hold back a figure until it is asked for (U §3).
"""

import re
from collections.abc import Sequence
from math import ceil
from random import Random

from trialogue.agents.controls import Manner
from trialogue.agents.details import withheld
from trialogue.agents.goal import Mode
from trialogue.agents.goal_order import Question, essential_first, fitted, in_order
from trialogue.agents.rewording import reworded
from trialogue.agents.seeds import rng
from trialogue.agents.writer import Writer
from trialogue.records import Action, Scenario, Subtask, ToolTask, UserProfile

_EASIEST = ("easy", "medium", "hard")
_TASKS = {"task": 1, "user": 3}
_FOLLOW_UPS = {1: (0, 0), 2: (0, 1), 3: (1, 2), 4: (2, 3), 5: (3, 3)}
_USUAL: dict[Mode, int] = {"task": 1, "user": 3}
_DETAILED = 5
_POINTS = {4: 0.7, 5: 0.5}


async def plan_goal(
    writer: Writer,
    scenario: Scenario,
    user: UserProfile,
    trajectory: Sequence[Action],
    *,
    mode: Mode,
    manner: Manner,
    tasks: Sequence[ToolTask] = (),
) -> tuple[Subtask, ...]:
    """The subtasks in the order in which the user raises them, numbered from 1.

    `tasks` are those of a tool set: the user wants some of them instead of its story's points.
    """
    random = rng(writer.seed, "goal")
    if tasks:
        return as_subtasks(chosen_tasks(writer, tasks, mode))
    chains = _chains(scenario, user, trajectory, mode, manner, random)
    order = in_order(chains, manner, random)
    held = _held_back(scenario, trajectory, chains, mode, manner, random)
    subtasks = []
    for number, question in enumerate(order, start=1):
        first = question is chains[question.point][0]
        topic = trajectory[question.point].topic
        text, path = question.text, ("follow", number)
        if not first:
            text = await reworded(writer, "user_generator", topic, text, path)
        subtasks.append(
            Subtask(
                id=number,
                text=text,
                source=str(question.point + 1),
                hidden=held[question.point] if first else (),
            )
        )
    return tuple(subtasks)


def chosen_tasks(writer: Writer, tasks: Sequence[ToolTask], mode: Mode) -> list[ToolTask]:
    """One task in task mode, a few of the same user in user mode, from easy to hard."""
    random = rng(writer.seed, "goal")
    named = sorted({task.user for task in tasks if task.user})
    user = random.choice(tasks).user or (random.choice(named) if named else "")
    fitting = [task for task in tasks if task.user in ("", user)]
    drawn = random.sample(fitting, min(_TASKS[mode], len(fitting)))
    return sorted(drawn, key=lambda task: _EASIEST.index(task.difficulty))


def as_subtasks(tasks: Sequence[ToolTask]) -> tuple[Subtask, ...]:
    """Tasks of a tool set as subtasks, numbered from 1."""
    return tuple(
        Subtask(id=number, text=task.text, kind="task", source=task.id)
        for number, task in enumerate(tasks, start=1)
    )


def with_goals(goal: Sequence[Subtask], texts: Sequence[str]) -> tuple[Subtask, ...]:
    """A goal with further goals given from outside after it."""
    first = max((subtask.id for subtask in goal), default=0) + 1
    added = (Subtask(id=i, text=text, kind="goal") for i, text in enumerate(texts, start=first))
    return (*goal, *added)


def _chains(
    scenario: Scenario,
    user: UserProfile,
    trajectory: Sequence[Action],
    mode: Mode,
    manner: Manner,
    random: Random,
) -> dict[int, list[Question]]:
    """The questions of each point by its index, the point's own first."""
    usual = _DETAILED if manner.value("turns") else _USUAL[mode]
    focus = int(manner.value("focus", usual))
    points = list(range(len(trajectory)))
    if mode == "user":
        points = essential_first(trajectory)
    if share := _POINTS.get(int(manner.value("focus", 1))):
        points = points[: ceil(share * len(points))]
    chains = {}
    for i in points:
        problem = user.problems[i % len(user.problems)] if user.problems else ""
        others = _other_asks(scenario, trajectory[i], problem)
        wanted = random.randint(*_FOLLOW_UPS[focus])
        more = random.sample(others, min(wanted, len(others)))
        chains[i] = [Question(i, text) for text in (problem, *more)]
    return fitted(chains, mode, manner)


def _other_asks(scenario: Scenario, action: Action, problem: str) -> list[str]:
    """The questions of the action's kind, without the one that the problem says again."""
    asks = next((a.asks for a in scenario.activities if a.topic == action.topic), ())
    if not asks:
        return []
    same = max(asks, key=lambda ask: (_likeness(ask, problem), -asks.index(ask)))
    return [ask for ask in asks if ask != same]


def _likeness(one: str, other: str) -> float:
    first, second = (set(re.findall(r"[a-z']+|[\u3400-\u9fff]", t.lower())) for t in (one, other))
    return len(first & second) / max(1, len(first | second))


def _held_back(
    scenario: Scenario,
    trajectory: Sequence[Action],
    chains: dict[int, list[Question]],
    mode: Mode,
    manner: Manner,
    random: Random,
) -> dict[int, tuple[str, ...]]:
    """By point, the figure that the user tells only when asked: about every second point, as
    long as the rounds asked for leave room."""
    held: dict[int, tuple[str, ...]] = dict.fromkeys(chains, ())
    if mode == "task":
        return held
    asking = ceil(sum(map(len, chains.values())) / int(manner.value("disclosure", 1)))
    room = int(manner.value("turns", 1000)) - 1 - asking
    for i in chains:
        detail = withheld(scenario, trajectory[i])
        if detail and random.random() < 0.5 and room > 0:
            held[i], room = (detail.shown,), room - 1
    return held
