"""What a run came to: for machines as an object, for people as a short table."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trialogue.run_folder import DIALOGUES, FAILURES

if TYPE_CHECKING:
    from trialogue.run import Result

_KINDS = {
    "intent": "intents", "question": "questions", "line": "diary lines",
    "said": "what users say", "reaction": "reactions", "answer": "answers",
}  # fmt: skip


def figures(result: "Result") -> dict[str, Any]:
    """The figures of a run, ready for JSON. Rewrites and failures are of this session."""
    from trialogue.evaluation.report.page import PAGE

    dialogues, goals = result.dialogues(), result.goals
    rounds = [dialogue.rounds for dialogue in dialogues]
    return {
        "folder": str(result.folder),
        "dialogues": str(result.folder / DIALOGUES),
        "report": str(page) if (page := result.folder / PAGE).is_file() else None,
        "wanted": result.wanted,
        "accepted": result.accepted,
        "failed": result.failed,
        "refused": result.refused,
        "rounds": {
            "mean": round(sum(rounds) / len(rounds), 3) if rounds else 0.0,
            "max": max(rounds, default=0),
        },
        "messages": sum(len(dialogue.turns) for dialogue in dialogues),
        "goals": goals.model_dump(exclude={"dialogues"}) if goals else None,
        "usage": {role: usage.model_dump() for role, usage in sorted(result.usage.items())},
        "calls": {role: asdict(stats) for role, stats in sorted(result.calls.items())},
        "rewrites": _rewrites(result),
        "problems": list(result.problems),
    }


def _rewrites(result: "Result") -> dict[str, dict[str, float]]:
    tally = result.tally
    return {
        kind: {
            "lines": lines,
            "rewritten": tally.rewritten.get(kind, 0),
            "rate": round(tally.rewritten.get(kind, 0) / lines, 4) if lines else 0.0,
            "faulty": tally.faulty.get(kind, 0),
        }
        for kind, lines in sorted(tally.lines.items())
    }


def told(figures: Mapping[str, Any]) -> Iterator[str]:
    """The figures as lines for people."""
    yield from _table(list(_rows(figures)))
    for problem in figures["problems"]:
        yield f"problem: {problem}"
    yield f"run folder: {figures['folder']}"
    yield f"dialogues: {figures['dialogues']}"
    if figures["report"]:
        yield f"report: {figures['report']}"


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "dialogues", f"{figures['accepted']} of {figures['wanted']}"
    yield "failed attempts", str(figures["failed"])
    if figures["refused"]:
        yield "refused", f"{figures['refused']} (kept in {FAILURES} with the reason)"
    yield "rounds", f"{figures['rounds']['mean']:.1f} mean, {figures['rounds']['max']} max"
    yield "messages", f"{figures['messages']:,}"
    if figures["goals"]:
        yield from _goals(figures["goals"])
    yield from _spent(figures["usage"].values())
    for kind, count in figures["rewrites"].items():
        yield (
            f"{_KINDS.get(kind, kind)} rewritten",
            f"{count['rate']:.0%} of {count['lines']:,}",
        )


def _goals(goals: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """U's table 1, and how often users stopped too early or never."""
    for name in ("messages", "tasks", "tool_steps"):
        spread = goals[name]
        told = f"{spread['mean']:.1f} mean, {spread['max']} max"
        yield f"{name.replace('_', ' ')} a dialogue", told
    yield "tasks settled", f"{goals['settled']:.0%}"
    yield "ended too early", f"{goals['ended_early']:.0%} of dialogues"
    yield "never ended", f"{goals['never_ended']:.0%} of dialogues"
    if goals["claimed_early"] is not None:
        yield "model said done too early", f"{goals['claimed_early']:.0%} of checks"
        yield "model said not done at the end", f"{goals['claimed_late']:.0%} of checks"


def _spent(usage: Any) -> Iterator[tuple[str, str]]:
    used = list(usage)
    replies = sum(role["output_tokens"] for role in used)
    prompts = sum(role["input_tokens"] for role in used)
    yield "model calls", f"{sum(role['calls'] for role in used):,}"
    yield "tokens", f"{prompts:,} in prompts, {replies:,} in answers"
    costs = [role["cost"] for role in used if role["cost"] is not None]
    if costs:
        yield "cost", f"{sum(costs):.4f} USD"


def _table(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        yield f"{name:<{width}}  {value}"
