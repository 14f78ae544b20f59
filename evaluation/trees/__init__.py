"""Metric trees ω (METHOD §4): base metrics with weights, joined by operators."""

from trialogue.evaluation.trees.data import from_data, to_data
from trialogue.evaluation.trees.drawing import mermaid, svg, tree_chart
from trialogue.evaluation.trees.evaluation import evaluate, evaluate_many
from trialogue.evaluation.trees.formula import formula
from trialogue.evaluation.trees.growth import grown
from trialogue.evaluation.trees.limits import LIMITS, Limits
from trialogue.evaluation.trees.mutation import (
    CHANCES,
    Chances,
    deleted,
    exchanged,
    inserted,
    mutated,
    offspring,
    replaced,
    reweighted,
)
from trialogue.evaluation.trees.operators import OPERATORS, Operator
from trialogue.evaluation.trees.parsing import parse
from trialogue.evaluation.trees.simplification import simplified
from trialogue.evaluation.trees.standards import Standard, Standardised, standardised, standards
from trialogue.evaluation.trees.tree import Inner, Leaf, Tree, depth, leaves, names, size

__all__ = [
    "CHANCES",
    "LIMITS",
    "OPERATORS",
    "Chances",
    "Inner",
    "Leaf",
    "Limits",
    "Operator",
    "Standard",
    "Standardised",
    "Tree",
    "deleted",
    "depth",
    "evaluate",
    "evaluate_many",
    "exchanged",
    "formula",
    "from_data",
    "grown",
    "inserted",
    "leaves",
    "mermaid",
    "mutated",
    "names",
    "offspring",
    "parse",
    "replaced",
    "reweighted",
    "simplified",
    "size",
    "standardised",
    "standards",
    "svg",
    "to_data",
    "tree_chart",
]
