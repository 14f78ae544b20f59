"""Whatever is wrong with what a person gives: one line, the right exit code, no traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Trialogue
from filelock import FileLock
from openai_server import OpenAIServer, Reply, refusal
from simulated_model import reply

from trialogue import open_run

TRAVEL = ("synthesize", "travel_reimbursement", "-n", "1")
SMALL = 60_000
OFFLINE = ("--model", "openai:tiny", "--base-url", "http://127.0.0.1:9/v1", "--embedder", "hash")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("busines travel reimbursment",), "did you mean travel_reimbursement"),
        (("xyzzy",), "car_rental, chailv_baoxiao"),
        (("nowhere.yaml",), "nowhere.yaml: there is no such file"),
        (("car_rental", "-n", "0"), "n: Input should be greater than or equal to 1"),
        (("car_rental", "-n", "-3"), "n: Input should be greater than or equal to 1"),
        (("car_rental", "--seed", "-1"), "seed: Input should be"),
        (("car_rental", "--concurrency", "0"), "limits.concurrency: Input should be"),
        (("car_rental", "--model", "gpt-4o"), "openai:gpt-4o"),
        (("car_rental", "--model", "openai:x"), "OPENAI_API_KEY"),
        (("car_rental", "--model", "opnai:x"), "did you mean openai"),
        (("car_rental", "--model", "local:/no/file.gguf"), "can't read the model file"),
        (("car_rental", "--model", "openai:x", "--base-url", "localhost"), "http://localhost"),
        (("car_rental", *OFFLINE), "nothing answers at http://127.0.0.1:9/v1"),
        (("car_rental", "--embedder", "hsah"), "local, hash and openai:MODEL"),
        (("car_rental", *OFFLINE, "--search", "ddg"), "did you mean ddgs"),
        (("car_rental", *OFFLINE, "--documents", "absent"), "there is no such file or folder"),
        (("car_rental", "--config", "absent.yaml"), "absent.yaml: there is no such file"),
    ],
)
def test_one_line_says_what_to_mend(
    trialogue: Trialogue, arguments: tuple[str, ...], told: str
) -> None:
    hashed = () if "--embedder" in arguments else ("--embedder", "hash")
    done = trialogue("synthesize", *arguments, *hashed)
    assert (done.code, done.out) == (2, "")
    assert done.error.startswith("error: ")
    assert told in done.error


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("n: 1\nmodel: [unclosed\n", "my.yaml:3: not YAML: "),
        ("n: 1\nsede: 3\n", "my.yaml:2: unknown key 'sede'; Settings has scenario, n, seed"),
        ("options:\n  rounds: many\n", "my.yaml:2: options.rounds: "),
        ("- n\n", "my.yaml:1: expected keys and values"),
        ("a: " + "[" * 200_000, "my.yaml:1: nested too deeply"),
    ],
)
def test_a_bad_settings_file_is_named_with_its_line(
    trialogue: Trialogue, text: str, told: str
) -> None:
    Path("my.yaml").write_text(text)
    done = trialogue(*TRAVEL, "--config", "my.yaml", *OFFLINE)
    assert done.code == 2
    assert f"error: {told}" in done.error


def test_a_bad_scenario_file_is_named_with_its_line(
    trialogue: Trialogue, bare_scenario: Path
) -> None:
    text = bare_scenario.read_text()
    line = text[: text.index("\nlanguage:")].count("\n") + 2
    bare_scenario.write_text(text.replace("language: en", "language: xx"))
    done = trialogue("synthesize", bare_scenario, *OFFLINE)
    assert done.code == 2
    assert f"{bare_scenario}:{line}: language: Input should be 'en' or 'zh'" in done.error


def test_a_usage_error_ends_with_2(trialogue: Trialogue) -> None:
    assert trialogue("synthesise").code == 2
    assert trialogue("synthesize").code == 2
    assert trialogue("synthesize", "car_rental", "-n", "two").code == 2


def test_a_model_that_is_not_there_is_answered_with_those_that_are(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(lambda body: refusal(404, "no such model"), models=("small", "tiny"))
    options = ("--model", "openai:absent", "--base-url", server.base_url, "--embedder", "hash")
    done = trialogue(*TRAVEL, *options)
    assert done.code == 2
    assert "has no openai:absent; it offers small, tiny" in done.error


def test_a_refused_key_is_named_by_its_variable_only(
    trialogue: Trialogue,
    openai_server: Callable[..., OpenAIServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    server = openai_server(lambda body: refusal(401, "bad key sk-secret-0123456789"))
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    done = trialogue(*TRAVEL, *options)
    assert done.code == 2
    assert "refuses the key in OPENAI_API_KEY" in done.error
    assert "sk-secret" not in done.err


def test_an_endpoint_without_schemas_works(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    refused: list[object] = []

    def no_schema(body: dict[str, object], number: int) -> Reply | None:
        if "response_format" not in body:
            return None
        refused.append(body)
        return refusal(400, "response_format is not supported")

    def without_instruction(body: dict[str, list[dict[str, str]]]) -> str:
        messages = [dict(message) for message in body["messages"]]
        for message in messages:
            message["content"] = message["content"].partition("\n\nAnswer with one JSON")[0]
        return reply({**body, "messages": messages})

    server = openai_server(without_instruction, faults=no_schema)
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    done = trialogue(*TRAVEL, "--json", *options)
    assert (done.code, done.err) == (0, "")
    assert done.json["accepted"] == 1


def test_an_endpoint_that_goes_away_loses_nothing(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(reply)
    port = server.port
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    trialogue(*TRAVEL, *options)
    paid = len(server.requests)
    server.close()
    done = trialogue(*TRAVEL, "-n", "2", *options)
    assert done.code == 2
    assert "nothing answers" in done.error
    server = openai_server(reply, port=port)
    done = trialogue(*TRAVEL, "-n", "2", "--json", *options)
    assert done.json["accepted"] == 2
    calls = sum(role["calls"] for role in done.json["usage"].values())
    assert len(server.requests) + paid == calls


def test_a_run_folder_that_is_in_use_is_left_alone(trialogue: Trialogue) -> None:
    Path("here").mkdir()
    with FileLock("here/.lock"):
        done = trialogue(*TRAVEL, "--out", "here", *OFFLINE)
    assert done.code == 2
    assert "here is in use by another process" in done.error


def test_other_settings_are_refused_by_name(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    trialogue(*TRAVEL, "--out", "here", *served)
    paid, before = len(server.requests), Path("here/run.json").read_bytes()
    done = trialogue(*TRAVEL, "--out", "here", "--seed", 7, "--rounds", 2, *served)
    assert done.code == 2
    assert "options.rounds was 8, now 2; seed was 0, now 7" in done.error
    assert (len(server.requests), Path("here/run.json").read_bytes()) == (paid, before)


def test_a_folder_that_cannot_be_made_is_named(trialogue: Trialogue) -> None:
    Path("file").touch()
    done = trialogue(*TRAVEL, "--out", "file/here", *OFFLINE)
    assert done.code == 2
    assert "file/here cannot be written to: Not a directory" in done.error


@pytest.mark.parametrize("name", ["run.json", "dialogues.jsonl", "journal.sqlite"])
def test_a_damaged_file_is_named(trialogue: Trialogue, served: tuple[str, ...], name: str) -> None:
    trialogue(*TRAVEL, "--out", "here", *served)
    for leftover in Path("here").glob("journal.sqlite-*"):
        leftover.unlink()
    Path("here", name).write_bytes(b"not what it was\n" * 400)
    done = trialogue(*TRAVEL, "--out", "here", *served)
    assert done.code == 2
    assert f"here/{name}" in done.error


def test_unreadable_documents_are_problems_and_the_run_goes_on(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    folder = Path("rules")
    folder.mkdir()
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    (folder / "huge.html").write_text("<p>" + "word " * 5_000_000)
    (folder / "meals.md").write_text("# Meals\n\nMeals are paid up to 75 CNY a day.\n")
    done = trialogue(*TRAVEL, "--documents", folder, "--json", *served)
    assert (done.code, done.err) == (0, "")
    broken, huge = done.json["problems"]
    assert broken.startswith("broken.pdf: ")
    assert huge.startswith("huge.html: larger than the limit")


def test_a_large_page_among_the_documents_is_read(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    paragraph = "<p>" + "A large page says the same thing again and again. " * 20 + "</p>"
    Path("large.html").write_text(paragraph * (10_000_000 // len(paragraph)))
    done = trialogue(*TRAVEL, "--documents", "large.html", "--json", *served)
    assert (done.code, done.err) == (0, "")
    assert done.json["accepted"] == 1


def test_a_full_disk_is_told_and_loses_nothing(server: OpenAIServer, tmp_path: Path) -> None:
    """Files that may not grow stand in for a full disk: the same errors, without a disk."""
    code = (
        "import resource, sys; size = int(sys.argv.pop(1));"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY));"
        "from trialogue.commands import main; main()"
    )
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    for size in (SMALL, 20_000_000):
        done = subprocess.run(
            (sys.executable, "-c", code, str(size), *TRAVEL, "-n", "2", *options, "--json"),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        if size == SMALL:
            assert done.returncode == 2
            assert done.stderr.count("\n") == 1
            assert "make room" in done.stderr or "disk" in done.stderr
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 2
    run = open_run(tmp_path / "runs/travel_reimbursement-seed0")
    assert len({dialogue.id for dialogue in run.dialogues()}) == 2


def test_a_fault_of_ours_asks_for_a_report_and_shows_its_traceback_on_demand(
    trialogue: Trialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str) -> None:
        raise ZeroDivisionError("as it happens")

    monkeypatch.setattr("trialogue.drawings.draw", fail)
    done = trialogue("graph", "users")
    assert done.code == 1
    assert "ZeroDivisionError: as it happens" in done.error
    assert "report it" in done.error
    with pytest.raises(ZeroDivisionError):
        trialogue("graph", "users", "--debug")
