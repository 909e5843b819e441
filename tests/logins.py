"""What tests of logging in share: a place of their own, keyrings, and a browser that allows."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.oauth import Authorization

APP = ("sandbox-app", "sandbox-secret")


@pytest.fixture(autouse=True)
def own_place(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep tests away from the keyring, the saved logins and the app of whoever runs them."""
    folder = tmp_path_factory.mktemp("config")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
    # For commands that run in a process of their own.
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr("asana_frames.fetch.auth._logins", {})
    monkeypatch.setattr("asana_frames.fetch.token_renewal._renewers", {})
    monkeypatch.delenv("ASANA_CLIENT_ID", raising=False)
    monkeypatch.delenv("ASANA_CLIENT_SECRET", raising=False)
    return folder


class Keyring(ModuleType):
    """Stands in for the optional package, whose service a test machine lacks."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        monkeypatch.setitem(sys.modules, "keyring", self)

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class FailingKeyring(Keyring):
    """Is installed, and has no service behind it."""

    def get_password(self, service: str, name: str) -> str | None:
        raise RuntimeError("no service")

    def set_password(self, service: str, name: str, text: str) -> None:
        raise RuntimeError("no service")


class ForgetfulKeyring(Keyring):
    """Takes everything and keeps nothing, as one that is switched off."""

    def set_password(self, service: str, name: str, text: str) -> None:
        pass


class SealedKeyring(Keyring):
    """Can be read, and neither written nor deleted from."""

    def set_password(self, service: str, name: str, text: str) -> None:
        raise RuntimeError("read only")

    def delete_password(self, service: str, name: str) -> None:
        raise RuntimeError("read only")


class StubbornKeyring(SealedKeyring):
    """Says that it deletes, and does not."""

    def delete_password(self, service: str, name: str) -> None:
        pass


def allow(url: str) -> str:
    """Allow the app as a person would, and return the code that the page shows."""
    page = requests.get(f"{url}&allow=true", timeout=10).text
    found = re.search(r'<code id="code">(\w+)</code>', page)
    assert found, page
    return found[1]


def logged_in(base_url: str, app: tuple[str, str] = APP) -> Credential:
    """Return a login of OAuth."""
    attempt = Authorization(base_url, *app)
    return attempt.redeem(allow(attempt.url))


def texts_of(thing: Any) -> str:
    """Return what people see of an error: itself, its causes and its traceback."""
    import traceback

    chain = []
    while thing is not None:
        chain += [str(thing), repr(thing), repr(thing.args), repr(vars(thing))]
        chain += traceback.format_exception(thing)
        thing = thing.__cause__ or thing.__context__
    return "\n".join(chain)
