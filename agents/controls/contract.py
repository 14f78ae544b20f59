"""What every control keeps to; for the tests of plugins."""

from typing import Any

from trialogue.agents.controls.control import Control, Value
from trialogue.agents.controls.request import parse_controls
from trialogue.errors import UsageError
from trialogue.records import Dialogue, Language, ScenarioRef, Turn, UserProfile

_LINES: dict[Language, str] = {
    "en": "I paid 480 CNY. Is that covered?",
    "zh": "我付了480元。能报吗？",
}


def check_control(control: Control) -> None:
    """Raises AssertionError that says what is wrong with a control.

    It has both wordings, takes what it allows, refuses what it does not, is told with its value,
    and measures a dialogue without turns, without a goal and in either language.
    """
    name = control.name
    _hold(name.isidentifier() and name.islower(), control, "the name is no lower-case word")
    known = bool(control.sides) and set(control.sides) <= {"user", "assistant"}
    _hold(known, control, "the sides are not user or assistant")
    _check_wordings(control)
    for value in _samples(control):
        _hold(control.checked(value) == value, control, f"{value!r} is not taken as it is")
        _check_told(control, value)
    _check_refusals(control)
    _check_measures(control)


def _hold(true: bool, control: Control, otherwise: str) -> None:
    assert true, f"control {control.name}: {otherwise}"


def _check_wordings(control: Control) -> None:
    for language in _LINES:
        words = control.wordings.get(language)
        _hold(bool(words and words.label and words.definition), control, f"no words in {language}")
        if words and control.ordered:
            _hold(bool(words.low and words.high), control, f"ends mean nothing in {language}")
        if words and control.kind == "category":
            lacking = sorted(set(control.choices) - set(words.options))
            _hold(not lacking, control, f"{lacking} mean nothing in {language}")


def _samples(control: Control) -> list[Value]:
    if not control.ordered:
        return list(control.choices) or ["a text"]
    _hold(control.kind == "grade" or control.low < control.high, control, "the range is empty")
    ends = [control.at(0), control.at(0.5), control.at(1)]
    shares = [control.share(ends[0]), control.share(ends[2])]
    _hold(shares == [0, 1], control, "the ends of the range are not at its ends")
    return ends


def _check_told(control: Control, value: Value) -> None:
    for language in _LINES:
        told = control.told(value, language)
        _hold("\n" not in told, control, "is told in more than one line")
        shown = control.wordings[language].options.get(str(value), f"{value}")
        shorter = f"{value:g}" if isinstance(value, float) else shown
        _hold(shown in told or shorter in told, control, f"does not tell {value!r} in {language}")


def _check_refusals(control: Control) -> None:
    beyond = control.high + 1 if control.kind in ("integer", "number") else "x" * 301
    wrong: tuple[Any, ...] = ("", [], True, beyond)
    for value in wrong:
        _hold(control.name in _refusal(control, value), control, f"takes {value!r}")


def _refusal(control: Control, value: Any) -> str:
    try:
        parse_controls({control.name: value}, {control.name: control})
    except UsageError as error:
        return str(error)
    return ""


def _check_measures(control: Control) -> None:
    for language, line in _LINES.items():
        both = (Turn(speaker="user", text=line), Turn(speaker="assistant", text=line))
        for turns in ((), both[:1], both):
            found = control.measure(_dialogue(language, turns))
            _hold(found is None or isinstance(found, float), control, "measures no float")
        shown = control.line(line, language) if control.line else control.low
        within = shown is None or control.low <= shown <= control.high
        _hold(within, control, "measures lines outside its own range")


def _dialogue(language: Language, turns: tuple[Turn, ...]) -> Dialogue:
    return Dialogue(
        id="contract-0",
        scenario=ScenarioRef(id="contract", name="contract", language=language),
        user=UserProfile(id="contract-0", identity="a buyer", intent="to know", problems=()),
        turns=turns,
        stop_reason="goal_reached",
    )
