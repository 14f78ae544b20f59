"""What the validator decides by itself, what it asks a judge, and what it then believes."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import simulated_model
from made_dialogues import answer, call, dialogue
from openai_server import Body, OpenAIServer

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.writer import Writer
from trialogue.evaluation.built_in_lines import GROUNDED, ORDERED, SETTLED, SPOKEN, SURFACED
from trialogue.evaluation.tool_errors import failed
from trialogue.evaluation.tool_use import does_the_same, rubric_of
from trialogue.evaluation.validator import validate, validated
from trialogue.memory.journal import Journal
from trialogue.records import (
    Dialogue,
    Origin,
    RubricLine,
    ScenarioRef,
    Subtask,
    Toolset,
    ToolSpec,
    ToolTask,
    Turn,
    Validation,
    Verdict,
)

ROOMS = call("get_room", '{"room": 12, "price": 84.50}', room=12)
ERROR = call("book_room", "error: room 12 is taken")
RULES = {"rules.md": "Up to 450 CNY a night are paid, for three nights at most."}


def found(validation: Validation, line: RubricLine) -> Verdict:
    return next(verdict for verdict in validation.verdicts if verdict.line == line.text)


def looked_at(whole: Dialogue, line: RubricLine, **given: Any) -> Verdict:
    return found(validate(whole, **given), line)


def test_a_dialogue_without_faults_is_valid() -> None:
    good = dialogue(
        "Is 480 CNY paid for 2 nights?",
        answer("Up to 450 CNY a night.", sources=("rules.md",)),
    )
    validation = validate(good, knowledge=RULES)
    assert validation.valid
    assert [verdict.passed for verdict in validation.verdicts] == [True] * 5


@pytest.mark.parametrize(
    "turn",
    [
        answer("Room 12 is 84.50 EUR.", ROOMS),
        answer("It is about 85 EUR, for 480 CNY.", ROOMS),
        answer("450 CNY, and 3 nights at most.", sources=("rules.md",)),
        answer(
            "You pay 30 CNY.",
            call("calculator", "30", expression="480 - 450"),
            sources=("rules.md",),
        ),
        answer("That is 15% of it.", call("share", "0.15")),
        answer("Room 9 is yours.", call("book_room", '{"affected": 1}', room=9)),
        answer("1. Come in.\n2. Sit down."),
        answer("We open at 09:30, and I see 480 CNY."),
    ],
)
def test_a_figure_may_come_from_the_user_a_tool_or_a_rule(turn: Turn) -> None:
    whole = dialogue("It was 480 CNY for two nights.", turn)
    assert looked_at(whole, GROUNDED, knowledge=RULES).passed


@pytest.mark.parametrize(
    ("turn", "figure"),
    [
        (answer("Room 14 is 84.50 EUR.", ROOMS), "14"),
        (answer("It is 960 CNY in all."), "960"),
        (answer("It is 86 EUR.", ROOMS), "86"),
        (answer("You pay 77.", call("calculator", "77", expression="77 + 0")), "77"),
        (answer("Room 9 is dear.", call("get_room", "[]", room=9)), "9"),
        (answer("I have no room 9.", call("book_room", "error: none", room=9)), "9"),
        (answer("That is 16% of it.", call("share", "0.15")), "16"),
    ],
)
def test_a_figure_from_nowhere_rejects(turn: Turn, figure: str) -> None:
    whole = dialogue("It was 480 CNY for two nights.", turn)
    verdict = looked_at(whole, GROUNDED, knowledge=RULES)
    assert not verdict.passed
    assert verdict.why == f"from nowhere: turn 2: {figure}"
    assert not validate(whole).valid


def test_a_later_result_does_not_ground_an_earlier_claim() -> None:
    whole = dialogue("Room?", "It is 84.50.", "Sure?", answer("Yes, 84.50.", ROOMS))
    assert looked_at(whole, GROUNDED).why == "from nowhere: turn 2: 84.5"


def test_a_rule_that_is_not_at_hand_leaves_it_undecided() -> None:
    whole = dialogue("Is it paid?", answer("Up to 450 CNY.", sources=("rules.md",)))
    verdict = looked_at(whole, GROUNDED)
    assert (verdict.weight, verdict.passed) == ("invalid", False)
    assert verdict.why == "undecided: the text of rules.md is not at hand"
    assert validate(whole).valid


def test_turns_taken_over_are_not_answered_for() -> None:
    papered = answer("Room 14 is booked.", ERROR)
    for taken, valid in ((2, True), (0, False)):
        origin = Origin(dialogue="d", turns=taken)
        whole = dialogue("Book it.", papered, "And now?", "Room 14 is yours.", origin=origin)
        assert validate(whole).valid == valid


@pytest.mark.parametrize(
    ("turn", "why"),
    [
        (answer("I could not book it, room 12 is taken.", ERROR), ""),
        (answer("Sorry, the room isn’t free any more.", ERROR), ""),
        (answer("Room 12 is booked.", ERROR, call("book_room", '{"booking": 12}')), ""),
        (answer("Room 12 is booked.", ERROR), "turn 2 says nothing of the error of book_room"),
        (
            answer("There was no trouble: it has been booked.", ERROR),
            "turn 2 claims 'been booked' though book_room failed",
        ),
        (answer("Sorry, no seat; room 12 is booked.", ERROR, ROOMS), ""),
        (answer("No booking was found under that name.", call("cancel", '{"affected": 0}')), ""),
        (
            answer("Not a problem, it's cancelled.", call("cancel", '{"affected": 0}')),
            'turn 2 claims "\'s cancelled" though cancel failed',
        ),
    ],
)
def test_a_tool_error_has_to_be_told(turn: Turn, why: str) -> None:
    verdict = looked_at(dialogue("Book room 12.", turn), SURFACED)
    assert (verdict.passed, verdict.why) == (not why, why)


def test_a_chinese_error_has_to_be_told() -> None:
    chinese = ScenarioRef(id="desk", name="desk", language="zh")
    for text, told in (("抱歉，房间没能订上。", True), ("已经为您预订好了。", False)):
        whole = dialogue("请订房。", answer(text, ERROR), scenario=chinese)
        assert looked_at(whole, SURFACED).passed == told


@pytest.mark.parametrize(
    ("result", "is_failure"),
    [
        ("error: no such room", True),
        ('{"error": "no such room"}', True),
        ('{"success": false}', True),
        ('{"status": "failed"}', True),
        ("错误：没有这个房间", True),
        ('{"affected": 0}', True),
        ('{"affected": 1}', False),
        ('{"errors": [], "rows": []}', False),
        ('{"status": "ok"}', False),
        ("errands: 3", False),
        ("[" * 100_000, False),
    ],
)
def test_how_a_result_says_that_it_failed(result: str, is_failure: bool) -> None:
    assert failed(call("t", result)) == is_failure


def test_open_subtasks_reject() -> None:
    goal = (
        Subtask(id=1, text="a bed", state="done", given=0, done=1),
        Subtask(id=2, text="breakfast"),
    )
    verdict = looked_at(dialogue("Bed?", "Yes.", goal=goal), SETTLED)
    assert (verdict.passed, verdict.why) == (False, "open: breakfast")
    assert looked_at(dialogue("Bed?", "Yes.", goal=goal[:1]), SETTLED).passed
    assert not looked_at(dialogue("Bed?", "Yes.", stop_reason="max_rounds"), SETTLED).passed
    assert looked_at(dialogue("Bed?", "Yes.", stop_reason="imported"), SETTLED).weight == "invalid"


def test_silence_rejects_and_disorder_does_not() -> None:
    silent = dialogue("Bed?", "  ")
    assert looked_at(silent, SPOKEN).why == "turn 2 is empty"
    assert not validate(silent).valid
    assert not validate(dialogue()).valid
    doubled = dialogue("Bed?", Turn(speaker="user", text="Bed!"), "x")
    verdict = looked_at(doubled, ORDERED)
    assert (verdict.weight, verdict.passed) == ("structural", False)
    assert validate(doubled).valid


def spec(name: str, sql: str | None = None) -> ToolSpec:
    return ToolSpec(name=name, description=name, parameters={"type": "object"}, sql=sql)


TOOLSET = Toolset(
    id="hotel",
    domain="hotel",
    tools=(
        spec("get_room", "SELECT * FROM rooms WHERE id = :id"),
        spec("rooms_and_prices", "SELECT * FROM rooms JOIN prices USING (id)"),
        spec("get_price", "SELECT * FROM prices WHERE id = :id"),
        spec("book_room", "INSERT INTO bookings VALUES (:id, :name)"),
        spec("add_booking", "INSERT INTO bookings VALUES (:id, :name)"),
        spec("cancel_booking", "DELETE FROM bookings WHERE id = :id"),
        spec("broken", "SELEC WHERE FROM ((("),
    ),
    tasks=(ToolTask(id="t1", text="Book.", rubric=(RubricLine(text="booked", tool="book_room"),)),),
)


@pytest.mark.parametrize(
    ("tool", "other", "same"),
    [
        ("get_room", "rooms_and_prices", True),
        ("rooms_and_prices", "get_room", False),
        ("get_room", "get_price", False),
        ("book_room", "add_booking", True),
        ("book_room", "cancel_booking", False),
        ("broken", "broken", True),
        ("broken", "get_room", False),
        ("get_order", "search_orders", True),
        ("get_order", "get_order_items", False),
        ("get_order", "get_orders_by_customer", True),
        ("get_order", "cancel_order", False),
        ("frobnicate", "frobnicated", False),
    ],
)
def test_which_tools_do_the_same(tool: str, other: str, same: bool) -> None:
    assert does_the_same(tool, other, TOOLSET) == same


@pytest.mark.parametrize(
    ("calls", "passed", "why"),
    [
        ([call("book_room", "{}")], True, ""),
        ([call("add_booking", "{}")], True, "by add_booking"),
        ([call("get_room", "{}"), call("book_room", "{}")], True, ""),
        ([ERROR], False, "book_room only failed"),
        ([call("get_room", "{}")], False, "book_room was not called"),
    ],
)
def test_a_task_may_be_solved_by_an_equal_tool(calls: list[Any], passed: bool, why: str) -> None:
    task = Subtask(id=1, text="Book.", kind="task", source="t1", state="done", given=0, done=1)
    whole = dialogue("Book it.", answer("Sorry, I could not.", *calls), goal=(task,))
    rubric = rubric_of(whole, TOOLSET)
    validation = validate(whole, rubric, toolset=TOOLSET)
    verdict = found(validation, rubric[0])
    assert (verdict.passed, verdict.why) == (passed, why)
    assert validation.valid == passed


POLITE = RubricLine(text="The assistant is polite.")
SAID = dialogue("Is there a bed?", answer("There are two.", call("find_bed", '{"beds": "two"}')))


@pytest.fixture
async def judge(
    tmp_path: Path, openai_server: Callable[..., OpenAIServer]
) -> AsyncIterator[Callable[..., Writer]]:
    """Makes a writer whose judge answers as told; `roles` are those that have a model."""
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(tmp_path / "journal.sqlite"))

        def make(opinion: Any, *roles: str) -> Writer:
            def reply(body: Body) -> str:
                assert simulated_model.prompt_of(body) == "validate"
                return json.dumps(opinion)

            spec = ModelSpec(name="openai:judge", base_url=openai_server(reply).base_url)
            caller = Caller(dict.fromkeys(roles or ("judge",), spec), journal)
            stack.push_async_callback(caller.aclose)
            return Writer(caller=caller, language="en", seed=1)

        yield make


@pytest.mark.parametrize(
    ("quote", "verdict", "weight", "passed"),
    [
        ("There are two.", "met", "non_critical", True),
        ("There  are\ntwo.", "not_met", "non_critical", False),
        ('{"beds": "two"}', "met", "non_critical", True),
        ("There are three.", "met", "invalid", False),
        ("There are three.", "not_met", "invalid", False),
        ("a", "not_met", "invalid", False),
        ("", "unclear", "invalid", False),
    ],
)
async def test_a_judge_counts_only_with_a_quotation(
    judge: Callable[..., Writer], quote: str, verdict: str, weight: str, passed: bool
) -> None:
    writer = judge({"quote": quote, "verdict": verdict})
    whole = await validated(SAID, writer, [POLITE])
    assert whole.validation is not None
    assert whole.validation.valid
    told = found(whole.validation, POLITE)
    assert (told.weight, told.passed) == (weight, passed)


async def test_a_judge_may_be_let_reject(judge: Callable[..., Writer]) -> None:
    writer = judge({"quote": "There are two.", "verdict": "not_met"})
    whole = await validated(SAID, writer, [POLITE], judge_rejects=True)
    assert whole.validation is not None
    assert not whole.validation.valid


async def test_lines_that_nobody_can_decide_stay_undecided(judge: Callable[..., Writer]) -> None:
    invalid = RubricLine(text="Is it?", weight="invalid")
    writers = (None, judge({}, "assistant"), judge({"nonsense": 1}))
    whys = []
    for writer in writers:
        whole = await validated(SAID, writer, [invalid, POLITE])
        assert whole.validation is not None
        assert whole.validation.valid
        assert found(whole.validation, invalid).why == "undecided: the line itself is invalid"
        whys.append(found(whole.validation, POLITE).why)
    assert whys == [
        "undecided: only a judge can tell",
        "undecided: there is no judge model",
        "undecided: the judge gave no usable answer",
    ]
