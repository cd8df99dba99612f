from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from fabric.datatypes import DATATYPES, logical_type
from tests.fabric.records import texts

LINES = Path(__file__).with_name("datatypes.tsv").read_text("utf-8").splitlines()[1:]
CASES = [line.split("\t") for line in LINES]


@pytest.mark.parametrize(("_platform", "native", "logical"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_native_types_have_their_logical_type(_platform: str, native: str, logical: str) -> None:
    assert logical_type(native) == logical
    assert logical_type(f" {native.upper()} ") == logical


def test_every_logical_type_has_a_case() -> None:
    assert {case[2] for case in CASES} | {"anyURI"} == DATATYPES


@pytest.mark.parametrize("native", [None, "", " ", "nonsense", "[]x", "(", "😀"])
def test_what_is_not_known_is_any(native: str | None) -> None:
    assert logical_type(native) == "any"


@given(native=texts)
def test_any_text_has_some_logical_type(native: str) -> None:
    assert logical_type(native) in DATATYPES
