from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fabric.errors import SettingsError, SourceExists, UnknownConnector, UnknownSource
from fabric.model import Source
from fabric.redaction import HIDDEN
from fabric.sources import Sources
from fabric.state import State
from fabric.vault import Vault
from tests.fabric.installing import installed

__all__ = ["installed"]

SECRET, OTHER = "hunter2-planted", "correct-horse-planted"
PLAIN = {"host": "db.example.org", "port": 5}
SECRETS: dict[str, Any] = {"password": SECRET, "tokens": {"a": SECRET}, "login": {"user": "me", "token": SECRET}}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with closing(State(f"sqlite:///{tmp_path / 'state.db'}")) as state:
        yield state


@pytest.fixture
def sources(state: State, installed: Path, tmp_path: Path) -> Sources:
    return Sources(state, Vault(tmp_path / "secret.key"))


def options(sources: Sources, name: str) -> Any:
    """The options as the connector sees them, secrets and all."""
    return sources.connector(name).config.model_dump(context=None)


def revealed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: revealed(inner) for key, inner in value.items()}
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def stored_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def test_a_source_is_registered_and_shown(sources: Sources) -> None:
    before = datetime.now(UTC)
    shown = sources.register("crm", "vaulted", PLAIN)
    assert (shown.name, shown.connector, shown.options) == ("crm", "vaulted", PLAIN)
    assert before <= shown.created <= datetime.now(UTC)
    assert sources.get("crm") == shown
    assert sources.all() == [shown]


def test_sources_are_listed_by_name(sources: Sources) -> None:
    for name in ("b", "a-1", "a"):
        sources.register(name, "vaulted", PLAIN)
    assert [source.name for source in sources.all()] == ["a", "a-1", "b"]


def test_the_connector_of_a_source_gets_its_options(sources: Sources) -> None:
    sources.register("crm", "vaulted", {**PLAIN, **SECRETS, "labels": {"a": "b"}})
    got = revealed(options(sources, "crm"))
    assert got == {**PLAIN, **SECRETS, "pin": None, "labels": {"a": "b"}}
    assert list(sources.connector("crm").harvest()) == [
        Source(namespace="db.example.org", title="db.example.org", platform="test")
    ]


def test_secrets_are_masked_when_shown(sources: Sources) -> None:
    shown = sources.register("crm", "vaulted", {**PLAIN, **SECRETS})
    assert shown.options == {**PLAIN, "password": HIDDEN, "tokens": HIDDEN, "login": HIDDEN}


@pytest.mark.parametrize("value", ["file:///planted-path", "sealed:hunter2-planted", "*", "{}", "planted \U0001f600"])
def test_secrets_that_look_like_something_else_are_sealed_too(sources: Sources, tmp_path: Path, value: str) -> None:
    sources.register("crm", "vaulted", {**PLAIN, "pin": value})
    assert sources.get("crm").options["pin"] == HIDDEN
    assert revealed(options(sources, "crm"))["pin"] == value


def test_references_are_shown_and_resolved_when_used(
    sources: Sources, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "pin"
    file.write_text(OTHER, encoding="utf-8")
    monkeypatch.setenv("PLANTED", SECRET)
    given = {**PLAIN, "password": "env:PLANTED", "pin": f"file:{file}"}
    assert sources.register("crm", "vaulted", given).options == given
    got = revealed(options(sources, "crm"))
    assert (got["password"], got["pin"]) == (SECRET, OTHER)
    monkeypatch.setenv("PLANTED", "changed")
    assert revealed(options(sources, "crm"))["password"] == "changed"


def test_a_reference_to_nothing_is_refused(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANTED", raising=False)
    with pytest.raises(SettingsError, match="'PLANTED' is not set"):
        sources.register("crm", "vaulted", {**PLAIN, "password": "env:PLANTED"})
    assert sources.all() == []


def test_what_a_reference_stands_for_is_not_in_the_error(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    with pytest.raises(SettingsError, match=r"port: .*given 'env:PLANTED'") as wrong:
        sources.register("crm", "vaulted", {**PLAIN, "port": "env:PLANTED"})
    assert SECRET not in repr((wrong.value.args, wrong.value.extensions))


def test_a_planted_secret_is_in_no_stored_byte(state: State, sources: Sources, tmp_path: Path) -> None:
    sources.register("crm", "vaulted", {**PLAIN, **SECRETS})
    sources.register("crm", "vaulted", {**PLAIN, "password": OTHER}, replace=True)
    sources.register("erp", "vaulted", {**PLAIN, "password": OTHER, "pin": f"file://{SECRET}"})
    sources.delete("erp")
    written = stored_bytes(tmp_path)
    state.close()
    written += stored_bytes(tmp_path)
    assert b"db.example.org" in written
    assert b"planted" not in written


@pytest.mark.parametrize(
    "wrong",
    [
        {"passwort": SECRET}, {"port": "x", "password": SECRET}, {"password": [SECRET]}, {"host": "nowhere", "pin": SECRET},
        {"tokens": {"a": [SECRET]}}, {"login": {"token": SECRET}}, {"login": {"user": "a", "tokn": 1, "token": [SECRET]}},
    ],
)  # fmt: skip
def test_an_error_never_shows_a_secret_and_registers_nothing(sources: Sources, wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        sources.register("crm", "vaulted", {**PLAIN, **wrong})
    error = refused.value
    assert SECRET not in repr((error.args, error.extensions, error.__cause__))
    assert sources.all() == []


def test_an_unknown_option_is_told_with_the_known_ones(sources: Sources) -> None:
    with pytest.raises(SettingsError, match="passwort: unknown option") as refused:
        sources.register("crm", "vaulted", {**PLAIN, "passwort": SECRET})
    assert "known options are host, port, password" in refused.value.remedy


def test_an_unknown_connector_is_refused(sources: Sources) -> None:
    with pytest.raises(UnknownConnector, match="'oracle'"):
        sources.register("crm", "oracle", {})


def test_a_second_source_of_a_name_is_refused(sources: Sources) -> None:
    first = sources.register("crm", "vaulted", PLAIN)
    with pytest.raises(SourceExists, match="'crm' is registered already"):
        sources.register("crm", "vaulted", {"host": "other"})
    assert sources.all() == [first]


def test_a_source_is_replaced_whole(sources: Sources) -> None:
    sources.register("crm", "vaulted", {**PLAIN, "password": SECRET})
    shown = sources.register("crm", "vaulted", {"host": "other"}, replace=True)
    assert shown.options == {"host": "other"}
    assert sources.all() == [shown]


def test_a_wrong_replacement_changes_nothing(sources: Sources) -> None:
    first = sources.register("crm", "vaulted", PLAIN)
    with pytest.raises(SettingsError):
        sources.register("crm", "vaulted", {"port": 1}, replace=True)
    assert sources.all() == [first]


def test_replacing_what_is_not_there_registers_it(sources: Sources) -> None:
    assert sources.register("crm", "vaulted", PLAIN, replace=True) == sources.get("crm")


def test_a_secret_given_as_shown_keeps_its_value(sources: Sources) -> None:
    shown = sources.register("crm", "vaulted", {**PLAIN, **SECRETS, "pin": "env:PATH"})
    sources.register("crm", "vaulted", {**shown.options, "port": 6}, replace=True)
    got = revealed(options(sources, "crm"))
    assert {key: got[key] for key in SECRETS} == SECRETS
    assert got["port"] == 6


@pytest.mark.parametrize("replace", [False, True])
def test_a_mask_is_no_secret(sources: Sources, replace: bool) -> None:
    with pytest.raises(SettingsError, match=r"'password' is given as .*no value of it is stored"):
        sources.register("crm", "vaulted", {**PLAIN, "password": HIDDEN}, replace=replace)


def test_options_that_are_no_secrets_may_look_sealed_or_masked(sources: Sources) -> None:
    sources.register("crm", "vaulted", {"host": HIDDEN, "labels": {"a": "sealed:x"}})
    sources.register("crm", "vaulted", {"host": "sealed:x", "port": 2}, replace=True)
    assert options(sources, "crm")["host"] == "sealed:x"
    sources.register("crm", "vaulted", {"host": HIDDEN}, replace=True)
    assert options(sources, "crm")["host"] == HIDDEN


def test_a_source_is_forgotten(sources: Sources) -> None:
    sources.register("crm", "vaulted", PLAIN)
    sources.delete("crm")
    assert sources.all() == []


@pytest.mark.parametrize("use", ["get", "delete", "connector"])
def test_an_unknown_source_is_told_with_those_registered(sources: Sources, use: str) -> None:
    with pytest.raises(UnknownSource, match="'crm'; registered are none"):
        getattr(sources, use)("crm")
    sources.register("erp", "vaulted", PLAIN)
    with pytest.raises(UnknownSource, match="'crm'; registered are erp"):
        getattr(sources, use)("crm")


@pytest.mark.parametrize("name", ["a", "0", "a.b_c-d", "a" * 63])
def test_a_good_name_is_taken(sources: Sources, name: str) -> None:
    assert sources.register(name, "vaulted", PLAIN).name == name


@pytest.mark.parametrize(
    "name", ["", "A", "-a", ".a", "a b", "a/b", "ä", "a\n", "a" * 64, "curated", "..", "a%2f", "😀", "a'--"]
)
def test_a_bad_name_is_refused(sources: Sources, name: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"{name!r} cannot be a source's name")):
        sources.register(name, "vaulted", PLAIN)
    assert sources.all() == []


def test_sources_survive_closing(sources: Sources, state: State, tmp_path: Path) -> None:
    shown = sources.register("crm", "vaulted", {**PLAIN, "password": SECRET})
    state.close()
    with closing(State(f"sqlite:///{tmp_path / 'state.db'}")) as again:
        reopened = Sources(again, Vault(tmp_path / "secret.key"))
        assert reopened.all() == [shown]
        assert revealed(options(reopened, "crm"))["password"] == SECRET


def test_a_lost_key_is_told_when_the_source_is_used(sources: Sources, tmp_path: Path) -> None:
    sources.register("crm", "vaulted", {**PLAIN, "password": SECRET})
    (tmp_path / "secret.key").unlink()
    with pytest.raises(SettingsError, match=r"the key of stored secrets .*secret\.key"):
        sources.connector("crm")
    assert sources.get("crm").options["password"] == HIDDEN
