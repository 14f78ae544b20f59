"""A run as one page that opens anywhere, with nothing beside it and nothing fetched."""

import base64
import gzip
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.errors import UsageError
from trialogue.records import Dialogue
from trialogue.viewer.application import asset_text
from trialogue.viewer.frame import scenario_of
from trialogue.viewer.index import Item, Wanted
from trialogue.viewer.lit_graph import lit_graph, synthesis_drawing, way_of
from trialogue.viewer.opened import OpenedRun
from trialogue.viewer.pages import rendered
from trialogue.viewer.shown_turns import quotations, shown_turns
from trialogue.viewer.span_tree import cut, span_tree, totals

if TYPE_CHECKING:
    from trialogue.evaluation.report.blocks import Chart, Section
    from trialogue.memory.recorded import Recorded

_LONGEST = 20_000  # characters of a turn


@dataclass(frozen=True, slots=True)
class Exported:
    """The page that was written: how many dialogues it holds, of how many that fit; its bytes.

    `remarks` say what is damaged in the run.
    """

    file: Path
    dialogues: int
    found: int
    size: int
    remarks: tuple[str, ...] = ()


def export(run: OpenedRun, file: Path, wanted: Wanted, most: int | None = None) -> Exported:
    """Write the dialogues that are wanted, at most `most` of them, as one page.

    The same run gives the same bytes. Raises UsageError where the file cannot be written.
    """
    items = list(run.index.every(wanted, most))
    found = run.index.found(wanted, most=0).total
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
            for text in _page(run, items, found):
                out.write(text)
        size = part.stat().st_size
        os.replace(part, file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from error
    return Exported(file, len(items), found, size, (*run.remarks(),))


def _page(run: OpenedRun, items: Sequence[Item], found: int) -> Iterator[str]:
    style, script = asset_text("viewer.css"), asset_text("exported.js")
    report = run.report()
    yield rendered(
        "export",
        name=run.name,
        scenario=scenario_of(run.settings),
        policy=_policy(style, script),
        style=style,
        rows=items,
        shown=len(items),
        total=found,
        sections=report,
    )
    for place, item in enumerate(items):
        yield _dialogue(run, item, place, len(items))
    recipe = run.recipe()
    yield rendered(
        "export_end", sections=report, recipe=recipe, script=script, charts=_drawn, cut=cut
    )


def _policy(style: str, script: str) -> str:
    """What the page may do: use its own style and script, and show drawings that it holds."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _dialogue(run: OpenedRun, item: Item, place: int, shown: int) -> str:
    dialogue = run.dialogue(item.part, item.number)
    assert dialogue is not None
    tasks = [task for _, task in run.tasks.of_dialogue(dialogue.id)]
    spans = run.spans(item)
    return rendered(
        "exported",
        place=place,
        shown=shown,
        dialogue=dialogue,
        turns=shown_turns(dialogue, quotations(tasks), most=_LONGEST, names=run.speakers(dialogue)),
        tasks=tasks,
        traced=bool(spans),
        packed=_packed(dialogue, spans, f"-{place}"),
        cut=cut,
    )


def _packed(dialogue: Dialogue, spans: "Sequence[Recorded]", name: str) -> str:
    """Graph and spans, which take most of the room, as base64 of gzipped JSON of HTML."""
    drawing = synthesis_drawing()
    way = way_of(dialogue, spans, drawing)
    parts = {"graph": rendered("graph", way=way, drawing=lit_graph(drawing, way, name))}
    by_turn: dict[str, list[Recorded]] = defaultdict(list)
    for span in spans:
        by_turn["rest" if span.turn is None else str(span.turn)].append(span)
    parts |= {turn: _spans(some) for turn, some in by_turn.items()}
    text = json.dumps(parts, ensure_ascii=True).encode()
    return base64.b64encode(gzip.compress(text, 9, mtime=0)).decode()


def _spans(spans: "list[Recorded]") -> str:
    return rendered("fragment", nodes=span_tree(spans), sums=totals(spans), cut=cut)


def _drawn(section: "Section", block: "Chart", sent: bool) -> Any:
    return f"data:image/svg+xml;base64,{base64.b64encode(block.svg.encode()).decode()}"
