"""The viewer in a real browser: keys, news, review, hostile text, readers, narrow screens."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from chromium import DESK, PATIENCE, PHONE, Watched, launched
from made_tasks import math_task, trip, write_run
from optimised_report import reported
from viewer_runs import LONG, append, hostile, settings, wait, waiting

from trialogue.reviews import read_reviews
from trialogue.viewing import export_page, served_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

Open = Callable[..., Watched]


_LINES = """cells => cells.map(cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return new Set([...text.getClientRects()].map(line => line.top)).size;
})"""


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """One browser for all tests."""
    with launched() as found:
        yield found


@pytest.fixture
def enter(browser: "Browser") -> Iterator[Open]:
    """`enter(folder)` serves a run and opens it in a window of its own."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def opened(folder: Path, **window: Any) -> Watched:
            served = stack.enter_context(served_run(folder, reviewer="Ann"))
            context = browser.new_context(**({"viewport": DESK} | window), base_url=served.origin)
            stack.callback(context.close)
            context.set_default_timeout(PATIENCE)
            watched = Watched(context.new_page(), served.origin)
            watched.page.goto(served.address)
            watched.page.wait_for_url(f"{served.origin}/")
            return watched

        yield opened


def test_a_run_is_read_by_keys(traced: Path, enter: Open) -> None:
    seen = enter(traced)
    page = seen.page
    assert "token" not in page.url
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dialogue/accepted/1")
    page.keyboard.press("[")
    page.wait_for_url("**/dialogue/accepted/0")
    page.get_by_text("How it was made").nth(1).click()
    spans = page.locator("#turn-1 .spans")
    spans.wait_for()
    spans.locator("details.model > summary").first.click()
    assert spans.get_by_text("answer", exact=True).first.is_visible()
    page.get_by_text("The way through the graph").click()
    page.locator("svg.graph .node.lit").first.wait_for()
    page.keyboard.press("?")
    assert page.get_by_role("dialog").is_visible()
    seen.check()


def test_what_is_begun_becomes_the_dialogue_when_it_is_written(
    traced: Path, tmp_path: Path, enter: Open
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(traced, folder)
    lines = (folder / "dialogues.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "dialogues.jsonl").write_bytes(lines[0])
    seen = enter(folder)
    seen.page.goto("/begun/1")
    seen.page.locator("[data-span]").first.wait_for()
    (folder / "dialogues.jsonl").write_bytes(b"".join(lines[:2]))
    seen.page.wait_for_url("**/dialogue/accepted/1")
    assert seen.page.get_by_role("banner").count() == 1
    seen.check()


def test_facts_of_a_task_are_not_broken_within_words(tmp_path: Path, enter: Open) -> None:
    task = math_task(trip(0), 0)
    assert task.derivation is not None
    facts = tuple(
        fact.model_copy(update={"name": f"dinner_{fact.name}", "unit": "CNY per person"})
        for fact in task.derivation.facts
    )
    derivation = task.derivation.model_copy(update={"facts": facts})
    task = task.model_copy(update={"derivation": derivation})
    seen = enter(write_run(tmp_path / "run", [trip(0)], [task]))
    seen.page.goto("/task/0")
    assert seen.page.locator(".facts td:first-child").evaluate_all(_LINES) == [1] * len(facts)


def test_search_and_filters_narrow_the_list(tmp_path: Path, enter: Open) -> None:
    seen = enter(write_run(tmp_path / "run", [trip(number) for number in range(70)]))
    page = seen.page
    page.keyboard.press("/")
    page.keyboard.type("Kyotox")
    page.keyboard.press("Enter")
    page.get_by_text("6 dialogues").wait_for()
    page.get_by_label("Order").select_option("newest")
    page.wait_for_url("**order=newest**")
    assert page.locator(".row").first.get_attribute("href") == "/dialogue/accepted/62"
    seen.check()


def test_a_run_that_goes_on_grows_on_the_page(tmp_path: Path, enter: Open) -> None:
    folder = tmp_path / "run"
    settings(folder, n=3)
    seen = enter(folder)
    seen.page.get_by_text("No dialogue is there yet").wait_for()
    append(folder, trip(0))
    seen.page.locator(".row").first.wait_for()
    append(folder, trip(1), trip(2))
    seen.page.get_by_text("3 dialogues", exact=True).first.wait_for()
    assert seen.page.locator("nav [data-count=dialogues]").inner_text() == "3"
    seen.check()


def test_tasks_are_decided_by_keys(tmp_path: Path, enter: Open) -> None:
    folder = waiting(tmp_path / "run")
    seen = enter(folder)
    page = seen.page

    def told(what: "Locator") -> None:
        what.wait_for()
        page.wait_for_load_state()  # only then are keys heard

    page.goto("/review")
    page.keyboard.press("a")
    told(page.get_by_text("accepted desk-0000-m"))
    page.keyboard.press("n")
    page.keyboard.type("unclear")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement === document.body")
    page.keyboard.press("r")
    told(page.get_by_text("rejected desk-0001-m"))
    page.keyboard.press("c")
    page.keyboard.type("many")
    page.keyboard.press("Enter")
    told(page.get_by_role("alert"))
    page.keyboard.press("c")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    told(page.get_by_text("corrected desk-0002-m"))
    page.keyboard.press("s")
    told(page.get_by_text("skipped desk-0003-m"))
    said = {name: found[0] for name, found in read_reviews(folder).items()}
    assert [said[f"desk-000{n}-m"].decision for n in range(4)] == [
        "accept", "reject", "correct", "skip",
    ]  # fmt: skip
    assert (said["desk-0001-m"].note, said["desk-0002-m"].label) == ("unclear", "99")
    assert [text for text in seen.wrong if "422" not in text] == []


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_hostile_text_does_nothing(window: dict[str, int], tmp_path: Path, enter: Open) -> None:
    on = hostile()
    task = wait(trip(0), 0, id="<b>", question="<script>document.title='owned'</script>" * 9)
    folder = write_run(tmp_path / "run", [on], [task.model_copy(update={"dialogue_id": on.id})])
    seen = enter(folder, viewport=window)
    page = seen.page
    for address in ("/", "/dialogue/accepted/0", "/tasks", "/task/0", "/settings"):
        page.goto(address)
        assert seen.overflow() <= 0, address
        assert page.title() != "owned"
        assert page.locator("main").is_visible()
    page.goto("/dialogue/accepted/0")
    page.get_by_role("button", name="more characters").click()
    page.locator("#turn-2 .more").wait_for(state="detached")
    assert len(page.locator("#turn-2 .said").text_content() or "") == len(LONG)
    assert seen.overflow() <= 0
    assert page.locator("a[href^='javascript']").count() == 0
    seen.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_readers_find_no_serious_fault(
    scheme: str, traced: Path, tmp_path: Path, enter: Open
) -> None:
    seen = enter(traced, color_scheme=scheme, reduced_motion="reduce")
    page = seen.page
    assert seen.serious() == []
    page.goto("/dialogue/accepted/0")
    page.get_by_text("How it was made").nth(1).click()
    page.locator("#turn-1 .spans").wait_for()
    page.get_by_text("The way through the graph").click()
    page.locator("svg.graph").wait_for()
    assert seen.serious() == []
    other = enter(reported(waiting(tmp_path / "run")), color_scheme=scheme, reduced_motion="reduce")
    for address in ("/tasks", "/task/0", "/review", "/review?desk=1", "/report", "/missing"):
        other.page.goto(address)
        assert other.serious() == [], address


def test_every_page_fits_a_phone(traced: Path, tmp_path: Path, enter: Open) -> None:
    for folder in (traced, reported(waiting(tmp_path / "run"))):
        seen = enter(folder, viewport=PHONE)
        for address in (
            *("/", "/dialogue/accepted/0", "/dialogue/accepted/0/spans", "/settings"),
            *("/dialogue/accepted/0/graph", "/tasks", "/review?desk=1", "/report"),
        ):
            seen.page.goto(address)
            assert seen.overflow() <= 0, address


def test_an_exported_page_needs_nothing_else(
    traced: Path, tmp_path: Path, browser: "Browser"
) -> None:
    file = tmp_path / "page.html"
    export_page(traced, file)
    context = browser.new_context(viewport=DESK, offline=True)
    context.set_default_timeout(PATIENCE)
    seen = Watched(context.new_page(), "file:")
    page = seen.page
    page.goto(file.as_uri())
    assert page.locator(".row").count() == 2
    page.locator(".row").nth(1).click()
    page.locator("#d-1 .turn").first.wait_for()
    assert not page.locator("#list").is_visible()
    page.locator("#d-1").get_by_text("How it was made").nth(1).click()
    page.locator("#d-1 .spans").first.wait_for()
    assert page.locator("#d-1 .spans").get_by_text("dialogue.assistant").count()
    page.locator("#d-1").get_by_text("The way through the graph").click()
    page.locator("#d-1 svg.graph .node.lit").first.wait_for()
    assert seen.serious() == []
    page.get_by_role("link", name="All", exact=True).locator("visible=true").click()
    page.get_by_label("Search").fill("nothing like this")
    page.get_by_text("0 dialogues").wait_for()
    seen.check()
    context.close()


def test_an_exported_page_runs_no_hostile_text(tmp_path: Path, browser: "Browser") -> None:
    folder = write_run(tmp_path / "run", [hostile()])
    export_page(folder, tmp_path / "page.html")
    context = browser.new_context(viewport=PHONE, offline=True)
    context.set_default_timeout(PATIENCE)
    seen = Watched(context.new_page(), "file:")
    seen.page.goto((tmp_path / "page.html").as_uri() + "#d-0")
    seen.page.locator("#d-0").get_by_text("The way through the graph").click()
    seen.page.locator("svg.graph").wait_for()
    assert seen.overflow() <= 0
    assert seen.page.title() != "owned"
    seen.check()
    context.close()
