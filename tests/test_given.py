"""What a run is given is tried before anything is written, and named as the user named it."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import simulated_model
from library_tools import LIBRARY
from made_dialogues import dialogue
from openai_server import OpenAIServer
from simulated_run import made, settings

import trialogue
from trialogue.agents.controls import Control, Wording
from trialogue.agents.personas import GivenPersonas
from trialogue.errors import UsageError
from trialogue.given import Own
from trialogue.records import Dialogue, Persona
from trialogue.records.scenario import Seat
from trialogue.services import check, opened
from trialogue.tools.toolset_file import write_toolset

NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


def toolset_file(folder: Path, **changed: Any) -> Path:
    file = folder / "mine.yaml"
    write_toolset(LIBRARY.model_copy(update=changed), file)
    return file


async def refused(tmp_path: Path, **given: Any) -> str:
    """The line with which both doors refuse a run; neither leaves a run behind."""
    chosen = settings(tmp_path / "run", NOBODY, 1, **given)
    with pytest.raises(UsageError) as first:
        check(chosen)
    with pytest.raises(UsageError) as second:
        async with opened(chosen):
            pass
    assert str(first.value) == str(second.value)
    assert "\n" not in str(first.value)
    assert not (tmp_path / "run" / "run.json").exists()
    return str(first.value)


async def test_an_engine_that_is_not_installed_leaves_no_run_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    file = toolset_file(tmp_path, url="duckdb://")
    told = await refused(tmp_path, toolset=str(file))
    assert told == f"{file}: url: DuckDB is not installed; run pip install duckdb"


async def test_a_database_that_cannot_be_reached_leaves_no_run_behind(tmp_path: Path) -> None:
    absent = tmp_path / "absent.db"
    file = toolset_file(tmp_path, url=f"sqlite:///{absent}", tables=())
    told = await refused(tmp_path, toolset=str(file))
    assert told.startswith(f"{file}: url: ")
    assert "absent.db" in told


async def test_a_tool_set_of_another_language_is_named_by_its_file(tmp_path: Path) -> None:
    file = toolset_file(tmp_path, language="zh")
    told = await refused(tmp_path, toolset=str(file))
    assert told.startswith(f"{file} speaks zh, scenario travel_reimbursement en;")


async def test_a_tool_set_without_tasks_is_named_by_its_file(
    tmp_path: Path, server: OpenAIServer
) -> None:
    file = toolset_file(tmp_path, tasks=())
    given = {"toolset": str(file), "options": {"consult": True}}
    with pytest.raises(UsageError, match=r"^.*mine\.yaml has no tasks, and with the local model"):
        await made(tmp_path / "run", server.base_url, 1, **given)


async def test_personas_do_not_go_with_dialogues_that_are_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="personas are for new users, but those of dialogues"):
        settings(tmp_path, NOBODY, 1, personas="sampled", continues="talks.jsonl")
    old = tmp_path / "old.jsonl"
    old.write_text(dialogue("Bed?", "Two.").to_line() + "\n", encoding="utf-8")
    chosen = settings(tmp_path / "run", NOBODY, 1, continues=str(old), goals=("more",))
    own = Own(personas=GivenPersonas([Persona(age=40)]))
    with pytest.raises(UsageError, match="personas are for new users"):
        async with opened(chosen, own=own):
            pass
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("policy", ["address", "model"])
async def test_a_policy_needs_more_than_two(tmp_path: Path, policy: str) -> None:
    told = await refused(tmp_path, policy=policy)
    assert told == (
        f"policy '{policy}' says who of more than two speaks next, but here are one user and one "
        "assistant; add participants or leave policy out"
    )
    sentence = "a library lends its books and takes bookings"
    assert (await refused(tmp_path, policy=policy, scenario=sentence)) == told


def test_a_policy_of_three_or_of_taking_turns_is_fine(tmp_path: Path) -> None:
    seats = (Seat(speaker="user"), *(Seat(speaker="assistant", name=name) for name in "AB"))
    three = settings(tmp_path / "three", NOBODY, 1, policy="address", participants=seats)
    two = settings(tmp_path / "two", NOBODY, 1, policy="round_robin")
    assert (check(three), check(two)) == (tmp_path / "three", tmp_path / "two")


async def test_changed_controls_are_told_in_one_short_line(
    tmp_path: Path, server: OpenAIServer
) -> None:
    out = tmp_path / "run"
    check(settings(out, NOBODY, 1))
    changed = settings(out, NOBODY, 1, controls={"formality": 0.5})
    with pytest.raises(UsageError) as error:
        check(changed)
    assert str(error.value) == (
        f"{out} holds a run with other settings (controls.formality was not set, now 0.5); "
        "choose another --out"
    )


def gratitude(dialogue: Dialogue) -> float | None:
    said = ["thank" in turn.text.lower() for turn in dialogue.turns if turn.speaker == "user"]
    return sum(said) / len(said) if said else None


GRATITUDE = Control(
    name="gratitude",
    kind="number",
    level="phi",
    sides=("user",),
    wordings={
        "en": Wording("Gratitude", "How often the user thanks.", "never", "in every turn"),
        "zh": Wording("感谢", "用户有多常道谢。", "从不道谢", "每次都道谢"),
    },
    measure=gratitude,
)


def test_a_control_of_ones_own_is_drawn_told_and_recorded(
    tmp_path: Path, server: OpenAIServer
) -> None:
    given: dict[str, Any] = {
        "model": "openai:simulated",
        "base_url": server.base_url,
        "embedder": "hash",
        "out": str(tmp_path / "run"),
    }
    wishes = {GRATITUDE: "0|1", "formality": 0.5}
    result = trialogue.synthesize("car_rental", n=2, controls=wishes, points=(1, 1), **given)
    drawn = [dialogue.controls for dialogue in result.dialogues()]
    assert drawn == [{"formality": 0.5, "gratitude": 0.0}, {"formality": 0.5, "gratitude": 1.0}]
    assert any("How often the user thanks." in str(body) for body in server.requests)
    saved = trialogue.open_run(given["out"]).settings
    assert saved["controls"] == {"formality": "0.5", "gratitude": "0|1"}
    with pytest.raises(UsageError, match=r'controls\.gratitude was "0\|1", now "1"'):
        trialogue.synthesize("car_rental", n=3, controls=wishes | {GRATITUDE: 1}, **given)
    with pytest.raises(UsageError, match="control gratitude: '7' is not allowed: 0 to 1"):
        trialogue.synthesize("car_rental", controls={GRATITUDE: 7}, **given)


@pytest.mark.parametrize("door", ["synthesize", "accept_until"])
def test_a_tool_set_may_be_an_object(tmp_path: Path, server: OpenAIServer, door: str) -> None:
    given: dict[str, Any] = {
        "model": "openai:simulated",
        "base_url": server.base_url,
        "embedder": "hash",
        "out": str(tmp_path / "run"),
        "toolset": LIBRARY,
    }

    def make(n: int, **more: Any) -> trialogue.Result:
        if door == "synthesize":
            return trialogue.synthesize("car_rental", n=n, **given | more)
        return trialogue.accept_until(n, lambda _: True, n, "car_rental", **given | more)

    [made_here] = make(1).dialogues()
    assert {subtask.kind for subtask in made_here.goal} == {"task"}
    assert trialogue.open_run(given["out"]).settings["toolset"] == "library"
    changed = LIBRARY.model_copy(update={"domain": "another library"})
    with pytest.raises(UsageError, match="files differ: toolset library;"):
        make(2, toolset=changed)
    assert make(2).accepted == 2
