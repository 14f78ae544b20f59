"""What an optimisation learnt, as records and files."""

import os
from collections.abc import Sequence
from pathlib import Path

from trialogue.errors import UsageError
from trialogue.evaluation.judge import DIMENSIONS, Judgement
from trialogue.evaluation.optimised import EVOLVED, UNOPTIMISED, Optimised, TableRow, Tried
from trialogue.evaluation.statistics import mean, paired
from trialogue.evaluation.trees import formula
from trialogue.records import Dialogue
from trialogue.records.recipe import Formulas, Recipe
from trialogue.search_ground import Ground
from trialogue.searching import Pair, Searching
from trialogue.settings import Settings

BEFORE, AFTER = "before.jsonl", "after.jsonl"
Compared = list[tuple[Dialogue, Dialogue]]


def optimised(searching: Searching, folder: Path) -> Optimised:
    """The result of a search, however far it came."""
    ground, evolved = searching.ground, searching.evolved
    table = _table(searching)
    found = Optimised(
        folder=str(folder),
        scenario=searching.context.scenario.id,
        users={split: len(numbers) for split, numbers in searching.users.items()},
        unoptimised_h=searching.unoptimised_h,
        candidates=tuple(_tried(searching, one) for one in searching.search.past),
        best=searching.winner.number if searching.winner else None,
        before=ground.before if ground else {},
        after={**evolved.theta, **evolved.phi} if evolved else {},
        prompts=tuple(evolved.prompts) if evolved else (),
        table=table,
        costs=searching.ledger.by_level,
        notes=(*searching.notes, *unshown(table), *(_missing(ground) if ground else ())),
        ended=searching.search.ended,
        problem=searching.problem,
    )
    if ground is None:
        return found
    counts = ground.nursery.counts
    saved = counts.saved * searching.prices.candidate(searching.extent)
    resists = ground.nursery.resists(searching.winner.omega) if searching.winner else {}
    more = {"screened": counts, "saved_calls": saved, "resists": resists}
    return found.model_copy(update=more)


def recipe_of(searching: Searching, found: Optimised, settings: Settings) -> Recipe:
    """The recipe; without controls and prompts where nothing better was found."""
    scenario, evolved = searching.context.scenario, searching.evolved
    scores = {row.name: row.h.model_dump(mode="json") for row in found.table}
    return Recipe(
        scenario=scenario.id,
        language=scenario.language,
        metric=_formulas(searching, searching.winner),
        theta=evolved.theta if evolved else {},
        phi=evolved.phi if evolved else {},
        prompts=evolved.prompts if evolved else {},
        models={role: spec.name for role, spec in sorted(searching.context.caller.models.items())},
        embedder=settings.embedder,
        seed=settings.seed,
        scores=scores,
    )


def write_dialogues(searching: Searching, folder: Path) -> Compared:
    """Write the dialogues of the report's users before and after; gives them in pairs."""
    rows = searching.compared
    for name, file in ((UNOPTIMISED, BEFORE), (EVOLVED, AFTER)):
        if rows.get(name):
            text = "".join(f"{dialogue.to_line()}\n" for dialogue, _ in rows[name])
            _replace(folder / file, text)
    before, after = rows.get(UNOPTIMISED, []), rows.get(EVOLVED, [])
    return [(first, second) for (first, _), (second, _) in zip(before, after, strict=False)]


def _replace(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _tried(searching: Searching, one: Pair) -> Tried:
    assert searching.ground is not None
    place = searching.ground.objectives.configuration(one.place)
    climbs = [ascent for ascent in (one.turns, one.dialogues) if ascent]
    return Tried(
        number=one.number,
        generation=one.generation,
        origin=one.origin,
        fate=one.fate,
        reason=one.reason,
        dialogue=formula(one.omega.dialogue),
        turn=formula(one.omega.turn),
        theta=place.theta,
        phi=place.phi,
        h=one.h if one.scores else None,
        zeros=sum(ascent.zeros for ascent in climbs),
        failed=sum(ascent.missing for ascent in climbs),
    )


def _table(searching: Searching) -> tuple[TableRow, ...]:
    """Paper R's table 2, as far as its users were compared."""
    judged = {name: [j for _, j in pairs] for name, pairs in searching.compared.items() if pairs}
    if UNOPTIMISED not in judged:
        return ()
    first = _means(judged[UNOPTIMISED])
    return tuple(
        TableRow(
            name=name,
            scores={dimension: _dimension(found, dimension) for dimension in DIMENSIONS},
            h=mean(_means(found)),
            difference=None if name == UNOPTIMISED else paired(first, _means(found)),
        )
        for name, found in judged.items()
    )


def unshown(table: Sequence[TableRow]) -> list[str]:
    """That the comparison does not show the recipe to be better, where it does not."""
    difference = next((row.difference for row in table if row.name == EVOLVED), None)
    if difference is None:
        return []
    surely = difference.interval[0] if difference.interval else None
    if surely is not None and surely > 0:
        return []
    return ["the recipe is not shown to be better on users that nothing was tuned on"]


def _means(found: list[Judgement]) -> list[float]:
    return [float("nan") if one.mean is None else one.mean for one in found]


def _dimension(found: list[Judgement], name: str) -> float | None:
    return mean([float("nan") if (v := one.scores[name]) is None else v for one in found]).value


def _formulas(searching: Searching, winner: Pair | None) -> Formulas | None:
    if winner is None or searching.ground is None:
        return None
    leaves = searching.ground.objectives.leaves
    return Formulas(
        dialogue=formula(winner.omega.dialogue),
        turn=formula(winner.omega.turn),
        standards={
            "dialogue": {n: (s.centre, s.scale) for n, s in leaves["dialogue"].standards.items()},
            "turn": {n: (s.centre, s.scale) for n, s in leaves["turn"].standards.items()},
        },
    )


def _missing(ground: Ground) -> list[str]:
    """Of metrics that some dialogues do not have, and of answers that the judge did not give."""
    told = []
    for level, leaves in ground.objectives.leaves.items():
        for name, count in sorted(leaves.missing.items()):
            told.append(f"{name} of a {level} was missing {count} times; its mean stood in")
    judgements = ground.objectives.studio.judgements
    if lost := sum(found.missing for found in judgements):
        told.append(f"the judge gave no usable answer to {lost} questions; they are left out")
    return told
