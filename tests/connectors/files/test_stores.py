from __future__ import annotations

import json
import socket
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

from connectors.files import FilesConnector
from fabric.errors import AccessDenied, MissingExtra, SettingsError, Unreachable, Unreadable
from tests.connectors.contract import check_contract
from tests.connectors.files.harvesting import Harvest, connector, harvest, types

KEY, SECRET = "AKIAEXAMPLE", "wJalr-secret"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> str:
    name = f"lake-{uuid.uuid4().hex[:8]}"
    _put(endpoint, name)
    return name


@pytest.fixture
def memory() -> Iterator[str]:
    folder = f"/{uuid.uuid4().hex}"
    filesystem = fsspec.filesystem("memory")
    filesystem.makedirs(folder)
    yield f"memory:/{folder}"
    filesystem.rm(folder, recursive=True)


def test_a_bucket_is_read(endpoint: str, bucket: str) -> None:
    for year in (2013, 2014):
        _put_parquet(endpoint, f"{bucket}/raw/flights/year={year}/part-0.parquet", pa.table({"delay": [1.5, 2.5]}))
    _put(endpoint, f"{bucket}/raw/airports.csv", b"iata,lat\nJFK,40.6\n")
    _put(endpoint, f"{bucket}/raw/", b"")
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, pa.schema([("x", pa.int64())])) as file:
        file.write_table(pa.table({"x": [1, 2, 3]}))
    _put(endpoint, f"{bucket}/raw/numbers.arrow", sink.getvalue().to_pybytes())
    found = _harvest(f"s3://{bucket}", endpoint)
    assert found.problems == []
    assert {dataset.namespace for dataset in found.datasets.values()} == {f"s3://{bucket}"}
    assert set(found.datasets) == {"raw/flights", "raw/airports.csv", "raw/numbers.arrow"}
    flights, numbers = found.datasets["raw/flights"], found.datasets["raw/numbers.arrow"]
    assert (flights.partition_columns, flights.row_count, flights.platform) == (("year",), 4, "s3")
    assert types(flights.fields) == {"delay": "double", "year": "integer"}
    assert flights.modified is not None
    [distribution] = flights.distributions
    assert distribution.url == f"s3://{bucket}/raw/flights"
    assert numbers.row_count == 3
    assert set(found.catalogs) == {"/", "raw"}
    [source] = found.sources
    assert (source.namespace, source.platform, source.endpoint) == (f"s3://{bucket}", "s3", endpoint)


def test_a_folder_of_a_bucket_is_read_with_the_same_names(endpoint: str, bucket: str) -> None:
    _put(endpoint, f"{bucket}/a/b/c.csv", b"id\n1\n")
    for path in (f"s3://{bucket}/a", f"s3://{bucket}/a/", f"s3a://{bucket}/a"):
        found = _harvest(path, endpoint)
        assert set(found.datasets) == {"a/b/c.csv"}
        assert set(found.catalogs) == {"a", "a/b"}
        assert found.only.namespace == f"s3://{bucket}"


def test_a_delta_table_in_a_bucket_is_read(endpoint: str, bucket: str) -> None:
    options = {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true",
    }  # fmt: skip
    write_deltalake(f"s3://{bucket}/orders", pa.table({"id": [1, 2]}), storage_options=options)
    dataset = _harvest(f"s3://{bucket}", endpoint).only
    assert (dataset.name, dataset.platform, dataset.row_count) == ("orders", "delta-lake", 2)


def test_a_bucket_keeps_the_contract(endpoint: str, bucket: str) -> None:
    _put(endpoint, f"{bucket}/a/t.csv", b"id,name\n1,a\n")
    _put_parquet(endpoint, f"{bucket}/a/t.parquet", pa.table({"x": [1]}))
    connected = _connector(f"s3://{bucket}", endpoint)
    check_contract(connected)
    assert SECRET not in repr([connected.config, *connected.harvest()])


def test_check_names_the_bucket(endpoint: str, bucket: str) -> None:
    _put(endpoint, f"{bucket}/a.csv", b"id\n1\n")
    assert _connector(f"s3://{bucket}", endpoint).check() == f"s3 folder s3://{bucket}: 1 file seen"


@pytest.mark.parametrize("operation", ["check", "harvest"])
def test_a_missing_bucket_is_named(endpoint: str, operation: str) -> None:
    with pytest.raises(Unreadable, match="s3://nosuchbucket does not exist"):
        list(getattr(_connector("s3://nosuchbucket", endpoint), operation)())


@pytest.mark.parametrize("operation", ["check", "harvest"])
def test_wrong_credentials_are_access_denied_and_not_shown(endpoint: str, bucket: str, operation: str) -> None:
    httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
    try:
        with pytest.raises(AccessDenied) as raised:
            list(getattr(_connector(f"s3://{bucket}", endpoint), operation)())
    finally:
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"inf").raise_for_status()
    assert SECRET not in str(raised.value)
    assert KEY not in str(raised.value)


def test_no_credentials_at_all_are_access_denied(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    with pytest.raises(AccessDenied):
        connector(f"s3://{bucket}", storage_options={"client_kwargs": {"region_name": "us-east-1"}}).check()


@pytest.mark.parametrize("operation", ["check", "harvest"])
def test_an_endpoint_that_is_down_is_unreachable(operation: str) -> None:
    with pytest.raises(Unreachable) as raised:
        list(getattr(_connector("s3://bucket", f"http://127.0.0.1:{_closed_port()}"), operation)())
    assert raised.value.retryable
    assert SECRET not in str(raised.value)


def test_a_store_that_goes_down_fails_the_harvest(bucket: str, endpoint: str) -> None:
    """A harvest cut short must not pass for a complete one."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    own = f"http://{host}:{port}"
    _put(own, "lake")
    for name in ("a", "b"):
        _put(own, f"lake/{name}/x.csv", b"id\n1\n")
    records = _connector("s3://lake", own).harvest()
    next(record for record in records if record.ref.kind == "dataset")  # type: ignore[union-attr]
    server.stop()
    with pytest.raises(Unreachable):
        list(records)


def test_a_bucket_must_be_named() -> None:
    with pytest.raises(SettingsError, match="names no bucket"):
        connector("s3://").check()


def test_a_missing_s3_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = sys.modules["fsspec.registry"]  # the attribute of the package is the mapping
    monkeypatch.delitem(registry._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingExtra) as raised:
        connector("s3://bucket").check()
    assert raised.value.remedy == "pip install 'kgfabric[s3]'"


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("s3://bucket", {"client_kwargs": {"nosuch": 1}}),
        ("s3://bucket", {"nosuch": 1}),
        ("s3://bucket", {"config_kwargs": "text"}),
        ("s3://bucket", {"config_kwargs": {"nosuch": 1}}),
        ("s3://bucket", {"endpoint_url": "no url"}),
    ],
)
def test_options_the_filesystem_refuses_are_named(path: str, options: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match=r"refuses its options .*key, .*secret") as raised:
        connector(path, storage_options=options, secret_options={"key": KEY, "secret": SECRET}).check()
    assert SECRET not in str(raised.value)


def test_a_store_in_memory_is_read(memory: str) -> None:
    filesystem = fsspec.filesystem("memory")
    folder = memory.removeprefix("memory:/")
    filesystem.pipe(f"{folder}/raw/t.csv", b"id,name\n1,a\n")
    with filesystem.open(f"{folder}/p.parquet", "wb") as file:
        pq.write_table(pa.table({"x": [1]}), file)
    found = harvest(memory)
    assert set(found.datasets) == {f"{folder}/raw/t.csv", f"{folder}/p.parquet"}
    assert {dataset.namespace for dataset in found.datasets.values()} == {"memory://"}
    assert found.problems == []


def test_an_object_as_the_root_is_refused(memory: str) -> None:
    fsspec.filesystem("memory").pipe(f"{memory.removeprefix('memory:/')}/t.csv", b"id\n1\n")
    with pytest.raises(Unreadable, match=r"t\.csv is no folder"):
        connector(f"{memory}/t.csv").check()


def test_a_delta_table_in_memory_is_a_problem(memory: str) -> None:
    fsspec.filesystem("memory").pipe(f"{memory.removeprefix('memory:/')}/t/_delta_log/0.json", b"{}")
    [problem] = harvest(memory).problems
    assert "Delta reader cannot open" in problem.reason


def test_a_web_folder_is_read_as_far_as_its_server_allows(tmp_path: Path) -> None:
    """Python's own server answers no range requests, so that only what is read from the start can be."""
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw/t.csv").write_text("id,name\n1,a\n")
    pq.write_table(pa.table({"x": range(100_000)}), tmp_path / "t.parquet")
    with _web_server(tmp_path) as url:
        found = harvest(url)
    assert set(found.datasets) == {"/raw/t.csv"}
    assert found.datasets["/raw/t.csv"].namespace == url
    [problem] = found.problems
    assert problem.subject == f"{url}/t.parquet"
    assert "range requests" in problem.reason


def test_a_web_server_that_refuses_is_access_denied() -> None:
    with _web_server(None) as url, pytest.raises(AccessDenied):
        connector(url).check()


@contextmanager
def _web_server(folder: Path | None) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            if folder is None:
                self.send_error(403)
            else:
                super().do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder or "/nonexistent")))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _options(endpoint: str) -> dict[str, object]:
    return {
        "storage_options": {"endpoint_url": endpoint, "client_kwargs": {"region_name": "us-east-1"}},
        "secret_options": json.dumps({"key": KEY, "secret": SECRET}),
    }


def _connector(path: str, endpoint: str) -> FilesConnector:
    return connector(path, **_options(endpoint))


def _harvest(path: str, endpoint: str) -> Harvest:
    return harvest(path, **_options(endpoint))


def _put(endpoint: str, key: str, data: bytes = b"") -> None:
    """Make a bucket or an object; moto takes unsigned requests."""
    httpx.put(f"{endpoint}/{key}", content=data).raise_for_status()


def _put_parquet(endpoint: str, key: str, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    _put(endpoint, key, sink.getvalue().to_pybytes())


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
