"""Users of the pool have the personas that were asked for."""

from dataclasses import replace
from typing import Any

from made_users import MakeContext
from openai_server import OpenAIServer

from trialogue.agents.controls import Manner
from trialogue.agents.persona_files import GivenPersonas
from trialogue.graphs import users
from trialogue.graphs.context import Context
from trialogue.graphs.pool import UserPool
from trialogue.graphs.running import run_graph
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.memory.people import PeopleMemory
from trialogue.memory.volumes import Volumes
from trialogue.records import Persona

PEOPLE = (
    Persona(name="Ada Voss", mood="worried", expertise=5),
    Persona(name="Ben Ruiz", mood="annoyed", language="zh"),
    Persona(name="Cleo Hart", patience="low"),
)


async def pool_of(context: Context, *numbers: int) -> dict[int, Any]:
    found = await run_graph(users.build().compile(), {"numbers": numbers, "tries": 0}, context)
    pool: dict[int, Any] = found["pool"]
    return pool


async def test_users_have_the_given_personas(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    pool = await pool_of(make_context(personas=GivenPersonas(PEOPLE)), 0, 1, 2)
    profiles = [pool[number].user for number in range(3)]
    assert [who.persona.name for who in profiles] == ["Ada Voss", "Cleo Hart", "Ada Voss"]
    assert "a little worried, new to such matters" in profiles[0].identity
    asked = "".join(str(body["messages"][-1]["content"]) for body in server.requests)
    assert all(profile.identity in asked for profile in profiles)


async def test_without_personas_facets_are_recorded_and_not_told(
    make_context: MakeContext, server: OpenAIServer
) -> None:
    (candidate,) = (await pool_of(make_context(), 0)).values()
    assert candidate.user.persona == candidate.story.persona
    assert None not in dict(candidate.user.persona).values()
    assert len(candidate.user.identity.split(", ")) == 4


async def test_another_attempt_has_the_same_persona_and_another_story(
    make_context: MakeContext,
) -> None:
    context, pool = make_context(personas=GivenPersonas(PEOPLE)), UserPool()
    first = await pool.candidate(context.at(1))
    spare = await pool.candidate(context.at(1, attempt=2))
    facets = {"name", "mood", "expertise", "patience", "decision_style", "age"}
    assert spare.user.persona is not None
    assert first.user.persona is not None
    assert spare.user.persona.model_dump(include=facets) == first.user.persona.model_dump(
        include=facets
    )
    assert spare.story.points != first.story.points


async def test_stories_are_the_same_with_and_without_personas(
    make_context: MakeContext, volumes: Volumes
) -> None:
    bare = await pool_of(make_context(), 0, 1)
    others = PeopleMemory(volumes, HashEmbedder(), "others")
    given = await pool_of(make_context(people=others, personas=GivenPersonas(PEOPLE)), 0, 1)
    for number in (0, 1):
        assert given[number].story.points == bare[number].story.points


async def test_controls_of_the_user_are_in_the_profile(make_context: MakeContext) -> None:
    values: dict[str, int | float | str] = {
        "knowledge_gap": 5,
        "identity": "has a tight budget",
    }
    context = replace(make_context(), manner=Manner(values))
    (candidate,) = (await pool_of(context, 0)).values()
    assert candidate.user.persona.expertise == 5
    assert candidate.user.identity.endswith(", has a tight budget, new to such matters")
