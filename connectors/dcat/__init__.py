"""DCAT: a published data catalogue in RDF, from a file or over HTTP."""

from connectors.dcat.connector import DcatConfig, DcatConnector

__all__ = ["DcatConfig", "DcatConnector"]
