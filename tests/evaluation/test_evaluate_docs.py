"""docs/evaluate.md says what is so."""

import re
from pathlib import Path

import pytest

from trialogue.evaluation.judged import QUALITIES
from trialogue.evaluation.measured import Described
from trialogue.evaluation.metrics import all_metrics
from trialogue.evaluation.metrics.registry import BUILT_IN
from trialogue.rating_agreement import evaluate_against

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")


def test_the_table_has_every_metric_as_it_is_defined() -> None:
    described: list[Described] = [*BUILT_IN.values(), *QUALITIES]
    rows = [
        f"| `{metric.name}` | {metric.level} | {metric.better} | {metric.definition} |"
        for metric in described
    ]
    found = re.findall(r"^\| `\w+` \| (?:turn|dialogue|corpus) \|.*$", TEXT, re.MULTILINE)
    assert found == rows
    assert set(BUILT_IN) <= set(all_metrics())


def test_every_option_is_one_of_the_command() -> None:
    import inspect

    from trialogue.commands.evaluate import evaluate

    known = {f"--{name.replace('_', '-')}" for name in inspect.signature(evaluate).parameters}
    known |= {"--json", "--large", "--distinct"}
    assert set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", TEXT)) <= known


def test_the_worked_case_has_the_figures_that_come_out() -> None:
    path = ROOT.parent / "shared" / "data" / "dstc9" / "dev.jsonl"
    if not path.exists():
        pytest.skip("../shared/data/dstc9 is not here")
    part = TEXT[TEXT.index("--against dstc9/dev.jsonl") : TEXT.index("Read it soberly")]
    rows = re.findall(r"\| `([\w@]+)` \| (\S+) \| (\S+) to (\S+) \|", part)
    names = list(dict.fromkeys(name.removesuffix("@last") for name, *_ in rows))
    found = evaluate_against(path, metrics=names, embedder=None)
    estimates = {one.name: one.spearman for one in found.metrics}
    assert len(rows) >= 5
    for name, value, low, high in rows:
        interval = estimates[name].interval
        assert interval is not None
        assert estimates[name].value == pytest.approx(float(value), abs=0.002)
        assert interval == pytest.approx((float(low), float(high)), abs=0.005)
