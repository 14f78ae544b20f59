"""The report's section on a refinement: easy and hard shares by generation (R §4.3)."""

from typing import TYPE_CHECKING

from trialogue.evaluation.refined import ENDINGS, Refined
from trialogue.evaluation.report.blocks import Chart, Note, Section, Table
from trialogue.evaluation.report.charts import COLOURS, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def section(found: Refined) -> Section:
    """The section `refinement`."""
    blocks = (Note(text=told(found)), shares_chart(found), generations_table(found))
    return Section(id="refinement", title="Refinement of the tasks", blocks=blocks)


def told(found: Refined) -> str:
    """How it went, in a sentence."""
    first, last = found.first, found.last
    return (
        f"Easy tasks, which all solvers solve: {first.easy_share:.1%} of {first.tasks:,} before, "
        f"{last.easy_share:.1%} of {last.tasks:,} after {last.number - first.number} rounds and "
        f"{last.calls:,} model calls; it ended because {ENDINGS[found.ended]}."
    )


def shares_chart(found: Refined) -> Chart:
    """The shares of easy and hard tasks by generation."""
    numbers = [one.number for one in found.generations]

    def paint(axes: "Axes") -> None:
        for label, name, colour in (
            ("easy (acc = 1)", "easy_share", COLOURS[1]),
            ("hard (acc < 0.5)", "hard_share", COLOURS[0]),
        ):
            shares = [getattr(one, name) for one in found.generations]
            axes.plot(numbers, shares, marker="o", color=colour, label=label)
        axes.set_xticks(numbers)
        axes.set_ylim(0, 1)
        axes.set_xlabel("generation")
        axes.set_ylabel("share of tasks")
        axes.legend(frameon=False)

    return drawn("refinement-shares", "Easy and hard tasks by generation", paint)


def generations_table(found: Refined) -> Table:
    """Every generation: how many tasks, how they fare, what was made for it."""
    return Table(
        caption=f"Generations; solvers {', '.join(found.solvers)}",
        head=(
            *("generation", "tasks", "easy", "easy share", "hard", "hard share", "unsolved"),
            *("replaced", "refused", "for a person", "mean steps", "model calls"),
        ),
        rows=tuple(
            (
                str(one.number),
                one.tasks,
                one.easy,
                one.easy_share,
                one.hard,
                one.hard_share,
                one.unsolved,
                one.replaced,
                one.refused,
                one.waiting,
                one.operations,
                one.calls,
            )
            for one in found.generations
        ),
    )
