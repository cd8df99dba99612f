"""`fabric similar`."""

from __future__ import annotations

from typing import Annotated

import typer

from api.commands.find import Asset, resolve
from api.commands.output import AsJson, DataDir, client, console, print_json

__all__ = ["similar"]

SIMILAR = """
query($i:ID!,$n:Int!) {
  similar(iri:$i, first:$n) { score why node { iri kind title identifier platform path { title } } }
}
"""


def similar(
    asset: Asset,
    first: Annotated[int, typer.Option("--first", "-n", help="How many neighbours.")] = 10,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find assets like one: near in meaning, with the same fields, with the same content; each says why."""
    with client(data_dir) as fabric:
        iri = resolve(fabric, asset)
        if fabric.server is None:
            fabric.request("POST", "/index")
        found = fabric.ask(SIMILAR, i=iri, n=first)["similar"]
    if as_json:
        print_json(found)
        return
    if not found:
        console.print("Nothing is like it.")
    for rank, one in enumerate(found, 1):
        node = one["node"]
        where = " / ".join(parent["title"] for parent in node["path"])
        console.print(
            f"{rank:2}. {node['title']}  {node['kind']} {node['platform'] or ''}  {where}", markup=False, soft_wrap=True
        )
        console.print(f"    {'; '.join(one['why'])}", markup=False, style="dim", soft_wrap=True)
        console.print(f"    {node['iri']}", markup=False, style="dim", soft_wrap=True)
