from __future__ import annotations

from itertools import permutations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabric.errors import InputError, SettingsError
from fabric.identity import DEFAULT_BASE, Iris, escape
from fabric.model import Ref
from fabric.ntriples import is_iri
from tests.fabric.records import NASTY, names, refs, texts

BASES = (
    DEFAULT_BASE,
    "https://data.example.org",
    "https://example.org/data/fabric",
    "http://[::1]:80",
    "https://bücher.example",
)
IRIS = Iris("https://data.example.org")
AMBIGUOUS = (
    Ref("dataset", "a", "b"), Ref("dataset", "a/b", "c"), Ref("dataset", "a", "b/c"), Ref("dataset", "a%2Fb", "c"),
    Ref("dataset", "a", "b%2Fc"), Ref("dataset", "a", "b/field/c"), Ref("job", "a", "b"), Ref("dataset", "A", "b"),
    Ref("dataset", "a", "b c"), Ref("dataset", "a", "b+c"), Ref("dataset", "a", "b%20c"), Ref("dataset", "a", "é"),
    Ref("dataset", "a", "e\u0301"), Ref("dataset", "a", "b?c"), Ref("dataset", "a", "b#c"),
)  # fmt: skip


@pytest.mark.parametrize("base", BASES)
@given(ref=refs(), path=texts)
def test_identities_are_read_back_from_iris(base: str, ref: Ref, path: str) -> None:
    iris = Iris(base)
    asset, field = iris.asset(ref), iris.field(ref, path)
    assert iris.ref(asset) == ref
    assert iris.root(asset) == iris.root(field) == asset
    assert iris.part(field) == ("field", path)
    assert iris.part(asset) is None
    assert iris.ref(field) is None


@given(ref=refs(), path=texts)
def test_iris_are_valid_and_kept_by_the_store(ref: Ref, path: str) -> None:
    for iri in (IRIS.asset(ref), IRIS.field(ref, path), IRIS.harvest_graph(path or "x")):
        assert is_iri(iri)
        assert pyoxigraph.NamedNode(iri).value == iri
        assert iri.isascii()


@given(one=refs("dataset", "job"), other=refs("dataset", "job"))
def test_different_identities_have_different_iris(one: Ref, other: Ref) -> None:
    assert (IRIS.asset(one) == IRIS.asset(other)) == (one == other)


@pytest.mark.parametrize(("one", "other"), list(permutations(AMBIGUOUS, 2)))
def test_identities_that_look_alike_have_different_iris(one: Ref, other: Ref) -> None:
    assert IRIS.asset(one) != IRIS.asset(other)
    assert IRIS.field(one, "x") != IRIS.asset(other)
    assert IRIS.field(one, "x") != IRIS.field(other, "x")


@given(asset=refs(), other=refs(), path=texts)
def test_a_field_is_never_taken_for_an_asset(asset: Ref, other: Ref, path: str) -> None:
    assert IRIS.field(asset, path) != IRIS.asset(other)


@given(one=texts, other=texts)
def test_escaping_tells_all_texts_apart(one: str, other: str) -> None:
    assert (escape(one) == escape(other)) == (one == other)


@pytest.mark.parametrize("text", NASTY)
def test_nasty_texts_stay_one_part(text: str) -> None:
    assert not set(escape(text)) & set("/?#:@[]<>\"'\\ \n")


@pytest.mark.parametrize("part", ["namespace", "name"])
def test_half_a_surrogate_pair_is_refused(part: str) -> None:
    ref = Ref("dataset", **{"namespace": "a", "name": "b", part: "x\udc80"})
    with pytest.raises(InputError, match=r"'\\udc80', half a surrogate pair"):
        IRIS.asset(ref)


@pytest.mark.parametrize("ref", [Ref("dataset", "", "a"), Ref("dataset", "a", "")])
def test_an_empty_part_is_refused(ref: Ref) -> None:
    with pytest.raises(InputError, match="neither may be empty"):
        IRIS.asset(ref)


@pytest.mark.parametrize(
    "iri",
    [
        "", "https://elsewhere.example/id/dataset/a/b", "https://data.example.org", "https://data.example.org/id/",
        "https://data.example.org/id/dataset", "https://data.example.org/id/dataset/a", "https://data.example.org/graph/meta",
        "https://data.example.org/id/dataset//b", "https://data.example.org.evil.example/id/dataset/a/b",
    ],
)  # fmt: skip
def test_foreign_and_incomplete_iris_are_no_assets(iri: str) -> None:
    assert IRIS.ref(iri) is None
    assert IRIS.part(iri) is None


def test_a_trailing_slash_of_the_base_changes_nothing() -> None:
    assert Iris("https://data.example.org/").asset(AMBIGUOUS[0]) == IRIS.asset(AMBIGUOUS[0])


@pytest.mark.parametrize(
    "base",
    [
        "", "data.example.org", "ftp://a", "https://", "https:///x", "https://a b", "https://a?x", "https://a/#", "https://a/<x>",
        "https://a[b]", "https://a/%zz", "https://user:pw@a", "https://a:port", 'https://a/"', "https://a/b|c",
    ],
)  # fmt: skip
def test_a_base_that_makes_no_iris_is_refused(base: str) -> None:
    with pytest.raises(SettingsError, match="no absolute http") as refused:
        Iris(base)
    assert "FABRIC_BASE_IRI" in refused.value.remedy


@given(source=names)
def test_named_graphs_tell_their_source(source: str) -> None:
    assert IRIS.source_of(IRIS.harvest_graph(source)) == source


@pytest.mark.parametrize("name", ["meta", "tombstones", "ontology", "shapes"])
def test_other_named_graphs_have_no_source(name: str) -> None:
    assert IRIS.source_of(IRIS.graph(name)) is None


def test_the_curated_graph_is_a_source_of_its_own() -> None:
    assert IRIS.source_of(IRIS.graph("curated")) == "curated"


@given(run=st.uuids())
def test_runs_of_fabric_are_assets(run: object) -> None:
    assert IRIS.ref(IRIS.run(str(run))) == Ref("run", "fabric", str(run))
