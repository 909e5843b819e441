"""The progress bar of a call: when it is shown, what it counts, and what is left of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.calls import progress as progress_module
from asana_frames.calls.progress import ProgressBar
from tests.conftest import SkippingClock
from tests.recorder import Asked, Recorder, Reply


class Bar:
    """Stands in for the bar of tqdm and remembers what it is told."""

    made: list[Bar] = []

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.n = 0
        self.start_t = 1_000.0
        self.updates = 0
        self.postfix = ""
        self.leave: bool | None = None
        self.is_closed = False
        self.made.append(self)

        self.total = options["total"]

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        self.postfix = text

    def update(self, count: int) -> None:
        self.n += count
        self.updates += 1

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def bars(monkeypatch: pytest.MonkeyPatch) -> list[Bar]:
    """The bars that are made, as if errors went to a terminal."""
    monkeypatch.setattr(Bar, "made", [])
    monkeypatch.setattr("tqdm.auto.tqdm", Bar)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    return Bar.made


def pass_time(clock: SkippingClock, seconds: float) -> None:
    clock.wait(clock.now() + seconds, threading.Event())


def taking(clock: SkippingClock, seconds: float, reply: Reply) -> Callable[[Asked], Reply]:
    """Return a function that gives a reply after some seconds, which nobody has to wait for."""

    def answer(asked: Asked) -> Reply:
        pass_time(clock, seconds)
        return reply

    return answer


@pytest.mark.parametrize(
    ("call", "total", "unit", "name"),
    [
        (lambda a: a.tags.list_for_task(["1", "2", "3"]), 3, " lists", "tags.list_for_task"),
        (lambda a: a.tags.list(workspace="1"), None, " rows", "tags.list"),
        (lambda a: a.tasks.delete(["1", "2"]), 2, " rows", "tasks.delete"),
    ],
)
def test_a_long_call_shows_a_bar_that_success_removes(
    recorder: Recorder,
    recorded: af.Asana,
    clock: SkippingClock,
    bars: list[Bar],
    call: Callable[[af.Asana], object],
    total: int | None,
    unit: str,
    name: str,
) -> None:
    data: object = {} if name == "tasks.delete" else []
    recorder.reply = taking(clock, 2, Reply(body={"data": data}))

    call(recorded)

    (bar,) = bars
    expected = {"total": total, "unit": unit, "desc": name, "disable": False}
    assert {name: bar.options[name] for name in expected} == expected
    assert bar.postfix.endswith((" requests", " to stop"))
    assert bar.is_closed
    assert bar.leave is False
    assert total is None or bar.n == total


def test_the_bar_of_a_call_that_failed_stays(
    recorder: Recorder, recorded: af.Asana, clock: SkippingClock, bars: list[Bar]
) -> None:
    pages = [
        Reply(body={"data": [], "next_page": {"offset": offset}}) for offset in ("a", "b", "c")
    ]
    recorder.reply = lambda asked: taking(clock, 2, (pages or [Reply(404, {})]).pop(0))(asked)

    with pytest.raises(af.NotFound):
        recorded.tags.list(workspace="1")

    (bar,) = bars
    assert bar.is_closed
    assert bar.leave is True
    assert bar.postfix.startswith("ended by NotFound")


@pytest.mark.parametrize("why", ["quick", "switched off", "TQDM_DISABLE", "no terminal"])
def test_no_bar_is_shown(
    recorder: Recorder,
    recorded: af.Asana,
    clock: SkippingClock,
    bars: list[Bar],
    monkeypatch: pytest.MonkeyPatch,
    why: str,
) -> None:
    recorder.reply = taking(clock, 0 if why == "quick" else 2, Reply(body={"data": []}))
    if why == "TQDM_DISABLE":
        monkeypatch.setenv("TQDM_DISABLE", "1")
    if why == "no terminal":
        monkeypatch.setattr(sys.stderr, "isatty", lambda: False)

    recorded.with_options(progress=why != "switched off").tags.list(workspace="1")

    assert bars == []


def test_a_notebook_shows_the_bar_without_a_terminal(
    recorder: Recorder,
    recorded: af.Asana,
    clock: SkippingClock,
    bars: list[Bar],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorder.reply = taking(clock, 2, Reply(body={"data": []}))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    monkeypatch.setitem(sys.modules, "ipykernel", SimpleNamespace())

    recorded.tags.list(workspace="1")

    assert len(bars) == 1


def test_waiting_for_jobs_shows_how_many_have_ended(
    recorder: Recorder, recorded: af.Asana, clock: SkippingClock, bars: list[Bar]
) -> None:
    asked: list[str] = []

    def answer(request: Asked) -> Reply:
        asked.append(request.path)
        state = "succeeded" if request.path.endswith("/1") or len(asked) > 12 else "in_progress"
        gid = request.path.rpartition("/")[2]
        return Reply(body={"data": {"gid": gid, "status": state}})

    recorder.reply = answer

    jobs = recorded.wait(["1", "2"])

    (bar,) = bars
    assert set(jobs["status"]) == {"succeeded"}
    assert (bar.options["desc"], bar.options["total"], bar.options["unit"]) == ("wait", 2, " jobs")
    assert bar.leave is False
    assert bar.n == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
@pytest.mark.parametrize("columns", [0, 100])
def test_a_terminal_shows_the_bar_and_success_wipes_it(columns: int) -> None:
    import fcntl
    import pty
    import struct
    import termios

    code = (
        "import asana_frames as af\n"
        "asana = af.sandbox(latency=0.7)\n"
        "projects = asana.projects.list(workspace='Acme', fields=['name'])\n"
        "asana.tasks.list(project=projects, fields=['name'])\n"
    )
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, columns, 0, 0))
    settings = {name: value for name, value in os.environ.items() if name != "TQDM_DISABLE"}
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        stdout=theirs,
        stderr=theirs,
        env=settings | {"PYTHONUTF8": "1"},
    ):
        os.close(theirs)
        shown = read_to_end(mine)

    states = shown.split("\r")
    assert any("tasks.list" in state and "requests" in state for state in states)
    assert states[-1].strip() == ""
    assert max(map(len, states)) <= (columns or 80)


def read_to_end(source: int) -> str:
    """Return all that is written to a terminal until it is closed."""
    pieces = []
    with contextlib.suppress(OSError):
        while piece := os.read(source, 1 << 16):
            pieces.append(piece)
    os.close(source)
    return b"".join(pieces).decode()


def test_a_workbook_shows_how_many_of_its_rows_are_written_and_read(
    bars: list[Bar], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("xlsxwriter")
    pytest.importorskip("openpyxl")
    frame = pd.DataFrame({"n": range(4_500)})
    monkeypatch.setattr(progress_module, "_SECONDS_BEFORE_SHOWN", -1.0)

    af.export.to_excel({"a": frame, "b": frame.head(10)}, tmp_path / "x.xlsx")
    af.read_excel(tmp_path / "x.xlsx", "tasks")

    assert [bar.options["desc"] for bar in bars] == ["to_excel", "read_excel"]
    assert [bar.options["total"] for bar in bars] == [4_510, 4_501]
    assert [bar.options["unit"] for bar in bars] == [" rows", " rows"]
    # Three blocks of the first sheet and one of the second; four whole ones that are read.
    assert [bar.updates for bar in bars] == [4, 4]
    assert [bar.postfix for bar in bars] == ["", ""]
    assert all(bar.is_closed and not bar.leave for bar in bars)


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_a_text_file_shows_how_many_of_its_columns_are_converted(
    bars: list[Bar], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str
) -> None:
    frame = pd.DataFrame({"n": [1, 2], "name": ["a", "b"], "tags": [("x",), ()]})
    monkeypatch.setattr(progress_module, "_SECONDS_BEFORE_SHOWN", -1.0)

    getattr(af.export, f"to_{suffix}")(frame, tmp_path / f"x.{suffix}")

    (bar,) = bars
    assert bar.options["desc"] == f"to_{suffix}"
    assert (bar.options["total"], bar.options["unit"]) == (3, " columns")
    assert bar.updates == 3
    assert bar.is_closed
    assert not bar.leave


def test_a_small_workbook_shows_nothing(bars: list[Bar], tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")

    af.export.to_excel(pd.DataFrame({"n": range(4_500)}).head(9), tmp_path / "x.xlsx")

    assert bars == []


@pytest.mark.parametrize(("total", "shown"), [(2, 1), (1, 1_234)])
def test_the_bar_counts_lists_of_many_and_rows_of_one(
    clock: SkippingClock, bars: list[Bar], total: int, shown: int
) -> None:
    pause = [0.0]
    quota = SimpleNamespace(pause_left=lambda: pause[0])
    http: Any = SimpleNamespace(total=SimpleNamespace(requests=7), quota=quota)

    with ProgressBar("tasks.list", total, http) as progress:
        pass_time(clock, 5)
        progress.rows, progress.done, http.total.requests = 1_234, 1, 1_019
        progress.tick()
        (bar,) = bars
        assert bar.postfix == "1,234 rows, 1,012 requests"
        assert bar.n == shown
        # The bar counts its time from the beginning of the call.
        assert bar.start_t == pytest.approx(995, abs=0.5)
        for pause[0], words in [
            (0.9, "1,234 rows, 1,012 requests"),
            (1, "1,234 rows, 1,012 requests, waiting 1 s (Asana's rate limit), interrupt to stop"),
            (
                59.6,
                "1,234 rows, 1,012 requests, waiting 60 s (Asana's rate limit), interrupt to stop",
            ),
        ]:
            progress.tick()
            assert bar.postfix == words
        assert bar.updates == 3
        assert bar.n == shown
        progress.tick()
        assert bar.updates == 3
        progress.rows, progress.done = 1_300, 2
        progress.tick()
        assert bar.n == (2 if total == 2 else 1_300)
    assert len(bars) == 1


@pytest.mark.filterwarnings("ignore")
def test_a_saved_notebook_has_nothing_of_bars_but_those_of_calls_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nbformat = pytest.importorskip("nbformat", reason="part of the dev extra")
    nbclient = pytest.importorskip("nbclient", reason="part of the dev extra")
    monkeypatch.undo()
    cells = [
        "import warnings; warnings.simplefilter('ignore')\n"
        "import asana_frames as af\n"
        "asana = af.sandbox(latency=0.7)\n"
        "projects = asana.projects.list(workspace='Acme', fields=['name'])['gid'].tolist()",
        "few = asana.tasks.list(project=projects, fields=['name'])",
        "done = asana.tasks.update(few.head(40), notes='x', fields=['name'])",
        "one = asana.stories.list_for_task(few.head(90), fields=['text'])",
        "asana.with_options(deadline=1.6).stories.list_for_task(few, fields=['text'])",
        "asana.tasks.list(project=projects[0], fields=['name'], limit=150); asana.last.requests",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])

    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3")
    client.allow_errors = True
    client.execute()

    outputs = [cell.outputs for cell in notebook.cells]
    assert [len(found) for found in outputs[:4]] == [0, 1, 1, 1]
    for found in outputs[1:4]:
        assert dict(found[0].data) == {"text/plain": ""}
    kinds = [output.output_type for output in outputs[4]]
    assert kinds == ["display_data", "error"]
    model = outputs[4][0].data["application/vnd.jupyter.widget-view+json"]["model_id"]
    state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    children = [child.removeprefix("IPY_MODEL_") for child in state[model]["state"]["children"]]
    looks = [state[child]["state"] for child in children]
    assert any(look.get("bar_style") == "danger" for look in looks)
    texts = [str(look.get("value")).replace("\u2007", " ") for look in looks]
    assert any("ended by DeadlineExceeded" in text for text in texts)
    assert "ended by Deadline" in outputs[4][0].data["text/plain"]
