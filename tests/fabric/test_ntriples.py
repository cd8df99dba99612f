from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from fabric import ntriples
from fabric.errors import InputError
from fabric.terms import PREFIXES, compact, concept_iri, expand
from tests.fabric.records import NASTY, decimals, moments, texts

CHARACTERS = [*range(0x300), 0x2028, 0x2029, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0xFDD0, 0x1FFFE, 0x10FFFF]
IRI_PIECES = st.sampled_from(
    [
        *NASTY[:50],
        "http:",
        "s3:",
        "urn:",
        "//",
        "@",
        ":80",
        "[::1]",
        "[",
        "]",
        "#",
        "?",
        "%20",
        "é",
        "host",
        "/p",
        "1.2.3.4",
    ]
)


def printed(token: str) -> str:
    """The literal or IRI as Oxigraph's store writes it."""
    store = pyoxigraph.Store()
    store.load(f"<s:s> <p:p> {token} .\n".encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    (quad,) = store
    return str(quad.object)


def is_accepted(iri: str) -> bool:
    try:
        pyoxigraph.NamedNode(iri)
    except ValueError:
        return False
    return True


@given(value=texts)
def test_text_survives_and_is_canonical(value: str) -> None:
    token = ntriples.text(value)
    assert ntriples.read_literal(token) == (value, expand("xsd:string"), "")
    assert printed(token) == token
    (read,) = rdflib.Graph().parse(data=ntriples.lines([("<s:s>", "<p:p>", token)]), format="nt").objects()
    assert str(read) == value


@pytest.mark.parametrize("block", range(0, len(CHARACTERS), 64))
def test_every_character_is_written_as_oxigraph_writes_it(block: int) -> None:
    token = ntriples.text("|".join(map(chr, CHARACTERS[block : block + 64])))
    assert "\n" not in token
    document = ntriples.lines([("<s:s>", "<p:p>", token)])
    store = pyoxigraph.Store()
    store.load(document.encode(), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert store.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=pyoxigraph.DefaultGraph()) == document.encode()


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_surrogate_pair_is_refused(code: int) -> None:
    with pytest.raises(InputError) as refused:
        ntriples.text(f"a{chr(code)}b")
    assert f"\\u{code:04x}" in str(refused.value)


@given(value=moments)
def test_an_instant_stays_the_same_moment(value: datetime) -> None:
    token = ntriples.instant(value)
    assert ntriples.parse_instant(ntriples.read_literal(token)[0]) == value.astimezone(UTC)
    assert printed(token) == token


@pytest.mark.parametrize(
    ("value", "lexical"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 120000, tzinfo=UTC), "2026-01-02T03:04:05.12Z"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2026-01-01T21:34:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05Z"),  # noqa: DTZ001 - a time without a zone is the case
        (datetime(33, 1, 2, tzinfo=UTC), "0033-01-02T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(value: datetime, lexical: str) -> None:
    assert ntriples.read_literal(ntriples.instant(value)) == (lexical, expand("xsd:dateTime"), "")


@pytest.mark.parametrize("value", ["yesterday", "", "2026-13-01T00:00:00Z", "-0001-01-01T00:00:00Z"])
def test_what_is_no_time_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="is no date and time"):
        ntriples.parse_instant(value)


def test_a_time_that_utc_cannot_name_is_refused() -> None:
    with pytest.raises(InputError, match="no year from 1 to 9999"):
        ntriples.parse_instant("9999-12-31T23:59:59-01:00")
    with pytest.raises(InputError, match="no year from 1 to 9999"):
        ntriples.instant(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1))))


@given(value=decimals)
def test_a_decimal_stays_equal_and_is_canonical(value: Decimal) -> None:
    token = ntriples.decimal(value)
    assert Decimal(ntriples.read_literal(token)[0]) == value
    assert printed(token) == token


@pytest.mark.parametrize(
    ("value", "lexical"),
    [("1.50", "1.5"), ("-0", "0"), ("-0.00", "0"), ("1E+3", "1000"), ("1E-3", "0.001"), ("0E+5", "0"), ("100", "100")],
)
def test_equal_decimals_are_written_alike(value: str, lexical: str) -> None:
    assert ntriples.read_literal(ntriples.decimal(Decimal(value)))[0] == lexical


@given(value=st.integers() | st.integers(-(10**40), 10**40))
def test_an_integer_is_canonical(value: int) -> None:
    assert printed(ntriples.integer(value)) == ntriples.integer(value)


@pytest.mark.parametrize(("value", "lexical"), [(True, "true"), (False, "false")])
def test_a_boolean_is_canonical(value: bool, lexical: str) -> None:
    assert ntriples.read_literal(ntriples.boolean(value)) == (lexical, expand("xsd:boolean"), "")


@given(value=st.lists(IRI_PIECES, max_size=6).map("".join) | texts)
def test_what_passes_as_an_iri_is_accepted_by_the_store(value: str) -> None:
    if ntriples.is_iri(value):
        assert is_accepted(value)
        assert printed(f"<{value}>") == f"<{value}>"


@pytest.mark.parametrize(
    "value",
    [
        "http://example.org", "https://example.org:8080/a/b?c=d/?#e/?", "http://user:pw@host/", "http://[::1]:80/x", "http://é/ü",
        "s3://bucket/a%20b", "s3:///path", "urn:isbn:0451450523", "mailto:a@example.org", "tag:x,2026:y", "file:/a", "x:@",
        "http://example.org/\U00010000", "http://example.org/?q=\ue000", "http://[::ffff:1.2.3.4]/", "jdbc:postgresql://h/d",
    ],
)  # fmt: skip
def test_iris_are_known(value: str) -> None:
    assert ntriples.is_iri(value)
    assert ntriples.iri(value) == f"<{value}>"
    assert is_accepted(value)


@pytest.mark.parametrize(
    "value",
    [
        "", "a", "a:", "//host/path", "/path", "1a:b", "http://a b", "http://a/<b>", 'http://a/"', "http://a/\\", "http://a/^`{|}",
        "http://a/%zz", "http://a/%2", "http://a/[b]", "http://[::1", "http://[zz]/", "http://[::1%25eth0]/", "http://host:port/",
        "http://a@b@c/", "http://a/#b#c", "http://a/\ue000", "http://a/\ud800", "http://a/\x80", "http://a/\n", "x:\ufffe",
    ],
)  # fmt: skip
def test_what_is_no_iri_is_refused(value: str) -> None:
    assert not ntriples.is_iri(value)
    with pytest.raises(InputError, match="is no absolute IRI"):
        ntriples.iri(value)


@pytest.mark.parametrize("value", ["", "<a:b>", '"', '"a" ', 'a"', '"a"^^b', '"a"@', '"a\\"'])
def test_what_is_no_literal_is_refused(value: str) -> None:
    with pytest.raises(InputError, match="is no N-Triples literal"):
        ntriples.read_literal(value)


@pytest.mark.parametrize(
    ("token", "value", "datatype", "language"),
    [
        ('"a"@en-GB', "a", "rdf:langString", "en-GB"),
        ('"\\u00e9\\U0001F600"', "é😀", "xsd:string", ""),
        ('"\\t\\b\\n\\r\\f\\"\\\'\\\\"', "\t\b\n\r\f\"'\\", "xsd:string", ""),
        ('"\\\\u0041"', "\\u0041", "xsd:string", ""),
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>', "1", "xsd:integer", ""),
    ],
)
def test_literals_are_read(token: str, value: str, datatype: str, language: str) -> None:
    assert ntriples.read_literal(token) == (value, expand(datatype), language)


@pytest.mark.parametrize("prefix", sorted(PREFIXES))
def test_compact_names_expand_and_back(prefix: str) -> None:
    assert compact(expand(f"{prefix}:name")) == f"{prefix}:name"
    assert ntriples.token(f"{prefix}:name") == f"<{PREFIXES[prefix]}name>"


def test_foreign_iris_are_not_compacted() -> None:
    assert compact("https://elsewhere.example/x") == "https://elsewhere.example/x"
    assert compact(PREFIXES["dct"]) == PREFIXES["dct"]


def test_concepts_are_named_by_scheme_and_notation() -> None:
    assert compact(concept_iri("platform", "duckdb")) == "fabv:platform/duckdb"
