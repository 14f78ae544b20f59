"""How long 10,000 dialogues take to open in the viewer, and how large an exported page is.

`python benchmarks/viewer_open.py` prints a table. The dialogues are those of
`examples/runs/travel_reimbursement` over and over, each with words of its own.
"""

import argparse
import json
import random
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from trialogue.viewing import export_page, served_run

EXAMPLE = Path(__file__).parents[1] / "examples" / "runs" / "travel_reimbursement"


def write_run(folder: Path, count: int) -> Path:
    """A run of `count` dialogues."""
    chance = random.Random(0)
    records = [json.loads(line) for line in (EXAMPLE / "dialogues.jsonl").open(encoding="utf-8")]
    words = " ".join(turn["text"] for one in records for turn in one["turns"]).split()
    folder.mkdir()
    (folder / "run.json").write_bytes((EXAMPLE / "run.json").read_bytes())
    with (folder / "dialogues.jsonl").open("w", encoding="utf-8") as out:
        for number in range(count):
            one = dict(records[number % len(records)], id=f"travel_reimbursement-0-{number:05}")
            one["turns"] = [
                dict(turn, text=f"{turn['text']} {' '.join(chance.choices(words, k=12))} n{number}")
                for turn in one["turns"]
            ]
            out.write(json.dumps(one, ensure_ascii=False) + "\n")
    return folder


def timed(client: httpx.Client, address: str) -> float:
    """Milliseconds of a request, which must succeed: the middle one of five."""
    took = []
    for _ in range(5):
        start = time.perf_counter()
        client.get(address).raise_for_status()
        took.append(1000 * (time.perf_counter() - start))
    return sorted(took)[2]


def opened(folder: Path, count: int) -> list[tuple[str, str]]:
    """Times of opening and of pages, as rows."""
    start = time.perf_counter()
    with served_run(folder) as served, httpx.Client(base_url=served.origin, timeout=60) as client:
        client.get("/", params={"token": served.token}).raise_for_status()
        first = client.get("/")
        rows = [("first page shown", f"{time.perf_counter() - start:.2f} s")]
        rows.append(("size of the list's page", f"{len(first.content) / 1000:.0f} kB"))
        while f">{count:,} dialogues<" not in client.get("/").text:
            time.sleep(0.05)
        rows.append((f"all {count:,} indexed", f"{time.perf_counter() - start:.2f} s"))
        asked = {
            "middle page of the list": f"/?page={max(1, count // 100)}",
            "search for one word": "/?search=hotel",
            "search for a rare word": f"/?search=n{count // 2}",
            "one dialogue": f"/dialogue/accepted/{count // 2}",
        }
        for name, address in asked.items():
            rows.append((name, f"{timed(client, address):.0f} ms"))
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dialogues", type=int, default=10_000)
    parser.add_argument("--exported", type=int, default=100)
    parser.add_argument("--run", type=Path, help="Export this run's dialogues, with its traces.")
    given = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = write_run(Path(scratch) / "run", given.dialogues)
        size = (folder / "dialogues.jsonl").stat().st_size / 1e6
        rows = [("dialogues.jsonl", f"{size:.0f} MB"), *opened(folder, given.dialogues)]
        start = time.perf_counter()
        made = export_page(given.run or folder, Path(scratch) / "page.html", most=given.exported)
        took = time.perf_counter() - start
        told = f"{made.size / 1e6:.2f} MB in {took:.1f} s"
        rows.append((f"exported page of {made.dialogues}", told))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    rows.append(("memory, at most", f"{most:.0f} MB"))
    for name, value in rows:
        print(f"{name:28} {value:>20}")


if __name__ == "__main__":
    main()
