"""Refines a set of tasks with solvers of known ability and prints the shares by generation.

    python benchmarks/refinement.py [--dialogues 125] [--rounds 12] [--budget-calls 10000] [--k 3]

The solvers are simulated: each is right less often the more operations a task takes, and every
second time by luck where the answer is yes or no. So what is measured is the refinement, not a
model.
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from openai_server import OpenAIServer
from simulated_solvers import ABILITIES, Solvers, story_run

from trialogue.commands.measures import lines
from trialogue.evaluation.refined import Generation
from trialogue.evaluation.report.refinement import generations_table, told
from trialogue.refining import refine
from trialogue.task_making import TaskReport, make_tasks


def show(one: Generation) -> None:
    """A generation as soon as it is there."""
    print(f"  generation {one.number}: easy {one.easy_share:.1%}, {one.calls} calls", flush=True)


def made(folder: Path, base_url: str, k: int, kinds: tuple[str, ...]) -> TaskReport:
    """The first set."""
    return make_tasks(
        folder,
        kinds=kinds,  # type: ignore[arg-type]
        solvers=tuple(ABILITIES),
        k=k,
        by_code=True,
        model="openai:strong",
        base_url=base_url,
    )


def main(dialogues: int, rounds: int, budget: int, k: int, kinds: tuple[str, ...]) -> None:
    """Print the table."""
    solvers = Solvers()
    with (
        tempfile.TemporaryDirectory() as place,
        OpenAIServer(solvers.reply) as server,
        solvers.watching(),
    ):
        folder = story_run(Path(place) / "run", dialogues)
        report = made(folder, server.base_url, k, kinds)
        print(f"{len(report.tasks)} tasks on {dialogues} dialogues, {report.calls} calls")
        found = refine(
            folder,
            rounds=rounds,
            budget_calls=budget,
            solvers=tuple(ABILITIES),
            k=k,
            by_code=True,
            model="openai:strong",
            base_url=server.base_url,
            embedder="hash",
            told=show,
        )
    for line in lines(generations_table(found)):
        print(line)
    print(f"{told(found)} Budget: {budget} calls.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--dialogues", type=int, default=125)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--budget-calls", type=int, default=10000)
    parser.add_argument("--k", type=int, default=3)
    parser.add_argument("--kinds", default="math,common_sense")
    given = parser.parse_args()
    kinds = tuple(given.kinds.split(","))
    main(given.dialogues, given.rounds, given.budget_calls, given.k, kinds)
