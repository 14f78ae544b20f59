"""Solvers of known ability: the more operations a task takes, the less often they are right.

They cannot reason; they know the labels of the tasks that were made in this process.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from math import exp
from pathlib import Path
from typing import Any
from unittest.mock import patch

from made_stories import story
from openai_server import Body
from simulated_prompts import recognised

from trialogue.agents.writer import fenced
from trialogue.evaluation.reasoning.harder_plans import operations_of
from trialogue.evaluation.reasoning.plans import tasks_of
from trialogue.records import ReasoningTask

ABILITIES = {"openai:strong": 9.0, "openai:middle": 7.0, "openai:weak": 5.0}
"""By model, the operations at which it is right every second time."""
_SLOPE = 1.5


@dataclass
class Solvers:
    """Answers as a server does; `abilities` are by model as the settings name it."""

    abilities: Mapping[str, float] = field(default_factory=lambda: dict(ABILITIES))
    known: dict[str, ReasoningTask] = field(default_factory=dict)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Learn the label of every task that code makes meanwhile."""

        def learning(*given: Any) -> Iterator[ReasoningTask]:
            for task in tasks_of(*given):
                self.learn(task)
                yield task

        with patch("trialogue.graphs.task_proposals.tasks_of", learning):
            yield

    def learn(self, task: ReasoningTask) -> None:
        """Remember the label of a question."""
        self.known[fenced(task.question)] = task

    def reply(self, body: Body) -> str:
        """A question as it was put, or an answer to one."""
        found = recognised(body["messages"])
        question = found.values["question"].strip()
        if found.name == "task_question":
            return question
        task = self.known[question]
        draw = _draw(body["model"], question, str(body.get("seed")))
        right = draw < self.chance(f"openai:{body['model']}", task)
        answer = task.label if right else _wrong(task, draw)
        mark = "答案：" if found.language == "zh" else "Answer: "
        return f"So.\n{mark}{answer}" if found.name == "solve_steps" else answer

    def chance(self, model: str, task: ReasoningTask) -> float:
        """How likely a model is to be right; one in two of "yes" and "no" is right by luck."""
        knows = 1 / (1 + exp((operations_of(task) - self.abilities[model]) / _SLOPE))
        return (1 + knows) / 2 if task.kind == "common_sense" else knows


def _wrong(task: ReasoningTask, draw: float) -> str:
    if task.kind == "common_sense":
        return "no" if task.label == "yes" else "yes"
    return str(int(1e6 * draw) + 7_000_000)


def _draw(*parts: str) -> float:
    return int.from_bytes(sha256("/".join(parts).encode()).digest()[:8], "big") / 2**64


def story_run(folder: Path, count: int, languages: Sequence[str] = ("en", "zh")) -> Path:
    """A run folder of made stories."""
    folder.mkdir(parents=True, exist_ok=True)
    stories = [story(number, languages[number % len(languages)]) for number in range(count)]
    text = "".join(f"{one.to_line()}\n" for one in stories)
    (folder / "dialogues.jsonl").write_text(text, encoding="utf-8")
    return folder
