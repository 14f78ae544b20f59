"""Adds a folder of documents of one's own to the rules, and shows which answers rest on them.

python examples/own_documents.py                        # with the pages in examples/handbook
python examples/own_documents.py path/to/folder -n 3    # Markdown, text, HTML or PDF
"""

import argparse
from pathlib import Path

import trialogue

HANDBOOK = Path(__file__).parent / "handbook"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("documents", nargs="?", default=str(HANDBOOK), help="a folder or file")
    parser.add_argument("--scenario", default="travel_reimbursement")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    given = vars(parser.parse_args())
    result = trialogue.synthesize(
        given.pop("scenario"), documents=(given.pop("documents"),), **given
    )
    for problem in result.problems:
        print(f"not read: {problem}")
    for dialogue in result.dialogues():
        print(f"\n{dialogue.id}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")
            if turn.sources:
                print(f"    from {', '.join(turn.sources)}")


if __name__ == "__main__":
    main()
