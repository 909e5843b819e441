"""While Asana's rate limit makes a read wait, the widget that needs it says so."""

from __future__ import annotations

import threading

import ipywidgets as ipw
import pytest

import asana_frames as af
from asana_frames.fetch.clock import Clock
from asana_frames.sandbox_server import Faults
from asana_frames.widgets.waiting import watch_read

RATE_LIMIT = "for Asana's rate limit."
SITE = "Website relaunch"


@pytest.fixture(autouse=True)
def real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests skip what they wait for; here no pause passes between two looks."""
    monkeypatch.setattr("asana_frames.fetch.clock.CLOCK", Clock())
    monkeypatch.setattr("asana_frames.widgets.waiting._SECONDS", 0.05)


def open_limited(every: int) -> af.Asana:
    """Return a connection of which every so many requests are refused for two seconds."""
    return af.sandbox(now="2026-11-02", faults=Faults(too_many=every, retry_after=2))


def record(box: ipw.Widget, name: str = "value") -> list[str]:
    """Return a list that gets each text that a trait of a widget has from now on."""
    texts: list[str] = []
    box.observe(lambda change: texts.append(change["new"]), name)
    return texts


def test_a_dashboard_says_that_it_waits_for_the_rate_limit() -> None:
    board = af.widgets.Dashboard(open_limited(5), value=SITE)
    texts = record(board._status)

    board.wait()

    told = [text for text in texts if "waiting" in text.lower()]
    assert f"Drawing {SITE} ... Waiting" in told[0].replace("&#x27;", "'")
    assert board._status.value == ""


def test_a_picker_says_that_its_list_waits_for_the_rate_limit() -> None:
    picker = af.widgets.ProjectPicker(open_limited(2), workspace="Acme")
    texts = record(picker._choices["project"]._control, "placeholder")

    picker.wait()

    assert any(text.startswith("Reading ... Waiting") and RATE_LIMIT in text for text in texts)
    assert RATE_LIMIT not in texts[-1]


def test_an_explorer_counts_requests_and_says_what_they_wait_for() -> None:
    asana = open_limited(5)
    projects = asana.projects.list(workspace="Acme").head(5)
    explorer = af.widgets.Explorer(asana, "sections.list").fill(project=projects["gid"].tolist())
    texts = record(explorer._status)

    explorer.run()

    assert any("so far. Waiting" in text and 'role="timer"' in text for text in texts)
    assert "so far" not in explorer._status.value


def test_texts_are_shown_when_they_change_and_never_after_the_end() -> None:
    shown: list[str] = []
    has_shown = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        has_shown.set()

    with watch_read(lambda: "Waiting", show):
        assert has_shown.wait(30)
    names = [thread.name for thread in threading.enumerate()]

    assert shown == ["Waiting"]
    assert names.count("asana_frames watch") <= 1
