"""Planted faults are refused, five hundred of each kind; what holds is proved."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_dialogues import dialogue
from made_stories import story

from trialogue.evaluation.reasoning.math_plans import math_plans
from trialogue.evaluation.reasoning.plans import tasks_of
from trialogue.evaluation.reasoning.proof import prove
from trialogue.records import Derivation, Dialogue, QuotedFact, ReasoningTask, Turn

PLANTED = 500
Planted = tuple[ReasoningTask, Dialogue]

HOTEL = QuotedFact(name="hotel", value="480", turn=0, quote="480 yuan a night")
NIGHTS = QuotedFact(name="nights", value="3", turn=0, quote="three nights")
TAXI = QuotedFact(name="taxi", value="70", turn=2, quote="70 CNY")
TOLD = (
    "I stayed three nights at 480 yuan a night.",
    "Thank you; keep the invoice.",
    "On 4 March I took a taxi for 70 CNY and a train for 65 USD.",
    "Fine.",
)


def task(**given: object) -> ReasoningTask:
    usual = {
        "id": "t",
        "dialogue_id": "desk-0-00000",
        "kind": "math",
        "question": "What do hotel and taxi come to together, in CNY?",
        "label": "1510",
        "derivation": Derivation(facts=(HOTEL, NIGHTS, TAXI), expression="hotel * nights + taxi"),
    }
    return ReasoningTask.model_validate(usual | given)


def refused(checked: ReasoningTask, on: Dialogue) -> str:
    proof = prove(checked, on)
    assert not proof.holds
    return proof.faults[0].name if proof.faults else proof.doubts[0].name


@cache
def sound() -> list[Planted]:
    """Tasks that are proved: two on each of many stories, in both languages."""
    found = []
    for seed in range(110):
        for language in ("en", "zh"):
            on = story(seed, language)
            for plan in math_plans(on, 2, seed=seed):
                found += [(one, on) for one in tasks_of(plan, plan.question, on, "t")]
    return found


def planted(
    change: Callable[[Random, ReasoningTask, Dialogue], Planted | None],
) -> Iterator[Planted]:
    random = Random(7)
    count = 0
    while count < PLANTED:
        made = change(random, *random.choice(sound()))
        if made is not None:
            count += 1
            yield made


def test_what_holds_is_proved() -> None:
    assert len(sound()) > 350
    assert all(prove(one, on).holds for one, on in sound())
    proof = prove(task(), dialogue(*TOLD))
    assert (proof.label, proof.unit, proof.operations, proof.holds) == ("1510", "CNY", 2, True)
    assert prove(task(label="1,510.00"), dialogue(*TOLD)).holds


def wrong_label(random: Random, one: ReasoningTask, on: Dialogue) -> Planted:
    value = float(one.label)
    other = random.choice([value + random.choice((-1, 1, 10)), value * 10, value / 2, -value])
    return one.model_copy(update={"label": f"{other:.2f}"}), on


def misquote(random: Random, one: ReasoningTask, on: Dialogue) -> Planted | None:
    assert one.derivation
    facts = [*one.derivation.facts]
    place = random.randrange(len(facts))
    fact = facts[place]
    digits = [i for i, c in enumerate(fact.quote) if c.isdigit()]
    at = random.choice(digits)
    changed = random.choice(
        [
            {"quote": fact.quote[:at] + str((int(fact.quote[at]) + 3) % 10) + fact.quote[at + 1 :]},
            {"quote": fact.quote + " indeed"},
            {
                "quote": fact.quote[: len(fact.quote) // 2]
                + "~"
                + fact.quote[len(fact.quote) // 2 :]
            },
            {"turn": fact.turn + 1},
            {"turn": 99},
            {"quote": fact.quote[digits[-1] :]} if len(fact.value) > 1 else {"turn": 98},
            {"value": "31415"},
        ]
    )
    facts[place] = fact.model_copy(update=changed)
    derivation = one.derivation.model_copy(update={"facts": tuple(facts)})
    return one.model_copy(update={"derivation": derivation}), on


def one_step(random: Random, one: ReasoningTask, on: Dialogue) -> Planted | None:
    from trialogue.evaluation.reasoning.proof import result_of
    from trialogue.evaluation.reasoning.refusals import Refused

    assert one.derivation
    names = [fact.name for fact in one.derivation.facts if "-" not in fact.value]
    a, b = (random.choice(names), random.choice(names))
    core = f"{a} {random.choice('+-*/')} {b}"
    forms = ("{}", "({}) * 1", "({}) + 0", "({}) * 2 / 2", "0 + ({}) / 1", "{} + {b} - {b}")
    expression = random.choice(forms).format(core, b=b)
    derivation = one.derivation.model_copy(update={"expression": expression})
    try:
        label, unit = result_of(derivation, on)
    except Refused:
        return None
    return one.model_copy(update={"derivation": derivation, "label": label, "unit": unit}), on


def copyable(random: Random, one: ReasoningTask, on: Dialogue) -> Planted:
    written = [one.label]
    if one.label.isdigit():
        written += [f"{int(one.label):,}", f"{one.label}.00"]
        written += ["".join(chr(ord(c) + 0xFEE0) for c in one.label)]
    said = Turn(speaker="assistant", text=f"So that is {random.choice(written)} in all.")
    turns = (*on.turns[:-1], said)
    return one, on.model_copy(update={"turns": turns})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (wrong_label, {"wrong_label"}),
        (misquote, {"misquoted", "value_not_quoted", "other_unit"}),
        (
            one_step,
            {"one_step", "idle_fact", "not_exact", "answer_in_question", "figure_from_nowhere"},
        ),
        (copyable, {"copyable"}),
    ],
    ids=["wrong label", "misquote", "one step", "copyable"],
)
def test_planted_faults_are_all_refused(
    change: Callable[[Random, ReasoningTask, Dialogue], Planted | None], names: set[str]
) -> None:
    met = Counter(refused(one, on) for one, on in planted(change))
    assert met.total() == PLANTED
    assert set(met) <= names


@pytest.mark.parametrize(
    ("expression", "label", "name"),
    [
        ("hotel * nights + train", "1505", "two_currencies"),
        ("hotel + nights + taxi", "553", "mixed_units"),
        ("hotel * nights - taxi * 7", "950", "answer_in_question"),
        ("hotel * nights + taxi + 35", "1545", "mixed_units"),
        ('hotel * nights + taxi + "35 CNY"', "1545", "figure_from_nowhere"),
        ("hotel * nights + taxi + train - train", "1510", "two_currencies"),
        ("hotel * nights + taxi > taxi", "yes", "no_number"),
        ("(hotel * nights + taxi) / 7", "215.71", "not_exact"),
        ("import os", "1", "not_arithmetic"),
    ],
)
def test_a_faulty_derivation_is_refused_by_name(expression: str, label: str, name: str) -> None:
    train = QuotedFact(name="train", value="65", turn=2, quote="65 USD")
    question = "What do they come to in CNY, 950 being set aside?"
    derivation = Derivation(facts=(HOTEL, NIGHTS, TAXI, train), expression=expression)
    checked = task(derivation=derivation, label=label, question=question)
    assert refused(checked, dialogue(*TOLD)) == name


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        ({"unit": "USD"}, "two_currencies"),
        ({"unit": "nights"}, "other_unit"),
        ({"value": "about 70"}, "no_number"),
        ({"value": "700"}, "value_not_quoted"),
        ({"quote": "0 CNY"}, "value_not_quoted"),
    ],
)
def test_a_fact_is_what_its_quotation_says(fact: dict[str, str], name: str) -> None:
    facts = (HOTEL, NIGHTS, TAXI.model_copy(update=fact))
    derivation = Derivation(facts=facts, expression="hotel * nights + taxi")
    assert refused(task(derivation=derivation), dialogue(*TOLD)) == name


def test_facts_that_contradict_each_other_are_refused() -> None:
    other = QuotedFact(name="taxi", value="65", turn=2, quote="65 USD")
    derivation = Derivation(facts=(HOTEL, NIGHTS, TAXI, other), expression="hotel * nights + taxi")
    assert refused(task(derivation=derivation), dialogue(*TOLD)) == "contradicting_facts"


def test_a_figure_that_is_taken_back_is_for_a_person() -> None:
    on = dialogue(*TOLD, "Sorry, it was a mistake: 80 CNY for the taxi.", "Noted.")
    proof = prove(task(), on)
    assert [doubt.name for doubt in proof.doubts] == ["corrected_later"]
    assert (proof.holds, proof.faults) == (False, ())


def test_the_question_needs_the_dialogue() -> None:
    asked = "480 CNY a night for 3 nights and a taxi for 70 CNY: how much is that?"
    assert refused(task(question=asked), dialogue(*TOLD)) == "needs_no_dialogue"
    assert refused(task(question="It is 1,510, right?"), dialogue(*TOLD)) == "answer_in_question"
    assert refused(task(question="Add them up."), dialogue(*TOLD)) == "no_question"


def test_without_figures_or_derivation_nothing_is_proved() -> None:
    assert refused(task(derivation=None), dialogue("Hello.", "Hello.")) == "no_derivation"
    assert refused(task(), dialogue("Hello.", "Hello.")) == "misquoted"


def test_days_between_dates_without_a_year_have_to_be_certain() -> None:
    came = QuotedFact(name="came", value="2026-02-27", turn=0, quote="27 February")
    left = QuotedFact(name="left", value="2026-03-04", turn=0, quote="4 March")
    rate = QuotedFact(name="rate", value="9", turn=0, quote="9 EUR a day", unit="EUR/day")
    derivation = Derivation(facts=(came, left, rate), expression='(left - came + "1 day") * rate')
    checked = task(derivation=derivation, label="54", question="How many EUR in 1 day more?")
    told = "I parked from 27 February to 4 March for 9 EUR a day."
    assert refused(checked, dialogue(told, "Fine.")) == "date_without_year"
    certain = told.replace("February", "February 2026").replace("4 March", "4 March 2026")
    dated = [f.model_copy(update={"quote": f"{f.quote} 2026"}) for f in (came, left)]
    again = derivation.model_copy(update={"facts": (*dated, rate)})
    assert prove(checked.model_copy(update={"derivation": again}), dialogue(certain, "Fine.")).holds


def test_a_premise_in_words_is_quoted_and_joined_by_a_rule() -> None:
    premise = QuotedFact(name="train", value="", turn=2, quote="a train for 65 USD")
    given = {"kind": "common_sense", "label": "yes", "question": "Did the train cost money?"}
    ruled = Derivation(facts=(premise,), rule="What has a price costs money.")
    assert prove(task(**given, derivation=ruled), dialogue(*TOLD)).holds
    bare = ruled.model_copy(update={"rule": ""})
    assert refused(task(**given, derivation=bare), dialogue(*TOLD)) == "no_rule"
    assert refused(task(**given | {"label": "maybe"}, derivation=ruled), dialogue(*TOLD)) == (
        "no_verdict"
    )


ODD = st.text(alphabet="hotel nigsax0123456789.,-+*/()%\"'年月日元五千万٣½∞\x00\u202e", max_size=30)


@settings(max_examples=150, deadline=None)
@given(expression=ODD, label=ODD, value=ODD, unit=ODD, quote=ODD)
def test_whatever_is_proposed_is_judged(
    expression: str, label: str, value: str, unit: str, quote: str
) -> None:
    fact = QuotedFact(name="hotel", value=value, unit=unit, turn=0, quote=quote or "x")
    on = dialogue(f"It was {quote} and {value} {unit}.", "Fine.")
    derivation = Derivation(facts=(fact, TAXI), expression=expression)
    assert not prove(task(derivation=derivation, label=label or "x"), on).holds
