"""Who speaks next: in turn, by address, or as a model chooses.

After a user an assistant speaks, and each assistant at most once before the next user: a round
is a user's turn with the answers to it. Nobody is passed over for long, whatever the policy.
"""

import re
from collections.abc import Collection, Sequence
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, create_model

from trialogue.agents.participants import on_side, who_spoke
from trialogue.agents.writer import Writer, fenced
from trialogue.errors import AnswerError
from trialogue.records import Participant, Turn
from trialogue.records.scenario import Policy

T = TypeVar("T", bound=Participant)

_BEFORE = r"(?:^|[.!?。！？;；:：]\s*|\b(?:and|so|thanks|thank you|hello|dear),? )"


async def next_speaker(
    policy: Policy,
    people: Sequence[T],
    turns: Sequence[Turn],
    writer: Writer,
    waiting: Collection[str],
) -> T | None:
    """Who speaks after `turns`, or None where nobody needs to: the dialogue is over.

    `waiting` are the names of the users who have something left to say. A model is asked only
    by the policy "model", and only where more than one may speak.
    """
    able = able_to_speak(people, turns, waiting)
    if not able or policy == "round_robin":
        return able[0] if able else None
    heard = bool(turns) and turns[-1].speaker == "assistant"
    late = _overdue(people, able, turns) if heard else None
    if late is not None:
        return late
    if policy == "model" and turns and len(able) > 1 and waiting:
        return await _chosen(writer, people, able, turns)
    return _by_address(able, turns)


def able_to_speak(people: Sequence[T], turns: Sequence[Turn], waiting: Collection[str]) -> list[T]:
    """Who may speak, in the order of a round: assistants of the round, then users in turn."""
    opened = max((i for i, turn in enumerate(turns) if turn.speaker == "user"), default=None)
    users = list(on_side(people, "user"))
    if opened is None:
        return [person for person in users if person.name in waiting]
    answered = {who_spoke(people, turn) for turn in turns[opened + 1 :]}
    able = [p for p in on_side(people, "assistant") if p.name not in answered]
    if not answered:
        return able
    after = [person.name for person in users].index(who_spoke(people, turns[opened])) + 1
    return able + [p for p in users[after:] + users[:after] if p.name in waiting]


def addressed(text: str, people: Sequence[T]) -> T | None:
    """Whom the text speaks to by name, the last of several; None where nobody is.

    A name is spoken to where it begins a sentence and a comma or colon follows, or where it ends
    one after a comma: "Supervisor, is that so?", "What do you say, Ann?", "主管，这样行吗？".
    """
    found: list[tuple[int, int, T]] = []
    for person in people:
        name = re.escape(person.name)
        called = rf"{_BEFORE}{name}\s*[,:，：]|[,，]\s*{name}\s*[.!?。！？]"
        spots = re.finditer(called, text, re.IGNORECASE)
        found += [(spot.end(), len(person.name), person) for spot in spots]
    return max(found, key=lambda spot: spot[:2])[2] if found else None


def _by_address(able: Sequence[T], turns: Sequence[Turn]) -> T | None:
    """Who is spoken to, else the first assistant after a user, the next user after an answer."""
    named = addressed(turns[-1].text, able) if turns else None
    if named is not None:
        return named
    if turns and turns[-1].speaker == "user":
        return able[0]
    return next(iter(on_side(able, "user")), None)


def _overdue(people: Sequence[T], able: Sequence[T], turns: Sequence[Turn]) -> T | None:
    """Who has been silent for more rounds than there are people on their side, longest first.

    An assistant comes first: the round that goes on is theirs.
    """
    spoken = [(turn.speaker == "user", who_spoke(people, turn)) for turn in turns]

    def silent(person: T) -> int:
        last = max((i for i, (_, name) in enumerate(spoken) if name == person.name), default=-1)
        return sum(begins for begins, _ in spoken[last + 1 :])

    late = [p for p in able if silent(p) > len(on_side(people, p.speaker))]
    return max(late, key=lambda p: (p.speaker == "assistant", silent(p)), default=None)


async def _chosen(
    writer: Writer, people: Sequence[T], able: Sequence[T], turns: Sequence[Turn]
) -> T | None:
    """Whom the model names; by address where it names nobody."""
    names: Any = Literal[tuple(person.name for person in able)]
    schema: type[BaseModel] = create_model(
        "Next", __config__=ConfigDict(extra="forbid"), next=(names, ...)
    )
    heard = [f"{who_spoke(people, turn)}: {turn.text}" for turn in turns[-2:]]
    try:
        answer = await writer.choice(
            "assistant",
            "speaker",
            {
                "people": fenced(" / ".join(f"{p.name}: {p.description}" for p in people)),
                "heard": fenced(" ".join(heard)),
                "may": " / ".join(person.name for person in able),
            },
            schema,
            path=("speaker", len(turns)),
            max_tokens=30,
        )
    except AnswerError:
        return _by_address(able, turns)
    return next(p for p in able if p.name == answer.model_dump()["next"])
