"""A data card: README.md with the YAML front matter that the Hugging Face Hub reads."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

import yaml

from trialogue.dialogue_shapes import IMPORTED
from trialogue.evaluation.corpus import Corpus
from trialogue.evaluation.table_one import table_one
from trialogue.exporters import Bundle, DataFile, Features, Split
from trialogue.markdown_text import code, escaped, table
from trialogue.records import Dialogue
from trialogue.source_licences import sources_of

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (10**6, "100K<n<1M"))
_LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True)
class CardFacts:
    """What a card tells that is not in the bundle.

    `settings` are those of the run, empty where there was none. `left_out` counts tasks whose
    label does not stand, or that a later one took the place of. `features` are columns that have
    to be declared.
    """

    title: str
    format: str
    licence: str
    seed: int
    group: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: str = ""
    left_out: int = 0
    features: Features = field(default_factory=dict)


def data_card(bundle: Bundle, files: Sequence[DataFile], facts: CardFacts) -> str:
    """The card's text; the same bundle and facts give the same bytes."""
    front = yaml.safe_dump(_front(bundle, files, facts), allow_unicode=True, sort_keys=False)
    dialogues = [*bundle.dialogues()] or _of_tasks(bundle)
    parts = [
        f"---\n{front}---",
        f"# {escaped(facts.title)}",
        "Multi-turn dialogues between a simulated user and an assistant"
        + (", with reasoning tasks about them" if any(True for _ in bundle.tasks()) else "")
        + _origin(dialogues),
        f"## Files\n\n{_files(bundle, files)}",
        f"## Statistics\n\n{_statistics(bundle)}\n\n{_labels(bundle, facts)}",
        f"## How it was made\n\n{_recipe(dialogues, facts)}",
        f"## Sources and licences\n\n{_sources(dialogues, facts)}",
        f"## How it was split\n\n{_splitting(facts)}",
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _origin(dialogues: Sequence[Dialogue]) -> str:
    imported = sum(dialogue.scenario.id == IMPORTED for dialogue in dialogues)
    if imported:
        return f". {imported:,} dialogues were imported; their records do not say who made them."
    return ". All of it is synthetic; nobody in it exists."


def _front(bundle: Bundle, files: Sequence[DataFile], facts: CardFacts) -> dict[str, Any]:
    dialogues = [*bundle.dialogues()] or _of_tasks(bundle)
    rows = max(len(dialogues), sum(1 for _ in bundle.tasks()))
    spoken = {d.scenario.language for d in dialogues if _LANGUAGE.fullmatch(d.scenario.language)}
    asked = ["question-answering"] if any(True for _ in bundle.tasks()) else []
    return {
        "license": facts.licence,
        "language": sorted(spoken),
        "pretty_name": " ".join(facts.title.split()),
        "size_categories": [next((name for most, name in _SIZES if rows < most), "n>1M")],
        "task_categories": ["text-generation", *asked],
        "tags": ["synthetic", "dialogue", "trialogue"],
        "configs": _configs(files),
        **_declared(files, facts),
    }


def _declared(files: Sequence[DataFile], facts: CardFacts) -> dict[str, Any]:
    parts = dict.fromkeys(file.part for file in files if file.part in facts.features)
    listed = [{"config_name": part, "features": [*facts.features[part]]} for part in parts]
    return {"dataset_info": listed} if listed else {}


def _configs(files: Sequence[DataFile]) -> list[dict[str, Any]]:
    """One configuration a part; the first is the one that is loaded without a name."""
    parts = list(dict.fromkeys(file.part for file in files))
    return [
        {
            "config_name": part,
            "data_files": [
                {"split": file.split, "path": file.path} for file in files if file.part == part
            ],
            **({"default": True} if part == parts[0] else {}),
        }
        for part in parts
    ]


def _files(bundle: Bundle, files: Sequence[DataFile]) -> str:
    rows = [
        (file.part, file.split, _rows(bundle.splits[file.split], file), file.path) for file in files
    ]
    return table(("part", "split", "rows", "file"), rows)


def _rows(split: Split, file: DataFile) -> int:
    return len(split.dialogues if file.part == "dialogues" else split.tasks)


def _statistics(bundle: Bundle) -> str:
    head = ("split", "dialogues", "rounds", "rounds a dialogue", "tokens a turn")
    tasks = ("math tasks", "yes", "no")
    return table((*head, *tasks), (_row(name, split) for name, split in bundle.splits.items()))


def _row(name: str, split: Split) -> Sequence[object]:
    dialogues = split.dialogues or [*{p.dialogue.id: p.dialogue for p in split.tasks}.values()]
    found = table_one(Corpus(dialogues))
    labels = Counter(p.task.label for p in split.tasks if p.task.kind == "common_sense")
    math = sum(p.task.kind == "math" for p in split.tasks)
    shape = (found.dialogues, found.rounds, found.rounds_per_dialogue, found.tokens_per_turn)
    return (name, *shape, math, labels["yes"], labels["no"])


def _labels(bundle: Bundle, facts: CardFacts) -> str:
    counts = Counter(posed.task.status for posed in bundle.tasks())
    if not counts:
        return ""
    return (
        f"Labels: {counts['verified']:,} were proved by code (every quotation stands in its turn, "
        f"and the derivation gives the label), {counts['accepted']:,} were accepted by people. "
        f"{facts.left_out:,} tasks were left out: not proved, rejected or replaced."
    )


def _recipe(dialogues: Sequence[Dialogue], facts: CardFacts) -> str:
    scenarios = Counter(dialogue.scenario.id for dialogue in dialogues)
    prompts = sorted({item for dialogue in dialogues for item in dialogue.prompts.items()})
    settings = {key: facts.settings[key] for key in _TOLD if facts.settings.get(key)}
    about: dict[str, Any] = {
        "made_with": f"Trialogue {facts.version}".strip(),
        "scenarios": dict(sorted(scenarios.items())),
    }
    if settings:
        about["settings"] = settings
    if recipe := facts.settings.get("recipe"):
        about["recipe"] = PurePath(str(recipe)).name
    if prompts:
        about["prompts"] = [f"{name} {version}" for name, version in prompts]
    return code(yaml.safe_dump(about, allow_unicode=True, sort_keys=False))


# What says how to make such dialogues again; addresses and paths are nobody else's business.
_TOLD = ("n", "seed", "model", "embedder", "mode", "controls", "preset", "options", "versions")


def _sources(dialogues: Sequence[Dialogue], facts: CardFacts) -> str:
    found = sources_of(dialogues)
    shown = [(s.kind, s.name, s.dialogues, s.licence) for s in found[:_MOST]]
    lines = [
        f"Licence of the whole: {escaped(facts.licence)}. What it was made from:",
        table(("kind", "source", "dialogues", "licence"), shown)
        if shown
        else "No sources are recorded.",
    ]
    if len(found) > _MOST:
        lines.append(f"And {len(found) - _MOST:,} more, which the records name.")
    return "\n\n".join(lines)


_MOST = 100


def _splitting(facts: CardFacts) -> str:
    apart = "No scenario is in two splits. " if facts.group == "scenario" else ""
    return (
        f"{apart}No dialogue is in two splits, with all tasks about it. Kept together are also "
        "dialogues that go on from one another, those of one user's story, and near-duplicates. "
        f"Seed {facts.seed}; the split depends on ids and the seed alone."
    )


def _of_tasks(bundle: Bundle) -> list[Dialogue]:
    return [*{posed.dialogue.id: posed.dialogue for posed in bundle.tasks()}.values()]
