"""Users with several things to settle: the goal in parts, its state, and how it ended.

python examples/user_oriented.py
python examples/user_oriented.py chailv_baoxiao --disclosure 2 --model openai:NAME
"""

import argparse

import trialogue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default="travel_reimbursement")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--disclosure", type=int, default=1, help="things raised in one turn")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    given = vars(parser.parse_args())
    controls = {"disclosure": given.pop("disclosure"), "feedback": 0.5}
    result = trialogue.synthesize(mode="user", controls=controls, **given)
    for dialogue in result.dialogues():
        print(f"\n{dialogue.id}: {dialogue.user.identity}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")
        for task in dialogue.goal:
            print(f"  {task.state:9} given in turn {task.given}, done in {task.done}: {task.text}")
        print(f"  ends: {dialogue.stop_reason}")


if __name__ == "__main__":
    main()
