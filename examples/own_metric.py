"""A metric of one's own, measured beside those that come along.

    python examples/own_metric.py runs/demo          # a run, or a file of dialogues
    python examples/own_metric.py --metrics distinct_1,turns

For a metric that every `trialogue evaluate` measures, publish it under the entry point
`trialogue.metrics` (examples/plugin).
"""

import argparse
from pathlib import Path

import numpy as np

import trialogue
from trialogue.evaluation.corpus import Corpus, Floats
from trialogue.evaluation.metrics import Metric

IMPORTED = Path(__file__).parent / "imported.jsonl"


def compute(corpus: Corpus) -> Floats:
    """The share of the assistant's turns with a figure, by dialogue; NaN where it says nothing."""
    shares = []
    for dialogue in corpus.dialogues:
        said = [turn.text for turn in dialogue.turns if turn.speaker == "assistant"]
        figures = [any(letter.isdigit() for letter in text) for text in said]
        shares.append(sum(figures) / len(figures) if figures else float("nan"))
    return np.array(shares, dtype=float)


CONCRETE = Metric(
    name="concrete_answers",
    level="dialogue",
    definition="Share of the assistant's turns that contain a figure.",
    compute=compute,
    better="higher",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", default=str(IMPORTED), help="a run, or dialogues")
    parser.add_argument("--metrics", default="turns,distinct_1", help="others beside it")
    given = parser.parse_args()
    metrics = [CONCRETE, *given.metrics.split(",")]
    found = trialogue.evaluate(given.path, metrics=metrics, embedder=None)
    for measured in found.sets[0].metrics:
        print(f"{measured.name}: {measured.estimate.value:.3f} ({measured.definition})")


if __name__ == "__main__":
    main()
