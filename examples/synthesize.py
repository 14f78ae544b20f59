"""Makes dialogues and prints them: the API in a few lines.

python examples/synthesize.py -n 2
python examples/synthesize.py chailv_baoxiao --model openai:NAME --base-url http://localhost:8000/v1
"""

import argparse

import trialogue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default="travel_reimbursement")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    result = trialogue.synthesize(**vars(parser.parse_args()))
    for dialogue in result.dialogues():
        print(f"\n{dialogue.id}: {dialogue.user.identity}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")
    print(f"\n{result.accepted} dialogues are in {result.folder}")


if __name__ == "__main__":
    main()
