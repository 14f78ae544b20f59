"""The page that is sent to others: whole, small, the same each time, closed."""

import base64
import gzip
import hashlib
import json
import re
from pathlib import Path

from made_tasks import made_run, write_run
from optimised_report import reported
from viewer_runs import SCRIPT, hostile

from trialogue.viewing import export_page


def packed(page: str, place: int) -> dict[str, str]:
    """What is packed of a dialogue."""
    found = re.search(rf'<script type="text/plain" id="p-{place}">([^<]*)</script>', page)
    assert found is not None
    parts: dict[str, str] = json.loads(gzip.decompress(base64.b64decode(found[1])))
    return parts


def test_a_page_holds_everything(traced: Path, tmp_path: Path) -> None:
    made = export_page(traced, tmp_path / "page.html")
    page = made.file.read_text("utf-8")
    assert (made.dialogues, made.found, made.size) == (2, 2, len(page.encode()))
    for place, line in enumerate((traced / "dialogues.jsonl").read_text("utf-8").splitlines()):
        record = json.loads(line)
        for turn in record["turns"]:
            assert turn["text"].replace("'", "&#39;") in page
        parts = packed(page, place)
        assert set(parts) == {"graph", "rest", *map(str, range(len(record["turns"])))}
        assert "dialogue.assistant" in parts["1"]
        assert "experience.observe" in parts["rest"]
    assert not re.search(r'(src|href)="(?!data:|#)', page)


def test_the_same_run_gives_the_same_bytes(traced: Path, tmp_path: Path) -> None:
    pages = [export_page(traced, tmp_path / f"{n}.html").file.read_bytes() for n in range(2)]
    assert pages[0] == pages[1]


def test_a_hundred_dialogues_with_tasks_and_report_stay_small(tmp_path: Path) -> None:
    made = export_page(reported(made_run(tmp_path / "run", 100)), tmp_path / "page.html")
    page = made.file.read_text("utf-8")
    assert made.dialogues == 100
    assert made.size < 2_000_000
    assert page.count("<mark title=") >= 300
    assert 'src="data:image/svg+xml;base64,' in page


def test_only_its_own_script_may_run(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", [hostile()])
    page = export_page(folder, tmp_path / "page.html").file.read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    said = policy[1].replace("&#39;", "'")
    assert said.startswith("default-src 'none'")
    assert "unsafe" not in said
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in said
    assert SCRIPT not in page
    assert SCRIPT not in packed(page, 0)["graph"]
    assert "980,000 more characters" in page
    assert len(page) < 150_000  # of a turn of a megabyte


def test_search_and_most_choose(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "run", 30)
    made = export_page(folder, tmp_path / "page.html", search="Kyoto", most=2)
    assert (made.dialogues, made.found) == (2, 3)
    assert "2 dialogues of 3" in made.file.read_text("utf-8")
