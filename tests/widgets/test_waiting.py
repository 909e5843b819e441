"""While Asana's rate limit makes a read wait, the widget that needs it says so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import ipywidgets as ipw
import pytest

import asana_frames as af
from asana_frames.display.sentences import count_noun
from asana_frames.fetch import clock
from asana_frames.fetch.clock import Clock
from asana_frames.sandbox_server import Faults
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.explorer import explorer as explorer_module
from asana_frames.widgets.pickers.choice import Choice
from asana_frames.widgets.waiting import describe_pause, watch_read

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


def test_requests_of_others_are_not_those_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asana = open_limited(0)
    texts = []

    @contextmanager
    def look_at_the_end(describe: Callable[[], str], _: object) -> Iterator[None]:
        yield
        other = threading.Thread(target=asana.workspaces.list)
        other.start()
        other.join()
        texts.append(describe())

    monkeypatch.setattr(explorer_module, "watch_read", look_at_the_end)

    explorer = af.widgets.Explorer(asana, "users.get").fill(user="me").run()

    own = explorer._asana.last.requests
    assert texts == [f"Reading ... {count_noun(own, 'request')} so far."]


def test_a_pause_of_searches_is_no_pause_of_lists() -> None:
    http = open_limited(0).http

    http.quota.searches.pause(clock.now(), 20)

    assert describe_pause(http) == ""
    assert RATE_LIMIT in describe_pause(http, "search")


def test_a_box_does_not_tell_the_pause_of_a_list_that_it_no_longer_waits_for() -> None:
    choice = Choice("Project")
    choice.wait_for_list()
    choice.show_pause("Waiting 4 s for Asana's rate limit.")
    told = choice._control.placeholder

    choice.wait_for_list()

    assert told == "Reading ... Waiting 4 s for Asana's rate limit."
    assert choice._control.placeholder == "Reading ..."


def test_a_read_that_holds_the_lock_is_watched_without_a_word() -> None:
    shown: list[str] = []

    with LOCK, watch_read(lambda: "Waiting", shown.append):
        time.sleep(1.5)

    assert shown == []


def test_texts_are_shown_when_they_change_and_never_after_the_end() -> None:
    shown: list[str] = []
    has_shown = threading.Event()

    def show(text: str) -> None:
        shown.append(text)
        has_shown.set()

    with watch_read(lambda: "Waiting", show):
        assert has_shown.wait(30)

    for thread in threading.enumerate():
        if thread.name == "asana_frames watch":
            thread.join(30)
            assert not thread.is_alive()
    assert shown == ["Waiting"]
