"""A format of one's own to export to; those that come along are `trialogue export --help`.

    python examples/own_export.py runs/demo          # a run, or a file of dialogues

For a format that every `trialogue export --to` knows, publish it under the entry point
`trialogue.exporters`.
"""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path

import trialogue
from trialogue.exporters import Bundle, DataFile, Exporter

IMPORTED = Path(__file__).parent / "imported.jsonl"


def write(bundle: Bundle, folder: Path) -> Sequence[DataFile]:
    """A CSV file for each split, one row a turn."""
    files = []
    for split, part in bundle.splits.items():
        if not part.dialogues:
            continue
        name = f"{split}.csv"
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow(("dialogue", "turn", "speaker", "text"))
            for dialogue in part.dialogues:
                for number, turn in enumerate(dialogue.turns, start=1):
                    rows.writerow((dialogue.id, number, turn.speaker, turn.text))
        files.append(DataFile("dialogues", split, name))
    return files


CSV = Exporter("csv", "one row a turn, for spreadsheets", write, parts=("dialogues",))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("path", nargs="?", default=str(IMPORTED), help="a run, or dialogues")
    parser.add_argument("--out", default="exported", help="the folder")
    given = parser.parse_args()
    for to in (CSV, "openai"):
        exported = trialogue.export(given.path, to, out=f"{given.out}/{getattr(to, 'name', to)}")
        for file in exported.files:
            print(f"{exported.folder}/{file.path}: {file.rows} dialogues")


if __name__ == "__main__":
    main()
