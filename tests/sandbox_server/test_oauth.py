"""The sandbox's OAuth, as a browser and an app see it over HTTP."""

from __future__ import annotations

import re
import time
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from asana_frames.sandbox_server import Server

#: The example of the standard: a verifier and what S256 makes of it.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
OOB = "urn:ietf:wg:oauth:2.0:oob"
HERE = "http://127.0.0.1:8912/callback?kept=1"
ASKED = {
    "client_id": "sandbox-app",
    "redirect_uri": OOB,
    "response_type": "code",
    "state": "state-1",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def at(server: Server, name: str) -> str:
    return f"{server.url.removesuffix('/api/1.0')}/-/oauth_{name}"


def authorize(server: Server, **change: str) -> requests.Response:
    return requests.get(
        at(server, "authorize"), {**ASKED, **change}, timeout=10, allow_redirects=False
    )


def code_of(server: Server, **change: str) -> str:
    found = re.search(r'id="code">(\w+)<', authorize(server, allow="true", **change).text)
    assert found
    return found[1]


def token(server: Server, **change: str) -> requests.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "sandbox-app",
        "client_secret": "sandbox-secret",
        "redirect_uri": OOB,
        "code_verifier": VERIFIER,
        **change,
    }
    return requests.post(at(server, "token"), form, timeout=10)


def refresh(server: Server, refresh_token: str, **change: str) -> requests.Response:
    return token(server, grant_type="refresh_token", refresh_token=refresh_token, **change)


def revoke(server: Server, **change: str) -> requests.Response:
    form = {"client_id": "sandbox-app", "client_secret": "sandbox-secret", **change}
    return requests.post(at(server, "revoke"), form, timeout=10)


def me(server: Server, access_token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {access_token}"}
    return requests.get(f"{server.url}/users/me", headers=headers, timeout=10)


def query_of(answer: requests.Response) -> dict[str, str]:
    assert answer.status_code == 302
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def test_the_page_asks_and_its_links_allow_or_deny(own_server: Server) -> None:
    page = authorize(own_server, state="<script>")

    links = re.findall(r'href="([^"]+)"', page.text)
    assert page.status_code == 200
    assert "Zoe Ng" in page.text
    assert "<script>" not in page.text
    assert [link.rpartition("allow=")[2] for link in links] == ["true", "false"]
    assert "Cache-Control" in page.headers


def test_out_of_band_shows_the_code_and_a_redirect_carries_it(own_server: Server) -> None:
    assert code_of(own_server)

    sent_on = authorize(own_server, allow="true", redirect_uri=HERE)

    query = query_of(sent_on)
    assert sent_on.headers["Location"].startswith("http://127.0.0.1:8912/callback?")
    assert (query["kept"], query["state"]) == ("1", "state-1")
    assert query["code"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"client_id": "nobody"}, "client_id"),
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, "redirect_uri"),
        ({"redirect_uri": "http://[::1"}, "redirect_uri"),
        ({"redirect_uri": ""}, "redirect_uri"),
    ],
)
def test_a_wrong_app_or_redirect_is_plain_text_and_leads_nowhere(
    change: dict[str, str], says: str, own_server: Server
) -> None:
    answer = authorize(own_server, allow="true", **change)

    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert says in answer.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"allow": "false"}, "access_denied"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"state": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "tasks:read"}, "forbidden_scopes"),
    ],
)
def test_every_other_failure_is_told_on_the_redirect(
    change: dict[str, str], error: str, own_server: Server
) -> None:
    query = query_of(authorize(own_server, **{"redirect_uri": HERE, **change}))

    assert query["error"] == error
    assert "code" not in query
    assert error in authorize(own_server, **change).text


@pytest.mark.parametrize(
    "app", [("sandbox-app", "sandbox-secret"), ("sandbox-native", "")], ids=["secret", "none"]
)
def test_a_code_brings_tokens_that_the_api_takes(app: tuple[str, str], own_server: Server) -> None:
    code = code_of(own_server, client_id=app[0])

    answer = token(own_server, code=code, client_id=app[0], client_secret=app[1])

    found = answer.json()
    assert answer.status_code == 200
    assert set(found) == {"access_token", "token_type", "expires_in", "refresh_token", "data"}
    assert (found["token_type"], found["expires_in"]) == ("bearer", 3600)
    assert found["data"]["name"] == "Zoe Ng"
    assert me(own_server, found["access_token"]).json()["data"]["gid"] == found["data"]["gid"]
    assert me(own_server, found["refresh_token"]).status_code == 401
    assert me(own_server, code).status_code == 401


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "sandbox-native", "client_secret": ""}, 400, "invalid_grant"),
        ({"code": "wrong"}, 400, "invalid_grant"),
        ({"redirect_uri": HERE}, 400, "invalid_grant"),
        ({"code_verifier": "wrong"}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_what_does_not_fit_is_refused_as_oauth_refuses(
    change: dict[str, str], status: int, error: str, own_server: Server
) -> None:
    answer = token(own_server, **{"code": code_of(own_server), **change})

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert "access_token" not in answer.json()


def test_a_code_works_once_and_not_for_long(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, late = code_of(own_server), code_of(own_server)

    assert token(own_server, code=code).status_code == 200
    assert token(own_server, code=code).json()["error"] == "invalid_grant"
    now = time.time()
    monkeypatch.setattr("asana_frames.sandbox_server.http.oauth.time.time", lambda: now + 601)
    assert token(own_server, code=late).json()["error"] == "invalid_grant"


def test_an_access_token_ends_and_a_refresh_token_brings_another(
    own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = token(own_server, code=code_of(own_server)).json()
    monkeypatch.setattr(own_server.application.oauth, "life", 0.0)

    ended = refresh(own_server, first["refresh_token"]).json()["access_token"]
    monkeypatch.setattr(own_server.application.oauth, "life", 3_600.0)
    fresh = refresh(own_server, first["refresh_token"])

    assert me(own_server, ended).status_code == 401
    assert me(own_server, ended).json() == {"errors": [{"message": "Not Authorized"}]}
    assert me(own_server, first["access_token"]).status_code == 200
    assert me(own_server, fresh.json()["access_token"]).status_code == 200
    # A refresh promises no new refresh token.
    assert "refresh_token" not in fresh.json()
    other = {"client_id": "sandbox-native", "client_secret": ""}
    for answer in (refresh(own_server, "x"), refresh(own_server, first["refresh_token"], **other)):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_revoking_ends_the_login_and_only_by_its_refresh_token(own_server: Server) -> None:
    found = token(own_server, code=code_of(own_server)).json()

    assert revoke(own_server, token=found["access_token"]).status_code == 400
    assert revoke(own_server).status_code == 400
    assert revoke(own_server, token="x", client_secret="wrong").status_code == 401
    assert me(own_server, found["access_token"]).status_code == 200
    assert revoke(own_server, token=found["refresh_token"]).status_code == 200
    assert revoke(own_server, token="unknown").status_code == 200

    assert me(own_server, found["access_token"]).status_code == 401
    assert refresh(own_server, found["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("method", "name"), [("GET", "token"), ("GET", "revoke"), ("PUT", "authorize"), ("GET", "x")]
)
def test_other_paths_and_methods_are_not_there(method: str, name: str, own_server: Server) -> None:
    assert requests.request(method, at(own_server, name), timeout=10).status_code == 404


@pytest.mark.parametrize("body", [b"\xff", b"{", b"a=1&a=2"])
def test_bodies_of_any_kind_are_refusals_and_no_faults(body: bytes, own_server: Server) -> None:
    for kind in ("application/json", "application/x-www-form-urlencoded"):
        for name in ("authorize", "token", "revoke"):
            answer = requests.post(
                at(own_server, name), body, headers={"Content-Type": kind}, timeout=10
            )

            assert 400 <= answer.status_code < 500
