"""A user who comes with tasks of a tool set instead of a story (U §3)."""

from trialogue.agents.goal_plan import as_subtasks, chosen_tasks
from trialogue.agents.personas import fitting_persona
from trialogue.agents.seeds import seed_for
from trialogue.agents.story import draw_story
from trialogue.graphs.context import Context
from trialogue.records import Persona, Subtask, UserProfile


def user_with_errands(context: Context) -> tuple[UserProfile, tuple[Subtask, ...]]:
    """This dialogue's user, who goes by the name that the tasks give, and the goal.

    Who it is, is drawn in code; no model is asked.
    """
    tasks = chosen_tasks(context.dialogue_writer(), context.tool_tasks, context.mode)
    name = next((task.user for task in tasks if task.user), "")
    seed = seed_for(context.seed, "user", context.number, context.attempt)
    persona = _persona(context, name)
    story = draw_story(context.scenario, seed, (0, 0), persona, context.manner.values)
    user = UserProfile(
        id=f"{context.scenario.id}-{context.seed}-{context.number}-{context.attempt}",
        identity=story.identity,
        intent=tasks[0].text,
        problems=tuple(task.text for task in tasks),
        persona=story.persona,
    )
    return user, as_subtasks(tasks)


def _persona(context: Context, name: str) -> Persona | None:
    """The persona asked for, under the name that the tasks give."""
    drawn = None
    if context.personas is not None:
        drawn = fitting_persona(context.personas, context.seed, context.number, context.scenario)
    if not name:
        return drawn
    return (drawn or Persona()).model_copy(update={"name": name})
