"""Rules reduced to a case: rows of tables, sentences, and figures that can be compared."""

from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.agents.focus import compare, focus, measures, on_excess, sentences
from trialogue.records import Language, Passage
from trialogue.scenario_files import find_scenario
from trialogue.tools.documents import load_documents, split


@cache
def passages(scenario: str) -> tuple[Passage, ...]:
    loaded = load_documents([Path(path) for path in find_scenario(scenario).documents])
    return tuple(p for document in loaded.documents for p in split(document))


def rows(scenario: str, heading: str, case: str) -> list[str]:
    """The rows under a heading that concern the case."""
    found = next(p for p in passages(scenario) if p.heading.endswith(heading))
    return focus(found, [p for p in passages(scenario) if p.source == found.source], case)[0]


TIERS = {
    "北京": "一类：城市北京、上海、广州、深圳，每晚上限500元。",
    "成都": "二类：城市杭州、成都、武汉、西安，每晚上限400元。",
    "长沙": "三类：城市长沙、昆明和其他城市，每晚上限320元。",
    "昆明": "三类：城市长沙、昆明和其他城市，每晚上限320元。",
    "苏州": "三类：城市长沙、昆明和其他城市，每晚上限320元。",
}


@pytest.mark.parametrize("city", TIERS)
def test_a_chinese_city_finds_its_row(city: str) -> None:
    case = f"3月24日我到{city}出差时住了酒店，房价480元一晚，住了3晚。"
    assert rows("chailv_baoxiao", "住宿标准", case) == [TIERS[city]]


@pytest.mark.parametrize(
    ("days", "share"), [("2", "80%"), ("3", "90%"), ("4", "90%"), ("5", "100%"), ("9", "100%")]
)
def test_a_number_of_days_finds_its_range(days: str, share: str) -> None:
    case = f"4月2日我坐飞机去了西安，机票900元一程，提前{days}天订的票。"
    (row,) = rows("chailv_baoxiao", "飞机", case)
    assert row.endswith(f"票价的{share}。")


@pytest.mark.parametrize(
    ("item", "limit"), [("马桶", "1500元"), ("智能马桶", "1800元"), ("淋浴房", "2000元")]
)
def test_the_longer_name_beats_the_one_inside_it(item: str, limit: str) -> None:
    case = f"5月6日我给主卫选了{item}，单价1800元一件，选了1件。"
    assert rows("zhuangxiu_yusuan", "卫浴洁具", case) == [f"{item}：每件标准{limit}。"]


@pytest.mark.parametrize(("room", "limit"), [("次卫", "90"), ("玄关", "120"), ("阳台", "90")])
def test_a_room_finds_its_standard(room: str, limit: str) -> None:
    (row,) = rows("zhuangxiu_yusuan", "地砖", f"我给{room}选了地砖，80元一平方米。")
    assert row.endswith(f"套餐标准每平方米{limit}元。")


@pytest.mark.parametrize(("city", "tier"), [("Beijing", "1"), ("Chengdu", "2"), ("Oslo", "3")])
def test_a_city_finds_its_row_through_a_key_in_another_table(city: str, tier: str) -> None:
    tables = Passage(
        id="a",
        source="a",
        text="| Tier | Cities |\n| --- | --- |\n| 1 | Beijing, Shanghai |\n"
        "| 2 | Chengdu and Wuhan |\n| 3 | all other cities |\n",
    )
    limits = Passage(
        id="b",
        source="a",
        text="Limits.\n\n| Tier | Ceiling per night |\n| --- | --- |\n| 1 | 600 CNY |\n"
        "| 2 | 450 CNY |\n| 3 | 350 CNY |\n",
    )
    ceiling = {"1": "600", "2": "450", "3": "350"}[tier]
    found, said = focus(limits, [tables, limits], f"I stayed in {city} for 3 nights.")
    assert found == [f"Tier {tier}: Ceiling per night {ceiling} CNY."]
    assert said == ["Limits."]


def test_a_name_after_for_example_counts_as_named() -> None:
    zones = Passage(
        id="a",
        source="a",
        text="| Zone | Countries |\n| --- | --- |\n"
        "| A | the Union, for example France and Poland |\n"
        "| C | all other countries, for example Japan |\n",
    )
    (row,) = focus(zones, [zones], "I was in France for 3 days.")[0]
    assert row.startswith("Zone A")


def test_a_short_name_is_not_found_inside_a_word() -> None:
    seats = Passage(
        id="a", source="a", text="| Line | Off |\n| --- | --- |\n| line | 1% |\n| rest | 2% |"
    )
    assert len(focus(seats, [], "I am online.")[0]) == 2


@pytest.mark.parametrize(
    ("cell", "value", "inside"),
    [
        ("12 or more", 12, True),
        ("12 or more", 11, False),
        ("more than 12", 12, False),
        ("more than 12", 13, True),
        ("less than 12", 12, False),
        ("up to 12", 12, True),
        ("no more than 12", 12, True),
        ("no more than 12", 13, False),
        ("3 to 12", 3, True),
        ("3 to 12", 2, False),
        ("12", 12, True),
    ],
)
def test_ranges_hold_their_borders(cell: str, value: int, inside: bool) -> None:
    text = f"| Days | Share |\n| --- | --- |\n| {cell} days | yes |\n| 9999 days | no |"
    table = Passage(id="a", source="a", text=text)
    found = focus(table, [], f"It took {value} days.")[0]
    assert (found == [f"Days {cell} days: Share yes."]) == inside


@pytest.mark.parametrize(
    ("cell", "value", "inside"),
    [
        ("5天及以上", 5, True),
        ("5天及以上", 4, False),
        ("不足5天", 5, False),
        ("5天以内", 5, True),
        ("不超过5天", 5, True),
        ("超过5天", 5, False),
        ("0到5天", 5, True),
    ],
)
def test_chinese_ranges_hold_their_borders(cell: str, value: int, inside: bool) -> None:
    text = f"| 天数 | 比例 |\n| --- | --- |\n| {cell} | 全额 |\n| 9999天 | 不报 |"
    table = Passage(id="a", source="a", text=text)
    found = focus(table, [], f"一共用了{value}天。")[0]
    assert (found == [f"{cell}：比例全额。"]) == inside


@given(
    st.lists(
        st.sampled_from(["上限是400元。", "能报吗？", "It pays 5 EUR. ", "Really? "]), max_size=6
    )
)
def test_sentences_lose_nothing(parts: list[str]) -> None:
    text = "".join(parts)
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())


def test_sentences_leave_tables_out_and_end_at_paragraphs() -> None:
    text = "比例如下：\n\n| 天数 | 比例 |\n| --- | --- |\n| 3天 | 90% |\n\n先乘比例。\n再比较。"
    assert sentences(text) == ["比例如下：", "先乘比例。", "再比较。"]
    assert sentences("One line\ngoes on. Next one.") == ["One line goes on.", "Next one."]
    assert sentences("It costs 4.5 EUR. 3 are free.") == ["It costs 4.5 EUR.", "3 are free."]


def test_the_sentence_on_what_is_above_a_limit() -> None:
    assert on_excess(["上限400元。", "超出的部分自己承担。"], "zh") == "超出的部分自己承担。"
    assert (
        on_excess(["Up to 4 EUR.", "The difference is yours."], "en") == "The difference is yours."
    )
    assert on_excess(["上限400元。"], "zh") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("房价480元/晚，住了3晚", [("480元", "元", "晚"), ("3晚", "晚", "")]),
        ("房价480元一晚", [("480元", "元", "晚")]),
        ("1200元每人", [("1200元", "元", "人")]),
        ("80元/平方米，25平方米", [("80元", "元", "平方米"), ("25平方米", "平方米", "")]),
        ("单程坐了3小时，超重21公斤", [("3小时", "小时", ""), ("21公斤", "公斤", "")]),
        ("共1,200元", [("1,200元", "元", "")]),
        ("3月24日10点第5次", []),
        (
            "480 CNY per night for 3 nights",
            [("480 CNY", "cny", "night"), ("3 nights", "night", "")],
        ),
        ("5 EUR/km on 12 May", [("5 EUR", "eur", "km")]),
        ("2 of 3", []),
    ],
)
def test_measures(text: str, found: list[tuple[str, str, str]]) -> None:
    assert [(m.shown, m.unit, m.per) for m in measures(text)] == found


@given(st.integers(0, 10**6), st.sampled_from(["元", "晚", "公里", "小时", "平方米", "张"]))
def test_a_chinese_measure_is_shown_as_it_stands(value: int, unit: str) -> None:
    (measure,) = measures(f"用了{value:,}{unit}，")
    assert (measure.value, measure.shown) == (Decimal(value), f"{value:,}{unit}")


@pytest.mark.parametrize(
    ("case", "rule", "told"),
    [
        ("房价480元/晚，住了3晚。", "每晚上限400元。", "480元比400元多80元。"),
        ("房价480元一晚，住了3晚。", "每晚上限400元。", "480元比400元多80元。"),
        ("单程坐了3小时。", "单程不到4小时的按60%报。", "3小时比4小时少1小时。"),
        ("80元一平方米。", "标准是每平方米80元。", "80元等于80元。"),
        (
            "It was 480 CNY per night.",
            "Up to 450 CNY per night.",
            "480 CNY is 30 CNY more than 450 CNY.",
        ),
        ("I stayed 3 nights.", "At most 3 nights.", "3 nights is the same as 3 nights."),
    ],
)
def test_comparisons(case: str, rule: str, told: str) -> None:
    found = compare(case, [rule])
    assert found is not None
    high, low = found.expression.split(" - ")
    language: Language = "zh" if "。" in case else "en"
    assert found.told(str(Decimal(high) - Decimal(low)), language) == told


@pytest.mark.parametrize(
    ("case", "rule"),
    [
        ("机票900元一程。", "航空意外险上限30元。"),
        ("房价480元/晚。", "每人上限200元。"),
        ("打车5次。", "第5次起不报。"),
        ("4月8日。", "4月1日起上调。"),
        ("It was 480 CNY per night.", "Breakfast up to 30 CNY."),
        ("It was 480 CNY.", "Up to 450 EUR."),
        ("It was 20% of the fare.", "At most 10% are paid."),
    ],
)
def test_figures_of_different_things_are_not_compared(case: str, rule: str) -> None:
    assert compare(case, [rule]) is None


@given(st.integers(1, 9999), st.integers(1, 9999))
def test_the_calculator_never_gets_a_negative_result(mine: int, limit: int) -> None:
    found = compare(f"房价{mine}元一晚。", [f"每晚上限{limit}元。"])
    assert found is not None
    high, low = map(int, found.expression.split(" - "))
    assert (high, low) == (max(mine, limit), min(mine, limit))


def test_columns_that_are_ranges_are_narrowed_to_the_case() -> None:
    table = "| Class | Journey up to 5 hours | Journey over 5 hours |\n| --- | --- | --- |\n"
    passage = Passage(id="t", source="s", text=table + "| first class | 70% | 100% |\n")
    rows, _ = focus(passage, [passage], "I took a first class seat for 3 hours.")
    assert rows == ["Class first class: Journey up to 5 hours 70%."]
    rows, _ = focus(passage, [passage], "I took a first class seat for 6 hours.")
    assert rows == ["Class first class: Journey over 5 hours 100%."]
