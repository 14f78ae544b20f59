"""A further question about a case gets what the rules say on it, and no more."""

import re
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from trialogue.agents.consulting import Library, case_of, narrow_to_question, statements
from trialogue.agents.toolbox import Toolbox
from trialogue.records import Passage

RULES = (
    "A taxi ride is paid up to 60 CNY per ride. What goes above the ceiling is the traveller's "
    "own. Each ride needs its printed receipt. Rides to dinner are private."
)
CASE = "I took taxis on 4 March, 5 rides at 75 CNY per ride."
WRITER: Any = SimpleNamespace(language="en")


async def nearest(query: str, texts: Sequence[str], k: int) -> list[int]:
    """Those that share most words with the query."""

    def shared(text: str) -> int:
        return len(set(re.findall(r"\w+", text.lower())) & set(re.findall(r"\w+", query.lower())))

    return sorted(sorted(range(len(texts)), key=lambda i: (-shared(texts[i]), i))[:k])


LIBRARY = Library([Passage(id="1", text=RULES, source="rules.md")], [], nearest)


async def rule(question: str, library: Library = LIBRARY) -> tuple[str, ...]:
    asked = f"{CASE} {question}"
    return (await narrow_to_question(WRITER, asked, library, Toolbox(), (0,))).rule


async def test_only_what_is_near_the_question_is_kept() -> None:
    found = await rule("Which printed receipt does each ride need?")
    assert "Each ride needs its printed receipt." in found
    assert len(found) == 2


@pytest.mark.parametrize("question", ["How much of each ride is paid?", "Who pays the rest?"])
async def test_a_question_about_an_amount_gets_the_limit(question: str) -> None:
    assert "A taxi ride is paid up to 60 CNY per ride." in await rule(question)


async def test_without_rules_there_is_nothing() -> None:
    assert await rule("How much is paid?", Library([], [], nearest)) == ()


def test_a_case_is_told_without_the_talk_around_it() -> None:
    turn = f"Thanks, that helps. {CASE} Are they paid?"
    assert case_of(turn) == f"{CASE} Are they paid?"
    assert statements(case_of(turn)) == CASE
    assert statements("打车5次。能报吗？") == "打车5次。"
