"""What evaluating metric trees costs: 1,000 random trees over 1,000 dialogues' leaf values.

`python benchmarks/tree_speed.py` prints the best and the median time of several repetitions for
trees of each depth; leaf values are given, as they are cached in practice. Run it on an idle
machine.
"""

import argparse
import statistics
import time
from typing import Any

import numpy as np

from trialogue.evaluation.metrics.registry import BUILT_IN
from trialogue.evaluation.trees import Limits, evaluate_many, grown, size


def main(options: Any) -> None:
    """Print a row for each depth."""
    rng = np.random.default_rng(options.seed)
    names = tuple(BUILT_IN)
    values = {name: rng.normal(size=options.dialogues) for name in names}
    print(f"{options.trees:,} trees over {options.dialogues:,} dialogues, {len(names)} metrics")
    print(f"{'depth':>5} {'nodes a tree':>13} {'best s':>8} {'median s':>9}")
    for depth in range(2, 7):
        trees = [grown(rng, names, depth, Limits(depth=depth)) for _ in range(options.trees)]
        nodes = statistics.mean(map(size, trees))
        seconds = []
        for _ in range(options.times):
            start = time.perf_counter()
            evaluate_many(trees, values)
            seconds.append(time.perf_counter() - start)
        print(f"{depth:5} {nodes:13.1f} {min(seconds):8.3f} {statistics.median(seconds):9.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trees", type=int, default=1000)
    parser.add_argument("--dialogues", type=int, default=1000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    main(parser.parse_args())
