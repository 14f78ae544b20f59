"""Goes on from a dialogue that was made elsewhere, with something new that the user wants.

python examples/continue_dialogue.py examples/imported.jsonl --goal "Ask about the train ticket."
python examples/continue_dialogue.py runs/demo --at-turn 2 --goal "Which receipts do you need?"
"""

import argparse
from pathlib import Path

import trialogue

IMPORTED = Path(__file__).parent / "imported.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", default=str(IMPORTED), help="dialogues, or a run folder")
    parser.add_argument("--scenario", default="travel_reimbursement")
    parser.add_argument("--at-turn", type=int, help="as many turns are kept")
    parser.add_argument("--goal", action="append", help="what the user wants; repeatable")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    given = vars(parser.parse_args())
    goals = given.pop("goal") or [
        "Is the taxi to the airport before six in the morning paid as well?",
        "How long may I wait before I hand in the claim?",
    ]
    result = trialogue.synthesize(continues=given.pop("file"), goals=goals, n=1, **given)
    for dialogue in result.dialogues():
        taken = dialogue.origin.turns if dialogue.origin else 0
        for place, turn in enumerate(dialogue.turns):
            print(f"{'old' if place < taken else 'new'}  {turn.speaker}: {turn.text}")
        print(f"ends: {dialogue.stop_reason}")


if __name__ == "__main__":
    main()
