"""Runs one graph alone, the dialogue, and prints its events as they come.

What the user lived through is written down here; it could as well come from a record of another
run, or from the `experience` graph.

    python examples/run_a_graph.py
"""

import argparse
import asyncio
from typing import Any

from trialogue.graphs import dialogue
from trialogue.graphs.running import steps
from trialogue.records import Action, Fact, UserProfile
from trialogue.services import opened
from trialogue.settings import Settings

USER = UserProfile(
    id="mara",
    identity="Mara Lindqvist, 41, buyer, direct",
    intent="I was at a supplier's and want to know what I get back for it.",
    problems=("Is that room covered?", "Are the taxis paid?"),
)
TRAJECTORY = (
    Action(
        index=1,
        action="On 4 March I stayed at a hotel in Hangzhou, 3 nights at 480 CNY per night.",
        topic="hotel",
        facts=(
            Fact(name="room_rate", value="480", unit="CNY per night", when="2026-03-04"),
            Fact(name="nights", value="3", unit="nights", when="2026-03-04"),
        ),
    ),
    Action(
        index=2,
        action="On 5 March I took taxis to the supplier, 4 rides at 45 CNY per ride.",
        topic="taxi",
        facts=(
            Fact(name="fare", value="45", unit="CNY per ride", when="2026-03-05"),
            Fact(name="rides", value="4", unit="rides", when="2026-03-05"),
        ),
    ),
)


async def converse(settings: Settings) -> None:
    given: Any = {"user": USER, "trajectory": TRAJECTORY}
    graph = dialogue.build().compile()
    async with opened(settings) as services:
        events = graph.astream(
            given,
            {"recursion_limit": steps(settings.options)},
            context=services.context,
            stream_mode="updates",
        )
        async for event in events:
            for node, update in event.items():
                for turn in update.get("turns", ()):
                    print(f"[{node}] {turn.text}")
                    for call in turn.tool_calls:
                        print(f"    {call.name}({call.arguments}) = {call.result}")
                if reason := update.get("stop_reason"):
                    print(f"[{node}] ends: {reason}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/run_a_graph", help="the run folder")
    given = vars(parser.parse_args())
    asyncio.run(converse(Settings(scenario="travel_reimbursement", **given)))


if __name__ == "__main__":
    main()
