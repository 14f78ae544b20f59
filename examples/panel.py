"""A panel: two users and two assistants in one dialogue, and a policy that gives the floor.

python examples/panel.py                                # in turn
python examples/panel.py --policy address -n 3          # whoever is spoken to
python examples/panel.py --policy model --model ollama:qwen3:8b
"""

import argparse
from pathlib import Path

import trialogue

PANEL = Path(__file__).parent / "scenarios" / "panel_workshop.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default=str(PANEL), help="a scenario's YAML file")
    parser.add_argument("--policy", choices=("round_robin", "address", "model"))
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    given = vars(parser.parse_args())
    result = trialogue.synthesize(given.pop("scenario"), **given)
    for dialogue in result.dialogues():
        print(f"\n{dialogue.id}")
        for participant in dialogue.participants:
            print(f"  {participant.name} ({participant.speaker}): {participant.description}")
        for turn in dialogue.turns:
            print(f"{turn.name or turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
