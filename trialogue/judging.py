"""Has whole sets of dialogues judged: by one model or several, every answer in a journal."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from trialogue.agents.at_once import each
from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.limits import Limits
from trialogue.disk_errors import plain_disk_errors
from trialogue.errors import UsageError
from trialogue.evaluation.judge import DIMENSIONS, Judgement, judge
from trialogue.memory.journal import Journal
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue

JOURNAL = "judge.sqlite"
Judged = Callable[[int, int], None]


def judges(names: Sequence[str], base_url: str | None = None) -> dict[str, ModelSpec]:
    """Models by role: `judge`, `judge_2`, …; `base_url` is of those that are not built in.

    Raises UsageError for a base URL that is none, or if no name is given.
    """
    if not names:
        raise UsageError("no judge; name a model such as openai:NAME or local")
    return {
        "judge" if number == 1 else f"judge_{number}": ModelSpec(
            name=name, base_url=None if name.startswith("local") else base_url
        )
        for number, name in enumerate(dict.fromkeys(names), start=1)
    }


def judge_sets(
    sets: Mapping[str, Sequence[Dialogue]],
    models: Mapping[str, ModelSpec],
    folder: Path,
    *,
    limits: Limits | None = None,
    timeout: float = 300.0,
    seed: int = 0,
    told: Judged | None = None,
) -> dict[str, list[Judgement]]:
    """The judgements of every set in order; nothing is asked twice that `folder` knows.

    `told` hears how many dialogues of how many are judged. Raises UsageError, EndpointError and
    LimitReached; after it the same call goes on.
    """
    limits = limits or Limits()
    if "concurrency" not in limits.model_fields_set:
        local = any(spec.name.startswith("local") for spec in models.values())
        limits = limits.model_copy(update={"concurrency": 2 if local else limits.concurrency})
    everything = [dialogue for dialogues in sets.values() for dialogue in dialogues]

    async def judged() -> list[Judgement]:
        with plain_disk_errors(folder), Journal(folder / JOURNAL) as journal:
            async with Caller(models, journal, limits=limits, timeout=timeout) as caller:
                roles = tuple(models)
                return await each(everything, lambda d: _one(caller, d, roles, seed), told)

    found = iter(run_in_own_loop(judged))
    return {name: [next(found) for _ in dialogues] for name, dialogues in sets.items()}


async def _one(caller: Caller, dialogue: Dialogue, roles: Sequence[str], seed: int) -> Judgement:
    if any(turn.text.strip() for turn in dialogue.turns):
        return await judge(caller, dialogue, roles=roles, seed=seed)
    nothing = dict.fromkeys(DIMENSIONS)
    return Judgement(dialogue=dialogue.id, scores=nothing, missing=len(nothing) * len(roles))
