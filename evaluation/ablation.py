"""How much alike dialogues are whose users know less or more (R, table 4, figures 2, 4 and 5)."""

from collections.abc import Mapping
from typing import Any

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.similarity import Similarity, similarity, to_others
from trialogue.evaluation.statistics import Difference, paired
from trialogue.evaluation.topics import Topics
from trialogue.records import Record

TITLES = {
    "direct": "Direct interaction",
    "identity": "+ User identity",
    "experience": "+ Action sequence",
}


class Condition(Record):
    """The dialogues of one condition: `name` is a key of TITLES.

    `nearness` is how much nearer a dialogue is to the others of its condition (mean cosine) than
    the dialogue with the same user under direct interaction to those of its own; None there.
    """

    name: str
    dialogues: int
    rounds: int
    similarity: Similarity
    topics: Topics
    nearness: Difference | None = None

    @property
    def title(self) -> str:
        """What paper R calls it."""
        return TITLES[self.name]

    @property
    def unnamed(self) -> int:
        """Dialogues whose topic the model could not name."""
        return self.topics.named.count(None)

    @property
    def single(self) -> float | None:
        """The share of dialogues whose topic no other dialogue of the condition has."""
        once = sum(count == 1 for count in self.topics.counts.values())
        there = sum(self.topics.counts.values())
        return once / there if there else None

    def data(self) -> dict[str, Any]:
        """Everything, ready for JSON, with what follows from the topics."""
        return {
            **self.model_dump(mode="json"),
            "title": self.title,
            "unique_topics": self.topics.unique,
            "max_repetition": self.topics.most_repeated,
            "topic_entropy": self.topics.entropy,
            "single_topic_share": self.single,
            "unnamed": self.unnamed,
        }


class Ablation(Record):
    """The conditions in order, each with what came before; `report` is the page."""

    folder: str
    conditions: tuple[Condition, ...]
    report: str

    def condition(self, name: str) -> Condition:
        """One condition; KeyError for a name that is none."""
        return {condition.name: condition for condition in self.conditions}[name]

    def data(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        conditions = [condition.data() for condition in self.conditions]
        return {**self.model_dump(mode="json"), "conditions": conditions}


def conditions(
    corpora: Mapping[str, Corpus], topics: Mapping[str, Topics]
) -> tuple[Condition, ...]:
    """What was measured on the conditions; dialogue i of each has the same user."""
    near = {name: to_others(corpus) for name, corpus in corpora.items()}
    first = next(iter(near))
    return tuple(
        Condition(
            name=name,
            dialogues=len(corpus.dialogues),
            rounds=sum(dialogue.rounds for dialogue in corpus.dialogues),
            similarity=similarity(corpus),
            topics=topics[name],
            nearness=None if name == first else paired(near[first], near[name]),
        )
        for name, corpus in corpora.items()
    )
