"""How a server knows who asks."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.access.oidc import Provider, read_provider
from api.access.people import LOCAL, Person, operator, read_role
from api.access.sessions import COOKIE, claims_of, seal, unseal
from api.access.tokens import Tokens, read_tokens
from fabric.errors import LoginRequired
from fabric.settings import Settings

__all__ = ["Logins"]

_NONE = Tokens(())


class Logins:
    """Finds out who sends a request: by token or OpenID Connect; where there is neither, everybody is `everybody`."""

    def __init__(
        self, tokens: Tokens, provider: Provider | None = None, *, hours: float = 12, everybody: Person = LOCAL
    ) -> None:
        self.tokens, self.provider = tokens, provider
        self._seconds, self._everybody = hours * 3600, everybody

    @classmethod
    def of(cls, settings: Settings) -> Logins:
        """Those that the settings ask for. Raises: SettingsError."""
        return cls(read_tokens(settings.api_tokens), read_provider(settings), hours=settings.session_hours)

    @classmethod
    def of_operator(cls) -> Logins:
        """None: whoever runs this process has opened the data directory and may do all."""
        return cls(_NONE, everybody=operator())

    @property
    def required(self) -> bool:
        """Whether there is a login."""
        return bool(self.tokens) or self.provider is not None

    @property
    def seconds(self) -> float:
        """How long a session lasts."""
        return self._seconds

    async def person(self, connection: HTTPConnection) -> Person:
        """Who sends the request.

        Raises: LoginRequired where that is not known, Forbidden where they have no role, Unreachable where the provider is.
        """
        if not self.required:
            return self._everybody
        bearer = _bearer(connection)
        if bearer is not None:
            return await self.holder(bearer)
        person = self._of_session(connection)
        if person is None:
            raise LoginRequired(
                "this server is for those who log in",
                remedy="open /login, or send a token: Authorization: Bearer ..., FABRIC_TOKEN for the command line",
            )
        return person

    async def holder(self, secret: str) -> Person:
        """Who holds a token of this server's or of the provider's. Raises: as `person`."""
        person = self.tokens.holder(secret)
        if person is None and self.provider is not None and secret.count(".") == 2:
            person = await run_in_threadpool(self.provider.person, secret)
        if person is None:
            raise LoginRequired("the token is not known here", remedy="ask an administrator of this server for one")
        return person

    def session(self, connection: HTTPConnection, person: Person) -> str:
        """A session for somebody who has just logged in."""
        mark = self.tokens.mark(person.name) if person.via == "token" else None
        return seal(connection, COOKIE, claims_of(person, mark), self._seconds)

    def _of_session(self, connection: HTTPConnection) -> Person | None:
        claims = unseal(connection, COOKIE, connection.cookies.get(COOKIE))
        if claims is None:
            return None
        name, via = str(claims.get("sub")), claims.get("via")
        if via == "token":
            # A token that was taken back or changed ends its sessions.
            mark, role = self.tokens.mark(name), self.tokens.role(name)
            return Person(name, role, via) if role is not None and mark == claims.get("mark") else None
        role = read_role(str(claims.get("role")))
        return Person(name, role, "oidc") if via == "oidc" and role is not None and self.provider is not None else None


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" and value.strip() else None
