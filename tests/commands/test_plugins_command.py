from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Trialogue
from http_loopback import LoopbackServer, Reply
from plugin_package import install

from trialogue.agents.controls import declared

SEARCH = """
from trialogue.tools.search import SearchHit
print("a plugin that talks while it is imported")

class Found:
    name = "found"

    def __init__(self, addresses):
        self.addresses = addresses

    async def search(self, query, limit):
        return [SearchHit(title="A page", address=address) for address in self.addresses]

def provider(language):
    return Found(open("addresses.txt").read().split())
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on `sys.path` for packages of one test."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    declared._installed.cache_clear()
    yield folder
    declared._installed.cache_clear()


def test_without_plugins_the_list_says_so(trialogue: Trialogue) -> None:
    assert trialogue("plugins").out == "no plugins are installed\n"
    assert trialogue("plugins", "--json").json == []


def test_a_broken_plugin_is_listed_with_why_and_stops_nothing(
    trialogue: Trialogue, packages: Path
) -> None:
    Path("addresses.txt").write_text("")
    install(packages, "good_one", SEARCH, {"trialogue.search": {"found": "provider"}})
    install(packages, "broken_one", "import nowhere", {"trialogue.tools": {"hammer": "tool"}})
    install(packages, "rude_one", "raise SystemExit(3)", {"trialogue.scenarios": {"x": "x"}})
    done = trialogue("plugins", "--json")
    assert done.code == 0
    listed = {row["name"]: row for row in done.json}
    assert listed["found"] == {
        "kind": "search",
        "name": "found",
        "package": "good_one",
        "version": "1.2.3",
        "value": "good_one:provider",
        "fault": "",
    }
    assert listed["hammer"]["fault"] == "ModuleNotFoundError: No module named 'nowhere'"
    assert listed["x"]["fault"] == "SystemExit: 3"
    shown = trialogue("plugins").out.splitlines()
    assert "search  found  good_one 1.2.3 (good_one:provider)  works" in shown


EVERY_KIND = """
def nothing(*given):
    return 7

number = 7
"""
KINDS = {
    "controls": "is no Control",
    "exporters": "not an Exporter",
    "metrics": "not a Metric",
    "personas": "without `draw`",
    "scenarios": "not the path of a YAML file",
    "search": "has no `name` or no `search`",
    "tools": "not a LangChain tool",
}


def test_what_loads_but_is_not_of_its_kind_is_named(trialogue: Trialogue, packages: Path) -> None:
    points = {f"trialogue.{kind}": {f"odd_{kind}": "nothing"} for kind in KINDS}
    install(packages, "odd_one", EVERY_KIND, points)
    faults = {row["kind"]: row["fault"] for row in trialogue("plugins", "--json").json}
    assert {kind for kind, fault in faults.items() if fault} == set(KINDS)
    assert {kind: told for kind, told in KINDS.items() if told not in faults[kind]} == {}


def test_a_name_that_is_taken_is_named(trialogue: Trialogue, packages: Path) -> None:
    install(packages, "thief", EVERY_KIND, {"trialogue.tools": {"calculator": "nothing"}})
    install(packages, "one", SEARCH, {"trialogue.search": {"found": "provider"}})
    install(packages, "two", SEARCH, {"trialogue.search": {"found": "provider"}})
    faults = [row["fault"] for row in trialogue("plugins", "--json").json]
    assert "the name 'calculator' is taken by what is built in" in faults
    assert faults.count("another package's 'found' goes before") == 1


@pytest.mark.parametrize("module", ["import nowhere", "raise SystemExit(3)", EVERY_KIND])
def test_broken_plugins_of_every_kind_stop_no_run_that_does_not_use_them(
    trialogue: Trialogue, packages: Path, served: tuple[str, ...], module: str
) -> None:
    points = {f"trialogue.{kind}": {f"bad_{kind}": "nothing"} for kind in KINDS}
    install(packages, "bad_one", module, points)
    options = ("--control", "formality=0.5", "--out", "here")
    done = trialogue("synthesize", "car_rental", "-n", 1, *options, *served)
    assert (done.code, done.err) == (0, "")
    assert trialogue("evaluate", "here", "--json", "--embedder", "hash").code == 0
    done = trialogue("synthesize", "car_rental", "--control", "bad_controls=1", *served)
    assert done.code == 2
    assert "bad_controls" in done.error


def test_a_broken_scenario_plugin_stops_no_run_and_is_named_where_it_may_matter(
    trialogue: Trialogue, packages: Path, served: tuple[str, ...]
) -> None:
    install(packages, "broken_trip", "import nowhere", {"trialogue.scenarios": {"trip": "path"}})
    assert trialogue("synthesize", "car rental", "-n", 1, *served).code == 0
    done = trialogue("synthesize", "time_travel", *served)
    assert done.code == 2
    assert "plugin 'trip' (broken_trip:path) cannot be loaded" in done.error


def test_addresses_inside_this_machine_are_problems_and_are_not_read(
    trialogue: Trialogue, packages: Path, served: tuple[str, ...]
) -> None:
    install(packages, "found_pages", SEARCH, {"trialogue.search": {"pages": "provider"}})
    with LoopbackServer(lambda path: Reply(b"<p>secret</p>")) as inside:
        Path("addresses.txt").write_text(f"{inside.address}/a http://localhost:{inside.port}/b")
        options = ("--search", "pages", "--out", "here", "--json")
        done = trialogue("synthesize", "car_rental", "-n", 1, *options, *served)
        assert inside.requests == []
    assert done.code == 0
    assert len(done.json["problems"]) == 2
    assert all("/a" in p or "/b" in p for p in done.json["problems"])
