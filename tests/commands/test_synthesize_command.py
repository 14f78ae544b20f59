import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from command_line import Trialogue, heed_interrupts
from openai_server import OpenAIServer
from simulated_model import reply

from trialogue import open_run

COMMAND = (sys.executable, "-c", "from trialogue.commands import main; main()")
TRAVEL = ("synthesize", "business travel reimbursement")


def test_the_summary_says_what_came_of_it_and_where(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    done = trialogue(*TRAVEL, "-n", 2, *served)
    assert (done.code, done.err) == (0, "")
    folder = Path("runs/travel_reimbursement-seed0")
    assert done.out.splitlines()[-3:] == [
        f"run folder: {folder}",
        f"dialogues: {folder / 'dialogues.jsonl'}",
        f"report: {folder / 'report.html'}",
    ]
    rows = dict(line.split("  ", 1) for line in done.out.splitlines()[:-3])
    assert rows["dialogues"].strip() == "2 of 2"
    assert rows["model calls"].strip() == str(len(server.requests))
    assert rows["answers rewritten"].strip() == "0% of 8"


def test_for_machines_the_figures_are_those_of_the_records(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    done = trialogue(*TRAVEL, "-n", 2, "--out", "here", "--json", *served)
    assert (done.code, done.err) == (0, "")
    dialogues = list(open_run("here").dialogues())
    found = done.json
    assert found["folder"] == "here"
    assert (found["wanted"], found["accepted"], found["problems"]) == (2, 2, [])
    assert found["messages"] == sum(len(dialogue.turns) for dialogue in dialogues)
    assert found["rounds"]["max"] == max(dialogue.rounds for dialogue in dialogues)
    assert sum(role["calls"] for role in found["usage"].values()) == len(server.requests)
    answers = found["rewrites"]["answer"]
    assert found["goals"]["messages"]["mean"] == found["messages"] / 2
    assert (found["report"], Path("here/report.html").is_file()) == ("here/report.html", True)
    assert answers["rate"] == round(answers["rewritten"] / answers["lines"], 4)


def test_the_same_command_again_pays_nothing_and_more_goes_on(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    trialogue(*TRAVEL, "-n", 1, "--out", "here", *served)
    paid, first = len(server.requests), Path("here/dialogues.jsonl").read_bytes()
    again = trialogue(*TRAVEL, "-n", 1, "--out", "here", "--json", *served)
    assert len(server.requests) == paid
    assert again.json["accepted"] == 1
    more = trialogue(*TRAVEL, "-n", 2, "--out", "here", "--json", *served)
    assert more.json["accepted"] == 2
    assert Path("here/dialogues.jsonl").read_bytes().startswith(first)


def test_settings_come_from_a_file_and_options_go_over_them(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    Path("my.yaml").write_text("n: 1\nseed: 3\noptions: {rounds: 1}\nlimits: {concurrency: 2}\n")
    done = trialogue(*TRAVEL, "--config", "my.yaml", "--seed", 4, "--json", *served)
    assert done.json["folder"] == "runs/travel_reimbursement-seed4"
    assert done.json["rounds"] == {"mean": 1.0, "max": 1}
    assert open_run(done.json["folder"]).settings["limits"]["concurrency"] == 2


def test_a_limit_ends_the_run_with_what_there_is_and_code_1(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    first = trialogue(*TRAVEL, "-n", 1, "--out", "here", "--json", *served)
    calls = sum(role["calls"] for role in first.json["usage"].values())
    limited = (*TRAVEL, "-n", 40, "--out", "here", "--json", "--max-calls", calls + 60)
    done = trialogue(*limited, *served)
    assert done.code == 1
    assert f"the limit of {calls + 60} model calls is reached" in done.error
    assert 1 <= done.json["accepted"] < 40
    assert done.json["error"] in done.error
    assert len(list(open_run("here").dialogues())) == done.json["accepted"]


def test_a_terminal_sees_the_turns_as_they_come(server: OpenAIServer, tmp_path: Path) -> None:
    screen, terminal = pty.openpty()
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    command = subprocess.Popen(
        (*COMMAND, *TRAVEL, "-n", "1", *options),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "200"},
    )
    os.close(terminal)
    shown = _read_all(screen).decode()
    out, _ = command.communicate()
    (dialogue,) = open_run(tmp_path / "runs/travel_reimbursement-seed0").dialogues()
    heard = [shown.find(f"1 {turn.speaker}: {turn.text}"[:60]) for turn in dialogue.turns]
    assert -1 not in heard
    assert heard == sorted(heard)
    assert " tokens/s" in shown
    assert out.startswith(b"dialogues ")


def test_an_interrupt_says_how_to_go_on(
    openai_server: Callable[..., OpenAIServer], tmp_path: Path
) -> None:
    asked: list[subprocess.Popen[str]] = []

    def interrupting(body: dict[str, object], number: int) -> None:
        if number == 20:
            asked[0].send_signal(signal.SIGINT)

    server = openai_server(reply, faults=interrupting, delay=0.01)
    options = ("--model", "openai:tiny", "--base-url", server.base_url, "--embedder", "hash")
    line = (*COMMAND, *TRAVEL, "-n", "2", *options, "--json")
    asked.append(_started(line, tmp_path))
    out, err = asked[0].communicate()
    assert (asked[0].returncode, out) == (130, "")
    assert err == (
        "stopped; the same command goes on with what is in runs/travel_reimbursement-seed0\n"
    )
    again = _started(line, tmp_path)
    out, err = again.communicate()
    assert (again.returncode, err) == (0, "")
    assert json.loads(out)["accepted"] == 2


def _started(line: tuple[str, ...], folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        line,
        preexec_fn=heed_interrupts,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _read_all(screen: int) -> bytes:
    shown = b""
    while True:
        try:
            part = os.read(screen, 65_536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(screen)
    return shown
