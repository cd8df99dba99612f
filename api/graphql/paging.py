"""Nodes and connections, as Relay's specification of cursors has them; paged forwards only, by `first` and `after`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import strawberry

from fabric.errors import QueryError

__all__ = ["Connection", "Edge", "Node", "PageInfo", "at_most", "connection", "position"]

T = TypeVar("T")
Item = TypeVar("Item")


@strawberry.interface(description="What `node` finds by its id.")
class Node:
    """What `node` finds by its id."""

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The same for ever, and of nothing else: of an asset its IRI."""
        raise NotImplementedError


@strawberry.type
class PageInfo:
    """Whether there is more, and from where to ask on: `endCursor` is the next page's `after`."""

    has_next_page: bool
    end_cursor: str | None
    has_previous_page: bool = False
    start_cursor: str | None = None


@strawberry.type
class Edge(Generic[T]):
    """A node and where it stands."""

    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    """A page; `totalCount` is over all pages."""

    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int


def at_most(first: int, most: int, remedy: str = "ask page by page, with after") -> int:
    """The size of a page. Raises: QueryError where it is not between 1 and `most`."""
    if not 0 < first <= most:
        raise QueryError(f"first is {first}, which is not between 1 and {most}", remedy=remedy)
    return first


def position(after: str | None, parts: int = 1) -> tuple[int, ...] | None:
    """The numbers of a cursor that has so many. Raises: QueryError where it is none."""
    if after is None:
        return None
    found = after.split(".")
    if len(found) != parts or not all(one.isascii() and one.isdigit() and len(one) < 19 for one in found):
        raise QueryError(f"{after!r} is no cursor", remedy="pass the endCursor of the page before")
    return tuple(map(int, found))


def connection(
    found: Sequence[Item],
    first: int,
    total: int,
    *,
    node: Callable[[Item], T | None],
    cursor: Callable[[Item], str],
    after: str | None,
) -> Connection[T]:
    """A page of `first` items; `found` holds one more where there is a next page. What has no node by now is left out."""
    page = found[:first]
    edges = [Edge(cursor=cursor(one), node=made) for one in page if (made := node(one)) is not None]
    return Connection(
        edges=edges,
        page_info=PageInfo(
            has_next_page=len(found) > first,
            end_cursor=cursor(page[-1]) if page else None,
            has_previous_page=after is not None,
            start_cursor=cursor(page[0]) if page else None,
        ),
        total_count=total,
    )
