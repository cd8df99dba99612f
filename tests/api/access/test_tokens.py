from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.access.people import Person, Role
from api.access.tokens import read_tokens
from fabric.errors import SettingsError

LONG = "planted-0123456789"


def test_tokens_are_read_from_text_variables_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ci").write_text(f"{LONG}-ci\n")
    monkeypatch.setenv("ADA_TOKEN", f"{LONG}-ada")
    listed = (
        f"# who may come in\nada:admin:env:ADA_TOKEN\nci:editor:file:{tmp_path}/ci, vera:viewer:{LONG}:with:colons\n"
    )
    (tmp_path / "tokens").write_text(listed)
    for setting in (listed, f"file:{tmp_path}/tokens"):
        tokens = read_tokens(SecretStr(setting))
        assert tokens.holder(f"{LONG}-ada") == Person("ada", Role.ADMIN, "token")
        assert tokens.holder(f"{LONG}-ci") == Person("ci", Role.EDITOR, "token")
        assert tokens.holder(f"{LONG}:with:colons") == Person("vera", Role.VIEWER, "token")
        assert tokens.holder(LONG) is None
        assert tokens.holder("") is None


def test_without_the_setting_there_are_none() -> None:
    assert not read_tokens(None)
    assert not read_tokens(SecretStr(" "))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (f"ada:{LONG}", "token 1 .* malformed"),
        (f"ada:Admin:{LONG}", "token 1 .* malformed"),
        (f"ada:owner:{LONG}", "token 1 .* malformed"),
        (f"a/b:admin:{LONG}", "token 1 .* malformed"),
        (f"ada:admin:{LONG} bob", "token 2 .* malformed"),
        ("ada:admin:short", "'ada' .* shorter than 16"),
        (f"ada:admin:{LONG},ada:viewer:{LONG}2", "'ada' twice"),
        (f"ada:admin:{LONG},bob:viewer:{LONG}", "same secret"),
        ("# none", "holds no token"),
        ("ada:admin:env:NOT_SET_ANYWHERE", "'NOT_SET_ANYWHERE' is not set"),
    ],
)
def test_a_malformed_setting_is_refused_without_the_secret(setting: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        read_tokens(SecretStr(setting))
    assert LONG not in str(refused.value)
