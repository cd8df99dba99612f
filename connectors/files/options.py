"""The options of a files source."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, SecretStr, field_validator

from fabric.connector import Config
from fabric.errors import SettingsError

__all__ = ["FilesConfig"]

_SECRET_ENDINGS = (
    "key", "token", "passwd", "pwd", "passphrase", "sas", "credential", "credentials", "connectionstring", "auth",
    "authorization", "signature",
)  # fmt: skip
_SECRET_PARTS = ("secret", "password", "accesskey")
_USER_INFO = re.compile(r"://[^/@\s]*@")


class FilesConfig(Config):
    """A folder of files, local or in any store fsspec reads."""

    path: str = Field(description="local folder, or an fsspec URL such as s3://bucket/folder", min_length=1)
    include: tuple[str, ...] = Field(
        default=(),
        description="globs of files and table folders to read; one without a slash matches a name at any depth, "
        "others match the path below `path`, where ** crosses folders; empty reads all",
    )
    exclude: tuple[str, ...] = Field(
        default=(), description="globs of files and folders not to read; they win over `include`"
    )
    storage_options: dict[str, Any] = Field(
        default_factory=dict, description="options of the fsspec filesystem that are no secrets, as a JSON object"
    )
    secret_options: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="options of the fsspec filesystem that are secrets (key, secret, token, password), as a JSON "
        "object; a dot in a name reaches into a nested option",
    )
    namespace: str | None = Field(
        default=None, description="namespace of all names, in place of the one OpenLineage prescribes", min_length=1
    )
    max_depth: int | None = Field(
        default=None, description="levels of folders to read below `path`; 0 reads only the folder itself", ge=0
    )
    follow_symlinks: bool = Field(default=False, description="whether to follow symbolic links of a local folder")
    header: Literal["auto", "yes", "no"] = Field(
        default="auto", description="whether the first record of delimited text and sheets names the columns"
    )
    sample_rows: int = Field(
        default=1000, description="records of a text file or sheet from which types are inferred", ge=1, le=100_000
    )
    row_counts: Literal["auto", "exact", "off"] = Field(
        default="auto",
        description="rows of text files and sheets: auto counts up to `count_limit` and estimates beyond, exact always "
        "counts, off never does; Parquet, Delta and Iceberg state their counts themselves",
    )
    count_limit: int = Field(
        default=64 * 1024 * 1024, description="bytes of one dataset that `row_counts: auto` reads in full", ge=0
    )
    max_footers: int = Field(
        default=200,
        description="files of one Parquet or Arrow dataset whose footers are read; of more, rows are estimated",
        ge=2,
    )

    @field_validator("path")
    @classmethod
    def _path_without_credentials(cls, path: str) -> str:
        # SettingsError, not ValueError: pydantic would repeat the value, and with it the secret.
        if _USER_INFO.search(path):
            raise SettingsError(
                "option path holds a user name or password before the host",
                remedy="give them in secret_options (username, password)",
            )
        if "::" in path:
            raise SettingsError(
                f"option path is a chain of filesystems: {path!r}", remedy="give a folder of one filesystem"
            )
        return path

    @field_validator("include", "exclude", mode="before")
    @classmethod
    def _globs(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(glob.strip() for glob in re.split(r"[,\n]", value) if glob.strip())
        return value

    @field_validator("storage_options", "secret_options", mode="before")
    @classmethod
    def _object(cls, value: object) -> object:
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if isinstance(value, str):
            try:
                value = json.loads(value) if value.strip() else {}
            except json.JSONDecodeError:
                value = None
        if not isinstance(value, Mapping):
            raise SettingsError(
                "options storage_options and secret_options are each expected to be a JSON object",
                remedy='write {"name": "value"}',
            )
        return value

    @field_validator("storage_options")
    @classmethod
    def _no_secrets(cls, options: dict[str, Any]) -> dict[str, Any]:
        name = _secret_name(options)
        if name:
            raise SettingsError(
                f"option storage_options holds the secret {name!r}, where it would be shown",
                remedy=f"move {name!r} to secret_options",
            )
        return options

    def filesystem_options(self) -> dict[str, Any]:
        """`storage_options` and the bare `secret_options` together, as fsspec takes them. Never show the result."""
        merged = _copied(self.storage_options)
        for name, secret in self.secret_options.items():
            *parents, last = name.split(".")
            place = merged
            for parent in parents:
                place = place.setdefault(parent, {})
                if not isinstance(place, dict):
                    raise SettingsError(f"secret_options names {name!r}, but {parent!r} is no JSON object")
            place[last] = secret.get_secret_value()
        return merged


def _secret_name(options: Mapping[str, Any]) -> str | None:
    """Dotted name of the first option that looks like a secret."""
    for name, value in options.items():
        letters = re.sub(r"[^a-z]", "", str(name).lower())
        if letters.endswith(_SECRET_ENDINGS) or any(part in letters for part in _SECRET_PARTS):
            return str(name)
        if isinstance(value, str) and _USER_INFO.search(value):
            return str(name)
        inner = _secret_name(value) if isinstance(value, Mapping) else None
        if inner:
            return f"{name}.{inner}"
    return None


def _copied(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _copied(value) if isinstance(value, Mapping) else value for name, value in options.items()}
