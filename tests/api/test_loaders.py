"""How often the stores are asked: as often for a page of fifty assets as for one of two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from fabric.model import Check, CheckResult, Dataset, Field, Lineage, Ref, Reference, agent
from fabric.workspace import Workspace
from tests.api.estate import ask, opened
from tests.fabric.scripted import Played

COUNT = 60
NAMESPACE = "postgres://db"
PAGE = """query($n:Int!){datasets(first:$n){edges{node{
  title tags owners{title} upstream{title} downstream{title} domains{title} terms{title} path{title}
  facts{source run}
  ...on Dataset{fields{name upstream{path dataset{title}} references{path}} references{target{title}} referencedBy{title}
    checks{title outcome}}}}}}"""


def ref(number: int) -> Ref:
    return Ref("dataset", NAMESPACE, f"shop.t{number:02}")


def records() -> Iterator[Any]:
    for number in range(COUNT):
        before = ref((number + 1) % COUNT)
        yield Dataset(
            namespace=NAMESPACE,
            name=ref(number).name,
            title=f"t{number:02}",
            kind="table",
            fields=(Field(name="id", datatype="integer", ordinal=1),),
            tags=frozenset({"gold"}),
            owners=frozenset({agent(f"owner{number}")}),
            references=frozenset({Reference(name="r", columns=("id",), target=before, target_columns=("id",))}),
        )
        yield Lineage(downstream=ref(number), upstream=before)
        yield Check(namespace="dbt", name=f"c{number}", title=f"c{number}", subject=ref(number))
        check = Ref("check", "dbt", f"c{number}")
        yield CheckResult(namespace="dbt", name=f"r{number}", check=check, outcome="failed")


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(tmp_path_factory.mktemp("data")) as client:
        workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
        workspace.harvester.run("shop", Played(*records()), "run")
        iris = [workspace.iris.asset(ref(number)) for number in range(COUNT)]
        ask(client, 'mutation($i:[ID!]!){curateAll(iris:$i,addDomains:["Sales"],addTerms:["Order"])}', i=iris)
        client.post("/index")
        yield client


class Counted:
    """A graph store that counts how often it is asked."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.asked = inner, 0

    def __getattr__(self, name: str) -> Any:
        if name in {"query", "match", "describe"}:
            self.asked += 1
        return getattr(self._inner, name)


def asked(client: TestClient, document: str, **variables: Any) -> tuple[dict[str, Any], int, int]:
    """The answer, and how often graph and state database were asked for it."""
    workspace: Workspace = client.app.state.workspace  # type: ignore[attr-defined]
    counted, statements = Counted(workspace.assets._graph), []

    def note(*given: Any) -> None:
        statements.append(given[2])

    event.listen(workspace.state.engine, "before_cursor_execute", note)
    workspace.assets._graph = counted
    try:
        answer = ask(client, document, **variables)
    finally:
        workspace.assets._graph = counted._inner
        event.remove(workspace.state.engine, "before_cursor_execute", note)
    return answer, counted.asked, len(statements)


def test_a_page_of_fifty_asks_the_stores_as_often_as_one_of_two(estate: TestClient) -> None:
    few, *few_asked = asked(estate, PAGE, n=2)
    many, *many_asked = asked(estate, PAGE, n=50)
    assert len(many["datasets"]["edges"]) == 50
    assert many_asked == few_asked
    assert many_asked[0] <= 25
    assert many_asked[1] <= 12
    node = many["datasets"]["edges"][7]["node"]
    assert node["title"] == "t07"
    assert node["owners"] == [{"title": "owner7"}]
    assert (node["upstream"], node["downstream"]) == ([{"title": "t08"}], [{"title": "t06"}])
    assert (node["domains"], node["terms"]) == ([{"title": "Sales"}], [{"title": "Order"}])
    assert node["references"] == [{"target": {"title": "t08"}}]
    assert (node["referencedBy"], node["checks"]) == ([{"title": "t06"}], [{"title": "c7", "outcome": "failed"}])
    assert few["datasets"]["edges"] == many["datasets"]["edges"][:2]


def test_many_assets_by_alias_are_read_together(estate: TestClient) -> None:
    workspace: Workspace = estate.app.state.workspace  # type: ignore[attr-defined]
    iris = [workspace.iris.asset(ref(number)) for number in range(20)]
    wide = "{" + " ".join(f'a{n}:asset(iri:"{iri}"){{title owners{{title}}}}' for n, iri in enumerate(iris)) + "}"
    _, *one = asked(estate, f'{{a0:asset(iri:"{iris[0]}"){{title owners{{title}}}}}}')
    _, *all_of_them = asked(estate, wide)
    assert all_of_them == one


def test_what_changed_is_seen_by_the_next_operation(estate: TestClient) -> None:
    workspace: Workspace = estate.app.state.workspace  # type: ignore[attr-defined]
    iri = workspace.iris.asset(ref(3))
    document = "query($i:ID!){asset(iri:$i){title}}"
    assert ask(estate, document, i=iri)["asset"]["title"] == "t03"
    curate = "mutation($i:ID!,$t:String){curate(iri:$i,title:$t){title}}"
    assert ask(estate, curate, i=iri, t="Third")["curate"]["title"] == "Third"
    assert ask(estate, document, i=iri)["asset"]["title"] == "Third"
    assert ask(estate, curate, i=iri, t="")["curate"]["title"] == "t03"
