"""How a server knows who asks."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from api.access.people import LOCAL, Person, operator
from api.access.tokens import Tokens, read_tokens
from fabric.errors import LoginRequired
from fabric.settings import Settings

__all__ = ["Logins"]


class Logins:
    """Finds out who sends a request: by token; where there are none, everybody is `everybody`."""

    def __init__(self, tokens: Tokens, everybody: Person = LOCAL) -> None:
        self._tokens, self._everybody = tokens, everybody

    @classmethod
    def of(cls, settings: Settings) -> Logins:
        """Those that the settings ask for. Raises: SettingsError."""
        return cls(read_tokens(settings.api_tokens))

    @classmethod
    def of_operator(cls) -> Logins:
        """None: whoever runs this process has opened the data directory and may do all."""
        return cls(Tokens(()), operator())

    @property
    def required(self) -> bool:
        """Whether there is a login."""
        return bool(self._tokens)

    async def person(self, connection: HTTPConnection) -> Person:
        """Who sends the request. Raises: LoginRequired where that is not known."""
        if not self.required:
            return self._everybody
        bearer = _bearer(connection)
        if bearer is None:
            raise LoginRequired(
                "this server is for those who log in",
                remedy="send a token: Authorization: Bearer ..., or FABRIC_TOKEN for the command line",
            )
        person = self._tokens.holder(bearer)
        if person is None:
            raise LoginRequired("the token is not known here", remedy="ask an administrator of this server for one")
        return person


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None
