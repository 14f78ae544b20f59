"""What dialogues are about: a model names the topic, embeddings merge the names (R §5, table 4)."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from trialogue.agents.caller import Caller
from trialogue.agents.checks import Check, in_language, no_longer_than
from trialogue.agents.writer import Tally, Writer, fenced
from trialogue.errors import DialogueFailed
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.judge import conversation
from trialogue.evaluation.statistics import entropy_bits
from trialogue.records import Dialogue, Language, Record

SAME = 0.8
_LONGEST = {"en": 60, "zh": 20}


class Topics(Record):
    """Topics of a set of dialogues after merging: `named` is each dialogue's, None if the model
    gave none; `counts` holds how many dialogues each has, most frequent first."""

    named: tuple[str | None, ...]
    counts: dict[str, int]

    @property
    def unique(self) -> int:
        """Different topics (R, table 4)."""
        return len(self.counts)

    @property
    def most_repeated(self) -> int:
        """Dialogues of the most frequent topic (R, table 4)."""
        return max(self.counts.values(), default=0)

    @property
    def entropy(self) -> float:
        """Entropy of the distribution in bits (paper C, study 1)."""
        return entropy_bits(list(self.counts.values()))


async def name_topic(caller: Caller, dialogue: Dialogue, *, seed: int = 0) -> str | None:
    """The topic of a dialogue in a few words by the judge's model; None if it finds none."""
    language: Language = "zh" if dialogue.scenario.language == "zh" else "en"
    writer = Writer(caller, language, seed, drafts=2, tally=Tally())
    checks: tuple[Check, ...] = (
        in_language(language),
        no_longer_than(_LONGEST[language], fatal=True),
    )
    try:
        draft = await writer.line(
            "judge",
            "topic",
            {"conversation": fenced(conversation(dialogue))},
            path=("topic", dialogue.id),
            checks=checks,
            temperature=0.0,
            max_tokens=24,
        )
    except DialogueFailed:
        return None
    return draft.text.strip(" .。").lower()


def merged(names: Sequence[str | None], corpus: Corpus, same: float = SAME) -> Topics:
    """Names nearer to each other than `same` (cosine) count as one topic.

    The more frequent name stands; groups are built by average linkage, in no order of input.
    """
    frequent = Counter(name for name in names if name)
    different = sorted(frequent, key=lambda name: (-frequent[name], name))
    standing = dict(zip(different, different, strict=True))
    if len(different) > 1:
        from sklearn.cluster import AgglomerativeClustering

        rows = corpus.embed(different)
        distances = np.clip(1 - rows @ rows.T, 0, 2)
        found = AgglomerativeClustering(
            None, metric="precomputed", linkage="average", distance_threshold=1 - same
        ).fit_predict(distances)
        first = {group: different[i] for i, group in reversed(list(enumerate(found)))}
        standing = {name: first[group] for name, group in zip(different, found, strict=True)}
    return counted(tuple(standing[name] if name else None for name in names))


def counted(named: tuple[str | None, ...]) -> Topics:
    """The topics of dialogues whose names are merged already."""
    counts = Counter(name for name in named if name)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return Topics(named=named, counts=dict(ordered))
