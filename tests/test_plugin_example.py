"""The plugin in `examples/plugin`, really installed, beside this environment."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import simulated_model
from openai_server import Body, OpenAIServer

import trialogue

PLUGIN = Path(trialogue.__file__).parents[1] / "examples" / "plugin"
KINDS = {
    "controls": "hesitation",
    "metrics": "questions_answered",
    "personas": "night_shift",
    "scenarios": "parcel_claims",
    "tools": "parcel_fee",
}
Run = Callable[..., str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put the package; its sources stay as they are."""
    source = tmp_path_factory.mktemp("source") / "plugin"
    target = tmp_path_factory.mktemp("installed")
    shutil.copytree(PLUGIN, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    command = [sys.executable, "-m", "pip", "install", "--no-build-isolation", "--no-deps"]
    command += ["--no-index", "--disable-pip-version-check", "--quiet", "--target", str(target)]
    done = subprocess.run([*command, str(source)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs a module in an empty folder where the package is installed; what it printed."""

    def start(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return start


def command(*arguments: str) -> tuple[str, ...]:
    return ("-c", f"from trialogue.commands import main; main({list(arguments)!r})")


def test_each_kind_is_listed_and_works(run: Run) -> None:
    rows = [row for row in json.loads(run(*command("plugins", "--json"))) if row["fault"] == ""]
    found = {row["kind"]: row["name"] for row in rows if row["package"] == "trialogue-parcels"}
    assert found == KINDS


def test_its_own_tests_pass_where_it_is_installed(run: Run) -> None:
    run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(PLUGIN / "tests"))


def looks_up(body: Body) -> str:
    """The simulated model, but it asks for a fee whenever it may."""
    last = str(body["messages"][-1]["content"])
    if last.startswith("Tools:") and "- parcel_fee(" in last and "parcel_fee(zone=" not in last:
        arguments = {"zone": "europe", "kilograms": 2.0}
        return json.dumps({"call": {"tool": "parcel_fee", "arguments": arguments}})
    return simulated_model.reply(body)


def test_a_run_uses_all_of_it(
    run: Run, tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(looks_up)
    model = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    wanted = ("--personas", "night_shift", "--control", "hesitation=0.5", "--out", "here")
    run(*command("synthesize", "parcel_claims", "-n", "1", *wanted, *model))
    dialogue = json.loads((tmp_path / "here" / "dialogues.jsonl").read_text("utf-8"))
    assert dialogue["scenario"]["id"] == "parcel_claims"
    assert dialogue["controls"] == {"hesitation": 0.5}
    jobs = ("night nurse", "baker", "lorry driver", "hotel night clerk")
    assert any(job in dialogue["user"]["identity"] for job in jobs)
    calls = [call for turn in dialogue["turns"] for call in turn["tool_calls"]]
    assert {call["result"] for call in calls if call["name"] == "parcel_fee"} == {"11.80 EUR"}
    measured = json.loads(
        run(
            *command(
                "evaluate", "here", "--metrics", "questions_answered", "--json", "--no-embedder"
            )
        )
    )
    assert "questions_answered" in json.dumps(measured)


def test_without_it_nothing_of_it_is_there() -> None:
    assert not KINDS.keys() & {
        plugin.kind for plugin in trialogue.installed_plugins() if plugin.name in KINDS.values()
    }
