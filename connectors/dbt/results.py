"""What a project's last runs, tests and freshness checks said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.dbt.artifacts import read_results
from connectors.dbt.checks import freshness_name
from connectors.dbt.project import Project
from connectors.dbt.schema import Node, Result, in_utc
from fabric.model import Check, CheckOutcome, CheckResult, Problem, Run, RunStatus

__all__ = ["Results", "results"]

_COMPILE_ONLY = frozenset({"compile", "generate", "list", "parse", "show"})

_STATUSES: dict[str, RunStatus] = {
    "success": "complete",
    "pass": "complete",
    "warn": "complete",
    "error": "failed",
    "fail": "failed",
    "runtime error": "failed",
    "partial success": "failed",
    "skipped": "skipped",
    "no-op": "skipped",
}
_OUTCOMES: dict[str, CheckOutcome] = {
    "pass": "passed",
    "success": "passed",
    "fail": "failed",
    "warn": "failed",
    "skipped": "untested",
    "no-op": "untested",
}


class Results:
    """Results of one artifact, the last of each node, with identity and time of the dbt command that wrote it."""

    def __init__(self, content: Mapping[str, Any] | None, name: str) -> None:
        known = content or {}
        metadata, args = known.get("metadata"), known.get("args")
        metadata = metadata if isinstance(metadata, dict) else {}
        self.invocation = str(metadata.get("invocation_id") or "unknown")
        self.at = _moment(metadata.get("generated_at"))
        # Commands that only compile report success of every node, tests included, though none was executed.
        self.executed = not (isinstance(args, dict) and args.get("which") in _COMPILE_ONLY)
        self.problems: list[Problem] = []
        self.by_node: dict[str, Result] = {}
        for result in read_results(known, name):
            if isinstance(result, Problem):
                self.problems.append(result)
            else:
                self.by_node[result.unique_id] = result

    def compiled(self, node: Node) -> Node:
        """The node with its compiled code, which a manifest lacks when a later command merely parsed the project."""
        result = self.by_node.get(node.unique_id)
        if node.compiled_code or result is None or not result.compiled_code:
            return node
        return node.model_copy(update={"compiled_code": result.compiled_code})


def results(
    project: Project, checks: Mapping[str, Check], last: Results, freshness: Results
) -> Iterator[Run | CheckResult | Problem]:
    """What run_results.json and sources.json say of the project's nodes; nodes gone since are passed over.

    `checks` are those of the project by name.
    """
    yield from last.problems
    yield from freshness.problems
    jobs = {node.unique_id: node for node, _ in project.writers()}
    for unique_id, result in last.by_node.items() if last.executed else ():
        if unique_id in jobs:
            yield _run(project, jobs[unique_id], result, last.invocation)
        elif unique_id in checks:
            yield _test_result(checks[unique_id], result, last.invocation, last.at)
    for unique_id, result in freshness.by_node.items():
        check = checks.get(freshness_name(unique_id))
        if check is not None:
            yield _freshness_result(check, result, freshness.invocation, freshness.at)


def _run(project: Project, node: Node, result: Result, invocation: str) -> Run:
    starts = [timing.started_at for timing in result.timing if timing.started_at]
    ends = [timing.completed_at for timing in result.timing if timing.completed_at]
    status = _STATUSES.get(result.status, "failed")
    written = project.dataset(node.unique_id)
    return Run(
        namespace=project.name,
        name=f"{invocation}/{node.unique_id}",
        job=project.job(node),
        status=status,
        started=min(starts, default=None),
        ended=max(ends, default=None),
        used=project.upstream(node) if status == "complete" else frozenset(),
        generated=frozenset({written}) if written and status == "complete" else frozenset(),
        message=result.message,
    )


def _test_result(check: Check, result: Result, invocation: str, at: datetime | None) -> CheckResult:
    ends = [timing.completed_at for timing in result.timing if timing.completed_at]
    return CheckResult(
        namespace=check.namespace,
        name=f"{invocation}/{check.name}",
        check=check.ref,
        outcome=_OUTCOMES.get(result.status, "cantTell"),
        at=max(ends) if ends else at,
        value=None if result.failures is None else Decimal(result.failures),
        message=result.message,
    )


def _freshness_result(check: Check, result: Result, invocation: str, at: datetime | None) -> CheckResult:
    age = result.max_loaded_at_time_ago_in_s
    failed = result.status in {"warn", "error"}
    return CheckResult(
        namespace=check.namespace,
        name=f"{invocation}/{check.name}",
        check=check.ref,
        outcome="failed" if failed else _OUTCOMES.get(result.status, "cantTell"),
        at=result.snapshotted_at or at,
        value=None if age is None else Decimal(str(age)),
        message=result.error
        or (f"{result.status}: newest row is {age:.0f} s old" if failed and age is not None else None),
    )


def _moment(text: object) -> datetime | None:
    try:
        return in_utc(datetime.fromisoformat(text)) if isinstance(text, str) else None
    except ValueError:
        return None
