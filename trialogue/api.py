"""The Python API: the twins of the commands."""

import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.checkup import examine
from trialogue.findings import Finding
from trialogue.own_loop import run_in_own_loop
from trialogue.own_objects import (
    PathLike,
    PersonaLike,
    ScenarioLike,
    ToolsetLike,
    asked,
    asked_beside,
)
from trialogue.records import Dialogue, Turn
from trialogue.run import Result, run
from trialogue.saved_run import SavedRun
from trialogue.tools.search import SearchProvider
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

OnTurn = Callable[[int, Turn], Awaitable[None] | None]
OnDialogue = Callable[[Dialogue], None]


def synthesize(
    scenario: ScenarioLike,
    *,
    on_turn: OnTurn | None = None,
    on_dialogue: OnDialogue | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    personas: PersonaLike = None,
    toolset: ToolsetLike = None,
    config: PathLike | None = None,
    **settings: Any,
) -> Result:
    """Make dialogues, in a run folder, and say what came of it.

    `scenario` is a name, a YAML file, a sentence of at least four words, from which the model
    drafts one, or a Scenario, whose documents are relative to the current folder. `settings` are
    fields of `Settings` (`n`, `seed`, `model`, `out`, …) or, directly, of its `options`
    (`rounds`, …) and `limits` (`concurrency`, `calls`, …); they go over those in the YAML file
    `config`. `on_turn` is
    called with the dialogue's number and each finished turn, also of an attempt that fails later
    and is made anew: for the turns that count use `on_dialogue`, which is called with each
    accepted dialogue. Both are called in the thread that makes the dialogues. `search` is a
    provider's name or a SearchProvider, `personas` a file, a plugin's name or a PersonaSource,
    `toolset` a file or a Toolset; in `controls`, a mapping, a key may be a Control of one's own.
    `tools` are LangChain tools that `user_tools` and `assistant_tools` may name besides those
    installed.

    It works also where an event loop is running (notebooks): then in a thread with a loop of
    its own. The same call again goes on where an earlier one stopped.

    Raises UsageError for what the caller can mend, ShortRun if fewer dialogues than `n` could
    be made; its `result` is the Result until then.
    """
    given = {**settings, "search": search, "personas": personas, "toolset": toolset}
    chosen, own = asked(scenario, config, given)
    watcher = _Told(on_turn, on_dialogue)
    return run_in_own_loop(lambda: run(chosen, watcher, tools=tools, **own))


async def asynthesize(
    scenario: ScenarioLike,
    *,
    on_turn: OnTurn | None = None,
    on_dialogue: OnDialogue | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    personas: PersonaLike = None,
    toolset: ToolsetLike = None,
    config: PathLike | None = None,
    **settings: Any,
) -> Result:
    """`synthesize` inside the running event loop, with the same arguments, result and errors."""
    given = {**settings, "search": search, "personas": personas, "toolset": toolset}
    chosen, own = await asked_beside(scenario, config, given)
    watcher = _Told(on_turn, on_dialogue)
    return await run(chosen, watcher, tools=tools, **own)


def open_run(path: str | os.PathLike[str]) -> SavedRun:
    """The records in a run's folder. Raises UsageError if there is no run."""
    return SavedRun(Path(path))


def doctor(*, timeout: float = 30.0, **settings: Any) -> list[Finding]:
    """Whether a run with `settings` can work here, as findings; "fail" says that it cannot.

    `timeout` bounds each request to an endpoint, in seconds. Nothing is fetched. Raises
    UsageError for settings that are none.
    """
    chosen, _ = asked("any", None, settings)

    async def collected() -> list[Finding]:
        return [finding async for finding in examine(chosen, timeout)]

    return run_in_own_loop(collected)


class _Told(Watcher):
    """Passes on what the caller of the API wants to know."""

    def __init__(self, on_turn: OnTurn | None, on_dialogue: OnDialogue | None) -> None:
        self._on_turn, self._on_dialogue = on_turn, on_dialogue

    def turned(self, number: int, turn: Turn) -> Awaitable[None] | None:
        return self._on_turn(number, turn) if self._on_turn else None

    def finished(self, dialogue: Dialogue) -> None:
        if self._on_dialogue:
            self._on_dialogue(dialogue)
