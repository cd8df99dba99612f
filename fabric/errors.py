"""Every error Fabric raises on purpose.

FabricError
├── InputError            what was asked for cannot be done as asked; asking again changes nothing
│   ├── SettingsError     a setting or a source's option is unknown, missing or malformed
│   ├── UnknownConnector  no connector of that name is installed
│   ├── UnknownSource     no source of that name is registered
│   ├── SourceExists      a source of that name is registered already
│   ├── UnknownAsset      no asset has that IRI or name
│   ├── InvalidEvent      an event is not what OpenLineage says it must be
│   ├── NotOffered        what was asked for is not to be had in the form asked for
│   ├── UnsupportedType   a request's body has a type or charset that the server does not read
│   ├── QueryError        a search, SPARQL or GraphQL query is malformed or past its limits
│   │   └── QueryLimit    a query was ended because it took more time or memory than one may
│   ├── TooLarge          a request is larger than the settings allow
│   └── TooSlow           a request does not arrive in time (retryable)
├── AccessError           who asks may not have what was asked for
│   ├── LoginRequired     nobody is logged in, or with a token that is not known
│   └── Forbidden         the role of who is logged in does not allow it
├── SourceError           a source system cannot be read
│   ├── MissingExtra      the connector's own packages are not installed
│   ├── Unreachable       the system does not answer (retryable)
│   ├── AccessDenied      the system refuses the credentials
│   └── Unreadable        what was read is not what it should be
├── HarvestError          a harvest cannot go on
│   ├── HarvestRunning    the source is being harvested already (retryable)
│   ├── HarvestCancelled  the harvest was stopped on request
│   └── HarvestFailed     the harvest ended on an error; nothing was changed
├── GraphError            the knowledge graph cannot be read or written
│   ├── GraphLocked       another process holds the data directory
│   ├── GraphUnavailable  the remote SPARQL server does not answer (retryable)
│   ├── StorageFull       the disk is full
│   └── GraphCorrupt      the stored state cannot be opened
└── ServerError           the running Fabric server refused or failed a request
"""

from __future__ import annotations

from typing import ClassVar

from fabric.redaction import redact_text

__all__ = [
    "AccessDenied",
    "AccessError",
    "FabricError",
    "Forbidden",
    "GraphCorrupt",
    "GraphError",
    "GraphLocked",
    "GraphUnavailable",
    "HarvestCancelled",
    "HarvestError",
    "HarvestFailed",
    "HarvestRunning",
    "InputError",
    "InvalidEvent",
    "LoginRequired",
    "MissingExtra",
    "NotOffered",
    "QueryError",
    "QueryLimit",
    "ServerError",
    "SettingsError",
    "SourceError",
    "SourceExists",
    "StorageFull",
    "TooLarge",
    "TooSlow",
    "UnknownAsset",
    "UnknownConnector",
    "UnknownSource",
    "Unreachable",
    "Unreadable",
    "UnsupportedType",
]


class FabricError(Exception):
    """Base of all errors raised on purpose.

    `what` names the offending value and what was expected of it; `remedy` says what to do.
    `retryable` tells a caller whether the same call may succeed later. Passwords in URLs are left out of `what`.
    """

    retryable: ClassVar[bool] = False

    def __init__(self, what: str, *, remedy: str = "") -> None:
        self.what = redact_text(what)
        super().__init__(self.what)
        self.remedy = remedy

    @property
    def code(self) -> str:
        """The class's name, a stable identifier for programs."""
        return type(self).__name__

    @property
    def extensions(self) -> dict[str, object]:
        """What a program gets beside the message: code, remedy, and whether to try again."""
        return {"code": self.code, "what": self.what, "remedy": self.remedy, "retryable": self.retryable}

    def __str__(self) -> str:
        return f"{self.what}\n  -> {self.remedy}" if self.remedy else self.what


class InputError(FabricError):
    """What was asked for cannot be done as asked."""


class SettingsError(InputError):
    """A setting or a source's option is unknown, missing or malformed."""


class UnknownConnector(InputError):
    """No connector of that name is installed."""


class UnknownSource(InputError):
    """No source of that name is registered."""


class SourceExists(InputError):
    """A source of that name is registered already."""


class UnknownAsset(InputError):
    """No asset has that IRI or name."""


class InvalidEvent(InputError):
    """An event is not what OpenLineage says it must be."""


class QueryError(InputError):
    """A search, SPARQL or GraphQL query is malformed or past its limits."""


class QueryLimit(QueryError):
    """A query was ended because it took more time or memory than one may.

    `limit` is `time`, `memory`, or `queue` where it did not begin because too many others ran.
    """

    def __init__(self, what: str, *, remedy: str = "", limit: str = "time") -> None:
        super().__init__(what, remedy=remedy)
        self.limit = limit


class NotOffered(InputError):
    """What was asked for is not to be had in the form asked for."""


class UnsupportedType(InputError):
    """A request's body has a type or charset that the server does not read."""


class TooLarge(InputError):
    """A request is larger than the settings allow."""


class TooSlow(InputError):
    """A request does not arrive in time."""

    retryable = True


class AccessError(FabricError):
    """Who asks may not have what was asked for."""


class LoginRequired(AccessError):
    """Nobody is logged in, or with a token that is not known."""


class Forbidden(AccessError):
    """The role of who is logged in does not allow it."""


class SourceError(FabricError):
    """A source system cannot be read."""


class MissingExtra(SourceError):
    """The connector's own packages are not installed."""


class Unreachable(SourceError):
    """The system does not answer."""

    retryable = True


class AccessDenied(SourceError):
    """The system refuses the credentials."""


class Unreadable(SourceError):
    """What was read is not what it should be."""


class HarvestError(FabricError):
    """A harvest cannot go on."""


class HarvestRunning(HarvestError):
    """The source is being harvested already."""

    retryable = True


class HarvestCancelled(HarvestError):
    """The harvest was stopped on request."""


class HarvestFailed(HarvestError):
    """The harvest ended on an error; nothing was changed."""


class GraphError(FabricError):
    """The knowledge graph cannot be read or written."""


class GraphLocked(GraphError):
    """Another process holds the data directory."""


class GraphUnavailable(GraphError):
    """The remote SPARQL server does not answer."""

    retryable = True


class StorageFull(GraphError):
    """The disk is full."""


class GraphCorrupt(GraphError):
    """The stored state cannot be opened."""


class ServerError(FabricError):
    """The running Fabric server refused or failed a request."""
