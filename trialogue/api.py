"""The Python API: the twins of the commands."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.agents.personas import PersonaSource
from trialogue.checkup import examine
from trialogue.findings import Finding
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Dialogue, Scenario, Turn
from trialogue.run import Result, run
from trialogue.saved_run import SavedRun
from trialogue.settings import Settings, load_settings
from trialogue.tools.search import SearchProvider
from trialogue.watcher import Watcher

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

OnTurn = Callable[[int, Turn], Awaitable[None] | None]
OnDialogue = Callable[[Dialogue], None]
ScenarioLike = str | os.PathLike[str] | Scenario
PersonaLike = PersonaSource | str | os.PathLike[str] | None


def synthesize(
    scenario: ScenarioLike,
    *,
    on_turn: OnTurn | None = None,
    on_dialogue: OnDialogue | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    personas: PersonaLike = None,
    config: str | os.PathLike[str] | None = None,
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
    provider's name or a SearchProvider, `personas` a file, a plugin's name or a PersonaSource.
    `tools` are LangChain tools
    that `user_tools` and `assistant_tools` may name besides those installed.

    It works also where an event loop is running (notebooks): then in a thread with a loop of
    its own. The same call again goes on where an earlier one stopped.

    Raises UsageError for what the caller can mend, ShortRun if fewer dialogues than `n` could
    be made; its `result` is the Result until then.
    """
    given = {**settings, "search": _name(search), "personas": _named(personas)}
    chosen = _settings(scenario, config, given)
    watcher = _Told(on_turn, on_dialogue)
    own = _own(scenario, search, personas)
    return run_in_own_loop(lambda: run(chosen, watcher, tools=tools, **own))


async def asynthesize(
    scenario: ScenarioLike,
    *,
    on_turn: OnTurn | None = None,
    on_dialogue: OnDialogue | None = None,
    tools: Sequence["BaseTool"] = (),
    search: SearchProvider | str | None = None,
    personas: PersonaLike = None,
    config: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Result:
    """`synthesize` inside the running event loop, with the same arguments, result and errors."""
    given = {**settings, "search": _name(search), "personas": _named(personas)}
    chosen = await asyncio.to_thread(_settings, scenario, config, given)
    watcher = _Told(on_turn, on_dialogue)
    return await run(chosen, watcher, tools=tools, **_own(scenario, search, personas))


def open_run(path: str | os.PathLike[str]) -> SavedRun:
    """The records in a run's folder. Raises UsageError if there is no run."""
    return SavedRun(Path(path))


def doctor(*, timeout: float = 30.0, **settings: Any) -> list[Finding]:
    """Whether a run with `settings` can work here, as findings; "fail" says that it cannot.

    `timeout` bounds each request to an endpoint, in seconds. Nothing is fetched. Raises
    UsageError for settings that are none.
    """
    chosen = _settings("any", None, settings)

    async def collected() -> list[Finding]:
        return [finding async for finding in examine(chosen, timeout)]

    return run_in_own_loop(collected)


def _name(search: SearchProvider | str | None) -> str | None:
    return search if search is None or isinstance(search, str) else search.name


def _named(personas: PersonaLike) -> str | None:
    """What the settings say: a path or name; an object of one's own is given beside them."""
    return os.fspath(personas) if isinstance(personas, str | os.PathLike) else None


def _own(
    scenario: ScenarioLike, search: SearchProvider | str | None, personas: PersonaLike
) -> dict[str, Any]:
    """What is given as an object and so cannot stand in settings."""
    return {
        "scenario": scenario if isinstance(scenario, Scenario) else None,
        "search": None if isinstance(search, str) else search,
        "personas": None if isinstance(personas, str | os.PathLike) else personas,
    }


def _settings(
    scenario: ScenarioLike, config: str | os.PathLike[str] | None, settings: dict[str, Any]
) -> Settings:
    name = scenario.id if isinstance(scenario, Scenario) else os.fspath(scenario)
    given = {"scenario": name, **settings}
    return load_settings(None if config is None else Path(config), given)


class _Told(Watcher):
    """Passes on what the caller of the API wants to know."""

    def __init__(self, on_turn: OnTurn | None, on_dialogue: OnDialogue | None) -> None:
        self._on_turn, self._on_dialogue = on_turn, on_dialogue

    def turned(self, number: int, turn: Turn) -> Awaitable[None] | None:
        return self._on_turn(number, turn) if self._on_turn else None

    def finished(self, dialogue: Dialogue) -> None:
        if self._on_dialogue:
            self._on_dialogue(dialogue)
