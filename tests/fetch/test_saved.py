"""Remembered logins: where they are kept, who can read them, and whom they are sent to."""

from __future__ import annotations

import os
import pickle
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

import asana_frames as af
from asana_frames.fetch import DEFAULT_BASE_URL, resolve_token
from asana_frames.fetch.auth import find_credential, log_out, set_process_login
from asana_frames.fetch.credential_store import (
    KEYRING,
    credentials_path,
    delete_credential,
    load_credential,
    replace_stored,
    store_credential,
)
from asana_frames.fetch.credentials import Credential
from tests.logins import (
    FailingKeyring,
    ForgetfulKeyring,
    Keyring,
    SealedKeyring,
    StubbornKeyring,
    texts_of,
)
from tests.recorder import Recorder

TOKEN = Credential("2/1234/5678:never-to-be-seen")
SET = Credential("access-secret", "refresh-secret", 1e10, "app", "app-secret")
OTHER = "https://asana.example/api/1.0"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("credential", [TOKEN, SET], ids=["token", "oauth"])
def test_without_a_keyring_it_is_in_a_file_of_its_owners_alone(
    credential: Credential, own_place: Path
) -> None:
    mask = os.umask(0)
    try:
        place = store_credential(DEFAULT_BASE_URL, credential)
    finally:
        os.umask(mask)

    path = credentials_path()
    assert path.is_relative_to(own_place)
    assert place == f"the file {path}"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    assert [each.name for each in path.parent.iterdir()] == ["credentials.json"]
    assert load_credential(DEFAULT_BASE_URL) == (credential, place)


def test_the_file_is_its_owners_alone_before_anything_is_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    modes: list[int] = []
    put = Path.replace

    def watched(part: Path, target: Path) -> Path:
        modes.append(mode(part))
        return put(part, target)

    monkeypatch.setattr(Path, "replace", watched)
    store_credential(DEFAULT_BASE_URL, TOKEN)

    assert modes == [0o600]


@pytest.mark.parametrize("credential", [TOKEN, SET], ids=["token", "oauth"])
def test_with_a_keyring_it_is_there_and_in_no_file(
    credential: Credential, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_credential(DEFAULT_BASE_URL, TOKEN)
    keyring = Keyring(monkeypatch)

    place = store_credential(DEFAULT_BASE_URL, credential)

    assert place == KEYRING
    assert list(keyring.kept) == [("asana-frames", "token")]
    assert load_credential(DEFAULT_BASE_URL) == (credential, KEYRING)
    # The one of the time before the keyring is gone.
    assert not credentials_path().exists()


@pytest.mark.parametrize("kind", [FailingKeyring, ForgetfulKeyring])
def test_a_keyring_that_cannot_be_used_leaves_it_to_the_file(
    kind: type[Keyring], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind(monkeypatch)

    place = store_credential(DEFAULT_BASE_URL, TOKEN)

    assert place == f"the file {credentials_path()}"
    assert resolve_token() == TOKEN.token
    assert delete_credential(DEFAULT_BASE_URL) == [place]


@pytest.mark.parametrize("kind", [SealedKeyring, StubbornKeyring])
@pytest.mark.parametrize(("url", "user"), [(DEFAULT_BASE_URL, "token"), (OTHER, OTHER)])
def test_an_old_login_that_cannot_be_replaced_in_the_keyring_is_told_and_nothing_is_written(
    kind: type[Keyring], url: str, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind(monkeypatch).kept["asana-frames", user] = "old-secret"

    with pytest.raises(af.ConfigurationError, match="still in the keyring") as caught:
        store_credential(url, TOKEN)

    assert f'service "asana-frames", user name "{user}"' in str(caught.value)
    assert "old-secret" not in texts_of(caught.value)
    assert TOKEN.token not in texts_of(caught.value)
    assert not credentials_path().exists()


@pytest.mark.parametrize("kind", [SealedKeyring, StubbornKeyring])
def test_a_login_that_cannot_be_deleted_from_the_keyring_is_told_and_the_file_is_emptied(
    kind: type[Keyring], monkeypatch: pytest.MonkeyPatch
) -> None:
    store_credential(DEFAULT_BASE_URL, TOKEN)
    kind(monkeypatch).kept["asana-frames", "token"] = "old-secret"

    for call in (lambda: log_out(DEFAULT_BASE_URL), lambda: delete_credential(DEFAULT_BASE_URL)):
        with pytest.raises(af.ConfigurationError, match="still in the keyring") as caught:
            call()

        assert "old-secret" not in texts_of(caught.value)
    assert not credentials_path().exists()


def test_a_keyring_that_can_only_be_read_is_in_nobodys_way_where_it_holds_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring = SealedKeyring(monkeypatch)
    in_file = store_credential(DEFAULT_BASE_URL, TOKEN)
    assert delete_credential(DEFAULT_BASE_URL) == [in_file]
    keyring.kept["asana-frames", "token"] = TOKEN.token

    place = store_credential(DEFAULT_BASE_URL, TOKEN)

    assert (in_file, place) == (f"the file {credentials_path()}", KEYRING)
    assert not credentials_path().exists()


def test_what_others_can_read_is_refused_with_the_line_that_helps() -> None:
    store_credential(DEFAULT_BASE_URL, TOKEN)
    credentials_path().chmod(0o640)

    with pytest.raises(af.ConfigurationError) as caught:
        af.connect()

    assert f"chmod 600 '{credentials_path()}'" in str(caught.value)
    assert TOKEN.token not in texts_of(caught.value)
    credentials_path().chmod(0o600)
    assert resolve_token() == TOKEN.token


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"x": "never-to-be-seen"}',
        b'{"x": {"token": 7}}',
        b"\xff never-to-be",
        b'{"x": {"token": "never-to-be-seen\xff"}}',
    ],
)
def test_a_file_that_cannot_be_read_is_a_clear_error_without_its_contents(body: bytes) -> None:
    store_credential(DEFAULT_BASE_URL, TOKEN)
    credentials_path().write_bytes(body)

    for call in (
        af.connect,
        lambda: store_credential(OTHER, TOKEN),
        lambda: delete_credential(OTHER),
    ):
        with pytest.raises(af.ConfigurationError) as caught:
            call()

        assert str(credentials_path()) in str(caught.value)
        assert "Delete it" in str(caught.value)
        assert ("is not UTF-8" in str(caught.value)) == (b"seen\xff" in body)
        assert "never-to-be" not in texts_of(caught.value)


def test_what_the_keyring_holds_and_is_no_login_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring = Keyring(monkeypatch)
    keyring.kept["asana-frames", "token"] = '{"never-to-be-seen'

    with pytest.raises(af.ConfigurationError, match="asana-frames logout") as caught:
        af.connect()

    assert "never-to-be-seen" not in texts_of(caught.value)
    assert log_out(DEFAULT_BASE_URL).places == [KEYRING]


def test_a_folder_that_cannot_be_made_is_a_clear_error(
    own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (own_place / "asana-frames").write_text("in the way")
    monkeypatch.setattr("asana_frames.fetch.credential_store._read_credentials_file", dict)

    with pytest.raises(af.ConfigurationError, match="cannot be written") as caught:
        store_credential(DEFAULT_BASE_URL, TOKEN)

    assert TOKEN.token not in texts_of(caught.value)


@pytest.mark.parametrize("has_keyring", [True, False])
def test_a_foreign_base_url_never_gets_the_token(
    has_keyring: bool, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    if has_keyring:
        Keyring(monkeypatch)
    store_credential(DEFAULT_BASE_URL, TOKEN)
    set_process_login(DEFAULT_BASE_URL, TOKEN)
    store_credential(OTHER, SET)

    with pytest.raises(af.AuthError, match=recorder.url):
        af.connect(base_url=recorder.url)

    store_credential(recorder.url, Credential("its-own"))
    with af.connect(base_url=recorder.url) as asana:
        asana.tags.list(workspace="1")
    assert {asked.headers["Authorization"] for asked in recorder.asked} == {"Bearer its-own"}
    assert delete_credential(recorder.url) != []
    # The others are untouched.
    assert resolve_token() == TOKEN.token


def test_the_nearest_source_wins_and_says_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def source(token: str | None = None) -> str:
        found = find_credential(token, DEFAULT_BASE_URL)
        assert found is not None
        assert "from-" not in repr(found)
        return f"{found.credential.token}: {found.source}"

    assert find_credential(None, DEFAULT_BASE_URL) is None
    store_credential(DEFAULT_BASE_URL, Credential("from-file"))
    assert source() == f"from-file: the file {credentials_path()}"
    keyring = Keyring(monkeypatch)
    keyring.kept["asana-frames", "token"] = "from-keyring\n"
    assert source() == "from-keyring: the keyring"
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", "from-environment")
    assert source() == "from-environment: ASANA_ACCESS_TOKEN"
    set_process_login(DEFAULT_BASE_URL, Credential("from-login"))
    assert source() == "from-login: the login of this process"
    assert source("from-argument") == "from-argument: the argument"


def test_forgetting_says_where_it_was_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    file = store_credential(DEFAULT_BASE_URL, TOKEN)
    keyring = Keyring(monkeypatch)
    keyring.kept["asana-frames", "token"] = "x"
    set_process_login(DEFAULT_BASE_URL, TOKEN)

    done = log_out(DEFAULT_BASE_URL)

    assert done.places == ["the login of this process", KEYRING, file]
    assert find_credential(None, DEFAULT_BASE_URL) is None
    assert log_out(DEFAULT_BASE_URL).places == []
    assert not credentials_path().exists()


def test_a_renewed_login_is_kept_only_in_place_of_the_old_one() -> None:
    newer = replace(SET, token="newer-access")
    replace_stored(DEFAULT_BASE_URL, SET, newer)
    assert load_credential(DEFAULT_BASE_URL) is None

    store_credential(DEFAULT_BASE_URL, SET)
    replace_stored(DEFAULT_BASE_URL, SET, newer)
    replace_stored(DEFAULT_BASE_URL, replace(SET, refresh_token="somebody-else"), SET)

    kept = load_credential(DEFAULT_BASE_URL)
    assert kept is not None
    assert kept.credential == newer


def test_many_threads_lose_no_login() -> None:
    urls = [f"https://{number}.example/api/1.0" for number in range(20)]
    threads = [threading.Thread(target=store_credential, args=(url, TOKEN)) for url in urls]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(load_credential(url) is not None for url in urls)


@pytest.mark.parametrize("credential", [TOKEN, SET], ids=["token", "oauth"])
def test_a_credential_shows_nothing_and_is_not_carried_elsewhere(credential: Credential) -> None:
    assert "secret" not in f"{credential!r} {credential} {[credential]}"
    assert "never-to-be-seen" not in f"{credential!r} {credential} {[credential]}"
    with pytest.raises(TypeError, match="connect"):
        pickle.dumps(credential)
