"""U's table 1 of a run stands in its folder's report, beside what was measured on it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import simulated_model
from openai_server import OpenAIServer
from simulated_run import made

from trialogue.agents.limits import Limits
from trialogue.commands.measures import told
from trialogue.errors import ShortRun
from trialogue.evaluating import evaluate
from trialogue.evaluation.goal_figures import GoalFigures, Spread, goal_figures
from trialogue.evaluation.report import put_section, report_title
from trialogue.evaluation.report.run import section
from trialogue.run import Result

# A report of a run, in a process that has no other: what it loads, and how.
ALONE = """
import sys
from pathlib import Path
from trialogue.evaluation.goal_figures import GoalFigures, Spread
from trialogue.evaluation.report import put_section
from trialogue.evaluation.report.run import section
none = Spread(mean=0, max=0)
found = GoalFigures(dialogues=1, messages=none, tasks=none, tool_steps=none, settled=1,
                    ended_early=0, never_ended=0)
put_section(Path(sys.argv[1]), section({"run": found}), title="Report of run")
print(*sorted({"matplotlib", "numpy", "scipy", "pandas"} & set(sys.modules)))
"""


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """The simulated model."""
    return openai_server(simulated_model.served)


def sections(folder: Path) -> list[str]:
    return [part["id"] for part in json.loads((folder / "report.json").read_text("utf-8"))]


async def test_a_run_writes_its_figures_and_renews_them(
    tmp_path: Path, server: OpenAIServer
) -> None:
    out = tmp_path / "mine"
    first = await made(out, server.base_url, 1)
    assert first.goals == goal_figures(first.dialogues())
    page = (out / "report.html").read_text("utf-8")
    assert "<title>Report of mine</title>" in page
    assert "Table 1 (paper U)" in page
    second = await made(out, server.base_url, 3)
    assert second.goals == goal_figures(second.dialogues())
    assert second.goals is not None
    assert second.goals.dialogues == 3
    assert sections(out) == ["goals"]
    [goals] = json.loads((out / "report.json").read_text("utf-8"))
    [row] = goals["blocks"][0]["rows"]
    assert row[:4] == ["mine", 3, second.goals.messages.mean, second.goals.messages.max]
    assert second.problems == first.problems


async def test_a_run_that_falls_short_has_a_report_too(
    tmp_path: Path, server: OpenAIServer
) -> None:
    calls = (await made(tmp_path / "whole", server.base_url, 1)).usage
    limits = Limits(calls=sum(usage.calls for usage in calls.values()) + 2, concurrency=1)
    with pytest.raises(ShortRun) as short:
        await made(tmp_path / "run", server.base_url, 9, limits=limits)
    assert isinstance(short.value.result, Result)
    assert short.value.result.goals is not None
    assert sections(tmp_path / "run") == ["goals"]


async def test_a_report_that_cannot_be_written_is_a_problem_and_no_more(
    tmp_path: Path, server: OpenAIServer
) -> None:
    (tmp_path / "report.json").write_text("no report", encoding="utf-8")
    result = await made(tmp_path, server.base_url, 1)
    assert result.accepted == 1
    assert "report.json is not a report's data" in result.problems[-1]


async def test_evaluating_a_run_shows_them_beside_the_measures(
    tmp_path: Path, server: OpenAIServer
) -> None:
    out = tmp_path / "mine"
    result = await made(out, server.base_url, 2)
    found = evaluate(out, metrics=["rounds"], embedder=None, report=out)
    assert found.goals == {"mine": result.goals}
    assert sections(out) == ["goals", "measures"]
    lines = "\n".join(told(found))
    assert "Table 1 (paper U)" in lines
    assert "How goals ended" in lines
    await made(out, server.base_url, 3)
    assert sections(out) == ["goals", "measures"]


def test_dialogues_without_goals_have_no_such_table(tmp_path: Path) -> None:
    file = tmp_path / "talks.jsonl"
    file.write_text('{"turns": [{"speaker": "user", "text": "Hi?"}]}\n', encoding="utf-8")
    found = evaluate(file, metrics=["rounds"], embedder=None, report=tmp_path)
    assert found.goals == {}
    assert sections(tmp_path) == ["measures"]


def test_the_report_of_a_run_loads_nothing_that_draws(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
    assert sections(tmp_path) == ["goals"]


def test_shares_that_nobody_asked_for_are_dashes(tmp_path: Path) -> None:
    spread = Spread(mean=2.5, max=4)
    figures = GoalFigures(
        dialogues=2,
        messages=spread,
        tasks=spread,
        tool_steps=spread,
        settled=0.5,
        ended_early=0.5,
        never_ended=0,
    )
    page = put_section(tmp_path, section({"<run>": figures}), title=report_title(tmp_path))
    html = page.read_text("utf-8")
    assert "&lt;run&gt;" in html
    assert html.count("–") == 2
