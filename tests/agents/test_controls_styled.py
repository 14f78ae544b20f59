"""A finished line said again: nearer to what was asked, with the same content, or left as it is."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from openai_server import Body, OpenAIServer

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.checks import Check, Fault, Side
from trialogue.agents.controls import Manner, built_in, styled
from trialogue.agents.controls.line_measures import formality
from trialogue.agents.controls.same import same_content
from trialogue.agents.controls.shown import examples, to_keep, wanted
from trialogue.agents.controls.words import sentences
from trialogue.agents.writer import Draft, Writer
from trialogue.memory.journal import Journal
from trialogue.records import Language

LINE = "On 12 May I paid 52 USD for the taxi in Lyon. Is that too much?"
CASUAL = "Hey, so on 12 May I paid 52 USD for the taxi in Lyon, that's just crazy, right?"
FORMAL = "On 12 May I purchased a taxi journey in Lyon for 52 USD. Would this be permitted?"
Make = Callable[..., tuple[Writer, OpenAIServer]]


@pytest.fixture
async def make(tmp_path: Path, openai_server: Callable[..., OpenAIServer]) -> AsyncIterator[Make]:
    """Makes a writer whose model gives these answers in turn, the last one ever after."""
    async with AsyncExitStack() as stack:
        journal = stack.enter_context(Journal(tmp_path / "journal.sqlite"))

        def made(*answers: str, language: Language = "en") -> tuple[Writer, OpenAIServer]:
            left = list(answers)
            server = openai_server(lambda _: left.pop(0) if left[1:] else left[0])
            spec = ModelSpec(name="openai:simulated", base_url=server.base_url)
            caller = Caller({"user": spec, "assistant": spec}, journal)
            stack.push_async_callback(caller.aclose)
            return Writer(caller, language, seed=3, drafts=3), server

        yield made


def manner(**values: float) -> Manner:
    return Manner(values)


async def test_nothing_asked_costs_nothing(make: Make) -> None:
    writer, server = make("never")
    draft = Draft(LINE, rewrites=2, faults=("too long",))
    assert await styled(writer, manner(), "user", draft) == draft
    assert await styled(writer, manner(focus=5), "user", draft) == draft
    near = manner(formality=formality(LINE, "en") or 0)
    assert await styled(writer, near, "user", draft) == draft
    assert not server.requests


async def test_the_nearest_draft_is_taken(make: Make) -> None:
    writer, server = make(FORMAL, CASUAL, LINE)
    found = await styled(writer, manner(formality=0.0), "user", Draft(LINE, rewrites=1))
    assert found.text == CASUAL
    assert found.rewrites == 2
    assert len(server.requests) == 2


async def test_a_line_nearer_than_all_drafts_stays(make: Make) -> None:
    writer, server = make(LINE)
    found = await styled(writer, manner(technical_language=0.0), "user", Draft(LINE))
    assert found.text == LINE
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "bad",
    [
        CASUAL.replace("52", "50"),
        CASUAL.replace("12 May", "the day"),
        CASUAL.replace("Lyon", "town"),
        CASUAL.replace(", right?", "."),
        CASUAL.replace("I paid", "you paid"),
        CASUAL.replace("that's just", "that isn't"),
        "Hey, so",
        "嗨。",
        CASUAL + " It's like this and that and so on." * 9,
    ],
)
async def test_a_draft_that_says_something_else_is_never_taken(make: Make, bad: str) -> None:
    writer, _ = make(bad)
    found = await styled(writer, manner(formality=0.0), "user", Draft(LINE))
    assert not bad.startswith(found.text)
    assert same_content(LINE, "en", "user")
    assert not [f for check in same_content(LINE, "en", "user") if (f := check(found.text))]


async def test_code_moves_a_line_that_no_draft_has_moved(make: Make) -> None:
    writer, _ = make("nothing of use")
    found = await styled(writer, manner(formality=1.0), "user", Draft(LINE))
    assert found.text != LINE
    assert found.text.lower().endswith("is that too much?")
    assert (formality(found.text, "en") or 0) > (formality(LINE, "en") or 0)


async def test_a_line_gets_one_lead_in_whatever_is_asked_of_it(make: Make) -> None:
    writer, _ = make(LINE)
    asked = manner(formality=1.0, technical_language=1.0)
    found = await styled(writer, asked, "user", Draft(LINE))
    assert found.text != LINE
    assert found.text.count(":") == 1


async def test_filler_that_was_said_before_is_not_said_again(make: Make) -> None:
    writer, _ = make(LINE)
    first = await styled(writer, manner(verbosity=1.0), "user", Draft(LINE))
    again = await styled(writer, manner(verbosity=1.0), "user", Draft(LINE), said=[first.text])
    added = [text for text in sentences(first.text) if text not in LINE]
    assert added
    assert not [text for text in added if text in again.text]


async def test_the_checks_of_the_caller_hold(make: Make) -> None:
    def no_taxi(text: str) -> Fault | None:
        return Fault("speaks of a taxi") if "taxi" in text else None

    writer, _ = make(CASUAL)
    found = await styled(writer, manner(formality=0.0), "user", Draft(LINE), (no_taxi,))
    assert found.text == LINE


async def test_mild_faults_do_not_keep_a_draft_out(make: Make) -> None:
    mild: Check = lambda text: Fault("mild", fatal=False)  # noqa: E731
    writer, _ = make(CASUAL)
    found = await styled(writer, manner(formality=0.0), "user", Draft(LINE), (mild,))
    assert found.text == CASUAL


async def test_the_model_sees_definition_number_examples_and_what_to_keep(make: Make) -> None:
    writer, server = make(CASUAL)
    await styled(writer, manner(formality=0.1), "user", Draft(LINE.replace("the", "<x> the")))
    messages = server.requests[0]["messages"]
    assert "How formal the choice of words" in messages[0]["content"]
    assert "Formality: 0.1" in messages[0]["content"]
    assert "<manner>formality 0.1 (casual talk" in messages[-1]["content"]
    assert "<keep>12 May, 52 USD, Lyon</keep>" in messages[-1]["content"]
    assert "<x>" not in messages[-1]["content"]
    assert len(messages) == 2 + 2 * 4


async def test_equal_places_ask_equally(make: Make) -> None:
    def asked(server: OpenAIServer) -> list[Body]:
        return list(server.requests)

    first, one = make(FORMAL)
    await styled(first, manner(formality=0.0), "user", Draft(LINE), (), ("user", 2))
    second, two = make(FORMAL)
    await styled(second, manner(formality=0.0), "user", Draft(LINE), (), ("user", 2))
    assert asked(one)
    assert not asked(two), "the journal has the answers of the same place"
    await styled(second, manner(formality=0.0), "user", Draft(LINE), (), ("user", 4))
    assert asked(two)


def shown(value: float, **more: float) -> list[str]:
    return [e["example_manner"] for e in examples(manner(formality=value, **more), "user")]


def test_examples_are_near_the_level() -> None:
    assert [text.split()[1] for text in shown(0.0)] == ["0", "0", "0", "0"]
    assert [text.split()[1] for text in shown(1.0)] == ["1", "1", "1", "1"]
    numbers = [float(text.split()[1]) for text in shown(0.25)]
    assert sum(numbers) / len(numbers) == pytest.approx(0.25)
    assert len(shown(0.5, verbosity=0.0)) == 4
    assert examples(manner(), "user") == []


def test_the_wish_is_told_in_the_language() -> None:
    assert wanted(manner(verbosity=0.5, formality=1.0), "user").startswith("verbosity 0.5; form")
    assert wanted(Manner({"verbosity": 0.5, "formality": 0.0}, "zh"), "user").startswith(
        "详略0.5；正式程度0（"
    )


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("On 12 May I paid 1,000.50 CNY.", "12 May, 1,000.50 CNY"),
        ("It is 5% at 14:30. The Park is with Jinsha Food.", "5%, 14:30, Park, Jinsha Food"),
        ("Nothing here.", "-"),
        ("5月4日付了15元，3天，用了Wi。", "5月4日, 15元, 3天, Wi"),
    ],
)
def test_what_is_to_be_kept_is_listed(line: str, kept: str) -> None:
    assert to_keep(line) == kept


@pytest.mark.parametrize("name", [n for n, control in built_in().items() if control.line])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_examples_that_are_shown_keep_to_the_checks(name: str, language: Language) -> None:
    shown = built_in()[name].wordings[language].examples
    assert shown
    for example in shown:
        side: Side = "user" if example.line.endswith(("?", "？")) else "assistant"
        for check in same_content(example.line, language, side):
            assert check(example.said) is None, example.said


@pytest.mark.parametrize(
    ("language", "side", "line", "said", "fault"),
    [
        ("en", "assistant", "You pay 52 USD.", "You pay just 52 USD.", ""),
        ("en", "assistant", "It is paid to 52 USD.", "You get 52 USD.", "who is meant"),
        ("en", "assistant", "It is paid to 52 USD.", "It is not paid to 52 USD.", "yes into a no"),
        ("en", "assistant", "It is paid to 52 USD.", "It's 52 USD, okay?", "asks back"),
        ("en", "assistant", "A pack costs at most 40 USD.", "40 USD.", "what it is about"),
        ("en", "user", "I paid 52 USD.", "I paid 52 USD, 52 USD.", "once more"),
        ("en", "user", "I paid 52 USD.", "I would like to tell you that I paid 52 USD.", ""),
        ("en", "user", "I paid 52 USD.", "You paid 52 USD.", "who is meant"),
        ("en", "user", "I paid 3 USD.", "I paid three USD.", ""),
        ("zh", "user", "我付了52元。能报吗？", "本人支付52元，可否报销？", ""),
        ("zh", "user", "我付了52元。能报吗？", "已支付52元，请问是否报销？", ""),
        ("zh", "user", "我付了52元。能报吗？", "您付了52元吗？", "who is meant"),
        ("zh", "user", "我付了52元。能报吗？", "我付了52块，能报吗？", "loses 元"),
        ("zh", "assistant", "付52元。", "不付52元。", "yes into a no"),
        ("zh", "assistant", "能付52元。", "能不能付52元。", ""),
    ],
)
def test_what_counts_as_the_same_content(
    language: Language, side: Side, line: str, said: str, fault: str
) -> None:
    faults = [found.what for check in same_content(line, language, side) if (found := check(said))]
    assert bool(faults) == bool(fault), faults
    assert fault in "; ".join(faults)
