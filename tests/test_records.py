import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trialogue.records import (
    Action,
    Dialogue,
    Fact,
    ScenarioRef,
    Speaker,
    ToolCall,
    Turn,
    Usage,
    UserProfile,
)

CALL = ToolCall(name="calculator", arguments={"expression": "480 - 450"}, result="30")
FULL = Dialogue(
    id="travel-0-00000",
    scenario=ScenarioRef(id="travel", name="travel", language="en"),
    user=UserProfile(id="travel-0-0-0", identity="Mei, 40", intent="…", problems=("Is it paid?",)),
    trajectory=(
        Action(
            index=1,
            action="On 4 March I stayed at a hotel.",
            topic="hotel",
            tool_calls=(CALL,),
            facts=(Fact(name="hotel", value="480", unit="CNY", when="2026-03-04"),),
            memory="…",
        ),
    ),
    turns=(
        Turn(speaker="user", text="It was 480 CNY."),
        Turn(speaker="assistant", text="450 CNY are paid.", tool_calls=(CALL,), sources=("a.md",)),
    ),
    controls={"formality": 0.4},
    models={"user": "openai:tiny"},
    prompts={"line": "0123456789ab"},
    seed=7,
    stop_reason="goal_reached",
    usage=Usage(calls=2, input_tokens=9, output_tokens=4, cost=0.01),
    scores={"figures_told": 1.0},
    sources=("a.md",),
)
# The keys that the design promises for a line of dialogues.jsonl.
PROMISED = {
    "": "schema_version id scenario user trajectory turns controls models seed stop_reason usage"
    " scores sources",
    "scenario": "id name language",
    "user": "id identity intent problems",
    "trajectory.0": "index action tool_calls facts memory",
    "trajectory.0.tool_calls.0": "name arguments result",
    "trajectory.0.facts.0": "name value unit when",
    "turns.0": "speaker text",
    "turns.1": "speaker text tool_calls",
    "usage": "calls input_tokens output_tokens cost",
}
SPEAKERS = st.lists(st.sampled_from(["user", "assistant"]), max_size=12)


def test_a_dialogue_survives_its_line() -> None:
    line = FULL.to_line()
    assert "\n" not in line
    assert Dialogue.model_validate_json(line) == FULL
    assert Dialogue.model_validate_json(line).to_line() == line


@pytest.mark.parametrize("place", PROMISED)
def test_a_line_has_the_promised_keys(place: str) -> None:
    value = json.loads(FULL.to_line())
    for step in filter(None, place.split(".")):
        value = value[int(step) if step.isdigit() else step]
    assert set(PROMISED[place].split()) <= set(value)


@pytest.mark.parametrize("place", [p for p in PROMISED if p])
def test_unknown_keys_are_refused_at_every_depth(place: str) -> None:
    line = json.loads(FULL.to_line())
    value = line
    for step in place.split("."):
        value = value[int(step) if step.isdigit() else step]
    value["surprise"] = 1
    with pytest.raises(ValidationError, match="surprise"):
        Dialogue.model_validate(line)


def test_records_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FULL.seed = 8


def turns(speakers: list[Speaker]) -> tuple[Turn, ...]:
    return tuple(Turn(speaker=speaker, text=str(i)) for i, speaker in enumerate(speakers))


@given(SPEAKERS)
def test_rounds_are_user_turns_that_were_answered(speakers: list[Speaker]) -> None:
    dialogue = FULL.model_copy(update={"turns": turns(speakers)})
    assert dialogue.rounds == "".join(s[0] for s in speakers).count("ua")


@given(st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False)))
def test_any_text_and_numbers_survive(text: str, scores: dict[str, float]) -> None:
    said = (Turn(speaker="user", text=text),)
    dialogue = FULL.model_copy(update={"turns": said, "scores": scores})
    line = dialogue.to_line()
    assert "\n" not in line
    assert Dialogue.model_validate_json(line) == dialogue
