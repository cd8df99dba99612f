"""Hypothesis strategies for every record class of `fabric.model`.

`records()` draws whatever can be written to the graph; `records(valid=True)` only what the shapes let in.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from fabric import model
from fabric.datatypes import DATATYPES
from fabric.model import Record, Ref

__all__ = ["CLASSES", "NASTY", "batches", "in_utc", "names", "record_of", "records", "refs", "texts"]

T = TypeVar("T")

NASTY = (
    '"', "\\", "'", "`", "/", "//", "..", ".", "a.b", "a\\.b", "\\e", "\\n", "%", "%2F", "%25", "%zz", "?a=1#b", "a:b", "<>",
    "{}|^", "\n", "\r\n", "\t", "\x00", "\x1f", "\x7f", "\x85", "\u2028", "\u00a0", "\ufeff", "\ufffd", "\ufffe", "\uffff",
    "\ue000", "\U000e0001", "\U0010ffff", "😀", "👩‍👩‍👧", "e\u0301", "\u00e9", "שלום", "مرحبا", "\u202eabc\u202c", "日本", "ß", "İ",
    "-", "_", "~", "*", "+", "field", "a/field/b", "x" * 5000, "é" * 3000, "@en", '"@en', '"^^<x>', " .", " . ", "[]", '["a"]',
    "_:b0", "http://example.org/a b", "s3://bucket/key[0]", "http://[::1]:80/", "http://[", "http://host:port/", "urn:x%zz",
    "https://www.iana.org/assignments/media-types/text/csv", "mailto:a@example.org",
)  # fmt: skip
"""Texts on which naming, escaping and IRIs commonly break."""
KINDS = (
    "agent", "catalog", "check", "check-result", "concept", "dashboard", "dataset", "job", "model", "model-version",
    "query", "run", "source",
)  # fmt: skip
DATASET_KINDS = ("table", "view", "materialized-view", "external-table", "file", "stream", "seed", "dataset")
STEPS = (
    "ingestion", "preparation", "feature-engineering", "training", "evaluation", "deployment", "monitoring", "retraining",
)  # fmt: skip
DIMENSIONS = ("accuracy", "completeness", "validity", "relevance", "timeliness", "consistency")
LINKS = (
    "https://example.org/terms", "http://example.org/ä?q=1#x", "s3://bucket/a%20b", "MIT", "urn:isbn:1", "text/csv", "a/b c",
)  # fmt: skip

names = st.one_of(st.text(min_size=1, max_size=8), st.sampled_from(NASTY))
"""A raw name: never empty, otherwise anything."""
texts = st.one_of(st.text(max_size=12), st.sampled_from(NASTY))
_zones = st.integers(-23 * 3600, 23 * 3600).map(lambda seconds: timezone(timedelta(seconds=seconds)))
_first, _last = (datetime.fromisoformat(day) for day in ("0001-01-03", "9999-12-29"))
moments = st.datetimes(_first, _last, timezones=st.one_of(st.just(UTC), _zones))
decimals = st.decimals(Decimal("-1e25"), Decimal("1e25"), allow_nan=False, allow_infinity=False)
platforms = st.from_regex(r"[a-z0-9._-]{1,10}", fullmatch=True)


def refs(*kinds: str) -> st.SearchStrategy[Ref]:
    """Identities of the kinds named, or of any."""
    return st.builds(Ref, st.sampled_from(kinds or KINDS), names, names)


def _maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


def _some(strategy: st.SearchStrategy[T], least: int = 0) -> st.SearchStrategy[frozenset[T]]:
    return st.frozensets(strategy, min_size=least, max_size=3)


def _words(*, valid: bool) -> st.SearchStrategy[str]:
    return names if valid else texts


def _counts(*, valid: bool) -> st.SearchStrategy[int]:
    return st.integers(0, 2**40) if valid else st.integers() | st.integers(-(2**70), 2**70)


def _shared(record: type[Any], *, valid: bool) -> dict[str, st.SearchStrategy[Any]]:
    """Attributes that mean the same in every class."""
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "namespace": names,
        "name": names,
        "title": _words(valid=valid),
        "description": _maybe(texts),
        "platform": platforms if record is model.Source else _maybe(platforms),
        "part_of": _maybe(refs("catalog", "source")),
        "owners": _some(refs("agent")),
        "tags": _some(_words(valid=valid)),
        "definition": _maybe(texts),
        "reads": _some(refs("dataset")),
        "license": _maybe(texts | st.sampled_from(LINKS)),
        "message": _maybe(texts),
    }
    return {field.name: strategies[field.name] for field in dataclasses.fields(record) if field.name in strategies}


def _siblings(fields: list[model.Field]) -> tuple[model.Field, ...]:
    return tuple(dataclasses.replace(field, ordinal=number) for number, field in enumerate(fields, start=1))


def _fields(*, valid: bool, depth: int = 2) -> st.SearchStrategy[tuple[model.Field, ...]]:
    field = st.builds(
        model.Field,
        name=texts,
        ordinal=st.just(1),
        datatype=st.sampled_from(sorted(DATATYPES)),
        native_type=_maybe(texts),
        required=_maybe(st.booleans()),
        default=_maybe(texts),
        description=_maybe(texts),
        tags=_some(_words(valid=valid)),
        fields=_fields(valid=valid, depth=depth - 1) if depth else st.just(()),
    )
    return st.lists(field, unique_by=lambda item: item.name, max_size=3 if depth > 1 else 2).map(_siblings)


def _columns() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts, min_size=1, max_size=3).map(tuple)


def _references() -> st.SearchStrategy[model.Reference]:
    return st.builds(
        lambda name, target, pairs: model.Reference(
            name=name,
            columns=tuple(own for own, _other in pairs),
            target=target,
            target_columns=tuple(other for _own, other in pairs),
        ),
        texts,
        refs("dataset"),
        st.lists(st.tuples(texts, texts), min_size=1, max_size=3),
    )


def _parts(strategy: st.SearchStrategy[T], name: str = "name") -> st.SearchStrategy[frozenset[T]]:
    return st.lists(strategy, unique_by=lambda part: getattr(part, name), max_size=3).map(frozenset)


def _datasets(*, valid: bool) -> st.SearchStrategy[model.Dataset]:
    counts, words = _maybe(_counts(valid=valid)), _words(valid=valid)
    return st.builds(
        model.Dataset,
        **_shared(model.Dataset, valid=valid),
        kind=st.sampled_from(DATASET_KINDS),
        fields=_fields(valid=valid),
        keys=_parts(st.builds(model.Key, name=texts, columns=_columns(), primary=st.booleans())),
        references=_parts(_references()),
        indexes=_parts(
            st.builds(model.Index, name=texts, columns=_columns(), unique=st.booleans(), method=_maybe(texts))
        ),
        grants=_parts(
            st.builds(model.Grant, grantee=words, privileges=_some(words, least=1 if valid else 0)), "grantee"
        ),
        distributions=_parts(
            st.builds(
                model.Distribution,
                name=texts,
                url=_maybe(texts | st.sampled_from(LINKS)),
                media_type=_maybe(texts | st.sampled_from(LINKS)),
                format=_maybe(texts),
                byte_size=counts,
                file_count=counts,
            )
        ),
        partition_columns=st.just(()) | _columns(),
        partition_count=counts,
        row_count=counts,
        row_count_exact=_maybe(st.booleans()),
        byte_size=counts,
        themes=_some(texts | st.sampled_from(LINKS)),
        access_rights=_maybe(texts | st.sampled_from(LINKS)),
        landing_page=_maybe(texts | st.sampled_from(LINKS)),
        publisher=_maybe(refs("agent")),
        language=_some(texts),
        issued=_maybe(moments),
        modified=_maybe(moments),
    )


def _in_order(run: model.Run) -> model.Run:
    if run.started is not None and run.ended is not None and run.started > run.ended:
        return dataclasses.replace(run, started=run.ended, ended=run.started)
    return run


def _runs(*, valid: bool) -> st.SearchStrategy[model.Run]:
    return st.builds(
        model.Run,
        **_shared(model.Run, valid=valid),
        job=refs("job"),
        status=st.sampled_from(("running", "complete", "failed", "aborted", "skipped")),
        started=_maybe(moments),
        ended=_maybe(moments),
        used=_some(refs("dataset")),
        generated=_some(refs("dataset")),
    ).map(_in_order)


def _lineages() -> st.SearchStrategy[model.Lineage]:
    column = st.builds(
        model.ColumnLineage, downstream=texts, upstream=texts, expression=_maybe(texts), masking=_maybe(st.booleans())
    )
    return st.builds(
        lambda ends, columns, influences, job: model.Lineage(
            downstream=ends[0], upstream=ends[1], columns=frozenset(columns), influences=influences, job=job
        ),
        st.lists(refs("dataset", "model", "dashboard"), min_size=2, max_size=2, unique=True),
        st.lists(column, unique_by=lambda edge: (edge.downstream, edge.upstream), max_size=3),
        _some(texts),
        _maybe(refs("job")),
    )


def _own(*, valid: bool) -> dict[type[Any], dict[str, st.SearchStrategy[Any]]]:
    """Attributes of the simple classes beside the shared ones."""
    words, links = _words(valid=valid), _maybe(texts | st.sampled_from(LINKS))
    return {
        model.Source: {"endpoint": links, "version": _maybe(texts)},
        model.Catalog: {},
        model.Job: {
            "writes": _some(refs("dataset")), "steps": _some(st.sampled_from(STEPS)), "schedule": _maybe(texts),
        },
        model.Query: {"text": words},
        model.Agent: {"team": st.booleans(), "email": _maybe(texts), "member_of": _some(refs("agent"))},
        model.Concept: {"alternatives": _some(texts), "broader": _some(refs("concept"))},
        model.Model: {"intended_use": _maybe(texts), "limitations": _maybe(texts)},
        model.ModelVersion: {
            "model": refs("model"), "version": words, "trained_on": _some(refs("dataset")),
            "evaluated_on": _some(refs("dataset")), "created": _maybe(moments),
        },
        model.Dashboard: {"url": links},
        model.Check: {
            "subject": refs("dataset"), "column": _maybe(texts), "dimension": _maybe(st.sampled_from(DIMENSIONS)),
            "severity": _maybe(texts),
        },
        model.CheckResult: {
            "check": refs("check"), "at": _maybe(moments), "value": _maybe(decimals),
            "outcome": st.sampled_from(("passed", "failed", "cantTell", "inapplicable", "untested")),
        },
    }  # fmt: skip


CLASSES: tuple[type[Any], ...] = (model.Dataset, model.Run, model.Lineage, *_own(valid=False))
"""Every class of record."""


def record_of(record: type[Any], *, valid: bool = False) -> st.SearchStrategy[Record]:
    """Records of one class."""
    special: dict[type[Any], st.SearchStrategy[Record]] = {
        model.Dataset: _datasets(valid=valid),
        model.Run: _runs(valid=valid),
        model.Lineage: _lineages(),
    }
    if record in special:
        return special[record]
    return st.builds(record, **{**_shared(record, valid=valid), **_own(valid=valid)[record]})


def records(*, valid: bool = False) -> st.SearchStrategy[Record]:
    """Records of any class."""
    return st.one_of([record_of(record, valid=valid) for record in CLASSES])


def batches(*, valid: bool = False) -> st.SearchStrategy[list[Record]]:
    """Several records with different keys."""
    return st.lists(records(valid=valid), min_size=1, max_size=4, unique_by=lambda record: record.ref)


def in_utc(record: Record) -> Record:
    """The record with its times in UTC, as they are read back; the moments are the same."""
    changed: dict[str, Any] = {
        field.name: value.astimezone(UTC)
        for field in dataclasses.fields(record)
        if isinstance(value := getattr(record, field.name), datetime)
    }
    whole: Any = record
    same: Record = dataclasses.replace(whole, **changed)
    return same
