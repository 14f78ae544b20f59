"""Exports in the tools that they are for: Inspect AI and lm-evaluation-harness.

Skipped where a tool is not installed: they are no dependencies of ours.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_tasks import made_run
from openai_server import Body, OpenAIServer

from trialogue.exporting import export

Start = Callable[..., OpenAIServer]
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "OPENAI_API_KEY": "none"}


def model(body: Body) -> str:
    """Right on the first math task, with a unit, and on every task that asks for a yes."""
    asked = str(body["messages"])
    return "So.\nAnswer: " + ("Yes." if "yes or no" in asked else "1,261.0 CNY")


def found(tool: str) -> str:
    command = shutil.which(tool)
    if command is None:
        pytest.skip(f"{tool} is not on the PATH")
    return command


def run(folder: Path, *command: str, **environment: str) -> None:
    given = {**os.environ, **OFFLINE, **environment}
    done = subprocess.run(
        command, cwd=folder, env=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def exported(tmp_path: Path, to: str) -> Path:
    """Three math tasks, of which the model answers one, and three of yes or no, of which one."""
    return Path(export(made_run(tmp_path / "run", 3), to, shares=(0, 0, 1)).folder)


def test_inspect(tmp_path: Path, openai_server: Start) -> None:
    command = found("inspect")
    folder, server = exported(tmp_path, "inspect"), openai_server(model)
    run(
        folder,
        *(command, "eval", "trialogue_tasks.py", "--model", "openai/tiny"),
        *("-M", "responses_api=false", "--display", "none"),
        *("--log-format", "json", "--log-dir", str(tmp_path / "logs")),
        OPENAI_BASE_URL=server.base_url,
    )
    [log] = (tmp_path / "logs").glob("*.json")
    said: dict[str, Any] = json.loads(log.read_text("utf-8"))
    assert said["status"] == "success"
    [scores] = said["results"]["scores"]
    values = {name: metric["value"] for name, metric in scores["metrics"].items()}
    assert values["math"] == values["common_sense"] == values["all"] == pytest.approx(1 / 3)
    assert len(server.requests) == 6


def test_lm_eval(tmp_path: Path, openai_server: Start) -> None:
    command = found("lm_eval")
    folder, server = exported(tmp_path, "lm-eval"), openai_server(model)
    url = f"{server.base_url}/chat/completions"
    run(
        folder,
        *(command, "run", "--model", "local-chat-completions", "--apply_chat_template"),
        *("--model_args", f"model=tiny,base_url={url},tokenized_requests=False"),
        *("--include_path", ".", "--tasks", "trialogue", "--output_path", str(tmp_path / "out")),
        HF_HOME=str(tmp_path / "hf"),
    )
    [file] = (tmp_path / "out").rglob("results_*.json")
    results = json.loads(file.read_text("utf-8"))["results"]
    for name in ("trialogue", "trialogue_math", "trialogue_common_sense"):
        assert results[name]["exact_match,none"] == pytest.approx(1 / 3)
    assert len(server.requests) == 6
