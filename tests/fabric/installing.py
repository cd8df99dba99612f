"""Connectors for tests, installed as any stranger's: a module and its entry point on the path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["installed"]

MODULE = '''
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from fabric.connector import Config, Connector, require
from fabric.model import Problem, Record, Source


class Login(BaseModel):
    """Nested options."""

    user: str
    token: SecretStr | None = None


class VaultedConfig(Config):
    """Options of every sort."""

    host: str = Field(description="Where the system is.")
    port: int = Field(default=1, ge=1, le=9, description="A port.")
    password: SecretStr | None = Field(default=None, description="A password.")
    pin: Annotated[SecretStr | None, Field(description="Another.")] = None
    tokens: dict[str, SecretStr] = Field(default_factory=dict, description="More of them.")
    login: Login | None = Field(default=None, description="And more.")
    labels: dict[str, str] = Field(default_factory=dict, description="No secrets.")

    @field_validator("password")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 4:
            raise ValueError("must have four characters")
        return value

    @model_validator(mode="after")
    def _agree(self) -> "VaultedConfig":
        if self.host == "nowhere":
            raise ValueError("host and port do not agree")
        return self


class VaultedConnector(Connector[VaultedConfig]):
    """Tells what it was given."""

    name: ClassVar[str] = "vaulted"
    title: ClassVar[str] = "Vaulted"
    Config: ClassVar[type[Config]] = VaultedConfig

    def check(self) -> str:
        require("module_that_nobody_has", "vaulted")
        return "never reached"

    def harvest(self) -> Iterator[Record | Problem]:
        yield Source(namespace=self.config.host, title=self.config.host, platform="test")
'''
ENTRIES = """[kgfabric.connectors]
vaulted = vaulted_connector:VaultedConnector
absent = module_that_nobody_has:Connector
nameless = vaulted_connector:Nothing
function = vaulted_connector:require
"""


@pytest.fixture
def installed(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which the connector `vaulted` and three broken ones are installed."""
    folder = tmp_path_factory.mktemp("installed")
    about = folder / "vaulted-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: vaulted\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(ENTRIES, encoding="utf-8")
    (folder / "vaulted_connector.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    yield folder
    sys.modules.pop("vaulted_connector", None)
