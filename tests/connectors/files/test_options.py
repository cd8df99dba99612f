from __future__ import annotations

from pathlib import Path

import pytest

from connectors.files import FilesConfig, FilesConnector
from fabric.connector import read_config, secret_options
from fabric.errors import SettingsError
from tests.connectors.files.harvesting import connector

SECRET = "hunter2-very-secret"


@pytest.mark.parametrize(
    "options",
    [
        {"secret": SECRET},
        {"key": SECRET},
        {"token": SECRET},
        {"account_key": SECRET},
        {"connection_string": SECRET},
        {"client_kwargs": {"aws_secret_access_key": SECRET}},
        {"client_kwargs": {"aws_access_key_id": SECRET}},
        {"headers": {"Authorization": SECRET}},
        {"client_kwargs": {"proxy": f"http://me:{SECRET}@proxy:3128"}},
    ],
)
def test_a_secret_among_storage_options_is_refused_and_not_shown(options: dict[str, object]) -> None:
    with pytest.raises(SettingsError) as raised:
        read_config(FilesConnector, {"path": "s3://b", "storage_options": options})
    assert "secret_options" in raised.value.remedy
    assert SECRET not in str(raised.value)
    assert SECRET not in repr(raised.value.__context__)


def test_harmless_storage_options_are_taken() -> None:
    options = {"anon": True, "client_kwargs": {"endpoint_url": "http://localhost:9000"}, "key_filename": "id"}
    assert FilesConfig(path="s3://b", storage_options=options).filesystem_options() == options


def test_secrets_are_hidden_in_the_config_and_given_to_the_filesystem() -> None:
    config = FilesConfig.model_validate(
        {
            "path": "s3://b",
            "storage_options": {"client_kwargs": {"region_name": "x"}},
            "secret_options": {"secret": SECRET, "client_kwargs.aws_session_token": SECRET},
        }
    )
    assert SECRET not in repr(config)
    assert SECRET not in config.model_dump_json()
    assert config.filesystem_options() == {
        "secret": SECRET,
        "client_kwargs": {"region_name": "x", "aws_session_token": SECRET},
    }
    assert config.storage_options == {"client_kwargs": {"region_name": "x"}}


def test_both_dictionaries_may_be_given_as_json_text() -> None:
    config = FilesConfig.model_validate(
        {"path": "s3://b", "storage_options": '{"anon": true}', "secret_options": f'{{"key": "{SECRET}"}}'}
    )
    assert config.filesystem_options() == {"anon": True, "key": SECRET}


@pytest.mark.parametrize("name", ["storage_options", "secret_options"])
@pytest.mark.parametrize("value", [f"not json {SECRET}", f'["{SECRET}"]', 7])
def test_what_is_no_object_is_refused_without_showing_it(name: str, value: object) -> None:
    with pytest.raises(SettingsError, match="JSON object") as raised:
        read_config(FilesConnector, {"path": "s3://b", name: value})
    assert SECRET not in str(raised.value)


def test_a_secret_option_of_a_wrong_type_is_not_shown() -> None:
    with pytest.raises(SettingsError) as raised:
        read_config(FilesConnector, {"path": "s3://b", "secret_options": {"key": [SECRET]}})
    assert SECRET not in str(raised.value)


def test_credentials_in_the_path_are_refused_and_not_shown() -> None:
    with pytest.raises(SettingsError, match="before the host") as raised:
        read_config(FilesConnector, {"path": f"sftp://me:{SECRET}@host/data"})
    assert SECRET not in str(raised.value)


def test_the_registry_knows_which_option_holds_secrets() -> None:
    assert secret_options(FilesConnector) == {"secret_options"}


def test_globs_may_be_given_as_one_text() -> None:
    assert FilesConfig.model_validate({"path": "/", "include": "*.csv, raw/**"}).include == ("*.csv", "raw/**")


def test_an_unknown_protocol_is_named_with_what_to_install() -> None:
    with pytest.raises(SettingsError, match=r"unknown protocol 'nosuch'.*s3") as raised:
        connector("nosuch://host/data").check()
    assert "pip install" in raised.value.remedy


def test_a_filesystem_that_is_not_installed_is_named_with_its_package() -> None:
    with pytest.raises(SettingsError, match="oss:// is not installed") as raised:
        connector("oss://bucket/data").check()
    assert "ossfs" in raised.value.remedy


def test_a_chain_of_filesystems_is_refused() -> None:
    with pytest.raises(SettingsError, match="chain"):
        connector("simplecache::s3://bucket")


def test_every_option_is_described() -> None:
    assert all(field.description for field in FilesConfig.model_fields.values())


def test_every_option_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs/connectors/files.md").read_text()
    assert [name for name in FilesConfig.model_fields if f"| `{name}` |" not in page] == []
