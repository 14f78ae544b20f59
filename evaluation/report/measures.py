"""The report's section on measured sets: tables, similarity, near-duplicates, extremes."""

from collections.abc import Iterator, Mapping, Sequence

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.duplicates import Copy
from trialogue.evaluation.evaluated import Evaluation
from trialogue.evaluation.measured import Compared, Measured
from trialogue.evaluation.report.blocks import (
    Block,
    Cell,
    Conversation,
    Conversations,
    Note,
    Section,
    Table,
    conversation,
    listed,
)
from trialogue.evaluation.report.charts import histogram
from trialogue.evaluation.statistics import Estimate

MOST_SHOWN = 60
_MOST_ROWS = 50
_TABLE_ONE = {
    "dialogues": "dialogues",
    "rounds": "rounds",
    "rounds_per_dialogue": "rounds a dialogue",
    "turns": "turns",
    "tokens_per_turn": "tokens a turn",
    "unique_tokens": "unique tokens",
    "tokens": "tokens",
    "unique_share": "unique / total",
    "tokenizer": "tokeniser",
}


def section(evaluation: Evaluation, corpora: Mapping[str, Corpus]) -> Section:
    """The section `measures` of what was measured on the named corpora."""
    shown = _extremes(evaluation, corpora)
    blocks: list[Block] = [
        *_notes(evaluation),
        table_one(evaluation.sets),
        metric_table(evaluation.sets),
        *_comparisons(evaluation),
        *_similarities(evaluation),
        *_copies("Near-duplicate dialogues (MinHash of 5-grams)", evaluation.duplicates),
        *_copies("Dialogues that resemble the reference", evaluation.copied),
        _extreme_table(evaluation, shown),
        Conversations(
            caption="Dialogues at the extremes of metrics", conversations=listed([*shown.values()])
        ),
        _definitions(evaluation.sets),
    ]
    return Section(id="measures", title="Measures", blocks=tuple(blocks))


def table_one(sets: Sequence[Measured]) -> Table:
    """Table 1 of paper R, a row for each set."""
    rows = ((one.name, *(getattr(one.table, field) for field in _TABLE_ONE)) for one in sets)
    return Table(caption="Table 1 (paper R)", head=("set", *_TABLE_ONE.values()), rows=tuple(rows))


def metric_table(sets: Sequence[Measured]) -> Table:
    """Every metric with its interval and how many dialogues have no value, beside each other."""
    several = len(sets) > 1
    head = [
        title
        for one in sets
        for title in (one.name if several else "mean", "95% interval", "missing")
    ]
    rows = []
    for value in sets[0].metrics:
        found = [one.metric(value.name).estimate for one in sets]
        cells = [cell for estimate in found for cell in _told(estimate)]
        rows.append((value.name, value.level, value.better, *cells))
    return Table(
        caption="Metrics: means over dialogues with bootstrap intervals",
        head=("metric", "level", "better", *head),
        rows=tuple(rows),
    )


def _told(estimate: Estimate) -> tuple[Cell, Cell, Cell]:
    return estimate.value, between(estimate.interval), estimate.missing


def between(interval: tuple[float, float] | None) -> str | None:
    """An interval as people read it."""
    return None if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"


def probability(p: float | None) -> Cell:
    """A p-value as people read it."""
    return "< 0.001" if p is not None and p < 0.001 else p


def comparison(name: str, found: Sequence[Compared], first: str) -> Table:
    """How a set differs from the first one over the dialogues that both have."""
    rows = (
        (
            one.name,
            one.better,
            one.difference.value,
            between(one.difference.interval),
            probability(one.difference.p),
            probability(one.difference.adjusted),
            one.difference.n,
        )
        for one in found
    )
    return Table(
        caption=f"{name} compared with {first}: mean of paired differences, "
        f"{found[0].pairs if found else 0} pairs; p of Wilcoxon's signed-rank test",
        head=("metric", "better", "difference", "95% interval", "p", "p (Holm)", "n"),
        rows=tuple(rows),
    )


def _comparisons(evaluation: Evaluation) -> Iterator[Block]:
    for name, found in evaluation.compared.items():
        if found:
            yield comparison(name, found, evaluation.sets[0].name)
        else:
            yield Note(text=f"No two dialogues of {name} and {evaluation.sets[0].name} pair up.")


def _notes(evaluation: Evaluation) -> Iterator[Block]:
    if evaluation.unread:
        yield Table(
            caption=f"{len(evaluation.unread)} could not be used",
            head=("where and why",),
            rows=tuple((line,) for line in evaluation.unread[:_MOST_ROWS]),
        )
    for name, count in evaluation.guessed.items():
        yield Note(text=f"{name}: {count} dialogues have turns without a speaker, read in turn.")
    for name, counts in evaluation.judged.items():
        yield Note(
            text=f"{name}: {counts.answers} answers of judges, {counts.missing} missing, "
            f"{counts.weighed} weighed by token probabilities."
        )


def _similarities(evaluation: Evaluation) -> Iterator[Block]:
    found = evaluation.similarities
    if not found:
        return
    counts = {name: one.histogram for name, one in found.items()}
    yield histogram(
        "similarity", "Cosine between all pairs of dialogues (paper R, figure 5)", counts, -1, 1
    )
    yield Table(
        caption="Pairwise cosine similarity of dialogues (paper R, table 4)",
        head=("set", "pairs", "max", "min", "mean", "nearest pair"),
        rows=tuple(
            (name, one.pairs, one.maximum, one.minimum, one.mean, " and ".join(one.nearest or ()))
            for name, one in found.items()
        ),
    )


def _copies(caption: str, found: Mapping[str, Sequence[Copy]]) -> Iterator[Block]:
    rows = [
        (name, one.first, one.second, one.similarity)
        for name, all_ in found.items()
        for one in all_
    ]
    if rows:
        yield Table(
            caption=f"{caption}: {len(rows)}, at most {_MOST_ROWS} shown",
            head=("set", "dialogue", "resembles", "similarity"),
            rows=tuple(rows[:_MOST_ROWS]),
        )
    elif found:
        yield Note(text=f"{caption}: none.")


_Place = tuple[str, str, str]


def _extremes(evaluation: Evaluation, corpora: Mapping[str, Corpus]) -> dict[_Place, Conversation]:
    """For each set, metric and end the most extreme dialogue, until there are 60 different."""
    known = {
        name: {dialogue.id: dialogue for dialogue in reversed(corpus.dialogues)}
        for name, corpus in corpora.items()
    }
    shown: dict[_Place, Conversation] = {}
    different: set[tuple[str, str]] = set()
    for name, metric, end, found in _ends(evaluation):
        if len(different | {(name, found)}) > MOST_SHOWN:
            continue
        different.add((name, found))
        made = conversation(known[name][found], f"{end} {metric}")
        label = found if len(corpora) == 1 else f"{name}: {found}"
        shown[name, metric, end] = made.model_copy(update={"id": label})
    return shown


def _ends(evaluation: Evaluation) -> Iterator[tuple[str, str, str, str]]:
    for place in range(len(evaluation.sets[0].metrics)):
        for one in evaluation.sets:
            value = one.metrics[place]
            if value.lowest[:1] == value.highest[:1]:
                continue  # the same everywhere, or nowhere defined
            for end, ids in (("lowest", value.lowest), ("highest", value.highest)):
                yield one.name, value.name, end, ids[0]


def _extreme_table(evaluation: Evaluation, shown: Mapping[_Place, Conversation]) -> Table:
    rows = []
    for one in evaluation.sets:
        for value in one.metrics:
            ends = [shown.get((one.name, value.name, end)) for end in ("lowest", "highest")]
            ids = [end.id if end else None for end in ends]
            if any(ids):
                rows.append((one.name, value.name, *ids))
    return Table(
        caption="Dialogues at the extremes",
        head=("set", "metric", "lowest", "highest"),
        rows=tuple(rows),
    )


def _definitions(sets: Sequence[Measured]) -> Table:
    rows = tuple((value.name, value.definition) for value in sets[0].metrics)
    return Table(caption="What the metrics are", head=("metric", "definition"), rows=rows)
