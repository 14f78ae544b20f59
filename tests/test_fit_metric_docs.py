"""docs/fit_metric.md says what is so."""

import inspect
import re
from pathlib import Path

from trialogue.commands.fit_metric import fit_metric
from trialogue.evaluation.metrics.registry import BUILT_IN
from trialogue.evaluation.rating_evolution import LIMITS
from trialogue.evaluation.trees import leaves, parse, size
from trialogue.evaluation.views import metric_of

TEXT = (Path(__file__).parents[1] / "docs" / "fit_metric.md").read_text(encoding="utf-8")


def test_every_option_is_told_and_is_one() -> None:
    known = {f"--{name.replace('_', '-')}" for name in inspect.signature(fit_metric).parameters}
    known = (known - {"--ratings", "--as-json"}) | {"--json"}
    table = TEXT[TEXT.index("| option |") : TEXT.index("In Python:")]
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", table)) == known


def test_the_formula_can_be_read() -> None:
    shown = re.search(r"fitted to all 718.*?\n(.*?)\nmetric: ", TEXT, re.DOTALL)
    assert shown
    tree = parse(" ".join(shown.group(1).split()))
    assert size(tree) == LIMITS.size
    assert {metric_of(leaf.name) for leaf in leaves(tree)} <= set(BUILT_IN)
