from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pyoxigraph
import pytest
import rdflib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fabric import model, ntriples
from fabric.errors import InputError
from fabric.identity import Iris
from fabric.model import Record, Ref
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf import FORMS, IDENTIFIER, decode, encode, field_path
from tests.fabric.records import CLASSES, NASTY, batches, in_utc, names, record_of, records, texts

IRIS = Iris("https://data.example.org")
ORDERS = model.dataset("postgres://crm:5432", "crm.public.orders")
LINEAGE_EDGES = {token("prov:wasDerivedFrom"), token("prov:wasInfluencedBy"), token("prov:qualifiedDerivation")}


def stored(triples: list[Triple]) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.load(ntriples.lines(triples).encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return store


def printed(store: pyoxigraph.Store) -> list[str]:
    document = store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph())
    assert document is not None
    return sorted(document.decode().split("\n")[:-1])


def dataset(**given: Any) -> model.Dataset:
    return model.Dataset(namespace=ORDERS.namespace, name=ORDERS.name, title="orders", **given)


def test_strategies_and_forms_cover_every_class_of_record() -> None:
    assert set(CLASSES) == set(get_args(Record))
    assert {form.record for form in FORMS.values()} | {model.Lineage} == set(CLASSES)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: str(kind.kind_name))
@given(data=st.data())
@settings(max_examples=60)
def test_a_record_survives_writing_and_reading(kind: type[Any], data: st.DataObject) -> None:
    record = data.draw(record_of(kind))
    assert list(decode(encode(record, IRIS), IRIS)) == [in_utc(record)]


@given(batch=batches())
def test_records_read_together_come_back_each(batch: list[Record]) -> None:
    together = [triple for record in batch for triple in encode(record, IRIS)]
    assert set(decode(together, IRIS)) == {in_utc(record) for record in batch}


@given(first=records(), second=records())
def test_records_of_different_keys_share_no_triple(first: Record, second: Record) -> None:
    assume(first.ref != second.ref)
    assert not set(encode(first, IRIS)) & set(encode(second, IRIS))


@given(data=st.data(), kinds=st.tuples(st.sampled_from(CLASSES), names, names, names, names))
def test_records_alike_in_all_but_the_key_share_no_triple(
    data: st.DataObject, kinds: tuple[type[Any], str, str, str, str]
) -> None:
    kind, *key = kinds
    record = data.draw(record_of(kind))
    other: Record
    if isinstance(record, model.Lineage):
        upstream = Ref("dataset", key[0], key[1])
        assume(upstream != record.downstream)
        other = dataclasses.replace(record, upstream=upstream)
    else:
        other = dataclasses.replace(record, namespace=key[2], name=key[3])
    assume(other.ref != record.ref)
    assert not set(encode(record, IRIS)) & set(encode(other, IRIS))


@given(record=records())
def test_subjects_are_the_record_or_beneath_it(record: Record) -> None:
    triples = encode(record, IRIS)
    if isinstance(record, model.Lineage):
        own = IRIS.asset(record.downstream)
        assert all(p in LINEAGE_EDGES or "/derivation/" in s for s, p, _o in triples)
    else:
        own = IRIS.asset(record.ref)
        assert not {p for _s, p, _o in triples} & LINEAGE_EDGES
    assert all(s == f"<{own}>" or s.startswith(f"<{own}/") for s, _p, _o in triples)


@given(record=records())
def test_triples_are_canonical_distinct_and_free_of_blank_nodes(record: Record) -> None:
    triples = encode(record, IRIS)
    assert len(set(triples)) == len(triples)
    assert printed(stored(triples)) == sorted(ntriples.lines(triples).split("\n")[:-1])
    assert all(term.startswith(("<", '"')) for triple in triples for term in triple)
    for triple in triples:
        for term in triple:
            if term.startswith("<"):
                assert pyoxigraph.NamedNode(term[1:-1]).value == term[1:-1]


@given(record=records())
def test_rdflib_reads_as_many_triples(record: Record) -> None:
    triples = encode(record, IRIS)
    graph = rdflib.Graph().parse(data=ntriples.lines(triples), format="nt")
    assert len(graph) == len(triples)


@given(record=records())
@settings(max_examples=50)
def test_triples_deleted_by_update_leave_nothing(record: Record) -> None:
    triples = encode(record, IRIS)
    store = stored(triples)
    store.update(f"DELETE DATA {{ {ntriples.lines(triples)} }}")
    assert list(store) == []


@given(record=records())
def test_lines_are_read_back_as_the_same_triples(record: Record) -> None:
    triples = encode(record, IRIS)
    assert list(ntriples.read_triples(ntriples.lines(triples))) == triples


def _with_surrogate(record: Any, path: str) -> Any:
    name, _, rest = path.partition(".")
    value = getattr(record, name)
    broken = "a\ud800b" if not rest else _with_surrogate(value, rest)
    return dataclasses.replace(record, **{name: broken})


@pytest.mark.parametrize(
    ("record", "path"),
    [
        (dataset(), "title"),
        (dataset(), "name"),
        (dataset(), "namespace"),
        (dataset(license="x"), "license"),
        (dataset(publisher=model.agent("x")), "publisher.name"),
        (model.Source(namespace="a", title="a", platform="dbt"), "platform"),
        (model.Agent(name="a", title="a", email="x"), "email"),
        (model.Lineage(downstream=ORDERS, upstream=model.dataset("a", "b")), "upstream.name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_half_a_surrogate_pair_is_refused_by_name(record: Record, path: str) -> None:
    with pytest.raises(InputError, match=r"\\ud800"):
        encode(_with_surrogate(record, path), IRIS)


@pytest.mark.parametrize(
    "part",
    [
        {"fields": (model.Field(name="a\udfff", ordinal=1),)},
        {"fields": (model.Field(name="a", ordinal=1, fields=(model.Field(name="\udfff", ordinal=1),)),)},
        {"keys": frozenset({model.Key(name="k", columns=("\udfff",))})},
        {"tags": frozenset({"\udfff"})},
        {"distributions": frozenset({model.Distribution(name="d", media_type="text/\udfff")})},
    ],
)
def test_half_a_surrogate_pair_is_refused_in_parts_too(part: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"\\udfff"):
        encode(dataset(**part), IRIS)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ({"fields": (model.Field(name="twice", ordinal=1), model.Field(name="twice", ordinal=2))}, "fields"),
        ({"keys": frozenset({model.Key(name="twice", columns=(c,)) for c in "ab"})}, "keys"),
        (
            {"grants": frozenset({model.Grant(grantee="twice", privileges=frozenset({c})) for c in "ab"})},
            "grants",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_two_parts_of_one_name_are_refused(part: dict[str, Any], name: str) -> None:
    with pytest.raises(InputError, match=f"two {name} of .*orders> are named 'twice'"):
        encode(dataset(**part), IRIS)


def test_a_foreign_key_of_unequal_lengths_is_refused() -> None:
    key = model.Reference(name="fk", columns=("a", "b"), target=ORDERS, target_columns=("a",))
    with pytest.raises(InputError, match=r"'fk' .* has 2 columns, but 1 target"):
        encode(dataset(references=frozenset({key})), IRIS)


def test_an_asset_derived_from_itself_is_refused() -> None:
    with pytest.raises(InputError, match="derive from itself"):
        encode(model.Lineage(downstream=ORDERS, upstream=ORDERS), IRIS)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused(value: str) -> None:
    result = model.CheckResult(
        namespace="a", name="b", check=Ref("check", "a", "b"), outcome="failed", value=Decimal(value)
    )
    with pytest.raises(InputError, match=f"{value} is no decimal number"):
        encode(result, IRIS)


def test_an_empty_name_is_refused() -> None:
    with pytest.raises(InputError, match="the name ''"):
        encode(model.Dataset(namespace="a", name="", title="t"), IRIS)
    with pytest.raises(InputError, match="the namespace ''"):
        encode(dataset(publisher=model.agent("a", namespace="")), IRIS)


def test_a_time_past_the_last_year_is_refused() -> None:
    late = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))
    with pytest.raises(InputError, match="9999-12-31T23:00:00-02:00 has no year from 1 to 9999"):
        encode(dataset(modified=late), IRIS)


@pytest.mark.parametrize(
    ("predicate", "value", "said"),
    [
        ("fab:rowCount", ntriples.text("many"), "row_count"),
        ("fab:partitionColumns", ntriples.text("no json"), "partition_columns"),
        ("fab:partitionColumns", ntriples.integer(5), "partition_columns"),
        ("dct:issued", ntriples.text("yesterday"), "'yesterday' is no date"),
        ("fab:owner", ntriples.text("me"), "literal where an IRI"),
        ("fab:owner", "<https://elsewhere.example/me>", "no asset of"),
    ],
)
def test_a_malformed_value_is_refused_on_reading(predicate: str, value: str, said: str) -> None:
    subject = f"<{IRIS.asset(ORDERS)}>"
    with pytest.raises(InputError, match=said):
        list(decode([*encode(dataset(), IRIS), (subject, token(predicate), value)], IRIS))


def test_a_malformed_decimal_is_refused_on_reading() -> None:
    check = Ref("check", "a", "b")
    result = model.CheckResult(namespace="a", name="r", check=check, outcome="failed", value=Decimal(1))
    triples = [(s, p, ntriples.text("few") if p == token("fab:value") else o) for s, p, o in encode(result, IRIS)]
    with pytest.raises(InputError, match=r"value of <.*/check-result/a/r> is .few."):
        list(decode(triples, IRIS))


@pytest.mark.parametrize("name", ["dct:title", "csvw:name", "fab:ordinal", "fab:columns"])
def test_a_missing_required_value_is_refused_on_reading(name: str) -> None:
    key = model.Key(name="pk", columns=("id",))
    whole = encode(dataset(fields=(model.Field(name="id", ordinal=1),), keys=frozenset({key})), IRIS)
    with pytest.raises(InputError, match=f"has no .*{name.partition(':')[2]}"):
        list(decode([triple for triple in whole if triple[1] != token(name)], IRIS))


def test_foreign_subjects_and_unknown_predicates_are_left_aside() -> None:
    record = dataset(row_count=1)
    more = [
        ("<https://elsewhere.example/x>", TYPE, token("dcat:Dataset")),
        (f"<{IRIS.asset(ORDERS)}>", "<https://elsewhere.example/p>", '"1"'),
        (f"<{IRIS.asset(ORDERS)}/other/x>", TYPE, token("cr:Field")),
    ]
    assert list(decode([*encode(record, IRIS), *more], IRIS)) == [record]


def test_other_bases_read_nothing() -> None:
    assert list(decode(encode(dataset(), IRIS), Iris("https://other.example.org"))) == []


def test_the_raw_name_is_kept_as_identifier() -> None:
    record = model.Dataset(namespace="s3://b", name='a/"b"', title="t")
    assert [ntriples.read_literal(o)[0] for _s, p, o in encode(record, IRIS) if p == IDENTIFIER] == ['s3://b/a/"b"']


@given(first=st.lists(texts, min_size=1, max_size=3), second=st.lists(texts, min_size=1, max_size=3))
def test_field_paths_tell_all_nestings_apart(first: list[str], second: list[str]) -> None:
    assert (_path(first) == _path(second)) == (first == second)


@pytest.mark.parametrize(("one", "other"), list(pairwise((["", "x"], ["x"], ["\\e", "x"], ["a", ""], ["a.", ""]))))
def test_field_paths_tell_empty_names_apart(one: list[str], other: list[str]) -> None:
    assert _path(one) != _path(other)


def _path(nesting: list[str]) -> str:
    path = ""
    for name in nesting:
        path = field_path(path, name)
    return path


@given(ends=st.tuples(names, names, names, names, names, names, names, names))
def test_edges_of_different_ends_have_different_identities(ends: tuple[str, ...]) -> None:
    one, other = (
        model.Lineage(downstream=model.dataset(*end[:2]), upstream=model.dataset(*end[2:]))
        for end in (ends[:4], ends[4:])
    )
    assert (one.ref == other.ref) == (ends[:4] == ends[4:])


def test_a_line_break_in_a_name_confuses_no_edges() -> None:
    up = model.dataset("u", "u")
    one = model.Lineage(downstream=model.dataset("a\nb", "c"), upstream=up)
    other = model.Lineage(downstream=model.dataset("a", "b\nc"), upstream=up)
    assert one.ref != other.ref


@pytest.mark.parametrize("text", NASTY)
def test_every_nasty_text_survives_everywhere(text: str) -> None:
    nested = model.Field(name=text, ordinal=1, datatype="object", fields=(model.Field(name=text, ordinal=1),))
    record = model.Dataset(
        namespace=text,
        name=text,
        title=text,
        fields=(nested,),
        keys=frozenset({model.Key(name=text, columns=(text,))}),
        references=frozenset(
            {model.Reference(name=text, columns=(text,), target=model.dataset(text, text), target_columns=(text,))}
        ),
        distributions=frozenset({model.Distribution(name=text, url=text, media_type=text)}),
        license=text,
        modified=datetime(2026, 1, 1, tzinfo=UTC),
    )
    triples = encode(record, IRIS)
    assert list(decode(triples, IRIS)) == [record]
    assert printed(stored(triples)) == sorted(ntriples.lines(triples).split("\n")[:-1])
