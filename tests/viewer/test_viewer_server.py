"""The pages of a run, over HTTP."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from made_tasks import made_run, trip, write_run
from viewer_runs import LONG, SCRIPT, append, hostile, settings, waiting

from trialogue.errors import UsageError
from trialogue.reviews import REVIEWS, read_reviews
from trialogue.viewing import served_run

Enter = Callable[[Path], Any]


def shown(html: str) -> list[str]:
    return re.findall(r'href="(/dialogue/[a-z]+/\d+)"', html)


def news_of(news: httpx.Response) -> Iterator[int]:
    """How many dialogues there are, as the server tells it; fails where nothing more comes."""
    pings = 0
    for line in news.iter_lines():
        pings += line.startswith(":")
        assert pings < 8, "no news came"
        if line.startswith("data: "):
            yield json.loads(line[6:])["dialogues"]


def test_a_list_is_paged_searched_and_filtered(tmp_path: Path, visit: Enter) -> None:
    folder = write_run(tmp_path / "run", [trip(number) for number in range(120)])
    append(folder, trip(7).model_copy(update={"stop_reason": "failed"}), name="failures.jsonl")
    met = visit(folder)
    first = met.text("/?part=accepted")
    assert shown(first) == [f"/dialogue/accepted/{n}" for n in range(50)]
    assert "page 1 of 3" in first
    assert shown(met.text("/?part=accepted&page=3"))[-1] == "/dialogue/accepted/119"
    assert shown(met.text("/?part=failed")) == ["/dialogue/failed/0"]
    assert shown(met.text("/?search=Kyotox")) == [
        f"/dialogue/accepted/{n}" for n in (12, 22, 32, 42, 52, 62, 72, 82, 92, 102, 112)
    ]
    assert shown(met.text('/?search="Kyotoxx fair"')) == ["/dialogue/accepted/22"]
    assert shown(met.text("/?order=newest&part=accepted"))[0] == "/dialogue/accepted/119"
    for odd in ('"', "a OR (", "'; DROP TABLE dialogues", "*", "NEAR(", "\x00", "-" * 5000):
        assert met.client.get("/", params={"search": odd}).status_code == 200
    for odd in ("0", "-1", "x", "9" * 30, "٣"):
        assert met.client.get("/", params={"page": odd}).status_code == 200


def test_chinese_is_found_by_any_of_its_words(tmp_path: Path, visit: Enter) -> None:
    turns = trip(0).turns
    said = turns[0].model_copy(update={"text": "我上周去杭州出差，住了三晚酒店。"})
    folder = write_run(
        tmp_path / "run", [trip(0).model_copy(update={"turns": (said, *turns[1:])}), trip(1)]
    )
    met = visit(folder)
    for word in ("出差", "酒店", "杭州出差", "住"):
        assert shown(met.text(f"/?search={word}")) == ["/dialogue/accepted/0"]
    assert shown(met.text("/?search=差出")) == []


def test_a_dialogue_shows_who_what_and_how(traced: Path, visit: Enter) -> None:
    page = visit(traced).text("/dialogue/accepted/0")
    record = json.loads((traced / "dialogues.jsonl").read_text().splitlines()[0])
    for part in (record["id"], record["user"]["identity"], record["sources"][0], "goal reached"):
        assert part.replace("'", "&#39;") in page
    for turn in record["turns"]:
        assert turn["text"].replace("'", "&#39;") in page
    for action in record["trajectory"]:
        assert action["action"].replace("'", "&#39;") in page
    assert "Employee" in page  # the scenario's word for the user
    assert "How it was made" in page


def test_a_turn_opens_its_spans(traced: Path, visit: Enter) -> None:
    met = visit(traced)
    page = met.text("/dialogue/accepted/0/turn/1/spans")
    assert "dialogue.assistant" in page
    assert "shelf.search" in page
    assert "dialogue.user" not in page
    assert re.search(r"\d+ → \d+ tokens", page)
    assert "openai:simulated" in page
    assert "<b>system</b>" in page
    everything = met.text("/dialogue/accepted/0/spans")
    assert "experience.observe" in everything
    part = met.client.get("/dialogue/accepted/0/spans", headers={"X-Fragment": "1"}).text
    assert "<html" not in part
    assert part.strip() in everything


def test_the_graph_is_lit_where_the_dialogue_went(traced: Path, visit: Enter) -> None:
    page = visit(traced).text("/dialogue/accepted/0/graph")
    lit = re.findall(r'<g class="node( end)?( lit)?"[^>]*>.*?<text y="4">(\w+)', page)
    ways = {name: bool(on) for _, on, name in lit}
    assert ways["act"]
    assert ways["score"]
    assert not ways["errands"]
    assert not ways["meeting"]
    assert "×2" in page
    assert "What was visited is lit" in page


def test_without_traces_the_way_is_read_off_the_record(tmp_path: Path, visit: Enter) -> None:
    met = visit(made_run(tmp_path / "run", 2))
    assert "no trace of this dialogue" in met.text("/dialogue/accepted/0")
    assert "no trace of this dialogue" in met.text("/dialogue/accepted/0/graph")
    assert "There is no trace" in met.text("/dialogue/accepted/0/spans")


def test_a_dialogue_without_a_story_was_improvised(tmp_path: Path, visit: Enter) -> None:
    told = trip(0).model_copy(update={"trajectory": ()})
    page = visit(write_run(tmp_path / "run", [told])).text("/dialogue/accepted/0/graph")
    [spoken] = re.findall('aria-label="(The graph; visited: [^"]*)"', page)
    assert "meeting, improvised user" in spoken
    assert "experience" not in spoken
    assert "users" not in spoken


def test_hostile_text_stays_text(tmp_path: Path, visit: Enter) -> None:
    met = visit(write_run(tmp_path / "run", [hostile()]))
    for address in ("/", "/dialogue/accepted/0", "/dialogue/accepted/0/graph"):
        page = met.text(address)
        assert SCRIPT not in page
        assert not re.search(r"<(script|img|style|b>tool|i>a)(?! src=\"/assets)", page)
        assert 'href="javascript' not in page
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e\u2066]", page)
    page = met.text("/dialogue/accepted/0")
    assert "␛[31mred" in page
    assert "⟦U+202E⟧" in page
    assert "javascript:document.title" in page  # to be read, not to be clicked
    assert 'href="https://example.org/rules?a=1&amp;b=2"' in page


def test_a_turn_of_a_megabyte_is_folded(tmp_path: Path, visit: Enter) -> None:
    met = visit(write_run(tmp_path / "run", [hostile()]))
    page = met.text("/dialogue/accepted/0")
    assert len(page) < 60_000
    assert "996,000 more characters" in page
    whole = met.client.get("/dialogue/accepted/0/turn/2/text")
    assert whole.headers["content-type"].startswith("text/plain")
    assert whole.text == LONG
    assert len(met.text("/")) < 20_000


def test_what_is_not_there_is_not_found(tmp_path: Path, visit: Enter) -> None:
    met = visit(made_run(tmp_path / "run", 2))
    for address in (
        *("/dialogue/accepted/2", "/dialogue/accepted/-1", "/dialogue/nothing/0"),
        *("/dialogue/accepted/99999999999999999999999", "/dialogue/accepted/0/turn/99/text"),
        *("/task/99", "/report/x/0.svg", "/assets/other.js", "/elsewhere"),
    ):
        assert met.client.get(address).status_code == 404, address


def test_tasks_show_quotations_in_their_turns(tmp_path: Path, visit: Enter) -> None:
    met = visit(made_run(tmp_path / "run", 3))
    assert "6 tasks" in met.text("/tasks")
    assert "3 tasks" in met.text("/tasks?kind=math")
    page = met.text("/task/1")
    assert '<mark title="nights = 4 nights">4 nights</mark>' in page
    assert '<mark title="taxi = 34 CNY">34 CNY</mark>' in page
    assert "nights * price + taxi" in page
    assert "4 nights</mark>" in met.text("/dialogue/accepted/1")


def test_a_decision_is_on_the_disk_when_the_answer_comes(tmp_path: Path, visit: Enter) -> None:
    folder = waiting(tmp_path / "run")
    met = visit(folder)
    assert "4 left for Ann" in met.text("/review")
    answer = met.post("/review/0", decision="accept", note="clear")
    assert answer.status_code == 303
    (review,) = read_reviews(folder)["desk-0000-m"]
    assert (review.reviewer, review.decision, review.note) == ("Ann", "accept", "clear")
    after = met.text(answer.headers["location"])
    assert "3 left for Ann" in after
    assert "accepted desk-0000-m" in after
    met.post("/review/1", decision="correct", label="1,234")
    assert read_reviews(folder)["desk-0001-m"][0].label == "1234"
    assert "1234" in met.text("/task/1")


def test_a_decision_that_does_not_fit_is_refused_in_a_line(tmp_path: Path, visit: Enter) -> None:
    folder = waiting(tmp_path / "run")
    met = visit(folder)
    for form in (
        {"decision": "correct", "label": "many"},
        {"decision": "correct"},
        {"decision": "perhaps"},
        {},
    ):
        answer = met.post("/review/0", note="as I read it", **form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert 'value="as I read it"' in answer.text
        assert f'value="{form.get("label", "")}"' in answer.text
    assert met.post("/review/0", decision="accept", note="x" * 100_000).status_code == 413
    assert not (folder / REVIEWS).exists()


def test_two_reviewers_are_compared(tmp_path: Path, visit: Enter) -> None:
    met = visit(waiting(tmp_path / "run"))
    for who, last in (("Ann", "accept"), ("Ben", "reject")):
        met.post("/reviewer", reviewer=who)
        for number, decision in enumerate(("accept", "reject", last)):
            met.post(f"/review/{number}", decision=decision)
    desk = met.text("/review?desk=1")
    assert "Ann and Ben" in desk
    assert "66.7%" in desk
    assert "1 task waits for Ben" in desk


def test_decisions_survive_the_server(tmp_path: Path, visit: Enter) -> None:
    folder = waiting(tmp_path / "run")
    visit(folder).post("/review/0", decision="skip")
    with (folder / REVIEWS).open("ab") as file:
        file.write(b'{"torn": ')
    met = visit(folder)
    met.post("/review/1", decision="accept")
    assert set(read_reviews(folder)) == {"desk-0000-m", "desk-0001-m"}


def test_a_run_that_goes_on_is_followed(tmp_path: Path, visit: Enter) -> None:
    folder = tmp_path / "run"
    settings(folder, n=9)
    met = visit(folder)
    assert "No dialogue is there yet" in met.text("/")
    with met.client.stream("GET", "/events") as news:
        assert news.headers["content-type"].startswith("text/event-stream")
        counts = news_of(news)
        assert next(counts) == 0
        append(folder, trip(0))
        assert next(counts) == 1
        with (folder / "dialogues.jsonl").open("ab") as file:
            file.write(trip(1).to_line().encode()[:40])
        append(folder, name="dialogues.jsonl")
        assert shown(met.text("/")) == ["/dialogue/accepted/0"]
        with (folder / "dialogues.jsonl").open("ab") as file:
            file.write(trip(1).to_line().encode()[40:] + b"\n")
        assert next(counts) == 2
    assert shown(met.text("/")) == ["/dialogue/accepted/0", "/dialogue/accepted/1"]


def test_what_is_begun_is_shown_before_it_is_written(
    traced: Path, tmp_path: Path, visit: Enter
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(traced, folder)
    lines = (folder / "dialogues.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "dialogues.jsonl").write_bytes(lines[0])
    met = visit(folder)
    assert 'href="/begun/1"' in met.text("/")
    assert "dialogue.assistant" in met.text("/begun/1")
    assert met.client.get("/begun/0").headers["location"] == "/dialogue/accepted/0"
    with (folder / "dialogues.jsonl").open("ab") as file:
        file.write(lines[1])
    with met.client.stream("GET", "/events") as news:
        assert 2 in news_of(news)
    assert 'href="/begun/' not in met.text("/")
    assert met.client.get("/begun/1").headers["location"] == "/dialogue/accepted/1"


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({}, "is not a run folder"),
        ({"run.json": '{"settings": '}, "run.json is damaged"),
        ({"dialogues.jsonl": '{"schema_version": 7, "turns": []}\n'}, "schema version 7; update"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_line(
    files: dict[str, str], why: str, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(UsageError, match=why) as refused, served_run(tmp_path):
        pass
    assert "\n" not in str(refused.value)
    with pytest.raises(UsageError, match="is not there"), served_run(tmp_path / "nowhere"):
        pass


def test_what_is_damaged_in_a_run_is_named(tmp_path: Path, visit: Enter) -> None:
    folder = made_run(tmp_path / "run", 2)
    with (folder / "dialogues.jsonl").open("ab") as file:
        file.write(b'nonsense\n{"turns": 3}\n{"id": "torn", "tur')
    met = visit(folder)
    page = met.text("/")
    assert "dialogues.jsonl:3 is not a dialogue record" in page
    assert "the last line of dialogues.jsonl is not finished" in page
    assert shown(page)[:2] == ["/dialogue/accepted/0", "/dialogue/accepted/1"]
    assert "cannot be shown" in met.text("/dialogue/accepted/3", 422)
