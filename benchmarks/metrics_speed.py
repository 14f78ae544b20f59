"""What measuring costs: seconds and memory of all base metrics, and distinct-n beside packages.

`python benchmarks/metrics_speed.py` measures 1,000, 3,000 and 10,000 generated dialogues of 10
turns (`--large` adds 100,000), each in a process of its own, without embeddings.
`--distinct` compares distinct-n with published implementations (needs nltk and scikit-learn; the
package `diversity` if it is installed). Run it on an idle machine.
"""

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.metrics import all_metrics
from trialogue.evaluation.metrics.diversity import distinct_corpus
from trialogue.records import Dialogue, ScenarioRef, Turn, UserProfile

TURNS, WORDS, LONGEST, ZIPF = 10, 30_000, 40, 1.2
ORDERS = (1, 2, 3)
Texts = list[str]


def texts(turns: int, seed: int = 0) -> Texts:
    """Turns of 1 to 40 words (20.5 in the mean), the words drawn by Zipf's law."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, WORDS + 1) ** ZIPF
    names = np.array([f"w{number:x}" for number in range(WORDS)])
    lengths = rng.integers(1, LONGEST + 1, turns)
    words = names[
        np.searchsorted(np.cumsum(weights / weights.sum())[:-1], rng.random(sum(lengths)))
    ]
    ends = np.cumsum(lengths)
    return [" ".join(words[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def dialogues(count: int, seed: int = 0) -> list[Dialogue]:
    """As many dialogues of 10 turns; every third turn asks, every fourth has a figure."""
    said = texts(count * TURNS, seed)
    here = ScenarioRef(id="made", name="made", language="en")
    user = UserProfile(id="u", identity="", intent="", problems=())
    return [
        Dialogue(
            id=f"made-{number}",
            scenario=here,
            user=user,
            stop_reason="made",
            turns=tuple(
                Turn(speaker="assistant" if i % 2 else "user", text=_dressed(i, text))
                for i, text in enumerate(said[number * TURNS : (number + 1) * TURNS])
            ),
        )
        for number in range(count)
    ]


def _dressed(place: int, text: str) -> str:
    figure = f" for {100 + len(text)} Yuan" if place % 4 == 0 else ""
    return f"{text.capitalize()}{figure}{'?' if place % 3 == 0 else '.'}"


def peak() -> float:
    """The largest resident memory of this process so far in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(count: int, each: bool) -> None:
    """Print a row for one size."""
    made = dialogues(count)
    before, start = peak(), time.perf_counter()
    corpus = Corpus(made, "word")
    tokens = len(corpus.tokens)
    if each:
        print(f"{'tokenising':24} {time.perf_counter() - start:8.2f}")
    for metric in all_metrics().values():
        if "embedder" not in metric.needs:
            begun = time.perf_counter()
            metric.compute(corpus)
            if each:
                print(f"{metric.name:24} {time.perf_counter() - begun:8.2f}")
    seconds = time.perf_counter() - start
    print(f"{count:9,} {tokens:11,} {seconds:8.1f} {before:9.0f} {peak():8.0f}", flush=True)


def ours(said: Texts) -> list[float]:
    """distinct-1, -2 and -3 of the corpus."""
    corpus = Corpus(_RECORDS[id(said)], "word")
    return [float(distinct_corpus(corpus, n)[0]) for n in ORDERS]


_RECORDS: dict[int, list[Dialogue]] = {}


def keep_records(said: Texts) -> None:
    """Make the records that `ours` reads: both sides begin with what they take, in memory."""
    user = UserProfile(id="u", identity="", intent="", problems=())
    turns = tuple(Turn(speaker="user", text=text) for text in said)
    here = ScenarioRef(id="made", name="made", language="en")
    _RECORDS[id(said)] = [
        Dialogue(id="all", scenario=here, user=user, turns=turns, stop_reason="made")
    ]


def with_nltk(said: Texts) -> list[float]:
    """The same by nltk's n-grams in a set."""
    from nltk.util import ngrams

    tokens = [text.split() for text in said]
    found = []
    for n in ORDERS:
        grams = [gram for turn in tokens for gram in ngrams(turn, n)]
        found.append(len(set(grams)) / len(grams))
    return found


def with_zip(said: Texts) -> list[float]:
    """The same by `zip` over shifted lists and one set, as the fastest published scripts do."""
    tokens = [text.split() for text in said]
    found = []
    for n in ORDERS:
        different: set[tuple[str, ...]] = set()
        for turn in tokens:
            different.update(zip(*(turn[i:] for i in range(n)), strict=False))
        found.append(len(different) / sum(max(0, len(turn) - n + 1) for turn in tokens))
    return found


def with_scikit_learn(said: Texts) -> list[float]:
    """The same by scikit-learn's CountVectorizer."""
    from sklearn.feature_extraction.text import CountVectorizer

    found = []
    for n in ORDERS:
        counts = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(n, n))
        rows = counts.fit_transform(said)
        found.append(rows.shape[1] / rows.sum())
    return found


def with_diversity(said: Texts) -> list[float]:
    """The package `diversity` (Shaib et al. 2024) sums distinct-1 to -3, over turn boundaries."""
    from diversity import ngram_diversity_score

    return [ngram_diversity_score(said, 3)]


SIDES: dict[str, Callable[[Texts], list[float]]] = {
    "ours": ours,
    "zip and set": with_zip,
    "nltk": with_nltk,
    "scikit-learn": with_scikit_learn,
    "diversity": with_diversity,
}


def compare(turns: int, times: int) -> None:
    """Print the best time of each side, in turn on the same texts, tokenising included."""
    said = texts(turns)
    keep_records(said)
    best: dict[str, float] = {}
    values: dict[str, Sequence[float]] = {}
    for _ in range(times):
        for name, side in SIDES.items():
            start = time.perf_counter()
            try:
                values[name] = side(said)
            except ImportError:
                continue
            best[name] = min(best.get(name, np.inf), time.perf_counter() - start)
    print(f"distinct-1, -2, -3 of {turns:,} turns; best of {times}, tokenising included")
    for name, seconds in best.items():
        shown = " ".join(f"{value:.4f}" for value in values[name])
        print(f"{name:14} {seconds:7.2f} s  {seconds / best['ours']:5.2f} times ours  {shown}")


def main(options: Any) -> None:
    """Measure one size here, or every size in processes of their own."""
    if options.distinct:
        compare(options.turns, options.times)
    elif options.count:
        measure(options.count, options.each)
    else:
        head = ("dialogues", "tokens", "seconds", "before MB", "peak MB")
        print(f"{head[0]:>9} {head[1]:>11} {head[2]:>8} {head[3]:>9} {head[4]:>8}", flush=True)
        for count in (1_000, 3_000, 10_000, *((100_000,) if options.large else ())):
            subprocess.run([sys.executable, __file__, "--count", str(count)], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also 100,000 dialogues")
    parser.add_argument("--count", type=int, default=0, help="only this many, in this process")
    parser.add_argument("--each", action="store_true", help="with --count: every metric's seconds")
    parser.add_argument("--distinct", action="store_true", help="distinct-n beside packages")
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    main(parser.parse_args())
