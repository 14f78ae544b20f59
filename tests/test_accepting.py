"""Exactly so many accepted, and every other attempt kept with why."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import simulated_model
from made_dialogues import answer, dialogue
from openai_server import OpenAIServer
from simulated_run import FAILURES, SHORT, lines, made, no_wait, settings

from trialogue.accepting import Accept, accept_named, knowledge_of, valid
from trialogue.agents.limits import Limits
from trialogue.errors import ShortRun, UsageError
from trialogue.evaluation.validator import validate
from trialogue.memory.chroma import close_chroma, open_chroma
from trialogue.memory.hash_embedder import HashEmbedder
from trialogue.records import Dialogue, Passage
from trialogue.run import Result, run
from trialogue.tools.shelf import Shelf
from trialogue.until_accepted import aaccept_until, accept_until


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


def picky(whole: Dialogue) -> str | None:
    """Refuses about half of the dialogues."""
    return None if sum(whole.user.identity.encode()) % 2 else "an even user"


async def chosen(
    out: Path, server: OpenAIServer, n: int, accept: Accept | str, **given: Any
) -> Result:
    tries = given.pop("tries", 60)
    wanted = settings(out, server.base_url, n, **given)
    return await run(wanted, sleep=no_wait, accept=accept, tries=tries)


def refused(out: Path) -> list[Dialogue]:
    return [Dialogue.model_validate_json(line) for line in lines(out, FAILURES)]


async def test_exactly_so_many_are_accepted_and_the_others_kept(
    tmp_path: Path, server: OpenAIServer
) -> None:
    result = await chosen(tmp_path, server, 6, picky)
    there = result.dialogues()
    assert [one.id[-5:] for one in there] == [f"{number:05}" for number in range(6)]
    assert [picky(one) for one in there] == [None] * 6
    kept = refused(tmp_path)
    assert (len(kept), result.failed) == (result.refused, 0)
    assert kept
    for one in kept:
        assert (one.stop_reason, one.error) == ("refused", picky(one))
        assert one.turns
        assert one.validation is not None
    users = [one.user.identity for one in (*there, *kept)]
    assert len(set(users)) == len(users)


async def test_a_run_taken_up_again_ends_with_the_same_bytes(
    tmp_path: Path, server: OpenAIServer
) -> None:
    await chosen(tmp_path / "whole", server, 6, picky)
    expected = [lines(tmp_path / "whole", name) for name in ("dialogues.jsonl", FAILURES)]
    attempts, three = sum(map(len, expected)), Limits(concurrency=3)
    for tries in (attempts // 3, 2 * attempts // 3):
        told = rf"\d of 6 dialogues .* {tries} attempts is spent"
        with pytest.raises(ShortRun, match=told) as short:
            await chosen(tmp_path / "cut", server, 6, picky, tries=tries, limits=three)
        assert isinstance(short.value.result, Result)
        assert short.value.result.accepted == len(lines(tmp_path / "cut"))
    await chosen(tmp_path / "cut", server, 6, picky, tries=attempts)
    assert [lines(tmp_path / "cut", name) for name in ("dialogues.jsonl", FAILURES)] == expected


async def test_what_was_decided_stays_so(tmp_path: Path, server: OpenAIServer) -> None:
    await chosen(tmp_path, server, 3, picky)
    before = lines(tmp_path), lines(tmp_path, FAILURES)
    (tmp_path / "dialogues.jsonl").unlink()
    server.close()
    await chosen(tmp_path, server, 3, lambda whole: not picky(whole))
    assert (lines(tmp_path), lines(tmp_path, FAILURES)) == before


async def test_concurrency_changes_neither_file(tmp_path: Path, server: OpenAIServer) -> None:
    for at_once in (1, 6):
        limits = Limits(concurrency=at_once)
        await chosen(tmp_path / str(at_once), server, 5, picky, limits=limits)
    for name in ("dialogues.jsonl", FAILURES):
        assert lines(tmp_path / "1", name) == lines(tmp_path / "6", name)


async def test_without_a_budget_a_dialogue_is_refused_so_many_times(
    tmp_path: Path, server: OpenAIServer
) -> None:
    with pytest.raises(ShortRun, match=r"0 of 2 .* dialogue 0 was refused 3 times, at last: never"):
        await chosen(tmp_path, server, 2, lambda _: "never", tries=None, attempts=3)
    assert [one.id[-8:] for one in refused(tmp_path)] == ["attempt0", "attempt2", "attempt4"]


async def test_valid_dialogues_carry_their_validation(tmp_path: Path, server: OpenAIServer) -> None:
    plain = await made(tmp_path / "plain", server.base_url, 3)
    checked = await chosen(tmp_path / "valid", server, 3, "valid")
    assert all(one.validation and one.validation.valid for one in checked.dialogues())
    assert all(one.validation is None for one in plain.dialogues())
    grounded = [one.validation.verdicts[1] for one in checked.dialogues() if one.validation]
    assert all(verdict.passed for verdict in grounded)


def test_the_twins_count_and_stop_alike(tmp_path: Path, server: OpenAIServer) -> None:
    given: dict[str, Any] = {
        "model": "openai:simulated",
        "base_url": server.base_url,
        "embedder": "hash",
        "options": SHORT,
    }
    scenario = "travel_reimbursement"
    out = str(tmp_path / "one")
    result = accept_until(2, picky, 20, scenario, out=out, **given)
    assert (result.accepted, result.refused) == (2, len(refused(tmp_path / "one")))
    with pytest.raises(ShortRun, match=r"0 of 2 dialogues are in .* 2 attempts is spent"):
        accept_until(2, lambda _: False, 2, scenario, out=str(tmp_path / "two"), **given)
    assert {one.error for one in refused(tmp_path / "two")} == {"refused by <lambda>"}


async def test_limits_are_a_budget_too(tmp_path: Path, server: OpenAIServer) -> None:
    given: dict[str, Any] = {
        "model": "openai:simulated",
        "base_url": server.base_url,
        "embedder": "hash",
        "options": SHORT,
    }
    with pytest.raises(ShortRun, match=r"0 of 1 dialogues are in .* 90 model calls is reached"):
        await aaccept_until(
            1,
            lambda _: False,
            Limits(calls=90),
            "travel_reimbursement",
            out=str(tmp_path),
            **given,
        )
    assert len(server.requests) == 90
    assert refused(tmp_path)


@pytest.mark.parametrize(
    ("n", "budget", "says"),
    [
        (3, 2, "a budget of 2 attempts cannot give 3 dialogues"),
        (3, Limits(), "the budget bounds nothing; set one of calls, tokens"),
    ],
)
def test_budgets_that_cannot_work(n: int, budget: int | Limits, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        accept_until(n, "valid", budget, "travel_reimbursement")


async def test_a_predicate_that_breaks_is_named(tmp_path: Path, server: OpenAIServer) -> None:
    def broken(whole: Dialogue) -> bool:
        return bool(json.loads(whole.turns[0].text))

    with pytest.raises(UsageError, match=r"the predicate broken failed on travel.*JSONDecodeError"):
        await chosen(tmp_path, server, 1, broken)


def test_predicates_have_names() -> None:
    assert accept_named("valid") is valid
    with pytest.raises(UsageError, match="no predicate is called 'vald'; did you mean valid"):
        accept_named("vald")


def test_valid_says_which_line_failed() -> None:
    whole = dialogue("Bed?", "Room 14.")
    assert valid(whole) == "it was not validated"
    checked = whole.model_copy(update={"validation": validate(whole)})
    assert str(valid(checked)).endswith("or the user: from nowhere: turn 2: 14")
    fine = dialogue("Bed?", "Yes.")
    assert valid(fine.model_copy(update={"validation": validate(fine)})) is None


async def test_knowledge_is_read_off_the_shelf(tmp_path: Path) -> None:
    client = open_chroma(tmp_path / "memory")
    try:
        shelf = Shelf(client, HashEmbedder())
        passages = (
            Passage(id="1", text="Up to 450 CNY.", source="a.md", heading="Hotels"),
            Passage(id="2", text="Tier 2.", source="a.md"),
            Passage(id="3", text="Nothing.", source="b.md"),
        )
        await shelf.fill(passages)
        whole = dialogue("Bed?", answer("Yes.", sources=("a.md", "gone.md")))
        assert knowledge_of(whole, shelf) == {"a.md": "Hotels\nUp to 450 CNY.\n\nTier 2."}
    finally:
        close_chroma(client)
