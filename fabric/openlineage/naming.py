"""One identity for one dataset, however a client spells its namespace.

The outcome is what Fabric's connectors say: see https://openlineage.io/docs/spec/naming.
"""

from __future__ import annotations

import re

from fabric.derivation import split_name
from fabric.model import Ref, dataset
from fabric.openlineage.facets import Named

__all__ = ["dataset_ref", "platform", "title"]

_PORTS = {
    "postgres": 5432, "mysql": 3306, "mssql": 1433, "oracle": 1521, "redshift": 5439, "cockroachdb": 26257,
    "clickhouse": 8123, "trino": 8080, "presto": 8080, "hive": 10000, "db2": 50000, "vertica": 5433, "teradata": 1025,
}  # fmt: skip
_SCHEMES = {
    "postgresql": "postgres", "mariadb": "mysql", "sqlserver": "mssql", "s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "abfss",
    "wasb": "wasbs",
}  # fmt: skip
_STORES = frozenset({"s3", "gs", "abfss", "wasbs", "hdfs", "dbfs"})
_PLATFORMS = {
    "postgres": "postgresql", "file": "local-files", "gs": "gcs", "abfss": "adls", "wasbs": "azure-blob", "awsathena": "athena",
    "arn": "hive", "aws": "hive",
}  # fmt: skip
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(.*)", re.DOTALL)
_NOTATION = re.compile(r"[a-z0-9._-]+")
_PATHS = frozenset({"file", *_STORES})


def dataset_ref(named: Named) -> Ref:
    """The identity of a dataset that an event names; a login in its namespace is left out."""
    namespace, name = named.namespace, named.name
    if namespace in {"file:", "file:/", "file://", "file:///"}:
        namespace = "file"
    match = _URL.fullmatch(namespace)
    if match is None:
        return dataset(namespace, name)
    scheme, authority, rest = match.groups()
    scheme = _SCHEMES.get(scheme.lower(), scheme.lower())
    if scheme in _STORES:
        return dataset(f"{scheme}://{authority}{rest.rstrip('/')}", name.lstrip("/") or name)
    if scheme in _PORTS:
        host = authority.rpartition("@")[2].lower()
        plain = host.rpartition("]")[2] if host.startswith("[") else host
        port = "" if ":" in plain or not host else f":{_PORTS[scheme]}"
        return dataset(f"{scheme}://{host}{port}{rest.rstrip('/')}", name)
    return dataset(f"{scheme}://{authority}{rest}", name)


def platform(namespace: str) -> str | None:
    """The notation of the platform that a namespace belongs to; None where it does not tell."""
    scheme = namespace.partition(":")[0].lower()
    if ":" not in namespace and scheme not in {"file", "bigquery"}:
        return None
    found = _PLATFORMS.get(scheme, scheme)
    return found if _NOTATION.fullmatch(found) else None


def title(ref: Ref) -> str:
    """What people call a dataset: the last part of its name."""
    if platform(ref.namespace) is None or ref.namespace.partition(":")[0] in _PATHS or "/" in ref.name:
        return ref.name.rstrip("/").rpartition("/")[2] or ref.name
    parts = split_name(ref.name)
    return (parts[-1] if parts else "") or ref.name
