"""The report's section on a control study: verdicts, curves, the five studies by level."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from trialogue.evaluation.control_study import Level, Study
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.report.blocks import (
    Block,
    Cell,
    Chart,
    Conversation,
    Conversations,
    Section,
    Table,
    conversation,
)
from trialogue.evaluation.report.charts import curve, lines
from trialogue.evaluation.report.measures import between, probability
from trialogue.evaluation.statistics import Trend

_TRENDS = {
    "drift": "topic drift",
    "change": "change between halves",
    "revisits": "entity revisits",
}
_ASKED = "level asked for, from one end to the other"


def section(studies: Sequence[Study], corpora: Mapping[str, Sequence[Corpus]]) -> Section:
    """The section `controls`; `corpora` has the dialogues of each control's levels in order."""
    blocks: list[Block] = [
        verdict_table(studies),
        *(curve_of(study) for study in studies if study.ordered),
        *map(level_table, studies),
        *_by_level(studies),
        *_entities(studies),
        trend_table(studies),
        Conversations(
            caption="The first user at the first and the last level of each control",
            conversations=tuple(
                shown for study in studies for shown in _ends(study, corpora[study.control])
            ),
        ),
    ]
    return Section(id="controls", title="Control study", blocks=tuple(blocks))


def verdict_table(studies: Sequence[Study]) -> Table:
    """What was asked for against what was found, and the verdict."""
    rows = ((study.control, study.verdict, *_told(study.adherence, study)) for study in studies)
    return Table(
        caption="Level asked for against property measured: Spearman's rho with a bootstrap "
        "interval, Jonckheere-Terpstra trend test, Hedges' g between the first and the last level",
        head=(
            *("control", "verdict", "rho", "95% interval", "z", "p", "p (Holm)"),
            *("g", "dialogues"),
        ),
        rows=tuple(rows),
    )


def level_table(study: Study) -> Table:
    """The five studies of a control by level."""
    return Table(
        caption=f"{study.control}: means by level",
        head=(
            *("level", "dialogues", "measured", "95% interval", "no value"),
            *("topics", "bits", "drift", "change", "revisits"),
        ),
        rows=tuple(_row(level) for level in study.levels),
    )


def trend_table(studies: Sequence[Study]) -> Table:
    """Whether drift, change and revisits follow the levels as well."""
    rows: list[tuple[Cell, ...]] = []
    for study in studies:
        for name, title in _TRENDS.items():
            found: Trend | None = getattr(study, name)
            if found is not None:
                p = probability(found.p)
                rows.append((study.control, title, found.rho.value, between(found.rho.interval), p))
    return Table(
        caption="Drift, change between the halves of a dialogue, and entities taken up again, over "
        "the levels of each control (p is not corrected)",
        head=("control", "property", "rho", "95% interval", "p"),
        rows=tuple(rows),
    )


def curve_of(study: Study) -> Chart:
    """Every dialogue's property against the level asked for."""
    return _curve(study, "measured", f"{study.control}: asked for against measured", "measured")


def _curve(study: Study, name: str, caption: str, found: str) -> Chart:
    asked = [level.share for level in study.levels for _ in getattr(level, name)]
    values = [value for level in study.levels for value in getattr(level, name)]
    file = f"control-{study.control}-{name}".lower()
    return curve(file, caption, asked, np.array(values, np.float64), asked=_ASKED, found=found)


def _told(found: Trend, study: Study) -> tuple[Cell, ...]:
    return (
        found.rho.value,
        between(found.rho.interval),
        found.z,
        probability(found.p),
        probability(study.adjusted),
        found.effect,
        sum(len(level.measured) for level in study.levels),
    )


def _row(level: Level) -> tuple[Cell, ...]:
    measured = level.mean("measured")
    value = f"{level.value:g}" if isinstance(level.value, float) else str(level.value)
    return (
        value,
        len(level.measured),
        measured.value,
        between(measured.interval),
        measured.missing,
        level.topics.unique if level.topics else None,
        level.topics.entropy if level.topics else None,
        *(level.mean(name).value for name in _TRENDS),
    )


def _by_level(studies: Sequence[Study]) -> Iterator[Block]:
    ordered = [study for study in studies if study.ordered]

    def drawn(name: str, found: str, value: Callable[[Level], float | None]) -> Chart:
        series = {
            study.control: (
                [level.share for level in study.levels],
                [value(level) for level in study.levels],
            )
            for study in ordered
        }
        caption = f"{found[0].upper()}{found[1:]} by level"
        return lines(f"controls-{name}", caption, series, asked=_ASKED, found=found)

    if not ordered:
        return
    if any(level.topics for study in ordered for level in study.levels):
        yield drawn("topics", "entropy of topics in bits", _entropy)
    yield drawn("drift", "topic drift", lambda level: level.mean("drift").value)
    yield drawn("change", "change between halves", lambda level: level.mean("change").value)


def _entropy(level: Level) -> float | None:
    return level.topics.entropy if level.topics else None


def _entities(studies: Sequence[Study]) -> Iterator[Block]:
    """C's fifth study is of the knowledge gap; of other controls the table says enough."""
    for study in studies:
        if study.control == "knowledge_gap":
            caption = "Knowledge gap against the share of entities taken up again"
            yield _curve(study, "revisits", caption, "entity revisits")


def _ends(study: Study, corpora: Sequence[Corpus]) -> list[Conversation]:
    ends = [(study.levels[i].value, corpora[i].dialogues[0]) for i in (0, -1)]
    return [
        conversation(dialogue, f"{study.control} {value}").model_copy(
            update={"id": f"{study.control} {value}: {dialogue.id}"}
        )
        for value, dialogue in ends
    ]
