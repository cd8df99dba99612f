from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from fabric.audit import Audit, acting, author
from fabric.errors import FabricError, InputError
from fabric.redaction import redact
from fabric.state import State, audit
from tests.services import postgres_database

SECRET = "hunter2-planted"
ADA: dict[str, Any] = {"who": "ada", "role": "admin", "via": "token"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[State]:
    with ExitStack() as stack:
        url = (
            f"sqlite:///{tmp_path}/state.db" if request.param == "sqlite" else stack.enter_context(postgres_database())
        )
        opened = State(url)
        stack.callback(opened.close)
        yield opened


def test_entries_come_newest_first_page_by_page(state: State) -> None:
    log = Audit(state)
    for number in range(5):
        log.note("curate", {"number": number}, **ADA)
    log.note("backup", {}, who="ed", role="editor", via="cli", outcome="refused", error="no")
    first, second = log.entries(3), log.entries(3, after=str(log.entries(3)[-1].id))
    assert [one.arguments.get("number") for one in first + second] == [None, 4, 3, 2, 1, 0]
    assert (first[0].who, first[0].outcome, first[0].error) == ("ed", "refused", "no")
    assert (log.count(), log.count(who="ada"), log.count(operation="backup")) == (6, 5, 1)
    assert len(log.entries(10, who="ada", operation="curate")) == 5
    with pytest.raises(InputError, match="'x' is no cursor"):
        log.entries(1, after="x")


def test_nothing_can_be_changed_or_taken_out(state: State) -> None:
    Audit(state).note("curate", {}, **ADA)
    changes = [update(audit).values(who="nobody"), delete(audit)]
    if state.shared:
        changes.append(text("TRUNCATE audit"))  # type: ignore[arg-type]
    for change in changes:
        with pytest.raises(FabricError, match="only added to"), state.begin() as connection:
            connection.execute(change)
    assert [one.who for one in Audit(state).entries(9)] == ["ada"]


def test_a_state_that_was_made_before_gets_the_log(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/state.db"
    old = State(url)
    with old.begin() as connection:
        connection.execute(text("DROP TABLE audit"))
        connection.execute(text("ALTER TABLE commit_log DROP COLUMN author"))
    old.put("schema", "2")
    old.close()
    new = State(url)
    Audit(new).note("curate", {}, **ADA)
    with pytest.raises(FabricError, match="only added to"), new.begin() as connection:
        connection.execute(delete(audit))
    new.close()


def test_secrets_are_not_written_down_and_long_texts_are_cut_visibly(state: State) -> None:
    arguments = {
        "options": {
            "url": f"postgresql://u:{SECRET}@h/d",
            "dsn": SECRET,
            "password": SECRET,
            "keep": "env:NAME",
            "n": 1,
        },
        "text": "x" * 5000,
    }
    Audit(state).note("registerSource", arguments, secret={"dsn"}, error=f"at http://a:{SECRET}@b/c", **ADA)
    (entry,) = Audit(state).entries(1)
    assert SECRET not in repr(entry)
    assert entry.arguments["options"] == {
        "url": "postgresql://u:***@h/d", "dsn": "***", "password": "***", "keep": "env:NAME", "n": 1,
    }  # fmt: skip
    assert entry.arguments["text"].endswith("x... (5,000 characters)")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (f"https://u:{SECRET}@h/a?b=c", "https://u:***@h/a?b=c"),
        (f"https://:{SECRET}@h", "https://:***@h"),
        (f"https://u:p@{SECRET}@h/x@y", "https://u:***@h/x@y"),
        (f"https://h/?token={SECRET}&a=b", "https://h/?token=***&a=b"),
        (f"https://h/?a=b&X-Amz-Signature={SECRET}", "https://h/?a=b&X-Amz-Signature=***"),
        (f"postgresql://h/d?sslpassword={SECRET}", "postgresql://h/d?sslpassword=***"),
        ({"api_key": SECRET, "a": [{"client_secret": SECRET}]}, {"api_key": "***", "a": [{"client_secret": "***"}]}),
        (
            {"password": "env:NAME", "token": None, "secret": False},
            {"password": "env:NAME", "token": None, "secret": False},
        ),
        ("https://h:80/a@b, mailto:a@b", "https://h:80/a@b, mailto:a@b"),
        ({"path": "/srv", "name": "design"}, {"path": "/srv", "name": "design"}),
    ],
)
def test_redaction(given: object, shown: object) -> None:
    assert redact(given) == shown


def test_who_acts_is_known_within_the_block_only() -> None:
    with acting("ada"):
        assert author() == "ada"
    assert author() is None
