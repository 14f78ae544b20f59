"""Proposals for reasoning tasks: drawn by code and worded by a model, or a model's own."""

import asyncio
from collections.abc import Sequence

from trialogue.agents.checks import Check, Fault
from trialogue.agents.task_writer import keeps_sense, material, propose_math, propose_pair, worded
from trialogue.errors import ModelError
from trialogue.evaluation.reasoning.math_plans import math_plans
from trialogue.evaluation.reasoning.plans import Plan, language_of, question_words, tasks_of
from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.reasoning.proposals import math_task, pair_tasks
from trialogue.evaluation.reasoning.refusals import Refused
from trialogue.evaluation.reasoning.sense_plans import sense_plans
from trialogue.graphs.task_bench import Bench, Slot, Update
from trialogue.records import Dialogue, ReasoningTask, TaskKind


def open_slots(bench: Bench, dialogue: Dialogue) -> tuple[Slot, ...]:
    kinds: list[tuple[TaskKind, int, str]] = [
        ("math", bench.wanted.math, "m"),
        ("common_sense", bench.wanted.pairs, "s"),
    ]
    return tuple(
        Slot(name=_name(bench, dialogue, letter, n), kind=kind, refused=())
        for kind, count, letter in kinds
        for n in range(1, count + 1)
    )


def _name(bench: Bench, dialogue: Dialogue, letter: str, number: int) -> str:
    return f"{dialogue.id}-g{bench.generation}{letter}{number}"


async def drawn(bench: Bench, dialogue: Dialogue) -> Update:
    """Plans of code, worded by the model."""
    plans = bench.draw(dialogue) if bench.draw else _usual(bench, dialogue)
    names: list[str] = []
    for plan in plans:
        letter = "m" if plan.kind == "math" else "s"
        number = sum(letter in name.rpartition("g")[2] for name in names) + 1
        names.append(_name(bench, dialogue, letter, number))
    groups = await asyncio.gather(
        *(_worded(bench, dialogue, plan, name) for plan, name in zip(plans, names, strict=True)),
        return_exceptions=True,
    )
    for group in groups:
        if isinstance(group, BaseException):
            raise group
    return {
        "proposed": tuple(group for group in groups if isinstance(group, tuple)),
        "open": (),
        "tries": bench.tries,
        "failure": "" if plans else "no_figures: the user tells no figures to calculate with",
    }


def _usual(bench: Bench, dialogue: Dialogue) -> Sequence[Plan]:
    path, wanted = ("generation", bench.generation), bench.wanted
    return [
        *math_plans(dialogue, wanted.math, seed=bench.seed, path=path, operations=bench.operations),
        *sense_plans(dialogue, wanted.pairs, seed=bench.seed, path=path),
    ]


async def _worded(
    bench: Bench, dialogue: Dialogue, plan: Plan, name: str
) -> tuple[ReasoningTask, ...]:
    """The tasks of a plan in the model's words, as far as the proof holds with them."""

    def holds(text: str) -> Fault | None:
        try:
            pair = list(tasks_of(plan, text, dialogue, name))
        except Refused:
            return Fault("cannot be proved")
        whole = len(pair) == (2 if plan.swap else 1)
        proved = whole and all(prove(task, dialogue).holds for task in pair)
        return None if proved else Fault("cannot be proved")

    kept = question_words(language_of(dialogue))["kept"]
    checks: tuple[Check, ...] = (keeps_sense(plan.question, kept), holds)
    try:
        question = await worded(
            bench.writer(dialogue), plan.question, plan.keep, ("word", name), checks
        )
    except ModelError:
        question = plan.question
    return tuple(tasks_of(plan, question, dialogue, name))


async def asked(
    bench: Bench, dialogue: Dialogue, slot: Slot, tries: int, before: Sequence[str]
) -> tuple[ReasoningTask, ...]:
    """What the model proposes for a place."""
    given = material(before, bench.example, slot["refused"])
    writer, path = bench.writer(dialogue), ("propose", slot["name"], tries)
    if slot["kind"] == "math":
        proposed = await propose_math(writer, dialogue, path, given)
        return (math_task(proposed, dialogue, slot["name"]),)
    return tuple(
        pair_tasks(await propose_pair(writer, dialogue, path, given), dialogue, slot["name"])
    )
