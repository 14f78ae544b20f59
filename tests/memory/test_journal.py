import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.errors import UsageError
from trialogue.memory.journal import Answer, Journal, canonical, key_of
from trialogue.records import Usage

FULL = Answer(
    "480 元一晚",
    finish_reason="length",
    tool_calls=({"name": "get_rate", "args": {"city": "Köln"}},),
    logprobs=({"token": "4", "logprob": -0.1},),
    input_tokens=11,
    output_tokens=7,
    cost=0.25,
    seconds=1.5,
)


def store(journal: Journal, number: int, answer: Answer, role: str = "user") -> str:
    request = canonical({"number": number})
    key = key_of(request)
    journal.put(key, role, request, answer)
    return key


def test_an_answer_comes_back_whole_and_marked_as_replayed(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    with Journal(path) as journal:
        key = store(journal, 1, FULL)
        assert journal.get("0" * 64) is None
    with Journal(path) as journal:
        found = journal.get(key)
    assert found is not None
    assert found.replayed
    assert not FULL.replayed
    assert found == Answer(
        FULL.text, "length", FULL.tool_calls, FULL.logprobs, "", 11, 7, 0.25, 1.5, replayed=True
    )


def test_the_first_answer_under_a_key_wins() -> None:
    with Journal() as journal:
        request = canonical({"a": 1})
        key = key_of(request)
        assert journal.put(key, "user", request, Answer("first")).text == "first"
        assert journal.put(key, "judge", request, Answer("second")).text == "first"
        assert [row.answer.text for row in journal.rows()] == ["first"]


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.integers() | st.text("ab")))
def test_the_key_does_not_depend_on_the_order_of_names(request_: dict[str, object]) -> None:
    turned = dict(reversed(request_.items()))
    assert key_of(canonical(request_)) == key_of(canonical(turned))


def test_rows_show_what_was_asked_and_hash_to_their_keys() -> None:
    with Journal() as journal:
        for number in range(3):
            store(journal, number, Answer(str(number)))
        rows = list(journal.rows())
    assert [row.request for row in rows] == [{"number": 0}, {"number": 1}, {"number": 2}]
    assert all(key_of(canonical(row.request)) == row.key for row in rows)


def test_totals_are_by_role_and_cost_is_unknown_without_prices() -> None:
    with Journal() as journal:
        store(journal, 1, Answer("a", input_tokens=1, output_tokens=2, cost=0.5))
        store(journal, 2, Answer("b", input_tokens=10, output_tokens=20, cost=0.25))
        store(journal, 3, Answer("c", input_tokens=5, output_tokens=5), role="judge")
        assert journal.totals() == {
            "judge": Usage(calls=1, input_tokens=5, output_tokens=5, cost=None),
            "user": Usage(calls=2, input_tokens=11, output_tokens=22, cost=0.75),
        }


def test_facts_are_kept_and_replaced(tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.recall("quirks") is None
        journal.remember("quirks", ["seed"])
        journal.remember("quirks", ["seed", "stop"])
    with Journal(tmp_path / "j.sqlite") as journal:
        assert journal.recall("quirks") == ["seed", "stop"]


WRITER = """
import sys
from trialogue.memory.journal import Answer, Journal, canonical, key_of
journal = Journal(sys.argv[1])
for number in range(int(sys.argv[2])):
    request = canonical({"number": number})
    journal.put(key_of(request), "user", request, Answer("x" * 500))
    print(number, flush=True)
"""


def test_what_was_put_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    command = [sys.executable, "-c", WRITER, str(path), str(10**9)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        said = [int(writer.stdout.readline()) for _ in range(200)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.endswith("\n")]
    with Journal(path) as journal:
        kept = [row.request["number"] for row in journal.rows()]
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 1


def test_several_processes_may_write_to_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    command = [sys.executable, "-c", WRITER, str(path), "100"]
    writers = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    with Journal(path) as journal:
        assert sorted(row.request["number"] for row in journal.rows()) == list(range(100))


def fault(path: Path, kind: str) -> Path:
    if kind == "no folder":
        return path.parent / "absent" / "journal.sqlite"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("not a database at all, just some text\n" * 100)
    else:
        other = sqlite3.connect(path)
        other.execute("CREATE TABLE bookmarks (url TEXT)")
        other.close()
    return path


@pytest.mark.parametrize("kind", ["no folder", "folder", "text", "another database"])
def test_what_is_no_journal_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    path = fault(tmp_path / "journal.sqlite", kind)
    with pytest.raises(UsageError) as caught:
        Journal(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_journal_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version=99")
    later.close()
    with pytest.raises(UsageError, match="not a journal of this version"):
        Journal(path)


@pytest.mark.parametrize(
    ("pragma", "words"),
    [("max_page_count=1", "disk is full"), ("query_only=1", "can't be written")],
)
def test_a_full_or_read_only_disk_is_said_in_words(tmp_path: Path, pragma: str, words: str) -> None:
    with Journal(tmp_path / "j.sqlite") as journal:
        journal._db.execute(f"PRAGMA {pragma}")
        with pytest.raises(UsageError, match=words):
            store(journal, 1, Answer("x" * 100_000))


def test_a_lock_that_stays_is_said_in_words(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with Journal(path, patience=0.01) as journal:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(UsageError, match="another program"):
            store(journal, 1, Answer("x"))
        holder.close()
        store(journal, 1, Answer("x"))


def test_a_closed_journal_says_so() -> None:
    journal = Journal()
    journal.close()
    journal.close()
    with pytest.raises(UsageError, match="closed"):
        journal.get("x")


def test_what_another_journal_knows_is_taken_over(tmp_path: Path) -> None:
    with Journal(tmp_path / "first") as first:
        first.put("k", "user", "{}", Answer("yes", input_tokens=3))
    with Journal(tmp_path / "second", lender=tmp_path / "first") as second:
        found = second.get("k")
        assert found is not None
        assert (found.text, found.replayed) == ("yes", True)
        assert second.get("other") is None
        assert second.totals()["user"].input_tokens == 3
    with Journal(tmp_path / "second") as alone:
        assert alone.get("k") == found
    with Journal(tmp_path / "first") as first:
        assert first.get("other") is None


def test_a_lender_that_is_not_there_yet_lends_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "second", lender=tmp_path / "first") as second:
        assert second.get("k") is None
    assert not (tmp_path / "first").exists()
