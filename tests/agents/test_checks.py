"""What a program can see wrong in a drafted line, in English and in Chinese."""

import re
from decimal import Decimal
from importlib.resources import files

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.checks import (
    Fault,
    Side,
    agrees_with_answers,
    asks,
    asks_nothing,
    carries,
    in_language,
    in_role,
    inspect,
    keeps_words,
    names_one_of,
    no_longer_than,
    not_repeating,
    only_figures,
    same_persons,
    verdict_of,
    whole,
    without_figures,
    without_name,
)
from trialogue.agents.story import draw_story
from trialogue.records import Language, Scenario
from trialogue.scenario_files import find_scenario, scenario_names

SCENARIOS = [find_scenario(name).scenario for name in scenario_names()]


def decimals(*numbers: str) -> set[Decimal]:
    return {Decimal(number) for number in numbers}


def test_fatal_faults_come_first() -> None:
    faults = inspect("480 EUR.", [asks, without_figures])
    assert faults == [Fault("has figures"), Fault("asks nothing", fatal=False)]


@pytest.mark.parametrize("text", ["It is paid.", "Is it?", "可以报。", "能报吗？", "他说：“好。”"])
def test_whole_lines(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "empty"), (" ", "empty"), ("The limit is", "breaks off"), ("上限是", "breaks off")],
)
def test_lines_that_are_not_whole(text: str, what: str) -> None:
    assert whole(text) == Fault(what)


@pytest.mark.parametrize(
    ("language", "text", "fits"),
    [
        ("en", "The room cost 480 CNY.", True),
        ("en", "The 房间 cost 480 CNY.", False),
        ("zh", "房价480元一晚，住了3晚。", True),
        ("zh", "3月24日花了1,200元。", True),
        ("zh", "The room cost 480元.", False),
    ],
)
def test_languages(language: Language, text: str, fits: bool) -> None:
    assert (in_language(language)(text) is None) == fits


@pytest.mark.parametrize(
    ("language", "side", "text"),
    [
        ("en", "user", "Is there anything else you need?"),
        ("en", "user", "You stayed at a hotel for 3 nights."),
        ("en", "user", "Please submit your receipts."),
        ("en", "user", "As an AI, I cannot travel."),
        ("en", "assistant", "I stayed at a hotel in Hangzhou."),
        ("en", "assistant", "Let me know if you have questions."),
        ("en", "assistant", "Is there anything else I can do?"),
        ("en", "assistant", "Desk: that is covered."),
        ("en", "user", "Note: took a taxi."),
        ("en", "assistant", "It is paid. Sentence 2: more is not."),
        ("zh", "user", "请问您需要什么帮助？"),
        ("zh", "user", "您还有什么需要帮忙的吗？"),
        ("zh", "user", "请提供酒店发票。"),
        ("zh", "user", "财务：这个可以报。"),
        ("zh", "assistant", "我住了3晚酒店。"),
        ("zh", "assistant", "如有疑问，随时找我。"),
        ("zh", "assistant", "可以报。员工：好的。"),
        ("zh", "assistant", "总共是1440元。"),
    ],
)
def test_who_speaks_as_the_other_side_is_caught(language: Language, side: Side, text: str) -> None:
    fault = in_role(language, side)(text)
    assert fault is not None
    assert fault.fatal


@pytest.mark.parametrize(
    ("language", "side", "text"),
    [
        ("en", "user", "Thanks, that helps."),
        ("en", "user", "I have one more question: the taxi."),
        ("en", "user", "Do you need the receipt for that?"),
        ("en", "assistant", "Taxis are covered, but the rules do not name anything else."),
        ("en", "assistant", "You stayed within the ceiling, so all of it is paid."),
        ("zh", "user", "请问您这边要交什么单据？"),
        ("zh", "user", "4月2日我把申请提交给了部门经理。"),
        ("zh", "user", "我邀请联系人一起吃了顿晚饭。"),
        ("zh", "user", "我有个问题：打车费怎么报？"),
        ("zh", "assistant", "按这条规定：超出的部分由您自己承担。"),
        ("zh", "assistant", "您住的酒店在标准以内，可以报。"),
    ],
)
def test_innocent_sentences_pass(language: Language, side: Side, text: str) -> None:
    assert in_role(language, side)(text) is None


def leaves(node: object) -> list[object]:
    """Everything below a node of parsed YAML that is neither a mapping nor a list."""
    if isinstance(node, dict):
        node = list(node.values())
    return [leaf for inner in node for leaf in leaves(inner)] if isinstance(node, list) else [node]


def test_every_phrase_is_a_pattern() -> None:
    """In YAML a line that ends with a colon is no longer a text, but a mapping to nothing."""
    text = (files("trialogue.agents") / "data" / "phrases.yaml").read_text(encoding="utf-8")
    assert all(isinstance(leaf, str) and re.compile(leaf) for leaf in leaves(yaml.safe_load(text)))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario.id))
def test_worked_examples_of_scenarios_pass_as_their_own_side(scenario: Scenario) -> None:
    for example in scenario.examples:
        user, assistant = (in_role(scenario.language, side) for side in ("user", "assistant"))
        for text in (example.note, example.said, example.reaction):
            assert inspect(text, [whole, in_language(scenario.language), user]) == [], text
        assert inspect(example.answer, [whole, in_language(scenario.language), assistant]) == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: str(scenario.id))
def test_notes_of_scenarios_give_nobody_away(scenario: Scenario) -> None:
    for seed in range(20):
        story = draw_story(scenario, seed, (4, 4))
        checks = [in_role(scenario.language, "user"), without_name(story.name)]
        for point in story.points:
            assert inspect(point.note, checks) == [], point.note


def test_figures_that_are_told_or_left_out() -> None:
    told = carries(["480", "3"], "en")
    assert told("480 EUR for three nights.") is None
    assert told("480 EUR a night.") == Fault("leaves out 3")
    assert carries(["480", "2"], "zh", fatal=False)("房价480元一晚。") == Fault(
        "leaves out 2", False
    )
    assert carries(["480", "2"], "zh")("房价480元一晚，住了两晚。") is None


def test_figures_from_nowhere_and_totals() -> None:
    check = only_figures(decimals("480", "3"), decimals("1440"))
    assert check("房价480元，住了3晚。") is None
    assert check("480.00 EUR") is None
    assert check("房价480元，共1,440元。") == Fault("gives away a total: 1440")
    assert check("500 EUR") == Fault("has figures from nowhere: 500")


@given(st.sets(st.integers(0, 999), max_size=5), st.sets(st.integers(0, 999), max_size=5))
def test_only_figures_is_the_subset_relation(allowed: set[int], said: set[int]) -> None:
    text = "，".join(f"第{number}号" for number in sorted(said))
    check = only_figures({Decimal(n) for n in allowed}, set())
    assert (check(text) is None) == (said <= allowed)


@pytest.mark.parametrize(
    ("earlier", "text", "repeats"),
    [
        ("I paid for the room in Hangzhou.", "I paid for the room in Hangzhou.", True),
        ("I paid for the room in Hangzhou.", "The taxi took me to a client.", False),
        ("杭州每晚的上限是400元，超出的部分由您自己承担。", "杭州每晚的上限是400元。", True),
        ("480元一晚住了3晚酒店", "480元一晚住了3晚酒店", True),
        ("480元一晚住了3晚酒店", "120元一人请了6人吃饭", False),
    ],
)
def test_repetition(earlier: str, text: str, repeats: bool) -> None:
    assert (not_repeating([earlier])(text) is not None) == repeats


@given(st.text(alphabet="abc 房价住了晚元3，。", max_size=40))
def test_a_line_of_three_words_repeats_itself(text: str) -> None:
    longer = f"房价是{text}"
    assert not_repeating([longer])(longer) is not None


def test_chinese_after_a_figure_is_read_character_by_character() -> None:
    """Were "480元一晚住了" one word, a change in it would hide the repetition."""
    check = not_repeating(["房价是480元一晚住得很好"])
    assert check("房价是480元一晚住得不好") is not None


def test_questions() -> None:
    assert asks("能报吗？") is asks("Is it?") is None
    assert asks("能报。") == Fault("asks nothing", fatal=False)
    assert asks_nothing("能报吗？") == Fault("asks back", fatal=False)
    assert asks_nothing("It is.") is None


def test_the_deciding_figure() -> None:
    assert names_one_of(decimals("400"))("上限400.00元。") is None
    assert names_one_of(decimals("400"))("有上限。") is not None
    assert names_one_of(set())("有上限。") is None


def test_length_and_figures() -> None:
    assert no_longer_than(3)("三个字") is None
    assert no_longer_than(2)("三个字") == Fault("too long", fatal=False)
    assert without_figures("三个字") is None
    assert without_figures("3个字") is not None


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("Rosa Park", "I am Rosa.", True),
        ("Rosa Park", "Parking cost 12 EUR.", False),
        ("Noah O'Neill", "O'Neill here.", True),
        ("王佳怡", "我是王佳怡。", True),
        ("王佳怡", "我住了3晚。", False),
    ],
)
def test_own_names(name: str, text: str, named: bool) -> None:
    assert (without_name(name)(text) is not None) == named


@pytest.mark.parametrize(
    ("origin", "text", "same"),
    [
        ("Do I get that back?", "Will my money come back?", True),
        ("Do I get that back?", "Is that paid?", False),
        ("Is it paid in US dollars?", "Are dollars used for that?", True),
        ("我能全报吗？", "能给我全报吗？", True),
        ("我能全报吗？", "您能全报吗？", False),
    ],
)
def test_persons(origin: str, text: str, same: bool) -> None:
    assert (same_persons(origin)(text) is None) == same


def test_kept_words_in_english() -> None:
    check = keeps_words("Is the coach paid at that price?")
    assert check("Will the coaches be paid at that price?") is None
    assert check("Where does the museum shop sell tickets?") is not None


def test_kept_words_in_chinese_are_characters() -> None:
    check = keeps_words("这个价钱的大巴能全报吗", 0.6)
    assert check("大巴是这个价钱，能全报吗？") is None
    assert check("门票要找谁签字？") is not None
    assert keeps_words("好的 明白 了", 1.0)("好的，明白了。") is None
    assert keeps_words("好的 明白 了", 1.0)("好的，再见。") is not None


def test_what_has_no_words_drifts_from_nothing() -> None:
    assert keeps_words("anything")("3!") is None


@pytest.mark.parametrize(
    ("language", "text", "verdict"),
    [
        ("en", "Your 480 CNY are within the limit.", "less"),
        ("en", "That exceeds the limit by 30 CNY.", "more"),
        ("en", "That is within the limit, but dinner exceeds it.", None),
        ("en", "Hand in the receipt.", None),
        ("zh", "您的房价在标准以内。", "less"),
        ("zh", "已经超过了上限。", "more"),
    ],
)
def test_what_an_answer_says_of_the_limit(
    language: Language, text: str, verdict: str | None
) -> None:
    assert verdict_of(text, language) == verdict


def test_an_answer_agrees_with_those_before_as_far_as_they_agree() -> None:
    within, beyond = "It is within the limit.", "It exceeds the limit."
    check = agrees_with_answers([within, "Hand in the receipt."], "en")
    assert check(within) is None
    assert check(beyond) == Fault("contradicts an earlier answer", fatal=False)
    assert agrees_with_answers([within, beyond], "en")(beyond) is None
    assert agrees_with_answers([], "en")(beyond) is None
