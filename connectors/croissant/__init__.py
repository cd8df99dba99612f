"""Croissant: descriptions of datasets for machine learning, from files or over HTTP."""

from connectors.croissant.connector import CroissantConfig, CroissantConnector

__all__ = ["CroissantConfig", "CroissantConnector"]
