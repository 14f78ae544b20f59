"""Users and what they lived through, made by code alone."""

from collections.abc import Callable

from trialogue.agents.story import draw_story
from trialogue.agents.user_generator import Candidate
from trialogue.graphs.context import Context
from trialogue.records import Action, UserProfile

MakeContext = Callable[..., Context]


def candidate(context: Context, number: int = 0) -> Candidate:
    """A user with a drawn story, without any call."""
    story = draw_story(context.scenario, number, context.options.points)
    user = UserProfile(
        id=f"someone-{number}",
        identity=story.identity,
        intent="I want to know where I stand.",
        problems=tuple(point.asks[0] for point in story.points),
    )
    return Candidate(user=user, story=story)


def trajectory(someone: Candidate) -> tuple[Action, ...]:
    """What a candidate lived through, written by code."""
    return tuple(
        Action(
            index=index,
            action=f"On {point.day} I {point.note.replace(f'; {point.day}', '')}.",
            topic=point.topic,
            facts=point.facts,
        )
        for index, point in enumerate(someone.story.points, start=1)
    )
