from __future__ import annotations

import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pydot
import pytest
import rdflib
from openlineage.client.event_v2 import InputDataset, Job, JobEvent, OutputDataset
from rdflib.namespace import PROV, RDF, RDFS

from fabric.model import Lineage as Edge
from fabric.model import Record
from fabric.openlineage.events import read_event
from fabric.tracing.answer import Lineage
from fabric.tracing.exports import Format, export
from tests.fabric.scripted import NAMESPACE, edge, ref, table
from tests.fabric.tracing.flows import JOB, Traced, flow

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
ODD = ['a "quoted" \\ name', "🦆 duck/pond", "x<br>&amp;#35; `y` [z] {w} |v|", "two\nlines", "100%;end subgraph"]


def odd_estate() -> list[Record]:
    """A chain of tables with odd names and titles, one odd column each."""
    tables = [table(name, columns=(name,)) for name in ODD]
    edges = [
        flow(down, up, (path(up), path(down)), expression=f"f({up}) -- \"'\\") for up, down in itertools.pairwise(ODD)
    ]
    return [*tables, *edges]


def path(name: str) -> str:
    """The path of a field of that name (see `fabric.model.Field`)."""
    return name.replace("\\", "\\\\").replace(".", "\\.")


def asked(shop: Traced, form: Format, name: Any = "stg", **how: Any) -> str:
    return export(shop.ask(name, **how), form, shop.core.iris, NOW)


def drawn(text: str) -> pydot.Dot:
    """The one graph of a DOT text."""
    graphs = pydot.graph_from_dot_data(text)
    assert graphs is not None
    assert len(graphs) == 1
    return graphs[0]


def nodes(graph: Any) -> dict[str, str]:
    """Labels by name, of boxes within boxes too."""
    found = {node.get_name(): node.get("label") for node in graph.get_nodes() if node.get("label")}
    for inner in graph.get_subgraphs():
        found |= nodes(inner)
    return found


def label(text: str) -> str:
    return '"' + text.replace("\n", " ").replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture
def odd(empty: Traced) -> Traced:
    empty.harvest(*odd_estate())
    return empty


def test_mermaid_draws_assets_and_dotted_arrows_where_no_value_flows(shop: Traced) -> None:
    said = asked(shop, "mermaid", direction="upstream", level="column").splitlines()
    assert said[0] == "flowchart LR"
    assert '  subgraph n0["stg (postgresql view)"]' in said
    assert '    n1["amount"]' in said
    assert any("-.->" in line and line.endswith(" n0") and "filters or joins" in line for line in said)
    plain = asked(shop, "mermaid", "mart", direction="upstream", depth=1).splitlines()
    assert any('-->|"Load mart"|' in line for line in plain)


def test_mermaid_labels_hold_nothing_that_it_would_read(odd: Traced) -> None:
    said = asked(odd, "mermaid", ODD[0], level="column")
    assert "🦆 duck/pond" in said
    assert "a #34;quoted#34; #92; name" in said
    assert "x#60;br#62;#38;amp;#35;35; #96;y#96; [z] {w} |v|" in said
    for line in said.splitlines():
        assert line.count('"') in {0, 2}, line


def test_dot_is_read_by_a_parser_as_what_was_meant(shop: Traced, odd: Traced) -> None:
    graph = drawn(asked(odd, "dot", ODD[0]))
    labels = nodes(graph)
    assert set(labels.values()) == {label(f"{name} (postgresql table)") for name in ODD}
    assert len(graph.get_edges()) == len(ODD) - 1
    columns = nodes(drawn(asked(odd, "dot", ODD[0], level="column")))
    assert set(columns.values()) == {label(path(name)) for name in ODD}


def test_dot_has_the_edges_of_the_answer(shop: Traced) -> None:
    found = shop.ask("mart", level="column")
    graph = drawn(export(found, "dot", shop.core.iris))
    assert len(graph.get_edges()) == len(found.edges)
    ends = {end for one in graph.get_edges() for end in (one.get_source(), one.get_destination())}
    assert ends <= set(nodes(graph))
    assert {one.get("style") for one in graph.get_edges()} == {None, "dashed"}


def test_a_page_draws_the_ends_that_are_on_another(shop: Traced) -> None:
    first = shop.ask("stg", first=3)
    second = shop.ask("stg", first=50, after=first.cursor)
    graph = drawn(export(second, "dot", shop.core.iris))
    assert len(graph.get_edges()) == len(second.edges)
    assert '"shop.public.mart"' in nodes(graph).values()


def events(text: str) -> dict[tuple[str, str], dict[str, Any]]:
    """By job, each event; OpenLineage's own classes and Fabric's reader take it."""
    found = {}
    for one in json.loads(text):
        read_event(one)
        JobEvent(
            eventTime=one["eventTime"],
            producer=one["producer"],
            job=Job(**one["job"]),
            inputs=[InputDataset(**it) for it in one["inputs"]],
            outputs=[OutputDataset(**it) for it in one["outputs"]],
        )
        found[one["job"]["namespace"], one["job"]["name"]] = one
    return found


def test_openlineage_has_an_event_for_each_job_and_view(shop: Traced) -> None:
    found = events(asked(shop, "openlineage"))
    names = {"sales", "forecast/1", "forecast"}
    assert set(found) == {
        (JOB.namespace, JOB.name),
        (NAMESPACE, "shop.public.stg"),
        *(("shop", name) for name in names),
    }
    load = found[JOB.namespace, JOB.name]
    assert [one["name"] for one in load["inputs"]] == ["shop.public.stg"]
    assert [one["name"] for one in load["outputs"]] == ["shop.public.mart"]
    assert load["job"]["facets"]["sql"]["query"].startswith("INSERT INTO mart")
    assert found["shop", "sales"]["outputs"][0]["facets"]["datasetType"]["datasetType"] == "DASHBOARD"


def test_openlineage_tells_columns(shop: Traced) -> None:
    found = events(asked(shop, "openlineage", "mart", direction="upstream", level="column"))
    lineage = found[JOB.namespace, JOB.name]["outputs"][0]["facets"]["columnLineage"]
    assert lineage["fields"]["total"]["inputFields"] == [
        {
            "namespace": NAMESPACE,
            "name": "shop.public.stg",
            "field": "amount",
            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY", "description": "sum(amount)"}],
        }
    ]
    view = found[NAMESPACE, "shop.public.stg"]["outputs"][0]["facets"]["columnLineage"]
    assert [(one["field"], one["transformations"][0]["type"]) for one in view["dataset"]] == [("region", "INDIRECT")]


def test_openlineage_dates_an_event_by_who_said_it_last(shop: Traced) -> None:
    found = shop.ask("stg", direction="upstream")
    said = found.edges[0].provenance[0].at
    assert said is not None
    assert [one["eventTime"] for one in events(export(found, "openlineage", shop.core.iris, NOW)).values()] == [
        said.isoformat()
    ]
    undated = replace(found, edges=tuple(one._replace(provenance=()) for one in found.edges))
    assert [one["eventTime"] for one in events(export(undated, "openlineage", shop.core.iris, NOW)).values()] == [
        NOW.isoformat()
    ]


def test_openlineage_keeps_odd_names(odd: Traced) -> None:
    found = events(asked(odd, "openlineage", ODD[0], level="column"))
    assert {name for _, name in found} == {f"shop.public.{name}" for name in ODD[1:]}
    fields = {name for one in found.values() for name in one["outputs"][0]["facets"]["columnLineage"]["fields"]}
    assert fields == {path(name) for name in ODD[1:]}


def read(text: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=text, format="turtle")


def test_prov_says_what_derives_from_what_and_which_job_did_it(shop: Traced) -> None:
    graph = read(asked(shop, "prov"))
    stg, mart, load = (rdflib.URIRef(shop.iri(one)) for one in ("stg", "mart", JOB))
    activity = rdflib.URIRef(f"{load}/activity")
    assert (mart, PROV.wasDerivedFrom, stg) in graph
    assert (activity, PROV.used, stg) in graph
    assert (mart, PROV.wasGeneratedBy, activity) in graph
    assert (load, RDF.type, PROV.Plan) in graph
    derivation = graph.value(mart, PROV.qualifiedDerivation)
    assert graph.value(derivation, PROV.entity) == stg
    assert graph.value(derivation, PROV.hadActivity) == activity
    assert not [one for one in graph.all_nodes() if isinstance(one, rdflib.BNode)]


def test_prov_of_columns_tells_expressions_and_influences(shop: Traced) -> None:
    graph = read(asked(shop, "prov", "mart", direction="upstream", level="column"))
    region, stg = rdflib.URIRef(shop.iri("raw", "region")), rdflib.URIRef(shop.iri("stg"))
    assert (stg, PROV.wasInfluencedBy, region) in graph
    expressions = set(graph.objects(None, rdflib.URIRef("https://w3id.org/kgfabric/ns#expression")))
    assert expressions == {rdflib.Literal("sum(amount)")}


def test_prov_keeps_odd_names(odd: Traced) -> None:
    graph = read(asked(odd, "prov", ODD[0], level="column"))
    assert {str(one) for one in graph.objects(None, RDFS.label)} == {*ODD, *map(path, ODD)}


@pytest.mark.parametrize("form", ["mermaid", "dot", "openlineage", "prov"])
def test_an_asset_without_lineage_is_exported_alone(shop: Traced, form: Format) -> None:
    found: Lineage = shop.ask("other")
    assert found.edges == ()
    said = export(found, form, shop.core.iris, NOW)
    assert json.loads(said) == [] if form == "openlineage" else "other" in said


def test_a_job_that_is_no_node_of_the_answer_is_told_all_the_same(empty: Traced) -> None:
    empty.harvest(table("a"), table("b"), Edge(downstream=ref("b"), upstream=ref("a"), job=JOB), edge("c", "b"))
    found = events(asked(empty, "openlineage", "b"))
    assert set(found) == {(JOB.namespace, JOB.name), (NAMESPACE, "shop.public.c")}
    graph = read(asked(empty, "prov", "b"))
    assert (rdflib.URIRef(empty.iri(JOB)), RDF.type, PROV.Plan) in graph
