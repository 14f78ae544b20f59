"""Dialogues from anywhere: what is understood, what is refused, and that nothing crashes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_dialogues import answer, call, dialogue

from trialogue.dialogue_files import Unread, read_dialogues, read_each
from trialogue.dialogue_shapes import dialogue_of
from trialogue.errors import UsageError
from trialogue.plain_json import DEEPEST
from trialogue.records import Dialogue, Turn

OURS = dialogue("Is 480 CNY paid?", answer("Up to 450.", call("calculator", "30"), sources=("a",)))
ASKED = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": "bed"}'}}
MESSAGES: list[dict[str, Any]] = [
    {"role": "system", "content": "You help."},
    {"role": "user", "content": "Is there a bed?"},
    {"role": "assistant", "content": None, "tool_calls": [ASKED]},
    {"role": "tool", "tool_call_id": "c1", "content": '{"beds":  2}'},
    {"role": "assistant", "content": [{"type": "text", "text": "There are two."}]},
]
TURNS = (
    Turn(speaker="user", text="Is there a bed?"),
    answer("There are two.", call("find", '{"beds":  2}', q="bed")),
)
SHARE = {
    "conversations": [
        {"from": "human", "value": "Is there a bed?"},
        {"from": "function_call", "value": '{"name": "find", "arguments": {"q": "bed"}}'},
        {"from": "observation", "value": '{"beds":  2}'},
        {"from": "gpt", "value": "There are two."},
    ]
}
PLAIN = (Turn(speaker="user", text="Hello\nthere"), Turn(speaker="assistant", text="Hi: yes"))


def written(folder: Path, text: str | bytes, name: str = "some.jsonl") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(folder: Path, *values: Any, name: str = "some.jsonl") -> list[Dialogue]:
    text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    return list(read_dialogues(written(folder, text, name)))


def refused(file: Path) -> str:
    with pytest.raises(UsageError) as error:
        list(read_dialogues(file))
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)
    return str(error.value)


def with_message(place: int, **message: Any) -> dict[str, Any]:
    """The messages with one of them changed."""
    changed = [*MESSAGES]
    changed[place] = {**MESSAGES[place], **message}
    return {"messages": changed}


@pytest.mark.parametrize("value", [{"messages": MESSAGES}, MESSAGES, SHARE])
def test_chat_messages_become_turns_with_their_tool_results(tmp_path: Path, value: Any) -> None:
    [found] = read(tmp_path, value)
    assert found.turns == TURNS
    assert (found.id, found.scenario.id, found.stop_reason) == ("some-1", "imported", "imported")


@pytest.mark.parametrize(
    "value",
    [
        {
            "prob_id": 7,
            "prob": "?",
            "answer": 2.0,
            "context": "user:Hello\nthere\nassistant: Hi: yes",
        },
        {"id": "7", "turns": [turn.model_dump() for turn in PLAIN], "ratings": {"overall": 3}},
    ],
)
def test_lines_with_speakers_and_plain_turns_are_read(tmp_path: Path, value: Any) -> None:
    [found] = read(tmp_path, value)
    assert (found.id, found.turns) == ("7", PLAIN)


def test_chinese_is_recognised_by_speakers_and_by_script(tmp_path: Path) -> None:
    [found] = read(tmp_path, {"context": "用户:你好，这个能报销吗\n客服：可以报销。"})
    assert [turn.speaker for turn in found.turns] == ["user", "assistant"]
    assert found.scenario.language == "zh"


def test_records_come_back_as_they_were_written(tmp_path: Path) -> None:
    file = written(tmp_path, f"{OURS.to_line()}\n\n{OURS.to_line()}")
    assert list(read_dialogues(file)) == [OURS, OURS]


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["some.json", "some.jsonl", "some.txt"])
def test_a_file_may_be_one_value_or_a_list(tmp_path: Path, indent: int | None, name: str) -> None:
    for value, count in ((MESSAGES, 1), (SHARE, 1), ([SHARE, {"messages": MESSAGES}], 2)):
        file = written(tmp_path, b"\xef\xbb\xbf" + json.dumps(value, indent=indent).encode(), name)
        assert [found.turns for found in read_dialogues(file)] == [TURNS] * count


def test_a_run_folder_is_read_without_its_torn_last_line(tmp_path: Path) -> None:
    written(tmp_path, f"{OURS.to_line()}\n{OURS.to_line()[:40]}", "dialogues.jsonl")
    assert list(read_dialogues(tmp_path)) == [OURS]
    (tmp_path / "other").mkdir()
    assert refused(tmp_path / "other").endswith("other: it has no dialogues.jsonl")


def test_faults_in_a_list_are_told_with_their_line(tmp_path: Path) -> None:
    file = written(tmp_path, json.dumps([SHARE, {"a": 1}], indent=1), "some.json")
    places = [n for n, text in enumerate(file.read_text().splitlines(), 1) if text == " {"]
    assert refused(file).startswith(f"{file}:{places[1]}: expected a record of a run")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"messages": [{"role": "us', "half a JSON value"),
        ('{"messages": [{"role": "user"}', "half a JSON value"),
        ("hello", "not JSON: Expecting value"),
        ('{"a": 1}', "expected a record of a run, {messages"),
        ("3", "expected a record of a run"),
        ('{"messages": 3}', "messages is not a list"),
        ('{"messages": []}', "the dialogue has no turns"),
        ('{"context": "Once upon a time"}', "does not begin with a speaker"),
        ('{"schema_version": 1}', "id: Field required"),
        (OURS.to_line().replace('"seed"', '"sead"'), "unknown key 'sead'"),
        (OURS.model_copy(update={"turns": ()}).to_line(), "the dialogue has no turns"),
        (dialogue("a", "b", TURNS[0], "c", "d", TURNS[0], TURNS[0]).to_line(), "turns 5 and 6"),
        ("[" * 100_000, "nested too deeply"),
        ('{"messages": NaN}', "not JSON"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = written(tmp_path, f"{OURS.to_line()}\n{line}\n")
    told = refused(file)
    assert told.startswith(f"{file}:2: ")
    assert says in told
    whole, unread = read_each(file)
    assert whole == OURS
    assert isinstance(unread, Unread)
    assert f"{unread.where}: {unread.why}" == told


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"messages": [MESSAGES[1], MESSAGES[1]]}, "two user turns in a row: turns 1 and 2"),
        (with_message(1, role="pirate"), 'message 2: unknown role "pirate"'),
        (with_message(1, content=" "), "turn 1: the user says nothing"),
        (with_message(1, content=[{"type": "image_url"}]), "message 2: content that is not text"),
        (with_message(3, tool_call_id="c9"), 'message 4: tool_call_id "c9" matches no open'),
        ({"messages": MESSAGES[:3]}, "message 3: no result until here for the tool call of find"),
        ({"messages": [*MESSAGES[:3], MESSAGES[1]]}, "message 4: no result until here"),
        ({"messages": MESSAGES[:4]}, "turn 2: the assistant says nothing"),
        (with_message(2, tool_calls=[ASKED, ASKED]), "message 3: the call of find needs an id"),
        (with_message(2, tool_calls=[{"id": "c1"}]), "without the name of a function"),
        (
            with_message(2, tool_calls=[{**ASKED, "function": {"name": "f", "arguments": "[1"}}]),
            'arguments that are no JSON object: "[1"',
        ),
        ({"messages": [*MESSAGES, 3]}, "message 6: expected an object with role"),
        ({"conversations": [{"from": "me", "value": "x"}]}, "message 1: unknown role 'me'"),
        ({"conversations": [{"human": "x"}]}, "message 1: expected an object with from and value"),
        ({"turns": [{"speaker": "user", "text": 3}]}, "turn 1: text: Input should be"),
    ],
)
def test_what_is_wrong_with_a_dialogue_is_named(tmp_path: Path, value: Any, says: str) -> None:
    told = refused(written(tmp_path, json.dumps(value)))
    assert f"some.jsonl:1: {says}" in told or says in told


def test_files_that_are_none(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.json").endswith("none.json: there is no such file")
    assert refused(written(tmp_path, "\n \n")).endswith("holds no dialogue")
    assert refused(written(tmp_path, "[]")).endswith("holds no dialogue")
    assert refused(written(tmp_path, b'{"a": "\xff"}\n')).endswith(":1: not UTF-8 text")
    broken = '{\n "messages": [\n  {"role": user}\n ]\n}'
    assert "x.json:3: not JSON" in refused(written(tmp_path, broken, "x.json"))


def test_long_and_hostile_texts_are_kept(tmp_path: Path) -> None:
    long = "__import__('os').system('x') " * 40_000
    said = [{"role": "user", "content": f"{long}\0\ud800"}, {"role": "assistant", "content": "No."}]
    file = written(tmp_path, json.dumps(said))
    [found] = read_dialogues(file)
    assert found.turns[0].text == long
    assert Dialogue.model_validate_json(found.to_line()) == found


def test_several_of_a_side_may_follow_each_other(tmp_path: Path) -> None:
    said = [{"role": "user", "name": name, "content": "Hello."} for name in ("Ann", "Bo")]
    [found] = read(tmp_path, {"messages": said})
    assert [turn.name for turn in found.turns] == ["Ann", "Bo"]


def test_arguments_cannot_be_nested_past_what_records_carry(tmp_path: Path) -> None:
    deep = '{"a":' * DEEPEST + "1" + "}" * DEEPEST
    deeper = {**ASKED, "function": {"name": "f", "arguments": deep.replace("1", '{"b": 1}')}}
    assert "no JSON object" in refused(
        written(tmp_path, json.dumps(with_message(2, tool_calls=[deeper])))
    )


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
spoken = texts.filter(str.strip)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
keys = st.sampled_from(
    [
        *("messages", "conversations", "turns", "context", "schema_version", "scenario", "user"),
        *("role", "content", "from", "value", "speaker", "text", "id"),
        *("tool_calls", "tool_call_id", "function", "name", "arguments"),
    ]
)
roles = st.sampled_from(["user", "assistant", "tool", "system", "human", "gpt", "function_call"])
values = st.recursive(
    scalars | roles,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=25,
)


@given(values)
def test_any_value_is_a_dialogue_or_is_refused_in_one_line(value: Any) -> None:
    try:
        told, turns = "", dialogue_of(value, "x-1").turns
    except ValueError as error:
        told, turns = str(error), ()
    assert bool(told.strip()) != bool(turns)


@given(
    st.lists(st.tuples(spoken, spoken), min_size=1, max_size=4),
    texts,
    st.dictionaries(texts, texts),
)
def test_our_records_survive_any_text(
    rounds: list[tuple[str, str]], result: str, arguments: dict[str, str]
) -> None:
    turns = [
        turn
        for asked, said in rounds
        for turn in (
            Turn(speaker="user", text=asked),
            Turn(
                speaker="assistant",
                text=said,
                tool_calls=(call("find", result).model_copy(update={"arguments": arguments}),),
            ),
        )
    ]
    whole = dialogue(*turns)
    assert dialogue_of(json.loads(whole.to_line()), "x") == whole


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    file = written(tmp_path_factory.mktemp("raw"), raw)
    try:
        found, told = list(read_each(file)), ""
    except UsageError as error:
        found, told = [], str(error)
    assert all(isinstance(one, Unread) for one in found)
    assert bool(found) != told.endswith("holds no dialogue")
