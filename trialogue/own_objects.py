"""Settings from Python, in which objects of one's own may stand where others name something."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from trialogue.agents.controls import Control
from trialogue.agents.personas import PersonaSource
from trialogue.given import Own, wanted_of
from trialogue.records import Scenario, Toolset
from trialogue.settings import Settings, load_settings
from trialogue.tools.search import SearchProvider

PathLike = str | os.PathLike[str]
ScenarioLike = PathLike | Scenario
PersonaLike = PersonaSource | PathLike | None
ToolsetLike = Toolset | PathLike | None


class Asked(NamedTuple):
    """What a caller of the API asks for; `objects` are those arguments of `run` that no file of
    settings can hold."""

    settings: Settings
    objects: dict[str, Any]


def asked(scenario: ScenarioLike, config: PathLike | None, given: Mapping[str, Any]) -> Asked:
    """Settings from `given` over those of `config`; the objects among them go beside.

    Of these `search` may be a SearchProvider, `personas` a PersonaSource, `toolset` a Toolset, and
    the keys of `controls` Controls. Raises UsageError.
    """
    own_scenario = scenario if isinstance(scenario, Scenario) else None
    name = os.fspath(scenario) if not isinstance(scenario, Scenario) else scenario.id
    search, personas, toolset = (given.get(key) for key in ("search", "personas", "toolset"))
    named, own = _parted(given.get("controls"))
    plain = {
        "search": search.name if isinstance(search, SearchProvider) else search,
        "personas": None if isinstance(personas, PersonaSource) else personas,
        "toolset": toolset.id if isinstance(toolset, Toolset) else toolset,
        "controls": named,
    }
    settings = load_settings(
        None if config is None else Path(config), {**given, "scenario": name, **plain}
    )
    objects = Own(
        personas=personas if isinstance(personas, PersonaSource) else None,
        toolset=toolset if isinstance(toolset, Toolset) else None,
        controls=wanted_of(own),
    )
    provider = search if isinstance(search, SearchProvider) else None
    return Asked(settings, {"scenario": own_scenario, "search": provider, "own": objects})


async def asked_beside(
    scenario: ScenarioLike, config: PathLike | None, given: Mapping[str, Any]
) -> Asked:
    """As `asked`, from inside an event loop."""
    return await asyncio.to_thread(asked, scenario, config, given)


def _parted(controls: Any) -> tuple[Any, dict[Control, Any]]:
    """The wishes for controls by name, and those for Controls of one's own."""
    if not isinstance(controls, Mapping):
        return controls, {}
    own = {key: wish for key, wish in controls.items() if isinstance(key, Control)}
    return {key: wish for key, wish in controls.items() if key not in own}, own
