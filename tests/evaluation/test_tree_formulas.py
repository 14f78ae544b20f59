"""Formulas of metric trees: what people read is what the program computes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import UsageError
from trialogue.evaluation.trees import (
    OPERATORS,
    Inner,
    Leaf,
    Tree,
    depth,
    formula,
    from_data,
    parse,
    to_data,
)

LEAVES = st.builds(
    Leaf,
    st.one_of(
        st.sampled_from(["distinct_2", "mtld", "x@last", "log", "words a turn"]),
        st.text(min_size=1, max_size=6),
    ),
    st.one_of(st.sampled_from([1.0, -1.0, 0.5]), st.floats(allow_nan=False, allow_infinity=False)),
)


def _above(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    kinds = [
        st.builds(Inner, st.just(name), st.tuples(*[children] * operator.arity))
        for name, operator in OPERATORS.items()
    ]
    return st.one_of(kinds)


TREES: st.SearchStrategy[Tree] = st.recursive(LEAVES, _above, max_leaves=12)
A, B = Leaf("a"), Leaf("b", 0.5)


@given(TREES)
def test_a_formula_is_read_back_as_the_same_tree(tree: Tree) -> None:
    assert parse(formula(tree)) == tree


@given(TREES)
def test_a_tree_survives_json(tree: Tree) -> None:
    assert from_data(json.loads(json.dumps(to_data(tree)))) == tree


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (Inner("add", (A, B)), "a + 0.5*b"),
        (Inner("add", (A, Leaf("b", -0.5))), "a - 0.5*b"),
        (Inner("add", (A, Inner("neg", (B,)))), "a - (0.5*b)"),
        (Inner("add", (A, Inner("add", (A, B)))), "a + (a + 0.5*b)"),
        (Inner("mul", (Inner("add", (A, A)), B)), "(a + a) * 0.5*b"),
        (Inner("mul", (A, Inner("inv", (B,)))), "a / (0.5*b)"),
        (Inner("inv", (Inner("tanh", (A,)),)), "1/tanh(a)"),
        (Inner("neg", (A,)), "-(a)"),
        (Leaf("a", -1), "-a"),
        (Inner("neg", (Inner("square", (A,)),)), "-a^2"),
        (Inner("square", (B,)), "(0.5*b)^2"),
        (Inner("min", (A, Inner("sqrt", (B,)))), "min(a, sqrt(0.5*b))"),
        (Leaf("log", 2), '2*"log"'),
        (Leaf("a", 0.1), "0.1*a"),
    ],
)
def test_formulas_as_people_read_them(tree: Tree, text: str) -> None:
    assert formula(tree) == text
    assert parse(text) == tree


def test_a_formula_may_be_written_by_hand() -> None:
    assert parse(" add( a ,0.5 * b )\n") == Inner("add", (A, B))
    assert parse("a - b - a") == parse("(a - b) - a")
    assert parse("((a))") == A
    assert parse("--a") == Inner("neg", (Leaf("a", -1),))
    assert parse("a * 1/b") == parse("a / b")
    assert parse("1e-3*a") == parse(".001*a") == Leaf("a", 0.001)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "character 1: expected the name of a metric, an operator or '(', found the end"),
        ("a +", "character 4"),
        ("a b", "character 3: expected an operator or the end, found 'b'"),
        ("a + 3", "character 6: expected '*' and a name"),
        ("2*tanh(a)", "not an operator"),
        ("2*(a)", "the name of a metric after its weight"),
        ("2*a^2", "write (2*x)^2"),
        ("a^3", "only squares are known"),
        ("sin(a)", "unknown operator 'sin': one of add, mul"),
        ("min(a)", "'min' takes 2 arguments, not 1"),
        ("min(a, b", "expected ')'"),
        ("a ? b", "character 2: cannot read ' ? b'"),
        ('"a', "cannot read"),
        ('""', "needs the name"),
        ("1e999*a", "not a finite number"),
        ("(" * 5000, "more than 60 operators deep"),
        ("-" * 5000 + "a", "more than 60 operators deep"),
        ("abs(" * 70 + "a" + ")" * 70, "more than 60 operators deep"),
        ("+".join("a" * 500), "more than 60 operators deep"),
        ("a" * 20_001, "at most 20,000 characters"),
    ],
)
def test_what_is_no_formula_is_said_with_its_place(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet='ab1.2*+-/^(),"\\ minexplog@', max_size=30))
def test_any_text_is_a_tree_or_a_plain_message(text: str) -> None:
    try:
        tree = parse(text)
    except UsageError:
        return
    assert parse(formula(tree)) == tree


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"metric": "a"},
        {"metric": 3, "weight": 1},
        {"metric": "a", "weight": "1"},
        {"metric": "a", "weight": True},
        {"metric": "a", "weight": 10**400},
        {"metric": "a", "weight": float("nan")},
        {"metric": "", "weight": 1},
        {"metric": "a", "weight": 1, "more": 2},
        {"operator": "add", "children": [{"metric": "a", "weight": 1}]},
        {"operator": "rm", "children": []},
        {"operator": "neg", "children": "a"},
    ],
)
def test_what_is_no_tree_in_json_is_refused(data: object) -> None:
    with pytest.raises(UsageError):
        from_data(data)


def test_a_tree_in_json_that_is_too_deep_is_refused() -> None:
    data = to_data(A)
    for _ in range(61):
        data = {"operator": "neg", "children": [data]}
    assert depth(from_data(data["children"][0])) == 60
    with pytest.raises(UsageError, match="at most 60 operators deep"):
        from_data(data)


def test_an_operator_has_its_number_of_children() -> None:
    with pytest.raises(UsageError, match="'neg' takes 1 arguments, not 2"):
        Inner("neg", (A, B))
