"""Questions drawn by code: labels that another evaluator confirms, even sets, no giveaways."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from made_stories import story
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.model_selection import GroupKFold, permutation_test_score
from sklearn.naive_bayes import MultinomialNB

from trialogue.evaluation.reasoning.math_plans import math_plans, operations_of
from trialogue.evaluation.reasoning.plans import Plan, swapped, tasks_of
from trialogue.evaluation.reasoning.proof import prove
from trialogue.evaluation.reasoning.question import same_words
from trialogue.evaluation.reasoning.sense_plans import sense_plans
from trialogue.evaluation.reasoning.story_facts import items_of
from trialogue.records import Dialogue, ReasoningTask
from trialogue.tools.calculator import calculate

STORIES = 50
Drawn = list[tuple[ReasoningTask, Dialogue]]


def tasks(plans: Sequence[Plan], on: Dialogue) -> Drawn:
    named = [(f"{on.id}-{n}", plan) for n, plan in enumerate(plans)]
    return [(one, on) for name, plan in named for one in tasks_of(plan, plan.question, on, name)]


@cache
def math() -> Drawn:
    found: Drawn = []
    for seed in range(STORIES):
        for language in ("en", "zh"):
            on = story(seed, language)
            found += tasks(math_plans(on, 5, seed=seed), on)
    return found


@cache
def sense() -> Drawn:
    found: Drawn = []
    for seed in range(STORIES):
        for language in ("en", "zh"):
            on = story(seed, language)
            found += tasks(sense_plans(on, 3, seed=seed), on)
    return found


def independent(one: ReasoningTask) -> Fraction:
    """The derivation by the calculator of the tools: days as numbers, units left out."""
    assert one.derivation
    expression = re.sub(r"\"([\d.]+)[^\"]*\"", r"\1", one.derivation.expression)
    for fact in one.derivation.facts:
        is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", fact.value)
        number = str(date.fromisoformat(fact.value).toordinal()) if is_day else fact.value
        expression = re.sub(rf"\b{fact.name}\b", number, expression)
    percents = re.sub(r"([\d.]+)%", r"(\1/100)", expression)
    return Fraction(calculate(percents))


def test_every_label_is_reproduced_by_another_evaluator() -> None:
    assert len(math()) > 400
    for one, on in math():
        assert prove(one, on).holds
        assert independent(one) == Fraction(one.label), one.derivation


def test_a_comparison_is_reproduced_too() -> None:
    for one, _ in sense():
        assert one.derivation
        left, sign, right = re.split(r" (<=|>) ", one.derivation.expression)
        sides = [
            independent(
                one.model_copy(
                    update={"derivation": one.derivation.model_copy(update={"expression": side})}
                )
            )
            for side in (left, right)
        ]
        holds = sides[0] <= sides[1] if sign == "<=" else sides[0] > sides[1]
        assert one.label == ("yes" if holds else "no")


def test_questions_are_of_many_families_and_lengths() -> None:
    plans = [plan for seed in range(STORIES) for plan in math_plans(story(seed), 4, seed=seed)]
    families = Counter(plan.family.partition("_")[0] for plan in plans)
    assert {"total", "difference", "split", "left", "daily", "single"} == set(families)
    assert {2, 3, 4, 5} == {operations_of(plan) for plan in plans}
    long = math_plans(story(3), 2, seed=1, operations=(5, 9))
    assert all(operations_of(plan) >= 5 for plan in long)


def test_yes_and_no_are_even_and_pairs_have_the_same_words() -> None:
    labels = Counter(one.label for one, _ in sense())
    assert labels["yes"] == labels["no"] > 100
    pairs: dict[str, list[ReasoningTask]] = {}
    for one, on in sense():
        assert prove(one, on).holds
        pairs.setdefault(one.pair, []).append(one)
    for first, second in pairs.values():
        assert same_words(first.question, second.question)
        assert {first.label, second.label} == {"yes", "no"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_classifier_of_questions_alone_is_not_above_chance(language: str) -> None:
    chosen = [one for one, _ in sense() if one.language == language]
    words = CountVectorizer(
        token_pattern=r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+", ngram_range=(1, 2)
    )
    features = words.fit_transform(one.question for one in chosen)
    labels = np.array([one.label == "yes" for one in chosen])
    groups = np.array([one.dialogue_id for one in chosen])
    score, _, p = permutation_test_score(
        MultinomialNB(),
        features,
        labels,
        groups=groups,
        cv=GroupKFold(5),
        n_permutations=60,
        random_state=0,
    )
    assert p > 0.05, (score, p)


def test_the_same_seed_draws_the_same_and_another_one_others() -> None:
    on = story(5)
    assert math_plans(on, 4, seed=1) == math_plans(on, 4, seed=1)
    assert math_plans(on, 4, seed=1) != math_plans(on, 4, seed=2)
    assert math_plans(on, 4, seed=1) != math_plans(on, 4, seed=1, path=("generation", 1))


def test_figures_are_quoted_from_the_turn_that_tells_them() -> None:
    for language in ("en", "zh"):
        on = story(11, language)
        items = items_of(on)
        assert [item.topic for item in items] == [action.topic for action in on.trajectory]
        for item in items:
            for fact in (*item.facts.values(), *filter(None, [item.day])):
                assert fact.quote in on.turns[fact.turn].text


def test_what_is_told_otherwise_than_the_ledger_says_gives_no_task() -> None:
    on = story(11)
    fact = on.trajectory[0].facts[0]
    turns = [
        turn.model_copy(update={"text": turn.text.replace(fact.value, "5")}) for turn in on.turns
    ]
    other = on.model_copy(update={"turns": tuple(turns)})
    assert fact.name not in [name for item in items_of(other) for name in item.facts]
    silent = on.model_copy(update={"trajectory": ()})
    assert (math_plans(silent, 3, seed=0), sense_plans(silent, 3, seed=0)) == ([], [])


def test_two_currencies_are_never_put_together() -> None:
    mixed = story(2)
    facts = mixed.trajectory[-1].facts
    paid = tuple(f.model_copy(update={"unit": "EUR"}) for f in facts)
    last = mixed.trajectory[-1].model_copy(update={"facts": paid})
    turns = [*mixed.turns]
    turns[-2] = turns[-2].model_copy(update={"text": turns[-2].text.replace("CNY", "EUR")})
    on = mixed.model_copy(
        update={"trajectory": (*mixed.trajectory[:-1], last), "turns": tuple(turns)}
    )
    assert {item.currency for item in items_of(on)} == {"CNY", "EUR"}
    for seed in range(20):
        for plan in math_plans(on, 4, seed=seed):
            units = {f.unit for f in plan.derivation.facts}
            assert not ({"EUR"} <= units and any("CNY" in unit for unit in units))


def test_words_are_exchanged_only_where_they_stand_once() -> None:
    assert swapped("Is a larger than b?", ("a larger", "b?")) == "Is b? than a larger"
    assert swapped("Would 40 be enough?", ("40", "30")) == "Would 30 be enough?"
    assert swapped("40 or 40?", ("40", "30")) is None
