"""`fabric search`, `show`, `history`, `sparql`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import typer

from api.client import Client
from api.commands.output import AsJson, DataDir, client, console, plain, print_json, show_table
from fabric import ntriples
from fabric.errors import UnknownAsset
from fabric.terms import compact

__all__ = ["history", "print_results", "search", "show", "sparql"]

SEARCH = """
query($q:String!,$n:Int!,$k:[String!],$p:[String!],$s:[String!],$t:[String!],$d:[String!],$o:[String!],$m:Boolean!) {
  search(query:$q, first:$n, kinds:$k, platforms:$p, sources:$s, tags:$t, domains:$d, owners:$o, semantic:$m) {
    totalCount
    edges { score why highlight node { iri kind title identifier description platform tags sources path { title } } }
  }
}
"""
SHOW = """
query($i:ID!,$t:DateTime) {
  asset(iri:$i, asOf:$t) {
    __typename iri kind title identifier description platform tags sources removedAt
    owners { title } path { title } upstream { title iri } downstream { title iri }
    ... on Dataset { datasetKind rowCount byteSize definition
      fields { name datatype nativeType required primaryKey description
        references { path dataset { title } } upstream { path dataset { title } } }
      checks { title outcome dimension } }
    ... on Job { definition reads { title } writes { title } }
    ... on Container { members { title kind iri } }
  }
}
"""
Asset = Annotated[str, typer.Argument(help="An asset's IRI, or its exact name where only one has it.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="A past moment, such as 2026-01-31T08:00:00Z.")]


def search(
    words: Annotated[list[str], typer.Argument(help="Words or a whole question.")],
    first: Annotated[int, typer.Option("--first", "-n", help="How many results.")] = 10,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind, such as dataset.")] = None,
    platform: Annotated[list[str] | None, typer.Option(help="Only this platform.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only what this source describes.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="Only with this tag.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="Only in this domain.")] = None,
    owner: Annotated[list[str] | None, typer.Option(help="Only what this person or team answers for.")] = None,
    semantic: Annotated[
        bool, typer.Option("--meaning/--words", help="Search by meaning too, or by words alone.")
    ] = True,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find assets by words and meaning."""
    with client(data_dir) as fabric:
        if fabric.server is None:
            fabric.request("POST", "/index", params={"semantic": str(semantic).lower()})
        filters = {"k": kind, "p": platform, "s": source, "t": tag, "d": domain, "o": owner}
        found = find(fabric, " ".join(words), first=first, semantic=semantic, **filters)
    if as_json:
        print_json(found)
    else:
        print_results(found)


def find(fabric: Client, query: str, *, first: int = 10, semantic: bool = True, **filters: Any) -> dict[str, Any]:
    """Search through the API."""
    result: dict[str, Any] = fabric.ask(SEARCH, q=query, n=first, m=semantic, **filters)["search"]
    return result


def print_results(found: dict[str, Any]) -> None:
    """Print search results for people."""
    if not found["edges"]:
        console.print("Nothing found. Other words, or fewer filters, may help.")
    for rank, edge in enumerate(found["edges"], 1):
        node = edge["node"]
        where = " / ".join(one["title"] for one in node["path"])
        console.print(
            f"{rank:2}. [bold]{plain(node['title'])}[/]  {node['kind']} {node['platform'] or ''}  [dim]{plain(where)}[/]",
            soft_wrap=True,
        )
        if edge["highlight"]:
            console.print(f"    {edge['highlight']}", markup=False, soft_wrap=True)
        if edge["why"]:
            console.print(f"    [dim]{plain(', '.join(edge['why']))}[/]", soft_wrap=True)
        console.print(f"    {node['iri']}", markup=False, style="dim", soft_wrap=True)


def show(asset: Asset, as_of: AsOf = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show an asset: columns, keys, owners, lineage, checks; also as it was."""
    with client(data_dir) as fabric:
        found = fabric.ask(SHOW, i=resolve(fabric, asset), t=as_of)["asset"]
    if found is None:
        raise UnknownAsset(
            f"nothing is known of {asset!r}" + (f" as of {as_of}" if as_of else ""),
            remedy="find it: fabric search WORDS",
        )
    if as_json:
        print_json(found)
    else:
        _print_asset(found)


def resolve(fabric: Client, asset: str) -> str:
    """The IRI of an asset given by IRI or exact name, of the dataset where others are called so too.

    Raises: UnknownAsset.
    """
    if asset.startswith(("http://", "https://")):
        return asset
    if fabric.server is None:
        fabric.request("POST", "/index", params={"semantic": "false"})
    edges = find(fabric, asset, first=200, semantic=False)["edges"]
    named = [edge["node"] for edge in edges if asset in {edge["node"]["title"], edge["node"]["identifier"]}]
    if not named:
        named = [edge["node"] for edge in edges if edge["node"]["identifier"].endswith((f"/{asset}", f".{asset}"))]
    named = named or _removed(fabric, asset)
    datasets = [node for node in named if node["kind"] == "dataset"]
    named = datasets if len(datasets) == 1 else named
    if len(named) == 1:
        return str(named[0]["iri"])
    said = "no asset" if not named else f"{len(named)} assets: " + ", ".join(node["iri"] for node in named[:10])
    raise UnknownAsset(f"the name {asset!r} fits {said}", remedy="give the IRI that `fabric search` prints")


def _removed(fabric: Client, name: str) -> list[dict[str, str]]:
    """Assets of that title that their sources no longer have."""
    query = f"SELECT DISTINCT ?s WHERE {{ ?s prov:invalidatedAtTime ?at ; dct:title {ntriples.text(name)} }}"
    headers = {"Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json"}
    answer = fabric.request("POST", "/sparql", content=query.encode(), headers=headers).json()
    found = [row["s"]["value"] for row in answer["results"]["bindings"]]
    return [{"iri": iri, "kind": iri.partition("/id/")[2].partition("/")[0]} for iri in found]


def _print_asset(found: dict[str, Any]) -> None:
    console.print(f"[bold]{plain(found['title'])}[/]  {found['kind']} {found['platform'] or ''}")
    console.print(found["iri"], markup=False, soft_wrap=True)
    if found["removedAt"]:
        console.print(f"no longer in its source since {found['removedAt']}", style="red")
    if found["description"]:
        console.print(found["description"], markup=False)
    lines = {
        "in": " / ".join(one["title"] for one in found["path"]),
        "owners": ", ".join(one["title"] for one in found["owners"]),
        "tags": ", ".join(found["tags"]),
        "said by": ", ".join(found["sources"]),
        "upstream": ", ".join(one["title"] for one in found["upstream"]),
        "downstream": ", ".join(one["title"] for one in found["downstream"]),
        "reads": ", ".join(one["title"] for one in found.get("reads", ())),
        "writes": ", ".join(one["title"] for one in found.get("writes", ())),
        "rows": "" if found.get("rowCount") is None else f"{found['rowCount']:,.0f}",
    }
    for label, value in lines.items():
        if value:
            console.print(f"{label:>10}  {value}", markup=False)
    if found.get("fields"):
        show_table(("column", "type", "key", "description"), [_field(one) for one in found["fields"]])
    if found.get("members"):
        show_table(("kind", "title"), [(one["kind"], one["title"]) for one in found["members"]])
    for check in found.get("checks", ()):
        console.print(f"check {check['title']}: {check['outcome'] or 'not run'}", markup=False)
    if found.get("definition"):
        console.print(found["definition"], markup=False, style="dim")


def _field(one: dict[str, Any]) -> tuple[str, str, str, str]:
    key = "PK" if one["primaryKey"] else "not null" if one["required"] else ""
    refers = ", ".join(f"-> {ref['dataset']['title']}.{ref['path']}" for ref in one["references"])
    return one["name"], one["nativeType"] or one["datatype"], f"{key} {refers}".strip(), one["description"] or ""


def history(
    asset: Asset,
    first: Annotated[int, typer.Option("--first", "-n", help="How many changes, newest first.")] = 20,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what changed on an asset, when, and which harvest or person did it."""
    page = "pageInfo{hasNextPage endCursor}"
    node = "commit kind at author source run graph added removed"
    document = f"query($i:ID!,$n:Int!,$a:String){{history(iri:$i,first:$n,after:$a){{edges{{node{{{node}}}}}{page}}}}}"
    with client(data_dir) as fabric:
        iri, found, after = resolve(fabric, asset), list[dict[str, Any]](), None
        while len(found) < first:
            part = fabric.ask(document, i=iri, n=min(first - len(found), 500), a=after)["history"]
            found += [edge["node"] for edge in part["edges"]]
            after = part["pageInfo"]["endCursor"]
            if not part["pageInfo"]["hasNextPage"]:
                break
    if as_json:
        print_json(found)
        return
    for change in found:
        console.print(f"[bold]commit {change['commit']}[/]", end=" ")
        by = f" by {change['author']}" if change["author"] else ""
        console.print(f"{change['at'][:19]} {change['kind']} {change['source']}{by}", markup=False)
        for sign, style in (("added", "green"), ("removed", "red")):
            for line in map(_statement, change[sign]):
                console.print(f"  {'+' if sign == 'added' else '-'} {line}", markup=False, style=style, soft_wrap=True)


def _statement(line: str) -> str:
    """A triple as people read it: the part of the asset, the property's compact name, and the value."""
    subject, predicate, value = next(ntriples.read_triples(line))
    part = unquote("/".join(subject[1:-1].partition("/id/")[2].split("/")[3:]))
    shown = compact(value[1:-1]) if value.startswith("<") else ntriples.read_literal(value)[0]
    return " ".join(filter(None, (part, compact(predicate[1:-1]), shown)))


def sparql(
    query: Annotated[str, typer.Argument(help="A SPARQL 1.1 query, a file that holds one, or - for standard input.")],
    as_of: AsOf = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Query the graph, now or as it was. Fabric's prefixes need not be declared."""
    text = sys.stdin.read() if query == "-" else Path(query).read_text(encoding="utf-8") if _is_file(query) else query
    accept = "application/sparql-results+json, text/turtle;q=0.5" if as_json else "text/csv, text/turtle;q=0.5"
    parameters = {"asOf": as_of} if as_of else {}
    headers = {"Content-Type": "application/sparql-query", "Accept": accept}
    with client(data_dir) as fabric:
        answer = fabric.request("POST", "/sparql", content=text.encode(), headers=headers, params=parameters)
    typer.echo(answer.text.replace("\r\n", "\n").rstrip("\n"))


def _is_file(query: str) -> bool:
    return len(query) < 500 and "{" not in query and Path(query).is_file()
