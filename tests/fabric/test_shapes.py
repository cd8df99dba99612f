from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import rdflib
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import ontology
from fabric import model, ntriples
from fabric.identity import Iris
from fabric.model import Record
from fabric.ntriples import TYPE, Triple, token
from fabric.rdf import encode
from fabric.shapes import Refusal, Shapes
from tests.fabric.records import CLASSES, record_of, records

IRIS = Iris("https://data.example.org")
SHAPES = Shapes(ontology.graph("shapes"))
ORDERS = model.dataset("postgres://crm:5432", "crm.public.orders")
DATATYPES = ("integer", "decimal", "boolean", "dateTime", "string", "date", "double", "anyURI")
LEXICALS = (
    "", "1", "0", "-1", "+1", "1.0", ".5", "1.", "1e3", "NaN", "true", "TRUE", "2026-01-01", "2026-02-30T00:00:00Z",
    "2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00+14:00", "2026-01-01T00:00:00+99:00",
    "0001-01-01T00:00:00+01:00", "2026-01-01T00:00:00.1234567Z", "-2026-01-01T00:00:00Z", "12026-01-01T00:00:00Z", "٣", " 1", "1 ",
    "1\n", "[]", '["a"]', '["a"]\n', "[1]", "any", "string", "ä", "x" * 100_001, "1" * 5000,
)  # fmt: skip
FOREIGN = ("<https://elsewhere.example/x>", "<urn:x>", "_:b0")


VALID = records(valid=True)


def typed(lexical: str, datatype: str) -> str:
    return f"{ntriples.text(lexical)}^^{token(f'xsd:{datatype}')}"


values = st.one_of(
    st.sampled_from(FOREIGN),
    st.sampled_from(LEXICALS).map(ntriples.text),
    st.builds(typed, st.sampled_from(LEXICALS), st.sampled_from(DATATYPES)),
    st.sampled_from(["a", ""]).map(lambda value: f"{ntriples.text(value)}@en"),
)


@st.composite
def mutated(draw: st.DrawFn) -> list[Triple]:
    """A valid record's triples with a few of them dropped, repeated, or given another value."""
    triples = sorted(encode(draw(VALID), IRIS))
    objects = [o for _s, _p, o in triples]
    for _ in range(draw(st.integers(1, 2))):
        assume(triples)
        place = draw(st.integers(0, len(triples) - 1))
        s, p, o = triples[place]
        fault = draw(st.sampled_from(["drop", "replace", "add", "retype", "swap", "subject", "blank"]))
        if fault == "drop":
            del triples[place]
        elif fault == "replace":
            triples[place] = (s, p, draw(values))
        elif fault == "add":
            triples.append((s, p, draw(values)))
        elif fault == "retype" and o.startswith('"'):
            triples[place] = (s, p, typed(ntriples.read_literal(o)[0], draw(st.sampled_from(DATATYPES))))
        elif fault == "swap":
            triples[place] = (s, p, draw(st.sampled_from(objects)))
        elif fault == "subject":
            triples.append((draw(st.sampled_from(triples))[0], p, o))
        elif fault == "blank":
            triples = [(_blanked(a, s), b, _blanked(c, s)) for a, b, c in triples]
    return list(dict.fromkeys(triples))


def _blanked(term: str, node: str) -> str:
    return "_:node" if term == node else term


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: str(kind.kind_name))
@given(data=st.data())
@settings(max_examples=25)
def test_a_valid_record_passes_the_screen(kind: type[Record], data: st.DataObject) -> None:
    assert SHAPES.screen(encode(data.draw(record_of(kind, valid=True)), IRIS))


@given(record=VALID)
@settings(max_examples=30)
def test_what_the_screen_passes_as_valid_pyshacl_passes_too(record: Record) -> None:
    assert SHAPES.judge(encode(record, IRIS)) == []


@given(triples=mutated())
@settings(max_examples=500)
def test_the_screen_never_passes_what_pyshacl_refuses(triples: list[Triple]) -> None:
    if SHAPES.screen(triples):
        assert SHAPES.judge(triples) == []


DATASET = model.Dataset(namespace=ORDERS.namespace, name=ORDERS.name, title="orders")
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
RUN = model.Run(namespace="a", name="r", job=model.job("a", "j"), status="complete")
SOURCE = model.Source(namespace="a", title="A", platform="dbt")


@pytest.mark.parametrize("datatype", DATATYPES)
@pytest.mark.parametrize(
    ("record", "predicate"),
    [(DATASET, "dct:issued"), (DATASET, "fab:rowCount"), (DATASET, "fab:rowCountExact"), (RUN, "prov:startedAtTime")],
    ids=["issued", "rowCount", "rowCountExact", "startedAtTime"],
)
def test_values_of_every_datatype_are_screened_as_pyshacl_judges(record: Record, predicate: str, datatype: str) -> None:
    triples = encode(record, IRIS)
    for lexical in LEXICALS:
        more = [*triples, (triples[0][0], token(predicate), typed(lexical, datatype))]
        assert not SHAPES.screen(more) or SHAPES.judge(more) == [], lexical


# rdflib 7.6 takes "cannot be compared" for a truth value.
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
@pytest.mark.parametrize(
    "value", [*FOREIGN, '"soon"', typed("soon", "dateTime"), typed("2026-02-30T00:00:00Z", "dateTime")]
)
@pytest.mark.parametrize(
    "predicate", ["prov:startedAtTime", "prov:endedAtTime", "fab:runOf", "dct:identifier", "adms:status"]
)
def test_a_wrong_kind_of_value_is_refused_not_raised(predicate: str, value: str) -> None:
    triples = encode(RUN, IRIS)
    moment = typed("2026-01-01T00:00:00Z", "dateTime")
    for name in ("prov:startedAtTime", "prov:endedAtTime"):
        triples.append((triples[0][0], token(name), moment))
    broken = [(s, p, value if p == token(predicate) else o) for s, p, o in triples]
    assert SHAPES.screen(triples)
    assert SHAPES.screen(broken) == (SHAPES.validate(broken) == [])


def refusals(record: Record, change: Callable[[Triple], Triple | None]) -> list[Refusal]:
    return SHAPES.validate([new for old in encode(record, IRIS) if (new := change(old)) is not None])


def test_a_refusal_names_record_shape_path_and_reason() -> None:
    (refusal,) = refusals(DATASET, lambda triple: None if triple[1] == token("dct:title") else triple)
    assert refusal == Refusal(
        node=IRIS.asset(ORDERS),
        shape="fabs:Titled",
        path="dct:title",
        value="",
        reason="at least one dct:title, as a string that is not empty",
    )
    assert str(refusal).startswith(f"<{IRIS.asset(ORDERS)}> breaks fabs:Titled at dct:title: at least one")


def test_a_refusal_names_the_value_and_the_part() -> None:
    record = model.Dataset(
        namespace="a", name="b", title="t", fields=(model.Field(name="x", ordinal=1, datatype="varchar"),)
    )
    (refusal,) = SHAPES.validate(encode(record, IRIS))
    assert (refusal.node, refusal.shape) == (IRIS.field(record.ref, "x"), "fabs:Field")
    assert (refusal.path, refusal.value) == ("csvw:datatype", "varchar")
    assert str(refusal).endswith("(found varchar)")


def test_a_refusal_of_a_node_names_no_path() -> None:
    found = refusals(SOURCE, lambda triple: ("_:node", *triple[1:]))
    assert {(item.shape, item.path) for item in found} == {("fabs:Identified", "")}


def test_long_values_are_cut_in_a_refusal() -> None:
    found = refusals(SOURCE, lambda t: (*t[:2], typed("x" * 999, "integer")) if t[1] == token("dct:title") else t)
    assert {len(item.value) for item in found} == {200}


@pytest.mark.parametrize("platform", ["Oracle", "a/b", ""])
def test_a_platform_beyond_the_scheme_is_refused(platform: str) -> None:
    (refusal,) = SHAPES.validate(encode(model.Source(namespace="a", title="A", platform=platform), IRIS))
    assert refusal.path == "fab:platform"


def test_all_faults_of_a_record_are_told_at_once() -> None:
    record = model.Dataset(namespace="a", name="b", title="", row_count=-1, tags=frozenset({""}))
    assert {item.path for item in SHAPES.validate(encode(record, IRIS))} == {
        "dct:title", "fab:rowCount", "dcat:keyword",
    }  # fmt: skip


def custom(constraint: str) -> Shapes:
    prefixes = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <https://example.org/> . "
    shape = f"e:Shape a sh:NodeShape ; sh:targetClass e:Thing ; {constraint} ."
    return Shapes(rdflib.Graph().parse(data=prefixes + shape, format="turtle"))


@pytest.mark.parametrize(
    ("constraint", "fits"),
    [
        ("sh:property [ sh:path e:p ; sh:hasValue 'a' ]", True),
        ("sh:property [ sh:path e:p ; sh:hasValue 'b' ]", False),
        ("sh:property [ sh:path ( e:p e:q ) ; sh:minCount 1 ]", False),
        ("sh:property [ sh:path e:p ; sh:datatype <http://www.w3.org/2001/XMLSchema#gYear> ]", False),
        ("sh:property [ sh:path e:p ; sh:or ( [ sh:minLength 1 ; sh:maxLength 0 ] ) ]", False),
        ("sh:closed true", False),
        ("sh:not [ sh:class e:Thing ]", False),
    ],
)
def test_what_the_screen_does_not_know_goes_to_pyshacl(constraint: str, fits: bool) -> None:
    triples = [("<s:s>", TYPE, "<https://example.org/Thing>"), ("<s:s>", "<https://example.org/p>", '"a"')]
    assert not custom(constraint).screen(triples)
    assert (custom(constraint).validate(triples) == []) == fits


def test_what_pyshacl_cannot_judge_is_refused() -> None:
    run = model.Run(namespace="a", name="r", job=RUN.job, status="complete", started=MOMENT, ended=MOMENT)
    (refusal,) = refusals(run, lambda t: (*t[:2], "_:b0") if t[1] == token("prov:endedAtTime") else t)
    assert str(refusal).startswith(f"<{IRIS.asset(run.ref)}> breaks the shapes: pySHACL cannot judge it: ")


def test_subjects_of_no_shape_pass() -> None:
    assert SHAPES.validate([("<s:s>", "<p:p>", '"a"')]) == []
