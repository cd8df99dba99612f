"""What every connector promises, as checks that its tests run against the real thing.

    check_contract(MyConnector(MyConnector.Config(path=...)))

takes a connector whose source holds something and does not change meanwhile. `connections` counts what the source sees
as open, so that a harvest broken off half-way is seen to let go; `complete=False` says that problems are expected.
"""

from __future__ import annotations

import dataclasses
import gc
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from fabric.connector import Config, Connector
from fabric.datatypes import DATATYPES
from fabric.model import Dataset, Field, Key, Lineage, Problem, Record, Ref, Reference, Run

__all__ = ["check_contract", "check_records", "check_secrets_hidden"]


def check_contract(
    connector: Connector[Any], *, complete: bool = True, connections: Callable[[], int] | None = None
) -> list[Record]:
    """Assert the whole contract; return the records of one harvest for further looks."""
    _check_class(type(connector))
    line = connector.check()
    assert line.strip(), "check() says what was found"
    assert "\n" not in line, "check() answers one line"
    yielded = list(connector.harvest())
    records, problems = _parted(yielded)
    assert records, "the source holds something"
    assert not (complete and problems), f"no problem is expected: {problems}"
    check_records(records)
    _check_problems(problems)
    _check_again(connector, yielded)
    check_secrets_hidden(connector.config, [line, *yielded])
    _check_abandoned(connector, connections)
    _check_other_thread(connector, len(yielded))
    return records


def check_records(records: Iterable[Record]) -> None:
    """Assert that records are well-formed and that no two are of one identity."""
    found = list(records)
    twice = [ref for ref, count in Counter(record.ref for record in found).items() if count > 1]
    assert not twice, f"yielded more than once: {twice[:5]}"
    for record in found:
        for ref in _refs(record):
            assert ref.kind, record
            assert ref.namespace, record
            assert ref.name, record
        if isinstance(record, Dataset):
            _check_dataset(record)
        elif isinstance(record, Lineage):
            assert record.downstream != record.upstream, record
        elif isinstance(record, Run):
            assert record.started is None or record.ended is None or record.started <= record.ended, record
        _check_times(record)


def check_secrets_hidden(config: Config, shown: Iterable[object]) -> None:
    """Assert that no value of a secret option occurs in what is shown, whole or as the password within a URL."""
    secrets = [value for value in _secrets(config) if len(value) > 3]
    for thing in shown:
        text = repr(thing)
        for secret in secrets:
            assert secret not in text, "a secret's value is shown"


def _check_class(connector: type[Connector[Any]]) -> None:
    assert connector.name == connector.name.lower()
    assert connector.title
    assert issubclass(connector.Config, Config)
    for name, field in connector.Config.model_fields.items():
        assert field.description, f"option {name} has no description"
        revealing = any(word in name for word in ("password", "token", "secret"))
        assert not revealing or SecretStr.__name__ in str(field.annotation), f"option {name} is no SecretStr"


def _check_dataset(dataset: Dataset) -> None:
    _check_fields(dataset.fields, dataset)
    groups: tuple[Iterable[Any], ...] = (dataset.keys, dataset.references, dataset.indexes, dataset.distributions)
    for group in groups:
        named = [member.name for member in group]
        assert len(named) == len(set(named)), f"names repeat within {dataset.name}: {named}"
    grantees = [grant.grantee for grant in dataset.grants]
    assert len(grantees) == len(set(grantees)), f"several grants of one grantee on {dataset.name}"
    columns = {field.name for field in dataset.fields}
    keys: list[Key | Reference] = [*dataset.keys, *dataset.references]
    for key in keys:
        assert key.columns, f"{key.name} of {dataset.name} has no columns"
        assert columns.issuperset(key.columns), f"{key.name} of {dataset.name} names columns that are not there"
    for reference in dataset.references:
        assert len(reference.columns) == len(reference.target_columns), reference
    for number in (dataset.row_count, dataset.byte_size, dataset.partition_count):
        assert number is None or number >= 0, dataset
    assert (dataset.row_count is None) == (dataset.row_count_exact is None), f"row_count_exact of {dataset.name}"


def _check_fields(fields: tuple[Field, ...], dataset: Dataset) -> None:
    names = [field.name for field in fields]
    assert len(names) == len(set(names)), f"field names of {dataset.name} repeat"
    ordinals = [field.ordinal for field in fields]
    assert len(ordinals) == len(set(ordinals)), f"ordinals of {dataset.name} repeat"
    for field in fields:
        assert field.name, f"a field of {dataset.name} has no name"
        assert field.ordinal >= 1, field
        assert field.datatype in DATATYPES, field
        _check_fields(field.fields, dataset)


def _check_problems(problems: list[Problem]) -> None:
    for problem in problems:
        assert problem.subject, problem
        assert problem.reason, problem


def _check_again(connector: Connector[Any], first: list[Record | Problem]) -> None:
    second = list(connector.harvest())
    assert set(first) == set(second), "a second harvest of an unchanged source differs"
    assert len(first) == len(second)


def _check_abandoned(connector: Connector[Any], connections: Callable[[], int] | None) -> None:
    before = connections() if connections else 0
    harvest = connector.harvest()
    next(harvest)
    _close(harvest)
    harvest = connector.harvest()
    for _ in range(4):
        next(harvest, None)
    _close(harvest)
    gc.collect()
    if connections:
        assert connections() <= before, "a harvest broken off half-way leaves its connection open"


def _check_other_thread(connector: Connector[Any], expected: int) -> None:
    """The server starts a harvest in one thread and may go on in another."""
    harvest = connector.harvest()
    count = 1 if next(harvest, None) is not None else 0
    rest: list[int] = []
    thread = threading.Thread(target=lambda: rest.append(sum(1 for _ in harvest)))
    thread.start()
    thread.join(60)
    assert [count + number for number in rest] == [expected]


def _close(harvest: Iterator[object]) -> None:
    assert hasattr(harvest, "close"), "harvest() is a generator"
    harvest.close()


def _parted(yielded: Iterable[Record | Problem]) -> tuple[list[Record], list[Problem]]:
    records: list[Record] = []
    problems: list[Problem] = []
    for item in yielded:
        if isinstance(item, Problem):
            problems.append(item)
        else:
            records.append(item)
    return records, problems


def _refs(value: Any) -> Iterator[Ref]:
    """All identities that a record holds, its own first."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, tuple | frozenset):
        for member in value:
            yield from _refs(member)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        own = getattr(value, "ref", None)
        if isinstance(own, Ref):
            yield own
        for field in dataclasses.fields(value):
            yield from _refs(getattr(value, field.name))


def _check_times(record: Record) -> None:
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        assert not isinstance(value, datetime) or value.tzinfo is not None, f"{field.name} of {record.ref} has no zone"


def _secrets(config: Config) -> Iterator[str]:
    for name in type(config).model_fields:
        value = getattr(config, name)
        if isinstance(value, SecretStr):
            secret = value.get_secret_value()
            if "://" in secret:
                password = urlsplit(secret).password
                if password:
                    yield password
                    yield unquote(password)
            else:
                yield secret
