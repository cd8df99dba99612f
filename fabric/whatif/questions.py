"""What would differ, asked of one data directory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fabric.connector import Connector
from fabric.errors import InputError, SourceError
from fabric.identity import Iris
from fabric.snapshots import files
from fabric.sources import Sources
from fabric.state import State
from fabric.whatif.answer import Difference
from fabric.whatif.branch import Branch, Branches, Stored
from fabric.whatif.differences import difference
from fabric.whatif.edits import edit, title_of
from fabric.whatif.harvesting import read_manifest, redefine
from fabric.whatif.proposals import DropTable, Manifest, Proposal, Redefine, RenameColumn

__all__ = ["WhatIf"]

_DBT = "dbt"


class WhatIf:
    """Tries changes on branches. Safe to share between threads, each of which has a branch of its own."""

    def __init__(self, branches: Branches, sources: Sources, state: State, iris: Iris) -> None:
        self.branches, self._sources, self._iris = branches, sources, iris
        self._stored = Stored(state, iris)

    def ask(self, proposals: Sequence[Proposal]) -> Difference:
        """Make changes one after the other on a branch, and tell what differs from the graph, which is left as it is.

        Raises: UnknownAsset, UnknownSource, InputError where a change cannot be made, Unreadable where a manifest is malformed,
        GraphError, StorageFull.
        """
        if not proposals:
            raise InputError("nothing is proposed", remedy="propose a change, such as to drop a column")
        harvested = {source for one in proposals for source in self._harvested(one)}
        with self.branches.open(harvested) as branch:
            said = [self._apply(branch, one, number) for number, one in enumerate(proposals)]
            return difference(branch, said)

    def _harvested(self, proposal: Proposal) -> list[str]:
        """The sources that are harvested for a change."""
        if isinstance(proposal, Manifest):
            for name, text in (("manifest", proposal.manifest), ("catalog", proposal.catalog)):
                _check_json(name, text)
            return [self._project(proposal)]
        if isinstance(proposal, Redefine):
            return self._stored.sources(self._iris.root(proposal.iri) or proposal.iri)
        return []

    def _apply(self, branch: Branch, proposal: Proposal, number: int) -> str:
        """Commit a change to the branch; returns how it is called."""
        if isinstance(proposal, Manifest):
            source = self._project(proposal)
            folder = branch.folder / f"project-{number}"
            connector = self._connector(source, proposal, folder)
            try:
                read_manifest(branch, source, connector, proposal)
            except SourceError as error:  # its text names a folder that is gone at once
                raise type(error)(error.what.replace(f" of {folder}", ""), remedy=error.remedy) from error
            return f"new manifest of {source}"
        title = title_of(branch, proposal.iri)
        if isinstance(proposal, Redefine):
            redefine(branch, proposal)
            return f"new SQL of {title}"
        edit(branch, proposal)
        if isinstance(proposal, RenameColumn):
            return f"rename column {title} to {proposal.new_name}"
        return f"drop {'table' if isinstance(proposal, DropTable) else 'column'} {title}"

    def _project(self, proposal: Manifest) -> str:
        """The source that reads the dbt project. Raises: UnknownSource, InputError where it is none or several might be meant."""
        if proposal.source is not None:
            found = self._sources.get(proposal.source)
            if found.connector != _DBT:
                raise InputError(
                    f"the source {found.name!r} is read by the connector {found.connector}, not by {_DBT}",
                    remedy="name the source of the dbt project: fabric source list",
                )
            return found.name
        projects = [one.name for one in self._sources.all() if one.connector == _DBT]
        if len(projects) != 1:
            said = f"{len(projects)} are: {', '.join(projects)}" if projects else "none is"
            raise InputError(
                f"one dbt project must be registered, or be named; {said}",
                remedy="name its source, or register it: fabric source add NAME dbt",
            )
        return projects[0]

    def _connector(self, source: str, proposal: Manifest, folder: Path) -> Connector[Any]:
        """The source's connector, over a folder of the proposed artifacts."""
        with files(folder):
            folder.mkdir()
            (folder / "manifest.json").write_text(proposal.manifest, encoding="utf-8")
            if proposal.catalog is not None:
                (folder / "catalog.json").write_text(proposal.catalog, encoding="utf-8")
        known = self._sources.connector(source)
        return type(known)(known.config.model_copy(update={"path": str(folder)}))


def _check_json(name: str, text: str | None) -> None:
    if text is None:
        return
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(f"the {name} is not JSON: {error}", remedy="write it anew with dbt") from None
    if not isinstance(value, dict):
        raise InputError(f"the {name} holds {type(value).__name__}, not an object", remedy="write it anew with dbt")
