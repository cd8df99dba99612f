"""Options of the SQL connector."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fabric.connector import Config

__all__ = ["SqlConfig"]


def _split(value: object) -> object:
    """A text of several names separated by commas, as a command line gives them."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_split)]


class SqlConfig(Config):
    """Options of the SQL connector."""

    url: SecretStr = Field(
        description="Where the database is, as SQLAlchemy writes it: postgresql://user@host:5432/database, "
        "mysql://user@host/database, sqlite:////absolute/path.db, duckdb:////absolute/path.duckdb"
    )
    password: SecretStr | None = Field(
        default=None, description="Password, so that the URL need not hold it; it wins over one in the URL"
    )
    databases: Names = Field(
        default=(),
        description="Databases to read on a server that has several: names or patterns, '*' for all; "
        "by default the one in the URL, or all when the URL names none",
    )
    include: Names = Field(
        default=(),
        description="Read only tables and views that match one of these patterns, such as 'sales.*' or 'shop.sales.*'",
    )
    exclude: Names = Field(default=(), description="Leave out tables and views that match one of these patterns")
    platform: str | None = Field(
        default=None, min_length=1, description="Platform to record instead of the one the server reports"
    )
    namespace: str | None = Field(
        default=None,
        min_length=1,
        description="Namespace of all names instead of the one made from the URL, such as postgres://db.example.org:5432",
    )
    connect_timeout: int = Field(default=10, ge=1, le=600, description="Seconds to wait for a connection")
    statement_timeout: int = Field(
        default=120, ge=0, le=86_400, description="Seconds one catalog query may take; 0 for no limit"
    )
    system_schemas: bool = Field(default=False, description="Read the server's own schemas too")
    sizes: bool = Field(default=True, description="Read how many bytes each table takes")
    reflection: bool = Field(
        default=False,
        description="Read by SQLAlchemy's reflection even where a faster reader exists, "
        "for servers that speak a protocol but lack its catalog",
    )

    @field_validator("url")
    @classmethod
    def _is_url(cls, value: SecretStr) -> SecretStr:
        try:
            make_url(value.get_secret_value())
        except (ArgumentError, ValueError):
            raise ValueError(
                "is no URL of the form dialect://user@host:port/database; percent-encode special characters"
            ) from None
        return value
