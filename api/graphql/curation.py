"""What people say of assets, by GraphQL."""

from __future__ import annotations

from typing import Any

import strawberry

from api.graphql import types as t
from api.graphql import views
from api.graphql.types import Info, on_workspace
from fabric.curation import Saying
from fabric.workspace import Workspace

__all__ = ["CurationMutation"]

Words = list[str] | None


@strawberry.type
class CurationMutation:
    """What can be said."""

    @strawberry.mutation(
        description="Say something of an asset; it wins over what sources say. Empty text takes it back. Owners are names, "
        "e-mails or IRIs; domains and glossary terms are names or IRIs, and are made where they are new."
    )
    async def curate(
        self,
        info: Info,
        iri: strawberry.ID,
        title: str | None = None,
        description: str | None = None,
        add_tags: Words = None,
        remove_tags: Words = None,
        add_owners: Words = None,
        remove_owners: Words = None,
        add_domains: Words = None,
        remove_domains: Words = None,
        add_terms: Words = None,
        remove_terms: Words = None,
    ) -> t.Asset:
        """Say something of an asset."""
        saying = _saying(
            title=title,
            description=description,
            add_tags=add_tags,
            remove_tags=remove_tags,
            add_owners=add_owners,
            remove_owners=remove_owners,
            add_domains=add_domains,
            remove_domains=remove_domains,
            add_terms=add_terms,
            remove_terms=remove_terms,
        )

        def work(workspace: Workspace) -> t.Asset:
            workspace.curation.say([iri], saying)
            return views.asset(workspace.assets.get(iri))

        return await on_workspace(info, work)

    @strawberry.mutation(
        description="Say the same of up to 1,000 assets, in one commit: of all of them or, where it fails for one, of none. "
        "Returns the commit's number; null where nothing changed."
    )
    async def curate_all(
        self,
        info: Info,
        iris: list[strawberry.ID],
        add_tags: Words = None,
        remove_tags: Words = None,
        add_owners: Words = None,
        remove_owners: Words = None,
        add_domains: Words = None,
        remove_domains: Words = None,
        add_terms: Words = None,
        remove_terms: Words = None,
    ) -> int | None:
        """Say the same of many assets."""
        saying = _saying(
            add_tags=add_tags,
            remove_tags=remove_tags,
            add_owners=add_owners,
            remove_owners=remove_owners,
            add_domains=add_domains,
            remove_domains=remove_domains,
            add_terms=add_terms,
            remove_terms=remove_terms,
        )
        return await on_workspace(info, lambda w: w.curation.say([str(iri) for iri in iris], saying))


def _saying(**given: str | list[str] | None) -> Saying:
    """What is said; an argument that is null says nothing."""
    said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Saying(**said)
