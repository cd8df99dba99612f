from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from fabric.errors import SettingsError
from fabric.settings import Settings, read_settings

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "settings.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", PAGE, re.MULTILINE)
SECRET = "hunter2-planted"


def variable(name: str) -> str:
    return f"FABRIC_{name.upper()}"


def shown(default: Any) -> str:
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return "none" if default is None else f"`{default}`"


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(variable(name), raising=False)


def test_every_setting_is_documented_with_its_default_and_meaning() -> None:
    fields = Settings.model_fields.items()
    assert [(variable(name), shown(field.default), field.description) for name, field in fields] == ROWS


def test_the_documented_example_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = re.findall(r"^export (\w+)=(.*)$", PAGE, re.MULTILINE)
    assert lines
    for name, value in lines:
        monkeypatch.setenv(name, value)
        assert str(getattr(read_settings(), name.removeprefix("FABRIC_").lower())) == value


def test_defaults_hold_where_nothing_is_said() -> None:
    settings = read_settings()
    assert {name: getattr(settings, name) for name in Settings.model_fields} == {
        name: field.default for name, field in Settings.model_fields.items()
    }


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("data_dir", "/srv/x", Path("/srv/x")), ("base_iri", "https://a", "https://a"), ("port", "0", 0),
        ("semantic", "false", False), ("semantic", "1", True), ("snapshot_every", "0", 0), ("embedding_model", "x/y", "x/y"),
    ],
)  # fmt: skip
def test_settings_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: object
) -> None:
    monkeypatch.setenv(variable(name), value)
    assert getattr(read_settings(), name) == expected


def test_what_is_given_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABRIC_PORT", "1")
    assert read_settings(port=2, host=None).port == 2
    assert read_settings(port=None).port == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("port", "many", "valid integer"), ("port", "-1", "greater than or equal to 0"), ("port", "65536", "less than or equal"),
        ("semantic", "perhaps", "valid boolean"), ("snapshot_every", "-1", "greater than or equal to 0"),
        ("snapshots_kept", "0", "greater than or equal to 1"), ("port", "", "valid integer"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable(name), value)
    with pytest.raises(SettingsError, match=f"{variable(name)}: .*{said}") as wrong:
        read_settings()
    assert wrong.value.remedy == "see docs/reference/settings.md"


def test_all_wrong_settings_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABRIC_PORT", "x")
    monkeypatch.setenv("FABRIC_SEMANTIC", "x")
    with pytest.raises(SettingsError, match=r"FABRIC_PORT: .*; FABRIC_SEMANTIC: "):
        read_settings()


def test_the_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FABRIC_GRAPH_TOKEN", SECRET)
    settings = read_settings()
    assert settings.graph_token is not None
    assert settings.graph_token.get_secret_value() == SECRET
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"
    with pytest.raises(SettingsError) as wrong:
        read_settings(graph_token=[SECRET], port="x")
    assert SECRET not in repr((wrong.value.args, wrong.value.extensions, wrong.value.__cause__))


def test_settings_do_not_change() -> None:
    settings, name = read_settings(), "port"
    with pytest.raises(ValueError, match="frozen"):
        setattr(settings, name, 1)
