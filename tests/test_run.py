"""Promises 1 to 3 of a run, through its public door."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import simulated_model
from openai_server import Body, OpenAIServer, Reply, refusal
from simulated_run import DIALOGUES, FAILURES, SHORT, lines, made, settings

from trialogue import services
from trialogue.agents.limits import Limits
from trialogue.errors import EndpointError, ShortRun, UsageError
from trialogue.memory.volumes import Volumes
from trialogue.records import Dialogue
from trialogue.run import run
from trialogue.watcher import Watcher


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


def numbers(out: Path) -> list[int]:
    return [int(json.loads(line)["id"].rpartition("-")[2]) for line in lines(out)]


async def test_exactly_so_many_dialogues_in_order(tmp_path: Path, server: OpenAIServer) -> None:
    result = await made(tmp_path, server.base_url, 7)
    assert numbers(tmp_path) == list(range(7))
    assert (result.accepted, result.wanted, result.failed) == (7, 7, 0)
    assert [d.to_line().encode() + b"\n" for d in result.dialogues()] == lines(tmp_path)
    assert all(dialogue.rounds == 2 for dialogue in result.dialogues())
    assert not (tmp_path / FAILURES).exists()
    assert sum(usage.calls for usage in result.usage.values()) == len(server.requests)


async def test_a_run_over_many_volumes_is_the_same_also_when_interrupted(
    tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(tmp_path / "one", server.base_url, 7)
    needed = len(server.requests)
    monkeypatch.setattr(services, "Volumes", partial(Volumes, size=2))
    breaks, at_once = (3, 2), 3
    for share in breaks:
        limits = Limits(calls=needed // share, concurrency=at_once)
        with pytest.raises(ShortRun):
            await made(tmp_path / "many", server.base_url, 7, limits=limits)
    await made(tmp_path / "many", server.base_url, 7)
    assert lines(tmp_path / "many") == lines(tmp_path / "one")
    assert len(server.requests) <= 2 * needed + len(breaks) * at_once
    volumes = sorted(place.name for place in (tmp_path / "many/memory/volumes").iterdir())
    assert volumes[:4] == ["000000", "000002", "000004", "000006"]


async def test_one_seed_gives_the_same_bytes_in_every_folder(
    tmp_path: Path, server: OpenAIServer
) -> None:
    for name in ("one", "two"):
        await made(tmp_path / name, server.base_url, 4, seed=5)
    assert lines(tmp_path / "one") == lines(tmp_path / "two")


async def test_another_seed_gives_other_dialogues(tmp_path: Path, server: OpenAIServer) -> None:
    for seed in (0, 1):
        await made(tmp_path / str(seed), server.base_url, 2, seed=seed)
    assert not set(lines(tmp_path / "0")) & set(lines(tmp_path / "1"))


@pytest.mark.parametrize("scenario", ["travel_reimbursement", "chailv_baoxiao"])
async def test_a_finished_run_runs_again_without_its_server(
    tmp_path: Path, server: OpenAIServer, scenario: str
) -> None:
    await made(tmp_path, server.base_url, 4, scenario=scenario)
    before = lines(tmp_path)
    server.close()
    (tmp_path / DIALOGUES).unlink()
    result = await made(tmp_path, server.base_url, 4, scenario=scenario)
    assert lines(tmp_path) == before
    assert sum(stats.live for stats in result.calls.values()) == 0


async def test_a_finished_run_asks_nothing_more(tmp_path: Path, server: OpenAIServer) -> None:
    await made(tmp_path, server.base_url, 3)
    asked, before = len(server.requests), lines(tmp_path)
    await made(tmp_path, server.base_url, 3)
    assert (len(server.requests), lines(tmp_path)) == (asked, before)


async def test_concurrency_changes_nothing(tmp_path: Path, server: OpenAIServer) -> None:
    for at_once in (1, 8):
        limits = Limits(concurrency=at_once)
        await made(tmp_path / str(at_once), server.base_url, 9, limits=limits)
        assert server.most_at_once <= at_once
    assert lines(tmp_path / "1") == lines(tmp_path / "8")


async def test_a_longer_run_goes_on_from_a_shorter_one(
    tmp_path: Path, server: OpenAIServer
) -> None:
    await made(tmp_path / "grown", server.base_url, 3)
    short = lines(tmp_path / "grown")
    await made(tmp_path / "grown", server.base_url, 8)
    await made(tmp_path / "whole", server.base_url, 8)
    assert lines(tmp_path / "grown") == lines(tmp_path / "whole")
    assert lines(tmp_path / "grown")[:3] == short


class Spoiled:
    """Answers as the simulated model, but spoils the diary lines of one user's story."""

    def __init__(self, victim: Dialogue) -> None:
        self._notes = [[fact.value for fact in a.facts] for a in victim.trajectory]

    def __call__(self, body: Body) -> Reply | str:
        last = body["messages"][-1]["content"]
        told = any(all(value in last for value in note) for note in self._notes)
        if told and simulated_model.prompt_of(body) == "line":
            return "I did something or other."
        return simulated_model.served(body)


async def test_a_failing_dialogue_is_recorded_and_replaced(
    tmp_path: Path, server: OpenAIServer
) -> None:
    whole = (await made(tmp_path / "whole", server.base_url, 4)).dialogues()
    server.reply = Spoiled(whole[1])
    result = await made(tmp_path / "spoiled", server.base_url, 4)
    there = result.dialogues()
    assert [d.id for d in there] == [d.id for d in whole]
    assert there[1].user != whole[1].user
    assert [there[i] for i in (0, 2, 3)] == [whole[i] for i in (0, 2, 3)]
    failures = [Dialogue.model_validate_json(f) for f in lines(tmp_path / "spoiled", FAILURES)]
    assert [f.id for f in failures] == [f"{whole[1].id}-attempt{n}" for n in (0, 1)]
    assert {f.stop_reason for f in failures} == {"failed"}
    assert all("leaves out" in (f.error or "") for f in failures)
    assert result.failed == 2


async def test_failures_do_not_depend_on_concurrency(tmp_path: Path, server: OpenAIServer) -> None:
    whole = (await made(tmp_path / "whole", server.base_url, 8)).dialogues()
    server.reply = Spoiled(whole[0])
    for at_once in (1, 8):
        limits = Limits(concurrency=at_once)
        await made(tmp_path / str(at_once), server.base_url, 8, limits=limits)
    assert lines(tmp_path / "1") == lines(tmp_path / "8") != lines(tmp_path / "whole")


async def test_what_failed_by_bad_luck_fails_again_in_a_replay(
    tmp_path: Path, server: OpenAIServer
) -> None:
    broken: set[int] = set()

    def reply(body: Body) -> Reply | str:
        telling = simulated_model.prompt_of(body) == "said"
        if telling and (not broken or body["seed"] in broken):
            broken.add(body["seed"])
            return refusal(500, "out of memory")
        return simulated_model.served(body)

    server.reply = reply
    result = await made(tmp_path, server.base_url, 3)
    before = lines(tmp_path), lines(tmp_path, FAILURES)
    assert (result.accepted, result.failed) == (3, 1)
    server.close()
    for name in (DIALOGUES, FAILURES):
        (tmp_path / name).unlink()
    again = await made(tmp_path, server.base_url, 3)
    assert (lines(tmp_path), lines(tmp_path, FAILURES)) == before
    assert again.failed == 1


async def test_the_budget_ends_the_run_and_what_was_made_is_kept(
    tmp_path: Path, server: OpenAIServer
) -> None:
    await made(tmp_path / "whole", server.base_url, 6)
    whole, spent = lines(tmp_path / "whole"), len(server.requests)
    out = tmp_path / "short"
    with pytest.raises(ShortRun, match=r"\d of 6 dialogues .* calls is reached") as short:
        await made(out, server.base_url, 6, limits=Limits(calls=spent * 2 // 3, concurrency=2))
    assert short.value.exit_code == 1
    kept = lines(out)
    assert 0 < len(kept) < 6
    assert kept == whole[: len(kept)]
    assert len(server.requests) - spent == spent * 2 // 3
    await made(out, server.base_url, 6)
    assert lines(out) == whole
    assert len(server.requests) == 2 * spent


async def test_a_dialogue_that_keeps_failing_ends_the_run(
    tmp_path: Path, server: OpenAIServer
) -> None:
    server.reply = lambda body: "I did something or other."
    with pytest.raises(ShortRun, match=r"dialogue 0 failed 3 times, at last: user \(line\)"):
        await made(tmp_path, server.base_url, 2, attempts=3, options=SHORT)
    server.reply = simulated_model.served
    result = await made(tmp_path, server.base_url, 2, attempts=3, options=SHORT)
    assert result.accepted == 2
    failed = [json.loads(line)["id"] for line in lines(tmp_path, FAILURES)]
    of_the_first = sorted(name for name in failed if "-00000-" in name)
    assert of_the_first == [f"travel_reimbursement-0-00000-attempt{n}" for n in range(3)]
    assert result.failed == len(failed)


async def test_a_missing_server_is_named(tmp_path: Path, server: OpenAIServer) -> None:
    server.close()
    with pytest.raises(EndpointError, match="nothing answers at http"):
        await made(tmp_path, server.base_url, 2)


async def test_other_settings_are_refused(tmp_path: Path, server: OpenAIServer) -> None:
    await made(tmp_path, server.base_url, 1)
    with pytest.raises(UsageError, match="seed was 0, now 1"):
        await made(tmp_path, server.base_url, 1, seed=1)


async def test_a_watcher_sees_how_it_goes(tmp_path: Path, server: OpenAIServer) -> None:
    seen: list[object] = []

    class Notes(Watcher):
        def began(self, folder: Path, wanted: int, done: int) -> None:
            seen.append((folder, wanted, done))

        def finished(self, dialogue: Dialogue) -> None:
            seen.append(dialogue.id)

        def failed(self, dialogue: Dialogue) -> None:
            seen.append(dialogue.id)

    await made(tmp_path / "a", server.base_url, 1)
    await run(settings(tmp_path / "a", server.base_url, 3), Notes())
    ids = [f"travel_reimbursement-0-{n:05}" for n in (1, 2)]
    assert seen == [(tmp_path / "a", 3, 1), *ids]


async def test_the_folder_holds_no_key(
    tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-secret-0123456789"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    await made(tmp_path, server.base_url, 1)
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    assert not [file for file in files(tmp_path) if key.encode() in file.read_bytes()]


async def test_a_key_that_is_an_ordinary_word_is_no_secret(
    tmp_path: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a")
    await made(tmp_path, server.base_url, 1)
    assert b"***" not in (tmp_path / "dialogues.jsonl").read_bytes()


def files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file())
