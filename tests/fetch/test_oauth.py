"""Logging in with OAuth against the sandbox: code, renewal, refusals, and what stays secret."""

from __future__ import annotations

import logging
import pickle
import re
import socket
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

import asana_frames as af
from asana_frames.fetch import Http, oauth
from asana_frames.fetch.auth import log_out, set_process_login, token_source_for
from asana_frames.fetch.credential_store import load_credential, store_credential
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.oauth import Authorization, compute_challenge
from asana_frames.fetch.redirect_server import RedirectServer
from asana_frames.fetch.token_renewal import renewer_for
from asana_frames.sandbox_server import Server, serve
from tests.fixed_day import NOW
from tests.logins import APP, allow, logged_in, texts_of
from tests.recorder import Asked, Recorder, Reply

#: An answer of the token endpoint.
GRANTED = {
    "access_token": "fresh",
    "refresh_token": "rotated",
    "expires_in": 3600,
    "token_type": "bearer",
}


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with serve(now=NOW) as running:
        yield running
        assert running.application.crashes == []


@pytest.fixture
def posts(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is asked of the token endpoint: the kinds of grant."""
    asked: list[str] = []
    send = HTTPAdapter.send

    def counted(adapter: Any, request: requests.PreparedRequest, *a: Any, **k: Any) -> Any:
        if str(request.url).endswith("/-/oauth_token"):
            asked.append(dict(parse_qsl(str(request.body)))["grant_type"])
        return send(adapter, request, *a, **k)

    monkeypatch.setattr(HTTPAdapter, "send", counted)
    return asked


def ended(credential: Credential) -> Credential:
    """Return the login as it is after an hour."""
    return replace(credential, expires=time.time() - 1)


def test_an_app_of_granular_permissions_asks_for_them(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP, scope="tasks:read  users:read")

    assert dict(parse_qsl(urlsplit(attempt.url).query))["scope"] == "tasks:read users:read"


def test_a_scope_that_the_app_has_lets_it_in(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP, scope="default")

    assert attempt.redeem(allow(attempt.url)).refresh_token


@pytest.mark.parametrize("asked", ["", "default", "tasks:read users:read"])
@pytest.mark.parametrize("granted", ["default identity", "", None, ["default", "identity"]])
def test_a_code_is_redeemed_whatever_scope_is_granted(
    asked: str, granted: object, recorder: Recorder
) -> None:
    recorder.replies(Reply(body=GRANTED | {"scope": granted}))

    credential = Authorization(recorder.url, *APP, scope=asked).redeem("c0de")

    assert (credential.token, credential.refresh_token) == ("fresh", "rotated")


@pytest.mark.parametrize("granted", ["default identity", "", None, ["default", "identity"]])
def test_a_login_is_renewed_whatever_scope_is_granted(granted: object, recorder: Recorder) -> None:
    recorder.replies(Reply(body=GRANTED | {"scope": granted}))

    assert (
        oauth.refresh_credential(recorder.url, Credential("old", "refresh", 1.0, "app")).token
        == "fresh"
    )


def test_an_app_of_full_permissions_asks_for_no_scope(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP)

    assert "scope" not in dict(parse_qsl(urlsplit(attempt.url).query))


def test_the_address_holds_a_challenge_and_no_secret(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP)

    parts = urlsplit(attempt.url)
    query = dict(parse_qsl(parts.query))
    assert f"{parts.scheme}://{parts.netloc}" == own_server.url.removesuffix("/api/1.0")
    assert parts.path == "/-/oauth_authorize"
    assert query["response_type"] == "code"
    assert query["redirect_uri"] == "urn:ietf:wg:oauth:2.0:oob"
    assert query["code_challenge_method"] == "S256"
    assert query["state"] == attempt.state
    assert APP[1] not in attempt.url
    assert Authorization(own_server.url, *APP).state != attempt.state


def test_asanas_own_address_is_asked_over_https() -> None:
    attempt = Authorization("https://app.asana.com/api/1.0", "1")

    assert attempt.url.startswith("https://app.asana.com/-/oauth_authorize?")


@pytest.mark.parametrize("app", [APP, ("sandbox-native", "")])
def test_a_copied_code_becomes_a_connection(app: tuple[str, str], own_server: Server) -> None:
    set_process_login(own_server.url, logged_in(own_server.url, app))

    with af.connect(base_url=own_server.url) as asana:
        assert asana.users.get("me")["name"].tolist() == ["Zoe Ng"]


def test_a_code_works_once(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP)
    code = allow(attempt.url)
    attempt.redeem(f" {code}\n")

    with pytest.raises(af.AuthError, match="invalid_grant") as caught:
        attempt.redeem(code)

    assert code not in texts_of(caught.value)
    assert "Log in again" in str(caught.value)


def test_a_code_of_another_attempt_has_the_wrong_verifier(own_server: Server) -> None:
    code = allow(Authorization(own_server.url, *APP).url)

    with pytest.raises(af.AuthError, match="code_verifier"):
        Authorization(own_server.url, *APP).redeem(code)


@pytest.mark.parametrize("app", [("sandbox-app", "pw-8231"), ("nobody", "pw-8231")])
def test_an_app_that_is_not_known_is_refused_without_showing_its_secret(
    app: tuple[str, str], own_server: Server
) -> None:
    code = "-".join(["c0de", "7731"])

    with pytest.raises(af.AuthError, match="invalid_client") as caught:
        Authorization(own_server.url, *app).redeem(code)

    assert app[1] not in texts_of(caught.value)
    assert code not in texts_of(caught.value)


def test_no_code_and_no_client_id_are_refused_before_anything_is_sent(
    recorder: Recorder,
) -> None:
    with pytest.raises(af.AuthError, match="code is empty"):
        Authorization(recorder.url, *APP).redeem(" ")
    with pytest.raises(af.ConfigurationError, match="ASANA_CLIENT_ID"):
        Authorization(recorder.url, "")

    assert recorder.asked == []


def test_the_app_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert oauth.read_app() == ("", "")
    monkeypatch.setenv("ASANA_CLIENT_ID", "id ")
    monkeypatch.setenv("ASANA_CLIENT_SECRET", "secret")

    assert oauth.read_app() == ("id", "secret")
    assert oauth.read_app("mine", "own") == ("mine", "own")


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert compute_challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_verifier_stays_here_until_the_code_is_redeemed(recorder: Recorder) -> None:
    recorder.replies(Reply(body=GRANTED))
    attempt = Authorization(recorder.url, *APP)
    query = dict(parse_qsl(urlsplit(attempt.url).query))

    attempt.redeem("c0de")

    form = dict(parse_qsl(recorder.asked[0].body.decode()))
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", form["code_verifier"])
    assert compute_challenge(form["code_verifier"]) == query["code_challenge"]
    assert form["code_verifier"] not in attempt.url
    assert form["code_verifier"] != attempt.state
    assert len(attempt.state) >= 22
    assert form["grant_type"] == "authorization_code"
    assert form["redirect_uri"] == query["redirect_uri"]
    assert (form["client_id"], form["client_secret"]) == APP


def test_every_request_has_timeouts_and_carries_no_password_of_netrc(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    timeouts: list[Any] = []
    send = HTTPAdapter.send

    def watched(adapter: Any, request: requests.PreparedRequest, *a: Any, **k: Any) -> Any:
        timeouts.append(k["timeout"])
        return send(adapter, request, *a, **k)

    monkeypatch.setattr(HTTPAdapter, "send", watched)
    recorder.replies(Reply(body=GRANTED))
    credential = Authorization(recorder.url, *APP).redeem("c0de")
    oauth.refresh_credential(recorder.url, credential)
    oauth.revoke_credential(recorder.url, credential)

    assert all(0 < seconds <= 30 for timeout in timeouts for seconds in timeout)
    assert len(timeouts) == len(recorder.asked) == 3
    assert not any("Authorization" in asked.headers for asked in recorder.asked)


def test_on_this_machine_no_proxy_sees_codes_and_tokens(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Recorder() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/api/1.0"))
        recorder.replies(Reply(body=GRANTED))
        credential = Authorization(recorder.url, *APP).redeem("c0de")
        http = Http(token_source_for(credential, recorder.url), recorder.url)
        http.request("GET", "/tags")
        http.close()

        assert proxy.asked == []
    assert len(recorder.asked) == 2


def test_neither_code_nor_tokens_travel_in_the_clear_to_another_machine() -> None:
    elsewhere = "http://asana.example/api/1.0"

    with pytest.raises(af.ConfigurationError, match="https"):
        Authorization(elsewhere, *APP)
    with pytest.raises(af.ConfigurationError, match="https"):
        oauth.refresh_credential(elsewhere, Credential("old", "refresh", 1.0, "app"))
    with pytest.raises(af.ConfigurationError, match="https"):
        oauth.revoke_credential(elsewhere, Credential("old", "refresh", 1.0, "app"))


@pytest.mark.parametrize("lifetime", [None, "soon", True, -1, 1e300, [3600]])
def test_a_lifetime_that_is_none_is_an_hour(lifetime: object, recorder: Recorder) -> None:
    recorder.replies(Reply(body=GRANTED | {"expires_in": lifetime}))

    credential = Authorization(recorder.url, *APP).redeem("c0de")

    assert credential.expires - time.time() == pytest.approx(3_600, abs=60)


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        7,
        {},
        {"access_token": 7},
        {"access_token": ""},
        {"access_token": "never to be seen"},
        {"access_token": ["never-to-be-seen"]},
        {"access_token": "never-to-be-seen", "error": "server_error"},
    ],
)
def test_an_answer_of_the_wrong_shape_is_a_clear_error(body: object, recorder: Recorder) -> None:
    recorder.replies(Reply(body=body))

    with pytest.raises(af.ConnectionFailed, match="no OAuth answer") as caught:
        Authorization(recorder.url, *APP).redeem("c0de")

    assert "Check the base URL" in str(caught.value)
    assert "never" not in locals_of(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body={"access_token": ["never-granted"]}),
        Reply(400, {"error": "invalid_grant", "access_token": "never-granted"}),
        Reply(body=GRANTED, cut=5),
    ],
)
def test_local_variables_of_tracebacks_hold_no_secret(reply: Reply, recorder: Recorder) -> None:
    recorder.replies(reply)
    credential = Credential("never-old", "never-refresh", 1.0, "app", "never-app")

    with pytest.raises(af.AsanaError) as caught:
        oauth.refresh_credential(recorder.url, credential)

    assert "never" not in locals_of(caught.value)


def locals_of(error: BaseException) -> str:
    """Return what a traceback that shows local variables shows of the package's frames."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if "asana_frames" in frame.f_globals["__name__"]]
    assert ours
    return "\n".join(f"{name} = {each!r}" for f in ours for name, each in f.f_locals.items())


# ----------------------------------------------------------------------- the loopback


def browse(url: str) -> requests.Response:
    """Allow the app and go back, as a browser does."""
    return requests.get(f"{url}&allow=true", timeout=10)


def test_the_browser_comes_back_once_and_nothing_listens_any_more(own_server: Server) -> None:
    with RedirectServer("http://127.0.0.1:0/callback") as listener:
        attempt = Authorization(own_server.url, *APP, listener.redirect_uri)
        listener.expect(attempt.state)

        stray = requests.get(listener.redirect_uri.replace("callback", "favicon.ico"), timeout=10)
        page = browse(attempt.url)
        answer = listener.wait(10)

    assert stray.status_code == 404
    assert (page.status_code, "You can close this page" in page.text) == (200, True)
    assert answer["code"] not in page.text
    assert attempt.redeem(attempt.read_code(answer)).refresh_token
    with pytest.raises(requests.ConnectionError):
        requests.get(listener.redirect_uri, timeout=10)


def test_only_the_first_answer_counts() -> None:
    with RedirectServer() as listener:
        listener.expect("x")
        first = requests.get(listener.redirect_uri, {"state": "x", "code": "1"}, timeout=10)
        second = requests.get(listener.redirect_uri, {"state": "x", "code": "2"}, timeout=10)

        assert listener.wait(10)["code"] == "1"

    assert (first.status_code, second.status_code) == (200, 410)


@pytest.mark.parametrize(
    "stray",
    [
        {},
        {"code": "stray"},
        {"state": "", "code": "stray"},
        {"state": "wrong", "code": "stray"},
        {"state": "ümlaut", "code": "stray"},
        {"state": "wrong", "error": "access_denied"},
    ],
)
def test_an_answer_of_wrong_state_is_refused_and_the_right_one_is_still_waited_for(
    stray: dict[str, str], own_server: Server
) -> None:
    with RedirectServer() as listener:
        attempt = Authorization(own_server.url, *APP, listener.redirect_uri)
        listener.expect(attempt.state)

        refused = requests.get(listener.redirect_uri, stray, timeout=10)
        page = browse(attempt.url)
        answer = listener.wait(10)

    assert (refused.status_code, page.status_code) == (400, 200)
    assert attempt.redeem(attempt.read_code(answer)).refresh_token


@pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "x"}])
def test_nothing_is_an_answer_before_one_is_expected(query: dict[str, str]) -> None:
    with RedirectServer() as listener:
        early = requests.get(listener.redirect_uri, query, timeout=10)
        listener.expect("x")
        requests.get(listener.redirect_uri, {"state": "x", "code": "1"}, timeout=10)

        assert listener.wait(10)["code"] == "1"

    assert early.status_code == 400


@pytest.mark.parametrize("state", [{}, {"state": ""}, {"state": "wrong"}, {"state": "ümlaut"}])
def test_a_code_of_wrong_state_is_not_taken(state: dict[str, str], own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP)
    code = "-".join(["c0de", "7731"])

    with pytest.raises(af.AuthError, match="wrong state") as caught:
        attempt.read_code({**state, "code": code})

    assert code not in texts_of(caught.value)


def test_who_denies_is_not_logged_in(own_server: Server) -> None:
    with RedirectServer() as listener:
        attempt = Authorization(own_server.url, *APP, listener.redirect_uri)
        listener.expect(attempt.state)

        page = requests.get(f"{attempt.url}&allow=false", timeout=10)

        with pytest.raises(af.AuthError, match="access_denied"):
            attempt.read_code(listener.wait(10))
    assert "Not logged in" in page.text


def test_an_answer_without_a_code_is_no_login(own_server: Server) -> None:
    attempt = Authorization(own_server.url, *APP)

    with pytest.raises(af.AuthError, match="without a code"):
        attempt.read_code({"state": attempt.state})


def test_nobody_is_waited_for_for_ever() -> None:
    with RedirectServer() as listener, pytest.raises(af.AuthError, match=r"within 0\.01 s"):
        listener.wait(0.01)

    with pytest.raises(requests.ConnectionError):
        requests.get(listener.redirect_uri, timeout=10)


def test_closing_ends_the_wait_for_the_browser() -> None:
    listener = RedirectServer()
    listener.close()

    with pytest.raises(af.AuthError, match="was closed before the browser came back"):
        listener.wait(60)


def test_a_connection_that_says_nothing_is_in_nobodys_way() -> None:
    with RedirectServer() as listener:
        port = urlsplit(listener.redirect_uri).port
        listener.expect("x")
        with socket.create_connection(("127.0.0.1", port or 0)):
            requests.get(listener.redirect_uri, {"state": "x", "code": "1"}, timeout=10)

        assert listener.wait(10)["code"] == "1"


@pytest.mark.parametrize(
    "uri", ["https://127.0.0.1:1/", "http://example.com/", "http://127.0.0.1:x/", "nonsense"]
)
def test_what_cannot_be_listened_at_is_refused(uri: str) -> None:
    with pytest.raises(af.InvalidArgument, match="redirect_uri"):
        RedirectServer(uri)


def test_a_page_of_the_login_is_kept_nowhere_and_passes_nothing_on() -> None:
    listener = RedirectServer()
    listener.expect("x")
    page = requests.get(listener.redirect_uri, {"state": "x", "code": "1"}, timeout=10)

    listener.close()

    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.text.rstrip().endswith("</html>")
    with pytest.raises(requests.ConnectionError):
        requests.get(listener.redirect_uri, timeout=10)
    listener.close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "invalid_grant"}, "(invalid_grant)."),
        ({"error": "invalid_grant", "error_description": None}, "(invalid_grant)."),
        (
            {"error": "invalid_grant", "error_description": "Too late"},
            "(invalid_grant: Too late).",
        ),
        ({"error": "x", "error_description": "y" * 500}, f"(x: {'y' * 197})."),
    ],
)
def test_a_refusal_repeats_what_asana_says_up_to_a_length(
    body: object, said: str, recorder: Recorder
) -> None:
    recorder.replies(Reply(400, body))

    with pytest.raises(af.AuthError) as caught:
        Authorization(recorder.url, *APP).redeem("code")

    assert f"Asana refuses {said}" in str(caught.value)


def test_an_answer_that_is_not_text_is_no_oauth_answer(recorder: Recorder) -> None:
    recorder.replies(Reply(200, b'{"access_token": "\xff"}'))

    with pytest.raises(af.ConnectionFailed, match="no OAuth answer"):
        Authorization(recorder.url, *APP).redeem("code")


def test_a_port_that_is_taken_is_told() -> None:
    with (
        RedirectServer() as first,
        pytest.raises(af.ConfigurationError, match="Cannot listen on port"),
    ):
        RedirectServer(first.redirect_uri)


# ------------------------------------------------------------------------ the renewal


def test_twenty_threads_renew_an_ended_token_once(own_server: Server, posts: list[str]) -> None:
    credential = ended(logged_in(own_server.url))
    posts.clear()
    place = store_credential(own_server.url, credential)
    connections = [af.connect(base_url=own_server.url) for _ in range(4)]
    quotas = {id(asana.http.quota) for asana in connections}
    ready = threading.Barrier(20)
    names: list[str] = []

    def work(asana: af.Asana) -> None:
        ready.wait()
        names.extend(asana.users.get("me", fields=["name"])["name"])

    threads = [threading.Thread(target=work, args=(connections[n % 4],)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert posts == ["refresh_token"]
    assert names == ["Zoe Ng"] * 20
    kept = load_credential(own_server.url)
    assert kept is not None
    assert kept.place == place
    assert kept.credential.token != credential.token
    assert kept.credential.refresh_token == credential.refresh_token
    assert kept.credential.expires > time.time() + 3_000
    # One quota before and after, for old connections and new ones.
    with af.connect(base_url=own_server.url) as another:
        assert quotas == {id(another.http.quota)}
    for asana in connections:
        asana.close()


@pytest.mark.parametrize(("left", "renewals"), [(70, 0), (50, 1)])
def test_a_token_is_renewed_a_minute_before_its_end(
    left: float, renewals: int, own_server: Server, posts: list[str]
) -> None:
    credential = replace(logged_in(own_server.url), expires=time.time() + left)
    posts.clear()
    http = Http(token_source_for(credential, own_server.url), own_server.url)

    for _ in range(3):
        http.request("GET", "/users/me")

    assert posts == ["refresh_token"] * renewals
    http.close()


def test_writes_carry_the_new_token_too(recorder: Recorder) -> None:
    bodies = iter(["one", "two"])

    def reply(asked: Asked) -> Reply:
        if asked.path == "/-/oauth_token":
            return Reply(
                body={"access_token": next(bodies), "token_type": "bearer", "expires_in": 1}
            )
        return Reply(body={"data": {"gid": "1"}})

    recorder.reply = reply
    credential = Credential("old", "refresh", time.time() - 1, "app")
    http = Http(token_source_for(credential, recorder.url), recorder.url)

    http.request("POST", "/tags", data={"data": {}})
    http.request("GET", "/tags")

    sent = [a.headers["Authorization"] for a in recorder.asked if a.path.endswith("/tags")]
    assert sent == ["Bearer one", "Bearer two"]
    http.close()


def test_a_static_token_is_sent_from_one_prepared_request(recorder: Recorder) -> None:
    http = Http("static", recorder.url)
    prepared = http._transport._get

    http.request("GET", "/tags")
    http.request("GET", "/tags")

    assert http._transport._get is prepared
    assert http._renewer is None
    http.close()


def test_a_refused_renewal_says_to_log_in_again_and_is_not_asked_twice(
    own_server: Server, posts: list[str]
) -> None:
    credential = logged_in(own_server.url)
    oauth.revoke_credential(own_server.url, credential)
    posts.clear()
    set_process_login(own_server.url, ended(credential))
    with af.connect(base_url=own_server.url) as asana:
        for _ in range(3):
            with pytest.raises(af.AuthError, match="Log in again") as caught:
                asana.users.get("me")
            shown = texts_of(caught.value)
            assert credential.refresh_token not in shown
            assert credential.token not in shown
            assert APP[1] not in shown

    assert posts == ["refresh_token"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(502, b"<html>Bad gateway never-to-be-seen</html>"),
        Reply(200, {"token": "never-to-be-seen"}),
        Reply(200, b"never-to-be-seen"),
        Reply(503, {"error": "temporarily_unavailable", "error_description": "busy"}),
        Reply(307, b"", {"Location": "http://127.0.0.1:1/-/oauth_token"}),
    ],
)
def test_an_answer_that_tells_nothing_does_not_end_the_login(
    reply: Reply, recorder: Recorder
) -> None:
    answers = [reply, Reply(body={"access_token": "fresh", "token_type": "bearer"})]
    recorder.reply = lambda asked: answers.pop(0)
    renewer = renewer_for(recorder.url, Credential("old", "refresh", time.time() - 1, "app", "pw"))

    with pytest.raises(af.ConnectionFailed) as caught:
        renewer.get_token()

    assert "never-to-be-seen" not in texts_of(caught.value)
    assert renewer.get_token() == "fresh"
    # A redirect was not followed: it would have carried the refresh token away.
    assert [asked.path for asked in recorder.asked] == ["/-/oauth_token"] * 2


def test_an_old_token_that_is_still_good_is_used_when_nobody_answers() -> None:
    nobody = "http://127.0.0.1:9/api/1.0"

    still = renewer_for(nobody, Credential("old", "refresh", time.time() + 30, "app")).get_token()

    assert still == "old"


def test_a_new_refresh_token_takes_the_place_of_the_old_one(recorder: Recorder) -> None:
    recorder.replies(Reply(body=GRANTED))
    old = Credential("old", "refresh", time.time() - 1, "app")
    store_credential(recorder.url, old)
    renewer = renewer_for(recorder.url, old)

    assert renewer.get_token() == "fresh"

    kept = load_credential(recorder.url)
    assert kept is not None
    assert kept.credential.refresh_token == "rotated"
    assert renewer_for(recorder.url, kept.credential) is renewer
    assert renewer_for(recorder.url, old) is renewer


def test_a_login_that_cannot_be_remembered_anew_goes_on(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise af.ConfigurationError("The disk is full.")

    monkeypatch.setattr("asana_frames.fetch.credential_store.replace_stored", refuse)
    recorder.reply = lambda asked: Reply(body={"access_token": "fresh", "token_type": "bearer"})

    assert (
        renewer_for(recorder.url, Credential("old", "refresh", 1.0, "app")).get_token() == "fresh"
    )

    assert "The disk is full." in caplog.text
    assert "fresh" not in caplog.text


# ------------------------------------------------------------------------ logging out


def test_logging_out_withdraws_the_login(own_server: Server) -> None:
    credential = logged_in(own_server.url)
    set_process_login(own_server.url, credential)
    place = store_credential(own_server.url, credential)
    asana = af.connect(base_url=own_server.url)
    asana.users.get("me")

    done = log_out(own_server.url)

    assert done == (["the login of this process", place], 1, "")
    with pytest.raises(af.AuthError, match="Log in again"):
        asana.users.get("me")
    with pytest.raises(af.AuthError, match="No Asana token found"):
        af.connect(base_url=own_server.url)
    asana.close()


def test_a_login_that_cannot_be_withdrawn_is_forgotten_all_the_same() -> None:
    nobody = "http://127.0.0.1:9/api/1.0"
    set_process_login(nobody, Credential("access", "refresh-secret", 1e10, "app", "app-secret"))

    done = log_out(nobody)

    assert done.places == ["the login of this process"]
    assert (done.revoked, "no answer" in done.problem) == (0, True)
    assert "secret" not in done.problem


def test_a_withdrawal_that_is_refused_is_told(own_server: Server) -> None:
    with pytest.raises(af.AuthError, match="401"):
        oauth.revoke_credential(own_server.url, Credential("a", "r", 0.0, "nobody", "x"))


# ------------------------------------------------------------------------- the secrets


def test_no_secret_is_logged_shown_or_carried(
    own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "asana_frames"):
        caplog.set_level(logging.DEBUG, logger=name)

    attempt = Authorization(own_server.url, *APP)
    code = allow(attempt.url)
    credential = attempt.redeem(code)
    renewer = renewer_for(own_server.url, ended(credential))
    fresh = renewer.get_token()
    set_process_login(own_server.url, credential)
    with af.connect(base_url=own_server.url) as asana:
        asana.users.get("me")
        shown = f"{asana!r} {asana.http!r} {vars(asana.http)!r} {vars(asana.http._transport)!r}"
    shown += f"{attempt!r} {renewer!r} {vars(renewer)!r}"
    log_out(own_server.url)

    assert "POST /-/oauth_token" in caplog.text
    for secret in (code, credential.token, fresh, credential.refresh_token, APP[1]):
        assert secret not in caplog.text
    for secret in (credential.token, fresh, APP[1]):
        assert secret not in shown
    with pytest.raises(TypeError, match="connect"):
        pickle.dumps(renewer)
