from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from command_line import Trialogue
from openai_server import OpenAIServer, refusal
from tool_maker import maker

from trialogue.records import Toolset
from trialogue.toolmaking import make_toolset
from trialogue.tools.toolset_file import read_toolset

DOMAIN = "a town library lends books"
FILE = Path("library.yaml")
TOOLS = ("tools", DOMAIN, "--out", FILE)


@pytest.fixture
def server(openai_server: Callable[..., OpenAIServer]) -> OpenAIServer:
    """A server of the scripted maker of tools."""
    return openai_server(maker())


@pytest.fixture
def served(server: OpenAIServer) -> tuple[str, ...]:
    return ("--model", "openai:tiny", "--base-url", server.base_url)


def test_a_sentence_becomes_a_file_of_tools(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    done = trialogue(*TOOLS, "--rows", 8, "--tasks", 3, *served)
    assert (done.code, done.err) == (0, "")
    rows = dict(line.split("  ", 1) for line in done.out.splitlines())
    assert rows["tables"].strip() == "books (8 rows), members (8 rows), loans (8 rows)"
    assert rows["tasks"].strip() == "3 of 3 (1 easy, 1 medium, 1 hard)"
    assert rows["model calls"].strip().startswith(f"{len(server.requests)} ")
    assert rows["file"].strip() == str(FILE)
    toolset = read_toolset(FILE)
    assert toolset.id == "town_library_lends_books"
    assert [tool.name for tool in toolset.tools][:5] == [
        *("get_book", "search_book", "create_book", "update_book"),
        "get_member",
    ]
    assert sorted(path.name for path in Path().iterdir()) == [FILE.name, f"{FILE}.journal.sqlite"]


def test_for_machines_there_is_one_object(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    found = trialogue(*TOOLS, "--json", *served).json
    assert found["tables"] == {"books": 12, "members": 12, "loans": 12}
    assert found["tasks"] == {"wanted": 6, "made": 6, "easy": 2, "medium": 2, "hard": 2}
    assert (found["calls"], found["replayed"]) == (len(server.requests), 0)
    assert found["file"] == str(FILE)


def test_the_same_command_again_asks_nothing_and_gives_the_same_bytes(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    trialogue(*TOOLS, *served)
    paid, bytes_before = len(server.requests), FILE.read_bytes()
    server.close()
    again = trialogue(*TOOLS, "--json", *served).json
    assert (again["calls"], again["replayed"]) == (0, 0)
    FILE.unlink()
    replayed = trialogue(*TOOLS, "--json", *served).json
    assert (replayed["calls"], replayed["replayed"]) == (0, paid)
    assert FILE.read_bytes() == bytes_before


@pytest.mark.parametrize("option", [("--seed", 5), ("--rows", 9), ("--tasks", 2)])
def test_what_is_there_is_never_overwritten(
    trialogue: Trialogue, served: tuple[str, ...], option: tuple[object, ...]
) -> None:
    trialogue(*TOOLS, *served)
    before = FILE.read_bytes()
    other = trialogue(*TOOLS, *option, *served)
    assert (other.code, FILE.read_bytes()) == (2, before)
    assert "is there already" in other.error


def test_an_edited_file_stays(trialogue: Trialogue, served: tuple[str, ...]) -> None:
    trialogue(*TOOLS, *served)
    edited = FILE.read_text().replace("open", "OPEN")
    FILE.write_text(edited)
    again = trialogue(*TOOLS, *served)
    assert (again.code, FILE.read_text()) == (2, edited)
    assert "edited" in again.error


def test_a_file_of_someone_else_stays_and_no_journal_is_made(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    FILE.write_text("mine: true\n")
    assert trialogue(*TOOLS, *served).code == 2
    assert [path.name for path in Path().iterdir()] == [FILE.name]
    assert not server.requests


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("tools", " ", "--out", FILE), "there is no domain"),
        ((*TOOLS, "--rows", 1), "rows: 1 is not between"),
        ((*TOOLS, "--tasks", -1), "tasks: -1 is not between"),
        ((*TOOLS, "--model", "gpt"), "has no provider"),
        ((*TOOLS, "--out", "/dev/null/x.yaml"), "cannot be written"),
    ],
)
def test_bad_input_is_one_line(
    trialogue: Trialogue, options: tuple[object, ...], said: str
) -> None:
    done = trialogue(*options)
    assert done.code == 2
    assert said in done.error


def test_a_model_that_only_talks_nonsense_is_one_line(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(lambda _: "I cannot do that.")
    done = trialogue(*TOOLS, "--model", "openai:tiny", "--base-url", server.base_url)
    assert done.code == 2
    assert "could not make up tools for 'a town library lends books'" in done.error
    assert not FILE.exists()


def test_a_limit_ends_it_and_more_goes_on(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    short = trialogue(*TOOLS, "--max-calls", 4, *served)
    assert (short.code, len(server.requests)) == (1, 4)
    assert "limit of 4 model calls" in short.error
    done = trialogue(*TOOLS, "--json", *served).json
    assert (done["replayed"], done["calls"]) == (4, len(server.requests) - 4)


def test_a_key_that_is_refused_is_one_line(
    trialogue: Trialogue, openai_server: Callable[..., OpenAIServer]
) -> None:
    server = openai_server(lambda _: refusal(401, "wrong key", "invalid_api_key"))
    done = trialogue(*TOOLS, "--model", "openai:tiny", "--base-url", server.base_url)
    assert done.code == 2
    assert "key" in done.error


def test_json_files_hold_the_same_as_yaml_files(
    trialogue: Trialogue, served: tuple[str, ...]
) -> None:
    trialogue(*TOOLS, *served)
    trialogue("tools", DOMAIN, "--out", "library.json", *served)
    assert read_toolset(Path("library.json")) == read_toolset(FILE)


def test_the_twin_in_python_gives_the_same_set(
    trialogue: Trialogue, served: tuple[str, ...], server: OpenAIServer
) -> None:
    trialogue(*TOOLS, "--seed", 3, *served)
    steps: list[str] = []
    made = make_toolset(
        DOMAIN, seed=3, model="openai:tiny", base_url=server.base_url, on_step=steps.append
    )
    assert made == read_toolset(FILE)
    assert Toolset.model_validate(yaml.safe_load(FILE.read_text())) == made
    assert steps[0] == "questions"
    assert steps[-1] == "task 6 of 6"
