"""A thousand hostile statements against each engine: refused, or ended within their limits.

A folder and a port on loopback are watched: no statement may write or reach anything there.
"""

import asyncio
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from hostile_sql import DISGUISES, OUTSIDE, hostile
from toolset_maker import TEXT, made, takes, tool

from trialogue.errors import UsageError
from trialogue.tools.sql_limits import Late, Session, SqlFailure, SqlLimits, Template
from trialogue.tools.sql_statement import Statement
from trialogue.tools.sql_tools import SqlTools, _template
from trialogue.tools.toolset_checks import check_toolset

MANY = 1_000
LIMITS = SqlLimits(seconds=0.04, steps=4_000_000, megabytes=64)
ENGINES = (None, "duckdb://")


class Canary(NamedTuple):
    """A folder with a secret in it, and a port on which nobody may call."""

    folder: Path
    port: int
    calls: list[Any]

    def seen(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Canary]:
    """Watched; also the working directory, so that relative names lead into it."""
    (tmp_path / "secret.csv").write_text("a,b\nverysecret,2\n")
    monkeypatch.chdir(tmp_path)
    calls: list[Any] = []
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        watching = threading.Thread(target=_listen, args=(listening, calls))
        watching.start()
        port = listening.getsockname()[1]
        yield Canary(tmp_path, port, calls)
        with socket.create_connection(("127.0.0.1", port)) as last:
            last.sendall(b"end")
        watching.join()


def _listen(listening: socket.socket, calls: list[Any]) -> None:
    while True:
        connection, _ = listening.accept()
        with connection:
            said = connection.recv(100)
        if said == b"end":
            return
        calls.append(said)


async def outcome(statement: str, url: str | None) -> str:
    """Where a statement ended: "refused", "error" or "answered"; at once or within limits."""
    try:
        toolset = made(tool("do_it", statement), tool("total", "SELECT 1"), url=url)
        check_toolset(toolset)
        tools = await asyncio.to_thread(SqlTools, toolset, today=date(2026, 3, 9), limits=LIMITS)
    except UsageError as refusal:
        return "refused" if "\n" not in str(refusal) else "more than a line"
    with tools:
        result = await tools.answer("one", "do_it", {})
        assert "verysecret" not in result
        assert len(result) <= LIMITS.characters + 100
        return "error" if result.startswith("error: ") else "answered"


@pytest.mark.parametrize("url", ENGINES, ids=["sqlite", "duckdb"])
async def test_a_thousand_hostile_statements(url: str | None, canary: Canary) -> None:
    before, memory = canary.seen(), _peak()
    ends: dict[str, int] = {}
    slowest = 0.0
    for statement in islice(hostile(Random(3), canary.folder, canary.port), MANY):
        start = time.perf_counter()
        end = await outcome(statement, url)
        slowest = max(slowest, time.perf_counter() - start)
        ends[end] = ends.get(end, 0) + 1
    print(ends, f"slowest {slowest:.2f} s, memory +{_peak() - memory} MB")
    assert sum(ends.values()) == MANY
    assert ends["refused"] > MANY // 2
    assert ends["error"] > 5
    assert ends.keys() <= {"refused", "error", "answered"}
    assert slowest < 250 * LIMITS.seconds
    assert canary.seen() == before
    assert canary.calls == []
    assert _peak() - memory < 400


def _peak() -> int:
    """The most memory that this process ever had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def attempt(session: Session, statement: str) -> str:
    """Straight into the engine, as if nothing had been checked."""
    try:
        session.run(Statement(statement, (), (), writes=False, returns=False), {})
    except Late:
        return "late"
    except SqlFailure:
        return "error"
    return "answered"


@pytest.fixture
def bare(request: pytest.FixtureRequest) -> Iterator[Template]:
    template = _template(made(url=request.param), LIMITS)
    yield template
    template.close()


@pytest.mark.parametrize("bare", [None], ids=["sqlite"], indirect=True)
def test_sqlite_holds_without_the_check(bare: Template, canary: Canary) -> None:
    """The engine's own walls: the checks before it are not what everything rests on."""
    before, memory = canary.seen(), _peak()
    ends: dict[str, int] = {}
    for statement in islice(hostile(Random(4), canary.folder, canary.port), MANY):
        session = bare.session()
        end = attempt(session, statement)
        ends[end] = ends.get(end, 0) + 1
        session.close()
    print(ends)
    assert canary.seen() == before
    assert canary.calls == []
    assert ends["late"] > 5
    assert _peak() - memory < 400
    assert attempt(bare.session(), "SELECT * FROM stock") == "answered"


@pytest.mark.parametrize("bare", ["duckdb://"], ids=["duckdb"], indirect=True)
def test_duckdb_reaches_nothing_without_the_check(bare: Template, canary: Canary) -> None:
    """Only what leads outside: DuckDB cannot be stopped inside one function call."""
    before, session = canary.seen(), bare.session()
    ends: dict[str, int] = {}
    for number, plain in enumerate(OUTSIDE * len(DISGUISES)):
        sql = plain.format(
            n=1,
            file=canary.folder / "made.db",
            secret="secret.csv",
            folder=canary.folder,
            url=f"http://127.0.0.1:{canary.port}/x.csv",
            port=canary.port,
        )
        statement = DISGUISES[number // len(OUTSIDE)].format(sql=sql, lower=sql.lower(), n=1)
        end = attempt(session, statement)
        ends[end] = ends.get(end, 0) + 1
    print(ends)
    assert canary.seen() == before
    assert canary.calls == []
    assert attempt(session, "SELECT * FROM stock") == "answered"


@pytest.mark.parametrize("url", ENGINES, ids=["sqlite", "duckdb"])
async def test_hostile_arguments_are_only_values(url: str | None, canary: Canary) -> None:
    before = canary.seen()
    spec = (
        tool("get_stock", "SELECT code FROM stock WHERE code = :code", takes(code=TEXT)),
        tool("update_town", "UPDATE branches SET town = :code", takes(code=TEXT)),
        tool("list_stock", "SELECT * FROM stock"),
    )
    with SqlTools(made(*spec, url=url), today=date(2026, 3, 9), limits=LIMITS) as tools:
        untouched = await tools.answer("two", "list_stock", {})
        for statement in islice(hostile(Random(5), canary.folder, canary.port), 200):
            for text in (statement, f"'; {statement}; --"):
                found = await tools.answer("one", "get_stock", {"code": text})
                assert found == "[]" or found.startswith("error: string or blob too big")
                await tools.answer("one", "update_town", {"code": text})
        assert await tools.answer("one", "list_stock", {}) == untouched
    assert canary.seen() == before
    assert canary.calls == []
