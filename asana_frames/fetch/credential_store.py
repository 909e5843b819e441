"""Remembered logins: one per base URL, in the keyring, else in a file of its owner's alone."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import msgspec
from platformdirs import user_config_path

from asana_frames.exceptions import ConfigurationError
from asana_frames.fetch.base_url import DEFAULT_BASE_URL
from asana_frames.fetch.credentials import Credential

_SERVICE = "asana-frames"
KEYRING = "the keyring"
#: Permissions of anybody but the owner.
_OTHERS = 0o077
#: The file is read, changed and written as a whole.
_lock = threading.RLock()
_entry = msgspec.json.Decoder(Credential)
_entries = msgspec.json.Decoder(dict[str, Credential])


class Remembered(NamedTuple):
    """A remembered login and where it is: "the keyring", or "the file ..."."""

    credential: Credential
    place: str


def credentials_path() -> Path:
    """Return where the file is, if there is one."""
    return user_config_path(_SERVICE, appauthor=False) / "credentials.json"


def remember(base_url: str, credential: Credential) -> str:
    """Keep a login for later processes, in place of the one that was kept for this base URL.

    Returns
    -------
    str
        Where it is now: "the keyring", or "the file ...".

    Raises
    ------
    ConfigurationError
        There is no keyring, and the file cannot be read or written; or an old login is in the
        keyring and can be neither replaced nor deleted there: then nothing is written.
    """
    with _lock:
        if _put_in_keyring(base_url, _text_of(credential)):
            # One that was kept before there was a keyring must not outlive it.
            with suppress(ConfigurationError):
                _drop_from_file(base_url)
            return KEYRING
        # Before the file is written: what the keyring still holds would be used in its place.
        _drop_from_keyring(base_url)
        _write({**_read(), base_url: credential})
        return _file()


def remembered(base_url: str) -> Remembered | None:
    """Return the login that is kept for a base URL, and for no other.

    Raises
    ------
    ConfigurationError
        What is kept cannot be read, or others can read it too.
    """
    text = _get_from_keyring(base_url)
    if text and text.strip():
        return Remembered(_credential_of(text.strip(), base_url), KEYRING)
    kept = _read().get(base_url)
    return None if kept is None else Remembered(kept, _file())


def renew(base_url: str, old: Credential, new: Credential) -> None:
    """Keep a renewed login where the old one is kept; one that is not kept stays so.

    Raises
    ------
    ConfigurationError
        Where it is kept cannot be read or written.
    """
    with _lock:
        kept = remembered(base_url)
        if kept is not None and kept.credential.refresh_token == old.refresh_token:
            remember(base_url, new)


def forget(base_url: str) -> list[str]:
    """Forget the login that is kept for a base URL, wherever it is.

    Returns
    -------
    list of str
        Where it was: "the keyring", "the file ..."; empty where nothing was kept.

    Raises
    ------
    ConfigurationError
        The file cannot be read or written; or the keyring does not let go of what it holds, and
        then the file's is forgotten all the same.
    """
    with _lock:
        try:
            places = [KEYRING] if _drop_from_keyring(base_url) else []
        finally:
            is_in_file = _drop_from_file(base_url)
        return [*places, _file()] if is_in_file else places


def _text_of(credential: Credential) -> str:
    """Return what the keyring holds: a token as it is, as ``keyring set`` would keep it."""
    if not credential.refresh_token:
        return credential.token
    return msgspec.json.encode(credential).decode()


def _credential_of(text: str, base_url: str) -> Credential:
    if not text.startswith("{"):
        return Credential(text)
    try:
        return _entry.decode(text)
    except msgspec.DecodeError as cause:
        raise ConfigurationError(
            f"What the keyring holds as {_SERVICE}, {_user(base_url)} cannot be read ({cause}). "
            f"Type: asana-frames logout"
        ) from None


# ---------------------------------------------------------------------- the keyring


def _user(base_url: str) -> str:
    return "token" if base_url == DEFAULT_BASE_URL else base_url


def _put_in_keyring(base_url: str, text: str) -> bool:
    """Keep a text in the keyring; return whether it is there now."""
    # A machine without a keyring service raises whatever its library does.
    with suppress(Exception):
        import_module("keyring").set_password(_SERVICE, _user(base_url), text)
    # There are keyrings that take everything and keep nothing.
    return _get_from_keyring(base_url) == text


def _get_from_keyring(base_url: str) -> str | None:
    try:
        found: str | None = import_module("keyring").get_password(_SERVICE, _user(base_url))
    except Exception:  # noqa: BLE001
        return None
    return found


def _drop_from_keyring(base_url: str) -> bool:
    """Delete what the keyring holds; return whether there was something."""
    if _get_from_keyring(base_url) is None:
        return False
    with suppress(Exception):
        import_module("keyring").delete_password(_SERVICE, _user(base_url))
    if (_get_from_keyring(base_url) or "").strip():
        raise ConfigurationError(
            f"A login for {base_url} is still in the keyring, which does not let it be deleted "
            f"from here, and it will go on being used. Delete it in the keyring (service "
            f'"{_SERVICE}", user name "{_user(base_url)}"), then do this again.'
        )
    return True


# ------------------------------------------------------------------------- the file


def _file() -> str:
    return f"the file {credentials_path()}"


def _drop_from_file(base_url: str) -> bool:
    kept = _read()
    if base_url not in kept:
        return False
    del kept[base_url]
    _write(kept)
    return True


def _read() -> dict[str, Credential]:
    """Return what the file holds, by base URL."""
    path = credentials_path()
    try:
        with path.open("rb") as stream:
            # Of what was opened, not of what lies there a moment later.
            _check_mode(path, os.fstat(stream.fileno()).st_mode)
            body = stream.read()
    except FileNotFoundError:
        return {}
    except OSError as cause:
        raise ConfigurationError(
            f"{path} cannot be read: {cause.strerror or cause}. It holds the remembered logins."
        ) from cause
    try:
        return _entries.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as cause:
        problem = "it is no UTF-8" if isinstance(cause, UnicodeDecodeError) else cause
        failure = f"{path} holds the remembered logins and cannot be read as such ({problem})."
    # Raised out here: a cause would carry the bytes that could not be read.
    raise ConfigurationError(f"{failure} Delete it and log in again: asana-frames login")


def _check_mode(path: Path, mode: int) -> None:
    if os.name == "posix" and mode & _OTHERS:
        raise ConfigurationError(
            f"{path} can be read by others, and it holds tokens. Type: chmod 600 '{path}'"
        )


def _write(kept: dict[str, Credential]) -> None:
    """Write the file whole or not at all; nobody else can read it at any moment."""
    path = credentials_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        if not kept:
            path.unlink(missing_ok=True)
            return
        _replace(path, msgspec.json.encode(kept))
    except OSError as cause:
        raise ConfigurationError(
            f"{path} cannot be written: {cause.strerror or cause}. Without it a login is not "
            f"remembered; set ASANA_ACCESS_TOKEN instead."
        ) from cause


def _replace(path: Path, body: bytes) -> None:
    # What mkstemp makes is its owner's alone from the start, and stays so.
    handle, name = tempfile.mkstemp(prefix=".credentials.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(body)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
