from __future__ import annotations

import pytest

from fabric.whatif.definitions import documented, fields_of
from tests.fabric.scripted import table


@pytest.mark.parametrize(
    ("fields", "before", "after", "expected"),
    [
        ("a b", "a b", "a b", "a b"),
        ("a b", "a b", "b a", "b a"),
        ("A B", "a b", "b c", "B c"),
        ("a b extra", "a b", "b", "b extra"),
        ("mine yours", "a b", "a b c", "mine yours c"),
        ("mine yours", "a b", "b", "yours"),
        ("a b", "", "b c", "b c a"),
    ],
)
def test_fields_follow_what_the_definition_gives(fields: str, before: str, after: str, expected: str) -> None:
    found = fields_of(table("view", columns=fields.split()), tuple(before.split()), tuple(after.split()))
    assert [one.name for one in found] == expected.split()
    assert [one.ordinal for one in found] == list(range(1, len(found) + 1))


def test_fields_that_stay_keep_their_type() -> None:
    found = fields_of(table("view", columns=("a", "b")), ("a", "b"), ("b", "c"))
    assert [one.datatype for one in found] == ["integer", "any"]


def test_documentation_is_joined_by_name() -> None:
    (field,) = table("view", columns=("Total",)).fields
    (said,) = table("view", columns=("total",)).fields
    assert documented([field], [said])[0].name == "Total"
    assert documented([field], []) == (field,)
