"""The report's section on a run: U's table 1, and how the goals of its users ended."""

from collections.abc import Mapping

from trialogue.evaluation.goal_figures import GoalFigures
from trialogue.evaluation.report.blocks import Cell, Section, Table

_COUNTED = ("messages", "tasks", "tool_steps")


def section(figures: Mapping[str, GoalFigures]) -> Section:
    """The section `goals` on the figures of runs by name."""
    return Section(id="goals", title="Goals", blocks=(goal_table(figures), end_table(figures)))


def goal_table(figures: Mapping[str, GoalFigures]) -> Table:
    """Table 1 of paper U, a row for each run: mean and maximum over dialogues."""
    head = [f"{name.replace('_', ' ')}, {what}" for name in _COUNTED for what in ("mean", "max")]
    rows = ((name, one.dialogues, *_spreads(one)) for name, one in figures.items())
    return Table(
        caption="Table 1 (paper U): what a dialogue holds",
        head=("run", "dialogues", *head),
        rows=tuple(rows),
    )


def end_table(figures: Mapping[str, GoalFigures]) -> Table:
    """How goals ended, a row for each run: shares of tasks, dialogues and checks."""
    return Table(
        caption="How goals ended: share of tasks settled, of dialogues that ended before that or "
        "not by themselves, and of checks in which the model was wrong on it",
        head=(
            "run",
            "tasks settled",
            "ended too early",
            "never ended",
            "model said done too early",
            "model said not done at the end",
        ),
        rows=tuple(
            (
                name,
                one.settled,
                one.ended_early,
                one.never_ended,
                one.claimed_early,
                one.claimed_late,
            )
            for name, one in figures.items()
        ),
    )


def _spreads(figures: GoalFigures) -> tuple[Cell, ...]:
    spreads = [getattr(figures, name) for name in _COUNTED]
    return tuple(cell for spread in spreads for cell in (spread.mean, spread.max))
