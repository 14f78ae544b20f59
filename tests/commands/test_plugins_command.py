from pathlib import Path

import pytest
from command_line import Trialogue
from http_loopback import LoopbackServer, Reply
from plugin_package import install

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
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on `sys.path` for packages of one test."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def test_without_plugins_the_list_says_so(trialogue: Trialogue) -> None:
    assert trialogue("plugins").out == "no plugins are installed\n"
    assert trialogue("plugins", "--json").json == []


def test_a_broken_plugin_is_listed_with_why_and_stops_nothing(
    trialogue: Trialogue, packages: Path
) -> None:
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
        "fault": "",
    }
    assert listed["hammer"]["fault"] == "ModuleNotFoundError: No module named 'nowhere'"
    assert listed["x"]["fault"] == "SystemExit: 3"
    shown = trialogue("plugins").out.splitlines()
    assert "search found good_one 1.2.3 loads" in shown


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
