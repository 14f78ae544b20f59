"""Spans on their way into the file and out of it again."""

import sqlite3
from pathlib import Path

import pytest

from trialogue.errors import UsageError
from trialogue.memory.journal import Answer, Journal, canonical, key_of
from trialogue.memory.redaction import Secrets, without_keys
from trialogue.memory.saved_traces import SavedTraces
from trialogue.memory.spans import UNTRACED, Span, counted, span, traced
from trialogue.memory.traces import Traces

REQUEST = canonical(
    {
        "model": "openai:tiny",
        "messages": [["user", "How are you?"]],
        "schema": None,
        "sampling": {"temperature": 0.7},
        "seed": 1,
        "attempt": 0,
        "again": 0,
    }
)


def test_without_a_trace_a_span_keeps_nothing() -> None:
    assert not traced()
    with span("LLM", "user") as seen:
        seen.note(anything=1)
        seen.spoke("a", "b")
        seen.belongs(turn=1)
        seen.brought([("a", "b")])
        seen.called(REQUEST, Answer("x"))
        counted("retries")
    assert seen is UNTRACED
    assert not traced()


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    with Traces(tmp_path, version="1") as traces, traces.trace("d-3", 3, attempt=1):
        assert traced()
        with span("CHAIN", "dialogue.user") as node:
            node.belongs(turn=4)
            node.note(speaker="Desk", steps=2)
            with span("RETRIEVER", "shelf.search") as found:
                found.spoke("what?", "it" * 200)
                found.brought([("page", "long " * 100), ("other", "short")])
    saved = SavedTraces(tmp_path)
    (trace,) = saved.traces()
    assert (trace.name, trace.number, trace.attempt, trace.session) == ("d-3", 3, 1, 1)
    assert trace.ended is not None
    assert trace.ended >= trace.started
    root, user, search = saved.spans(trace.id)
    assert (root.parent, user.parent, search.parent) == (0, root.id, user.id)
    assert (root.turn, user.turn, search.turn) == (None, 4, 4)
    assert user.facts == {"speaker": "Desk", "steps": 2}
    assert (search.asked, search.said) == ("what?", "it" * 200)
    assert search.found == [("page", "long " * 100), ("other", "short")]
    assert root.parent_id is None
    assert search.parent_id == user.span_id
    assert {s.number for s in (root, user, search)} == {3}


def test_one_turn_is_read_alone(tmp_path: Path) -> None:
    with Traces(tmp_path) as traces, traces.trace("d", 0):
        for turn in range(3):
            with span("CHAIN", f"turn {turn}") as seen:
                seen.belongs(turn=turn)
                with span("TOOL", "look"):
                    pass
    saved = SavedTraces(tmp_path)
    assert [one.name for one in saved.spans(1, turn=1)] == ["turn 1", "look"]
    assert saved.spans(1, turn=9) == []


def test_a_model_call_is_kept_once_in_the_journal(tmp_path: Path) -> None:
    answer, key = Answer("Fine.", input_tokens=5, output_tokens=2, seconds=0.5), key_of(REQUEST)
    with Journal(tmp_path / "journal.sqlite") as journal, Traces(tmp_path) as traces:
        journal.put(key, "user", REQUEST, answer)
        for _ in range(2):
            with traces.trace("d", 0), span("LLM", "user", key) as seen:
                seen.spoke(REQUEST)
                seen.called(REQUEST, journal.get(key) or answer)
    call = SavedTraces(tmp_path).spans(2)[-1]
    assert call.replayed
    assert call.call is not None
    assert call.call[0] == REQUEST
    assert call.call[1].text == "Fine."
    assert b"How are you" not in (tmp_path / "traces" / "spans.sqlite").read_bytes()


def test_a_call_that_failed_keeps_its_prompt_and_its_error(tmp_path: Path) -> None:
    def fail() -> None:
        with span("LLM", "user", "k") as seen:
            seen.spoke(REQUEST)
            raise ValueError("the endpoint is down")

    with (
        Traces(tmp_path) as traces,
        traces.trace("d", 0),
        pytest.raises(ValueError, match="down"),
    ):
        fail()
    (root, call) = SavedTraces(tmp_path).spans(1)
    assert (root.error, call.error) == ("", "the endpoint is down")
    assert call.asked == REQUEST
    assert call.call is None


def test_work_for_several_dialogues_is_found_by_their_numbers(tmp_path: Path) -> None:
    with Traces(tmp_path) as traces, traces.trace("users"):
        for number in (0, 1):
            with span("CHAIN", "propose") as seen:
                seen.belongs(number=number)
                with span("LLM", f"for {number}"):
                    pass
    saved = SavedTraces(tmp_path)
    assert [one.name for one in saved.shared(1)] == ["propose", "for 1"]
    assert saved.of_dialogue(1) is None


def test_the_trace_of_a_dialogue_is_that_of_its_last_attempt_that_ended(tmp_path: Path) -> None:
    for _ in range(2):
        with Traces(tmp_path) as traces:
            for attempt in (0, 1):
                with traces.trace("d", 7, attempt):
                    pass
            traces.trace("d", 7, 2).__enter__().trace  # noqa: B018 - goes on
    found = SavedTraces(tmp_path).of_dialogue(7)
    assert found is not None
    assert (found.attempt, found.session) == (1, 2)


def test_traces_come_in_pages(tmp_path: Path) -> None:
    with Traces(tmp_path) as traces:
        for number in range(5):
            with traces.trace("d", number):
                pass
    saved = SavedTraces(tmp_path)
    first = saved.traces(limit=2)
    assert [one.number for one in first] == [0, 1]
    assert [one.number for one in saved.traces(after=first[-1].id, limit=2)] == [2, 3]


def test_a_file_that_is_none_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "traces").mkdir()
    (tmp_path / "traces" / "spans.sqlite").write_text("this is no database at all " * 50)
    with Traces(tmp_path) as traces, traces.trace("d", 0), span("CHAIN", "x"):
        pass
    (problem,) = traces.problems
    assert "cannot be written" in problem
    assert "\n" not in problem


def test_a_file_that_goes_bad_meanwhile_stops_nothing(tmp_path: Path) -> None:
    with Traces(tmp_path) as traces:
        with sqlite3.connect(tmp_path / "traces" / "spans.sqlite") as db:
            db.execute("DROP TABLE spans")
        for number in range(3):
            with traces.trace("d", number), span("CHAIN", "x"):
                pass
    assert len(traces.problems) == 1


def test_reading_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no traces"):
        SavedTraces(tmp_path)
    with Traces(tmp_path):
        pass
    with sqlite3.connect(tmp_path / "traces" / "spans.sqlite") as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(UsageError, match="not of this version"):
        SavedTraces(tmp_path)


def test_keys_are_taken_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_API_KEY", 'a"strange\\key')
    assert without_keys('it was a"strange\\key, really') == "it was ***, really"
    assert (
        without_keys("Bearer sk-abcdef123456 and task-force-one") == "Bearer *** and task-force-one"
    )
    assert Secrets({"NO_KEY": "none"}).removed("none") == "none"
    with Traces(tmp_path) as traces, traces.trace("d", 0), span("TOOL", "look") as seen:
        seen.spoke('{"query": "a\\"strange\\\\key"}', "sk-abcdef123456 " * 20)
        seen.note(said='a"strange\\key')
        assert isinstance(seen, Span)
        seen.error = "refused sk-abcdef123456"
    stored = (tmp_path / "traces" / "spans.sqlite").read_bytes()
    assert b"strange" not in stored
    assert b"sk-abc" not in stored


def test_odd_text_is_kept(tmp_path: Path) -> None:
    with Traces(tmp_path) as traces, traces.trace("d", 0), span("TOOL", "look") as seen:
        seen.spoke("lone \ud800 surrogate", "null \0 byte")
        seen.note(deep={"a": [1, {2}]})
    assert not traces.problems
    assert SavedTraces(tmp_path).spans(1)[1].said == "null \0 byte"
