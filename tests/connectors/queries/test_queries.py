"""SQL files, logs and PostgreSQL's own statistics give jobs, queries and lineage."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr, ValidationError

from connectors.queries import QueriesConfig, QueriesConnector
from fabric.errors import InputError, Unreachable, Unreadable
from fabric.lineage.literals import without_literals
from fabric.model import ColumnLineage, Job, Lineage, Problem, Query, Record, dataset
from tests.connectors.contract import check_contract
from tests.services import postgres_database, postgres_url

NAMESPACE = "postgres://warehouse:5432"
LOAD = """-- nightly
create temp table fresh as select id, upper(name) as name from public.customers where active;
insert into mart.clients (id, name) select id, name from fresh;
"""


def connector(**options: object) -> QueriesConnector:
    return QueriesConnector(QueriesConfig.model_validate({"namespace": NAMESPACE, "database": "shop", **options}))


def found(records: list[Record], kind: type[Record]) -> list[Record]:
    return [record for record in records if isinstance(record, kind)]


def test_files_become_jobs_with_lineage_down_to_the_column(tmp_path: Path) -> None:
    (tmp_path / "loads").mkdir()
    (tmp_path / "loads" / "clients.sql").write_text(LOAD, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no sql", encoding="utf-8")
    records = check_contract(connector(path=str(tmp_path)))
    (job,) = found(records, Job)
    assert isinstance(job, Job)
    clients, customers = dataset(NAMESPACE, "shop.mart.clients"), dataset(NAMESPACE, "shop.public.customers")
    assert job.name == "sql/loads/clients.sql"
    assert set(job.reads) == {customers}
    assert set(job.writes) == {clients}
    (lineage,) = found(records, Lineage)
    assert isinstance(lineage, Lineage)
    assert (lineage.downstream, lineage.upstream, lineage.job) == (clients, customers, job.ref)
    assert lineage.influences == {"active"}
    assert lineage.columns == {
        ColumnLineage(downstream="id", upstream="id"),
        ColumnLineage(downstream="name", upstream="name", expression="UPPER(name)", transformation="computation"),
    }


def test_a_file_that_cannot_be_read_is_a_problem_beside_the_others(tmp_path: Path) -> None:
    (tmp_path / "good.sql").write_text("insert into b select a from a", encoding="utf-8")
    (tmp_path / "wrong.sql").write_text("select from where ((", encoding="utf-8")
    (tmp_path / "bytes.sql").write_bytes(b"\xff\xfe\x00select")
    records = check_contract(connector(path=str(tmp_path)), complete=False)
    problems = [one for one in connector(path=str(tmp_path)).harvest() if isinstance(one, Problem)]
    assert {one.subject.partition(",")[0] for one in problems} == {"bytes.sql", "wrong.sql"}
    assert len(found(records, Lineage)) == 1


def test_a_log_gives_queries_without_their_constants(tmp_path: Path) -> None:
    log = tmp_path / "queries.jsonl"
    rows = [
        {"sql": "select name from people where mail = 'ann@example.org'"},
        {"sql": "select name from people where mail = 'bob@example.org'"},
        {"sql": "insert into copy select name || 'secret' as n from people"},
    ]
    log.write_text("\n".join(map(json.dumps, rows)) + "\nnot json\n", encoding="utf-8")
    records = check_contract(connector(path=str(log), field="sql"), complete=False)
    queries = [one for one in records if isinstance(one, Query)]
    assert [one.text for one in queries] == [
        "select name from people where mail = ?",
        "insert into copy select name || ? as n from people",
    ]
    assert not any(word in repr(records) for word in ("ann@", "bob@", "secret"))
    (lineage,) = found(records, Lineage)
    assert isinstance(lineage, Lineage)
    assert {(c.downstream, c.upstream, c.expression) for c in lineage.columns} == {("n", "name", None)}


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, "either 'path' or 'url'"), ({"path": "x", "url": "postgresql://x"}, "either 'path' or 'url'")],
)
def test_one_place_must_be_given(options: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        connector(**options)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    for path in ("none", "none.jsonl"):
        with pytest.raises(Unreadable, match="option 'path'"):
            connector(path=str(tmp_path / path)).check()
    with pytest.raises(InputError, match="no SQL dialect"):
        connector(path=str(tmp_path), dialect="klingon").check()
    with pytest.raises(Unreachable):
        connector(url=f"postgresql://x@127.0.0.1:{_free_port()}/x").check()


def test_constants_are_left_out_of_texts() -> None:
    assert without_literals("select  1, 'a''b' -- c\nfrom t", "postgres") == "select ?, ? from t"
    assert without_literals("select 'open", "postgres") == "?"


@pytest.mark.service
def test_a_database_without_statistics_says_what_to_do() -> None:
    with postgres_database() as url, pytest.raises(Unreadable, match="pg_stat_statements"):
        connector(url=_libpq(url)).check()


@pytest.mark.service
def test_statistics_of_statements_give_queries_and_lineage(server: str) -> None:
    with psycopg.connect(server, autocommit=True) as session:
        session.execute("CREATE EXTENSION pg_stat_statements")
        session.execute("CREATE TABLE people (id int, name text)")
        session.execute("CREATE TABLE copy (id int, name text)")
        session.execute("INSERT INTO copy SELECT id, upper(name) AS name FROM people WHERE id > 42")
        session.execute("SELECT name FROM people WHERE name = 'Ann'")
    reader = connector(url=server, default_schema="public", database="postgres")
    records = [one for one in reader.harvest() if not isinstance(one, Problem)]
    (lineage,) = [one for one in records if isinstance(one, Lineage)]
    assert lineage.upstream == dataset(NAMESPACE, "postgres.public.people")
    assert {(c.downstream, c.upstream) for c in lineage.columns} == {("id", "id"), ("name", "name")}
    texts = {one.text for one in records if isinstance(one, Query)}
    assert any("upper(name)" in text for text in texts)
    assert "Ann" not in repr(records)
    assert "SQL texts in pg_stat_statements" in reader.check()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL server of its own that collects statistics of statements."""
    postgres_url()  # skips, or fails in CI, where there is no PostgreSQL
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    binary = Path(shutil.which("postgres") or (binaries[-1] if binaries else "postgres"))
    if not binary.exists():
        pytest.skip("the programs of a PostgreSQL server are not installed on this machine")
    data, port, user = tmp_path / "data", _free_port(), ("postgres" if os.getuid() == 0 else None)
    if user:
        for folder in (tmp_path, *tmp_path.parents):
            if str(folder).startswith("/tmp/pytest") or folder == tmp_path:
                folder.chmod(0o755)
        data.mkdir()
        shutil.chown(data, user)
    made = [str(binary.with_name("initdb")), "-D", str(data), "-U", "postgres", "-A", "trust", "-N"]
    subprocess.run(made, check=True, user=user, capture_output=True, cwd="/")
    command = [str(binary), "-D", str(data), "-p", str(port), "-k", "", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
               "-c", "shared_preload_libraries=pg_stat_statements"]  # fmt: skip
    with subprocess.Popen(command, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as process:
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        try:
            _answers(url)
            yield url
        finally:
            process.terminate()


def _answers(url: str) -> None:
    from tests.fabric.graphs import wait_for

    def ready() -> bool:
        try:
            psycopg.connect(url, connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    wait_for(ready, "the PostgreSQL server")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _libpq(url: str) -> str:
    return SecretStr(url).get_secret_value().replace("postgresql+psycopg://", "postgresql://")
