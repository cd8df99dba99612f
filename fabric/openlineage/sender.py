"""Fabric's own harvests as OpenLineage runs, sent to an endpoint of the user's choice.

Events wait in a bounded queue and are sent by a thread of their own, so that a harvest neither waits for the endpoint nor fails
with it. What cannot be sent is tried again a few times, then given up and logged, also in the run's own log.
"""

from __future__ import annotations

import logging
import queue
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

from openlineage.client.event_v2 import Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    error_message_run,
    job_type_job,
    output_statistics_output_dataset,
    processing_engine_run,
)
from openlineage.client.transport.http import HttpConfig, HttpTransport
from requests import RequestException

from fabric.errors import FabricError, SettingsError
from fabric.runs import HarvestRun

__all__ = ["Sender"]

_PRODUCER = "https://w3id.org/kgfabric"
_WAITING = 1000
_LOG = "OpenLineage event of harvest %s was not sent: %s"
_STATES = {"failed": RunState.FAIL, "cancelled": RunState.ABORT}
_log = logging.getLogger(__name__)
Note = Callable[[str, str], None]


class Sender:
    """Sends to `url`, with a bearer token where `api_key` is given; each event is tried `attempts` times.

    `base` begins the names of the graphs that harvests write; `note` is called with a run's id and what went wrong. Close it.
    Raises: SettingsError where the URL is none.
    """

    def __init__(self, url: str, api_key: str | None, base: str, *, attempts: int, seconds: float, note: Note) -> None:
        auth = {"type": "api_key", "apiKey": api_key} if api_key else {}
        tries = {"total": attempts - 1, "connect": attempts - 1, "read": attempts - 1}
        config = {"url": url.rstrip("/") + "/", "timeout": seconds, "auth": auth, "retry": tries}
        try:
            self._transport = HttpTransport(HttpConfig.from_dict(config))
        except ValueError:
            raise SettingsError(
                f"FABRIC_OPENLINEAGE_URL is {url!r}, which is no URL", remedy="write it as https://lineage.example.org"
            ) from None
        self._base, self._note = base, note
        self._waiting: queue.Queue[tuple[str, RunEvent] | None] = queue.Queue(_WAITING)
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="openlineage", daemon=True)
        self._thread.start()

    def began(self, run: HarvestRun) -> None:
        """Tell that a harvest, or another attempt of it, began."""
        self._put(run, RunState.START, run.started)

    def ended(self, run: HarvestRun) -> None:
        """Tell how a harvest ended."""
        self._put(run, _STATES.get(run.state, RunState.COMPLETE), run.ended or datetime.now(UTC))

    def close(self) -> None:
        """Send what waits, up to the first event that cannot be sent, and stop."""
        self._closing = True
        self._waiting.put(None)
        self._thread.join()
        self._transport.close()

    def _put(self, run: HarvestRun, state: RunState, at: datetime) -> None:
        try:
            self._waiting.put_nowait((run.id, self._event(run, state, at)))
        except queue.Full:
            self._give_up(run.id, f"{_WAITING} others wait already")

    def _event(self, run: HarvestRun, state: RunState, at: datetime) -> RunEvent:
        engine = processing_engine_run.ProcessingEngineRunFacet(version=version("kgfabric"), name="fabric")
        facets = {"processing_engine": engine}
        if state is RunState.FAIL:
            failure = error_message_run.ErrorMessageRunFacet(message=run.error or "", programmingLanguage="Python")
            facets["errorMessage"] = failure  # type: ignore[assignment]
        outputs = []
        if state is RunState.COMPLETE:
            counted = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=run.report.added)
            name = f"graph/harvest/{run.source}"
            outputs = [OutputDataset(self._base, name, outputFacets={"outputStatistics": counted})]
        kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="FABRIC", jobType="JOB")
        return RunEvent(
            eventTime=at.isoformat(),
            eventType=state,
            producer=_PRODUCER,
            run=Run(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self._base}/id/run/fabric/{run.id}")), facets),  # type: ignore[arg-type]
            job=Job("fabric", f"harvest/{run.source}", {"jobType": kind}),
            inputs=[],
            outputs=outputs,
        )

    def _work(self) -> None:
        while (item := self._waiting.get()) is not None:
            run_id, event = item
            try:
                self._transport.emit(event)
            except (RequestException, OSError) as error:
                self._give_up(run_id, type(error).__name__ if not str(error) else str(error))
                if self._closing:
                    return

    def _give_up(self, run_id: str, reason: str) -> None:
        _log.warning(_LOG, run_id, reason)
        try:
            self._note(run_id, f"the OpenLineage event was not sent: {reason}")
        except FabricError as error:
            _log.warning("and the run's log cannot tell: %s", error.what)
