"""A dataset has one identity, however a client spells it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from fabric.model import dataset
from fabric.openlineage.facets import Named
from fabric.openlineage.naming import dataset_ref, platform, title

NAMES = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("given", "expected"), NAMES, ids=lambda pair: " ".join(pair))
def test_names_meet_those_of_connectors(given: list[str], expected: list[str]) -> None:
    assert dataset_ref(Named(namespace=given[0], name=given[1])) == dataset(*expected)


@pytest.mark.parametrize(
    ("namespace", "name", "shown", "on"),
    [
        ("postgres://db:5432", "shop.public.orders", "orders", "postgresql"),
        ("s3://lake", "raw/orders.parquet", "orders.parquet", "s3"),
        ("file", "/data/orders.csv", "orders.csv", "local-files"),
        ("kafka://broker:9092", "orders", "orders", "kafka"),
        ("food_delivery", "public.orders", "public.orders", None),
        ("http://example.org", "/", "/", "http"),
    ],
)
def test_titles_and_platforms_are_told_by_names(namespace: str, name: str, shown: str, on: str | None) -> None:
    assert title(dataset(namespace, name)) == shown
    assert platform(namespace) == on
