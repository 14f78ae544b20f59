"""Measures sets of dialogues: `trialogue evaluate` and its twin in Python (METHOD §6)."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from trialogue.agents.caller import ModelSpec
from trialogue.agents.limits import Limits
from trialogue.dialogue_sets import PathLike, Sets, read_sets
from trialogue.errors import UsageError
from trialogue.evaluation.corpus import Floats
from trialogue.evaluation.duplicates import Copy, copies, near_duplicates
from trialogue.evaluation.evaluated import Evaluation, JudgeCounts
from trialogue.evaluation.goal_figures import GoalFigures, goal_figures
from trialogue.evaluation.judged import QUALITIES, judge_counts, judged_values
from trialogue.evaluation.measured import Described, compared, measured, values_of
from trialogue.evaluation.metric_file import read_metric_file
from trialogue.evaluation.metrics import Metric, all_metrics, chosen_metrics
from trialogue.evaluation.report import measures, put_section, report_title, run
from trialogue.evaluation.similarity import similarity
from trialogue.judging import Judged, judge_sets
from trialogue.judging import judges as judges_named
from trialogue.memory.embedders import make_embedder

if TYPE_CHECKING:
    from trialogue.memory.embedders import Embedder

__all__ = [
    "Evaluation",
    "Sets",
    "chosen_or_all",
    "evaluate",
    "read_sets",
    "report_folder",
    "report_title",
]

MOST_PAIRS = 3000
Values = dict[str, dict[str, Floats]]


def evaluate(
    *paths: PathLike,
    metrics: Sequence[str | Metric] | None = None,
    tokenizer: str = "auto",
    embedder: "str | Embedder | None" = "local",
    reference: PathLike | None = None,
    strict: bool = False,
    judges: Sequence[str] = (),
    base_url: str | None = None,
    limits: Limits | None = None,
    report: PathLike | None = None,
    told: Judged | None = None,
    metric: PathLike | None = None,
) -> Evaluation:
    """Measure the dialogues of each path by base metrics, with bootstrap intervals.

    A path is a run folder or a file in any format that is known: ours, OpenAI messages, ShareGPT,
    plain turns, the published RealReasoning files. `metrics` are names or Metrics, by default
    all; `embedder` is a name or an Embedder, None leaves out what needs one. `reference` is a
    file of public dialogues of which copies are looked for.

    `judges` are models that rate coherence, fluency and diversity, behind `base_url` unless
    built in, within `limits`; `told` hears how far they are. `report` is a folder: the page
    `report.html` is written there, and the judges' answers are kept there. `metric` is a metric
    file, measured beside the base metrics under the name `metric`.

    Raises UsageError for what the caller can mend; with `strict` also for the first dialogue
    that cannot be used; LimitReached, after which the same call goes on.
    """
    if not paths:
        raise UsageError("nothing to evaluate; name a run folder or a file of dialogues")
    chosen = chosen_or_all(metrics, with_embedder=embedder is not None)
    chosen += fitted_metric(metric, with_embedder=embedder is not None)
    models = judges_named(judges, base_url) if judges else {}
    folder = report_folder(report, needed=bool(models))
    found = make_embedder(embedder) if isinstance(embedder, str) else embedder
    sets = read_sets(paths, tokenizer=tokenizer, embedder=found, strict=strict)
    values = {name: values_of(corpus, chosen) for name, corpus in sets.corpora.items()}
    judged = _judge(sets, models, folder, limits, told, values)
    described: list[Described] = [*chosen, *(QUALITIES if judged else ())]
    copied = _copied(sets, reference, tokenizer, strict)
    first, *others = sets.corpora.items()
    evaluation = Evaluation(
        sets=tuple(measured(n, c, described, values[n]) for n, c in sets.corpora.items()),
        compared={
            name: compared((first[1], values[first[0]]), (corpus, values[name]), described)
            for name, corpus in others
        },
        similarities={
            name: similarity(corpus)
            for name, corpus in sets.corpora.items()
            if found is not None and 1 < len(corpus.dialogues) <= MOST_PAIRS
        },
        duplicates={n: tuple(near_duplicates(corpus)) for n, corpus in sets.corpora.items()},
        copied=copied,
        judged=judged,
        unread=tuple(sets.unread),
        guessed=sets.guessed,
        goals=_goals(sets),
    )
    return evaluation if folder is None else _reported(evaluation, sets, folder)


def _judge(
    sets: Sets,
    models: Mapping[str, ModelSpec],
    folder: Path | None,
    limits: Limits | None,
    told: Judged | None,
    values: Values,
) -> dict[str, JudgeCounts]:
    """Have the sets judged, put the judges' values beside the metrics', count the answers."""
    if not models or folder is None:
        return {}
    dialogues = {name: corpus.dialogues for name, corpus in sets.corpora.items()}
    found = judge_sets(dialogues, models, folder, limits=limits, told=told)
    for name, judgements in found.items():
        values[name] |= judged_values(judgements)
    return {name: judge_counts(judgements, len(models)) for name, judgements in found.items()}


def report_folder(report: PathLike | None, *, needed: bool = False) -> Path | None:
    """The folder of a report, made if it is not there; None if no report is wanted.

    Raises UsageError if it cannot be made, or if it is `needed` and none is named.
    """
    if report is None:
        if needed:
            raise UsageError("judges' answers are kept in the report's folder; name one: --report")
        return None
    folder = Path(report)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot hold a report: {error.strerror or error}") from error
    return folder


def _goals(sets: Sets) -> dict[str, GoalFigures]:
    """U's table 1 of the sets whose dialogues have goals: those that were made here."""
    found = {
        name: goal_figures(corpus.dialogues)
        for name, corpus in sets.corpora.items()
        if any(dialogue.goal for dialogue in corpus.dialogues)
    }
    return {name: figures for name, figures in found.items() if figures is not None}


def _reported(evaluation: Evaluation, sets: Sets, folder: Path) -> Evaluation:
    sections = [measures.section(evaluation, sets.corpora)]
    if evaluation.goals:
        sections.insert(0, run.section(evaluation.goals))
    page = put_section(folder, *sections, title=report_title(folder))
    return evaluation.model_copy(update={"report": str(page)})


def _copied(
    sets: Sets, reference: PathLike | None, tokenizer: str, strict: bool
) -> dict[str, tuple[Copy, ...]]:
    if reference is None:
        return {}
    read = read_sets([reference], tokenizer=tokenizer, strict=strict)
    sets.unread.extend(read.unread)
    [known] = read.corpora.values()
    return {name: tuple(copies(corpus, known)) for name, corpus in sets.corpora.items()}


def chosen_or_all(chosen: Sequence[str | Metric] | None, *, with_embedder: bool) -> list[Metric]:
    """The metrics meant: the chosen ones, or all, without an embedder those that need none."""
    if chosen is None:
        every = all_metrics().values()
        return [metric for metric in every if with_embedder or "embedder" not in metric.needs]
    own = [metric for metric in chosen if isinstance(metric, Metric)]
    names = [metric if isinstance(metric, str) else metric.name for metric in chosen]
    return chosen_metrics(names, own)


def fitted_metric(file: PathLike | None, *, with_embedder: bool) -> list[Metric]:
    """The metric of a metric file, none without a file.

    Raises UsageError if it cannot be computed here, also for want of an embedder.
    """
    if file is None:
        return []
    found = read_metric_file(Path(file))
    if found.embedder and not with_embedder:
        raise UsageError(f"{file} needs the embedder {found.embedder}; leave out --no-embedder")
    return [found.as_metric()]
