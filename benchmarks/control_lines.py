"""How far a model follows the controls of single lines: Spearman's rho, requested against measured.

Takes lines of users and assistants from the shipped scenarios, says each again at five levels of
one control, and prints rho with a 95% bootstrap interval over lines. Answers are kept in a journal,
so that a run that was ended goes on: `python benchmarks/control_lines.py --language zh`.
"""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.stats import spearmanr

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.checks import Side
from trialogue.agents.controls import Control, Manner, built_in, styled
from trialogue.agents.limits import Limits
from trialogue.agents.writer import Draft, Writer
from trialogue.memory.journal import Journal
from trialogue.records import Language
from trialogue.scenario_files import find_scenario, scenario_names

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
CONTROLS = ("formality", "technical_language", "verbosity", "lexical_variety")
Line = tuple[Side, str]
Pair = tuple[float, float]


def lines(language: Language, count: int) -> list[Line]:
    """`count` lines of each side from the worked examples of the shipped scenarios."""
    scenarios = [find_scenario(name).scenario for name in sorted(scenario_names())]
    shown = [list(s.examples) for s in scenarios if s.language == language]
    rounds = range(max(map(len, shown)))
    mixed = [examples[i] for i in rounds for examples in shown if i < len(examples)][:count]
    return [("user", e.said) for e in mixed] + [("assistant", e.answer) for e in mixed]


async def main(options: argparse.Namespace) -> None:
    """Print a table of rho by control."""
    spec = ModelSpec(name=options.model, base_url=options.base_url)
    with Journal(Path(options.journal)) as journal:
        limits = Limits(concurrency=2)
        async with Caller({"user": spec, "assistant": spec}, journal, limits=limits) as caller:
            writer = Writer(caller, options.language, seed=0, drafts=options.drafts)
            for name in options.controls:
                await study(
                    writer, built_in()[name], lines(options.language, options.lines), options
                )


async def study(
    writer: Writer, control: Control, said: Sequence[Line], options: argparse.Namespace
) -> None:
    """One control over all lines, level by level, as calls at one level begin alike."""
    columns = []
    for level in LEVELS:
        calls = [again(writer, control, level, i, line) for i, line in enumerate(said)]
        columns.append(await asyncio.gather(*calls))
        if options.show:
            show(writer, control, level, said, columns[-1])
    measured = np.array([[found(writer, control, text) for text in row] for row in columns]).T
    changed = np.mean([[a != b for a, (_, b) in zip(row, said, strict=True)] for row in columns])
    rho, (low, high) = rho_of(measured), interval(measured)
    means = " ".join(f"{mean:.2f}" for mean in measured.mean(axis=0))
    print(
        f"{control.name:20} rho {rho:.2f} [{low:.2f}, {high:.2f}]  "
        f"means {means}  said again {changed:.0%}  lines {len(said)}",
        flush=True,
    )


async def again(writer: Writer, control: Control, level: float, index: int, line: Line) -> str:
    """A line at a level."""
    side, text = line
    manner = Manner({control.name: level}, writer.language)
    path = ("line", index, control.name, str(level))
    return (await styled(writer, manner, side, Draft(text), (), path)).text


def found(writer: Writer, control: Control, text: str) -> float:
    """The property of a line."""
    assert control.line is not None
    return control.line(text, writer.language) or 0.0


def show(
    writer: Writer, control: Control, level: float, said: Sequence[Line], texts: Sequence[str]
) -> None:
    """Print what became of each line; one that stayed as it was has a star."""
    for (side, before), text in zip(said, texts, strict=True):
        star = "*" if text == before else " "
        value = found(writer, control, text)
        print(f"{control.name} {level}{star} {value:.2f} {side}: {text}", flush=True)


def rho_of(measured: np.ndarray) -> float:
    """Spearman's rho of level against measure, over all lines (one row each)."""
    asked = np.tile(LEVELS, len(measured))
    return float(spearmanr(asked, measured.ravel()).statistic)


def interval(measured: np.ndarray, times: int = 2000) -> tuple[float, float]:
    """The 95% interval of rho when lines are drawn again with replacement."""
    random = np.random.default_rng(0)
    size = len(measured)
    rhos = [rho_of(measured[random.integers(0, size, size)]) for _ in range(times)]
    low, high = np.percentile(rhos, (2.5, 97.5))
    return float(low), float(high)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    parser.add_argument("--controls", nargs="+", choices=CONTROLS, default=CONTROLS)
    parser.add_argument("--lines", type=int, default=20, help="lines of each side")
    parser.add_argument("--drafts", type=int, default=4)
    parser.add_argument("--model", default="local")
    parser.add_argument("--base-url")
    parser.add_argument("--journal", default="control_lines.sqlite")
    parser.add_argument("--show", action="store_true", help="print every line")
    asyncio.run(main(parser.parse_args()))
