"""The refinement graph on made stories, with solvers of known ability."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai_server import Body, OpenAIServer
from simulated_solvers import ABILITIES, Solvers, story_run

from trialogue.errors import UsageError
from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.refined import Refined
from trialogue.records import Dialogue, ReasoningTask, SolverAnswer
from trialogue.refining import refine
from trialogue.task_making import make_tasks

Start = Callable[..., OpenAIServer]
TEAM = tuple(ABILITIES)


class Lab:
    """A run folder with first tasks, and the solvers behind a server."""

    def __init__(self, folder: Path, solvers: Solvers, server: OpenAIServer) -> None:
        self.folder, self.solvers, self.server = folder, solvers, server

    @property
    def model(self) -> dict[str, Any]:
        return {"model": "openai:strong", "base_url": self.server.base_url}

    def refined(self, **given: Any) -> Refined:
        usual = {"solvers": TEAM, "by_code": True, "embedder": "hash", **self.model}
        with self.solvers.watching():
            return refine(self.folder, **(usual | given))

    def tasks(self, name: str = "tasks.jsonl") -> list[ReasoningTask]:
        lines = (self.folder / name).read_text("utf-8").splitlines()
        return [ReasoningTask.model_validate_json(line) for line in lines]

    def files(self) -> dict[str, bytes]:
        names = ["tasks.jsonl", *(f"generations/{p.name}" for p in self._generations())]
        return {name: (self.folder / name).read_bytes() for name in names}

    def _generations(self) -> list[Path]:
        return sorted((self.folder / "generations").iterdir())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Solvers]:
    """Four dialogues with first tasks, and who knows their labels."""
    solvers, folder = Solvers(), story_run(tmp_path_factory.mktemp("made") / "run", 4)
    with OpenAIServer(solvers.reply) as server, solvers.watching():
        model: dict[str, Any] = {"model": "openai:strong", "base_url": server.base_url}
        make_tasks(folder, k=3, solvers=TEAM, by_code=True, **model)
    return folder, solvers


@pytest.fixture
def lab(made: tuple[Path, Solvers], tmp_path: Path, openai_server: Start) -> Lab:
    """A copy of its own."""
    folder, known = made
    solvers = Solvers(known=dict(known.known))
    shutil.copytree(folder, tmp_path / "run")
    return Lab(tmp_path / "run", solvers, openai_server(solvers.reply))


def test_easy_tasks_give_way_to_harder_proved_ones(lab: Lab) -> None:
    before = lab.tasks()
    found = lab.refined(rounds=10)
    after = lab.tasks()
    assert found.first.easy_share > 0.25
    assert (found.ended, found.last.easy) == ("no_easy", 0)
    assert found.last.tasks == found.first.tasks == sum(task.usable for task in after)
    assert found.last.operations > found.first.operations  # type: ignore[operator]
    dialogues = _dialogues(lab.folder)
    new = [task for task in after if task.usable and task.generation]
    assert len(new) > 5
    assert all(prove(task, dialogues[task.dialogue_id]).holds for task in new)
    assert {task.replaces for task in new} <= {
        task.id
        for n in range(found.last.number)
        for task in lab.tasks(f"generations/{n:03d}.jsonl")
    }
    assert lab.tasks("generations/000.jsonl") == before
    labels = [task.label for task in after if task.kind == "common_sense" and task.usable]
    assert labels.count("yes") * 2 == len(labels)


def test_the_same_call_again_asks_nothing_and_gives_the_same_bytes(lab: Lab) -> None:
    first = lab.refined(rounds=2)
    assert first.ended == "rounds"
    files, asked = lab.files(), len(lab.server.requests)
    again = lab.refined(rounds=2)
    assert (again.calls, len(lab.server.requests)) == (0, asked)
    assert lab.files() == files
    assert again.generations == first.generations


def test_more_rounds_go_on(lab: Lab) -> None:
    short = lab.refined(rounds=1)
    asked = len(lab.server.requests)
    long = lab.refined(rounds=3)
    assert long.generations[:2] == short.generations
    assert len(long.generations) > 2
    assert len(lab.server.requests) - asked == long.calls > 0


def test_the_budget_is_never_overrun(lab: Lab) -> None:
    asked = len(lab.server.requests)
    found = lab.refined(rounds=10, budget_calls=40)
    assert found.ended == "budget"
    assert len(lab.server.requests) - asked == found.calls <= 40
    assert found.last.tasks == found.first.tasks
    assert lab.refined(rounds=10, budget_calls=40).calls == 0
    assert lab.refined(rounds=1, budget_calls=5000).ended == "rounds"


def test_another_order_begins_where_the_last_ended(lab: Lab) -> None:
    first = lab.refined(rounds=1)
    other = lab.refined(rounds=1, seed=5)
    assert other.first.number == first.last.number == 1
    assert (other.first.tasks, other.first.easy) == (first.last.tasks, first.last.easy)
    ids = [task.id for task in lab.tasks()]
    assert len(set(ids)) == len(ids)


def test_solvers_that_fail_are_missing(lab: Lab) -> None:
    answer = lab.solvers.reply

    def without_weak(body: Body) -> str:
        return "" if body["model"] == "weak" else answer(body)

    lab.server.reply = without_weak
    found = lab.refined(rounds=1)
    assert found.last.unsolved == 0
    new = [task for task in lab.tasks() if task.generation and task.usable]
    assert new
    assert all([one.answer is None for one in t.solvers] == [False, False, True] for t in new)


@pytest.mark.parametrize(
    ("given", "told"),
    [({"rounds": 0}, "rounds: 0"), ({"k": 0}, "k: 0"), ({"embedder": "none"}, "no embedder")],
)
def test_what_cannot_be_refined(lab: Lab, given: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        lab.refined(**given)


def test_a_folder_without_tasks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make some with trialogue tasks"):
        refine(story_run(tmp_path / "run", 1), model="openai:a", base_url="http://127.0.0.1:9/v1")
    with pytest.raises(UsageError, match="not a run folder"):
        refine(tmp_path / "nowhere")


def test_a_line_that_cannot_be_used_is_not_lost(lab: Lab) -> None:
    file = lab.folder / "tasks.jsonl"
    text = file.read_text("utf-8") + '{"schema_version": 1, "dialogue_id": "gone"}\n'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"tasks.jsonl:\d+: .*mend it"):
        lab.refined()
    assert file.read_text("utf-8") == text


def _dialogues(folder: Path) -> dict[str, Dialogue]:
    lines = (folder / "dialogues.jsonl").read_text("utf-8").splitlines()
    return {one.id: one for one in map(Dialogue.model_validate_json, lines)}


def test_a_large_model_is_shown_the_hard_example(lab: Lab) -> None:
    """What it proposes goes through the same proof; here it proposes nothing that holds."""
    first, *_ = [task for task in lab.tasks() if task.usable and task.kind == "math"]
    hard = first.model_copy(update={"id": "hard", "question": "Is this the hard one?"})
    tasks = [_solved(first, True), _solved(hard, False)]
    text = "".join(f"{task.to_line()}\n" for task in tasks)
    (lab.folder / "tasks.jsonl").write_text(text, encoding="utf-8")
    seen: list[str] = []

    def proposes(body: Body) -> str:
        seen.append(str(body["messages"][-1]["content"]))
        fact = {"name": "a", "value": "1", "unit": "", "turn": 0, "quote": "nowhere"}
        return json.dumps(
            {"facts": [fact], "expression": "a + a", "label": "2", "unit": "", "question": "What?"}
        )

    lab.server.reply = proposes
    found = lab.refined(rounds=1, by_code=False)
    assert hard.derivation
    assert f"Is this the hard one? [{hard.derivation.expression}]" in seen[0]
    assert first.question in seen[0].partition("<asked_before>")[2].partition("</asked_before>")[0]
    assert "misquoted" in seen[-1]
    assert (found.last.refused, found.last.replaced, found.last.easy) == (3, 0, 1)


def _solved(task: ReasoningTask, correct: bool) -> ReasoningTask:
    answers = tuple(
        SolverAnswer(model=name, answer="1", correct=correct, asked="steps") for name in TEAM
    )
    return task.model_copy(update={"solvers": answers, "accuracy": float(correct)})
