import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from command_line import Trialogue
from openai_server import Body, OpenAIServer
from simulated_model import reply

from trialogue.scaffolding import scaffold
from trialogue.testing import scenario_contract


def looks_up(body: Body) -> str:
    """The simulated model, but it asks the scaffold's tool whenever it may."""
    last = str(body["messages"][-1]["content"])
    if last.startswith("Tools:") and "- weeks_left(" in last and "weeks_left(work=" not in last:
        return '{"call": {"tool": "weeks_left", "arguments": {"work": "wheel", "weeks_ago": 1}}}'
    return reply(body)


def test_what_is_written_runs_at_once(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    done = trialogue("init", "my shop-2")
    assert done.code == 0
    written = done.out.splitlines()
    assert written[0] == "my shop-2/scenario.yaml"
    told, _, command = written[-2].partition(": trialogue ")
    assert told == "run it"
    made = trialogue(*shlex.split(command), "--out", "here", "--json", *served)
    assert made.code == 0
    assert made.json["accepted"] == 2
    assert made.json["problems"] == []


def test_the_tool_is_used(tmp_path: Path, server: OpenAIServer) -> None:
    server.reply = looks_up
    scaffold(tmp_path / "shop")
    command = [sys.executable, "run.py", "-n", "1", "--embedder", "hash"]
    command += ["--model", "openai:tiny", "--base-url", server.base_url]
    done = subprocess.run(
        command, cwd=tmp_path / "shop", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "weeks_left({'work': 'wheel', 'weeks_ago': 1}) = 3 weeks" in done.stdout


@pytest.mark.parametrize(
    ("folder", "name"), [("Guarantee!", "guarantee"), ("2026", "my_scenario_2026"), ("店", None)]
)
def test_the_scenario_is_called_as_the_folder(
    tmp_path: Path, folder: str, name: str | None
) -> None:
    scenario, *others = scaffold(tmp_path / folder)
    assert yaml.safe_load(scenario.read_text("utf-8"))["id"] == (name or "my_scenario")
    assert {file.name for file in others} == {"guarantee.md", "run.py", "tool.py", "trialogue.yaml"}
    scenario_contract(scenario)


def test_nothing_is_overwritten(trialogue: Trialogue) -> None:
    Path("there").mkdir()
    Path("there/mine.txt").write_text("mine")
    done = trialogue("init", "there")
    assert done.code == 2
    assert done.error == "error: there is there already; choose a new or empty folder"
    assert [file.name for file in Path("there").iterdir()] == ["mine.txt"]
    Path("file").write_text("")
    assert "is there already" in trialogue("init", "file").error
    assert "cannot be" in trialogue("init", "file/below").error


def test_machines_get_the_files(trialogue: Trialogue) -> None:
    assert trialogue("init", "new", "--json").json["files"][0] == "new/scenario.yaml"
