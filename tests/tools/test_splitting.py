"""Passages: nothing is lost, nothing is cut, each can be read on its own."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialogue.records import Passage
from trialogue.tools.document_blocks import size
from trialogue.tools.document_files import Document, Form
from trialogue.tools.splitting import LEAST, MOST, split

SENTENCE = "The company pays for a room of the usual size in every city. "
TABLE_HEAD = "| City | Cap |\n| --- | --- |\n"


def passages(text: str, form: Form = "markdown") -> list[Passage]:
    return split(Document(source="rules.md", title="Rules", text=text, form=form))


def rows(count: int) -> str:
    return TABLE_HEAD + "".join(f"| Town{i} | {i}00 |\n" for i in range(count))


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_a_passage_carries_its_path_of_headings() -> None:
    text = "# Travel\nIntro.\n## Hotels\nCap.\n### Abroad\nMore.\n## Meals\nLunch.\n# Other\nEnd."
    assert [(found.heading, found.text) for found in passages(text)] == [
        ("Travel", "Intro."),
        ("Travel > Hotels", "Cap."),
        ("Travel > Hotels > Abroad", "More."),
        ("Travel > Meals", "Lunch."),
        ("Other", "End."),
    ]


def test_without_headings_the_title_is_the_heading() -> None:
    assert [(found.heading, found.text) for found in passages("Cap.", "text")] == [
        ("Rules", "Cap.")
    ]


def test_headings_in_code_are_no_headings_and_deeper_ones_stay_in_the_text() -> None:
    text = "# A\n```\n# not a heading\n```\n#### Deep\nBelow."
    assert [(found.heading, found.text) for found in passages(text)] == [
        ("A", "```\n# not a heading\n```\n#### Deep\nBelow.")
    ]


def test_front_matter_and_comments_are_left_out() -> None:
    text = "---\ntitle: x\n---\n<!-- license -->\n\n# A\nBody."
    assert [(found.heading, found.text) for found in passages(text)] == [("A", "Body.")]


def test_a_short_table_stays_whole_with_the_sentence_before_it() -> None:
    text = "# Hotels\n" + SENTENCE * 11 + "\n\nThe caps are:\n\n" + rows(14) + "\n" + SENTENCE
    found = passages(text)
    assert len(found) == 2
    assert found[1].text == "The caps are:\n\n" + rows(14) + "\n" + SENTENCE.strip()


def test_a_long_table_repeats_its_header_and_keeps_rows_whole() -> None:
    found = passages("# Hotels\nThe caps are:\n\n" + rows(100))
    assert len(found) > 1
    assert all(passage.text.startswith("The caps are:\n\n" + TABLE_HEAD) for passage in found)
    kept = [line for passage in found for line in passage.text.splitlines() if "Town" in line]
    assert kept == rows(100).splitlines()[2:]


def test_a_long_list_is_cut_between_items_and_repeats_what_leads_into_it() -> None:
    items = [f"- Item {i}: {SENTENCE.strip()}\n  - and a part of item {i}\n" for i in range(30)]
    found = passages("# Costs\nThe following are not paid:\n\n" + "".join(items))
    assert len(found) > 2
    assert all(passage.text.startswith("The following are not paid:") for passage in found)
    for i in range(30):
        assert sum(items[i].strip() in passage.text for passage in found) == 1


def test_long_paragraphs_end_with_sentences() -> None:
    tricky = "Mr. Li paid 3.50 yuan, i.e. No. 5 of the list. " * 40
    found = passages(tricky, "text")
    assert len(found) > 1
    assert all(passage.text.endswith("of the list.") for passage in found)
    assert all(passage.text.startswith("Mr. Li") for passage in found)
    assert all(LEAST <= size(passage.text) <= MOST + LEAST for passage in found)


def test_chinese_passages_hold_60_to_250_characters() -> None:
    found = passages("# 差旅\n" + "住宿费每晚不超过四百五十元，超出部分由员工自行承担。" * 40)
    assert len(found) > 2
    assert all(60 <= len(passage.text) <= 300 for passage in found)
    assert all(passage.text.endswith("。") for passage in found)


def test_lines_without_full_stops_are_cut_at_line_ends() -> None:
    lines = [f"Town {i} cap {i}00 yuan a night" for i in range(200)]
    found = passages("\n".join(lines), "text")
    assert [line for passage in found for line in passage.text.splitlines()] == lines
    assert all(size(passage.text) <= MOST + LEAST for passage in found)


def test_an_empty_section_leaves_its_heading() -> None:
    found = passages("# A\n## B\n## C\nText.\n# D\n")
    assert [(passage.heading, passage.text) for passage in found] == [
        ("A > B", "B"),
        ("A > C", "Text."),
        ("D", "D"),
    ]


def test_ids_depend_on_content_only() -> None:
    first, again = passages("# A\nText."), passages("# A\nText.\n# B\nMore.")
    assert first[0].id == again[0].id
    assert len({passage.id for passage in [*again, *passages("# C\nText.")]}) == 3


BLOCKS = st.one_of(
    st.integers(1, 30).map(lambda count: (SENTENCE * count).strip()),
    st.integers(1, 40).map(rows),
    st.integers(1, 40).map(lambda count: "".join(f"- item {i}\n" for i in range(count))),
    st.integers(1, 4).flatmap(lambda n: st.sampled_from("ABC").map(lambda x: "#" * n + f" H{x}")),
    st.sampled_from(["The following:", "> quoted words", "```\ncode # here\n```", "***", "x\n==="]),
    st.text("abc #-|.\n\t:。中*`[]()<>!\u2028\x0c", max_size=80),
)


@given(st.lists(BLOCKS, max_size=12))
def test_no_word_of_a_markdown_text_is_lost(blocks: list[str]) -> None:
    text = "\n\n".join(blocks)
    kept = {word for found in passages(text) for word in words(found.heading + " " + found.text)}
    assert {word for word in words(text) if word not in kept} == set()


@given(st.text(st.sampled_from("ab .!?\n\r\t。中："), max_size=3000))
def test_plain_text_is_kept_in_order(text: str) -> None:
    assert "".join("".join(found.text.split()) for found in passages(text, "text")) == "".join(
        text.split()
    )


@given(st.lists(BLOCKS, max_size=12))
def test_every_row_of_a_table_stands_below_its_header(blocks: list[str]) -> None:
    for found in passages("\n\n".join(blocks)):
        if "| Town" in found.text:
            assert TABLE_HEAD in found.text.partition("| Town")[0]


@pytest.mark.parametrize("text", ["", "\n\n", "---\n---\n", "<!-- only -->"])
def test_nothing_gives_nothing(text: str) -> None:
    assert passages(text) == []
