"""The report's section on an optimisation: metrics, controls, dialogues, calls."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from trialogue.evaluation.optimised import UNOPTIMISED, Optimised
from trialogue.evaluation.report.blocks import (
    Block,
    Chart,
    Note,
    Section,
    Table,
)
from trialogue.evaluation.report.charts import COLOURS, drawn
from trialogue.evaluation.report.measures import between, probability
from trialogue.evaluation.trees import parse, tree_chart
from trialogue.records import Dialogue, Turn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_PAIRS = 3


def section(found: Optimised, pairs: Sequence[tuple[Dialogue, Dialogue]] = ()) -> Section:
    """The section `optimisation`; `pairs` are dialogues of the same users before and after."""
    blocks: list[Block] = [
        *(Note(text=text) for text in (found.problem, *found.notes) if text),
        *([table_two(found)] if found.table else []),
        *([generations_chart(found)] if _judged(found) else []),
        *_best(found),
        *([spoilt_table(found)] if found.resists else []),
        *([controls_table(found)] if found.before else []),
        *([candidates_table(found)] if found.candidates else []),
        calls_table(found),
        *([Note(text=screening_told(found))] if found.candidates else []),
        *_side_by_side(pairs),
    ]
    return Section(id="optimisation", title="Optimisation", blocks=tuple(blocks))


def table_two(found: Optimised) -> Table:
    """Paper R's table 2: the judge's means on the report's users, and paired differences."""
    rows = (
        (
            row.name,
            *row.scores.values(),
            row.h.value,
            row.difference.value if row.difference else None,
            between(row.difference.interval) if row.difference else None,
            probability(row.difference.p) if row.difference else None,
            row.h.n,
        )
        for row in found.table
    )
    return Table(
        caption="The judge on users that nothing was tuned on (paper R, table 2); differences are "
        f"paired by user, against {UNOPTIMISED}",
        head=(
            *("metric", "coherence", "fluency", "diversity", "h"),
            *("difference", "95% interval", "p", "users"),
        ),
        rows=tuple(rows),
    )


def generations_chart(found: Optimised) -> Chart:
    """h by generation: every candidate, and the best so far."""
    judged = _judged(found)
    steps = sorted({generation for generation, _ in judged})
    best = [max(h for generation, h in judged if generation <= step) for step in steps]

    def paint(axes: "Axes") -> None:
        axes.scatter(*zip(*judged, strict=True), color=COLOURS[0], alpha=0.6, label="candidates")
        axes.plot(steps, best, color=COLOURS[1], label="best so far")
        if found.unoptimised_h is not None:
            axes.axhline(found.unoptimised_h, color=COLOURS[5], linestyle="--", label=UNOPTIMISED)
        axes.set_xticks(steps)
        axes.set_xlabel("generation")
        axes.set_ylabel("h")
        axes.legend(frameon=False)

    return drawn(
        "optimisation-generations", "The judge's mean (h) on the users of the select split", paint
    )


def _judged(found: Optimised) -> list[tuple[int, float]]:
    """Generation and h of the candidates that have one."""
    return [(one.generation, one.h) for one in found.candidates if one.h is not None]


def _best(found: Optimised) -> Iterator[Block]:
    best = found.winner
    if best is None:
        return
    for level, text in (("dialogues", best.dialogue), ("turns", best.turn)):
        yield tree_chart(
            parse(text), f"optimisation-{level}", f"The best metric of {level}: {text}"
        )


def spoilt_table(found: Optimised) -> Table:
    """How often the best metric puts originals above what was spoilt of them."""
    rows = (
        (level, kind, f"{share:.0%}")
        for level, kinds in found.resists.items()
        for kind, share in kinds.items()
    )
    return Table(
        caption="How often the best metric puts unoptimised dialogues and turns above what was "
        "spoilt of them (ties count half)",
        head=("level", "spoilt", "originals first"),
        rows=tuple(rows),
    )


def controls_table(found: Optimised) -> Table:
    """θ and φ: what unoptimised dialogues measure, and what the recipe sets."""
    best = found.winner
    rows = (
        (
            name,
            "θ, dialogues" if best is None or name in best.theta else "φ, turns",
            value,
            found.after.get(name),
        )
        for name, value in found.before.items()
    )
    return Table(
        caption="Controls before (as unoptimised dialogues measure) and after",
        head=("control", "level", "before", "after"),
        rows=tuple(rows),
    )


def candidates_table(found: Optimised) -> Table:
    """Every candidate, the ones that failed too."""
    rows = (
        (
            one.number,
            one.generation,
            one.origin,
            one.h if one.h is not None else one.reason or one.fate,
            one.zeros,
            one.failed,
            one.dialogue,
            one.turn,
        )
        for one in found.candidates
    )
    return Table(
        caption="Candidates: metrics of dialogues (f) and of turns (g), and h where tuning by them "
        "ended; probes that made no difference, and probes that failed",
        head=("number", "generation", "origin", "h", "no difference", "failed", "f", "g"),
        rows=tuple(rows),
    )


def calls_table(found: Optimised) -> Table:
    """Model calls and tokens by level."""
    rows = [(level, cost.calls, cost.tokens) for level, cost in found.costs.items()]
    total = ("all", sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Table(
        caption="What it cost, by level",
        head=("level", "model calls", "tokens"),
        rows=(*rows, total),
    )


def screening_told(found: Optimised) -> str:
    """What screening saved, in a sentence."""
    counts = found.screened
    price = found.saved_calls // counts.saved if counts.saved else 0
    return f"Screening: {counts.told(price)} at most."


def _side_by_side(pairs: Sequence[tuple[Dialogue, Dialogue]]) -> Iterator[Block]:
    """Dialogues of the same users before and after, turn by turn."""
    for before, after in pairs[:MOST_PAIRS]:
        turns = zip_longest(before.turns, after.turns)
        yield Table(
            caption=f"{before.user.identity} ({before.id}), before and after",
            head=("turn", "before", "after"),
            rows=tuple(
                (number, _said(first), _said(second))
                for number, (first, second) in enumerate(turns, start=1)
            ),
        )


def _said(turn: Turn | None) -> str:
    return "" if turn is None else f"{turn.name or turn.speaker}: {turn.text}"
