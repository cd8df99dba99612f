from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.graphql.schema import make_schema
from tests.api.estate import ask, harvest, make_lake, opened

SEARCH = """query($q:String!,$k:[String!],$a:String,$n:Int!){search(query:$q,kinds:$k,after:$a,first:$n){totalCount
  pageInfo{hasNextPage endCursor} facets{name values{value count}} edges{why node{iri title kind}}}}"""
ASSET = """query($i:ID!){asset(iri:$i){
  __typename title kind identifier sources path{title} facts{label source curated run at}
  ...on Dataset{datasetKind rowCount
    fields{name path datatype required description primaryKey upstream{path} references{path}}}}}"""


def find(client: TestClient, query: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(client, SEARCH, **{"q": query, "n": 20, **more})["search"]
    return found


def iri_of(client: TestClient, title: str) -> str:
    edges = find(client, title, k=["dataset"])["edges"]
    return next(str(edge["node"]["iri"]) for edge in edges if edge["node"]["title"] == title)


def refusal(client: TestClient, document: str, **variables: Any) -> dict[str, Any]:
    body = client.post("/graphql", json={"query": document, "variables": variables}).json()
    error: dict[str, Any] = body["errors"][0]
    return error


def test_search_finds_a_dataset_by_a_column(client: TestClient) -> None:
    edge = find(client, "total amount", k=["dataset"])["edges"][0]
    assert edge["node"]["title"] == "orders"
    assert "field total_amount" in edge["why"]


def test_search_pages_with_cursors_and_ends(client: TestClient) -> None:
    first = find(client, "", n=1)
    rest = find(client, "", a=first["pageInfo"]["endCursor"], n=50)
    titles = [edge["node"]["iri"] for edge in (*first["edges"], *rest["edges"])]
    assert first["pageInfo"]["hasNextPage"]
    assert not rest["pageInfo"]["hasNextPage"]
    assert len(titles) == len(set(titles)) == first["totalCount"]


def test_facets_count_what_was_found(client: TestClient) -> None:
    facets = {facet["name"]: facet["values"] for facet in find(client, "")["facets"]}
    assert {"value": "dataset", "count": 2} in facets["kind"]


def test_a_search_is_narrowed_by_owner_and_an_unknown_cursor_is_refused(client: TestClient) -> None:
    document = 'query($o:[String!],$a:String){search(query:"",owners:$o,after:$a){totalCount facets{name}}}'
    found = ask(client, document, o=["nobody"])["search"]
    assert found["totalCount"] == 0
    assert [facet["name"] for facet in found["facets"]] == ["kind", "platform", "source", "tag", "domain", "owner"]
    assert "no cursor" in refusal(client, document, a="٣")["message"]


def test_similar_assets_say_why(client: TestClient) -> None:
    document = "query($i:ID!,$n:Int!){similar(iri:$i,first:$n){score why node{title}}}"
    found = ask(client, document, i=iri_of(client, "orders"), n=5)["similar"]
    assert [(one["node"]["title"], one["why"]) for one in found] == [("customers", ["1 of 3 fields: customer_id"])]
    assert "1 to 100" in refusal(client, document, i=iri_of(client, "orders"), n=0)["message"]
    unknown = f"{iri_of(client, 'orders')}unknown"
    assert "nothing is known" in refusal(client, document, i=unknown, n=5)["message"]


def test_asset_shows_fields_with_types_and_descriptions(client: TestClient) -> None:
    asset = ask(client, ASSET, i=iri_of(client, "orders"))["asset"]
    assert (asset["__typename"], asset["datasetKind"], asset["rowCount"], asset["sources"]) == (
        "Dataset",
        "file",
        2.0,
        ["lake"],
    )
    key = asset["fields"][0]
    assert (key["name"], key["datatype"], key["required"], key["description"]) == (
        "order_id", "integer", True, "Number of the order.",
    )  # fmt: skip


def test_every_fact_names_its_source_run_and_time(client: TestClient) -> None:
    facts = ask(client, ASSET, i=iri_of(client, "orders"))["asset"]["facts"]
    assert facts
    assert all(fact["source"] == "lake" and fact["run"] and fact["at"] and not fact["curated"] for fact in facts)


def test_unknown_asset_is_null(client: TestClient) -> None:
    assert ask(client, ASSET, i="http://localhost:8642/id/dataset/x/y")["asset"] is None
    assert ask(client, ASSET, i="not an IRI")["asset"] is None


def test_curated_description_wins_and_is_taken_back(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as client:
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        iri = iri_of(client, "orders")
        curate = "mutation($i:ID!,$d:String,$t:[String!]){curate(iri:$i,description:$d,addTags:$t){description tags sources}}"
        said = ask(client, curate, i=iri, d="All orders.", t=["sales"])["curate"]
        assert said == {"description": "All orders.", "tags": ["sales"], "sources": ["curated", "lake"]}
        harvest(client, "lake", "files", {"path": str(tmp_path / "lake")})
        client.post("/index")
        assert find(client, "sales")["edges"][0]["node"]["iri"] == iri
        assert ask(client, curate, i=iri, d="")["curate"]["description"] is None
        history = ask(client, "query($i:ID!){history(iri:$i){edges{node{kind source added removed}}}}", i=iri)[
            "history"
        ]
        history = [edge["node"] for edge in history["edges"]]
        assert [change["kind"] for change in history] == ["curate", "curate", "harvest"]
        assert "All orders." in history[0]["removed"][0]


def test_owners_domains_and_terms_are_curated_found_and_taken_back(tmp_path: Path) -> None:
    said = "title owners{title} domains{title iri} terms{title}"
    curate = (
        "mutation($i:ID!,$o:[String!],$d:[String!],$t:[String!],$ro:[String!],$rd:[String!],$rt:[String!]){curate(iri:$i,"
        f"addOwners:$o,addDomains:$d,addTerms:$t,removeOwners:$ro,removeDomains:$rd,removeTerms:$rt){{{said}}}}}"
    )
    with opened(tmp_path / "data") as client:
        harvest(client, "lake", "files", {"path": str(make_lake(tmp_path / "lake"))})
        iris = [iri_of(client, title) for title in ("orders", "customers")]
        done = ask(client, curate, i=iris[0], o=["ann"], d=["Sales"], t=["Order"])["curate"]
        assert [done[one][0]["title"] for one in ("owners", "domains", "terms")] == ["ann", "Sales", "Order"]
        bulk = "mutation($i:[ID!]!,$d:[String!]){curateAll(iris:$i,addDomains:$d)}"
        assert ask(client, bulk, i=iris, d=["Sales"])["curateAll"] == 3
        client.post("/index")
        narrowed = 'query($d:[String!]){search(query:"",domains:$d){totalCount}}'
        assert ask(client, narrowed, d=["Sales"])["search"]["totalCount"] == 2
        gone = ask(client, curate, i=iris[0], ro=["ann"], rd=[done["domains"][0]["iri"]], rt=["Order"])["curate"]
        assert [gone[one] for one in ("owners", "domains", "terms")] == [[], [], []]


def test_asset_as_of_a_past_moment(tmp_path: Path) -> None:
    with opened(tmp_path / "data") as client:
        lake = make_lake(tmp_path / "lake")
        harvest(client, "lake", "files", {"path": str(lake)})
        iri = iri_of(client, "customers")
        before = ask(client, "query($i:ID!){history(iri:$i){edges{node{at}}}}", i=iri)["history"]["edges"][0]["node"][
            "at"
        ]
        (lake / "customers.csv").write_text("customer_id,email,phone\n7,a@example.org,1\n", encoding="utf-8")
        harvest(client, "lake", "files", {"path": str(lake)})
        document = "query($i:ID!,$t:DateTime){asset(iri:$i,asOf:$t){...on Dataset{fields{name}}}}"
        assert [f["name"] for f in ask(client, document, i=iri)["asset"]["fields"]] == ["customer_id", "email", "phone"]
        assert [f["name"] for f in ask(client, document, i=iri, t=before)["asset"]["fields"]] == [
            "customer_id",
            "email",
        ]
        assert ask(client, document, i=iri, t="2001-01-01T00:00:00Z")["asset"] is None


@pytest.mark.parametrize(
    ("document", "variables", "code", "said"),
    [
        ('{search(query:"x", first:1000){totalCount}}', {}, "QueryError", "1 to 200"),
        ('{search(query:"x", after:"abc"){totalCount}}', {}, "QueryError", "cursor"),
        ("query($q:String!){search(query:$q){totalCount}}", {"q": "x" * 10_001}, "QueryError", "10001"),
        ('{run(id:"nope"){id}}', {}, "InputError", "nope"),
        ('mutation{harvestSource(name:"nope"){id}}', {}, "UnknownSource", "nope"),
        ('mutation{testSource(name:"nope")}', {}, "UnknownSource", "lake"),
        ('mutation{registerSource(name:"x",connector:"nope",options:{}){name}}', {}, "UnknownConnector", "files"),
        (
            'mutation{registerSource(name:"lake",connector:"files",options:{path:"/"}){name}}',
            {},
            "SourceExists",
            "lake",
        ),
        ('mutation{registerSource(name:"X y",connector:"files",options:{path:"/"}){name}}', {}, "SettingsError", "X y"),
        ('mutation{curate(iri:"http://localhost:8642/id/dataset/x/y",title:"t"){title}}', {}, "UnknownAsset", "x/y"),
    ],
)
def test_wrong_requests_get_a_code_the_value_and_a_remedy(
    client: TestClient, document: str, variables: dict[str, Any], code: str, said: str
) -> None:
    error = refusal(client, document, **variables)
    assert error["extensions"]["code"] == code
    assert said in error["message"]


def test_deep_and_wide_queries_are_refused(client: TestClient) -> None:
    deep = "{" + 'asset(iri:"x"){...on Dataset{fields' * 1 + "{fields" * 20 + "{name}" + "}" * 20 + "}}}"
    wide = "{" + " ".join(f"a{i}:status{{commit}}" for i in range(100)) + "}"
    assert "depth" in refusal(client, deep)["message"]
    assert "alias" in refusal(client, wide)["message"].lower()


def test_unexpected_errors_are_masked(client: TestClient) -> None:
    client.app.state.workspace.runs, kept = None, client.app.state.workspace.runs  # type: ignore[attr-defined]
    try:
        assert "NoneType" not in refusal(client, "{runs{id}}")["message"]
    finally:
        client.app.state.workspace.runs = kept  # type: ignore[attr-defined]


def test_registered_secrets_are_never_shown(tmp_path: Path) -> None:
    secret = "pl4nted-s3cret"
    with opened(tmp_path) as client:
        options = {"url": "postgresql://reader@127.0.0.1:1/shop", "password": secret, "connect_timeout": 1}
        document = 'mutation($o:JSON!){registerSource(name:"shop",connector:"sql",options:$o){options}}'
        shown = client.post("/graphql", json={"query": document, "variables": {"o": options}}).text
        run = client.app.state.workspace.harvest("shop")  # type: ignore[attr-defined]
        asked = client.post(
            "/graphql", json={"query": "{sources{edges{node{options lastRun{state error problems}}}} runs{error}}"}
        ).text
        exported = client.get("/export").text
    assert run.state == "failed"
    assert "***" in shown
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert secret not in shown + asked + exported
    assert secret.encode() not in stored


def test_the_explorer_is_built_from_this_schema() -> None:
    file = Path(__file__).parents[2] / "api" / "explorer" / "schema.graphql"
    assert file.read_text(encoding="utf-8") == make_schema().as_str() + "\n", "write it anew: python -m api.graphql"
