"""Files and table formats in a folder or an object store, read through fsspec and Arrow."""

from connectors.files.connector import FilesConnector
from connectors.files.options import FilesConfig

__all__ = ["FilesConfig", "FilesConnector"]
