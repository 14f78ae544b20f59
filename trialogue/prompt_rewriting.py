"""Betters the text of a prompt in an optimisation: a second proposer besides the controls."""

from trialogue.agents.prompt import replaced_prompts
from trialogue.agents.reflecting import REWRITTEN, reflected
from trialogue.agents.seeds import seed_for
from trialogue.evaluation.evaluations import Split
from trialogue.evaluation.judge import Judgement, conversation
from trialogue.evaluation.judged import set_score
from trialogue.graphs.objectives import Judged, Made, Studio
from trialogue.graphs.rehearsal import Configuration
from trialogue.records import Dialogue


async def rewritten(
    studio: Studio, before: Configuration, number: int
) -> tuple[Configuration, float] | None:
    """The configuration with a new text of a prompt, and its h; None if it is no better.

    The judge's model reads the worst of the train users' dialogues. What it writes must win there,
    and then on the users that candidates are chosen by. Prompts take turns by `number`. Raises
    AnswerError where the text cannot stand in for the prompt, LimitReached.
    """
    [made] = await studio.dialogues([before], "train")
    [judged] = await studio.judged([before], "train")
    worst = _worst(made, judged)
    if worst is None:
        return None
    context, name = studio.rehearsal.context, REWRITTEN[number % len(REWRITTEN)]
    language = context.scenario.language
    with replaced_prompts(before.prompts):
        text = await reflected(
            context.caller,
            "judge",
            name,
            language,
            conversation(worst[0]),
            worst[1].scores,
            seed_for(context.seed, "reflect", number),
        )
    prompts = {**before.prompts, f"{language}/{name}": text}
    after = before.model_copy(update={"prompts": prompts})
    h = await _better(studio, before, after)
    return None if h is None else (after, h)


async def _better(studio: Studio, before: Configuration, after: Configuration) -> float | None:
    """h of `after` on the select split, if it beats `before` there and on the train split."""
    splits: tuple[Split, ...] = ("train", "select")
    h = None
    for split in splits:
        first, second = map(set_score, await studio.judged([before, after], split))
        if not second > first:
            return None
        h = second
    return h


def _worst(made: Made, judged: Judged) -> tuple[Dialogue, Judgement] | None:
    rated = [
        (dialogue, found)
        for dialogue, found in zip(made, judged, strict=True)
        if dialogue is not None and found is not None and found.mean is not None
    ]
    return min(rated, key=lambda pair: pair[1].mean or 0.0, default=None)
