"""`trialogue tasks RUN`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Trialogue
from made_stories import story
from openai_server import Body, OpenAIServer


def reply(body: Body) -> str:
    """Repeats questions as they are; as a solver it knows nothing."""
    said = str(body["messages"][-1]["content"])
    return said.split("<question>")[1].split("</question>")[0] if "<question>" in said else "Hm."


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    return openai_server(reply)


@pytest.fixture
def given(server: OpenAIServer, tmp_path: Path) -> tuple[object, ...]:
    """A run of two dialogues, and the options that lead to the server."""
    (tmp_path / "run").mkdir()
    lines = "".join(f"{story(seed).to_line()}\n" for seed in (1, 2))
    (tmp_path / "run" / "dialogues.jsonl").write_text(lines, encoding="utf-8")
    return ("run", "--model", "openai:tiny", "--base-url", server.base_url, "--by-code")


def test_tasks_are_written_into_the_run(trialogue: Trialogue, given: tuple[object, ...]) -> None:
    done = trialogue("tasks", *given)
    assert (done.code, done.err) == (0, "")
    rows = dict(line.split("  ", 1) for line in done.out.splitlines())
    assert rows["dialogues"].strip() == "2"
    assert rows["verified"].strip() == "4 (4 math, 0 common-sense)"
    assert rows["for a person"].strip() == "4 (0 math, 4 common-sense): no agreement 4"
    assert rows["solvers right"].strip() == "0.0%"
    assert Path("run/tasks.jsonl").read_text(encoding="utf-8").count("\n") == 8


def test_for_machines_there_is_one_object(
    trialogue: Trialogue, given: tuple[object, ...], server: OpenAIServer
) -> None:
    found = trialogue("tasks", *given, "-n", 1, "--kinds", "math", "--k", 1, "--json").json
    assert found["verified"] == {"math": 2, "common_sense": 0}
    assert found["needs_review"] == {"math": 0, "common_sense": 0}
    assert (found["calls"], found["replayed"]) == (len(server.requests), 0)
    again = trialogue("tasks", *given, "-n", 1, "--kinds", "math", "--k", 1, "--json").json
    assert (again["calls"], again["replayed"]) == (0, found["calls"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kinds", "riddles"), "choose of math and common_sense"),
        (("-n", 0), "n: 0 is not between"),
        (("--k", 51), "k: 51 is not between"),
    ],
)
def test_what_cannot_be_is_one_line(
    trialogue: Trialogue, given: tuple[object, ...], options: tuple[object, ...], words: str
) -> None:
    done = trialogue("tasks", *given, *options)
    assert done.code == 2
    assert words in done.error


def test_a_folder_without_dialogues_is_named(trialogue: Trialogue) -> None:
    done = trialogue("tasks", "nowhere")
    assert done.code == 2
    assert "nowhere" in done.error
