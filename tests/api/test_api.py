"""The Python API against a served model."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai_server import OpenAIServer
from simulated_model import reply

import trialogue
from trialogue.scenario_files import find_scenario, shipped_folder
from trialogue.tools.search import SearchHit


@pytest.fixture
def settings(openai_server: Callable[..., OpenAIServer]) -> dict[str, Any]:
    """Settings that lead to a served model."""
    server = openai_server(reply)
    return {"model": "openai:tiny", "base_url": server.base_url, "embedder": "hash"}


def test_two_runs_one_after_the_other(settings: dict[str, Any], tmp_path: Path) -> None:
    texts = []
    for name in ("one", "two"):
        turns: list[str] = []
        dialogues: list[trialogue.Dialogue] = []
        result = trialogue.synthesize(
            "business travel reimbursement",
            n=1,
            out=str(tmp_path / name),
            on_turn=_hearing(turns),
            on_dialogue=dialogues.append,
            **settings,
        )
        assert result.accepted == 1
        assert result.dialogues() == dialogues
        assert turns == [f"0 {turn.text}" for turn in dialogues[0].turns]
        texts.append((tmp_path / name / "dialogues.jsonl").read_bytes())
    assert texts[0] == texts[1]


def _hearing(turns: list[str]) -> Callable[[int, trialogue.Turn], None]:
    return lambda number, turn: turns.append(f"{number} {turn.text}")


async def test_inside_a_running_loop(settings: dict[str, Any], tmp_path: Path) -> None:
    out = {name: str(tmp_path / name) for name in ("plain", "awaited")}
    first = trialogue.synthesize("car_rental", n=1, out=out["plain"], **settings).dialogues()
    second = await trialogue.asynthesize("car_rental", n=1, out=out["awaited"], **settings)
    third = trialogue.synthesize("car_rental", n=2, out=out["plain"], **settings)
    assert first == second.dialogues() == third.dialogues()[:1]


async def test_on_turn_may_be_awaited(settings: dict[str, Any], tmp_path: Path) -> None:
    heard: list[str] = []

    async def hear(number: int, turn: trialogue.Turn) -> None:
        heard.append(turn.text)

    result = await trialogue.asynthesize(
        "car_rental", n=1, out=str(tmp_path / "run"), on_turn=hear, **settings
    )
    assert heard == [turn.text for turn in result.dialogues()[0].turns]


def test_a_folder_that_was_removed_is_made_anew(settings: dict[str, Any], tmp_path: Path) -> None:
    import shutil

    out = tmp_path / "run"
    first = trialogue.synthesize("car_rental", n=1, out=str(out), **settings).dialogues()
    shutil.rmtree(out)
    assert trialogue.synthesize("car_rental", n=1, out=str(out), **settings).dialogues() == first


def test_a_saved_run_is_read_while_it_is_written(settings: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = trialogue.synthesize("car_rental", n=2, seed=5, out=str(folder), **settings)
    file = folder / "dialogues.jsonl"
    torn = file.read_bytes()[:-20]
    file.write_bytes(torn)
    saved = trialogue.open_run(folder)
    assert [dialogue.id for dialogue in saved.dialogues()] == ["car_rental-5-00000"]
    assert saved.settings["seed"] == 5
    assert list(saved.failures()) == []
    assert file.read_bytes() == torn
    assert result.wanted == 2


def test_no_run_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(trialogue.UsageError, match="is not a run folder"):
        trialogue.open_run(tmp_path)


def test_a_short_run_carries_what_it_came_to(settings: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(trialogue.ShortRun, match="limit of 3 model calls") as short:
        trialogue.synthesize("car_rental", n=1, out=str(tmp_path / "run"), calls=3, **settings)
    assert isinstance(short.value.result, trialogue.Result)
    assert short.value.result.accepted == 0
    assert short.value.result.dialogues() == []


class Own:
    """A search provider that is given as an object."""

    name = "own"

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        self.asked.append(query)
        return []


def test_scenario_and_search_may_be_objects(settings: dict[str, Any], tmp_path: Path) -> None:
    own, found = Own(), find_scenario("car_rental").scenario
    scenario = found.model_copy(update={"id": "mine", "documents": ()})
    out = str(tmp_path / "run")
    result = trialogue.synthesize(scenario, n=1, search=own, out=out, **settings)
    assert own.asked
    assert result.dialogues()[0].id == "mine-0-00000"
    saved = trialogue.open_run(out).settings
    assert (saved["search"], saved["scenario"]["id"]) == ("own", "mine")


def test_a_scenario_may_be_a_path(settings: dict[str, Any], tmp_path: Path) -> None:
    path = shipped_folder() / "car_rental.yaml"
    result = trialogue.synthesize(path, n=1, out=str(tmp_path / "run"), **settings)
    assert result.dialogues()[0].scenario.id == "car_rental"


def test_an_unknown_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(trialogue.UsageError, match="unknown key 'sed'"):
        trialogue.synthesize("car_rental", sed=3)


def test_every_public_name_is_there_and_documented() -> None:
    for name in trialogue.__all__:
        assert getattr(trialogue, name).__doc__
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        _ = trialogue.absent  # type: ignore[attr-defined]


def test_the_doctor_in_python(settings: dict[str, Any]) -> None:
    found = {finding.what: finding.state for finding in trialogue.doctor(**settings)}
    assert found["endpoint"] == "fail"  # the simulated model knows no greetings
    assert found["python"] == "ok"
