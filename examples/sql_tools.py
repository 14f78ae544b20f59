"""An assistant with tools over a real database: every call and result stands in the record.

python examples/sql_tools.py
python examples/sql_tools.py --toolset my_tools.yaml --model openai:NAME
"""

import argparse
from pathlib import Path

import trialogue

TOOLS = Path(__file__).parent / "toolsets" / "library_loans.yaml"
DESK = Path(__file__).parent / "scenarios" / "library_desk.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("scenario", nargs="?", default=str(DESK), help="a scenario's YAML file")
    parser.add_argument("--toolset", default=str(TOOLS), help="a tool set's file")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mode", choices=("task", "user"), default="user")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", help="the run folder")
    result = trialogue.synthesize(**vars(parser.parse_args()))
    for dialogue in result.dialogues():
        print(f"\n{dialogue.id}: {dialogue.user.identity}")
        for turn in dialogue.turns:
            for call in turn.tool_calls:
                print(f"  {call.name} {call.arguments} -> {call.result}")
            print(f"{turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
