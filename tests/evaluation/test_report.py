"""The page: one file that opens offline, on which hostile text stays text."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from said import said
from word_embedder import WordEmbedder

from trialogue.errors import UsageError
from trialogue.evaluating import evaluate
from trialogue.evaluation.report import Note, Section, Table, put_section
from trialogue.evaluation.report.blocks import Conversations, conversation, listed
from trialogue.evaluation.report.charts import bars, curve, histogram
from trialogue.evaluation.report.page import page, shown
from trialogue.records import Dialogue

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&\x1b[31mred\u202eback"
ALLOWED = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}


class Seen(HTMLParser):
    """The tags, attributes, texts, ids and links of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "xlink:href", "src"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.text += data


def written(dialogues: list[Dialogue], folder: Path, name: str = "made.jsonl") -> Path:
    file = folder / name
    file.write_text("".join(d.to_line() + "\n" for d in dialogues), encoding="utf-8")
    return file


def talk(number: int) -> Dialogue:
    words = ["hotel", "train", "taxi", "meal", "visa", "phone", "bill", "late", "early", "paid"]
    chosen = [words[(number * 3 + i * i) % 10] for i in range(8)]
    return said(
        f"Is the {chosen[0]} paid, for {100 + number} yuan?",
        f"The {' '.join(chosen[1:5])} is.",
        f"And the {chosen[5]}?",
        f"Not the {' or '.join(chosen[6:])}.",
        number=number,
    )


def report_of(dialogues: list[Dialogue], folder: Path) -> str:
    path = written(dialogues, folder)
    found = evaluate(path, embedder=WordEmbedder(), report=folder / "out")
    assert found.report is not None
    return Path(found.report).read_text(encoding="utf-8")


def test_a_page_opens_offline_and_its_links_lead_somewhere(tmp_path: Path) -> None:
    html = report_of([talk(i) for i in range(8)], tmp_path)
    seen = Seen(html)
    assert set(re.findall(r"https?://[^\s\"'<>)]+", html)) <= ALLOWED
    assert seen.tags["script"] == seen.tags["link"] == seen.tags["iframe"] == 0
    assert len(seen.ids) == len(set(seen.ids))
    assert seen.links
    for link in seen.links:
        assert link.startswith("#")
        assert link[1:] in seen.ids
    assert "default-src 'none'" in html


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    hostile = said(HOSTILE, "javascript:alert(1)", HOSTILE, "ok", number=1).model_copy(
        update={"id": HOSTILE}
    )
    html = report_of([hostile, talk(2), talk(3)], tmp_path)
    seen = Seen(html)
    assert seen.tags["script"] == seen.tags["img"] == 0
    assert not any(name.startswith("on") for name in seen.attributes)
    assert not any("javascript:" in link for link in seen.links)
    assert "<script>alert(1)</script>" in seen.text
    assert not set("\x1b\u202e") & set(html)


def test_a_hostile_file_name_is_a_label(tmp_path: Path) -> None:
    name = "$x^{<b>&.jsonl"
    first = written([talk(i) for i in range(3)], tmp_path, name)
    second = written([talk(i) for i in range(1, 4)], tmp_path, "other.jsonl")
    found = evaluate(first, second, embedder=WordEmbedder(), report=tmp_path / "out")
    assert found.report is not None
    seen = Seen(Path(found.report).read_text(encoding="utf-8"))
    assert name in seen.text
    assert found.compared["other.jsonl"][0].pairs == 2


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        report_of([talk(i) for i in range(5)], folder)
    files = [sorted((folder / "out").rglob("*.*")) for folder in folders]
    assert [file.name for file in files[0]] == [file.name for file in files[1]]
    assert {"report.html", "report.json", "similarity.svg", "similarity.png"} <= {
        file.name for file in files[0]
    }
    for one, other in zip(*files, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_only_dialogues_at_the_extremes_are_on_the_page(tmp_path: Path) -> None:
    html = report_of([talk(i) for i in range(300)], tmp_path)
    assert 2 <= Seen(html).tags["details"] <= 60
    assert len(html) < 500_000


def test_a_metric_that_is_the_same_everywhere_has_no_extremes(tmp_path: Path) -> None:
    path = written([talk(i) for i in range(3)], tmp_path)
    found = evaluate(path, metrics=["turns", "goal_coverage"], embedder=None, report=tmp_path)
    assert found.report is not None
    assert Seen(Path(found.report).read_text(encoding="utf-8")).tags["details"] == 0


def test_a_very_long_turn_is_cut_on_the_page_and_says_so(tmp_path: Path) -> None:
    html = report_of([said("word " * 200_000, "yes", number=1), talk(2)], tmp_path)
    assert len(html) < 500_000
    assert "996,000 more characters" in html


def test_a_section_takes_the_place_of_its_earlier_self(tmp_path: Path) -> None:
    put_section(tmp_path, Section(id="one", title="One", blocks=(Note(text="old"),)), title="T")
    put_section(tmp_path, Section(id="two", title="Two", blocks=(Note(text="kept"),)), title="T")
    path = put_section(
        tmp_path, Section(id="one", title="One", blocks=(Note(text="new"),)), title="T"
    )
    text = Seen(path.read_text(encoding="utf-8")).text
    assert "new" in text
    assert "kept" in text
    assert "old" not in text


def test_data_that_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="move it away"):
        put_section(tmp_path, title="T")


def test_a_page_that_cannot_be_written_says_where(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(UsageError, match="no report can be written"):
        put_section(tmp_path, title="T")


def test_a_drawing_is_kept_when_another_section_is_renewed(tmp_path: Path) -> None:
    chart = bars("topics", "Topics", {"late luggage": 3, "a < b & c": 2})
    put_section(tmp_path, Section(id="one", title="One", blocks=(chart,)), title="T")
    path = put_section(tmp_path, Section(id="two", title="Two", blocks=()), title="T")
    seen = Seen(path.read_text(encoding="utf-8"))
    assert seen.tags["svg"] == 1
    assert "a < b & c" in seen.text
    assert (tmp_path / "report" / "topics.png").read_bytes().startswith(b"\x89PNG")


def test_charts_of_nothing_are_drawn() -> None:
    assert histogram("h", "none", {"a": [0, 0]}, -1, 1).svg.startswith("<svg")
    assert bars("b", "none", {}).svg.startswith("<svg")
    assert curve("c", "none", [], [], asked="x", found="y").svg.startswith("<svg")


def test_numbers_as_people_read_them() -> None:
    cells = [1234567, 0.12345, -0.00001, 12345.6, None, "text", True]
    assert [shown(cell) for cell in cells] == [
        "1,234,567", "0.123", "0.000", "12,346", "–", "text", "True",
    ]  # fmt: skip


def test_a_dialogue_is_shown_once_with_all_reasons() -> None:
    dialogue = talk(1)
    [one] = listed([conversation(dialogue, "lowest a"), conversation(dialogue, "highest b")])
    assert one.about == "lowest a; highest b"
    block = Conversations(conversations=(one,))
    table = Table(head=("d",), rows=((dialogue.id,), ("not there",)))
    html = page("T", [Section(id="s", title="S", blocks=(table, block))])
    assert Seen(html).links == ["#s", "#dialogue-s-1-0"]
