"""`trialogue review`: people decide on labels that code could not prove."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialogue.commands.terminal import plain, printable

if TYPE_CHECKING:
    from trialogue.records.review import Decision
    from trialogue.reviewing import ReviewDesk, ReviewItem

_ANSWERS: dict[str, "Decision"] = {
    **dict.fromkeys(("a", "accept"), "accept"),
    **dict.fromkeys(("c", "correct"), "correct"),
    **dict.fromkeys(("r", "reject"), "reject"),
    **dict.fromkeys(("s", "skip"), "skip"),
}
_QUIT = ("q", "quit")
_ASK = "accept [a], correct [c LABEL], reject [r WHY], skip [s], quit [q] > "
Show = Callable[[str], None]


def review(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder with tasks.")],
    reviewer: Annotated[
        str | None, typer.Option(help="Who decides [default: your name on this computer].")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also tasks whose label is proved already.")
    ] = False,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Only say how far reviewers agree.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """Decide on labels: accept, correct, reject or skip; answers may come from a pipe."""
    from trialogue.reviewing import ReviewDesk

    desk = ReviewDesk(run)
    counts: Counter[str] = Counter()
    who = "" if agreement else _named(reviewer)
    if not agreement:
        _work(desk, who, counts, every=every, show=_shown(as_json))
    _print(desk, who, counts, as_json, every=every)


def _named(reviewer: str | None) -> str:
    import getpass

    from trialogue.errors import UsageError

    try:
        name = reviewer if reviewer is not None else getpass.getuser()
    except (KeyError, OSError, ImportError):
        name = ""
    if not name.strip():
        raise UsageError("say who reviews: --reviewer NAME")
    return name.strip()


def _shown(as_json: bool) -> Show:
    """Where the tasks are shown: standard output is for the result where machines read it."""
    return lambda text: typer.echo(text, err=as_json, nl=not text.endswith("> "))


def _work(
    desk: "ReviewDesk", reviewer: str, counts: Counter[str], *, every: bool, show: Show
) -> None:
    waiting = desk.queue(reviewer, every=every)
    for number, item in enumerate(waiting, start=1):
        show(f"\ntask {number} of {len(waiting)}")
        for line in told(item):
            show(line)
        decision = _decided(desk, item, reviewer, show)
        if decision is None:
            return
        counts[decision] += 1


def _decided(
    desk: "ReviewDesk", item: "ReviewItem", reviewer: str, show: Show
) -> "Decision | None":
    """The decision that was written down; None where the reviewer stops."""
    from trialogue.errors import UsageError

    while True:
        show(_ASK)
        line = sys.stdin.readline()
        word, _, rest = line.strip().partition(" ")
        if not line or word.lower() in _QUIT:
            return None
        decision = _ANSWERS.get(word.lower())
        if decision is None:
            show("answer a, c LABEL, r WHY, s or q")
            continue
        label, note = (rest, "") if decision == "correct" else ("", rest)
        try:
            desk.decide(item.task.id, decision, reviewer=reviewer, label=label, note=note)
        except UsageError as error:
            show(plain(error))
            continue
        return decision


def told(item: "ReviewItem") -> list[str]:
    """A task as lines for people, with nothing that a terminal would obey."""
    task = item.task
    lines = [f"{task.id} ({task.kind.replace('_', '-')}, {task.status.replace('_', ' ')})"]
    for number, turn in enumerate(item.dialogue.turns, start=1):
        lines.append(f"  [{number}] {turn.name or turn.speaker}: {turn.text}")
    lines += [f"question: {task.question}", f"label: {task.label} {task.unit}".rstrip()]
    lines += _derivation(item)
    if task.reason:
        lines.append(f"why it is here: {task.reason}")
    for solver in task.solvers:
        right = {True: "right", False: "wrong", None: "no answer"}[solver.correct]
        lines.append(f"solver {solver.model}: {solver.answer or '–'} ({right})")
    return [printable(line) for line in lines]


def _derivation(item: "ReviewItem") -> list[str]:
    derivation = item.task.derivation
    if derivation is None:
        return ["derivation: none"]
    lines = ["derivation:"]
    turns = item.dialogue.turns
    for fact in derivation.facts:
        there = fact.turn < len(turns) and fact.quote in turns[fact.turn].text
        stands = f"turn {fact.turn + 1}" if there else f"NOT in turn {fact.turn + 1}"
        value = f" = {fact.value} {fact.unit}".rstrip() if fact.value else ""
        lines.append(f'  {fact.name}{value}: "{fact.quote}" ({stands})')
    lines += [f"  {text}" for text in (derivation.expression, derivation.rule) if text]
    return lines


def _print(
    desk: "ReviewDesk", reviewer: str, counts: Counter[str], as_json: bool, *, every: bool
) -> None:
    pairs = desk.agreement()
    left = len(desk.queue(reviewer, every=every)) if reviewer else None
    if as_json:
        found: dict[str, Any] = {"decisions": dict(counts), "left": left}
        found["agreement"] = [pair.model_dump(mode="json") for pair in pairs]
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    if left is not None:
        made = ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"
        typer.echo(f"\ndecisions: {made}; left for {plain(reviewer)}: {left}")
    for pair in pairs:
        kappa = "undefined" if pair.kappa is None else f"{pair.kappa:.3f}"
        who = plain(" and ".join(pair.reviewers))
        typer.echo(f"{who}: {pair.tasks} tasks, {pair.agreed:.1%} agreed, Cohen's kappa {kappa}")
    if reviewer == "" and not pairs:
        typer.echo("no two reviewers have decided on the same task")
