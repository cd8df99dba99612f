"""The airline's nightly delivery: a mart as a Parquet file for partners, told of by OpenLineage's own client."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet

__all__ = ["JOB", "MART", "build_delivery", "tell"]

MART = "analytics.marts.airport_departure_delays"
JOB = ("airline", "nightly_delivery")
_FILE = "airport_departure_delays.parquet"
_PRODUCER = "https://w3id.org/kgfabric/demo"
_SQL = "COPY (SELECT * FROM marts.airport_departure_delays) TO '{file}' (FORMAT parquet)"


def build_delivery(folder: Path, database: Path, progress: Callable[[str], None]) -> None:
    """Write the mart of the DuckDB file `database` as Parquet into `folder`, replacing what is there."""
    progress("Delivery: writing the delays of each airport as Parquet")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(_SQL.format(file=str(folder / _FILE).replace("'", "''")))


def tell(url: str, folder: Path, database: Path) -> None:
    """Send the Fabric at `url` the event that a scheduler with OpenLineage's client sends when the delivery is complete.

    A delivery that was told of is the same run when it is told of again. Raises: requests.RequestException where nobody takes it.
    """
    from openlineage.client import OpenLineageClient  # 0.3 s, which only the demo waits for
    from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
    from openlineage.client.facet_v2 import (
        column_lineage_dataset as lineage,
    )
    from openlineage.client.facet_v2 import (
        documentation_job,
        output_statistics_output_dataset,
        schema_dataset,
        sql_job,
    )
    from openlineage.client.transport.http import HttpConfig, HttpTransport

    file, namespace = folder / _FILE, f"duckdb://{database}"
    parquet, written = pyarrow.parquet.read_metadata(file), file.stat()
    columns = pyarrow.parquet.read_schema(file)
    fields = [schema_dataset.SchemaDatasetFacetFields(name=one.name, type=str(one.type)) for one in columns]
    origins = {
        name: lineage.Fields([lineage.InputField(namespace, MART, name)], "", "IDENTITY") for name in columns.names
    }
    written_at = datetime.fromtimestamp(written.st_mtime, UTC).isoformat()
    event = RunEvent(
        eventTime=written_at,
        eventType=RunState.COMPLETE,
        producer=_PRODUCER,
        run=Run(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{file} {written_at}"))),
        job=Job(
            *JOB,
            facets={
                "sql": sql_job.SQLJobFacet(_SQL.format(file=file)),
                "documentation": documentation_job.DocumentationJobFacet(
                    "Delivers the delays of each airport to partners."
                ),
            },
        ),
        inputs=[InputDataset(namespace, MART)],
        outputs=[
            OutputDataset(
                "file",
                str(file),
                facets={
                    "schema": schema_dataset.SchemaDatasetFacet(fields),
                    "columnLineage": lineage.ColumnLineageDatasetFacet(origins),
                },
                outputFacets={
                    "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
                        rowCount=parquet.num_rows, size=written.st_size
                    )
                },
            )
        ],
    )
    OpenLineageClient(transport=HttpTransport(HttpConfig(url=url))).emit(event)
