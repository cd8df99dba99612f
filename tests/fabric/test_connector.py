from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fabric.connector import GROUP, connector_class, connector_names, read_config, require, secret_options
from fabric.errors import MissingExtra, SettingsError, UnknownConnector
from tests.fabric.installing import installed

__all__ = ["installed"]

SECRET = "hunter2-planted"
BUILT_IN = ("croissant", "dbt", "dcat", "files", "odcs", "queries", "sql")


def test_installed_connectors_are_listed_in_order_without_importing_them(installed: Path) -> None:
    names = connector_names()
    assert names == sorted(names)
    assert {*BUILT_IN, "vaulted", "absent"} <= set(names)
    assert "vaulted_connector" not in sys.modules


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_connector_is_found_under_its_name(name: str) -> None:
    kind = connector_class(name)
    assert kind.name == name
    assert kind.title


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_option_is_described(name: str) -> None:
    fields = connector_class(name).Config.model_fields
    assert [option for option, field in fields.items() if not field.description] == []


@pytest.mark.parametrize("name", ["", "postgres", "SQL", "../sql"])
def test_an_unknown_connector_is_told_with_those_installed(name: str) -> None:
    with pytest.raises(UnknownConnector, match=r"installed are .*dbt.*files.*sql") as unknown:
        connector_class(name)
    assert repr(name) in str(unknown.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent", "cannot be loaded from 'module_that_nobody_has:Connector': No module named"),
        ("nameless", "cannot be loaded from 'vaulted_connector:Nothing'"),
        ("function", f"the entry point 'function' of {GROUP} is .* no subclass"),
    ],
)
def test_a_broken_connector_is_told(installed: Path, name: str, said: str) -> None:
    with pytest.raises(UnknownConnector, match=said) as broken:
        connector_class(name)
    assert "uninstall the package" in broken.value.remedy


def test_a_missing_package_is_told_with_the_line_that_installs_it(installed: Path) -> None:
    kind = connector_class("vaulted")
    with pytest.raises(MissingExtra, match="'module_that_nobody_has' is not installed") as missing:
        kind(read_config(kind, {"host": "a"})).check()
    assert missing.value.remedy == "pip install 'kgfabric[vaulted]'"
    assert not missing.value.retryable


def test_an_installed_package_is_imported() -> None:
    assert require("json", "none").loads("1") == 1


def test_secret_options_are_found_however_deep(installed: Path) -> None:
    assert secret_options(connector_class("vaulted")) == {"password", "pin", "tokens", "login"}


def test_valid_options_are_read(installed: Path) -> None:
    config = read_config(connector_class("vaulted"), {"host": "a", "port": "7", "password": SECRET})
    assert config.model_dump()["port"] == 7
    assert SECRET not in repr(config)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "host: Field required"),
        ({"host": "a", "hots": SECRET}, "hots: unknown option"),
        ({"host": "a", "passwrd": SECRET}, "passwrd: unknown option"),
        ({"host": "a", "port": "many"}, "port: Input should be a valid integer.*given 'many'"),
        ({"host": "a", "port": 10}, "port: Input should be less than or equal to 9 .given 10."),
        ({"host": 1}, "host: Input should be a valid string .given 1."),
        ({"host": "a", "password": [SECRET]}, "password: Input should be a valid string"),
        ({"host": "a", "password": "abc"}, "password: .*must have four characters"),
        ({"host": "a", "tokens": SECRET}, "tokens: Input should be a valid dictionary"),
        ({"host": "a", "tokens": {"a": [SECRET]}}, r"tokens\.a: Input should be a valid string"),
        ({"host": "a", "login": {"token": SECRET}}, r"login\.user: Field required"),
        ({"host": "a", "login": {"user": [SECRET]}}, r"login\.user: Input should be a valid string"),
        ({"host": "nowhere", "password": SECRET}, "options: .*host and port do not agree"),
        ({"port": 0, "password": SECRET}, "host: Field required; port: Input should be greater"),
    ],
)
def test_wrong_options_are_told_without_secrets(installed: Path, options: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as wrong:
        read_config(connector_class("vaulted"), options)
    shown = repr((wrong.value.args, wrong.value.extensions, wrong.value.__cause__))
    assert SECRET not in shown
    assert "abc" not in shown
    assert "the options of connector 'vaulted' are wrong" in wrong.value.what
    assert wrong.value.remedy == "known options are host, port, password, pin, tokens, login, labels"


def test_what_a_reference_stood_for_is_not_shown(installed: Path) -> None:
    written = {"host": "a", "port": "env:PORT"}
    with pytest.raises(SettingsError, match="given 'env:PORT'") as wrong:
        read_config(connector_class("vaulted"), {**written, "port": SECRET}, given=written)
    assert SECRET not in repr(wrong.value.extensions)


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_connectors_keep_secrets_out_of_complaints(name: str) -> None:
    kind = connector_class(name)
    options: dict[str, object] = {option: [SECRET] for option in secret_options(kind)}
    with pytest.raises(SettingsError) as wrong:
        read_config(kind, {**options, "no-such-option": SECRET})
    assert SECRET not in repr((wrong.value.args, wrong.value.extensions, wrong.value.__cause__))
