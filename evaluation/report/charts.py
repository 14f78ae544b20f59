"""Drawings as SVG, by matplotlib; the same figures give the same bytes."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from trialogue.evaluation.report.blocks import Chart
from trialogue.evaluation.report.visible import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#3b6ea5", "#c8553d", "#588157", "#8d6a9f", "#b08900", "#5c677d")
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_STYLE: Any = {
    "svg.hashsalt": "trialogue",
    "svg.fonttype": "none",
    "text.parse_math": False,  # names of files are shown as they are
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "figure.facecolor": "white",
    "font.sans-serif": ["Noto Sans CJK SC", "WenQuanYi Zen Hei", "DejaVu Sans"],
}


def drawn(
    name: str,
    caption: str,
    paint: Callable[["Axes"], None],
    size: tuple[float, float] = (6.4, 3.2),
) -> Chart:
    """A chart that `paint` puts onto empty axes; `size` is in inches."""
    import logging
    import warnings

    from matplotlib import rc_context
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    vector, pixels = StringIO(), BytesIO()
    with rc_context(_STYLE), warnings.catch_warnings():
        # Where no font has Chinese characters, the SVG still holds them as text.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        figure = Figure(figsize=size, layout="constrained")
        paint(figure.add_subplot())
        figure.savefig(vector, format="svg", metadata=_NO_METADATA)
        figure.savefig(pixels, format="png", dpi=160, metadata={"Software": None})
    svg: str = visible(vector.getvalue())
    return Chart(name=name, caption=caption, svg=svg[svg.index("<svg") :], png=pixels.getvalue())


def histogram(
    name: str, caption: str, counts: Mapping[str, Sequence[int]], low: float, high: float
) -> Chart:
    """Shares of pairs or things by equal bins from `low` to `high`, one outline for each set."""

    def paint(axes: "Axes") -> None:
        for (label, row), colour in zip(counts.items(), _colours(len(counts)), strict=True):
            shares = np.asarray(row, float) / max(1, sum(row))
            edges = np.linspace(low, high, len(row) + 1)
            axes.stairs(shares, edges, label=label, color=colour, fill=True, alpha=0.35)
            axes.stairs(shares, edges, color=colour)
        used = np.flatnonzero(np.sum([np.asarray(row) for row in counts.values()], axis=0))
        if len(used):
            edges = np.linspace(low, high, len(next(iter(counts.values()))) + 1)
            axes.set_xlim(edges[max(0, used[0] - 1)], edges[min(len(edges) - 1, used[-1] + 2)])
        axes.set_ylabel("share")
        _legend(axes, counts)

    return drawn(name, caption, paint)


def bars(name: str, caption: str, values: Mapping[str, float], most: int = 20) -> Chart:
    """Horizontal bars, the first on top; at most `most`."""
    chosen = dict(list(values.items())[:most])

    def paint(axes: "Axes") -> None:
        axes.barh(list(map(_short, chosen)), list(chosen.values()), color=COLOURS[0])
        axes.invert_yaxis()

    return drawn(name, caption, paint, (6.4, 0.8 + 0.24 * max(1, len(chosen))))


def lines(
    name: str,
    caption: str,
    series: Mapping[str, tuple[Sequence[float], Sequence[float | None]]],
    *,
    asked: str,
    found: str,
) -> Chart:
    """A line for each series of x and y; what has no y is left out."""

    def paint(axes: "Axes") -> None:
        for (label, (x, y)), colour in zip(series.items(), _colours(len(series)), strict=True):
            there = [(a, b) for a, b in zip(x, y, strict=True) if b is not None]
            axes.plot([a for a, _ in there], [b for _, b in there], color=colour, marker="o")
            axes.lines[-1].set_label(label)
        axes.set_xlabel(asked)
        axes.set_ylabel(found)
        _legend(axes, series)

    return drawn(name, caption, paint, (5.4, 3.2))


def curve(
    name: str,
    caption: str,
    levels: npt.ArrayLike,
    values: npt.ArrayLike,
    *,
    asked: str,
    found: str,
) -> Chart:
    """Measured values against the level asked for: every dialogue, and the mean of each level."""
    x, y = np.asarray(levels, float), np.asarray(values, float)
    there = np.isfinite(x) & np.isfinite(y)
    x, y = x[there], y[there]

    def paint(axes: "Axes") -> None:
        axes.scatter(x, y, s=12, alpha=0.45, color=COLOURS[0])
        steps = np.unique(x)
        means = [float(y[x == step].mean()) for step in steps]
        axes.plot(steps, means, color=COLOURS[1], marker="o")
        axes.set_xlabel(asked)
        axes.set_ylabel(found)

    return drawn(name, caption, paint, (4.6, 3.0))


def _short(label: str, most: int = 48) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _colours(count: int) -> list[str]:
    return [COLOURS[i % len(COLOURS)] for i in range(count)]


def _legend(axes: "Axes", labels: Mapping[str, Any]) -> None:
    if len(labels) > 1:
        axes.legend(frameon=False)
