"""Labels of fields flow along column lineage, in the commit that changes either, and go when their reason goes."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from fabric.inference import CATEGORY, INFERRED_FROM, KEYWORD, inference
from fabric.model import ColumnLineage, Dataset, Field, Lineage, Record
from fabric.ntriples import text
from tests.fabric.graphs import Core, holds
from tests.fabric.scripted import Played, ref, table

EMAIL = "https://w3id.org/dpv/pd#EmailAddress"


def harvest(fabric: Core, *records: Record, source: str = "shop") -> None:
    report = fabric.harvester.run(source, Played(*records), "run")
    assert not report.refused
    assert not report.problems


def labelled(name: str, *, category: Iterable[str] = (), tags: Iterable[str] = (), column: str = "id") -> Dataset:
    """A table with labels on one column."""
    made = table(name)
    fields = [
        replace(field, personal_data=frozenset(category), tags=frozenset(tags)) if field.name == column else field
        for field in made.fields
    ]
    return replace(made, fields=tuple(fields))


def flow(downstream: str, upstream: str, *, masking: bool | None = None) -> Lineage:
    """The column `id` of one table from that of another."""
    column = ColumnLineage(downstream="id", upstream="id", masking=masking)
    return Lineage(downstream=ref(downstream), upstream=ref(upstream), columns=frozenset({column}))


def inferred(fabric: Core) -> dict[str, set[str]]:
    """By table, the inferred labels of its column `id`."""
    found: dict[str, set[str]] = {}
    for subject, predicate, value in holds(fabric.graph, fabric.iris.graph("inferred/labels")):
        if predicate in {CATEGORY, KEYWORD}:
            known = fabric.iris.ref(fabric.iris.root(subject[1:-1]) or "")
            assert known is not None
            found.setdefault(known.name.rpartition(".")[2], set()).add(value[1:-1])
    return found


def field(fabric: Core, name: str) -> str:
    return fabric.iris.field(ref(name), "id")


def test_a_category_flows_to_everything_derived_in_the_same_commit(fabric: Core) -> None:
    harvest(
        fabric,
        labelled("people", category=[EMAIL]),
        table("mails"),
        table("report"),
        flow("mails", "people"),
        flow("report", "mails"),
    )
    assert inferred(fabric) == {"mails": {EMAIL}, "report": {EMAIL}}
    assert len(fabric.history.commits()) == 1


def test_what_is_inferred_says_where_it_comes_from(fabric: Core) -> None:
    harvest(fabric, labelled("people", tags=["vip"]), table("mails"), flow("mails", "people"))
    node = inference(field(fabric, "mails"), (KEYWORD, text("vip")))
    held = holds(fabric.graph, fabric.iris.graph("inferred/labels"))
    assert (f"<{node}>", INFERRED_FROM, f"<{field(fabric, 'people')}>") in held
    asset = fabric.assets.get(fabric.iris.asset(ref("mails")))
    assert isinstance(asset.record, Dataset)
    assert asset.record.fields[0].tags == {"vip"}
    assert {fact.source for fact in asset.facts if fact.triple[1] == KEYWORD} == {"inferred"}


def test_masking_stops_it_and_its_end_lets_it_through(fabric: Core) -> None:
    tables: list[Record] = [labelled("people", category=[EMAIL]), table("mails"), table("report")]
    tables.append(flow("report", "mails"))
    harvest(fabric, *tables, flow("mails", "people", masking=True))
    assert inferred(fabric) == {}
    harvest(fabric, *tables, flow("mails", "people", masking=False))
    assert inferred(fabric) == {"mails": {EMAIL}, "report": {EMAIL}}
    harvest(fabric, *tables, flow("mails", "people", masking=True))
    assert inferred(fabric) == {}


def test_values_flow_where_one_source_says_that_they_are_not_masked(fabric: Core) -> None:
    tables = [labelled("people", category=[EMAIL]), table("mails")]
    harvest(fabric, *tables, flow("mails", "people", masking=True))
    harvest(fabric, flow("mails", "people"), source="other")
    assert inferred(fabric) == {"mails": {EMAIL}}
    harvest(fabric, source="other")
    assert inferred(fabric) == {}


def test_it_is_withdrawn_when_the_edge_goes(fabric: Core) -> None:
    tables = [labelled("people", category=[EMAIL]), table("mails"), table("report")]
    harvest(fabric, *tables, flow("mails", "people"), flow("report", "mails"))
    harvest(fabric, *tables, flow("report", "mails"))
    assert inferred(fabric) == {}
    assert holds(fabric.graph, fabric.iris.graph("inferred/labels")) == set()


def test_it_is_withdrawn_when_the_label_goes(fabric: Core) -> None:
    edges = [flow("mails", "people"), flow("report", "mails")]
    harvest(fabric, labelled("people", category=[EMAIL]), table("mails"), table("report"), *edges)
    harvest(fabric, table("people"), table("mails"), table("report"), *edges)
    assert inferred(fabric) == {}


def test_it_stays_while_another_way_is_left(fabric: Core) -> None:
    tables = [labelled("people", category=[EMAIL]), labelled("guests", category=[EMAIL]), table("mails")]
    harvest(fabric, *tables, flow("mails", "people"), flow("mails", "guests"))
    harvest(fabric, *tables, flow("mails", "guests"))
    assert inferred(fabric) == {"mails": {EMAIL}}
    node = inference(field(fabric, "mails"), (CATEGORY, f"<{EMAIL}>"))
    held = holds(fabric.graph, fabric.iris.graph("inferred/labels"))
    assert [o for s, p, o in held if s == f"<{node}>" and p == INFERRED_FROM] == [f"<{field(fabric, 'guests')}>"]


def test_a_circle_does_not_keep_a_label_alive(fabric: Core) -> None:
    tables = [labelled("people", category=[EMAIL]), table("a"), table("b")]
    circle = [flow("a", "b"), flow("b", "a")]
    harvest(fabric, *tables, *circle, flow("a", "people"))
    assert inferred(fabric) == {"a": {EMAIL}, "b": {EMAIL}}
    harvest(fabric, *tables, *circle)
    assert inferred(fabric) == {}


def test_what_a_source_says_itself_is_not_inferred_and_flows_on(fabric: Core) -> None:
    edges = [flow("mails", "people"), flow("report", "mails")]
    people, report = labelled("people", category=[EMAIL]), table("report")
    harvest(fabric, people, labelled("mails", category=[EMAIL]), report, *edges)
    assert inferred(fabric) == {"report": {EMAIL}}
    harvest(fabric, people, table("mails"), report, *edges)
    assert inferred(fabric) == {"mails": {EMAIL}, "report": {EMAIL}}


def test_a_removed_source_takes_its_inferences_along(fabric: Core) -> None:
    harvest(fabric, labelled("people", category=[EMAIL]))
    harvest(fabric, table("mails"), flow("mails", "people"), source="other")
    assert inferred(fabric) == {"mails": {EMAIL}}
    fabric.harvester.remove("shop", "run")
    assert inferred(fabric) == {}


def test_the_past_knows_what_was_inferred_then(local: Core) -> None:
    harvest(local, labelled("people", category=[EMAIL]), table("mails"), flow("mails", "people"))
    then = local.history.commits()[-1].at
    harvest(local, table("people"), table("mails"), flow("mails", "people"))
    with local.snapshots.as_of(then) as past:
        assert {p for _, p, _ in holds(past, local.iris.graph("inferred/labels"))} >= {CATEGORY}


@pytest.mark.parametrize("seed", range(12))
def test_step_by_step_equals_all_at_once(local: Core, seed: int) -> None:
    random_ = random.Random(seed)
    names = [f"t{n}" for n in range(7)]
    for _step in range(8):
        labels = {name: random_.sample(["x", "y"], random_.choice([0, 0, 1, 2])) for name in names}
        pairs = [(a, b) for a in names for b in names if a != b]
        edges = {pair: random_.choice([None, None, True]) for pair in random_.sample(pairs, random_.randint(0, 14))}
        tables = [labelled(name, tags=labels[name]) for name in names]
        harvest(local, *tables, *(flow(a, b, masking=masked) for (a, b), masked in edges.items()))
        assert inferred(local) == _closure(labels, [pair for pair, masked in edges.items() if not masked])


def _closure(labels: Mapping[str, list[str]], edges: list[tuple[str, str]]) -> dict[str, set[str]]:
    """What each table gets, by repeating until nothing changes."""
    held = {name: set(own) for name, own in labels.items()}
    for _ in held:
        for downstream, upstream in edges:
            held[downstream] |= held[upstream]
    return {name: gained for name in held if (gained := held[name] - set(labels[name]))}


def test_nested_fields_pass_labels_on_too(fabric: Core) -> None:
    inner = Field(name="mail", ordinal=1, datatype="string", personal_data=frozenset({EMAIL}))
    nested = replace(table("people"), fields=(Field(name="contact", ordinal=1, datatype="object", fields=(inner,)),))
    column = ColumnLineage(downstream="id", upstream="contact.mail")
    edge = Lineage(downstream=ref("mails"), upstream=ref("people"), columns=frozenset({column}))
    harvest(fabric, nested, table("mails"), edge)
    assert inferred(fabric) == {"mails": {EMAIL}}
