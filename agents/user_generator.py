"""The user generator H (eq. 1): puts wishes and questions into the mouths of drawn users."""

import asyncio
import re
from collections.abc import Iterable, Sequence

from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    in_language,
    in_role,
    no_longer_than,
    not_repeating,
    whole,
    without_figures,
    without_name,
)
from trialogue.agents.rewording import reworded
from trialogue.agents.seeds import rng
from trialogue.agents.story import Point, Story, words
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Record, Scenario, Usage, UserProfile


class Candidate(Record):
    """A user of the pool with the story that was drawn for it, and what finding it took."""

    user: UserProfile
    story: Story
    usage: Usage = Usage()


async def propose(
    writer: Writer, scenario: Scenario, story: Story, user_id: str, taken: Sequence[str] = ()
) -> Candidate:
    """A candidate user: identity from the story, intent and one problem a point by the model.

    `taken` are intents of users who are already there.
    """
    intent = await _intent(writer, scenario, story, taken)
    problems = await _all_problems(writer, story)
    user = UserProfile(
        id=user_id,
        identity=story.identity,
        intent=intent,
        problems=problems,
        persona=story.persona,
    )
    return Candidate(user=user, story=story, usage=writer.meter.usage)


async def _intent(writer: Writer, scenario: Scenario, story: Story, taken: Sequence[str]) -> str:
    """What the user wants, in the model's words.

    Small models copy what others want instead of avoiding it: then they are asked again without
    being told, and at last code says it.
    """
    for told in dict.fromkeys((tuple(taken), ())):
        try:
            return (await _drafted_intent(writer, scenario, story, taken, told)).text
        except DialogueFailed:
            continue
    form: str = words(scenario.language)["intent"]
    comma = "、" if scenario.language == "zh" else ", "
    topics = comma.join(point.topic for point in story.points)
    return form.format(occasion=story.occasion, topics=topics)


async def _drafted_intent(
    writer: Writer, scenario: Scenario, story: Story, taken: Sequence[str], told: Sequence[str]
) -> Draft:
    comma, semicolon = ("、", "；") if scenario.language == "zh" else (", ", "; ")
    own = {point.topic for point in story.points}
    others = {activity.topic for activity in scenario.activities} - own
    return await writer.line(
        "user_generator",
        "intent",
        {
            "person": fenced(f"{story.identity}{semicolon}{scenario.roles.user.description}"),
            "occasion": fenced(story.occasion),
            "topics": fenced(comma.join(point.topic for point in story.points)),
            "taken": " / ".join(fenced(intent) for intent in told) or "-",
        },
        path=("intent",) if told or not taken else ("intent", "untold"),
        checks=(
            whole,
            in_language(scenario.language),
            in_role(scenario.language, "user"),
            without_figures,
            asks_nothing,
            without_name(story.name),
            not_repeating(taken, 0.65),
            _without_topics(others),
            no_longer_than(200, fatal=True),
        ),
        temperature=0.5,
        drafts=None if not taken else 2,
    )


def _without_topics(others: Iterable[str]) -> Check:
    """The line does not speak of what other users have to do with."""
    edge = r"(?<![a-z]){}(?![a-z])"
    patterns = {topic: edge.format(re.escape(topic.lower())) for topic in sorted(others)}

    def check(text: str) -> Fault | None:
        found = [topic for topic, pattern in patterns.items() if re.search(pattern, text.lower())]
        return Fault(f"speaks of {', '.join(found)}") if found else None

    return check


async def _all_problems(writer: Writer, story: Story) -> tuple[str, ...]:
    """One question a point, asked at once; when one raises, the others are finished first."""
    asked = (_problem(writer, point, i) for i, point in enumerate(story.points))
    ended = await asyncio.gather(*asked, return_exceptions=True)
    for problem in ended:
        if isinstance(problem, BaseException):
            raise problem
    return tuple(str(problem) for problem in ended)


async def _problem(writer: Writer, point: Point, number: int) -> str:
    """A question about the point: one of its `asks`, drawn by code, in the model's words.

    It stays in the scenario's words where the model drifts away from the question.
    """
    ask = rng(writer.seed, "ask", number).choice(point.asks or (point.topic,))
    return await reworded(writer, "user_generator", point.topic, ask, ("problem", number))
