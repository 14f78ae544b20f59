"""`trialogue fit-metric`, and `evaluate --metric`, as a person and as a machine call them."""

import json
from pathlib import Path

import pytest
from command_line import Trialogue
from said import said

FIT = ("fit-metric", "--no-embedder", "--leaves", "turn_length,distinct_1_response", "--out")


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    """Thirty dialogues; longer answers are rated higher."""
    file = tmp_path / "talks.jsonl"
    rows = []
    for i in range(30):
        turns = said("Is it paid?", "Up to " + "very " * (i % 11) + "much.", number=i).turns
        told = [{"speaker": t.speaker, "text": f"{t.text} {i}"} for t in turns]
        rows.append({"id": str(i), "turns": told, "ratings": {"overall": i % 11 + i / 100}})
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_for_people(trialogue: Trialogue, talks: Path, tmp_path: Path) -> None:
    done = trialogue(*FIT, "m.json", talks)
    assert (done.code, done.err) == (0, "")
    assert [line.split()[0] for line in done.out.splitlines()[2:8]] == [*"12345", "mean"]
    assert "turn_length" in done.out
    assert done.out.splitlines()[-1] == "metric: m.json"
    listed = trialogue("evaluate", talks, "--no-embedder", "--metric", "m.json")
    assert [line for line in listed.out.splitlines() if line.startswith("metric  ")]


def test_for_machines(trialogue: Trialogue, talks: Path, tmp_path: Path) -> None:
    found = trialogue(*FIT, "m.json", talks, "--json", "--folds", 3, "--seed", 4).json
    assert len(found["cross_validation"]["folds"]) == 3
    assert found["formula"] == json.loads((tmp_path / "m.json").read_text())["formula"]
    against = ("evaluate", "--against", talks, "--no-embedder", "--metric", "m.json", "--json")
    entries = {one["name"]: one for one in trialogue(*against).json["metrics"]}
    assert entries["metric"]["spearman"]["value"] > 0.9
    assert len(entries["metric"]["spearman"]["interval"]) == 2
    assert "distinct_2" in entries


def test_what_is_wrong_is_told_in_a_line(trialogue: Trialogue, talks: Path) -> None:
    for arguments, told in (
        ((*FIT, "no/m.json", talks), "cannot be written"),
        ((*FIT, "m.json", "none.jsonl"), "none.jsonl"),
        ((*FIT, "m.json", talks, "--rating", "charm"), "'charm'; there are overall"),
        (("evaluate", talks, "--no-embedder", "--metric", "none.json"), "none.json cannot be read"),
        (("evaluate", "--against", talks, "--metric", talks), "is not a metric file"),
    ):
        done = trialogue(*arguments)
        assert done.code == 2
        assert told in done.error
