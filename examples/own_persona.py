"""Users of one's own making: a source of personas is anything with `draw`.

    python examples/own_persona.py
    python examples/own_persona.py --scenario chailv_baoxiao --model openai:NAME

For personas that every run can name in its settings, publish the source under the entry point
`trialogue.personas` (examples/plugin); for a list of people a file will do (examples/personas).
"""

import argparse
from random import Random

import trialogue
from trialogue import Persona, Scenario

JOBS = {
    "en": ("night nurse", "lighthouse keeper", "violin maker"),
    "zh": ("夜班护士", "灯塔看守", "制琴师"),
}


class RarePeople:
    """Novices with rare jobs and experts, in turn."""

    def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
        """The persona of a dialogue: it depends on the arguments and on nothing else."""
        job = Random(f"{seed}/{number}").choice(JOBS[scenario.language])
        return Persona(job=job, expertise=5 if number % 2 else 1, patience="low")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenario", default="travel_reimbursement")
    parser.add_argument("-n", type=int, default=2, help="how many dialogues")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/own_persona", help="the run folder")
    given = vars(parser.parse_args())
    result = trialogue.synthesize(given.pop("scenario"), personas=RarePeople(), **given)
    for dialogue in result.dialogues():
        print(f"\n{dialogue.user.identity}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
