"""A metric: the share of a user's questions that are followed by an answer of some length."""

import numpy as np

from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric
from trialogue.records import Dialogue

WORDS = 5


def _share(dialogue: Dialogue) -> float:
    answers = [
        turn.text
        for before, turn in zip(dialogue.turns, dialogue.turns[1:], strict=False)
        if before.speaker == "user" and before.text.rstrip().endswith(("?", "？"))
    ]
    if not answers:
        return float("nan")
    return sum(len(text.split()) >= WORDS or len(text) >= 4 * WORDS for text in answers) / len(
        answers
    )


def _compute(corpus: Corpus) -> Floats:
    return np.array([_share(dialogue) for dialogue in corpus.dialogues], dtype=float)


QUESTIONS_ANSWERED = Metric(
    name="questions_answered",
    level="dialogue",
    definition="Share of the user's questions that get an answer of at least five words.",
    compute=_compute,
    better="higher",
)
