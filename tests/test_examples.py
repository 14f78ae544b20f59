"""Every example runs to its end with the simulated model behind it, one as a newcomer runs it."""

import io
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import optimised_run
import pytest
import simulated_model
from openai_server import Body, OpenAIServer
from simulated_prompts import recognised

import trialogue
from trialogue.scenario_files import find_scenario
from trialogue.tools.documents import load_documents

EXAMPLES = Path(trialogue.__file__).parents[1] / "examples"
Run = Callable[..., str]


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    return openai_server(simulated_model.reply)


@pytest.fixture
def model(server: OpenAIServer) -> tuple[str, ...]:
    """The options that lead an example to the simulated model."""
    address = ("--base-url", server.base_url)
    return ("--model", "openai:simulated", *address, "--embedder", "hash")


def printed_by(
    patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, *given: str
) -> str:
    """What an example prints when it is the main program."""
    patch.setattr(sys, "argv", [name, *given])
    capsys.readouterr()
    runpy.run_path(str(EXAMPLES / name), run_name="__main__")
    return capsys.readouterr().out


@pytest.fixture
def run(
    model: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs an example in an empty folder; what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(EXAMPLES)

    def start(name: str, *given: str, typed: str = "") -> str:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return printed_by(monkeypatch, capsys, name, *model, *given)

    return start


def test_every_example_is_run_here() -> None:
    tested = {
        *("synthesize.py", "own_documents.py", "own_tool.py", "run_a_graph.py"),
        *("own_persona.py", "own_search.py", "own_metric.py"),
        *("human_user.py", "models_by_role.py"),
        *("user_oriented.py", "sql_tools.py", "continue_dialogue.py", "panel.py", "optimize.py"),
        *("build_benchmark.py", "use_a_recipe.py", "own_export.py"),
    }
    assert {file.name for file in EXAMPLES.glob("*.py")} == tested


def test_synthesize(model: tuple[str, ...], tmp_path: Path) -> None:
    """As a newcomer runs it: in an interpreter of its own."""
    given = ("zhuangxiu_yusuan", "-n", "2", "--out", "here")
    command = [sys.executable, str(EXAMPLES / "synthesize.py"), *model, *given]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    printed = done.stdout
    assert printed.count("user: ") == printed.count("assistant: ") >= 6
    assert "2 dialogues are in here" in printed
    assert len((tmp_path / "here" / "dialogues.jsonl").read_bytes().splitlines()) == 2


def test_run_a_graph(run: Run) -> None:
    """The user tells what is written down in the example, and the dialogue ends when it has."""
    printed = run("run_a_graph.py")
    assert [line.partition("]")[0] for line in printed.splitlines() if line[0] == "["] == [
        *("[user", "[assistant") * 2,
        "[assistant",
    ]
    assert all(figure in printed for figure in ("480", "45 CNY"))
    assert printed.endswith("ends: goal_reached\n")


def test_own_documents(run: Run, tmp_path: Path) -> None:
    """Where a folder answers what users ask, answers rest on it."""
    folder = tmp_path / "own"
    folder.mkdir()
    activities = find_scenario("travel_reimbursement").scenario.activities
    pages = [f"## {a.topic}\n\n{a.topic}: {' '.join(a.asks)} Yes.\n" for a in activities]
    (folder / "our_page.md").write_text("\n".join(["# Answers\n", *pages]))
    printed = run("own_documents.py", str(folder))
    assert "our_page.md" in printed
    assert "not read" not in printed


def test_the_folder_of_the_example_can_be_read() -> None:
    loaded = load_documents([EXAMPLES / "handbook"])
    assert [document.source for document in loaded.documents] == ["guests.md"]
    assert not loaded.problems


def calls_own_tool(body: Body) -> str:
    """The simulated model, but it looks up a rate whenever it may."""
    last = str(body["messages"][-1]["content"])
    if last.startswith("Tools:") and "exchange_rate(currency)" in last:
        return '{"call": {"tool": "exchange_rate", "arguments": {"currency": "eur"}}}'
    return simulated_model.reply(body)


@pytest.mark.parametrize(("side", "line"), [("user", "lived: "), ("assistant", "assistant: ")])
def test_own_tool(run: Run, server: OpenAIServer, side: str, line: str) -> None:
    """The side that has the tool calls it, and only that side."""
    server.reply = calls_own_tool
    lines = run("own_tool.py", "--to", side).splitlines()
    called = [n for n, text in enumerate(lines) if "1 EUR = 7.85 CNY" in text]
    assert called
    assert all(lines[n - 1].startswith(line) for n in called)


def test_user_oriented(run: Run) -> None:
    """The goal comes in parts, and the dialogue ends when all are settled."""
    printed = run("user_oriented.py")
    tasks = [line for line in printed.splitlines() if line.startswith(("  done", "  confirmed"))]
    assert len(tasks) >= 5
    assert printed.count("user: ") > len(tasks) / 2
    assert printed.endswith("  ends: goal_reached\n")


def looks_up_members(body: Body) -> str:
    """The simulated model, but it looks up a member whenever it may."""
    last = str(body["messages"][-1]["content"])
    if last.startswith("Tools:") and "get_member(" in last:
        made = "get_member(member=2)" in last
        call = {"tool": "none", "arguments": {}}
        wanted = {"tool": "get_member", "arguments": {"member": 2}}
        return json.dumps({"call": call if made else wanted})
    return simulated_model.reply(body)


def test_sql_tools(run: Run, server: OpenAIServer) -> None:
    """The result of an executed call stands in the record word for word."""
    server.reply = looks_up_members
    printed = run("sql_tools.py", "--mode", "task")
    assert '"name":"Idris Bello"' in printed.replace(": ", ":")


def test_continue_dialogue(run: Run) -> None:
    """What was there stays, and the goals are raised after it."""
    lines = run("continue_dialogue.py").splitlines()
    assert [line[:3] for line in lines[:2]] == ["old", "old"]
    assert [line[5:9] for line in lines if line.startswith("new")][:2] == ["user", "assi"]
    assert lines[-1] == "ends: goal_reached"


def test_panel(run: Run) -> None:
    """Two users and two assistants speak, each under their name."""
    printed = run("panel.py")
    for name in ("Member: ", "Partner: ", "Desk: ", "Leader: "):
        assert name in printed


def test_optimize(run: Run, server: OpenAIServer) -> None:
    """It ends with a dialogue made by the recipe."""
    server.reply = optimised_run.reply
    lines = run("optimize.py", "--generations", "1", "--report", "2").splitlines()
    assert lines[0].startswith("embedder: 0 calls")
    assert any(line.startswith("controls: ") for line in lines)
    assert [line.partition(":")[0] for line in lines[-2:]] == ["user", "assistant"]


def test_own_persona(run: Run) -> None:
    """Users have the jobs that the source draws."""
    printed = run("own_persona.py", "-n", "1")
    identity = printed.splitlines()[1]
    assert any(job in identity for job in ("night nurse", "lighthouse keeper", "violin maker"))


def searches(body: Body) -> str:
    """The simulated model, but it looks for taxi fares whenever it may."""
    last = str(body["messages"][-1]["content"])
    if last.startswith("Tools:") and "- web_search(" in last and "web_search(query=" not in last:
        return '{"call": {"tool": "web_search", "arguments": {"query": "taxi fares"}}}'
    return simulated_model.reply(body)


def test_own_search(run: Run, server: OpenAIServer) -> None:
    """What the provider finds, best first, is what the tool gives."""
    server.reply = searches
    called = [line for line in run("own_search.py").splitlines() if "web_search(" in line]
    assert called
    assert all(line.endswith("= Taxi fares") for line in called)


def test_human_user(run: Run) -> None:
    """The graph stops for every line that is typed, until an empty one."""
    printed = run("human_user.py", typed="Is a taxi at night paid?\nAnd the hotel?\n\n")
    assert printed.startswith("assistant: What would you like to know?\nyou: assistant: ")
    assert printed.count("assistant: ") == 3
    assert printed.endswith("you: 4 turns\n")


def test_models_by_role(run: Run, server: OpenAIServer) -> None:
    """Each role asks its own model."""
    printed = run("models_by_role.py", "--user-model", "openai:other")
    assert "user (openai:other): " in printed
    assert "assistant (openai:simulated): " in printed
    assert {body["model"] for body in server.requests} == {"other", "simulated"}


def test_own_metric(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The metric is measured beside others."""
    printed = printed_by(monkeypatch, capsys, "own_metric.py", "--metrics", "turns")
    assert [line.partition(" (")[0] for line in printed.splitlines()] == [
        "concrete_answers: 1.000",
        "turns: 2.000",
    ]


def answers_tasks(body: Body) -> str:
    """The simulated model, but it words questions and answers them, not always the same."""
    name = simulated_model.prompt_of(body)
    if name == "task_question":
        return recognised(body["messages"]).values["question"].strip()
    if not name.startswith("solve_"):
        return simulated_model.reply(body)
    yes_or_no = "yes or no" in str(body["messages"][0]["content"])
    answer = "yes" if yes_or_no else str(900 + len(str(body)) % 7)
    return f"Answer: {answer}" if name == "solve_steps" else answer


def test_build_benchmark(run: Run, server: OpenAIServer, tmp_path: Path) -> None:
    """From a scenario to a table, an audit and an export."""
    server.reply = answers_tasks
    given = ("-n", "2", "--rounds", "1", "--solver", "openai:a", "--by-code", "--out", "here")
    printed = run("build_benchmark.py", *given)
    assert printed.startswith("2 dialogues\n")
    assert "generation 0: " in printed
    assert "openai:a steps lenient: " in printed
    assert "majority class  : " in printed
    page = (tmp_path / "here" / "report.html").read_text("utf-8")
    assert "Refinement of the tasks" in page
    assert "Benchmark on here" in page
    assert (tmp_path / "here" / "exports" / "inspect" / "trialogue_tasks.py").is_file()


def test_use_a_recipe(run: Run, tmp_path: Path) -> None:
    """The controls of the recipe hold, written by hand or found."""
    given = ("--out", "here")
    printed = run("use_a_recipe.py", *given)
    assert "'turns': 2" in printed
    assert "'focus': 5" in printed
    assert [line.partition(":")[0] for line in printed.splitlines()[1:]] == [
        *("user", "assistant") * 2
    ]
    assert (tmp_path / "here-recipe.json").is_file()
    assert run("use_a_recipe.py", *given, "--recipe", "here-recipe.json") == printed


def test_own_export(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A row a turn, and the same dialogues as OpenAI messages."""
    monkeypatch.chdir(tmp_path)
    printed = printed_by(monkeypatch, capsys, "own_export.py", "--out", "here")
    assert printed.count(": 1 dialogues") == 2
    [table] = (tmp_path / "here" / "csv").glob("*.csv")
    head, *rows = table.read_text("utf-8").splitlines()
    assert head == "dialogue,turn,speaker,text"
    assert [row.split(",")[2] for row in rows] == ["user", "assistant"]
