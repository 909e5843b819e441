"""Where token and base URL come from, and which are refused."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

import asana_frames as af
from asana_frames.fetch import resolve_base_url, resolve_token


def test_without_a_token_the_error_names_four_ways_and_the_sandbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(af.AuthError) as caught:
        af.connect()

    text = str(caught.value)
    assert "1) in a notebook: af.widgets.login()" in text
    assert "2) in a terminal: asana-frames login" in text
    assert "3) set ASANA_ACCESS_TOKEN" in text
    assert "4) af.connect(token=" in text
    assert "af.sandbox()" in text


def test_the_argument_wins_over_the_environment_and_that_over_the_keyring(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_keyring(monkeypatch, "from-keyring")
    assert resolve_token() == "from-keyring"

    monkeypatch.setenv("ASANA_ACCESS_TOKEN", "from-environment\n")
    assert resolve_token() == "from-environment"
    assert resolve_token("from-argument") == "from-argument"


def test_a_machine_without_a_keyring_service_has_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_keyring(monkeypatch, None)

    with pytest.raises(af.AuthError):
        resolve_token()


def fake_keyring(monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    """Stand in for the optional package, whose service a test machine lacks."""
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})

    def get_password(service: str, name: str) -> str:
        if token is None:
            raise errors.KeyringError
        assert (service, name) == ("asana-frames", "token")
        return token

    keyring.get_password = get_password
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


@pytest.mark.parametrize("token", ["two words", "line\nend", "ümlaut"])
def test_a_token_that_cannot_be_one_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(af.ConfigurationError) as caught:
        resolve_token(token)

    assert token not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://app.asana.com/api/1.0",
        "https://proxy.example/asana/",
        "http://127.0.0.1:8765/api/1.0",
        "http://localhost:1/api/1.0",
        "http://[::1]:8765/api/1.0",
    ],
)
def test_https_and_loopback_are_taken(url: str) -> None:
    assert resolve_base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://app.asana.com/api/1.0",
        "http://127.0.0.1.example.com/",
        "http://10.0.0.1/",
        "ftp://app.asana.com",
        "//app.asana.com",
    ],
)
def test_any_other_base_url_is_refused(url: str) -> None:
    with pytest.raises(af.ConfigurationError, match="https"):
        af.connect("token", base_url=url)


@pytest.mark.parametrize(
    "url",
    ["http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:abc", "https://a b", "https://"],
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(af.ConfigurationError, match="is not a valid URL"):
        resolve_base_url(url)


def test_a_password_in_the_base_url_is_refused_and_not_shown() -> None:
    with pytest.raises(af.ConfigurationError) as caught:
        resolve_base_url("https://me:hunter2@app.asana.com")

    assert "hunter2" not in str(caught.value)


def test_the_base_url_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASANA_BASE_URL", "http://127.0.0.1:1/api/1.0")

    assert "127.0.0.1:1" in repr(af.connect("token"))


ELSEWHERE = "https://asana.example/api/1.0"


@pytest.mark.parametrize(
    ("base_url", "named", "is_sent"),
    [
        ("https://app.asana.com/api/1.0", None, True),
        ("https://APP.asana.com:443/api/1.0", None, True),
        ("https://app.asana.com/api/1.1", None, True),
        (ELSEWHERE, None, False),
        (ELSEWHERE, ELSEWHERE, True),
        (ELSEWHERE, "https://asana.example/other", True),
        (ELSEWHERE, "https://other.example/api/1.0", False),
        ("https://asana.example:8443/api/1.0", ELSEWHERE, False),
        ("https://app.asana.com.example/api/1.0", None, False),
        ("http://127.0.0.1:8765/api/1.0", None, False),
    ],
)
def test_the_token_of_the_environment_is_for_asana_and_the_host_of_the_environment(
    base_url: str, named: str | None, is_sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", "from-environment")
    if named is not None:
        monkeypatch.setenv("ASANA_BASE_URL", named)

    if is_sent:
        assert resolve_token(None, base_url) == "from-environment"
        return
    with pytest.raises(af.AuthError) as caught:
        resolve_token(None, base_url)

    assert "ASANA_ACCESS_TOKEN is only sent to Asana" in str(caught.value)
    assert f'4) af.connect(token="...", base_url="{base_url}")' in str(caught.value)
    assert resolve_token("given", base_url) == "given"
