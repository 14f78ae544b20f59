"""The contracts that plugins' authors import: they take what an entry point may name."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool, tool

from trialogue.agents.controls import Control, built_in
from trialogue.agents.personas import SampledPersonas, default_marginals
from trialogue.errors import UsageError
from trialogue.evaluation.metrics import all_metrics
from trialogue.exporters import find_exporter
from trialogue.records import Persona, Scenario
from trialogue.scenario_files import shipped_folder
from trialogue.testing import (
    control_contract,
    exporter_contract,
    metric_contract,
    persona_contract,
    scenario_contract,
    search_contract,
    tool_contract,
)
from trialogue.tools.registry import ToolContext
from trialogue.tools.search import SearchHit

HIT = SearchHit(title="A page", address="https://example.com")


@tool
def echo(text: str) -> str:
    """Says it again."""
    return text


def make_echo(context: ToolContext) -> BaseTool:
    return echo


class Pages:
    name = "pages"

    def __init__(self, language: str = "en", found: int = 1) -> None:
        self._found = found

    async def search(self, query: str, limit: int) -> list[SearchHit]:
        return [HIT] * self._found


@pytest.mark.parametrize("plugged", [echo, make_echo])
def test_tools(plugged: Any) -> None:
    tool_contract(plugged, {"text": "Hello"})
    with pytest.raises(AssertionError, match="fit arguments are accepted"):
        tool_contract(plugged, {"wrong": 1})


async def test_contracts_run_inside_an_event_loop_too() -> None:
    tool_contract(echo, {"text": "Hello"})


@pytest.mark.parametrize("plugged", [Pages, Pages()])
def test_search_providers(plugged: Any) -> None:
    search_contract(plugged)
    with pytest.raises(AssertionError, match="keeps to the limit"):
        search_contract(Pages(found=3))


def test_personas() -> None:
    persona_contract(SampledPersonas(default_marginals()))

    class Made:
        def __init__(self, scenario: Scenario) -> None:
            self.language = scenario.language

        def draw(self, seed: int, number: int, scenario: Scenario) -> Persona:
            return Persona(age=20 + number, language=self.language)

    persona_contract(Made, "chailv_baoxiao")


def test_metrics() -> None:
    turns = all_metrics()["turns"]
    metric_contract(lambda: turns)
    with pytest.raises(AssertionError, match="says what it computes"):
        metric_contract(replace(turns, definition=""))


def test_controls() -> None:
    def made() -> Control:
        return built_in()["formality"]

    control_contract(made)
    with pytest.raises(AssertionError, match="the range is empty"):
        control_contract(replace(made(), low=1.0, high=1.0))


def test_exporters() -> None:
    exporter_contract(lambda: find_exporter("sharegpt"))
    with pytest.raises(AssertionError, match="says what it writes"):
        exporter_contract(replace(find_exporter("sharegpt"), description=""))


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "rules.md").write_text("# Rules\n\n## Taxi\n\nA taxi is paid.\n")
    text = (shipped_folder() / "travel_reimbursement.yaml").read_text("utf-8")
    (tmp_path / "mine.yaml").write_text(text.replace("[travel_reimbursement]", "[rules.md]"))
    return tmp_path / "mine.yaml"


def test_scenarios(scenario: Path) -> None:
    scenario_contract(shipped_folder() / "chailv_baoxiao.yaml")
    with pytest.raises(AssertionError, match="the documents speak of"):
        scenario_contract(scenario)
    scenario.write_text("id: nothing")
    with pytest.raises(UsageError, match=r"mine\.yaml"):
        scenario_contract(scenario)
