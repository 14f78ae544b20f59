"""The command line as a test calls it, and a served model whose dialogues are accepted."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Outcome, Trialogue
from openai_server import OpenAIServer
from simulated_model import reply

from trialogue.commands import main


@pytest.fixture
def trialogue(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Trialogue:
    """`trialogue(*arguments)` in this process, in an empty current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: object) -> Outcome:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capfd.readouterr()
        code = ended.value.code
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return call


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """A server of the simulated model."""
    return openai_server(reply)


@pytest.fixture
def served(server: OpenAIServer) -> tuple[str, ...]:
    """The options that lead a run to `server`."""
    return ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")


@pytest.fixture
def bare_scenario(tmp_path: Path) -> Path:
    """A scenario file with documents of its own, to be changed by a test."""
    from trialogue.scenario_files import shipped_folder

    name = "travel_reimbursement"
    shutil.copy(shipped_folder() / f"{name}.yaml", tmp_path)
    shutil.copytree(shipped_folder() / name, tmp_path / name)
    return tmp_path / f"{name}.yaml"
