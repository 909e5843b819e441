"""Store logins, one per base URL: in the keyring, else in a file that only its owner can read."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import msgspec
from platformdirs import user_config_path

from asana_frames._fork import ForkSafeLock
from asana_frames.exceptions import ConfigurationError
from asana_frames.fetch.base_url import DEFAULT_BASE_URL
from asana_frames.fetch.credentials import Credential, SecretText

_SERVICE = "asana-frames"
KEYRING = "the keyring"
#: Permissions of everybody but the owner.
_GROUP_AND_OTHERS = 0o077
#: Held while the file is read, changed and written.
_lock = ForkSafeLock()
_credential_decoder = msgspec.json.Decoder(Credential)
_file_decoder = msgspec.json.Decoder(dict[str, Credential])


class StoredCredential(NamedTuple):
    """A stored login and its place: "the keyring" or "the file ..."."""

    credential: Credential
    place: str


def credentials_path() -> Path:
    """Return the path of the credentials file, which need not exist."""
    return user_config_path(_SERVICE, appauthor=False) / "credentials.json"


def store_credential(base_url: str, credential: Credential) -> str:
    """Store a login for later processes, replacing the one of this base URL.

    Returns
    -------
    str
        Where it is stored: "the keyring" or "the file ...".

    Raises
    ------
    ConfigurationError
        There is no keyring, and the file cannot be read or written; or the keyring has an old
        login that can be neither replaced nor deleted, and then nothing is written.
    """
    with _lock:
        if _write_to_keyring(base_url, _encode_credential(credential)):
            # A login stored before there was a keyring must not outlive this one.
            with suppress(ConfigurationError):
                _delete_from_file(base_url)
            return KEYRING
        # Before the file is written: a login in the keyring would take precedence over it.
        _delete_from_keyring(base_url)
        _write_credentials_file({**_read_credentials_file(), base_url: credential})
        return _describe_file()


def load_credential(base_url: str) -> StoredCredential | None:
    """Return the login stored for exactly this base URL, or None.

    Raises
    ------
    ConfigurationError
        The stored login cannot be read, or other users can read it too.
    """
    text = _read_keyring(base_url)
    if text and text.strip():
        return StoredCredential(_decode_credential(SecretText(text.strip()), base_url), KEYRING)
    kept = _read_credentials_file().get(base_url)
    return None if kept is None else StoredCredential(kept, _describe_file())


def replace_stored(base_url: str, old: Credential, new: Credential) -> None:
    """Replace a stored login by its renewal; do nothing if the old one is not stored.

    Raises
    ------
    ConfigurationError
        The stored logins cannot be read or written.
    """
    with _lock:
        kept = load_credential(base_url)
        if kept is not None and kept.credential.refresh_token == old.refresh_token:
            store_credential(base_url, new)


def delete_credential(base_url: str) -> list[str]:
    """Delete the login stored for a base URL, from the keyring and from the file.

    Returns
    -------
    list of str
        Where it was: "the keyring", "the file ..."; empty if nothing was stored.

    Raises
    ------
    ConfigurationError
        The file cannot be read or written; or the keyring refuses to delete the login, which is
        deleted from the file all the same.
    """
    with _lock:
        try:
            places = [KEYRING] if _delete_from_keyring(base_url) else []
        finally:
            is_in_file = _delete_from_file(base_url)
        return [*places, _describe_file()] if is_in_file else places


def _encode_credential(credential: Credential) -> str:
    """Return the text for the keyring: a token as ``keyring set`` stores it, or JSON."""
    if not credential.refresh_token:
        return credential.token
    return SecretText(_encode_json(credential).decode())


def _encode_json(credentials: object) -> bytes:
    # msgspec does not encode subclasses of str by itself.
    return msgspec.json.encode(credentials, enc_hook=str)


def _decode_credential(text: SecretText, base_url: str) -> Credential:
    if not text.startswith("{"):
        return Credential(text)
    try:
        return _credential_decoder.decode(text.encode("utf-8", "replace"))
    except msgspec.DecodeError as cause:
        raise ConfigurationError(
            f"The keyring entry {_SERVICE}, {_keyring_user(base_url)} is not a valid login "
            f"({cause}). Delete it with: asana-frames logout"
        ) from None


# ---------------------------------------------------------------------- the keyring


def _keyring_user(base_url: str) -> str:
    return "token" if base_url == DEFAULT_BASE_URL else base_url


def _write_to_keyring(base_url: str, text: str) -> bool:
    """Write a text to the keyring; return whether it is stored now."""
    # Without a keyring service, the library raises errors of many kinds.
    with suppress(Exception):
        import_module("keyring").set_password(_SERVICE, _keyring_user(base_url), str(text))
    # Some keyrings accept everything and store nothing.
    return _read_keyring(base_url) == text


def _read_keyring(base_url: str) -> SecretText | None:
    try:
        found = import_module("keyring").get_password(_SERVICE, _keyring_user(base_url))
    except Exception:  # noqa: BLE001
        return None
    return None if found is None else SecretText(found)


def _delete_from_keyring(base_url: str) -> bool:
    """Delete the login from the keyring; return whether there was one."""
    if _read_keyring(base_url) is None:
        return False
    with suppress(Exception):
        import_module("keyring").delete_password(_SERVICE, _keyring_user(base_url))
    if (_read_keyring(base_url) or "").strip():
        raise ConfigurationError(
            f"A login for {base_url} is still in the keyring, which refuses to delete it, and "
            f"would be used again. Delete it in the keyring (service "
            f'"{_SERVICE}", user name "{_keyring_user(base_url)}"), then try again.'
        )
    return True


# ------------------------------------------------------------------------- the file


def _describe_file() -> str:
    return f"the file {credentials_path()}"


def _delete_from_file(base_url: str) -> bool:
    kept = _read_credentials_file()
    if base_url not in kept:
        return False
    del kept[base_url]
    _write_credentials_file(kept)
    return True


def _read_credentials_file() -> dict[str, Credential]:
    """Return the logins of the file, by base URL."""
    path = credentials_path()
    try:
        with path.open("rb") as stream:
            # Of the opened file, not of another that replaces it meanwhile.
            _check_permissions(path, os.fstat(stream.fileno()).st_mode)
            found = _parse_credentials_file(stream.read())
    except FileNotFoundError:
        return {}
    except OSError as cause:
        raise ConfigurationError(
            f"{path}, the file of stored logins, cannot be read: {cause.strerror or cause}."
        ) from cause
    if isinstance(found, str):
        # Raised here and without a cause: the bytes of the file are in none of the frames.
        raise ConfigurationError(
            f"{path}, the file of stored logins, is not valid ({found}). Delete it and log in "
            f"again: asana-frames login"
        )
    return found


def _parse_credentials_file(body: bytes) -> dict[str, Credential] | str:
    """Return the logins of the file, by base URL, or what is wrong with it."""
    try:
        return _file_decoder.decode(body)
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except msgspec.DecodeError as cause:
        return str(cause)


def _check_permissions(path: Path, mode: int) -> None:
    if os.name == "posix" and mode & _GROUP_AND_OTHERS:
        raise ConfigurationError(
            f"Other users can read {path}, which contains tokens. Type: chmod 600 '{path}'"
        )


def _write_credentials_file(kept: dict[str, Credential]) -> None:
    """Write the file whole or not at all; other users cannot read it at any moment."""
    path = credentials_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        if not kept:
            path.unlink(missing_ok=True)
            return
        _replace_private_file(path, kept)
    except OSError as cause:
        raise ConfigurationError(
            f"{path} cannot be written: {cause.strerror or cause}. Logins cannot be stored; "
            f"set ASANA_ACCESS_TOKEN instead."
        ) from cause


def _replace_private_file(path: Path, kept: dict[str, Credential]) -> None:
    # A file of mkstemp is readable by its owner only from the start.
    handle, name = tempfile.mkstemp(prefix=".credentials.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_encode_json(kept))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
