"""Run folders for the viewer: hostile texts, many dialogues, tasks that wait."""

import json
from pathlib import Path
from typing import Any

from made_dialogues import answer, call, dialogue
from made_tasks import math_task, trip, write_run

from trialogue.records import Action, Dialogue, Fact, ReasoningTask, UserProfile

SCRIPT = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
TURNED = "abc\u202edef\u2066ghi"
ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00 nul"
LINK = "[free money](javascript:document.title='owned')"
LONG = "word " * 200_000  # a megabyte
UNBROKEN = "W" * 3_000


def hostile(number: int = 0) -> Dialogue:
    """A dialogue whose every text means harm."""
    return dialogue(
        f"{SCRIPT} {TURNED}",
        answer(
            f"{LINK} {ESCAPES} {UNBROKEN}",
            call("<b>tool</b>", SCRIPT, **{"<i>a</i>": SCRIPT}),
            sources=("javascript:document.title='owned'", SCRIPT),
        ),
        LONG,
        "</div></main></body><style>*{display:none}</style>",
        id=f"hostile-{number:05}{SCRIPT}",
        user=UserProfile(
            id="u", identity=f"Ann {SCRIPT}", intent=f"{TURNED} {SCRIPT}", problems=(SCRIPT,)
        ),
        trajectory=(
            Action(
                index=1,
                action=SCRIPT,
                topic=SCRIPT,
                facts=(Fact(name="<b>", value="1", unit=SCRIPT, when="2026-03-04"),),
                memory=SCRIPT,
            ),
        ),
        controls={SCRIPT: SCRIPT},
        models={"user": SCRIPT},
        scores={SCRIPT: 0.5},
        sources=("javascript:document.title='owned'", "https://example.org/rules?a=1&b=2"),
    )


def waiting(folder: Path, count: int = 4) -> Path:
    """A run of dialogues with a task each that waits for a person."""
    on = [trip(number) for number in range(count)]
    return write_run(folder, on, [wait(one, n) for n, one in enumerate(on)])


def wait(on: Dialogue, number: int, **given: Any) -> ReasoningTask:
    """A task that waits for a person."""
    reason = "the solvers agree on another answer"
    return math_task(on, number, status="needs_review", reason=reason, **given)


def append(folder: Path, *records: Dialogue, name: str = "dialogues.jsonl") -> None:
    """Write records as a run does, whole lines at a time."""
    with (folder / name).open("a", encoding="utf-8") as file:
        file.writelines(f"{record.to_line()}\n" for record in records)


def settings(folder: Path, **given: Any) -> None:
    """A run.json with these settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"settings": given}), encoding="utf-8")
