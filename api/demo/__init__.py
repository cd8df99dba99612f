"""A small airline to try Fabric on: a warehouse, a lake and a dbt project, built from flights that really flew."""
