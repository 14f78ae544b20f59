"""`trialogue audit`, `export` and `review` as a person and as a machine call them."""

import inspect
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from made_tasks import made_run, math_task, trip, write_run

from trialogue.commands import audit, export, review

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def few_permutations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialogue.evaluation.audit.question_only.PERMUTATIONS", 19)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return made_run(tmp_path / "run", 12)


@pytest.fixture
def waiting(tmp_path: Path) -> Path:
    """Three tasks for a person, one with hostile text."""
    on = [trip(number) for number in range(3)]
    hostile = "\x1b[2J\x1b]0;owned\x07 Is \u202eit\n\x9b31m paid?"
    turn = on[2].turns[0].model_copy(update={"text": f"{hostile} {on[2].turns[0].text}"})
    on[2] = on[2].model_copy(update={"turns": (turn, *on[2].turns[1:])})
    tasks = [math_task(one, n, status="needs_review", reason="solvers differ")
             for n, one in enumerate(on)]  # fmt: skip
    tasks[2] = tasks[2].model_copy(update={"question": hostile, "reason": hostile})
    return write_run(tmp_path / "waiting", on, tasks)


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "reviews.jsonl").read_text().splitlines()]


def test_audit_for_people(trialogue: Trialogue, run: Path) -> None:
    done = trialogue("audit", run)
    assert (done.code, done.err) == (0, "")
    assert "run: 24 tasks (12 common-sense, 12 math)" in done.out
    [row] = [line for line in done.out.splitlines() if "  class_balance" in line]
    assert row.split() == ["ok", "class_balance", "0.500", "0.500", "1.000"]
    assert "fault order" in done.out
    assert not (run / "audit.json").exists()
    assert trialogue("audit", run, "--strict").code == 1


def test_audit_for_machines(trialogue: Trialogue, run: Path, tmp_path: Path) -> None:
    (run / "run.json").write_text('{"settings": {}}')
    found = trialogue("audit", run, "--json").json
    assert json.loads((run / "audit.json").read_text()) == found
    states = {check["name"]: check["state"] for check in found["checks"]}
    assert states["verbatim_labels"] == states["contradicted_labels"] == "ok"
    elsewhere = tmp_path / "elsewhere.json"
    assert trialogue("audit", run, "--out", elsewhere, "--json").json == json.loads(
        elsewhere.read_text()
    )


def test_audit_of_tasks_that_wait(trialogue: Trialogue, waiting: Path) -> None:
    refused = trialogue("audit", waiting)
    assert (refused.code, refused.out) == (2, "")
    assert "none of 3 tasks stands yet" in refused.error
    shown = trialogue("audit", waiting, "--all")
    assert shown.code == 0
    assert "\x1b" not in shown.out
    assert "no such file" in trialogue("audit", "nowhere.jsonl").error


def test_export_for_people_and_machines(trialogue: Trialogue, run: Path, tmp_path: Path) -> None:
    done = trialogue("export", run, "--to", "openai", "--splits", "50,25,25")
    assert (done.code, done.err) == (0, "")
    assert "dialogues train: 6 in dialogues/train.jsonl" in done.out
    assert done.out.splitlines()[-1] == f"exported to {run / 'exports' / 'openai'}"
    out = tmp_path / "there"
    found = trialogue("export", run, "--to", "inspect", "--out", out, "--seed", "3", "--json").json
    assert found["folder"] == str(out)
    assert {file["part"] for file in found["files"]} == {"tasks"}


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("--to", "openia"), "did you mean openai"),
        (("--to", "openai", "--splits", "most"), "0.8,0.1,0.1"),
        (("--to", "openai", "--splits", "1,1"), "train, validation and test"),
        (("--to", "openai", "--group", "user"), "dialogue and scenario"),
        (("--to", "openai", "--license", "x y"), "cc-by-4.0"),
    ],
)
def test_export_says_what_to_mend(
    trialogue: Trialogue, run: Path, arguments: tuple[str, ...], advice: str
) -> None:
    done = trialogue("export", run, *arguments)
    assert (done.code, done.out) == (2, "")
    assert advice in done.error
    assert not (run / "exports").exists()


def test_review_from_a_pipe(
    trialogue: Trialogue, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "what\nc yes\nc 2,500.00\nr two hotels\nskip\n")
    done = trialogue("review", waiting, "--reviewer", "Ann")
    assert (done.code, done.err) == (0, "")
    assert [(one["decision"], one["label"], one["note"]) for one in lines(waiting)] == [
        ("correct", "2500", ""), ("reject", "", "two hotels"), ("skip", "", ""),
    ]  # fmt: skip
    assert "answer a, c LABEL" in done.out
    assert "'yes' is not a number" in done.out
    assert '  price = 410 CNY/night: "410 CNY a night" (turn 1)' in done.out
    assert "nights * price + taxi" in done.out
    assert "1 correct, 1 reject, 1 skip; left for Ann: 1" in done.out


def test_review_shows_nothing_that_a_terminal_obeys(
    trialogue: Trialogue, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "s\ns\n")
    out = trialogue("review", waiting, "--reviewer", "A\x1b[31mnn").out
    assert not set("\x1b\x07\x9b\u202e") & set(out)
    assert "question: " in out


def test_review_goes_on_where_it_stopped(
    trialogue: Trialogue, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "a\nq\n")
    trialogue("review", waiting, "--reviewer", "Ann")
    assert [one["task_id"] for one in lines(waiting)] == ["desk-0000-m"]
    typed(monkeypatch, "accept\n")
    second = trialogue("review", waiting, "--reviewer", "Ann", "--json")
    assert second.json == {"decisions": {"accept": 1}, "left": 1, "agreement": []}
    assert "task 1 of 2" in second.err
    assert [one["task_id"] for one in lines(waiting)] == ["desk-0000-m", "desk-0001-m"]


def test_two_reviewers(
    trialogue: Trialogue, waiting: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for who, answers in (("Ann", "a\na\nr\n"), ("Ben", "a\nr\nr\n")):
        typed(monkeypatch, answers)
        trialogue("review", waiting, "--reviewer", who)
    out = trialogue("review", waiting, "--agreement").out
    assert out == "Ann and Ben: 3 tasks, 66.7% agreed, Cohen's kappa 0.400\n"
    found = trialogue("review", waiting, "--agreement", "--json").json
    assert found["agreement"][0]["kappa"] == pytest.approx(0.4)
    assert trialogue("audit", waiting).code == 0


def test_review_says_what_to_mend(trialogue: Trialogue, run: Path, tmp_path: Path) -> None:
    assert "not a run folder" in trialogue("review", tmp_path / "nowhere").error
    assert "--reviewer" in trialogue("review", run, "--reviewer", " ").error
    assert "make some" in trialogue("review", write_run(tmp_path / "x", [trip(1)])).error


@pytest.mark.parametrize(
    ("page", "command"),
    [("audit", audit.audit), ("export", export.export), ("review", review.review)],
)
def test_every_option_in_the_docs_is_one_of_the_command(page: str, command: Any) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    known = {f"--{name.replace('_', '-')}" for name in inspect.signature(command).parameters}
    known |= {"--json", "--all", "--license", "--model", "--tasks"}
    told = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", text)) - {"--include", "--model"}
    assert told <= known
    assert told
