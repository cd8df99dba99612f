"""SQL files, query logs and PostgreSQL's statement statistics, for the lineage that is in their SQL."""

from connectors.queries.connector import QueriesConfig, QueriesConnector

__all__ = ["QueriesConfig", "QueriesConnector"]
