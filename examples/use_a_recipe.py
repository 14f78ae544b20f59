"""A recipe: how the dialogues of a scenario should be, in a file that can be passed on.

    python examples/use_a_recipe.py                                   # one written here, by hand
    python examples/use_a_recipe.py --recipe runs/optimize-travel_reimbursement-seed0

`trialogue optimize` writes recipes; what is set beside one goes over it.
"""

import argparse
from pathlib import Path

import trialogue
from trialogue.records.recipe import Recipe

# Whole dialogues are short and stay with a subject; lines are plain and brief.
BRIEF = Recipe(
    scenario="travel_reimbursement",
    theta={"turns": 2, "focus": 5},
    phi={"formality": 0.1, "verbosity": 0.2},
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--recipe", help="a recipe.json, or the folder that holds one")
    parser.add_argument("--model", default="local", help="provider:model, or local")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--out", default="runs/use_a_recipe", help="the run folder")
    given = vars(parser.parse_args())
    recipe = given.pop("recipe")
    if recipe is None:
        recipe = f"{given['out']}-recipe.json"
        Path(recipe).parent.mkdir(parents=True, exist_ok=True)
        Path(recipe).write_text(BRIEF.model_dump_json(indent=2), encoding="utf-8")
    result = trialogue.synthesize("travel_reimbursement", recipe=recipe, **given)
    for dialogue in result.dialogues():
        print(f"controls: {dict(dialogue.controls)}")
        for turn in dialogue.turns:
            print(f"{turn.speaker}: {turn.text}")


if __name__ == "__main__":
    main()
