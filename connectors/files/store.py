"""A folder in any fsspec filesystem: listing, opening, naming, and the translation of each store's errors."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec
import pyarrow as pa
from fsspec.registry import known_implementations

from connectors.files.failures import store_error, store_errors
from connectors.files.options import FilesConfig
from fabric.errors import MissingExtra, SettingsError, Unreadable

__all__ = ["Entry", "Store", "basename", "parent"]

_BUCKETS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs"}
_AZURE = {"abfs", "abfss", "az", "adl"}
_PLATFORMS = {"file": "local-files", "s3": "s3", "gs": "gcs", "abfss": "adls"}
_EXTRAS = {"s3": "s3"}
_S3_LIMITS = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 2}}
_DELTA_LIMITS = {"max_retries": "2", "retry_timeout": "20s"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as listed. `path` is the store's own, without protocol; `size` in bytes."""

    path: str
    size: int = 0
    modified: datetime | None = None
    folder: bool = False

    @property
    def name(self) -> str:
        """The last component of the path."""
        return basename(self.path)


class Store:
    """The folder `root` of a filesystem.

    Raises: SettingsError, MissingExtra where the filesystem of the path's protocol cannot be made.
    """

    def __init__(self, config: FilesConfig) -> None:
        self._config = config
        self._options = config.filesystem_options()
        self.protocol, url = _protocol(config.path)
        self.local = self.protocol == "file"
        self.filesystem = self._filesystem()
        stripped = str(self.filesystem._strip_protocol(url))
        self.root = stripped.rstrip("/") or "/"
        self.namespace, self.platform = self._identity(url)

    def list(self, folder: str) -> list[Entry]:
        """Entries of one folder, sorted by name, links and special files left out.

        Raises: Unreachable, AccessDenied, Unreadable.
        """
        with self.translated(folder):
            entries = self._scan_local(folder) if self.local else self._list_remote(folder)
            return sorted(entries, key=lambda entry: entry.name)

    @contextmanager
    def open(self, path: str) -> Iterator[IO[bytes]]:
        """The bytes of a file, seekable.

        Raises: Unreachable, AccessDenied, Unreadable; also for what the body of the `with` meets while reading.
        """
        with self.translated(path):
            try:
                with self.filesystem.open(path, "rb") as file:
                    yield file
            except pa.ArrowException:  # some are ValueErrors too, and the format's own reader knows them better
                raise
            except ValueError as error:  # fsspec's, such as of a web server without range requests
                raise Unreadable(f"{self.url(path)} cannot be read: {self.redacted(error)}") from error

    @contextmanager
    def translated(self, path: str) -> Iterator[None]:
        """Turn the store's errors into ours.

        Raises: Unreachable, AccessDenied, Unreadable.
        """
        try:
            yield
        except store_errors() as error:
            raise store_error(self.url(path), error, self.redacted(error)) from error

    def name(self, path: str) -> str:
        """Dataset or catalog name of a path by OpenLineage's naming: absolute path, or key within the bucket."""
        if self.protocol in _BUCKETS or self.protocol in _AZURE:
            return path.partition("/")[2] or "/"
        if "://" in path:
            return urlsplit(path).path.rstrip("/") or "/"
        return path

    def url(self, path: str) -> str:
        """URL of a path, as a browser or an fsspec client takes it."""
        return Path(path).as_uri() if self.local else str(self.filesystem.unstrip_protocol(path))

    @property
    def endpoint(self) -> str | None:
        """Address of the service, where it is not the platform's own."""
        options, client = self._options, self._options.get("client_kwargs", {})
        found = options.get("endpoint_url") or client.get("endpoint_url")
        return str(found) if found else None

    def relative(self, path: str) -> str:
        """The path below the root, without a leading slash; empty for the root."""
        return path[len(self.root) :].lstrip("/")

    def delta_options(self) -> dict[str, str]:
        """What the Delta reader's own object store is to be given. Never show the result."""
        options, client = self._options, self._options.get("client_kwargs", {})
        found = {
            "AWS_ACCESS_KEY_ID": options.get("key"),
            "AWS_SECRET_ACCESS_KEY": options.get("secret"),
            "AWS_SESSION_TOKEN": options.get("token"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": client.get("region_name"),
            "AWS_SKIP_SIGNATURE": "true" if options.get("anon") else None,
            "AWS_ALLOW_HTTP": "true" if str(self.endpoint).startswith("http://") else None,
        }
        chosen = found if self.protocol in {"s3", "s3a"} else options
        limits = {} if self.local else _DELTA_LIMITS
        return limits | {name: str(value) for name, value in chosen.items() if value is not None}

    def redacted(self, text: object) -> str:
        """The first line of a text, with every secret option's value blotted out."""
        line = next(iter(str(text).strip().splitlines()), "")[:400]
        for secret in self._config.secret_options.values():
            if secret.get_secret_value():
                line = line.replace(secret.get_secret_value(), "***")
        return line

    def _filesystem(self) -> Any:
        try:
            filesystem = fsspec.get_filesystem_class(self.protocol)
        except ImportError as error:
            raise self._not_installed() from error
        except ValueError as error:
            raise SettingsError(
                f"option path has the unknown protocol {self.protocol!r}; expected a local folder or one of "
                + ", ".join(sorted(known_implementations)),
                remedy="correct the protocol, or pip install the fsspec filesystem that brings it",
            ) from error
        options = dict(self._options)
        try:
            if _BUCKETS.get(self.protocol) == "s3":
                options["config_kwargs"] = _S3_LIMITS | options.get("config_kwargs", {})
            return filesystem(**options, skip_instance_cache=True, use_listings_cache=False)
        except (TypeError, ValueError) as error:
            raise self._refused(error) from error
        except ImportError as error:
            raise self._not_installed() from error
        except store_errors() as error:
            raise store_error(self._config.path, error, self.redacted(error)) from error

    def _refused(self, error: Exception) -> SettingsError:
        names = ", ".join(sorted(self._options)) or "(none)"
        return SettingsError(
            f"the filesystem {self.protocol!r} refuses its options {names}: {self.redacted(error)}",
            remedy="correct storage_options and secret_options",
        )

    def _not_installed(self) -> SettingsError | MissingExtra:
        extra = _EXTRAS.get(_BUCKETS.get(self.protocol, self.protocol))
        what = f"the filesystem of {self.protocol}:// is not installed"
        if extra:
            return MissingExtra(what, remedy=f"pip install 'kgfabric[{extra}]'")
        hint = known_implementations.get(self.protocol, {}).get("err", "install the package that brings it")
        return SettingsError(what, remedy=str(hint))

    def _identity(self, url: str) -> tuple[str, str]:
        """Namespace by OpenLineage's naming, and the notation of the platform."""
        authority = urlsplit(url).netloc
        if self.root.startswith(f"/{authority}"):  # no host but a folder, as in memory://
            authority = ""
        scheme = "abfss" if self.protocol in _AZURE else _BUCKETS.get(self.protocol, self.protocol)
        account = self._options.get("account_name")
        if self.local:
            namespace = "file"
        elif scheme == "abfss" and account and "@" not in authority:
            namespace = f"abfss://{authority}@{account}.dfs.core.windows.net"
        else:
            namespace = f"{scheme}://{authority}"
        if scheme in {"s3", "gs"} and not authority:
            raise SettingsError(
                f"option path names no bucket: {self._config.path!r}", remedy=f"write {scheme}://bucket/folder"
            )
        return self._config.namespace or namespace, _PLATFORMS.get(scheme, scheme)

    def _scan_local(self, folder: str) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            for item in found:
                if item.is_symlink() and not (self._config.follow_symlinks and self._leads_on(item)):
                    continue
                if item.is_dir():
                    yield Entry(item.path, folder=True)
                elif item.is_file():
                    try:
                        status = item.stat()
                    except FileNotFoundError:  # gone since it was listed
                        continue
                    yield Entry(item.path, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def _leads_on(self, link: os.DirEntry[str]) -> bool:
        """Whether a link is whole and leads to none of the folders, nor above them, through which it was reached."""
        target = os.path.realpath(link.path)
        above = [os.path.realpath(folder) for folder in Path(link.path).parents]
        return Path(target).exists() and not any(Path(folder).is_relative_to(target) for folder in above)

    def _list_remote(self, folder: str) -> Iterator[Entry]:
        try:
            found = self.filesystem.ls(folder, detail=True, refresh=True)
        except (TypeError, ValueError) as error:  # some filesystems look at their options when first used
            raise self._refused(error) from error
        for info in found:
            path = str(info["name"]).rstrip("/")
            if path == folder.rstrip("/"):
                if info["type"] == "file" and not str(info["name"]).endswith("/") and info.get("size"):
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
                continue
            folder_type, size = info["type"] == "directory", info.get("size")
            if size is None and not folder_type:  # web servers' listings name no sizes
                size = self.filesystem.size(path)
            yield Entry(path, int(size or 0), _modified(info), folder=folder_type)


def basename(path: str) -> str:
    """Last component of a store's path."""
    return path.rpartition("/")[2]


def parent(path: str) -> str:
    """The folder a store's path lies in."""
    return path.rpartition("/")[0] or "/"


def _protocol(path: str) -> tuple[str, str]:
    """The protocol and the URL or absolute local path that an option `path` means."""
    protocol, separator, rest = path.partition("://")
    if not separator:
        return "file", os.path.normpath(Path(path).expanduser().absolute())
    if protocol in {"file", "local"}:
        return "file", f"file://{rest}"
    return protocol, path


def _modified(info: dict[str, Any]) -> datetime | None:
    """When a file was last changed, by whichever name the filesystem gives it."""
    for key in ("LastModified", "mtime", "updated", "last_modified", "modified", "created"):
        value = info.get(key)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            try:
                parsed = datetime.fromisoformat(value)
            except ValueError:
                continue
            return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return None
