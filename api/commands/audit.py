"""`fabric audit`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api.commands.output import AsJson, DataDir, client, print_json, show_table

__all__ = ["audit"]

_ENTRY = "id at who role via client operation arguments outcome error"


def audit(
    first: Annotated[int, typer.Option("--first", "-n", help="How many, at most 500.")] = 50,
    after: Annotated[str | None, typer.Option(help="Older ones than the entry of this id.")] = None,
    who: Annotated[str | None, typer.Option(help="Only what this person or program did.")] = None,
    operation: Annotated[str | None, typer.Option(help="Only this operation, such as registerSource.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List who changed what, newest first. For administrators."""
    document = (
        "query($n:Int!,$a:String,$w:String,$o:String){auditLog(first:$n,after:$a,who:$w,operation:$o)"
        f"{{edges{{node{{{_ENTRY}}}}}}}}}"
    )
    with client(data_dir) as fabric:
        found = [
            edge["node"] for edge in fabric.ask(document, n=first, a=after, w=who, o=operation)["auditLog"]["edges"]
        ]
    if as_json:
        print_json(found)
        return
    rows = [
        (
            one["id"],
            one["at"][:19].replace("T", " ") + "Z",
            f"{one['who']} ({one['role']}, {one['via']})",
            one["operation"],
            one["outcome"],
            one["error"] or json.dumps(one["arguments"], ensure_ascii=False),
        )
        for one in found
    ]
    show_table(("entry", "at", "who", "operation", "outcome", "with"), rows)
