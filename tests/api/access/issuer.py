"""A little OpenID Connect provider on loopback, with keys of its own; whoever comes is `grace`, and logged in already."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

__all__ = ["CLIENT", "SECRET", "Issuer", "running"]

CLIENT, SECRET = "fabric-test", "client-secret-0123"


class Issuer:
    """What it signs, and who comes to it."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.url = ""
        self.roles: Any = ["editor"]
        self.lie: dict[str, Any] = {}
        """Claims that its tokens have instead of the true ones."""
        self._codes: dict[str, dict[str, str]] = {}

    def token(self, **claims: Any) -> str:
        """A signed token; claims that are None are left out."""
        now = int(time.time())
        whole = {
            "iss": self.url, "aud": CLIENT, "sub": "42", "preferred_username": "grace", "roles": self.roles,
            "iat": now, "exp": now + 300, **claims, **self.lie,
        }  # fmt: skip
        return jwt.encode({k: v for k, v in whole.items() if v is not None}, self._key, "RS256", headers={"kid": "1"})

    def answer(self, path: str, query: dict[str, str]) -> tuple[dict[str, Any] | None, str]:
        """A document, or where to go."""
        if path == "/.well-known/openid-configuration":
            ends = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys"}
            return {"issuer": self.url, **{name: self.url + end for name, end in ends.items()}}, ""
        if path == "/keys":
            key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
            return {"keys": [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]}, ""
        assert (path, query["response_type"], query["client_id"]) == ("/authorize", "code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self._codes[code] = query
        return None, f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def redeem(self, form: dict[str, str], login: str) -> dict[str, Any] | None:
        """Tokens for a code; None where the client is another one or does not hold the verifier."""
        asked = self._codes.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = login == "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if (
            asked is None
            or not known
            or proof != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self.token(nonce=asked["nonce"])}


@contextmanager
def running() -> Iterator[Issuer]:
    """The provider, listening."""
    issuer = Issuer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            document, target = issuer.answer(parts.path, {k: v[0] for k, v in parse_qs(parts.query).items()})
            self._send(200 if document else 302, document or {}, target)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            tokens = issuer.redeem({k: v[0] for k, v in parse_qs(body).items()}, self.headers.get("Authorization", ""))
            self._send(200 if tokens else 400, tokens or {"error": "invalid_grant"})

        def _send(self, status: int, document: dict[str, Any], target: str = "") -> None:
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if target:
                self.send_header("Location", target)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """Nothing is said."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        issuer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()
