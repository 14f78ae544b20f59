"""Wrong tasks of many kinds, 500 of each: none is proved."""

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from made_dialogues import dialogue

from trialogue.evaluation.reasoning.proof import prove
from trialogue.records import Derivation, Dialogue, QuotedFact, ReasoningTask

PLANTED = 500
Attack = Callable[[Random], tuple[ReasoningTask, Dialogue]]
ATTACKS: list[tuple[Attack, set[str]]] = []


def attack(*names: str) -> Callable[[Attack], Attack]:
    def keep(made: Attack) -> Attack:
        ATTACKS.append((made, set(names)))
        return made

    return keep


def fact(name: str, value: object, quote: str, unit: str = "", turn: int = 0) -> QuotedFact:
    return QuotedFact(name=name, value=str(value), turn=turn, quote=quote, unit=unit)


def task(
    label: object, expression: str, *facts: QuotedFact, question: str = "What is it in EUR?"
) -> ReasoningTask:
    return ReasoningTask(
        id="t",
        dialogue_id="d",
        kind="math",
        question=question,
        label=f"{label:.6f}" if isinstance(label, float) else str(label),
        derivation=Derivation(facts=facts, expression=expression),
    )


def stay(random: Random, rate: str = "{r} EUR a night") -> tuple[int, int, int, str]:
    """Nights, rate, fee, and how they are told."""
    n, r, f = random.randint(3, 9), random.randint(101, 899), random.randint(11, 97)
    said = rate.format(r=r, low=r - random.randint(5, 50), n=n)
    return n, r, f, f"I stayed {n} nights at {said}, and the cleaning fee came to {f} EUR."


def staying(n: int, r: int, f: int) -> tuple[QuotedFact, QuotedFact, QuotedFact]:
    return (
        fact("n", n, f"{n} nights", "nights"),
        fact("r", r, f"{r} EUR"),
        fact("f", f, f"{f} EUR"),
    )


def test_what_is_told_plainly_is_proved() -> None:
    n, r, f, told = stay(Random(0))
    assert prove(task(n * r + f, "n * r + f", *staying(n, r, f)), dialogue(told, "Fine.")).holds


@attack("other_unit")
def a_unit_of_another_size(random: Random) -> tuple[ReasoningTask, Dialogue]:
    said, claimed = random.choice([("days", "hours"), ("weeks", "days"), ("hours", "minutes")])
    n, r, f = random.randint(3, 30), random.randint(11, 99), random.randint(101, 199)
    told = f"I rented it for {n} {said} at {r} EUR per {claimed[:-1]}, and the fee was {f} EUR."
    facts = (
        fact("n", n, f"{n} {said}", claimed),
        fact("r", r, f"{r} EUR per {claimed[:-1]}", f"EUR/{claimed[:-1]}"),
        fact("f", f, f"{f} EUR"),
    )
    return task(n * r + f, "n * r + f", *facts), dialogue(told, "Fine.")


@attack("other_unit")
def a_count_or_points_as_a_share(random: Random) -> tuple[ReasoningTask, Dialogue]:
    said = random.choice(["rooms", "percentage points", "percent points", "% points", "guests"])
    n, r, f, told = stay(random)
    p = random.randint(21, 60)
    facts = (*staying(n, r, f), fact("p", p, f"{p} {said}", "%"))
    label = n * r * (1 + p / 100) + f
    asked = task(label, "n * r * (100% + p) + f", *facts)
    return asked, dialogue(f"{told} It went up by {p} {said}.", "Fine.")


@attack("value_not_quoted")
def a_part_of_a_number(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f = random.randint(2, 9), random.randint(101, 899), random.randint(11, 97)
    words = ["", "", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    shown = random.choice([f"{n}½", f"{words[n]} and a half", f"{n} and a half", f"{n},5"])
    told = f"I rented it for {shown} hours at {r} EUR per hour, and the fee was {f} EUR."
    hours = random.choice([n, 10 * n + 1]) if "½" in shown else n
    facts = (
        fact("n", hours, f"{shown} hours", "hours"),
        fact("r", r, f"{r} EUR per hour"),
        fact("f", f, f"{f} EUR"),
    )
    return task(hours * r + f, "n * r + f", *facts), dialogue(told, "Fine.")


@attack("approximate", "denied", "several_numbers", "bound", "malformed_number", "other_unit")
def no_exact_figure(random: Random) -> tuple[ReasoningTask, Dialogue]:
    told = random.choice(
        [
            *("about {r} EUR a night", "roughly {r} EUR a night", "~{r} EUR a night"),
            *("around EUR {r} a night", "nearly {r} EUR a night", "{r} or so EUR a night"),
            *("{low}-{r} EUR a night", "{low} to {r} EUR a night", "{low} or {r} EUR a night"),
            *("not {r} EUR a night", "less than {r} EUR a night", "at least {r} EUR a night"),
            "1.{r} EUR a night",
        ]
    )
    n, r, f, said = stay(random, told)
    value = f"1.{r}" if told.startswith("1.") else str(r)
    facts = (
        fact("n", n, f"{n} nights", "nights"),
        fact("r", value, f"{value}{' or so' if 'or so' in told else ''}", "EUR/night"),
        fact("f", f, f"{f} EUR"),
    )
    if told.startswith("around"):
        facts = (facts[0], fact("r", r, f"EUR {r} a night"), facts[2])
    return task(round(n * float(value) + f, 3), "n * r + f", *facts), dialogue(said, "Fine.")


@attack("other_unit")
def a_figure_as_something_else(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f, told = stay(random)
    if random.random() < 0.5:
        money = fact("n", n, f"{n} nights", "EUR")
        fee = fact("f", f, f"{f} EUR")
        return task(2 * n + f, "n + n + f", money, fee), dialogue(told, "Fine.")
    count, rate, _ = staying(n, r, f)
    each = fact("f", f, f"cleaning fee came to {f} EUR", "EUR/hour")
    hours = fact("h", n, f"{n} nights", "hours")
    label = n * r + f * n
    return task(label, "n * r + f * h", count, rate, each, hours), dialogue(told, "Fine.")


@attack("two_currencies")
def two_kinds_of_dollars(random: Random) -> tuple[ReasoningTask, Dialogue]:
    a, b = random.randint(101, 499), random.randint(501, 899)
    kinds = [
        (f"HK${a}", f"US${b}", ""),
        (f"A${a}", f"${b}", ""),
        (f"{a} Canadian dollars", f"{b} dollars", "USD"),
        (f"{a}加元", f"{b}元", "元"),
        (f"{a}港币", f"{b}人民币", "人民币"),
    ]
    first, second, unit = random.choice(kinds)
    told = f"I paid {first} and {second}, {(n := random.randint(3, 9))} times."
    facts = (fact("a", a, first, unit), fact("b", b, second, unit), fact("n", n, f"{n} times"))
    return task((a + b) * n, "(a + b) * n", *facts), dialogue(told, "Fine.")


@attack("counted_twice")
def one_figure_twice(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f, told = stay(random)
    again = fact("g", f, f"the cleaning fee came to {f} EUR")
    return task(n * r + 2 * f, "n * r + f + g", *staying(n, r, f), again), dialogue(told, "Fine.")


@attack("date_without_year")
def a_leap_day_that_nobody_says(random: Random) -> tuple[ReasoningTask, Dialogue]:
    a, b, r = random.randint(5, 28), random.randint(2, 28), random.randint(11, 99)
    told = f"I parked from {a} February to {b} March for {r} EUR a day."
    days = 29 - a + b
    rate, left = fact("r", r, f"{r} EUR a day"), f"2024-03-{b:02}"
    question = f"What is it from {a} February to {b} March and 1 day more, in EUR?"
    both = f"from {a} February to {b} March"
    facts: tuple[QuotedFact, ...]
    if random.random() < 0.5:
        facts = (fact("a", f"2024-02-{a:02}", both), fact("b", left, both), rate)
        expression = '(b - a + "1 day") * r'
    else:
        facts = (fact("b", left, f"{b} March"), rate)
        expression = f'(b - "2024-02-{a:02}" + "1 day") * r'
    made = task((days + 1) * r, expression, *facts, question=question)
    return made, dialogue(told, "Fine.")


@attack("figure_from_nowhere", "mixed_units", "two_currencies")
def a_figure_that_nobody_says(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f, told = stay(random)
    k = random.choice([7, 12, 24, 52, 60, 365, 1000, random.randint(13, 23)])
    if random.random() < 0.3:
        question = f"What is it in EUR with {k} guests?"
        made = task(n * r + f + k, f'n * r + f + "{k} USD"', *staying(n, r, f), question=question)
        euros = task(n * r + f + k, f'n * r + f + "{k} km"', *staying(n, r, f), question=question)
        return random.choice([made, euros]), dialogue(told, "Fine.")
    return task(n * r + k * f, f"n * r + {k} * f", *staying(n, r, f)), dialogue(told, "Fine.")


@attack("copyable", "one_step", "mixed_units")
def a_label_in_another_notation(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f, told = stay(random)
    f += 100 - (n * r + f) % 100
    told = f"I stayed {n} nights at {r} EUR a night, and the cleaning fee came to {f} EUR."
    label = n * r + f
    whole, rest = divmod(label, 1000)
    parted = [f"{whole}{sign}{rest:03}" for sign in (" ", ".", "'", "_", ",")] if whole else []
    shown = random.choice(
        [
            *(f"{label}.00", f"{label:,}.0", f"{label / 1000} thousand", f"{label / 1000}k"),
            *(f"{label // 100} hundred", f"{label // 100}百", f"{label}\u200b", f"−{label}"),
            "".join(chr(ord(c) + 0xFEE0) for c in f"{label:,}"),
            f"{str(label)[0]}\u200b{str(label)[1:]}",
            *parted,
        ]
    )
    return task(label, "n * r + f", *staying(n, r, f)), dialogue(told, f"That is {shown} then.")


@attack("contradicted")
def figures_that_contradict(random: Random) -> tuple[ReasoningTask, Dialogue]:
    n, r, f, told = stay(random)
    wrong = f + random.randint(1, 50)
    later = random.choice(["The cleaning fee came to {} EUR.", "My cleaning fee came to {} EUR"])
    mine = random.random() < 0.5
    turns = (told, "Fine.", later.format(wrong)) if mine else (told, later.format(wrong))
    quoted = f if mine else wrong
    facts = (*staying(n, r, quoted)[:2], fact("f", quoted, f"{quoted} EUR", turn=0 if mine else 1))
    return task(n * r + quoted, "n * r + f", *facts), dialogue(*turns)


@pytest.mark.parametrize(("made", "names"), ATTACKS, ids=[a.__name__ for a, _ in ATTACKS])
def test_none_of_them_is_proved(made: Attack, names: set[str]) -> None:
    random, met = Random(11), Counter[str]()
    for _ in range(PLANTED):
        planted, on = made(random)
        proof = prove(planted, on)
        assert not proof.holds, (planted, [turn.text for turn in on.turns])
        met.update([(*proof.faults, *proof.doubts)[0].name])
    assert met.total() == PLANTED
    assert set(met) <= names, met
