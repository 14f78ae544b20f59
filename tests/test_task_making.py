"""Tasks on a run: proposed, proved, solved, written; by code and by a model; taken up again."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_dialogues import dialogue
from made_stories import story
from openai_server import Body, OpenAIServer, Reply

from trialogue.errors import LimitReached, UsageError
from trialogue.evaluation.reasoning.proof import prove
from trialogue.graphs import tasks
from trialogue.records import Dialogue, ReasoningTask
from trialogue.task_book import dealt
from trialogue.task_making import JOURNAL, REJECTED, TASKS, TaskReport, make_tasks

STORIES = [story(1), story(2), story(3, "zh")]


def folder_of(path: Path, dialogues: list[Dialogue]) -> Path:
    path.mkdir()
    lines = "".join(f"{one.to_line()}\n" for one in dialogues)
    (path / "dialogues.jsonl").write_text(lines, encoding="utf-8")
    return path


def read(file: Path) -> list[ReasoningTask]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return [ReasoningTask.model_validate_json(line) for line in lines]


def knowing(labels: dict[str, str]) -> Callable[[Body], str]:
    """Repeats questions as they are, and solves those whose label it knows."""

    def reply(body: Body) -> str:
        said = body["messages"][-1]["content"]
        if "<question>" in said:
            return str(said).split("<question>")[1].split("</question>")[0]
        label = next((text for asked, text in labels.items() if asked in said), "3")
        mark = "答案" if "答案" in body["messages"][0]["content"] else "Answer"
        return f"Step by step.\n{mark}: {label}"

    return reply


def made(run: Path, server: OpenAIServer, **given: Any) -> TaskReport:
    usual: dict[str, Any] = {"model": "openai:tiny", "base_url": server.base_url, "by_code": True}
    return make_tasks(run, **usual | given)


@pytest.fixture
def labels(tmp_path: Path, openai_server: Callable[..., OpenAIServer]) -> dict[str, str]:
    """The labels of the tasks on the stories, as a first pass makes them."""
    run = folder_of(tmp_path / "first", STORIES)
    found = made(run, openai_server(knowing({})))
    return {task.question: task.label for task in found.tasks}


def test_tasks_are_made_on_every_dialogue(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer], labels: dict[str, str]
) -> None:
    run = folder_of(tmp_path / "run", [*STORIES, dialogue("Hello.", "Hello.", id="no-figures")])
    report = made(run, openai_server(knowing(labels)))
    written = read(run / TASKS)
    assert written == dealt(report.tasks)
    assert Counter(one.kind for one in written) == {"math": 6, "common_sense": 6}
    assert {one.status for one in written} == {"verified"}
    assert report.yes_share == 0.5
    assert report.accuracy == 1.0
    assert report.without == {"no-figures": report.without["no-figures"]}
    assert "no_figures" in report.without["no-figures"]
    by_id = {one.id: one for one in STORIES}
    assert all(prove(one, by_id[one.dialogue_id]).holds for one in written)
    assert read(run / REJECTED) == []
    first = json.loads((run / TASKS).read_text(encoding="utf-8").splitlines()[0])
    assert set(first) >= {"schema_version", "id", "dialogue_id", "kind", "question", "label"}
    assert set(first["derivation"]) >= {"facts", "expression"}
    assert len(first["solvers"]) == 3


def test_the_same_call_again_gives_the_same_bytes_and_asks_nothing(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer], labels: dict[str, str]
) -> None:
    run = folder_of(tmp_path / "run", STORIES)
    server = openai_server(knowing(labels))
    whole = made(run, server)
    before = (run / TASKS).read_bytes()
    server.close()
    again = made(run, server)
    assert (again.calls, again.replayed) == (0, whole.calls)
    assert (run / TASKS).read_bytes() == before


def test_a_stopped_run_goes_on(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer], labels: dict[str, str]
) -> None:
    server = openai_server(knowing(labels))
    whole = folder_of(tmp_path / "whole", STORIES)
    calls = made(whole, server, concurrency=1).calls
    run = folder_of(tmp_path / "run", STORIES)
    with pytest.raises(LimitReached):
        made(run, server, concurrency=1, calls=calls - 5)
    (run / TASKS).write_bytes((run / TASKS).read_bytes() + b'{"torn')
    rest = made(run, server, concurrency=1)
    assert 0 < rest.calls < calls
    assert (run / TASKS).read_bytes() == (whole / TASKS).read_bytes()


def test_what_was_changed_is_never_overwritten(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    run = folder_of(tmp_path / "run", STORIES[:1])
    server = openai_server(knowing({}))
    made(run, server)
    with pytest.raises(UsageError, match="move it away"):
        made(run, server, n=3)
    (run / TASKS).write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="move it away"):
        made(run, server)
    (run / TASKS).unlink()
    assert made(run, server).calls == 0


def test_solvers_who_do_not_agree_send_it_to_a_person(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    run = folder_of(tmp_path / "run", STORIES[:1])
    report = made(run, openai_server(knowing({})))
    assert report.unsettled == {"no_agreement": 2, "solvers_disagree": 2}
    assert {one.accuracy for one in report.tasks} == {0.0}
    assert report.yes_share is None


def test_a_solver_that_fails_is_missing(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer], labels: dict[str, str]
) -> None:
    run = folder_of(tmp_path / "run", STORIES[:1])
    good = knowing(labels)
    server = openai_server(lambda body: Reply("") if body["model"] == "mute" else good(body))
    report = made(run, server, solvers=["openai:tiny", "openai:mute"], k=3)
    assert report.missing == 4
    assert report.accuracy == 1.0
    assert {one.status for one in report.tasks} == {"verified"}


def proposal(on: Dialogue, **changed: Any) -> dict[str, Any]:
    """A math task on the first two things of a story."""
    facts = []
    for action in on.trajectory[:2]:
        place = next(i for i, turn in enumerate(on.turns) if turn.text == action.action)
        for fact in action.facts:
            quote = action.action.partition(", ")[2] or action.action
            said = {"value": fact.value, "unit": fact.unit, "turn": place, "quote": quote}
            facts.append({"name": fact.name, **said})
    a, b, c, d = (fact["name"] for fact in facts)
    values = [int(str(fact["value"])) for fact in facts]
    total = values[0] * values[1] + values[2] * values[3]
    return {
        "facts": facts,
        "expression": f"{a} * {b} + {c} * {d}",
        "label": f"{total:,}",
        "unit": "CNY",
        "question": "What do the first two things come to together, in CNY?",
    } | changed


def pair(on: Dialogue) -> dict[str, Any]:
    whole = proposal(on)
    total = int(whole["label"].replace(",", ""))
    ask, expression = "Would {} CNY be enough for the first two things?", whole["expression"]
    return {
        "facts": whole["facts"],
        "rule": "Money is enough if it is no less than the cost.",
        "question_yes": ask.format(total + 50),
        "expression_yes": f'{expression} <= "{total + 50} CNY"',
        "question_no": ask.format(total - 50),
        "expression_no": f'{expression} <= "{total - 50} CNY"',
    }


def test_a_model_proposes_and_mends_what_was_refused(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    on = STORIES[0]
    run = folder_of(tmp_path / "run", [on])
    wrong = proposal(on, label="31")
    seen: list[str] = []

    def reply(body: Body) -> str:
        said, system = body["messages"][-1]["content"], body["messages"][0]["content"]
        if "mathematical question" in system:
            seen.append(said)
            return json.dumps(proposal(on) if "wrong_label" in said else wrong)
        if "pair of yes-or-no" in system:
            return json.dumps(pair(on))
        if "enough" in said:
            total = int(proposal(on)["label"].replace(",", ""))
            return f"Answer: {'yes' if str(total + 50) in said else 'no'}"
        return f"Answer: {proposal(on)['label']}"

    report = made(run, openai_server(reply), by_code=False, n=1)
    assert Counter((one.kind, one.status) for one in report.tasks) == {
        ("math", "verified"): 1,
        ("common_sense", "verified"): 2,
    }
    assert report.refused == {"wrong_label": 1}
    (lost,) = read(run / REJECTED)
    assert (lost.status, lost.label, lost.reason.partition(":")[0]) == (
        *("rejected", "31", "wrong_label"),
    )
    assert len(seen) == 2
    assert [one.unit for one in report.tasks if one.kind == "math"] == ["CNY"]


def test_proposals_that_stay_wrong_are_given_up(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> None:
    run = folder_of(tmp_path / "run", STORIES[:1])
    bad = proposal(STORIES[0], expression="__import__('os')")
    report = made(run, openai_server(lambda _: json.dumps(bad)), by_code=False, n=1, kinds=["math"])
    assert (report.tasks, report.rejected) == ((), 3)
    assert report.refused == {"not_arithmetic": 3}


@pytest.mark.parametrize(
    ("given", "words"),
    [({"n": 0}, "n: 0"), ({"k": 99}, "k: 99"), ({"calls": -1}, "calls")],
)
def test_what_cannot_be_is_refused(tmp_path: Path, given: dict[str, Any], words: str) -> None:
    run = folder_of(tmp_path / "run", STORIES[:1])
    with pytest.raises(UsageError, match=words):
        make_tasks(run, **given)
    assert not (run / JOURNAL).exists()


def test_without_dialogues_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        make_tasks(tmp_path)
    with pytest.raises(UsageError, match="two dialogues"):
        make_tasks(folder_of(tmp_path / "twice", [STORIES[0], STORIES[0]]))


def test_the_graph_draws_itself() -> None:
    drawn = tasks.build().compile().get_graph()
    edges = {(edge.source, edge.target) for edge in drawn.edges}
    assert edges == {
        ("__start__", "propose"),
        ("propose", "prove"),
        ("prove", "propose"),
        ("prove", "solve"),
        ("prove", "accept"),
        ("solve", "accept"),
        ("accept", "__end__"),
    }
