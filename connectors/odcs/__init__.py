"""ODCS: data contracts in the Open Data Contract Standard, from files."""

from connectors.odcs.connector import OdcsConfig, OdcsConnector

__all__ = ["OdcsConfig", "OdcsConnector"]
