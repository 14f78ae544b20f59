"""Tools from nothing: one conversation, mended or redrawn, and tasks in a user's words."""

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from openai_server import Body, OpenAIServer
from tool_maker import COLUMNS, ENTITIES, QUESTIONS, column, last, maker

from trialogue.agents.caller import Caller, ModelSpec
from trialogue.agents.checks import inspect
from trialogue.agents.tool_answers import (
    Columns,
    Entities,
    ProposedColumn,
    Questions,
    Values,
)
from trialogue.agents.tool_checks import accept_questions, accept_values
from trialogue.agents.tool_columns import accept_columns
from trialogue.agents.tool_entities import accept_entities
from trialogue.agents.tool_plans import Goal
from trialogue.agents.tool_sets import write_toolset_for
from trialogue.agents.tool_tasks import request_checks
from trialogue.agents.tool_writer import ROLE
from trialogue.agents.writer import Writer
from trialogue.errors import ModelError, UsageError
from trialogue.memory.journal import Journal
from trialogue.records import Language, Toolset
from trialogue.tools.database_outline import Attribute, Entity

Start = Callable[..., OpenAIServer]


async def made(
    server: OpenAIServer, language: Language = "en", *, rows: int = 6, tasks: int = 3
) -> Toolset:
    """The set of tools that a served model makes up."""
    domain = "一家图书馆出借图书" if language == "zh" else "a library lends books"
    spec = ModelSpec(name="openai:tiny", base_url=server.base_url)
    with Journal() as journal:
        async with Caller({ROLE: spec}, journal) as caller:
            writer = Writer(caller, language, 1, drafts=3)
            return await write_toolset_for(writer, domain, rows=rows, tasks=tasks)


def structured(server: OpenAIServer) -> Iterator[Body]:
    return (body for body in server.requests if "response_format" in body)


async def test_every_request_stands_after_the_answers_before_it(openai_server: Start) -> None:
    server = openai_server(maker())
    await made(server)
    bodies = [b for b in structured(server) if not last(b).startswith("Names")]
    texts = [[m["content"] for m in body["messages"]] for body in bodies]
    for earlier, later in pairwise(texts):
        assert later[: len(earlier)] == earlier
    assert json.loads(texts[-1][len(texts[0])]) == {"questions": QUESTIONS}


async def test_a_chinese_sentence_gives_a_chinese_set(openai_server: Start) -> None:
    toolset = await made(openai_server(maker()), "zh")
    assert [table.name for table in toolset.tables] == ["books", "loans"]
    assert toolset.id == "book_loan"
    assert toolset.tools[0].description.startswith("可以用来做查看这件事。按编号给出一条图书")
    assert [task.difficulty for task in toolset.tasks] == ["easy", "medium", "hard"]
    assert all(task.text.startswith("您好") for task in toolset.tasks)
    assert all("调用" in task.rubric[0].text for task in toolset.tasks)


async def test_what_cannot_be_used_is_drawn_again(openai_server: Start) -> None:
    bad: list[Any] = [
        {"entities": [ENTITIES[0], ENTITIES[0]]},
        {"entities": ENTITIES[:2]},
        {"entities": ENTITIES},
    ]
    answers = iter(bad)
    server = openai_server(maker(Entities=lambda _: next(answers)))
    assert len((await made(server)).tables) == 3
    asked = [b for b in structured(server) if last(b) == "Things in its database?"]
    assert [body["temperature"] for body in asked] == [0.0, 0.2, 0.4]


async def test_a_model_that_stays_unusable_is_an_error_with_the_reason(
    openai_server: Start,
) -> None:
    alone = {"entities": ENTITIES[:2]}
    with pytest.raises(UsageError, match="no two different things of which one belongs"):
        await made(openai_server(maker(Entities=lambda _: alone)))


async def test_titles_are_asked_for_until_there_are_enough(openai_server: Start) -> None:
    server = openai_server(maker())
    toolset = await made(server, rows=15, tasks=0)
    titles = [row["title"] for row in toolset.tables[0].rows]
    assert len(set(titles)) == 15
    asked = [last(body) for body in structured(server) if last(body).startswith("Names")]
    assert len(asked) == 2
    assert "Tale A" in asked[1]


async def test_titles_of_the_examples_are_nobodys(openai_server: Start) -> None:
    copied = {"values": ["Silver Rails", "Two Keys", "The Glass Room"]}
    toolset = await made(openai_server(maker(Values=lambda _: copied)), tasks=0)
    assert {row["title"] for row in toolset.tables[0].rows} == {"The Glass Room"}


async def test_a_request_that_gives_the_answer_away_is_not_taken(openai_server: Start) -> None:
    def line(body: Body) -> str:
        return "Is it late, loan L-104, with status open and back?"

    with pytest.raises(ModelError, match="none of 2 tasks could be worded"):
        await made(openai_server(maker(line=line)), tasks=2)


async def test_a_rubric_names_calls_and_values_of_the_rows(openai_server: Start) -> None:
    toolset = await made(openai_server(maker()), tasks=12)
    values = {
        str(value) for table in toolset.tables for row in table.rows for value in row.values()
    }
    for task in toolset.tasks:
        critical = [line for line in task.rubric if line.weight == "critical"]
        called = [line for line in critical if line.tool]
        assert tuple(dict.fromkeys(line.tool for line in called)) == task.tools
        said = [line.text for line in critical if line.text.startswith("The answer says ")]
        for text in said:
            assert any(value in text for value in values) or "done" in text
        assert [line.weight for line in task.rubric][-1] == "non_critical"


GOAL = Goal(
    "the due date of loan L-104", kept=("L-104",), about=("due date",), hidden=("2026-03-14",)
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("When is loan L-104 due back?", None),
        ("When is my loan due back?", "leaves out L-104"),
        ("Is loan L-104 due on 2026-03-14?", "figures"),
        ("Who wrote the book of loan L-104?", "does not speak of due date"),
        ("When is loan L-104 due 应还?", "another language"),
        ("When is loan L-104 due", "breaks off"),
    ],
)
def test_a_request_says_all_that_is_wanted_and_no_more(text: str, fault: str | None) -> None:
    faults = [each.what for each in inspect(text, request_checks(GOAL, "en")) if each.fatal]
    assert (not faults) if fault is None else any(fault in each for each in faults)


def entities(*proposed: tuple[str, list[str]]) -> dict[str, tuple[str, ...]]:
    answer = Entities.model_validate(
        {
            "entities": [
                {"name": name, "label": name, "belongs_to": above} for name, above in proposed
            ]
        }
    )
    return {each.name: each.belongs_to for each in accept_entities(answer, "en")}


def test_entities_are_singular_sorted_and_without_circles() -> None:
    assert entities(("loans", ["books", "nothing", "loan"]), ("books", [])) == {
        "book": (),
        "loan": ("book",),
    }
    assert entities(("bike", ["rental"]), ("rental", ["bike"])) in (
        {"bike": (), "rental": ("bike",)},
        {"rental": (), "bike": ("rental",)},
    )


def test_people_do_not_belong_to_what_they_take() -> None:
    found = entities(("book", []), ("borrower", ["book"]), ("loan", ["book", "borrower"]))
    assert found == {"book": (), "borrower": (), "loan": ("book", "borrower")}


def test_what_happens_points_to_the_person_who_was_said_to_belong_to_it() -> None:
    found = entities(("book", []), ("hold", ["book"]), ("member", []), ("borrower", ["hold"]))
    assert found == {"book": (), "borrower": (), "hold": ("book", "borrower")}


def test_a_person_alone_is_linked_to_what_happens_and_a_thing_alone_is_left_out() -> None:
    found = entities(("book", []), ("room", []), ("loan", ["book"]), ("member", []))
    assert found == {"book": (), "member": (), "loan": ("book", "member")}


def test_staff_and_users_may_both_be_part_of_what_happens() -> None:
    found = entities(("doctor", []), ("appointment", ["doctor"]), ("patient", []))
    assert found["appointment"] == ("doctor", "patient")


def test_what_is_noted_is_no_thing() -> None:
    assert "hour" not in entities(("bike", []), ("hour", []), ("rental", ["bike", "hour"]))


def test_what_follows_from_another_link_is_left_out() -> None:
    found = entities(("film", []), ("screening", ["film"]), ("ticket", ["screening", "film"]))
    assert found["ticket"] == ("screening",)


BOOK = Entity(name="book", label="book")
LOAN = Entity(name="loan", label="loan", belongs_to=("book",))


def columns(entity: Entity, *proposed: dict[str, Any]) -> tuple[Attribute, ...]:
    answer = Columns(columns=[ProposedColumn(**each) for each in proposed])
    return accept_columns(answer, entity, (BOOK, LOAN), "en")


def test_columns_that_a_program_makes_or_cannot_use_are_left_out() -> None:
    found = columns(
        LOAN,
        column("loan_id", "code"),
        column("book", "title"),
        column("status", "choice", "open", "Open"),
        column("due_date", "date"),
        column("fee", "amount", "EUR", "12", "3"),
    )
    assert [each.name for each in found] == ["due_date", "fee"]
    assert (found[1].low, found[1].high, found[1].unit) == (Decimal(3), Decimal(12), "EUR")


@pytest.mark.parametrize(
    ("name", "kind", "better"),
    [("address", "person", "title"), ("isbn", "number", "code"), ("email", "title", "email"),
     ("author", "person", "person"), ("publisher", "person", "title")],
)  # fmt: skip
def test_kinds_that_a_name_gives_away_are_mended(name: str, kind: str, better: str) -> None:
    found = columns(BOOK, column("title", "title"), column(name, kind))
    assert found[1].kind == better


def test_people_get_a_name_and_what_is_noted_elsewhere_is_left_out() -> None:
    member = Entity(name="member", label="member")
    answer = Columns(columns=[
        ProposedColumn(**column("loan_date", "date")),
        ProposedColumn(**column("joined", "date")),
        ProposedColumn(**column("email", "email")),
    ])  # fmt: skip
    found = accept_columns(answer, member, (member, LOAN), "en")
    assert [(each.name, each.kind) for each in found] == [
        ("name", "person"),
        ("joined", "date"),
        ("email", "email"),
    ]


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than two"):
        columns(LOAN, column("due_date", "date"), column("due_date", "date"))
    with pytest.raises(ValueError, match="fewer than four"):
        accept_questions(Questions(questions=["When is it due?"] * 5), "en")
    hours = [f"Can I rent a bike for {n} hours?" for n in ("two", "three", "four", "five")]
    with pytest.raises(ValueError, match="fewer than four"):
        accept_questions(Questions(questions=hours), "en")
    with pytest.raises(ValueError, match="no value"):
        accept_values(Values(values=["长潮", "纸灯笼", "银色"]), "en", "")


def test_the_scripted_columns_are_accepted_as_they_are() -> None:
    assert [each.name for each in columns(LOAN, *COLUMNS["loan"])] == ["due_date", "status"]
