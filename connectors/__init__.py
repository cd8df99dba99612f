"""Connectors: one module or package a source system, each an entry point of `kgfabric.connectors`."""
