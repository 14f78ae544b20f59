"""The end of an optimisation: recipes compared on users that nothing was tuned on."""

from collections.abc import Mapping, Sequence

from trialogue.agents.at_once import each
from trialogue.evaluation.judge import Judgement
from trialogue.graphs.objectives import Studio
from trialogue.graphs.rehearsal import Configuration
from trialogue.records import Dialogue

Pairs = dict[str, list[tuple[Dialogue, Judgement]]]


async def judged_alike(
    studio: Studio, rows: Mapping[str, Configuration], numbers: Sequence[int]
) -> Pairs:
    """The dialogues of these users under each configuration, with what the judge says of them.

    Only users for whom every one could be made and judged are there, in the same order.
    """
    wanted = [(how, number) for number in numbers for how in rows.values()]
    made = await studio.rehearsal.dialogues(wanted)
    pairs = list(zip(made, await each(made, studio.rated), strict=True))
    found: Pairs = {name: [] for name in rows}
    for first in range(0, len(pairs), len(rows)):
        row = [(d, j) for d, j in pairs[first : first + len(rows)] if d and j]
        if len(row) == len(rows):
            for name, pair in zip(rows, row, strict=True):
                found[name].append(pair)
    return found
