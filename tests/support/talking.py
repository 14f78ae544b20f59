"""Dialogues in user mode with a simulated model that answers some prompts otherwise."""

import json
from collections.abc import Callable
from typing import Any

from made_users import candidate, trajectory
from openai_server import Body, Reply
from simulated_model import prompt_of, served

from trialogue.graphs import dialogue, knowledge
from trialogue.graphs.context import Context
from trialogue.graphs.running import run_graph
from trialogue.records import Turn


async def talk(context: Context, **given: Any) -> dict[str, Any]:
    """The final state of a dialogue; `given` goes into the first."""
    if context.shelf.index is None:
        await run_graph(knowledge.build().compile(), {}, context)
    someone = candidate(context, context.number)
    state = {"user": someone.user, "trajectory": trajectory(someone), **given}
    return await run_graph(dialogue.build().compile(), state, context)


def answering(**replies: Callable[[Body], str]) -> Callable[[Body], Reply | str]:
    """The simulated model with other answers to some prompts."""

    def reply(body: Body) -> Reply | str:
        own = replies.get(prompt_of(body))
        return own(body) if own else served(body)

    return reply


def judged(answered: str, all_done: bool = False) -> Callable[[Body], str]:
    """What the user's model makes of every answer."""
    return lambda body: json.dumps({"answered": answered, "all_done": all_done})


def users(turns: tuple[Turn, ...]) -> list[str]:
    """What the user says."""
    return [turn.text for turn in turns if turn.speaker == "user"]
