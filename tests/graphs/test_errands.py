"""Users who come with tasks of a tool set: one user a dialogue, under the name the tasks give."""

from collections.abc import Callable
from pathlib import Path

from trialogue.agents.toolset_tools import ToolsetTools
from trialogue.graphs.context import Context
from trialogue.graphs.errands import user_with_errands
from trialogue.tools.toolset_file import read_toolset

LIBRARY = Path(__file__).parents[2] / "examples" / "toolsets" / "library_loans.yaml"


def test_a_dialogue_has_the_tasks_of_one_user(make_context: Callable[..., Context]) -> None:
    toolset = read_toolset(LIBRARY)
    whose = {task.id: task.user for task in toolset.tasks}
    context = make_context(mode="user")
    with ToolsetTools(toolset, today=context.scenario.today) as tools:
        for number in range(20):
            here = Context.at(make_context(mode="user", toolset=tools), number)
            user, goal = user_with_errands(here)
            names = {whose[subtask.source] for subtask in goal} - {""}
            assert len(names) == 1
            assert user.identity.startswith(names.pop())
            assert user.intent == goal[0].text
            assert len(goal) >= 2


def test_task_mode_has_one_task(make_context: Callable[..., Context]) -> None:
    context = make_context()
    with ToolsetTools(read_toolset(LIBRARY), today=context.scenario.today) as tools:
        _, goal = user_with_errands(make_context(toolset=tools))
    assert len(goal) == 1
