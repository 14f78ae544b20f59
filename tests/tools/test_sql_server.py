"""Tools on a real PostgreSQL server, started for the test where its programs are installed."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from toolset_maker import TOOLS, WHOLE, made, takes, tool

from trialogue.tools.sql_limits import SqlLimits
from trialogue.tools.sql_tools import SqlTools

TODAY = date(2026, 3, 9)
USER = "postgres"


def program(name: str) -> str | None:
    """Where a program of PostgreSQL is; packages keep them out of the usual folders."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(places[-1]) if places else None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of its own."""
    pytest.importorskip("psycopg", reason="the driver psycopg is not installed")
    initdb, control = program("initdb"), program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL's programs are not installed")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if as_root and not shutil.which("runuser"):
        pytest.skip("PostgreSQL does not run as root")
    other = ["runuser", "-u", USER, "--"] if as_root else []
    folder = tmp_path_factory.mktemp("postgres")
    if as_root:
        for part in (folder, *folder.parents[:2]):
            part.chmod(0o755)
        shutil.chown(folder, USER)
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"

    def run(*command: str) -> None:
        done = subprocess.run([*other, *command], stdout=subprocess.DEVNULL, cwd=folder)
        if done.returncode:
            pytest.skip(f"{command[0]} ends with {done.returncode}")

    run(initdb, "-D", str(data), "-A", "trust", "-N", "-U", USER)
    run(control, "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
    yield f"postgresql+psycopg://{USER}@127.0.0.1:{port}/postgres"
    run(control, "-D", str(data), "-m", "immediate", "stop")


async def call(tools: SqlTools, name: str, key: str = "one", /, **arguments: Any) -> Any:
    text = await tools.answer(key, name, arguments)
    return text if text.startswith("error: ") else json.loads(text)


async def test_a_toolset_with_tables_lays_out_temporary_ones(server: str) -> None:
    with SqlTools(made(url=server), today=TODAY, limits=SqlLimits(seconds=0.3)) as tools:
        assert await call(tools, "create_branch", town="Bonn") == {
            "affected": 1,
            "rows": [{"id": 3}],
        }
        assert await call(tools, "update_price", code="A1", by=0.2) == {"affected": 1}
        assert (await call(tools, "list_stock"))[0] == {
            "code": "A1",
            "branch": 1,
            "state": "new",
            "price": 12.7,
            "since": "2026-01-02",
            "on_sale": True,
        }
        assert "foreign key" in await call(tools, "delete_branch", id=1)
        assert await call(tools, "count_forever") == ("error: count_forever took longer than 0.3 s")
        assert len(await call(tools, "list_branches")) == 3
        assert len(await call(tools, "list_branches", "two")) == 2
    engine = sa.create_engine(server)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


async def test_tables_of_ones_own_are_as_before_at_the_end(server: str) -> None:
    engine = sa.create_engine(server)
    with engine.begin() as db:
        db.execute(sa.text("CREATE TABLE own (id SERIAL PRIMARY KEY, n INT CHECK (n > 0))"))
        db.execute(sa.text("INSERT INTO own (n) VALUES (1), (2)"))
    spec = (
        tool("list_own", "SELECT id, n::text AS n FROM own ORDER BY id"),
        tool("create_own", "INSERT INTO own (n) VALUES (:n) RETURNING n", takes(n=WHOLE)),
        tool("delete_own", "DELETE FROM own WHERE id = :id", takes(id=WHOLE)),
    )
    with SqlTools(made(*spec, url=server, tables=()), today=TODAY) as tools:
        assert await call(tools, "delete_own", id=1) == {"affected": 1}
        assert "check constraint" in await call(tools, "create_own", n=-1)
        assert (await call(tools, "create_own", n=7))["rows"] == [{"n": 7}]
        assert [row["n"] for row in await call(tools, "list_own")] == ["2", "7"]
        assert [row["n"] for row in await call(tools, "list_own", "two")] == ["1", "2"]
        tools.close("one")
        assert [row["n"] for row in await call(tools, "list_own")] == ["1", "2"]
    with engine.begin() as db:
        assert db.execute(sa.text("SELECT n FROM own ORDER BY id")).scalars().all() == [1, 2]
        db.execute(sa.text("DROP TABLE own"))
    engine.dispose()


def test_the_tools_of_other_tests_fit_this_server_too(server: str) -> None:
    with SqlTools(made(url=server), today=TODAY) as tools:
        assert [one.name for one in tools.tools_for("one")] == [spec.name for spec in TOOLS]
