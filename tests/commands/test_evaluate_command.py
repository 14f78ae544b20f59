"""`trialogue evaluate` as a person and as a machine call it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command_line import Trialogue
from openai_server import Body, OpenAIServer, Reply, refusal
from said import said

Start = Callable[..., OpenAIServer]


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Six dialogues with ratings."""
    file = tmp_path / "talks.jsonl"
    rows = []
    for i in range(6):
        row = said("Is the hotel paid?", "It is, " + "truly " * i, number=i).model_dump(mode="json")
        turns = [{"speaker": t["speaker"], "text": t["text"]} for t in row["turns"]]
        rows.append({"id": row["id"], "turns": turns, "ratings": {"overall": 5 - i}})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    records = [said("Is it paid?", f"Up to {i} yuan.", number=i).to_line() for i in range(4)]
    (folder / "dialogues.jsonl").write_text("".join(line + "\n" for line in records))
    return folder


def scored(body: Body) -> str:
    return json.dumps({"score": 2 if ": fluency - " in str(body["messages"]) else 4})


def judging(server: OpenAIServer) -> tuple[str, ...]:
    return ("--no-embedder", "--judge", "--model", "openai:tiny", "--base-url", server.base_url)


def test_for_people(trialogue: Trialogue, talks: Path) -> None:
    done = trialogue("evaluate", talks, "--embedder", "hash")
    assert (done.code, done.err) == (0, "")
    assert "Table 1" in done.out
    assert "talks.jsonl" in done.out
    [row] = [line for line in done.out.splitlines() if line.startswith("goal_coverage")]
    assert row.split()[-1] == "6"
    assert "near-duplicates" in done.out
    assert not list(talks.parent.glob("**/report.html"))


def test_for_machines(trialogue: Trialogue, talks: Path) -> None:
    found = trialogue("evaluate", talks, talks, "--no-embedder", "--json").json
    assert [one["name"] for one in found["sets"]] == ["talks.jsonl", "talks.jsonl (2)"]
    assert found["sets"][0]["table"]["rounds"] == 6
    names = {metric["name"] for metric in found["sets"][0]["metrics"]}
    assert len(names) >= 20
    assert found["compared"]["talks.jsonl (2)"][0]["pairs"] == 6


def test_only_some_metrics(trialogue: Trialogue, talks: Path) -> None:
    found = trialogue(
        "evaluate", talks, "--metrics", "turns, distinct_1", "--no-embedder", "--json"
    ).json
    assert [metric["name"] for metric in found["sets"][0]["metrics"]] == ["turns", "distinct_1"]
    bad = trialogue("evaluate", talks, "--metrics", "distinkt_1", "--no-embedder")
    assert bad.code == 2
    assert "distinct_1" in bad.error


def test_a_run_folder_gets_a_report(trialogue: Trialogue, run_folder: Path) -> None:
    done = trialogue("evaluate", run_folder, "--embedder", "hash")
    assert done.out.splitlines()[-1] == f"report: {run_folder / 'report.html'}"
    page = (run_folder / "report.html").read_text(encoding="utf-8")
    assert "said-0" in page
    assert (run_folder / "report" / "similarity.svg").is_file()


def test_a_report_elsewhere(trialogue: Trialogue, talks: Path, tmp_path: Path) -> None:
    found = trialogue(
        "evaluate", talks, "--no-embedder", "--report", tmp_path / "a" / "b", "--json"
    ).json
    assert found["report"] == str(tmp_path / "a" / "b" / "report.html")
    assert Path(found["report"]).is_file()


def test_against_ratings(trialogue: Trialogue, talks: Path) -> None:
    found = trialogue("evaluate", "--against", talks, "--no-embedder", "--json").json
    entries = {entry["name"]: entry for entry in found["metrics"]}
    assert set(entries["turn_length"]) == {
        "name", "spearman", "pearson", "kendall", "n", "missing",
    }  # fmt: skip
    assert entries["turn_length"]["spearman"]["value"] == pytest.approx(-1)
    assert entries["turn_length@last"]["n"] == 6
    strengths = [abs(entry["spearman"]["value"] or 0) for entry in found["metrics"]]
    assert strengths == sorted(strengths, reverse=True)
    shown = trialogue("evaluate", "--against", talks, "--no-embedder", "--metrics", "turn_length")
    assert "-1.000" in shown.out
    reported = trialogue(
        "evaluate", "--against", talks, "--no-embedder", "--report", talks.parent / "out"
    )
    assert reported.out.splitlines()[-1].startswith("report: ")
    assert "Kendall" in (talks.parent / "out" / "report.html").read_text(encoding="utf-8")
    assert "6 rated dialogues" in shown.out


def test_a_rating_that_nobody_gave(trialogue: Trialogue, talks: Path) -> None:
    done = trialogue("evaluate", "--against", talks, "--rating", "wit", "--no-embedder")
    assert done.code == 2
    assert "there are overall" in done.error


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        ((), "name a run folder or a file"),
        (("nowhere.jsonl",), "no such file"),
        (("talks.jsonl", "--tokenizer", "bytes"), "zh_char"),
        (("talks.jsonl", "--embedder", "best"), "local, hash and openai:MODEL"),
        (("talks.jsonl", "--against", "talks.jsonl"), "leave out PATH"),
        (("talks.jsonl", "--judge", "--model", "openai:tiny"), "--report"),
    ],
)
def test_what_the_user_can_mend(
    trialogue: Trialogue, talks: Path, arguments: tuple[str, ...], advice: str
) -> None:
    embedder = () if "--embedder" in arguments else ("--no-embedder",)
    done = trialogue("evaluate", *arguments, *embedder)
    assert (done.code, done.out) == (2, "")
    assert advice in done.error


def test_a_broken_line(trialogue: Trialogue, talks: Path) -> None:
    with talks.open("a") as file:
        file.write('{"turns": [{"speaker"\n')
    done = trialogue("evaluate", talks, "--no-embedder")
    assert done.code == 0
    assert f"left out: {talks}:7: half a JSON value" in done.out
    strict = trialogue("evaluate", talks, "--no-embedder", "--strict")
    assert (strict.code, strict.out) == (2, "")
    assert f"{talks}:7" in strict.error


def test_a_judge_is_paid_once(trialogue: Trialogue, run_folder: Path, openai_server: Start) -> None:
    server = openai_server(scored)
    arguments = ("evaluate", run_folder, *judging(server), "--json")
    first, second = trialogue(*arguments).json, trialogue(*arguments).json
    assert first == second
    assert len(server.requests) == 4 * 3
    values = {metric["name"]: metric["estimate"] for metric in first["sets"][0]["metrics"]}
    assert values["judge_fluency"]["value"] == 2
    assert values["judge_mean"]["value"] == pytest.approx(10 / 3)
    assert first["judged"]["run"] == {"answers": 12, "missing": 0, "weighed": 0}
    assert "judge_mean" in (run_folder / "report.html").read_text(encoding="utf-8")


def test_several_judges_and_answers_that_cannot_be_used(
    trialogue: Trialogue, run_folder: Path, openai_server: Start
) -> None:
    def answer(body: Body) -> str:
        return "no idea" if body["model"] == "small" else scored(body)

    server = openai_server(answer)
    models = ("--judge-model", "openai:tiny", "--judge-model", "openai:small")
    base = ("--no-embedder", "--base-url", server.base_url)
    found = trialogue("evaluate", run_folder, *models, *base, "--json").json
    assert found["judged"]["run"] == {"answers": 24, "missing": 12, "weighed": 0}
    values = {metric["name"]: metric["estimate"] for metric in found["sets"][0]["metrics"]}
    assert values["judge_coherence"]["value"] == 4
    shown = trialogue("evaluate", run_folder, *models, *base)
    assert "24 answers of judges, 12 missing" in shown.out


def test_probabilities_of_tokens_count(
    trialogue: Trialogue, run_folder: Path, openai_server: Start
) -> None:
    top = [
        {"token": "4", "logprob": -0.6931471805599453, "bytes": None},
        {"token": "5", "logprob": -0.6931471805599453, "bytes": None},
    ]
    tokens: list[dict[str, Any]] = [
        {"token": "4", "logprob": -0.69, "bytes": None, "top_logprobs": top}
    ]
    server = openai_server(lambda _: Reply('{"score": 4}', logprobs={"content": tokens}))
    found = trialogue("evaluate", run_folder, *judging(server), "--json").json
    assert found["judged"]["run"]["weighed"] == 12
    values = {metric["name"]: metric["estimate"] for metric in found["sets"][0]["metrics"]}
    assert values["judge_mean"]["value"] == pytest.approx(4.5)


def test_empty_dialogues_are_not_judged(
    trialogue: Trialogue, run_folder: Path, openai_server: Start
) -> None:
    with (run_folder / "dialogues.jsonl").open("a") as file:
        file.write(said(number=9).to_line() + "\n")
    server = openai_server(scored)
    found = trialogue("evaluate", run_folder, *judging(server), "--json").json
    assert len(server.requests) == 4 * 3
    assert found["judged"]["run"]["missing"] == 3


def test_a_limit_on_calls_ends_it_and_the_next_call_goes_on(
    trialogue: Trialogue, run_folder: Path, openai_server: Start
) -> None:
    server = openai_server(scored)
    stopped = trialogue("evaluate", run_folder, *judging(server), "--max-calls", "5")
    assert (stopped.code, stopped.out) == (1, "")
    assert "5" in stopped.error
    done = trialogue("evaluate", run_folder, *judging(server), "--json")
    assert done.code == 0
    assert len(server.requests) == 12


def test_a_judge_that_refuses_the_key(
    trialogue: Trialogue, run_folder: Path, openai_server: Start
) -> None:
    server = openai_server(faults=lambda _body, _number: refusal(401, "no such key"))
    done = trialogue("evaluate", run_folder, *judging(server))
    assert (done.code, done.out) == (2, "")
    assert done.error.startswith("error: ")


def test_hostile_ids_do_not_reach_the_terminal(trialogue: Trialogue, tmp_path: Path) -> None:
    text = "the train to the coast was late by more than two hours today"
    row = {"id": "\x1b[31mred", "turns": [{"speaker": "user", "text": text}]}
    file = tmp_path / "hostile.jsonl"
    file.write_text(f"{json.dumps(row)}\n{json.dumps({**row, 'id': 'b'})}\n")
    done = trialogue("evaluate", file, "--no-embedder")
    assert "1 near-duplicates" in done.out
    assert "\x1b" not in done.out
