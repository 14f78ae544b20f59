"""docs/metric_trees.md says what is so."""

import doctest
import re
from pathlib import Path

from trialogue.evaluation.trees import OPERATORS, mermaid, parse

PATH = Path(__file__).parents[2] / "docs" / "metric_trees.md"
TEXT = PATH.read_text(encoding="utf-8")


def test_every_example_gives_what_it_shows() -> None:
    flags = doctest.IGNORE_EXCEPTION_DETAIL
    found = doctest.testfile(str(PATH), module_relative=False, optionflags=flags, encoding="utf-8")
    assert found.attempted > 25
    assert found.failed == 0


def test_the_table_has_every_operator_as_it_is_defined() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", TEXT, re.MULTILINE)
    shown = {name: meaning.replace("\\|", "|") for name, meaning in rows}
    assert shown == {name: operator.definition for name, operator in OPERATORS.items()}


def test_the_drawing_is_of_the_tree_shown() -> None:
    tree = parse("0.7*distinct_2 + tanh(tfidf_coherence - 1.5*repetition)")
    assert f"```mermaid\n{mermaid(tree)}```" in TEXT
