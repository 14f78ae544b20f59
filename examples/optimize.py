"""Tunes dialogues of a scenario and makes one with the recipe that comes of it.

python examples/optimize.py --budget-calls 1500
python examples/optimize.py --model openai:NAME --base-url http://localhost:8000/v1 --report 20
"""

import argparse

import trialogue
from trialogue.search_plan import Extent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default="travel_reimbursement")
    parser.add_argument("--budget-calls", type=int, help="model calls in all")
    parser.add_argument("--generations", type=int, default=2)
    parser.add_argument("--report", type=int, default=4, help="users of the comparison")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="optimised", help="the folder")
    given = parser.parse_args()
    model = {"model": given.model, "base_url": given.base_url, "embedder": given.embedder}
    # Short stories and no reactions: a dialogue takes a third of the calls.
    cheap = {"points": (2, 3), "reactions": False, "consult": False}
    found = trialogue.optimize(
        given.scenario,
        budget_calls=given.budget_calls,
        extent=Extent(
            generations=given.generations, train=2, select=2, report=given.report, moments=4
        ),
        options=cheap,
        out=given.out,
        told=lambda standing: print(f"{standing.stage}: {standing.calls} calls"),
        **model,
    )
    for row in found.table:
        print(f"{row.name}: h {row.h.value:.2f}", row.difference and row.difference.interval)
    print(f"controls: {found.after or 'as they were'}")
    result = trialogue.synthesize(
        given.scenario,
        n=1,
        recipe=found.recipe,
        options=cheap,
        out=f"{given.out}/dialogues",
        seed=99,
        **model,
    )
    for turn in result.dialogues()[0].turns:
        print(f"{turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
