"""What every implementation of `GraphStore` does."""

from __future__ import annotations

import pytest

from fabric import ntriples
from fabric.errors import GraphError, QueryError
from fabric.graph.store import GraphStore, Update
from fabric.ntriples import Triple, lines
from tests.fabric.graphs import holds, put

A, B = "http://example.org/graph/a", "http://example.org/graph/b"
PREDICATE = "<http://example.org/p>"
EVERY_CHARACTER = "".join(map(chr, range(0x80))) + "ü\x85\u2028é😀\U0010ffff"
LITERALS = (
    ntriples.text(EVERY_CHARACTER),
    ntriples.text(""),
    ntriples.text('\\u0022 \\" {?x} $y <http://x> %s'),
    ntriples.integer(-7),
    ntriples.integer(10**30),
    ntriples.boolean(True),
    '"chat"@fr',
    '"12:00:00Z"^^<http://www.w3.org/2001/XMLSchema#time>',
    '"anything"^^<http://example.org/datatype>',
)


def fact(number: int, value: str = '"x"') -> Triple:
    return f"<http://example.org/s/{number}>", PREDICATE, value


def change(*, removed: tuple[Triple, ...] = (), added: tuple[Triple, ...] = (), graph: str = A) -> Update:
    made = Update()
    made.remove(graph, removed)
    made.add(graph, added)
    return made


def test_an_update_adds_and_removes_by_graph(store: GraphStore) -> None:
    put(store, A, fact(1), fact(2))
    put(store, B, fact(1))
    store.update(change(removed=(fact(1),), added=(fact(3),)))
    assert set(store.match()) == {(fact(2), A), (fact(3), A), (fact(1), B)}


def test_an_update_can_be_repeated(store: GraphStore) -> None:
    put(store, A, fact(1))
    for _ in range(2):
        store.update(change(removed=(fact(1), fact(9)), added=(fact(2), fact(2))))
        assert list(store.match()) == [(fact(2), A)]


def test_an_update_removes_before_it_adds(store: GraphStore) -> None:
    put(store, A, fact(1))
    store.update(change(removed=(fact(1),), added=(fact(1),)))
    assert holds(store, A) == {fact(1)}


def test_an_update_that_fails_leaves_no_part_of_itself(store: GraphStore) -> None:
    put(store, A, fact(1))
    broken = change(removed=(fact(1),), added=(fact(2), fact(3, "<http://not an iri>")))
    with pytest.raises(GraphError):
        store.update(broken)
    assert holds(store, A) == {fact(1)}


def test_an_empty_update_changes_nothing(store: GraphStore) -> None:
    put(store, A, fact(1))
    store.update(Update())
    store.update(change())
    assert holds(store, A) == {fact(1)}


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ({"subject": "http://example.org/s/1"}, {1}),
        ({"predicate": PREDICATE}, {1, 2}),
        ({"predicate": "<http://example.org/q>"}, set()),
        ({"object_": '"two"'}, {2}),
        ({"object_": "<http://example.org/one>"}, {1}),
        ({"graph": A}, {1, 2}),
        ({"graph": B}, set()),
        ({"subject": "http://example.org/s/2", "predicate": PREDICATE, "object_": '"two"', "graph": A}, {2}),
        ({"subject": "http://example.org/s/2", "predicate": PREDICATE, "object_": '"2"', "graph": A}, set()),
    ],
)
def test_match_takes_any_pattern(store: GraphStore, pattern: dict[str, str], found: set[int]) -> None:
    facts = {1: fact(1, "<http://example.org/one>"), 2: fact(2, '"two"')}
    put(store, A, *facts.values())
    assert set(store.match(**pattern)) == {(facts[number], A) for number in found}


def test_select_gives_tokens_and_leaves_unbound_variables_out(store: GraphStore) -> None:
    put(store, A, fact(1, ntriples.integer(5)))
    results = store.query("SELECT ?s ?o ?none WHERE { ?s ?p ?o OPTIONAL { ?o ?p ?none } }")
    assert results.variables == ("s", "o", "none")
    assert [dict(row) for row in results.rows or ()] == [{"s": fact(1)[0], "o": fact(1, ntriples.integer(5))[2]}]
    assert (results.answer, results.triples) == (None, None)


def test_ask_gives_an_answer(store: GraphStore) -> None:
    assert store.query("ASK { ?s ?p ?o }").answer is False
    put(store, A, fact(1))
    assert store.query("ASK { ?s ?p ?o }").answer is True


@pytest.mark.parametrize(
    "query", ["CONSTRUCT { ?s <http://example.org/q> ?o } WHERE { ?s ?p ?o }", "DESCRIBE <http://example.org/s/1>"]
)
def test_construct_and_describe_give_triples(store: GraphStore, query: str) -> None:
    put(store, A, *(fact(1, literal) for literal in LITERALS))
    triples = set(store.query(query).triples or ())
    assert {o for _, _, o in triples} == set(LITERALS)


def test_the_default_graph_is_the_union_of_all(store: GraphStore) -> None:
    put(store, A, fact(1))
    put(store, B, fact(1), fact(2))
    rows = list(store.query("SELECT DISTINCT ?s WHERE { ?s ?p ?o }").rows or ())
    assert sorted(row["s"] for row in rows) == [fact(1)[0], fact(2)[0]]
    named = store.query("SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } }").rows
    assert sorted(row["g"] for row in named or ()) == [f"<{A}>", f"<{B}>", f"<{B}>"]


def test_a_query_sees_only_the_graphs_it_is_given(store: GraphStore) -> None:
    put(store, A, fact(1))
    put(store, B, fact(2))
    for query in ("SELECT ?s WHERE { ?s ?p ?o }", "SELECT ?s WHERE { GRAPH ?g { ?s ?p ?o } }"):
        assert [row["s"] for row in store.query(query, graphs=iter([B])).rows or ()] == [fact(2)[0]]
        assert not list(store.query(query, graphs=[]).rows or ())
        assert not list(store.query(query, graphs=["http://example.org/graph/none"]).rows or ())
    hidden = f"ASK {{ GRAPH <{A}> {{ ?s ?p ?o }} }}"
    assert store.query(hidden, graphs=[B]).answer is False


@pytest.mark.parametrize("query", ["SELECT ?s WHERE {", "", "SELECT ?x WHERE { ?s nope:p ?o }", "DROP ALL"])
def test_a_malformed_query_is_refused(store: GraphStore, query: str) -> None:
    put(store, A, fact(1))
    with pytest.raises(QueryError):
        store.query(query)
    assert holds(store, A) == {fact(1)}


def test_describe_takes_many_subjects(store: GraphStore) -> None:
    facts = [fact(number) for number in range(1203)]
    put(store, A, *facts)
    put(store, B, fact(7, '"elsewhere"'))
    asked = (s[1:-1] for s, _, _ in [*facts[:1200], fact(99_999)])
    found = list(store.describe(asked))
    assert len(found) == 1201
    assert set(found) == {*((one, A) for one in facts[:1200]), (fact(7, '"elsewhere"'), B)}
    assert not list(store.describe([]))


@pytest.mark.parametrize("literal", LITERALS)
def test_literals_come_back_as_they_were_written(store: GraphStore, literal: str) -> None:
    put(store, A, fact(1, literal))
    store.load(B, lines([fact(1, literal)]).encode())
    assert set(store.match()) == {(fact(1, literal), A), (fact(1, literal), B)}
    assert set(store.match(object_=literal, graph=B)) == {(fact(1, literal), B)}
    assert {triple for triple, _ in store.describe([fact(1)[0][1:-1]])} == {fact(1, literal)}
    assert {row["o"] for row in store.query("SELECT ?o WHERE { ?s ?p ?o }").rows or ()} == {literal}
    store.update(change(removed=(fact(1, literal),)))
    assert not holds(store, A)


def test_iris_may_hold_any_escaped_or_foreign_letter(store: GraphStore) -> None:
    odd: Triple = ("<http://example.org/id/a%2Fb%20%F0%9F%98%80/ü€>", PREDICATE, "<urn:x:(1)'!*;=@>")
    put(store, A, odd)
    assert list(store.match(odd[0][1:-1], PREDICATE, odd[2], A)) == [(odd, A)]


def test_load_adds_to_a_graph_and_can_be_repeated(store: GraphStore) -> None:
    put(store, A, fact(0))
    many = [fact(number) for number in range(1, 20_001)]
    for _ in range(2):
        store.load(A, lines(many).encode())
    store.flush()
    assert holds(store, A) == {fact(0), *many}


def test_a_malformed_document_is_refused(store: GraphStore) -> None:
    with pytest.raises(GraphError):
        store.load(A, b"<http://not an iri> <http://example.org/p> .\n")


def test_a_large_update_is_one_update(store: GraphStore) -> None:
    many = tuple(fact(number) for number in range(20_000))
    store.update(change(added=many))
    store.update(change(removed=many, added=(fact(20_000),)))
    assert holds(store, A) == {fact(20_000)}
