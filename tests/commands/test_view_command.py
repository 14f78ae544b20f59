"""`trialogue view` and `synthesize --watch` as people and machines call them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from command_line import Trialogue, heed_interrupts
from made_tasks import made_run, trip, write_run
from viewer_runs import hostile

from trialogue.run_folder import RunFolder

UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def test_text_shows_conversations(tmp_path: Path, trialogue: Trialogue) -> None:
    folder = made_run(tmp_path / "run", 12)
    shown = trialogue("view", folder, "--text")
    assert shown.code == 0
    assert shown.out.count("── desk-") == 12
    assert "user: I was in Oslo for the Oslo fair and stayed 3 nights" in shown.out
    assert "ended: goal reached" in shown.out
    assert trialogue("view", folder, "--text", "--most", 2).out.count("── desk-") == 2
    assert trialogue("view", folder, "--text", "--search", "Kyotox").out.count("──") == 0
    found = trialogue("view", folder, "--text", "--search", "Kyoto", "--json").out.splitlines()
    assert [json.loads(line)["id"] for line in found] == ["desk-0002"]


def test_text_obeys_nothing(tmp_path: Path, trialogue: Trialogue) -> None:
    shown = trialogue("view", write_run(tmp_path / "run", [hostile()]), "--text")
    assert shown.code == 0
    assert not UNSEEN.search(shown.out.replace("\n", ""))
    assert "980,000 more characters" in shown.out
    assert len(shown.out) < 60_000
    assert max(map(len, shown.out.splitlines())) <= 96


def test_what_is_damaged_is_said_beside_the_dialogues(tmp_path: Path, trialogue: Trialogue) -> None:
    folder = made_run(tmp_path / "run", 2)
    file = folder / "dialogues.jsonl"
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + b'{"broken\n' + second)
    for how in (("--text",), ("--export", tmp_path / "page.html")):
        shown = trialogue("view", folder, *how)
        assert shown.code == 0
        assert shown.err == "dialogues.jsonl:2 is not a dialogue record\n"
    file.write_bytes(first[:40])
    shown = trialogue("view", folder, "--text")
    assert (shown.code, shown.out) == (0, "")
    assert "no dialogue is there yet" in shown.err
    assert "no dialogue fits" in trialogue("view", folder, "--text", "--search", "x").err


def test_export_says_what_it_wrote(tmp_path: Path, trialogue: Trialogue) -> None:
    folder = made_run(tmp_path / "run", 3)
    made = trialogue("view", folder, "--export", "page.html", "--most", 2, "--json").json
    file = tmp_path / "page.html"
    assert made == {
        "file": "page.html", "dialogues": 2, "found": 3, "bytes": file.stat().st_size,
    }  # fmt: skip
    assert "2 of 3 dialogues" in trialogue("view", folder, "--export", file, "--most", 2).out
    assert "cannot be written" in trialogue("view", folder, "--export", tmp_path).error


@pytest.mark.parametrize("how", [(), ("--text",), ("--export", "page.html")])
def test_what_is_no_run_is_said_in_a_line(
    how: tuple[str, ...], tmp_path: Path, trialogue: Trialogue
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "dialogues.jsonl").write_text('{"schema_version": 2, "turns": []}\n')
    for name, why in {
        "nowhere": "is not there",
        "file": "is a file",
        "empty": "is not a run folder",
        "newer": "schema version 2; update trialogue",
    }.items():
        refused = trialogue("view", tmp_path / name, *how)
        assert refused.code == 2
        assert why in refused.error


def test_the_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run", 2)
    program = "from trialogue.commands import main; main()"
    command = [sys.executable, "-c", program, "view", str(folder), "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, preexec_fn=heed_interrupts, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["url"]
        assert httpx.get(address, timeout=300).status_code == 200
        process.send_signal(2)
        assert process.wait(timeout=300) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_port_that_is_taken_is_said(tmp_path: Path, trialogue: Trialogue) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = trialogue("view", made_run(tmp_path / "run", 1), "--port", port)
    assert refused.code == 2
    assert f"port {port}" in refused.error


def test_nothing_is_written_into_the_run(tmp_path: Path, trialogue: Trialogue) -> None:
    folder = made_run(tmp_path / "run", 2)
    with RunFolder(folder) as held:  # a run that is going on holds the lock
        held.append(trip(2))
        before = {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))}
        assert trialogue("view", folder, "--text").out.count("── desk-") == 3
        trialogue("view", folder, "--export", tmp_path / "page.html")
        assert {name: (folder / name).read_bytes() for name in sorted(os.listdir(folder))} == before


def test_watch_shows_each_conversation_whole(
    served: tuple[str, ...], tmp_path: Path, trialogue: Trialogue
) -> None:
    made = trialogue(
        "synthesize", "travel_reimbursement", "-n", 3, "--out", tmp_path / "run", "--watch",
        "--json", *served,
    )  # fmt: skip
    assert made.json["accepted"] == 3
    told = [line.split()[2] for line in made.err.splitlines() if line.startswith("── ")]
    assert told == ["1", "2", "3"]
    parts = re.split("── dialogue .* ──", made.err)[1:]
    records = [json.loads(line) for line in (tmp_path / "run" / "dialogues.jsonl").open()]
    for part, record in zip(parts, records, strict=True):
        flat = " ".join(part.split())
        for turn in record["turns"]:
            assert f"{turn['speaker']}: {' '.join(turn['text'].split())}" in flat
        assert "ended: goal reached" in part
