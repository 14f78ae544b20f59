import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trialogue import weights
from trialogue.commands.models import app
from trialogue.errors import UsageError

NAME = "use-multilingual"


@pytest.fixture(autouse=True)
def _empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALOGUE_CACHE", str(tmp_path))


def run(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == exit_code, result.output
    return result.stdout


@pytest.mark.parametrize("arguments", [("--json",), ("list", "--json")])
def test_the_list_for_machines(arguments: tuple[str, ...]) -> None:
    rows = json.loads(run(*arguments))
    assert [row["name"] for row in rows] == [m.name for m in weights.load_catalogue().models]
    assert [row["installed"] for row in rows] == [False, False, False]


def test_the_list_for_people() -> None:
    shown = run()
    assert "1,117 MB" in shown
    assert all(model.name in shown for model in weights.load_catalogue().models)


def test_a_missing_model_does_not_verify() -> None:
    assert run("verify", NAME, exit_code=1) == f"{NAME}: missing or damaged\n"


def test_removing_what_is_not_there_says_so() -> None:
    (answer,) = json.loads(run("remove", NAME, "--json"))
    assert answer == {"name": NAME, "removed": False, "state": "was not there"}


def test_an_unknown_name_is_an_error_before_anything_is_done() -> None:
    result = CliRunner().invoke(app, ["remove", NAME, "use-multilingaul"])
    assert isinstance(result.exception, UsageError)
    assert NAME in str(result.exception)
    assert result.stdout == ""


def test_pull_verify_remove(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()  # the real cache: the file is fetched once a machine
    (pulled,) = json.loads(run("pull", NAME, "--json"))
    assert Path(pulled["path"]).is_file()
    assert run("verify", NAME) == f"{NAME}: ok\n"
