"""`trialogue benchmark` and `trialogue refine` as a person and as a machine call them."""

import json
from pathlib import Path

from command_line import Trialogue
from made_tasks import made_run
from openai_server import Body, OpenAIServer
from simulated_prompts import recognised
from simulated_solvers import Solvers, story_run

from trialogue.task_making import make_tasks


def answers(body: Body) -> str:
    told = str(body["messages"][0]["content"])
    answer = "1261" if "one number" in told else "yes"
    return f"Answer: {answer}" if recognised(body["messages"]).name == "solve_steps" else answer


def test_benchmark(trialogue: Trialogue, server: OpenAIServer, tmp_path: Path) -> None:
    server.reply = answers
    run = made_run(tmp_path / "run", 3)
    given = ("--model", "openai:a", "--base-url", server.base_url, "--out", tmp_path / "out")
    done = trialogue("benchmark", run, *given)
    assert (done.code, done.err) == (0, "")
    assert "6 tasks (3 common-sense, 3 math) on 3 dialogues" in done.out
    [row] = [line for line in done.out.splitlines() if "steps   strict" in line]
    assert row.split()[:4] == ["openai:a", "steps", "strict", "0.333"]
    assert "model calls: 12 (and 0 from the journal)" in done.out
    found = trialogue("benchmark", run, *given, "--asked", "direct", "--json").json
    assert (found["calls"], found["replayed"], len(found["rows"])) == (0, 6, 6)


def test_benchmark_mistakes(trialogue: Trialogue, tmp_path: Path) -> None:
    run = made_run(tmp_path / "run", 1)
    for options, told in (
        (("--asked", "loud"), "choose of direct and steps"),
        (("--limit", "0"), "limit: 0"),
        (("--model", "gpt"), "no provider"),
    ):
        done = trialogue("benchmark", run, *options)
        assert done.code == 2
        assert told in done.error
    assert trialogue("benchmark", tmp_path / "nothing.jsonl").code == 2


def test_refine(trialogue: Trialogue, server: OpenAIServer, tmp_path: Path) -> None:
    solvers, run = Solvers(), story_run(tmp_path / "run", 2)
    server.reply = solvers.reply
    model = ("--model", "openai:strong", "--base-url", server.base_url, "--by-code")
    team = [f"openai:{name}" for name in ("strong", "middle", "weak")]
    with solvers.watching():
        make_tasks(run, solvers=team, by_code=True, model=team[0], base_url=server.base_url)
        given = (
            *model,
            "--embedder",
            "hash",
            *(part for one in team for part in ("--solver", one)),
        )
        done = trialogue("refine", run, "--rounds", "1", *given)
        assert (done.code, done.err) == (0, "")
        assert "it ended because the rounds are over." in done.out
        assert f"tasks: {run / 'tasks.jsonl'}" in done.out
        found = trialogue("refine", run, "--rounds", "1", *given, "--json").json
        assert (found["calls"], found["ended"], len(found["generations"])) == (0, "rounds", 2)
        assert found["generations"][0]["easy_share"] > found["generations"][1]["easy_share"]
        page = json.loads((run / "report.json").read_text("utf-8"))
        assert [section["id"] for section in page] == ["refinement"]
        short = trialogue("refine", run, "--budget-calls", "0", "--seed", "9", *given)
        assert "the budget is used up" in short.out


def test_refine_mistakes(trialogue: Trialogue, tmp_path: Path) -> None:
    empty = story_run(tmp_path / "run", 1)
    assert "make some with trialogue tasks" in trialogue("refine", empty).error
    assert "rounds: 0" in trialogue("refine", empty, "--rounds", "0").error
    assert trialogue("refine", tmp_path / "nowhere").code == 2
