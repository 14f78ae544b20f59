"""What a question may ask for, drawn by code from a dialogue's figures; a model only words it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from trialogue.evaluation.reasoning.story_facts import Item
from trialogue.records import Derivation, Dialogue, Language, QuotedFact, ReasoningTask, TaskKind

Words = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """A derivation and the question for it as code puts it.

    `keep` are the words of the question that must stay as they are and in their order. `swap` are
    two expressions in it: with the first for the second, and the second for the first where both
    stand there, it asks the same of other figures; `other` is the derivation of that.
    """

    family: str
    kind: TaskKind
    question: str
    derivation: Derivation
    unit: str = ""
    keep: tuple[str, ...] = ()
    swap: tuple[str, str] | None = None
    other: Derivation | None = None


def language_of(dialogue: Dialogue) -> Language:
    """The language in which questions on it are put."""
    return "zh" if dialogue.scenario.language == "zh" else "en"


@cache
def question_words(language: str) -> Words:
    """The templates of a language."""
    text = (files("trialogue.agents") / "data" / "task_questions.yaml").read_text(encoding="utf-8")
    words: Words = yaml.safe_load(text)[language]
    return words


def called(item: Item, words: Words) -> str:
    """What the cost of an item is called: "the room rate for all nights"."""
    product = len(item.cost) > 1
    return str(words["names"]["product" if product else "sum"]).format(
        rate=rate_of(item), counted=counted_of(item), topic=topic_of(item)
    )


def topic_of(item: Item) -> str:
    """Its topic as it stands inside a sentence."""
    topic = item.topic
    return topic if topic[1:2].isupper() or topic[1:2] == "-" else topic[:1].lower() + topic[1:]


def rate_of(item: Item) -> str:
    """The name of the first figure of its cost, as words."""
    return item.cost[0].replace("_", " ")


def counted_of(item: Item) -> str:
    """What its rate is counted by, as the dialogue's record names it."""
    return item.facts[item.cost[1]].unit if len(item.cost) > 1 else ""


def listed(names: Sequence[str], words: Words) -> str:
    """Names as a list in words."""
    *first, last = names
    joined = words["names"]["comma"].join(first)
    return f"{joined}{words['names']['and']}{last}" if first else last


def currency_word(currency: str, items: Sequence[Item], language: str) -> str:
    """A currency as a question calls it: its code, or the word that the figures use."""
    if language != "zh":
        return currency
    unit = items[0].facts[items[0].cost[0]].unit
    return unit.partition("/")[0].partition(" ")[0]


def derivation(
    expression: str, items: Sequence[Item], more: Sequence[QuotedFact] = (), rule: str = ""
) -> Derivation:
    """The derivation of an expression with the facts that it names."""
    from trialogue.evaluation.reasoning.arithmetic import parse

    facts = {name: fact for item in items for name, fact in item.facts.items()}
    facts |= {fact.name: fact for fact in more}
    named = parse(expression).names
    return Derivation(
        facts=tuple(fact for name, fact in facts.items() if name in named),
        expression=expression,
        rule=rule,
    )


def swapped(question: str, swap: tuple[str, str]) -> str | None:
    """The question with two expressions exchanged; None where one does not stand there once."""
    first, second = swap
    if question.count(first) != 1 or question.count(second) > 1:
        return None
    parts = [part.replace(second, first) for part in question.split(first)]
    return second.join(parts)


def tasks_of(plan: Plan, question: str, dialogue: Dialogue, name: str) -> Iterator[ReasoningTask]:
    """The task of a plan in its words, and the second one of a pair; labels by execution.

    The question says that it goes by what the user tells: what rules allow is another matter.
    Raises Refused where a derivation gives no label.
    """
    from trialogue.evaluation.reasoning.proof import result_of

    sides = [(question, plan.derivation, "")]
    if plan.swap and plan.other:
        other = swapped(question, plan.swap)
        sides = [(question, plan.derivation, "a")]
        sides += [(other, plan.other, "b")] if other else []
    told: str = question_words(language_of(dialogue))["told"]
    for asked, proof, side in sides:
        label, unit = result_of(proof, dialogue, plan.unit)
        yield ReasoningTask(
            id=f"{name}{side}",
            dialogue_id=dialogue.id,
            kind=plan.kind,
            question=asked if asked.startswith(told) else told + asked,
            label=label,
            derivation=proof,
            language=language_of(dialogue),
            unit=unit,
            pair=name if side else "",
        )
