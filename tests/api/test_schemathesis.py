"""Whatever is sent to a server, it does not fail unexpectedly: Schemathesis makes it up from the schemas."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql
import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.api.estate import make_lake
from tests.processes import fabric, serving

_OPTIONS = st.dictionaries(st.sampled_from(["path", "url", "password", "x"]), st.text(max_size=9).map(json.dumps))
_WRITES_WHERE_IT_IS_TOLD = {"backup"}
_SETTINGS = settings(
    max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


def _object(options: dict[str, str]) -> Any:
    return graphql.parse_value(f"{{{', '.join(f'{name}: {value}' for name, value in options.items())}}}")


schemathesis.graphql.scalar("JSON", _OPTIONS.map(_object))


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("schemathesis")
    fabric(folder / "data", "source", "add", "lake", "files", "-o", f"path={make_lake(folder / 'lake')}")
    fabric(folder / "data", "harvest")
    with serving(folder / "data") as url:
        yield url
        assert httpx.get(url + "/health").json()["status"] == "ok"


def test_graphql(url: str) -> None:
    operations = _operations(schemathesis.graphql.from_url(f"{url}/graphql"))
    asked = [one for one in operations if one.definition.field_name not in _WRITES_WHERE_IT_IS_TOLD]
    assert len(asked) > 20
    for operation in asked:
        _try(operation, url)


def test_other_routes(url: str) -> None:
    operations = _operations(schemathesis.openapi.from_path(Path(__file__).parent / "openapi.yaml"))
    assert len(operations) > 6
    for operation in operations:
        _try(operation, url)


def _operations(schema: Any) -> list[Any]:
    return [found.ok() for found in schema.get_all_operations()]


def _try(operation: Any, url: str) -> None:
    @_SETTINGS
    @given(operation.as_strategy())
    def send(case: Any) -> None:
        answer = case.call(base_url=f"{url}/graphql" if operation.label.partition(".")[2] else url, timeout=60)
        assert answer.status_code < 500, (operation.label, answer.status_code, answer.text[:500], case.body)
        assert "an unexpected error" not in answer.text, (operation.label, answer.text[:500], case.body)

    send()
