"""Browsers log in with a token or with OpenID Connect, and stay logged in by a cookie; programs show the provider's tokens."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.api.access.issuer import CLIENT, SECRET, Issuer, running
from tests.api.access.serving import SECRETS, TOKENS
from tests.processes import fabric, serving

HTML = {"Accept": "text/html,*/*;q=0.8"}
CURATE = {"query": 'mutation{curate(iri:"http://localhost:8642/id/dataset/a/b",title:"x"){iri}}'}


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with running() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, issuer: Issuer) -> Iterator[str]:
    given = {"FABRIC_OIDC_ISSUER": issuer.url, "FABRIC_OIDC_CLIENT_ID": CLIENT, "FABRIC_OIDC_CLIENT_SECRET": SECRET}
    folder = tmp_path_factory.mktemp("logins")
    with serving(folder, FABRIC_HOST="0.0.0.0", FABRIC_API_TOKENS=TOKENS, **given) as url:
        yield url


@pytest.fixture
def browser(url: str, issuer: Issuer) -> Iterator[httpx.Client]:
    """What a browser does, without scripts."""
    issuer.roles, issuer.lie = ["editor"], {}
    with httpx.Client(base_url=url, headers=HTML, follow_redirects=True, timeout=30) as browser:
        yield browser


def error(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


def enter(browser: httpx.Client, role: str, **more: str) -> httpx.Response:
    origin = {"Origin": str(browser.base_url).rstrip("/")}
    return browser.post("/login", data={"token": SECRETS[role], **more}, headers=origin, follow_redirects=False)


def test_a_browser_is_led_to_log_in_and_back(browser: httpx.Client) -> None:
    page = browser.get("/")
    assert (page.url.path, page.status_code) == ("/login", 200)
    assert "name=token type=password" in page.text
    assert browser.get("/export").url.params["next"] == "/export"
    assert browser.get("/export", headers={"Accept": "*/*"}).status_code == 401
    answer = enter(browser, "viewer", next="/export")
    assert (answer.status_code, answer.headers["location"]) == (303, "/export")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("fabric_session=", "httponly", "samesite=lax", "path=/", "max-age=43200"))
    assert "secure" not in cookie
    assert browser.get("/export").url.path == "/export"
    assert "logged in as <strong>vera</strong>, viewer" in browser.get("/login").text


def test_behind_tls_the_cookie_is_for_tls_only(browser: httpx.Client) -> None:
    answer = browser.post(
        "/login", data={"token": SECRETS["viewer"]}, headers={"X-Forwarded-Proto": "https"}, follow_redirects=False
    )
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_session_has_the_tokens_role_and_needs_its_own_page(browser: httpx.Client, url: str) -> None:
    enter(browser, "viewer")
    assert error(browser.post("/graphql", json=CURATE, headers={"Origin": url})) == "Forbidden"
    enter(browser, "editor")
    assert error(browser.post("/graphql", json=CURATE, headers={"Origin": url})) == "UnknownAsset"
    for foreign in ({"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "same-site"}, {}):
        refused = browser.post("/graphql", json=CURATE, headers=foreign)
        assert refused.status_code == 403
    browser.post("/logout", headers={"Origin": url})
    assert browser.get("/export", headers={"Accept": "*/*"}).status_code == 401


def test_a_wrong_token_is_told_and_starts_nothing(browser: httpx.Client) -> None:
    answer = browser.post("/login", data={"token": "wrong-<script>-0123456789"})
    assert answer.status_code == 401
    assert "not known here" in answer.text
    assert "<script>" not in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["//evil.example.org", "https://evil.example.org", "/\\evil", "evil", "/\r\nx: y", ""]
)
def test_a_login_leads_nowhere_else(browser: httpx.Client, target: str) -> None:
    assert enter(browser, "viewer", next=target).headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["x", "a.b.c", ""])
def test_a_forged_session_is_none(browser: httpx.Client, cookie: str) -> None:
    now = int(time.time())
    claims = {"sub": "ada", "via": "token", "role": "admin", "iat": now, "exp": now + 99}
    for value in (cookie, jwt.encode(claims, "k" * 32, "HS256"), jwt.encode(claims, "", "none")):
        answer = browser.get("/export", headers={"Accept": "*/*", "Cookie": f"fabric_session={value}"})
        assert answer.status_code == 401


def test_a_session_ends_with_its_token(tmp_path: Path) -> None:
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS) as url, httpx.Client(base_url=url) as browser:
        session = enter(browser, "admin").cookies["fabric_session"]
        enter(browser, "viewer")
        assert browser.get("/export").status_code == 200
    cookies = {"Cookie": f"fabric_session={session}"}
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS) as url:
        assert httpx.get(url + "/export", headers=cookies).status_code == 200, "a restart ends no session"
    with serving(tmp_path, FABRIC_API_TOKENS=TOKENS.replace(SECRETS["admin"], "another-0123456789")) as url:
        assert httpx.get(url + "/export", headers=cookies).status_code == 401


def test_a_login_with_the_provider(browser: httpx.Client, url: str) -> None:
    page = browser.get("/login/oidc", params={"next": "/export"})
    assert (page.url.path, page.status_code) == ("/export", 200)
    assert "logged in as <strong>grace</strong>, editor" in browser.get("/login").text
    assert error(browser.post("/graphql", json=CURATE, headers={"Origin": url})) == "UnknownAsset"
    log = {"query": '{auditLog(first:1,operation:"login"){edges{node{who via role}}}}'}
    answer = httpx.post(url + "/graphql", json=log, headers={"Authorization": f"Bearer {SECRETS['admin']}"})
    assert answer.json()["data"]["auditLog"]["edges"] == [{"node": {"who": "grace", "via": "oidc", "role": "editor"}}]


def test_a_login_that_was_begun_elsewhere_is_refused(browser: httpx.Client) -> None:
    begun = browser.get("/login/oidc", follow_redirects=False)
    back = httpx.get(begun.headers["location"], follow_redirects=False).headers["location"]
    browser.cookies.clear()
    assert "not begun here" in browser.get(back).text
    assert browser.get("/login/callback", params={"error": "access_denied"}).status_code == 401


@pytest.mark.parametrize(
    ("lie", "said"),
    [({"nonce": "x"}, "another login"), ({"aud": "other"}, "not valid"), ({"exp": 1}, "not valid"),
     ({"iss": "https://a"}, "not valid"),     ({"roles": ["none"]}, "no role here"), ({"roles": None}, "no role here")],
)  # fmt: skip
def test_what_the_provider_says_is_checked(
    browser: httpx.Client, issuer: Issuer, lie: dict[str, Any], said: str
) -> None:
    issuer.lie = lie
    answer = browser.get("/login/oidc")
    assert answer.status_code == 401
    assert said in answer.text
    assert "fabric_session" not in browser.cookies


def test_programs_show_the_providers_tokens(browser: httpx.Client, issuer: Issuer) -> None:
    def status(token: str) -> int:
        return browser.get("/export", headers={"Accept": "*/*", "Authorization": f"Bearer {token}"}).status_code

    assert status(issuer.token(roles="viewer other")) == 200
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    claims = jwt.decode(issuer.token(), options={"verify_signature": False})
    wrong = [
        issuer.token(aud="other"), issuer.token(iss="https://a"), issuer.token(exp=int(time.time()) - 60), issuer.token(exp=None),
        jwt.encode(claims, other, "RS256", headers={"kid": "1"}), jwt.encode(claims, other, "RS256", headers={"kid": "2"}),
        jwt.encode(claims, "", "none"), jwt.encode(claims, "k" * 32, "HS256", headers={"kid": "1"}), "a.b.c",
    ]  # fmt: skip
    assert [status(token) for token in wrong] == [401] * len(wrong)
    assert status(issuer.token(roles=[])) == 403


def test_roles_can_be_mapped(tmp_path: Path, issuer: Issuer) -> None:
    given = {
        "FABRIC_OIDC_ISSUER": issuer.url, "FABRIC_OIDC_CLIENT_ID": CLIENT, "FABRIC_OIDC_AUDIENCE": "api",
        "FABRIC_OIDC_ROLES_CLAIM": "groups", "FABRIC_OIDC_ROLES": "data team=editor, *=viewer",
    }  # fmt: skip
    issuer.lie = {}
    with serving(tmp_path, FABRIC_HOST="0.0.0.0", **given) as url:
        for groups, code in ((["data team"], "UnknownAsset"), (["x"], "Forbidden"), (None, "Forbidden")):
            token = {"Authorization": f"Bearer {issuer.token(aud='api', groups=groups)}"}
            assert error(httpx.post(url + "/graphql", json=CURATE, headers=token)) == code


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FABRIC_OIDC_ISSUER", "http://idp.example.org", "no https URL"), ("FABRIC_OIDC_ROLES", "x=owner", "'x=owner'"),
        ("FABRIC_OIDC_CLIENT_ID", "", "both FABRIC_OIDC_ISSUER and FABRIC_OIDC_CLIENT_ID"),
    ],
)  # fmt: skip
def test_wrong_settings_are_told(tmp_path: Path, name: str, value: str, said: str) -> None:
    given = {"FABRIC_OIDC_ISSUER": "https://idp.example.org", "FABRIC_OIDC_CLIENT_ID": "x", name: value}
    refused = fabric(tmp_path, "serve", "--port", "0", check=False, **given)
    assert refused.returncode == 1
    assert said in refused.stderr


def test_a_provider_that_does_not_answer_is_named(tmp_path: Path) -> None:
    gone = {"FABRIC_OIDC_ISSUER": "http://127.0.0.1:1", "FABRIC_OIDC_CLIENT_ID": "x"}
    with serving(tmp_path, **gone) as url:
        answer = httpx.get(url + "/export", headers={"Authorization": "Bearer a.b.c"})
        assert answer.status_code == 503
        assert "127.0.0.1:1" in answer.json()["error"]["message"]


def test_without_a_login_the_page_leads_on(tmp_path: Path) -> None:
    with serving(tmp_path) as url:
        assert httpx.get(url + "/login").headers["location"] == "/"
