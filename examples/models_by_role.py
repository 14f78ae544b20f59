"""Another model for a role: say, a small one that plays users and a large one that answers.

    python examples/models_by_role.py --user-model openai:gpt-4o-mini --model openai:gpt-4o
    python examples/models_by_role.py --user-model openai:qwen --user-url http://localhost:8000/v1

In a settings file the same stands under `roles`.
"""

import argparse

import trialogue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", default="local", help="of every role that has no other")
    parser.add_argument("--base-url", help="of an OpenAI-compatible server")
    parser.add_argument("--user-model", help="of the user, and of who makes users up")
    parser.add_argument("--user-url", help="of the user's server")
    parser.add_argument("-n", type=int, default=1, help="how many dialogues")
    parser.add_argument("--embedder", default="local", help="local, hash or openai:NAME")
    parser.add_argument("--out", default="runs/models_by_role", help="the run folder")
    given = vars(parser.parse_args())
    name, url = given.pop("user_model"), given.pop("user_url")
    other = {"name": name or given["model"], "base_url": url or given["base_url"]}
    roles = {"user": {**other, "temperature": 0.9}, "user_generator": other}
    result = trialogue.synthesize("travel_reimbursement", roles=roles, **given)
    for dialogue in result.dialogues():
        for turn in dialogue.turns:
            print(f"{turn.speaker} ({dialogue.models[turn.speaker]}): {turn.text}")
    for role, usage in result.usage.items():
        print(f"{role}: {usage.calls} calls, {usage.output_tokens} tokens written")


if __name__ == "__main__":
    main()
