"""Logins with an OpenID Connect provider (https://openid.net/specs/openid-connect-core-1_0.html).

Programs show its JWTs; browsers go through the authorization code flow with PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import jwt

from api.access.hosts import is_loopback
from api.access.people import Person, Role, read_role
from fabric.errors import Forbidden, LoginRequired, SettingsError, Unreachable
from fabric.settings import Settings
from fabric.vault import resolve

__all__ = ["Provider", "read_provider"]

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_PATIENCE, _LEEWAY = 10.0, 30
_REMEDY = "see that the provider of FABRIC_OIDC_ISSUER runs and can be reached from here"


@dataclass(frozen=True)
class Provider:
    """One provider. `roles` says which value of the claim gives which role; the value `*` is everybody's."""

    issuer: str
    client_id: str
    client_secret: str | None
    audience: str
    claim: str
    roles: Mapping[str, Role]

    def person(self, token: str) -> Person:
        """Who an access token is of. Raises: LoginRequired, Forbidden, Unreachable."""
        return self._person(self._claims(token, self.audience))

    def start(self, redirect: str, state: str, nonce: str, verifier: str) -> str:
        """Where to send a browser to log in. Raises: Unreachable."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": redirect, "scope": "openid profile email",
            "state": state, "nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        return f"{self._metadata['authorization_endpoint']}?{urlencode(asked)}"

    def finish(self, redirect: str, code: str, nonce: str, verifier: str) -> Person:
        """Who came back with the code. Raises: LoginRequired, Forbidden, Unreachable."""
        sent = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect,
            "client_id": self.client_id, "code_verifier": verifier,
        }  # fmt: skip
        login = (self.client_id, self.client_secret) if self.client_secret else None
        try:
            answer = httpx.post(self._metadata["token_endpoint"], data=sent, auth=login, timeout=_PATIENCE)
        except httpx.HTTPError as error:
            raise Unreachable(f"the provider {self.issuer!r} does not answer: {error}", remedy=_REMEDY) from error
        token = answer.json().get("id_token") if answer.is_success else None
        if token is None:
            raise LoginRequired(f"the provider refused the login: status {answer.status_code}", remedy="log in again")
        claims = self._claims(token, self.client_id)
        if claims.get("nonce") != nonce:
            raise LoginRequired("the provider answered for another login", remedy="log in again")
        return self._person(claims)

    def _claims(self, token: str, audience: str) -> dict[str, Any]:
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token, key.key, _ALGORITHMS, audience=audience, issuer=self.issuer, leeway=_LEEWAY,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )  # fmt: skip
        except jwt.PyJWKClientConnectionError as error:
            raise Unreachable(f"the keys of {self.issuer!r} cannot be read: {error}", remedy=_REMEDY) from error
        except (jwt.InvalidTokenError, jwt.PyJWKClientError) as error:
            raise LoginRequired(f"the token is not valid here: {error}", remedy="log in again") from None
        return claims

    def _person(self, claims: Mapping[str, Any]) -> Person:
        name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        given = claims.get(self.claim, [])
        values = {
            "*",
            *(given.split() if isinstance(given, str) else map(str, given if isinstance(given, list) else ())),
        }
        role = max((role for value, role in self.roles.items() if value in values), default=None)
        if role is None:
            raise Forbidden(
                f"{name!r} has no role here: no value of the claim {self.claim!r} is in FABRIC_OIDC_ROLES",
                remedy="ask an administrator of this server or of the provider",
            )
        return Person(name, role, "oidc")

    @cached_property
    def _metadata(self) -> Mapping[str, Any]:
        url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            found: Mapping[str, Any] = httpx.get(url, timeout=_PATIENCE).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise Unreachable(f"{url!r} does not answer with a document: {error}", remedy=_REMEDY) from error
        if found.get("issuer") != self.issuer:
            raise Unreachable(
                f"{url!r} says that its issuer is {found.get('issuer')!r}", remedy="set FABRIC_OIDC_ISSUER to just that"
            )
        return found

    @cached_property
    def _keys(self) -> jwt.PyJWKClient:
        return jwt.PyJWKClient(self._metadata["jwks_uri"], timeout=int(_PATIENCE))


def read_provider(settings: Settings) -> Provider | None:
    """The provider that the settings name; None where they name none. Raises: SettingsError."""
    issuer, client = settings.oidc_issuer, settings.oidc_client_id
    if not issuer and not client:
        return None
    if not issuer or not client:
        raise SettingsError("a login with OpenID Connect needs both FABRIC_OIDC_ISSUER and FABRIC_OIDC_CLIENT_ID")
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise SettingsError(
            f"FABRIC_OIDC_ISSUER is {issuer!r}, which is no https URL", remedy="give the provider's https URL"
        )
    secret = settings.oidc_client_secret
    return Provider(
        issuer,
        client,
        resolve(secret.get_secret_value()) if secret else None,
        settings.oidc_audience or client,
        settings.oidc_roles_claim,
        _roles(settings.oidc_roles),
    )


def _roles(setting: str | None) -> dict[str, Role]:
    if setting is None:
        return {str(role): role for role in Role}
    roles = {}
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        value, sign, name = entry.rpartition("=")
        role = read_role(name)
        if not sign or not value.strip() or role is None:
            raise SettingsError(
                f"FABRIC_OIDC_ROLES holds {entry!r}",
                remedy="write value=role between commas, such as data-team=editor,*=viewer; roles are viewer, editor, admin",
            )
        roles[value.strip()] = role
    return roles
