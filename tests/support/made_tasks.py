"""Reasoning tasks on dialogues made for a test, and run folders that hold them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from made_dialogues import answer, call, dialogue

from trialogue.evaluation.posed_task import PosedTask
from trialogue.records import (
    Derivation,
    Dialogue,
    QuotedFact,
    ReasoningTask,
    ScenarioRef,
    UserProfile,
)

PLACES = ("Oslo", "Lima", "Kyoto", "Cairo", "Quito", "Perth", "Turin", "Lagos", "Minsk", "Dakar")


def trip(number: int, scenario: str = "desk", tools: bool = False) -> Dialogue:
    """A dialogue of its own: some nights at a price, and a taxi."""
    nights, price, taxi = 3 + number % 5, 410 + 7 * number, 31 + 3 * number
    place = PLACES[number % len(PLACES)] + "x" * (number // len(PLACES))
    calls = (call("limits", "500", city=place, nights=nights),) if tools else ()
    return dialogue(
        f"I was in {place} for the {place} fair and stayed {nights} nights at {price} CNY a night.",
        answer(f"Rooms in {place} are paid up to 500 CNY.", *calls),
        f"The taxi from the {place} airport cost {taxi} CNY, number {number} on my list.",
        f"Taxis in {place} are paid with a receipt.",
        id=f"{scenario}-{number:04}",
        scenario=ScenarioRef(id=scenario, name=scenario, language="en"),
        user=UserProfile(id=f"{scenario}-u{number}", identity="Ann", intent="", problems=()),
        models={"user": "local", "assistant": "openai:big"},
        sources=("rules.md", "https://example.org/rules"),
    )


def fact(name: str, value: str, turn: int, quote: str, unit: str) -> QuotedFact:
    """A fact in a few words."""
    return QuotedFact(name=name, value=value, turn=turn, quote=quote, unit=unit)


def math_task(on: Dialogue, number: int, **given: Any) -> ReasoningTask:
    """What `trip(number)` cost in all, with its derivation."""
    nights, price, taxi = 3 + number % 5, 410 + 7 * number, 31 + 3 * number
    facts = (
        fact("nights", str(nights), 0, f"{nights} nights", "nights"),
        fact("price", str(price), 0, f"{price} CNY a night", "CNY/night"),
        fact("taxi", str(taxi), 2, f"{taxi} CNY", "CNY"),
    )
    usual: dict[str, Any] = {
        "id": f"{on.id}-m",
        "dialogue_id": on.id,
        "kind": "math",
        "question": "How much did the nights and the taxi cost together?",
        "label": str(nights * price + taxi),
        "derivation": Derivation(facts=facts, expression="nights * price + taxi"),
        "status": "verified",
        "unit": "CNY",
    }
    return ReasoningTask(**(usual | given))


def yes_no_task(on: Dialogue, label: str, **given: Any) -> ReasoningTask:
    """A question answered by yes or no."""
    usual: dict[str, Any] = {
        "id": f"{on.id}-y",
        "dialogue_id": on.id,
        "kind": "common_sense",
        "question": "Is what the user paid for the taxi less than one night?",
        "label": label,
        "status": "accepted",
    }
    return ReasoningTask(**(usual | given))


def posed(tasks: Sequence[ReasoningTask], dialogues: Sequence[Dialogue]) -> list[PosedTask]:
    """Tasks with their dialogues."""
    by_id = {one.id: one for one in dialogues}
    return [PosedTask(task, by_id[task.dialogue_id], task.label) for task in tasks]


def write_run(
    folder: Path, dialogues: Sequence[Dialogue], tasks: Sequence[ReasoningTask] = ()
) -> Path:
    """A run folder, without settings."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = {"dialogues": dialogues, "tasks": tasks}
    for name, records in lines.items():
        if records:
            text = "".join(record.to_line() + "\n" for record in records)
            (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def made_run(folder: Path, count: int = 10, **given: Any) -> Path:
    """A run of `count` dialogues, each with a math and a yes/no task."""
    dialogues = [trip(number, **given) for number in range(count)]
    tasks = [math_task(one, number) for number, one in enumerate(dialogues)]
    tasks += [yes_no_task(one, "yes" if n % 2 else "no") for n, one in enumerate(dialogues)]
    return write_run(folder, dialogues, tasks)
