"""dbt: what a dbt project's artifacts say of its models, their lineage, tests and runs."""

from connectors.dbt.connector import DbtConfig, DbtConnector

__all__ = ["DbtConfig", "DbtConnector"]
