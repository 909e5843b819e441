"""Names cannot control a terminal; files and pipes get them as they are."""

from __future__ import annotations

import os
import pty
import shlex
import subprocess
import sys

import pytest

from asana_frames.cli.terminal import show_controls
from tests.recorder import Recorder, Reply

NAME = "\x1b[2J\x1b]0;title\x07\u202egnp.exe\x9b1A\r\x7f"
SHOWN = r"\x1b[2J\x1b]0;title\x07\u202egnp.exe\x9b1A\r\x7f"


def test_controls_are_shown_and_other_text_stays() -> None:
    assert show_controls(NAME) == SHOWN
    assert show_controls("a\tb\nä 😀 \u200d") == "a\tb\nä 😀 \u200d"


@pytest.mark.parametrize("output", ["csv", "json"])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_rows_are_shown_on_a_terminal_and_exact_in_a_pipe(
    recorder: Recorder, output: str, is_terminal: bool
) -> None:
    recorder.replies(Reply(body={"data": [{"gid": "1", "name": NAME}]}))
    command = [sys.executable, "-m", "asana_frames", "tags", "list", "--workspace", "1"]
    mine, theirs = pty.openpty() if is_terminal else os.pipe()
    settings = {"ASANA_BASE_URL": recorder.url, "ASANA_ACCESS_TOKEN": "t", "PYTHONUTF8": "1"}
    with subprocess.Popen(
        [*command, "--fields", "name", "--format", output],
        stdout=theirs,
        stderr=subprocess.DEVNULL,
        env=os.environ | settings,
    ):
        os.close(theirs)
        text = _read_to_end(mine)

    assert "\x1b" not in text if is_terminal or output == "json" else NAME in text
    assert ("u001b" if output == "json" else r"\x1b[2J") in text or not is_terminal


def test_messages_on_the_terminal_are_shown(recorder: Recorder) -> None:
    recorder.replies(Reply(403, {"errors": [{"message": NAME}]}))
    command = [sys.executable, "-m", "asana_frames", "tags", "list", "--workspace", "1"]
    settings = {"ASANA_BASE_URL": recorder.url, "ASANA_ACCESS_TOKEN": "t", "PYTHONUTF8": "1"}

    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | settings)

    assert SHOWN in done.stderr
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("output", ["csv", "json"])
def test_closed_standard_output_is_an_error_of_one_line(recorder: Recorder, output: str) -> None:
    recorder.replies(Reply(body={"data": [{"gid": "1", "name": "a"}]}))
    command = [sys.executable, "-m", "asana_frames", "tags", "list", "--workspace", "1"]
    settings = {"ASANA_BASE_URL": recorder.url, "ASANA_ACCESS_TOKEN": "t", "PYTHONUTF8": "1"}
    line = shlex.join([*command, "--format", output])

    done = subprocess.run(
        ["sh", "-c", f"{line} >&-"], capture_output=True, text=True, env=os.environ | settings
    )

    assert done.returncode == 1
    assert done.stderr == "The output cannot be written: Bad file descriptor.\n"


def _read_to_end(source: int) -> str:
    pieces = []
    try:
        while piece := os.read(source, 1 << 16):
            pieces.append(piece)
    except OSError:
        # A terminal whose program has ended.
        pass
    finally:
        os.close(source)
    return b"".join(pieces).decode()
