"""Gives the user or the assistant a tool of one's own: any LangChain tool will do.

    python examples/own_tool.py --to user
    python examples/own_tool.py --to assistant --model openai:NAME

For a tool that every run can name in its settings, publish it under the entry point
`trialogue.tools`.
"""

import argparse

from langchain_core.tools import tool

import trialogue

RATES = {"EUR": "7.85", "GBP": "9.10", "USD": "7.20"}


@tool
def exchange_rate(currency: str) -> str:
    """Says how many yuan the bank gives for one unit of a currency, such as EUR."""
    rate = RATES.get(currency.upper())
    return f"1 {currency.upper()} = {rate} CNY" if rate else f"no rate for {currency}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--to", choices=["user", "assistant"], default="user")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/own_tool", help="the run folder")
    given = vars(parser.parse_args())
    side = given.pop("to")
    # With `consult` the program compares figures itself; without, the assistant chooses tools.
    given[f"{side}_tools"] = ["exchange_rate"]
    result = trialogue.synthesize(
        "travel_reimbursement", n=1, lookups=4, consult=False, tools=[exchange_rate], **given
    )
    (dialogue,) = result.dialogues()
    for action in dialogue.trajectory:
        print(f"lived: {action.action}")
        for call in action.tool_calls:
            print(f"    {call.name}({call.arguments}) = {call.result}")
    for turn in dialogue.turns:
        print(f"{turn.speaker}: {turn.text}")
        for call in turn.tool_calls:
            print(f"    {call.name}({call.arguments}) = {call.result}")


if __name__ == "__main__":
    main()
