"""The index: what grows, what is replaced, what is looked for, what is shown."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_tasks import trip, write_run
from viewer_runs import append

from trialogue.records.task import ReasoningTask
from trialogue.viewer.index import RunIndex, Wanted
from trialogue.viewer.legible import legible, web_address
from trialogue.viewer.opened import OpenedRun
from trialogue.viewer.search_words import query
from trialogue.viewer.shown_turns import Quotation, marked


def names(index: RunIndex, **wanted: str) -> list[str]:
    index.grow_fully()
    return [item.name for item in index.every(Wanted(**wanted))]


def test_an_index_grows_with_its_files(tmp_path: Path) -> None:
    index = RunIndex(tmp_path)
    assert names(index) == []
    append(tmp_path, *(trip(number) for number in range(300)))
    assert len(names(index)) == 300
    append(tmp_path, trip(300), name="failures.jsonl")
    assert names(index, part="failed") == ["desk-0300"]
    assert index.line("accepted", 299) == f"{trip(299).to_line()}\n".encode()
    assert index.line("accepted", 300) is None
    index.close()


def test_a_file_that_was_replaced_is_read_anew(tmp_path: Path) -> None:
    write_run(tmp_path, [trip(0), trip(1)])
    index = RunIndex(tmp_path)
    assert len(names(index)) == 2
    write_run(tmp_path / "other", [trip(7), trip(8), trip(9)])
    os.replace(tmp_path / "other" / "dialogues.jsonl", tmp_path / "dialogues.jsonl")
    assert names(index) == ["desk-0007", "desk-0008", "desk-0009"]
    (tmp_path / "dialogues.jsonl").unlink()
    assert names(index) == []
    assert index.found(Wanted(search="Lagos")).total == 0
    index.close()


def test_a_torn_line_counts_once_it_is_whole(tmp_path: Path) -> None:
    line = trip(0).to_line().encode()
    (tmp_path / "dialogues.jsonl").write_bytes(line[:50])
    index = RunIndex(tmp_path)
    assert names(index) == []
    assert index.torn == ["dialogues.jsonl"]
    (tmp_path / "dialogues.jsonl").write_bytes(line + b"\n")
    assert names(index) == ["desk-0000"]
    assert index.torn == []
    index.close()


@given(st.text(max_size=60))
def test_whatever_is_looked_for_is_a_query(asked: str) -> None:
    import sqlite3

    words = query(asked)
    if words:
        db = sqlite3.connect(":memory:")
        db.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        assert db.execute("SELECT 1 FROM words WHERE words MATCH ?", (words,)).fetchall() == []
        db.close()


@given(st.text())
def test_legible_text_holds_nothing_that_acts(text: str) -> None:
    shown = legible(text)
    assert not set(shown) & {*map(chr, range(9)), "\x1b", "\x7f", "\r", "\u202e", "\u2066"}
    assert legible(shown) == shown


@pytest.mark.parametrize(
    "source",
    ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", "rules.md", "http:", "https://[",
     "https://a\x00b/", "java\nscript:x", "vbscript:x", "//evil.example", "file:///etc/passwd"],
)  # fmt: skip
def test_only_addresses_of_the_web_are_links(source: str) -> None:
    assert web_address(source) is None
    assert web_address("https://example.org/a?b#c") == "https://example.org/a?b#c"


@given(st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=5))
def test_marking_keeps_the_text(text: str, places: list[tuple[int, int]]) -> None:
    quotes = [
        Quotation(0, text[start : start + length], f"f{n}")
        for n, (start, length) in enumerate(places)
        if text[start : start + length]
    ]
    pieces = list(marked(text, quotes))
    assert "".join(piece.text for piece in pieces) == text
    for one in quotes:
        assert one.quote in "".join(piece.text for piece in pieces if one.fact in piece.marks)


def test_a_task_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    task = ReasoningTask(id="t", dialogue_id="desk-0000", kind="math", question="?", label="1")
    folder = write_run(tmp_path / "run", [trip(0)], [task])
    with (folder / "tasks.jsonl").open("a") as file:
        file.write("{}\n")
    run = OpenedRun(folder)
    run.grow_fully()
    assert len(run.tasks) == 1
    assert run.remarks() == ["tasks.jsonl:2 is not a task that this version can read"]
    run.close()
