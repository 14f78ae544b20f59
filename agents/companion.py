"""How users speak where there are several: who joins, who comes back, whom they ask."""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

import yaml

from trialogue.agents.checks import (
    Check,
    Fault,
    asks_nothing,
    in_language,
    in_role,
    no_longer_than,
    not_repeating,
    same_persons,
    whole,
    without_figures,
    without_name,
)
from trialogue.agents.participants import Member, on_side, who_spoke
from trialogue.agents.seeds import rng
from trialogue.agents.writer import Draft, Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.records import Language, Participant, Scenario, Turn
from trialogue.records.scenario import Policy

T = TypeVar("T", bound=Participant)


async def opening(
    writer: Writer,
    scenario: Scenario,
    people: Sequence[Member],
    person: Member,
    turns: Sequence[Turn],
    topic: str,
) -> Draft | None:
    """With which words a user takes over from another; None where no other spoke last.

    Who speaks for the first time joins with a line about `topic`; who comes back says so.
    """
    spoken = [who_spoke(people, turn) for turn in turns if turn.speaker == "user"]
    if not spoken or spoken[-1] == person.name:
        return None
    if person.name in spoken:
        return Draft(usual(writer, "again", turns))
    return await _joining(writer, scenario, person, turns, topic)


def spoken_to(policy: Policy, people: Sequence[T], turns: Sequence[Turn], seed: int) -> T | None:
    """Whom a user puts the next question to by name; None leaves it to whose turn it is.

    In turn nobody is named. Otherwise it is drawn, and the first assistant needs no naming.
    """
    assistants = on_side(people, "assistant")
    if policy == "round_robin" or len(assistants) == 1:
        return None
    drawn = rng(seed, "spoken to", len(turns)).choice(assistants)
    return None if drawn is assistants[0] else drawn


def put_to(question: str, name: str, language: Language) -> str:
    """The question with the name of whom it is put to: "Supervisor, is my room covered?"."""
    if language == "zh":
        return f"{name}，{question}"
    first = question.partition(" ")[0].partition("'")[0]
    keeps = first == "I" or not first[1:].islower()
    return f"{name}, {question if keeps else question[:1].lower() + question[1:]}"


def usual(writer: Writer, what: str, turns: Sequence[Turn]) -> str:
    """One of the usual phrases, drawn; one that has not been said, as long as there is one."""
    phrases: list[str] = _phrases()[writer.language][what]
    new = [phrase for phrase in phrases if not any(phrase in turn.text for turn in turns)]
    return rng(writer.seed, what, len(turns)).choice(new or phrases)


async def _joining(
    writer: Writer, scenario: Scenario, person: Member, turns: Sequence[Turn], topic: str
) -> Draft:
    identity = person.profile.identity if person.profile else ""
    try:
        return await writer.line(
            "user",
            "join",
            {"who": fenced(person.description), "topic": fenced(topic)},
            path=("join", len(turns)),
            checks=(
                whole,
                in_language(scenario.language),
                in_role(scenario.language, "user"),
                without_figures,
                asks_nothing,
                _is_about(topic, scenario.language),
                _in_words_of(f"{person.description} {topic}", scenario.language),
                same_persons("我" if scenario.language == "zh" else "I"),
                without_name(identity.replace("，", ",").partition(",")[0]),
                not_repeating([turn.text for turn in turns]),
                no_longer_than(140, fatal=True),
            ),
            max_tokens=50,
            drafts=3,
        )
    except DialogueFailed:
        return Draft(usual(writer, "join", turns).format(topic=topic), rewrites=1)


def _is_about(topic: str, language: Language) -> Check:
    """The line names the topic as its matter, not as something that somebody did."""
    lead = "" if language == "zh" else r"\b(?:about|for|on|with|is|are)\s+(?:(?:the|my|our|a)\s+)?"
    pattern = re.compile(lead + re.escape(topic), re.IGNORECASE)
    return lambda text: None if pattern.search(text) else Fault("does not say what it is about")


def _in_words_of(known: str, language: Language) -> Check:
    """Nothing is said to have happened that does not stand in `known`, by the words' beginnings."""
    usual_words: str = _phrases()[language]["joining"]
    allowed = _beginnings(f"{known} {usual_words}")

    def check(text: str) -> Fault | None:
        foreign = _beginnings(text) - allowed
        return Fault(f"speaks of {', '.join(sorted(foreign))}") if foreign else None

    return check


def _beginnings(text: str) -> set[str]:
    return {word[:4] for word in re.findall(r"[a-z]{3,}|[\u3400-\u9fff]", text.lower())}


@cache
def _phrases() -> Any:
    text = (files("trialogue.agents") / "data" / "panel.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
