"""The report's section on an ablation: R's table 4 and figures 2, 4 and 5."""

from collections.abc import Iterator, Mapping, Sequence

from trialogue.evaluation.ablation import Condition
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.report.blocks import (
    Block,
    Conversation,
    Conversations,
    Note,
    Section,
    Table,
    conversation,
)
from trialogue.evaluation.report.charts import bars, histogram
from trialogue.evaluation.report.measures import between, probability

_MOST_TOPICS = 30


def section(found: Sequence[Condition], corpora: Mapping[str, Corpus]) -> Section:
    """The section `ablation`."""
    counts = {condition.title: condition.similarity.histogram for condition in found}
    blocks: list[Block] = [
        table_four(found),
        topic_table(found),
        *unnamed(found),
        histogram(
            "ablation-cosine",
            "Cosine between all pairs of dialogues (paper R, figures 2a and 5)",
            counts,
            -1,
            1,
        ),
        *_topics(found),
        nearness_table(found),
        Conversations(
            caption="The two dialogues of each condition that are most alike",
            conversations=tuple(
                shown.model_copy(update={"id": f"{condition.name}: {shown.id}"})
                for condition in found
                for shown in _nearest(condition, corpora[condition.name])
            ),
        ),
    ]
    return Section(id="ablation", title="Ablation", blocks=tuple(blocks))


def table_four(found: Sequence[Condition]) -> Table:
    """R's table 4."""
    rows = (
        (
            condition.title,
            condition.similarity.maximum,
            condition.similarity.minimum,
            condition.similarity.mean,
            condition.topics.unique,
            condition.topics.most_repeated,
        )
        for condition in found
    )
    return Table(
        caption="Cosine between dialogues, and their topics (paper R, table 4)",
        head=("condition", "max", "min", "mean", "unique topics", "max repetition"),
        rows=tuple(rows),
    )


def topic_table(found: Sequence[Condition]) -> Table:
    """What stands beside table 4: how many dialogues it rests on, and how topics spread."""
    rows = (
        (
            condition.title,
            condition.dialogues,
            condition.rounds / condition.dialogues,
            condition.single,
            condition.topics.entropy,
        )
        for condition in found
    )
    return Table(
        caption="Dialogues and the spread of their topics",
        head=("condition", "dialogues", "rounds a dialogue", "share of single topics", "bits"),
        rows=tuple(rows),
    )


def nearness_table(found: Sequence[Condition]) -> Table:
    """How much nearer or farther dialogues are to each other than under the first condition."""
    rows = (
        (
            condition.title,
            condition.nearness.value,
            between(condition.nearness.interval),
            probability(condition.nearness.p),
            condition.nearness.n,
        )
        for condition in found
        if condition.nearness
    )
    return Table(
        caption="A dialogue's mean cosine to the others of its condition, minus that of the same "
        "user's under direct interaction; p of Wilcoxon's signed-rank test",
        head=("condition", "difference", "95% interval", "p", "users"),
        rows=tuple(rows),
    )


def unnamed(found: Sequence[Condition]) -> Iterator[Note]:
    """Of how many dialogues the topic is missing."""
    for condition in found:
        if condition.unnamed:
            yield Note(
                text=f"{condition.title}: the model named no topic for {condition.unnamed} of "
                f"{condition.dialogues} dialogues; they are left out."
            )


def _topics(found: Sequence[Condition]) -> Iterator[Block]:
    for condition in found:
        if condition.topics.counts:
            yield bars(
                f"ablation-topics-{condition.name}",
                f"{condition.title}: dialogues by topic, the {_MOST_TOPICS} most frequent "
                "(paper R, figures 2 and 4)",
                condition.topics.counts,
                _MOST_TOPICS,
            )


def _nearest(condition: Condition, corpus: Corpus) -> list[Conversation]:
    pair = condition.similarity.nearest or ()
    about = f"cosine {condition.similarity.maximum:.3f}" if pair else ""
    known = {dialogue.id: dialogue for dialogue in corpus.dialogues}
    return [conversation(known[name], about) for name in pair]
