"""Random metric trees: what holds for all of them, and what they evaluate to."""

import xml.etree.ElementTree as xml
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.trees import (
    OPERATORS,
    Chances,
    Inner,
    Leaf,
    Limits,
    Tree,
    deleted,
    depth,
    evaluate,
    evaluate_many,
    exchanged,
    formula,
    from_data,
    grown,
    inserted,
    leaves,
    mermaid,
    mutated,
    names,
    offspring,
    parse,
    replaced,
    reweighted,
    simplified,
    size,
    standardised,
    standards,
    svg,
    to_data,
)
from trialogue.evaluation.trees.drawing import layout
from trialogue.evaluation.trees.tree import nodes

NAMES = ("distinct_2", "mtld", "coherence_tfidf@last", "words a turn", "log")
SEEDS = st.integers(0, 2**32 - 1)
BATCH = 40
MANY = settings(max_examples=100, deadline=None)
Change = Callable[[np.random.Generator, Tree, Limits], Tree]
CHANGES: dict[str, Change] = {
    "inserted": lambda rng, tree, limits: inserted(rng, tree, NAMES, limits),
    "deleted": lambda rng, tree, limits: deleted(rng, tree),
    "replaced": lambda rng, tree, limits: replaced(rng, tree, NAMES, limits),
    "reweighted": lambda rng, tree, limits: reweighted(rng, tree),
    "exchanged": lambda rng, tree, limits: exchanged(rng, tree, NAMES),
    "mutated": lambda rng, tree, limits: mutated(rng, tree, NAMES, limits),
    "offspring": lambda rng, tree, limits: offspring(rng, tree, NAMES, limits),
}


def _values(rng: np.random.Generator, count: int = 30) -> dict[str, Floats]:
    return {name: np.clip(rng.normal(size=count), -5, 5) for name in NAMES}


def _hold(tree: Tree, limits: Limits) -> None:
    assert depth(tree) <= limits.depth
    assert size(tree) <= limits.size
    for _, node in nodes(tree):
        if isinstance(node, Inner):
            assert node.operator in limits.operators
            assert len(node.children) == OPERATORS[node.operator].arity
        else:
            assert node.name in NAMES
            assert abs(node.weight) <= 10


@MANY
@given(SEEDS, st.integers(0, 6), st.integers(0, 12))
def test_grown_trees_reach_their_depth_within_the_limits(seed: int, levels: int, room: int) -> None:
    rng = np.random.default_rng(seed)
    limits = Limits(depth=levels, size=levels + 1 + room)
    for _ in range(BATCH):
        tree = grown(rng, NAMES, levels, limits)
        assert depth(tree) == levels
        _hold(tree, limits)


@MANY
@given(SEEDS, st.integers(3, 6), st.integers(4, 25))
def test_every_change_keeps_arity_depth_and_size(seed: int, deepest: int, largest: int) -> None:
    rng = np.random.default_rng(seed)
    limits = Limits(depth=deepest, size=largest)
    for change in CHANGES.values():
        tree = grown(rng, NAMES, int(rng.integers(0, 4)), limits)
        for _ in range(BATCH // 4):
            tree = change(rng, tree, limits)
            _hold(tree, limits)


@MANY
@given(SEEDS)
def test_formulas_json_and_simplification_keep_a_tree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = _values(rng)
    for _ in range(BATCH):
        tree = grown(rng, NAMES, int(rng.integers(0, 6)))
        tree = mutated(rng, mutated(rng, tree, NAMES), NAMES)
        assert parse(formula(tree)) == tree
        assert from_data(to_data(tree)) == tree
        shorter = simplified(tree)
        assert size(shorter) <= size(tree)
        assert simplified(shorter) == shorter
        before, after = evaluate_many([tree, shorter], values)
        there = np.isfinite(before)
        assert after[there] == pytest.approx(before[there], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ["inserted", "deleted", "replaced", "reweighted", "exchanged"])
def test_each_change_is_what_it_says(name: str) -> None:
    tree, rng = parse("tanh(0.3*mtld) + 2*distinct_2"), np.random.default_rng(3)
    found = [CHANGES[name](rng, tree, Limits()) for _ in range(300)]
    sizes = {size(one) - size(tree) for one in found}
    expected = {"inserted": {1, 2}, "deleted": {-1, -2, -3}, "replaced": {-2, -1, 0, 1}}
    assert sizes == expected.get(name, {0})
    assert tree not in found
    if name == "inserted":
        assert all(isinstance(one, Inner) and one.operator == "add" for one in found)
    if name == "reweighted":
        assert {names(one) for one in found} == {names(tree)}
    if name == "exchanged":
        weights = [leaf.weight for leaf in leaves(tree)]
        assert all([leaf.weight for leaf in leaves(one)] == weights for one in found)


def test_a_lone_leaf_has_nothing_to_insert_delete_or_replace() -> None:
    rng, leaf = np.random.default_rng(0), Leaf("mtld")
    for name in ("inserted", "deleted", "replaced"):
        assert CHANGES[name](rng, leaf, Limits()) == leaf
    assert exchanged(rng, leaf, ["mtld"]) == leaf
    assert mutated(rng, leaf, NAMES) != leaf


def test_the_same_generator_gives_the_same_trees() -> None:
    first, second = (
        [offspring(rng, parse("mtld + distinct_2"), NAMES) for _ in range(50)]
        for rng in (np.random.default_rng(5), np.random.default_rng(5))
    )
    assert first == second
    assert len(set(first)) > 25


def test_offspring_are_copies_new_trees_or_mutations_as_often_as_asked() -> None:
    rng, parent = np.random.default_rng(1), parse("tanh(mtld) + distinct_2")
    chances = Chances(copy=0.3, fresh=0.3)
    found = [offspring(rng, parent, NAMES, chances=chances, levels=0) for _ in range(1000)]
    assert 0.25 < sum(one == parent for one in found) / 1000 < 0.35
    assert 0.25 < sum(isinstance(one, Leaf) for one in found) / 1000 < 0.42


@pytest.mark.parametrize(
    "make",
    [
        lambda: grown(np.random.default_rng(0), [], 2),
        lambda: grown(np.random.default_rng(0), NAMES, 7),
        lambda: grown(np.random.default_rng(0), NAMES, 3, Limits(size=3)),
        lambda: grown(np.random.default_rng(0), NAMES, 3, Limits(size=6, operators=("add",))),
        lambda: Limits(operators=("sin",)),
        lambda: Limits(operators=()),
        lambda: Limits(size=0),
        lambda: Chances(copy=0.8, fresh=0.3),
        lambda: Chances(insertion=-1),
        lambda: Chances(insertion=0, deletion=0, replacement=0, weighting=0, exchange=0),
        lambda: Leaf("a", float("nan")),
        lambda: evaluate(Leaf("a"), {"b": np.zeros(3)}),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        make()


def test_trees_of_two_argument_operators_only() -> None:
    rng, limits = np.random.default_rng(0), Limits(depth=3, size=7, operators=("add", "mul"))
    for _ in range(200):
        tree = mutated(rng, grown(rng, NAMES, 3, limits), NAMES, limits)
        _hold(tree, limits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + 2*b", [-1.0, 5.0, 4.0]),
        ("a * b", [-1.0, 2.0, 0.0]),
        ("min(a, b)", [-1.0, 1.0, 0.0]),
        ("max(a, b)", [1.0, 2.0, 4.0]),
        ("-(a)", [-1.0, -1.0, -4.0]),
        ("abs(b)", [1.0, 2.0, 0.0]),
        ("1/b", [1 / (-1 + 1e-6), 1 / (2 + 1e-6), 1e6]),
        ("log(b)", [-np.log(1 + 1e-6), np.log(2 + 1e-6), 0.0]),
        ("exp(100*b)", [np.exp(-100), np.exp(20), 1.0]),
        ("tanh(b)", [np.tanh(-1), np.tanh(2), 0.0]),
        ("b^2", [1.0, 4.0, 0.0]),
        ("sqrt(-a)", [-1.0, -1.0, -2.0]),
    ],
)
def test_operators_by_hand(text: str, expected: list[float]) -> None:
    values = {"a": np.array([1.0, 1.0, 4.0]), "b": np.array([-1.0, 2.0, 0.0])}
    assert evaluate(parse(text), values) == pytest.approx(np.array(expected))


def test_the_inverse_is_defined_where_its_divisor_is_zero() -> None:
    assert evaluate(parse("1/a"), {"a": np.array([-1e-6])}) == pytest.approx(1e6)


def test_many_trees_evaluate_as_each_alone() -> None:
    rng = np.random.default_rng(2)
    values = _values(rng)
    trees = [grown(rng, NAMES, 3) for _ in range(50)]
    trees += [Inner("add", (tree, trees[0])) for tree in trees]
    alone = np.array([evaluate(tree, values) for tree in trees])
    assert np.array_equal(evaluate_many(trees, values), alone, equal_nan=True)
    assert evaluate_many([], values).shape == (0, 30)


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("-(-(a))", "a"),
        ("-(0.5*a)", "-0.5*a"),
        ("0.1*a + b + 0.2*a", "0.3*a + b"),
        ("a - (a) + b", "b"),
        ("0.5*a * 4*b", "2*a * b"),
        ("tanh(a) * tanh(a)", "tanh(a)^2"),
        ("sqrt((-a)^2)", "abs(a)"),
        ("min(a, min(b, a))", "min(a, b)"),
        ("-exp(a) - exp(b)", "-(exp(a) + exp(b))"),
        ("-tanh(a)", "tanh(-a)"),
        ("abs(exp(a))", "exp(a)"),
        ("max(-exp(a), -exp(b))", "-min(exp(a), exp(b))"),
        ("-(a * exp(b))", "-a * exp(b)"),
        ("1e308*a + 1e308*a", "1e+308*a + 1e+308*a"),
    ],
)
def test_simplified_formulas(text: str, shorter: str) -> None:
    assert formula(simplified(parse(text))) == shorter


def test_standards_put_what_is_missing_at_the_centre_and_count_it() -> None:
    nan = float("nan")
    reference = standards(
        {"a": np.array([1.0, 3.0, nan]), "b": np.full(3, 0.1), "c": np.full(3, nan)}
    )
    assert (reference["a"].centre, reference["a"].scale) == (2.0, 1.0)
    assert reference["b"].scale == reference["c"].scale == 1.0
    found = standardised({"a": np.array([4.0, nan, 900.0]), "b": np.full(3, 0.1)}, reference)
    assert found.values["a"].tolist() == [2.0, 0.0, 5.0]
    assert found.values["b"].tolist() == found.values["c"].tolist() == [0.0, 0.0, 0.0]
    assert found.missing == {"a": 1, "b": 0, "c": 3}


def test_values_too_large_for_a_standard_deviation_still_have_a_standard() -> None:
    values = {"a": np.array([1e308, -1e308, 0.0])}
    found = standardised(values, standards(values)).values["a"]
    assert found.tolist() == [5.0, -5.0, 0.0]


def test_the_drawings_hold_every_node_and_edge() -> None:
    tree = parse('0.5*distinct_2 * tanh(mtld) + "<b>&\\"#"')
    assert mermaid(tree) == (
        "flowchart TD\n"
        '  n0(("+"))\n  n1(("×"))\n  n2["0.5 × distinct_2"]\n  n3(("tanh"))\n  n4["mtld"]\n'
        '  n5["#60;b#62;#38;#34;#35;"]\n'
        "  n0 --> n1\n  n1 --> n2\n  n1 --> n3\n  n3 --> n4\n  n0 --> n5\n"
    )
    drawn = svg(tree)
    texts = [text.strip() for text in xml.fromstring(drawn).itertext() if text.strip()]
    assert {"+", "×", "tanh", "mtld", '<b>&"#', "0.5 ×", "distinct_2"} <= set(texts)
    assert drawn == svg(tree)


def test_leaves_stand_side_by_side_and_parents_above_their_children() -> None:
    tree = parse("tanh(a) + b * c")
    places = layout(tree)
    assert [places[path] for path, node in nodes(tree) if isinstance(node, Leaf)] == [
        (0.0, -2.0),
        (1.0, -2.0),
        (2.0, -2.0),
    ]
    assert places[()] == (0.75, 0.0)
