"""Paper C's five studies of a control: topic diversity, adherence, topic drift, stability over
turns, entities taken up again; and whether the control is followed (METHOD §2)."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from trialogue.agents.controls import Control, Value
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.halves import halves
from trialogue.evaluation.metrics.coherence import topic_drift
from trialogue.evaluation.metrics.grounding import entity_revisits
from trialogue.evaluation.statistics import Estimate, Trend, holm, mean, trend
from trialogue.evaluation.topics import Topics
from trialogue.records import Dialogue, Record

Verdict = Literal["follows", "does not follow", "cannot be said"]
FEWEST = 10
PROPERTIES = ("measured", "drift", "change", "revisits")


class Level(Record):
    """The dialogues of one level of a control, in order of their users.

    `share` is where the level lies between the ends of the control, for a control without an order
    its place in the list. By dialogue, None where there is no value: `measured` is the control's
    property, `change` how much it differs between the halves of a dialogue, `drift` the topic
    drift, `revisits` the share of mentions of entities that were mentioned before. `topics` is
    None where none were named.
    """

    value: Value
    share: float
    measured: tuple[float | None, ...]
    change: tuple[float | None, ...]
    drift: tuple[float | None, ...]
    revisits: tuple[float | None, ...]
    topics: Topics | None = None

    def mean(self, name: str) -> Estimate:
        """The mean of one of PROPERTIES with its interval."""
        return mean(np.array(getattr(self, name), np.float64))


class Study(Record):
    """One control at all its levels.

    `adherence` is the trend of the measured property over the levels asked for. For a control
    without an order, every dialogue is measured against the level asked for and against the
    others, and the trend is from "another" to "asked". `adjusted` is its p corrected for the
    number of controls studied (Holm). `drift`, `change` and `revisits` are trends of those
    properties over the levels, None without an order.
    """

    control: str
    ordered: bool
    levels: tuple[Level, ...]
    adherence: Trend
    verdict: Verdict
    adjusted: float | None = None
    drift: Trend | None = None
    change: Trend | None = None
    revisits: Trend | None = None


class ControlStudy(Record):
    """What was found of each control; `report` is the page."""

    folder: str
    studies: tuple[Study, ...]
    report: str

    def study(self, control: str) -> Study:
        """The study of one control; KeyError if there is none."""
        return {study.control: study for study in self.studies}[control]

    def data(self) -> dict[str, Any]:
        """Everything, ready for JSON, with what follows from the topics."""
        data = self.model_dump(mode="json")
        for study, shown in zip(self.studies, data["studies"], strict=True):
            for level, there in zip(study.levels, shown["levels"], strict=True):
                if level.topics:
                    bits = {"entropy": level.topics.entropy, "unique": level.topics.unique}
                    there["topics"] |= bits
        return data


def studied(
    control: Control,
    corpora: Mapping[Value, Corpus],
    topics: Mapping[Value, Topics] | None = None,
) -> Study:
    """The study of a control from its dialogues by level."""
    levels = tuple(
        _level(control, value, place, corpus, (topics or {}).get(value))
        for place, (value, corpus) in enumerate(corpora.items())
    )
    asked, found = _adherence(control, levels, corpora)
    adherence = trend(asked, found)

    def over(name: str) -> Trend | None:
        return _over(levels, name) if control.ordered else None

    return Study(
        control=control.name,
        ordered=control.ordered,
        levels=levels,
        adherence=adherence,
        verdict=verdict(adherence, len(np.unique(asked[np.isfinite(found)]))),
        drift=over("drift"),
        change=over("change"),
        revisits=over("revisits"),
    )


def corrected(studies: Sequence[Study]) -> tuple[Study, ...]:
    """The studies with p-values corrected for their number."""
    adjusted = holm([study.adherence.p for study in studies])
    return tuple(
        study.model_copy(update={"adjusted": p}) for study, p in zip(studies, adjusted, strict=True)
    )


def verdict(found: Trend, levels: int = 2) -> Verdict:
    """Whether a control is followed: Spearman's rho above 0 with its whole interval.

    With fewer than 10 values, or values at fewer than two `levels`, nothing is said. A property
    that is the same at all levels does not follow.
    """
    rho = found.rho
    if rho.n < FEWEST or levels < 2:
        return "cannot be said"
    if rho.value is None or rho.interval is None:
        return "does not follow"
    return "follows" if rho.value > 0 and rho.interval[0] > 0 else "does not follow"


def _level(
    control: Control, value: Value, place: int, corpus: Corpus, topics: Topics | None
) -> Level:
    return Level(
        value=value,
        share=control.share(value) if control.ordered else float(place),
        measured=tuple(control.measure(dialogue) for dialogue in corpus.dialogues),
        change=tuple(_change(control, dialogue) for dialogue in corpus.dialogues),
        drift=_there(topic_drift(corpus)),
        revisits=_there(entity_revisits(corpus)),
        topics=topics,
    )


def _change(control: Control, dialogue: Dialogue) -> float | None:
    parts = halves(dialogue)
    if parts is None:
        return None
    first, last = map(control.measure, parts)
    return None if first is None or last is None else abs(last - first)


def _there(values: Floats) -> tuple[float | None, ...]:
    return tuple(float(value) if np.isfinite(value) else None for value in values)


def _over(levels: Sequence[Level], name: str) -> Trend:
    asked = [level.share for level in levels for _ in getattr(level, name)]
    found = [value for level in levels for value in getattr(level, name)]
    return trend(np.array(asked, np.float64), np.array(found, np.float64))


def _adherence(
    control: Control, levels: Sequence[Level], corpora: Mapping[Value, Corpus]
) -> tuple[Floats, Floats]:
    """What was asked for and what was found, a pair for each dialogue; without an order two."""
    if control.ordered:
        asked = [level.share for level in levels for _ in level.measured]
        found = [value for level in levels for value in level.measured]
        return np.array(asked, np.float64), np.array(found, np.float64)
    own = [value for level in levels for value in level.measured]
    others = [
        _as_another(control, dialogue, [other for other in corpora if other != value])
        for value, corpus in corpora.items()
        for dialogue in corpus.dialogues
    ]
    ends = [1.0] * len(own) + [0.0] * len(others)
    return np.array(ends, np.float64), np.array([*own, *others], np.float64)


def _as_another(control: Control, dialogue: Dialogue, others: Sequence[Value]) -> float | None:
    """What would be measured had another level been asked for: the mean over the others."""
    values = [
        control.measure(
            dialogue.model_copy(update={"controls": {**dialogue.controls, control.name: other}})
        )
        for other in others
    ]
    there = [value for value in values if value is not None]
    return sum(there) / len(there) if there else None
