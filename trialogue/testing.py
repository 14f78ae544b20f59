"""Contracts that plugins keep to, for the tests of those who write them.

    from trialogue.testing import tool_contract

    def test_my_tool() -> None:
        tool_contract(my_tool, {"city": "Bern"})

Each takes what an entry point of its kind may name: the thing itself, or the function that makes
it. Each raises AssertionError with the sentence that does not hold, or UsageError for what does
not even load. None needs a model or a network, other than what a plugin itself asks for.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialogue.agents.controls import Control, check_control
from trialogue.agents.personas import PersonaSource, check_persona_source
from trialogue.agents.story import draw_story
from trialogue.evaluation.metrics import Metric, check_metric
from trialogue.exporters import Exporter, check_exporter
from trialogue.own_loop import run_in_own_loop
from trialogue.records import Scenario
from trialogue.scenario_files import find_scenario, read_scenario
from trialogue.tools.contract import check_search_provider, check_tool
from trialogue.tools.document_files import load_documents
from trialogue.tools.registry import ToolContext, ToolFactory
from trialogue.tools.search import SearchProvider
from trialogue.tools.splitting import split

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

__all__ = [
    "control_contract",
    "exporter_contract",
    "metric_contract",
    "persona_contract",
    "scenario_contract",
    "search_contract",
    "tool_contract",
]

_ANY = "travel_reimbursement"


def tool_contract(tool: "BaseTool | ToolFactory", arguments: Mapping[str, Any]) -> None:
    """A tool is described and answers `arguments`, which must be fit, with text; the same to
    plain and asynchronous callers."""
    from langchain_core.tools import BaseTool

    made = tool if isinstance(tool, BaseTool) else tool(ToolContext(_scenario(_ANY).today))
    assert isinstance(made, BaseTool), f"a tool is a LangChain tool, not a {type(made).__name__}"
    run_in_own_loop(lambda: check_tool(made, arguments))


def search_contract(
    provider: SearchProvider | Callable[[str], SearchProvider], query: str = "weather"
) -> None:
    """A provider has a name and gives at most the hits asked for, with addresses; or says that it
    is unavailable."""
    made = provider
    if isinstance(provider, type) or not isinstance(provider, SearchProvider):
        made = provider("en")
    assert isinstance(made, SearchProvider), "a provider has `name` and `search`"
    run_in_own_loop(lambda: check_search_provider(made, query))


def persona_contract(
    source: PersonaSource | Callable[[Scenario], PersonaSource], scenario: str = _ANY
) -> None:
    """A source draws the same persona for the same seed and number, in whatever order, and
    somebody who speaks the language of `scenario` (a name or a file)."""
    where = _scenario(scenario)
    made = source
    if isinstance(source, type) or not isinstance(source, PersonaSource):
        made = source(where)
    assert isinstance(made, PersonaSource), "a source has `draw`"
    check_persona_source(made, where)


def metric_contract(metric: Metric | Callable[[], Metric]) -> None:
    """A metric has the promised shape and range, and is NaN where it has no value."""
    check_metric(metric if isinstance(metric, Metric) else metric())


def control_contract(control: Control | Callable[[], Control]) -> None:
    """A control has both wordings, takes what it allows and nothing else, and measures any
    dialogue."""
    check_control(control if isinstance(control, Control) else control())


def exporter_contract(exporter: Exporter | Callable[[], Exporter]) -> None:
    """An exporter keeps to its folder, writes what it says, and the same twice."""
    check_exporter(exporter if isinstance(exporter, Exporter) else exporter())


def scenario_contract(file: Path | str) -> None:
    """A scenario's file can be read, users' stories can be drawn from it, and its documents can
    be read and speak of everything that users ask about."""
    found = read_scenario(Path(file))
    scenario = found.scenario
    assert found.documents, "a scenario has documents with its rules"
    loaded = load_documents([Path(path) for path in found.documents])
    assert not loaded.problems, f"its documents can be read: {'; '.join(loaded.problems)}"
    passages = [passage for document in loaded.documents for passage in split(document)]
    rules = " ".join(f"{one.heading} {one.text}" for one in passages).casefold()
    for activity in scenario.activities:
        said = f"the documents speak of {activity.topic!r} ({activity.name})"
        assert activity.topic.casefold() in rules, said
        assert activity.asks, f"{activity.name} has questions that users ask (asks)"
    most = min(4, len(scenario.activities))
    stories = [draw_story(scenario, seed, (min(1, most), most)) for seed in range(20)]
    assert all(story.identity for story in stories), "every user has an identity"
    apart = {story.model_dump_json() for story in stories}
    assert len(apart) > len(stories) // 2, "users differ: add jobs, occasions or slots"


def _scenario(name: str) -> Scenario:
    return find_scenario(name).scenario
