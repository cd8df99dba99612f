"""`fabric lineage show`, `paths` and `why`: following lineage from an asset."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import unquote

import typer
from rich.tree import Tree

from api.client import Client
from api.commands.columns import column_of
from api.commands.find import AsOf, Asset, resolve
from api.commands.lineage import app
from api.commands.output import AsJson, DataDir, client, console, plain, print_json, show_table
from fabric.errors import QueryError, SettingsError

__all__ = ["app", "name_of", "paths", "show", "why"]

Direction = Literal["upstream", "downstream", "both"]
Level = Literal["table", "column"]
Format = Literal["mermaid", "dot", "openlineage", "prov"]
_MOST = 50_000
_ASKED = (
    "$i:ID!,$d:LineageDirection!,$n:Int,$l:LineageLevel!,$t:[String!],$k:[String!],$p:[String!],$at:DateTime,$a:String"
)
_GIVEN = "iri:$i,direction:$d,depth:$n,level:$l,through:$t,kinds:$k,platforms:$p,asOf:$at,after:$a"
_SHOW = f"""query({_ASKED}) {{ lineage({_GIVEN}) {{
  totalNodes totalEdges pageInfo {{ hasNextPage endCursor }}
  root {{ iri title }}
  nodes {{ iri title kind datasetKind platform distance removedAt container {{ title }} fields {{ iri path datatype }} }}
  edges {{ start end level influence expression transformation masking via
    provenance {{ source run at rule job {{ title iri }} }} }}
}} }}"""
_EXPORT = f"""query({_ASKED},$f:LineageFormat!) {{
  lineage({_GIVEN},first:{_MOST}) {{ totalNodes pageInfo {{ hasNextPage }} export(format:$f) }}
}}"""
_PATHS = """query($s:ID!,$e:ID!,$l:LineageLevel!,$n:Int!) {
  lineagePaths(start:$s,end:$e,level:$l,first:$n) { nodes edges { start end influence expression provenance { source } } }
}"""
_WHY = "query($i:ID!) { rootCause(iri:$i) { asset { iri kind title } distance kind at reason evidence { iri title } } }"
Column = Annotated[str | None, typer.Option(help="Only this column of the asset.")]


@app.command(epilog="Example: fabric lineage show low_stock --direction upstream --level column")
def show(
    asset: Asset,
    direction: Annotated[Direction, typer.Option(help="What it comes from, what comes from it, or both.")] = "both",
    depth: Annotated[int | None, typer.Option(help="How many steps; all by default.")] = None,
    level: Annotated[Level, typer.Option(help="Between assets, or between columns.")] = "table",
    column: Column = None,
    through: Annotated[list[str] | None, typer.Option(help="Only ways over this asset.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Show only this kind, such as dataset; see past others.")
    ] = None,
    platform: Annotated[list[str] | None, typer.Option(help="Show only this platform; see past others.")] = None,
    as_of: AsOf = None,
    form: Annotated[
        Format | None, typer.Option("--format", "-f", help="Print it in a form that other tools read.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what an asset derives from and what derives from it."""
    if form is not None and as_json:
        raise SettingsError("--json and --format cannot both be given", remedy="leave one out")
    with client(data_dir) as fabric:
        iri = resolve(fabric, asset)
        asked = {
            "i": iri if column is None else column_of(fabric, iri, column),
            "d": direction.upper(),
            "n": depth,
            "l": "COLUMN" if column else level.upper(),
            "t": [resolve(fabric, one) for one in through or ()],
            "k": kind,
            "p": platform,
            "at": as_of,
        }
        if form is not None:
            print(_export(fabric, form, asked), end="")  # noqa: T201 - the output itself
            return
        found = _follow(fabric, asked)
    if as_json:
        print_json(found)
    elif column or level == "column":
        _print_columns(found)
    else:
        _print_tree(found)


@app.command(epilog="Example: fabric lineage paths stock low_stock --level column")
def paths(
    start: Annotated[str, typer.Argument(help="Where the data is: an asset's IRI or exact name.")],
    end: Annotated[str, typer.Argument(help="Where it arrives: an asset's IRI or exact name.")],
    level: Annotated[Level, typer.Option(help="Between assets, or between columns.")] = "table",
    first: Annotated[int, typer.Option("--first", "-n", help="How many ways, shortest first.")] = 10,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show the ways that data takes from one asset to another."""
    with client(data_dir) as fabric:
        ends = {"s": resolve(fabric, start), "e": resolve(fabric, end)}
        found = fabric.ask(_PATHS, l=level.upper(), n=first, **ends)["lineagePaths"]
    if as_json:
        print_json(found)
        return
    if not found:
        console.print(f"no data flows from {start} to {end}", markup=False)
    for way in found:
        console.print(" -> ".join(map(name_of, way["nodes"])), markup=False, soft_wrap=True)


@app.command(epilog="Example: fabric lineage why low_stock")
def why(asset: Asset, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say why an asset may be wrong or late: failed runs, failing checks, late data, schema changes upstream."""
    with client(data_dir) as fabric:
        found = fabric.ask(_WHY, i=resolve(fabric, asset))["rootCause"]
    if as_json:
        print_json(found)
        return
    if not found:
        console.print("nothing is known to be wrong with it or upstream of it")
        return
    rows = [
        (str(one["distance"]), one["asset"]["title"], one["kind"], (one["at"] or "")[:19], one["reason"])
        for one in found
    ]
    show_table(("steps", "asset", "what", "when", "reason"), rows)


def name_of(iri: str) -> str:
    """The name that an asset's or field's IRI ends with, a field's behind its dataset's."""
    asset, _, field = iri.partition("/field/")
    name = unquote(asset.rpartition("/")[2])
    return f"{name}.{unquote(field)}" if field else name


def _export(fabric: Client, form: Format, asked: dict[str, Any]) -> str:
    """The whole answer in a form that other tools read. Raises: QueryError where it has more than one page."""
    found = fabric.ask(_EXPORT, f=form.upper(), **asked)["lineage"]
    if found["pageInfo"]["hasNextPage"]:
        raise QueryError(
            f"the lineage has {found['totalNodes']:,} assets, more than the {_MOST:,} that can be exported at once",
            remedy="narrow it: --depth, --direction, --through, --kind or --platform",
        )
    return str(found["export"])


def _follow(fabric: Client, asked: dict[str, Any]) -> dict[str, Any]:
    """All pages of an answer, as one."""
    found: dict[str, Any] = fabric.ask(_SHOW, **asked)["lineage"]
    page = found.pop("pageInfo")
    while page["hasNextPage"]:
        more = fabric.ask(_SHOW, a=page["endCursor"], **asked)["lineage"]
        page = more["pageInfo"]
        for part in ("nodes", "edges"):
            found[part] += more[part]
    return found


def _print_tree(found: dict[str, Any]) -> None:
    nodes = {one["iri"]: one for one in found["nodes"]}
    root = found["root"]["iri"]
    tree = Tree(_label(nodes[root]))
    for name, near, far in (("upstream", "end", "start"), ("downstream", "start", "end")):
        links: dict[str, list[dict[str, Any]]] = {}
        for edge in found["edges"]:
            links.setdefault(edge[near], []).append(edge)
        if links.get(root):
            _branch(tree.add(f"[bold]{name}[/]"), root, links, far, nodes)
    console.print(tree, soft_wrap=True)
    if len(nodes) == 1:
        console.print("no lineage is known of it")


def _branch(
    tree: Tree, root: str, links: dict[str, list[dict[str, Any]]], far: str, nodes: dict[str, dict[str, Any]]
) -> None:
    """Draw each asset once with what lies behind it; where it is met again, a mark says so."""
    drawn = {root}
    waiting = [(tree, root)]
    while waiting:
        branch, iri = waiting.pop()
        below = []
        for edge in sorted(links.get(iri, ()), key=lambda one: (nodes[one[far]]["title"], one[far])):
            other, again = edge[far], edge[far] in drawn
            mark = " [dim](above)[/]" if again and links.get(other) else ""
            child = branch.add(
                _label(nodes[other]) + (" [dim]filters or joins only[/]" if edge["influence"] else "") + mark
            )
            if not again:
                drawn.add(other)
                below.append((child, other))
        waiting += reversed(below)


def _label(node: dict[str, Any]) -> str:
    """Title, kind, platform and container, and whether it is gone."""
    said = [node["datasetKind"] or node["kind"], node["platform"], node["container"] and node["container"]["title"]]
    gone = f" [red]gone since {node['removedAt'][:10]}[/]" if node["removedAt"] else ""
    return f"[bold]{plain(node['title'])}[/]  [dim]{plain(' '.join(filter(None, said)))}[/]{gone}"


def _print_columns(found: dict[str, Any]) -> None:
    titles = {one["iri"]: one["title"] for one in found["nodes"]}
    for node in found["nodes"]:
        titles.update({one["iri"]: f"{node['title']}.{one['path']}" for one in node["fields"]})
    rows = [
        (
            titles[edge["end"]],
            titles[edge["start"]],
            _how(edge),
            ", ".join(sorted({s["source"] for s in edge["provenance"]})),
        )
        for edge in found["edges"]
    ]
    if not rows:
        console.print(f"no lineage of columns is known of {found['root']['title']}", markup=False)
        return
    show_table(("column", "from", "how", "said by"), rows)


def _how(edge: dict[str, Any]) -> str:
    if edge["influence"]:
        return "filters or joins"
    said = edge["expression"] or edge["transformation"] or "copy"
    return f"{said} (masked)" if edge["masking"] else said
