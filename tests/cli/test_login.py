"""``asana-frames login``, ``logout`` and ``whoami`` as a terminal and a script see them."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from asana_frames.fetch.credential_store import credentials_path, load_credential, store_credential
from asana_frames.fetch.credentials import Credential
from asana_frames.sandbox_server import Server
from tests.cli import commands
from tests.logins import APP, allow, logged_in

COMMAND = [sys.executable, "-m", "asana_frames"]
TOKEN = "sandbox:zoe.ng@acme.example"
WRONG = "2/1234/5678:never-to-be-seen"


@pytest.fixture(autouse=True)
def _at_the_sandbox(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASANA_BASE_URL", server.url)


def run(*arguments: str, typed: str = "") -> commands.Done:
    """Run a command whose standard input is not a terminal, at the sandbox."""
    return commands.run(*arguments, typed=typed, **_asana_variables())


def _asana_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("ASANA_")}


class Terminal:
    """A command at a terminal: what it shows, and what is typed."""

    def __init__(self, *arguments: str) -> None:
        self._mine, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.shown = ""

    def until(self, text: str, seconds: float = 60) -> str:
        """Read until the text is there; return what was shown before it."""
        end = time.monotonic() + seconds
        start = len(self.shown)
        while text not in self.shown[start:]:
            assert time.monotonic() < end, self.shown
            ready, _, _ = select.select([self._mine], [], [], 1.0)
            if ready:
                self.shown += os.read(self._mine, 4096).decode()
        return self.shown

    def type(self, text: str) -> None:
        os.write(self._mine, f"{text}\n".encode())

    def end(self) -> int:
        """Read to the end and return the exit code."""
        while True:
            try:
                piece = os.read(self._mine, 4096)
            except OSError:
                break
            if not piece:
                break
            self.shown += piece.decode()
        os.close(self._mine)
        return self._process.wait(60)


def test_without_a_login_whoami_ends_with_three_and_says_what_to_type() -> None:
    done = run("whoami")

    assert (done.returncode, done.stdout) == (3, "")
    assert "asana-frames login --remember" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_script_logs_in_and_the_next_command_knows_it(server: Server) -> None:
    done = run("login", "--remember", typed=f"{TOKEN}\n")

    path = credentials_path()
    assert (done.returncode, done.stdout) == (0, "")
    assert "Logged in as Zoe Ng (Acme)." in done.stderr
    assert f"Remembered in the file {path}." in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    who = run("whoami")
    assert who.returncode == 0
    assert who.stderr == ""
    assert who.stdout.splitlines() == [
        "name:       Zoe Ng",
        "email:      zoe.ng@acme.example",
        "workspaces: Acme",
        f"token from: the file {path}",
        f"base URL:   {server.url}",
    ]
    listed = run("workspaces", "list", "--fields", "name")
    assert "Acme" in listed.stdout
    assert TOKEN not in done.stderr + who.stdout + listed.stdout + listed.stderr


@pytest.mark.parametrize("options", [(), ("--no-remember",)])
def test_what_is_not_remembered_is_said_to_be_lost(options: tuple[str, ...]) -> None:
    done = run("login", *options, typed=TOKEN)

    assert done.returncode == 0
    assert "Not remembered" in done.stderr
    assert not credentials_path().exists()
    assert run("whoami").returncode == 3


@pytest.mark.parametrize(
    ("typed", "code", "says"),
    [(WRONG, 3, "401"), (f"{WRONG} x", 2, "a space"), ("", 2, "standard input")],
)
def test_a_token_that_is_not_taken_is_one_message_and_remembers_nothing(
    typed: str, code: int, says: str
) -> None:
    done = run("login", "--remember", typed=typed)

    assert done.returncode == code
    assert says in done.stderr
    assert WRONG not in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert not credentials_path().exists()


@pytest.mark.parametrize("answer", ["y", "n"])
def test_at_a_terminal_the_token_is_asked_for_unseen_and_whether_to_remember(
    answer: str,
) -> None:
    terminal = Terminal("login")
    terminal.until("Token (not shown)")
    terminal.type(TOKEN)
    terminal.until("Remember on this machine? [y/N]")
    terminal.type(answer)

    assert terminal.end() == 0

    assert TOKEN not in terminal.shown
    assert credentials_path().exists() == (answer == "y")
    assert ("Not remembered" in terminal.shown) == (answer == "n")


def test_the_variable_goes_first_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", "sandbox")

    done = run("login", "--remember", typed=TOKEN)

    assert "ASANA_ACCESS_TOKEN is set and is used before" in done.stderr
    assert "token from: ASANA_ACCESS_TOKEN" in run("whoami").stdout
    assert "ASANA_ACCESS_TOKEN is set" in run("logout").stderr


def test_logging_out_says_what_was_forgotten(server: Server) -> None:
    place = store_credential(server.url, Credential(TOKEN))

    first, second = run("logout"), run("logout")

    assert (first.returncode, first.stdout) == (0, "")
    assert first.stderr == f"Forgotten: {place}.\n"
    assert second.stderr == "Nothing was remembered.\n"
    assert run("whoami").returncode == 3


def test_a_login_of_oauth_is_withdrawn(server: Server) -> None:
    credential = logged_in(server.url)
    store_credential(server.url, credential)
    assert "Zoe Ng" in run("whoami").stdout

    done = run("logout")

    assert done.stderr.endswith("Withdrawn at Asana.\n")
    headers = {"Authorization": f"Bearer {credential.token}"}
    assert requests.get(f"{server.url}/users/me", headers=headers, timeout=10).status_code == 401
    for secret in (credential.token, credential.refresh_token, APP[1]):
        assert secret not in done.stderr


def test_a_withdrawal_that_fails_is_told_and_all_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nobody = "http://127.0.0.1:9/api/1.0"
    monkeypatch.setenv("ASANA_BASE_URL", nobody)
    place = store_credential(nobody, Credential("access", "refresh", 1e10, "app", "pw"))

    done = run("logout")

    assert done.returncode == 1
    assert f"Forgotten: {place}." in done.stderr
    assert "Not withdrawn at Asana." in done.stderr
    assert load_credential(nobody) is None


def test_a_code_of_the_browser_logs_in_at_a_terminal(server: Server) -> None:
    terminal = Terminal("login", "--oauth", "--client-id", APP[0], "--remember")
    terminal.until("Client secret")
    terminal.type(APP[1])
    terminal.until("Code (not shown)")
    address = re.search(r"http://\S+oauth_authorize\S+", terminal.shown)
    assert address
    code = allow(address[0])
    terminal.type(code)

    assert terminal.end() == 0

    assert "Logged in as Zoe Ng (Acme)." in terminal.shown
    for secret in (APP[1], code):
        assert secret not in terminal.shown
    kept = load_credential(server.url)
    assert kept is not None
    assert kept.credential.client_secret == APP[1]
    assert "Zoe Ng" in run("whoami").stdout


def test_the_browser_that_comes_back_logs_in(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASANA_CLIENT_SECRET", APP[1])
    options = ["--oauth", "--client-id", APP[0], "--redirect-uri", "http://127.0.0.1:0/back"]
    terminal = Terminal("login", *options, "--no-remember")
    terminal.until("Waiting for the browser")
    address = re.search(r"http://\S+oauth_authorize\S+", terminal.shown)
    assert address

    page = requests.get(f"{address[0]}&allow=true", timeout=10)

    assert terminal.end() == 0
    assert "You can close this page" in page.text
    assert "Logged in as Zoe Ng" in terminal.shown
    assert not credentials_path().exists()


def test_oauth_without_an_app_says_where_to_get_one() -> None:
    done = run("login", "--oauth")

    assert done.returncode == 2
    assert "ASANA_CLIENT_ID" in done.stderr


def test_the_file_that_others_can_read_is_refused(server: Server) -> None:
    store_credential(server.url, Credential(TOKEN))
    credentials_path().chmod(0o644)

    done = run("whoami")

    assert done.returncode == 2
    assert "chmod 600" in done.stderr
    assert Path(credentials_path()).exists()


@pytest.mark.parametrize("command", ["login", "logout", "whoami"])
def test_the_help_is_there(command: str) -> None:
    assert command in run("--help").stdout
    assert run(command, "--help").returncode == 0


def test_whoami_tells_that_writes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASANA_ACCESS_TOKEN", TOKEN)

    assert "read-only" not in run("whoami").stdout
    assert "access:     read-only" in run("--read-only", "whoami").stdout
    monkeypatch.setenv("ASANA_FRAMES_READ_ONLY", "1")
    assert "access:     read-only" in run("whoami").stdout
