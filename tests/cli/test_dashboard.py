"""``asana-frames dashboard``: what it refuses, and what the browser is given."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pytest

import asana_frames as af
from asana_frames.cli import dashboard
from tests.cli.commands import run

SANDBOX = ["dashboard", "--sandbox", "--no-browser"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--project", "Websit relaunch"], 4, "'Website relaunch'"),
        (["--goal", "Nothing of the kind"], 4, "Nothing of the kind"),
        (["--project", "Website relaunch", "--goal", "x"], 2, "Give --project or --goal"),
        (["--compare", "before"], 2, "'previous', 'last-year', 'nothing'"),
        (["--period", "Last decade"], 2, "--period 'Last decade' is not valid"),
        (["--period", "2026-01-01"], 2, "--period '2026-01-01' is not valid; use one of: This"),
        (["--period", "this month"], 2, "Did you mean 'This month'"),
        (["--project", "999999"], 4, "999999"),
        (["--goal", "https://app.asana.com/0/goal/999999"], 4, "999999"),
        (["--port", "99999"], 2, "--port 99999"),
    ],
)
def test_what_goes_wrong_is_told_before_a_server_is_started(
    arguments: list[str], code: int, says: str
) -> None:
    pytest.importorskip("voila", reason="part of the dashboard extra")
    done = run(*SANDBOX, *arguments)

    assert done.returncode == code
    assert says in done.stderr
    assert done.stdout == ""


def test_a_missing_extra_is_told_with_its_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "voila.app", None)

    done = run(*SANDBOX)

    assert done.returncode == 2
    assert "pip install 'asana-frames[dashboard]'" in done.stderr


def test_a_port_that_is_in_use_is_told() -> None:
    pytest.importorskip("voila", reason="part of the dashboard extra")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]

        done = run(*SANDBOX, "--port", str(port))

    assert done.returncode == 2
    assert done.stderr.startswith("Starting the dashboard ...")
    assert f"--port {port} cannot be used" in done.stderr


def test_a_missing_token_is_told_before_a_server_is_started(tmp_path: Path) -> None:
    pytest.importorskip("voila", reason="part of the dashboard extra")
    done = run("dashboard", "--no-browser", HOME=str(tmp_path), XDG_CONFIG_HOME=str(tmp_path))

    assert done.returncode == 3


def test_the_browser_is_given_a_file_and_not_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    tmp_path.chmod(0o700)

    dashboard._announce("http://127.0.0.1:1/?token=abc", tmp_path, opens_browser=True)()

    (page,) = tmp_path.iterdir()
    assert opened == [page.as_uri()]
    assert "http://127.0.0.1:1/?token=abc" in page.read_text("utf-8")
    assert capsys.readouterr().out == "http://127.0.0.1:1/?token=abc\n"
    assert stat.S_IMODE(page.stat().st_mode) & 0o077 == 0


def test_the_source_of_the_page_is_code_for_any_text() -> None:
    made: dict[str, Any] = {}
    asked: dict[str, Any] = {"period": 'x"\n', "compare": None, "now": "2026-11-02"}
    source = dashboard._build_source("goal", "'12\\", False, asked)

    exec(source.replace("import asana_frames as af", ""), {"af": _Recorder(made)})

    assert made == {"connect": {"read_only": True}, "given": ("goal", "'12\\"), **asked}


def test_a_page_that_cannot_be_made_says_why_in_words_of_the_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise af.AuthError("401")

    monkeypatch.setattr(af, "connect", fail)
    source = dashboard._build_source("project", "12", False, {"now": None})
    code, _, shown = source.rpartition("\n")
    made: dict[str, Any] = {}
    exec(code, made)

    assert shown == "ipywidgets.VBox([shown])"
    said = made["shown"].value
    assert "Asana does not accept the token" in said
    # There is no cell to run again.
    assert "run asana-frames login --remember and start it again" in said
    assert "cell" not in said
    assert 'role="alert"' in said


INTERRUPTED = """
import contextlib, signal, sys
from tornado.ioloop import IOLoop
from asana_frames.cli import dashboard

loop = IOLoop.current()

def swallow():
    with contextlib.suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)

loop.add_callback(swallow)
loop.call_later(10, sys.exit, "not stopped")
dashboard._stop_on_interrupt()
loop.start()
"""


def test_an_interrupt_stops_the_server_where_an_exception_would_be_swallowed() -> None:
    pytest.importorskip("tornado.ioloop", reason="part of the dashboard extra")

    # In a process of its own: loops and signals are those of a whole process.
    ran = subprocess.run([sys.executable, "-c", INTERRUPTED], timeout=60, check=False)

    assert ran.returncode == 0


class _Recorder:
    """Stands in for the package: notes what it is called with."""

    def __init__(self, made: dict[str, Any]) -> None:
        self.made, self.widgets = made, self

    def connect(self, **arguments: Any) -> None:
        self.made["connect"] = arguments

    def Dashboard(self, _: Any, *given: str, **arguments: Any) -> ipw.HTML:
        self.made.update(given=given, **arguments)
        return ipw.HTML()
