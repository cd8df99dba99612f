"""The command `fabric`."""

from __future__ import annotations

import gc
import logging
import os
import sys
from typing import Annotated

import typer

from api.commands import admin, audit, demo, find, impact, runs, similar, sources, tracing, whatif
from fabric.errors import FabricError
from fabric.redaction import redact_text

__all__ = ["app", "main"]

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="A knowledge-graph data fabric: harvest metadata, find datasets, follow lineage.",
    epilog="Start with: fabric demo. A command uses the running server when one holds the data directory, else it opens it itself.",
)
app.add_typer(sources.app, name="source")
app.add_typer(tracing.app, name="lineage")
app.add_typer(impact.app, name="impact")
app.command(epilog="Example: fabric harvest shop lake")(sources.harvest)
app.command(epilog="Example: fabric apply fabric.yaml --prune")(sources.apply)
app.command(epilog="Example: fabric runs shop --first 5")(runs.runs)
app.command(epilog="Example: fabric run 20260131T060000000000-5d2c1b3a --log")(runs.run)
app.command(epilog="Example: fabric cancel shop")(runs.cancel)
app.command(epilog="Example: fabric search which flights were late --kind dataset")(find.search)
app.command(epilog="Example: fabric similar flights --first 5")(similar.similar)
app.command(epilog="Example: fabric show flights")(find.show)
app.command(epilog="Example: fabric history flights --first 5")(find.history)
app.command(epilog="Example: fabric sparql 'SELECT ?t WHERE { ?d a dcat:Dataset ; dct:title ?t } LIMIT 5'")(find.sparql)
app.command(epilog="Example: fabric what-if --manifest target/manifest.json")(whatif.what_if)
app.command(epilog="Example: fabric serve --port 8642")(admin.serve)
app.command(epilog="Example: fabric export catalogue.ttl --format turtle")(admin.export)
app.command(epilog="Example: fabric backup /backups/monday")(admin.backup)
app.command(epilog="Example: FABRIC_DATA_DIR=new fabric restore /backups/monday")(admin.restore)
app.command(epilog="Example: fabric audit --who ada --first 10")(audit.audit)
app.command(epilog="Example: fabric demo --no-browser")(demo.demo)
app.command(epilog="Example: fabric doctor")(admin.doctor)


@app.callback()
def options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, with tracebacks.")] = False,
) -> None:
    """A knowledge-graph data fabric."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=[handler], force=True)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


class _Formatter(logging.Formatter):
    """Leaves passwords in URLs out of the log: libraries write the URLs that they ask."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its traceback."""
        return redact_text(super().format(record))


def main() -> None:
    """Run the command; errors raised on purpose are printed without a traceback and exit with 1."""
    # A harvest makes millions of small tuples and no cycles: at 700, the default, a fifth of its time was the collector's.
    gc.set_threshold(50_000, 20, 20)
    try:
        app()
    except FabricError as error:
        logging.getLogger(__name__).info("failed", exc_info=error)
        typer.secho(f"fabric: {error}", err=True, fg="red")
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)


if __name__ == "__main__":
    main()
