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
from toolset_maker import TEXT, made, takes, tool

from trialogue.errors import UsageError
from trialogue.tools.sql_limits import Late, Session, SqlFailure, SqlLimits, Template
from trialogue.tools.sql_statement import Statement
from trialogue.tools.sql_tools import SqlTools, _template
from trialogue.tools.toolset_checks import check_toolset

MANY = 1_000
LIMITS = SqlLimits(seconds=0.04, steps=4_000_000, megabytes=64)
ENGINES = (None, "duckdb://")

OUTSIDE = (
    "ATTACH DATABASE '{file}' AS x",
    "ATTACH '{file}' AS x; CREATE TABLE x.t (a INT)",
    "SELECT 1; ATTACH '{file}' AS x",
    "VACUUM INTO '{file}'",
    "VACUUM main INTO '{file}'",
    "COPY stock TO '{file}'",
    "COPY (SELECT * FROM stock) TO '{file}' (FORMAT csv)",
    "COPY stock FROM '{secret}'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '{folder}'",
    "SELECT * FROM '{secret}'",
    'SELECT * FROM "{secret}"',
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_csv_auto('{url}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM read_json('{url}')",
    "SELECT * FROM read_parquet('{url}')",
    "SELECT * FROM parquet_scan('{url}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sqlite_scan('{file}', 't')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM query('COPY stock TO ''{file}''')",
    "SELECT * FROM query_table('{secret}')",
    "SELECT content FROM read_text('{url}')",
    "SELECT readfile('{secret}')",
    "SELECT writefile('{file}', 'x')",
    "SELECT load_extension('{file}')",
    "SELECT load_file('{secret}')",
    "SELECT edit('x', 'touch {file}')",
    "SELECT getenv('HOME')",
    "SELECT shell('touch {file}')",
    "SELECT fts3_tokenizer('x', x'00')",
    "SELECT pg_read_file('{secret}')",
    "SELECT lo_export(1, '{file}')",
    "SELECT * FROM dblink('host=127.0.0.1 port={port}', 'SELECT 1')",
    "SELECT * FROM postgres_scan('host=127.0.0.1 port={port}', 'a', 'b')",
    "INSTALL httpfs",
    "INSTALL httpfs FROM '{url}'",
    "LOAD httpfs",
    "LOAD '{file}'",
    "SET extension_directory = '{folder}'",
    "SET home_directory = '{folder}'",
    "SET temp_directory = '{folder}'",
    "SET enable_external_access = true",
    "SET custom_extension_repository = '{url}'",
    "SET GLOBAL lock_configuration = false",
    "RESET enable_external_access",
    "CREATE SECRET (TYPE S3, ENDPOINT '127.0.0.1:{port}')",
    "SELECT * FROM 's3://127.0.0.1:{port}/x.parquet'",
    "SELECT * FROM '{url}/x.csv'",
    "PRAGMA temp_store_directory = '{folder}'",
    "PRAGMA database_list",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA data_store_directory = '{folder}'",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM pragma_table_info('stock')",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM dbstat",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM information_schema.tables",
    "UPDATE sqlite_master SET sql = 'x'",
    "CREATE TABLE t (a INT)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT * FROM '{secret}'",
    "CREATE TRIGGER t AFTER DELETE ON stock BEGIN SELECT load_extension('{file}'); END",
    "CREATE VIRTUAL TABLE t USING csv(filename='{secret}')",
    "CREATE MACRO f(a) AS load_extension(a)",
    "CREATE FUNCTION f() RETURNS INT LANGUAGE c AS '{file}'",
    "DROP TABLE stock",
    "ALTER TABLE stock ADD COLUMN x INT",
    "TRUNCATE stock",
    "REINDEX",
    "ANALYZE",
    "DETACH main",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "CHECKPOINT",
    "CALL pragma_version()",
    "EXPLAIN ANALYZE SELECT * FROM '{secret}'",
    "EXECUTE x",
    "PREPARE x AS SELECT 1",
    "USE x",
    "SELECT 1 INTO OUTFILE '{file}'",
    "DO $$ BEGIN PERFORM pg_sleep(9); END $$",
)
BOMBS = (
    "WITH RECURSIVE r(n) AS (SELECT {n} UNION ALL SELECT n + 1 FROM r) SELECT COUNT(*) FROM r",
    "WITH RECURSIVE r(n) AS (SELECT {n} UNION SELECT n * 2 % 999999937 FROM r) SELECT n FROM r",
    "WITH RECURSIVE r(s) AS (SELECT 'xx{n}' UNION ALL SELECT s || s FROM r) SELECT MAX(s) FROM r",
    "SELECT COUNT(*) FROM {crosses} WHERE a0.code || '{n}' <> 'x'",
    "SELECT a0.code FROM {crosses} ORDER BY a0.price + a1.price DESC, a2.code",
    "SELECT GROUP_CONCAT(a0.code || '{n}') FROM {crosses}",
    "INSERT INTO stock (code) WITH RECURSIVE r(n) AS (SELECT {n} UNION ALL SELECT n + 1 FROM r)"
    " SELECT CAST(n AS TEXT) FROM r",
    "INSERT INTO branches (town) SELECT a0.code FROM {crosses}",
    "UPDATE stock SET price = (SELECT COUNT(*) FROM {crosses}) + {n}",
    "DELETE FROM stock WHERE price < (SELECT SUM(a1.price) FROM {crosses})",
    "SELECT LENGTH(ZEROBLOB({n}000000000))",
    "SELECT LENGTH(RANDOMBLOB({n}000000000))",
    "SELECT LENGTH(REPEAT('x', {n}000000000))",
    "SELECT LENGTH(LPAD('x', {n}000000000, 'ab'))",
    "SELECT PRINTF('%{n}00000000d', 1)",
    "SELECT FORMAT('{{:{n}00000000}}', 1)",
    "SELECT REPLACE(REPLACE(REPLACE('{long}', 'x', '{long}'), 'x', '{long}'), 'x', '{long}')",
    "SELECT INSTR('{long}', '{long}y')",
    "SELECT '{long}' LIKE '%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%x%y'",
    "SELECT '{long}' GLOB '*x*x*x*x*x*x*x*x*x*x*x*y'",
    "SELECT REGEXP_MATCHES('{long}', '(x+)+$')",
    "SELECT LEVENSHTEIN(REPEAT('a', 99999), REPEAT('b', 99999))",
    "SELECT {deep}1{shut}",
    "SELECT {plus}1",
    "SELECT 1 {unions}",
    "SELECT {joined} FROM stock",
    "SELECT * FROM {tables}",
    "SELECT * FROM RANGE({n}000000000000)",
    "SELECT SUM(n) FROM GENERATE_SERIES(1, {n}000000000000) AS t(n)",
    "SELECT LIST_RESIZE([1], {n}000000000)",
    "SELECT [a.code FOR a IN stock]",
    "SELECT PG_SLEEP({n}00)",
    "SELECT SLEEP({n}00)",
    "SELECT {n}99999999 ** 99999999",
    "SELECT COUNT(*) FROM stock WHERE code IN ({codes})",
)
DISGUISES = (
    "{sql}",
    "{sql};",
    " \n\t{sql}",
    "/* {n} */ {sql}",
    "-- {n}\n{sql}",
    "SELECT 1; {sql}",
    "SELECT 1 /* ; */; {sql} --",
    "SELECT 1 --\n; {sql}",
    "SELECT ':x'; {sql}",
    "SELECT '/*'; {sql} /* '*/",
    "SELECT 1 /*! ; {sql} */",
    "WITH a AS ({sql}) SELECT * FROM a",
    "SELECT * FROM ({sql}) AS a",
    "INSERT INTO branches (town) {sql}",
    "SELECT ({sql})",
    "EXPLAIN {sql}",
    "\ufeff{sql}",
    "{lower}",
    "SELECT 1 UNION ALL {sql}",
    "UPDATE stock SET code = ({sql})",
)


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


def hostile(random: Random, canary: Canary) -> Iterator[str]:
    """Statements without end: each family in many disguises, with other numbers and sizes."""
    while True:
        plain = random.choice(OUTSIDE) if random.random() < 0.75 else random.choice(BOMBS)
        n, size = random.randrange(1, 9), random.randrange(9, 15)
        many = random.choice([60, 400, 3_000])
        sql = plain.format(
            n=n,
            file=canary.folder / f"made{n}.db",
            secret=random.choice(["secret.csv", canary.folder / "secret.csv"]),
            folder=canary.folder,
            url=f"http://127.0.0.1:{canary.port}/x.csv",
            port=canary.port,
            crosses=", ".join(f"stock AS a{i}" for i in range(size)),
            tables=", ".join(f"stock AS a{i}" for i in range(many)),
            long="x" * random.choice([500, 3_000, 60_000]),
            deep="(" * many,
            shut=")" * many,
            plus="1+" * many,
            unions="UNION ALL SELECT 1 " * many,
            joined=" || ".join(["code"] * many),
            codes=", ".join(f"'{i}'" for i in range(many)),
        )
        disguise = random.choice(DISGUISES)
        yield disguise.format(sql=sql, lower=sql.lower() if random.random() < 0.5 else sql, n=n)


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
    for statement in islice(hostile(Random(3), canary), MANY):
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
    for statement in islice(hostile(Random(4), canary), MANY):
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
        for statement in islice(hostile(Random(5), canary), 200):
            for text in (statement, f"'; {statement}; --"):
                found = await tools.answer("one", "get_stock", {"code": text})
                assert found == "[]" or found.startswith("error: string or blob too big")
                await tools.answer("one", "update_town", {"code": text})
        assert await tools.answer("one", "list_stock", {}) == untouched
    assert canary.seen() == before
    assert canary.calls == []
