"""What a search stands on: unoptimised dialogues, a judge that was tried, objectives, a start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trialogue.agents.at_once import each
from trialogue.agents.controls.axes import chosen_axes, usual_axes, values_at
from trialogue.errors import TrialogueError
from trialogue.evaluation.corruptions import corrupted
from trialogue.evaluation.evaluations import Split
from trialogue.evaluation.judge import DIMENSIONS, Judgement
from trialogue.evaluation.judged import set_score
from trialogue.evaluation.leaf_values import Leaves
from trialogue.evaluation.level_budget import LevelBudget
from trialogue.evaluation.metric_pairs import Nursery, Side
from trialogue.evaluation.optimised import FIXED
from trialogue.evaluation.trials import Place
from trialogue.evaluation.turn_corruptions import corrupted_turns
from trialogue.graphs.context import Context
from trialogue.graphs.objectives import Made, Objectives, Studio
from trialogue.graphs.rehearsal import Configuration, Moment, moments_of
from trialogue.memory.embedders import Embedder
from trialogue.records import Dialogue
from trialogue.search_plan import Extent

MOST_MISSING = 0.25


class Stopped(TrialogueError):
    """The search cannot go on; what was learnt so far is kept."""


@dataclass(frozen=True)
class Ground:
    """Objectives and the nursery of metrics; `start` is where unoptimised dialogues stand, and
    `before` the same as values of controls."""

    objectives: Objectives
    nursery: Nursery
    start: Place
    before: dict[str, Any]


def splits(numbers: Sequence[int], extent: Extent) -> dict[Split, tuple[int, ...]]:
    """Disjoint users to tune on, to choose by and to report; smaller splits where few were found.

    Raises Stopped with fewer than three users.
    """
    there = len(numbers)
    if there < 3:
        raise Stopped(
            f"the scenario gave {there} of {extent.users} users; tuning, choosing and reporting "
            "need at least one each, so 3"
        )
    share = min(1.0, there / extent.users)
    train = max(1, int(extent.train * share))
    select = max(1, int(extent.select * share))
    return {
        "train": tuple(numbers[:train]),
        "select": tuple(numbers[train : train + select]),
        "report": tuple(numbers[train + select :]),
    }


async def tried_judge(studio: Studio, made: Made) -> tuple[float, list[str]]:
    """h of the unoptimised dialogues, and what to beware of.

    The judge also rates the same dialogues with their turns shuffled. Raises Stopped for one that
    fails too often, or that tells nothing apart.
    """
    originals = [dialogue for dialogue in made if dialogue is not None]
    [judged] = await studio.judged([Configuration()], "select")
    spoilt = await each(corrupted(originals)["shuffled"], studio.rated)
    rated = [found for found in (*judged, *spoilt) if found is not None]
    if failing := failing_judge(rated):
        raise Stopped(failing)
    if _tells_nothing_apart(rated):
        raise Stopped(
            f"the judge gave the same scores to all {len(rated)} dialogues, also to those with "
            "shuffled turns, so it cannot choose; name another with --judge-model"
        )
    h, worse = set_score(judged), set_score(spoilt)
    if np.isnan(h):
        raise Stopped(
            f"the judge left one of {', '.join(DIMENSIONS)} out for all of the {len(originals)} "
            "unoptimised dialogues; name another with --judge-model"
        )
    return h, [] if worse < h else [_no_lower(h, worse)]


def _no_lower(h: float, worse: float) -> str:
    if np.isnan(worse):
        return "the judge could not rate dialogues with shuffled turns: take its choice with care"
    return (
        f"the judge rates dialogues with shuffled turns ({worse:.2f}) no lower than the "
        f"originals ({h:.2f}): take its choice with care"
    )


def failing_judge(judgements: Sequence[Judgement]) -> str:
    """Where a judge has failed too often in all, a sentence that says so; else ""."""
    missing, asked = sum(found.missing for found in judgements), len(judgements) * len(DIMENSIONS)
    if missing <= MOST_MISSING * asked:
        return ""
    return (
        f"the judge gave no usable answer to {missing} of {asked} questions; name another with "
        "--judge-model"
    )


def laid(
    context: Context,
    studio: Studio,
    embedder: Embedder,
    train: Made,
    select: Made,
    names: Sequence[str],
    moments: int,
) -> Ground:
    """The ground that unoptimised dialogues give; `names` are the controls to tune, or none said.

    Raises Stopped where too few dialogues could be made, UsageError for controls.
    """
    made = [dialogue for dialogue in (*train, *select) if dialogue is not None]
    if len(made) < 2 or not any(train) or not any(select):
        raise Stopped(f"only {len(made)} of the unoptimised dialogues could be made")
    fixed = context.requested.wishes if context.requested else {}
    usual = usual_axes(context.mode, context.options.reactions)
    axes = chosen_axes(names or usual, fixed, usual=not names)
    known = zip(studio.users["train"], train, strict=True)
    chosen = moments_of({n: d for n, d in known if d is not None}, moments)
    leaves = _leaves(made, chosen, embedder)
    start = Place(*(np.array([axis.met(made) for axis in axes[level]]) for level in axes))
    limited = studio.ledger.left is not None
    return Ground(
        Objectives(
            studio,
            axes["theta"],
            axes["phi"],
            leaves,
            tuple(chosen),
            LevelBudget(0 if limited else None),
        ),
        _nursery(leaves, made, chosen),
        start,
        {**values_at(axes["theta"], start.theta), **values_at(axes["phi"], start.phi)},
    )


def _tells_nothing_apart(rated: Sequence[Judgement]) -> bool:
    return all(len({found.scores[name] for found in rated}) <= 1 for name in DIMENSIONS)


def _leaves(
    made: Sequence[Dialogue], moments: Sequence[Moment], embedder: Embedder
) -> dict[str, Leaves]:
    turns = [moment.dialogue for moment in moments]
    dialogue, turn = zip(*FIXED.values(), strict=True)
    return {
        "dialogue": Leaves("dialogue", made, embedder, dialogue),
        "turn": Leaves("turn", turns, embedder, turn),
    }


def _nursery(
    leaves: dict[str, Leaves], made: Sequence[Dialogue], moments: Sequence[Moment]
) -> Nursery:
    turns = [moment.dialogue for moment in moments]
    whole, single = leaves["dialogue"], leaves["turn"]
    return Nursery(
        Side(whole.names, *whole.sets(made, corrupted(made))),
        Side(single.names, *single.sets(turns, corrupted_turns(turns, made))),
    )
