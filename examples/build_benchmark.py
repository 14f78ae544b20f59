"""Builds a reasoning benchmark: from a scenario to a table of models.

python examples/build_benchmark.py -n 10
python examples/build_benchmark.py chailv_baoxiao --model openai:BIG --solver openai:SMALL \
    --solver openai:BIG --base-url http://localhost:8000/v1 --budget-calls 2000
"""

import argparse

import trialogue
from trialogue.auditing import audit
from trialogue.benchmarking import benchmark
from trialogue.exporting import export
from trialogue.refining import refine
from trialogue.task_making import make_tasks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default="travel_reimbursement")
    parser.add_argument("-n", type=int, default=4, help="how many dialogues")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of refinement")
    parser.add_argument("--budget-calls", type=int, help="most model calls of the refinement")
    parser.add_argument("--model", default="local", help="makes dialogues and words questions")
    parser.add_argument("--solver", action="append", help="solves and is measured; repeat")
    parser.add_argument(
        "--by-code", action="store_true", default=None, help="code draws what tasks ask for"
    )
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="benchmark", help="the run folder")
    given = parser.parse_args()
    model = {"model": given.model, "base_url": given.base_url}
    solvers = given.solver or [given.model]

    run = trialogue.synthesize(
        given.scenario, n=given.n, out=given.out, embedder=given.embedder, **model
    )
    print(f"{run.accepted} dialogues")

    made = make_tasks(run.folder, solvers=solvers, by_code=given.by_code, **model)
    print(f"{made.count('math')} math tasks, {made.count('common_sense')} of common sense")

    refined = refine(
        run.folder,
        rounds=given.rounds,
        budget_calls=given.budget_calls,
        solvers=solvers,
        by_code=given.by_code,
        embedder=given.embedder,
        **model,
    )
    for one in refined.generations:
        print(f"generation {one.number}: {one.easy_share:.0%} easy, {one.hard_share:.0%} hard")

    found = audit(run.folder)
    print(f"faults: {', '.join(check.name for check in found.faults) or 'none'}")

    table = benchmark(run.folder, solvers, base_url=given.base_url)
    for row in table.rows:
        share, interval = row.all.value, row.all.interval
        told = "-"
        if share is not None and interval is not None:
            told = f"{share:.0%} ({interval[0]:.0%} to {interval[1]:.0%})"
        print(f"{row.model} {row.asked or ''} {row.read}: {told}")

    written = export(run.folder, "inspect")
    print(f"for Inspect AI: {written.folder}")
    print(f"report: {table.report}")


if __name__ == "__main__":
    main()
