"""Makes the pictures in `docs/images/` anew: every page of the viewer, in headless Chromium.

`python docs/screenshots.py` needs `playwright`, Pillow and a `chromium` on the PATH. Dialogues are
those of `examples/runs`, with two tasks added; a run with traces and an optimisation are made with
the simulated model of the tests, in a minute.
"""

import asyncio
import shutil
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

import optimised_run
import simulated_model
from openai_server import OpenAIServer
from PIL import Image
from simulated_run import made

from trialogue.records import Derivation, QuotedFact, ReasoningTask, SolverAnswer
from trialogue.saved_run import SavedRun
from trialogue.viewing import export_page, served_run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
EXAMPLES = ROOT / "examples" / "runs"
LARGEST = 300_000  # bytes of a picture


@dataclass(frozen=True)
class Shot:
    """A picture: its name, the page, and what is opened on it."""

    name: str
    address: str
    opened: tuple[str, ...] = ()
    wide: int = 1280
    scheme: Literal["light", "dark"] = "light"


def with_tasks(folder: Path) -> Path:
    """The example run with a proved task and one that waits for a person."""
    shutil.copytree(EXAMPLES / "travel_reimbursement", folder)
    one, two, *_ = (dialogue.id for dialogue in SavedRun(folder).dialogues())
    tasks = (
        ReasoningTask(
            id=f"{one}-nights",
            dialogue_id=one,
            kind="math",
            question="How much did the employee pay for all nights in Beijing and the dinner?",
            label="4050",
            unit="CNY",
            derivation=Derivation(
                facts=(
                    fact("nights", "4", 4, "4 nights", "nights"),
                    fact("rate", "750", 4, "750 CNY per night", "CNY/night"),
                    fact("people", "3", 2, "3 people", "persons"),
                    fact("meal", "350", 2, "350 CNY", "CNY/person"),
                ),
                expression="nights * rate + people * meal",
            ),
            solvers=(solver("small", "4050", True), solver("smaller", "3350", False)),
            accuracy=0.5,
            status="verified",
        ),
        ReasoningTask(
            id=f"{two}-early",
            dialogue_id=two,
            kind="common_sense",
            question="Was the flight booked more than two weeks ahead?",
            label="yes",
            derivation=Derivation(
                facts=(fact("ahead", "22", 4, "booked ahead 22 days", "days"),),
                rule="Two weeks are 14 days.",
            ),
            solvers=(solver("small", "yes", True), solver("smaller", "no", False)),
            accuracy=0.5,
            status="needs_review",
            reason="the rule is in words only",
        ),
    )
    text = "".join(f"{task.to_line()}\n" for task in tasks)
    (folder / "tasks.jsonl").write_text(text, encoding="utf-8")
    return folder


def fact(name: str, value: str, turn: int, quote: str, unit: str) -> QuotedFact:
    """A fact that a task rests on."""
    return QuotedFact(name=name, value=value, turn=turn, quote=quote, unit=unit)


def solver(model: str, answer: str, correct: bool) -> SolverAnswer:
    """What a model made of a task."""
    return SolverAnswer(model=model, answer=answer, correct=correct)


def traced(folder: Path) -> Path:
    """A run of the simulated model."""
    with OpenAIServer(simulated_model.served) as server:
        asyncio.run(made(folder, server.base_url, 3))
    return folder


def optimised(folder: Path) -> Path:
    """An optimisation with the simulated model."""
    with OpenAIServer(optimised_run.reply) as server:
        optimised_run.optimised(folder, server.base_url)
    return folder


SHOTS: dict[Callable[[Path], Path], Sequence[Shot]] = {
    with_tasks: (
        Shot("list", "/"),
        Shot("dialogue", "/dialogue/accepted/0"),
        Shot("dialogue-dark", "/dialogue/accepted/0", scheme="dark"),
        Shot("dialogue-phone", "/dialogue/accepted/0", wide=390),
        Shot("tasks", "/tasks"),
        Shot("task", "/task/0"),
        Shot("review", "/review"),
        Shot("agreement", "/review?desk=1"),
        Shot("settings", "/settings"),
    ),
    traced: (
        Shot("turn", "/dialogue/accepted/0", ("#turn-1 summary", "#turn-1 .span.model >> nth=1")),
        Shot("graph", "/dialogue/accepted/0/graph"),
        Shot("spans", "/dialogue/accepted/0/spans"),
    ),
    optimised: (Shot("report", "/report"),),
}


def main() -> None:
    """Make the pictures; say their sizes."""
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as scratch:
        # Runs are made first: the browser's driver keeps an event loop of its own.
        runs = {make: make(_place(Path(scratch), make.__name__)) for make in SHOTS}
        with sync_playwright() as driver:
            path = shutil.which("chromium")
            browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
            for make, shots in SHOTS.items():
                with served_run(runs[make], reviewer="Ann") as served:
                    for shot in shots:
                        with window(browser, shot, base_url=served.origin) as page:
                            page.goto(served.address)
                            page.wait_for_url(f"{served.origin}/")
                            page.goto(shot.address)
                            taken(page, shot)
            file = Path(scratch) / "page.html"
            export_page(runs[traced], file)
            shot = Shot("exported", f"{file.as_uri()}#d-0")
            with window(browser, shot) as page:
                page.goto(shot.address)
                taken(page, shot)


def _place(scratch: Path, name: str) -> Path:
    """A folder that is called as the example is."""
    (scratch / name).mkdir()
    return scratch / name / "travel_reimbursement"


@contextmanager
def window(browser: "Browser", shot: Shot, **given: Any) -> Any:
    """A page of a window for the picture."""
    context = browser.new_context(
        viewport={"width": shot.wide, "height": 800}, color_scheme=shot.scheme, **given
    )
    context.set_default_timeout(180_000)
    yield context.new_page()
    context.close()


def taken(page: "Page", shot: Shot) -> None:
    """Open what is to be open, and write the picture."""
    for selector in shot.opened:
        page.locator(selector).first.click()
    # A page may be long; what counts is its beginning.
    high = min(int(page.evaluate("document.documentElement.scrollHeight")), 1600)
    page.set_viewport_size({"width": shot.wide, "height": high})
    file = IMAGES / f"{shot.name}.png"
    seen = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    few = seen.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    size = file.stat().st_size
    print(f"{file.relative_to(ROOT)}: {size / 1000:.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"{file} is larger than {LARGEST / 1000:.0f} kB")


if __name__ == "__main__":
    main()
