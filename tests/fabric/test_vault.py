from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given

from fabric.errors import SettingsError
from fabric.redaction import is_reference
from fabric.vault import Vault, resolve
from tests.fabric.records import texts

SECRET = "hunter2-planted"
REFERENCES = ("env:DB_PASSWORD", "file:/run/secrets/db", "file:relative", "env:")
NO_REFERENCES = ("file:///etc/passwd", "ENV:X", " env:X", "sealed:", "sealed:abc", "", "environment", "https://a")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "secret.key"


@given(secret=texts.filter(lambda value: not is_reference(value)))
def test_a_sealed_secret_is_hidden_and_opens_again(tmp_path_factory: pytest.TempPathFactory, secret: str) -> None:
    vault = Vault(tmp_path_factory.getbasetemp() / "shared.key")
    sealed = vault.seal(secret)
    assert sealed.startswith("sealed:")
    assert len(secret) < 8 or secret not in sealed
    assert vault.open(sealed) == secret


def test_the_same_secret_is_sealed_differently_each_time(key: Path) -> None:
    assert Vault(key).seal(SECRET) != Vault(key).seal(SECRET)


@pytest.mark.parametrize("value", REFERENCES)
def test_references_are_stored_as_they_stand(key: Path, value: str) -> None:
    assert Vault(key).seal(value) == value == Vault(key).open(value)
    assert not key.exists()


@pytest.mark.parametrize("value", NO_REFERENCES)
def test_what_is_no_reference_is_sealed(key: Path, value: str) -> None:
    sealed = Vault(key).seal(value)
    assert sealed != value
    assert Vault(key).open(sealed) == value
    assert resolve(value) == value


def test_only_its_owner_reads_the_key(key: Path) -> None:
    Vault(key).seal(SECRET)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [path.name for path in key.parent.iterdir()] == ["secret.key"]


def test_the_key_is_kept(key: Path) -> None:
    sealed = Vault(key).seal(SECRET)
    held = key.read_bytes()
    assert Vault(key).open(sealed) == SECRET
    Vault(key).seal("other")
    assert key.read_bytes() == held


def test_a_lost_key_is_told_and_no_other_made(key: Path) -> None:
    sealed = Vault(key).seal(SECRET)
    held = key.read_bytes()
    key.unlink()
    with pytest.raises(SettingsError, match=r"secret\.key' cannot be read: No such file") as lost:
        Vault(key).open(sealed)
    assert "put the key back" in lost.value.remedy
    assert not key.exists()
    key.write_bytes(held)
    assert Vault(key).open(sealed) == SECRET


def test_another_key_is_told(key: Path, tmp_path: Path) -> None:
    sealed = Vault(key).seal(SECRET)
    other = Vault(tmp_path / "other.key")
    other.seal("x")
    with pytest.raises(SettingsError, match="cannot be decrypted with the key"):
        other.open(sealed)


@pytest.mark.parametrize("damage", ["", "x", "not a key at all", "\x00" * 44])
def test_a_damaged_key_is_told(key: Path, damage: str) -> None:
    sealed = Vault(key).seal(SECRET)
    key.write_text(damage)
    with pytest.raises(SettingsError, match="it holds no Fernet key"):
        Vault(key).open(sealed)
    with pytest.raises(SettingsError, match="it holds no Fernet key"):
        Vault(key).seal(SECRET)
    assert key.read_text() == damage


@pytest.mark.parametrize("damage", ["sealed:", "sealed:abc", "sealed:é"])
def test_a_damaged_secret_is_told(key: Path, damage: str) -> None:
    Vault(key).seal(SECRET)
    with pytest.raises(SettingsError, match="cannot be decrypted"):
        Vault(key).open(damage)


def test_references_to_variables_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTED", SECRET)
    assert resolve("env:PLANTED") == SECRET


def test_an_unset_variable_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLANTED", raising=False)
    with pytest.raises(SettingsError, match="'PLANTED' is not set") as unset:
        resolve("env:PLANTED")
    assert "export PLANTED=" in unset.value.remedy


def test_references_to_files_resolve_without_the_line_break(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    assert resolve(f"file:{tmp_path / 'secret'}") == SECRET


def test_files_of_the_home_directory_resolve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    assert resolve("file:~/secret") == SECRET


def test_a_secret_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        resolve(f"file:{tmp_path / 'none'}")
    with pytest.raises(SettingsError, match="Is a directory"):
        resolve(f"file:{tmp_path}")


def test_a_secret_file_that_is_no_text_is_told_without_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(SettingsError, match="is no UTF-8 text") as refused:
        resolve(f"file:{tmp_path / 'secret'}")
    assert SECRET not in repr((refused.value.args, refused.value.__cause__, refused.value.remedy))
