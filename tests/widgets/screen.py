"""What somebody at the screen does: finds a control by what stands before it, and uses it."""

from __future__ import annotations

import html
import re
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as ipw

from asana_frames.widgets.background import LOCK
from asana_frames.widgets.pickers.choice import MARK


def _inside(widget: Any) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _inside(child)


def _shown(widget: Any) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        if child.layout.display != "none":
            yield child
            yield from _shown(child)


def control(widget: Any, label: str) -> Any:
    """Return the control with that description; a button, such as a chip, if there is no other."""
    found = [one for one in _inside(widget) if getattr(one, "description", None) == label]
    found = [one for one in found if not isinstance(one, ipw.Button)] or found
    assert len(found) == 1, f"{len(found)} controls are called {label!r}"
    return found[0]


def options(widget: Any, label: str) -> list[str]:
    """Return what a box suggests."""
    return [text.removesuffix(MARK) for text in control(widget, label).options]


def pick(widget: Any, label: str, *names: str) -> None:
    """Choose suggestions of a box, one after the other, as a browser does."""
    found = control(widget, label)
    if not isinstance(found, ipw.Combobox):
        labels = [option if isinstance(option, str) else option[0] for option in found.options]
        found.set_state({"index": labels.index(*names)})
        return
    if not found.continuous_update:
        # One of a few, or a column.
        (name,) = names
        assert name in found.options, f"{name!r} is not an option"
        found.set_state({"value": name})
        return
    for name in names:
        assert not found.disabled, f"{label} is disabled"
        assert name + MARK in found.options, f"{name!r} is not suggested"
        found.set_state({"value": name + MARK})


def write(widget: Any, label: str, text: str) -> None:
    """Put a text into a box."""
    control(widget, label).set_state({"value": text})


def press_enter(widget: Any, label: str) -> None:
    """Press Enter in a box."""
    control(widget, label)._handle_custom_msg({"event": "submit"}, [])


def enter(widget: Any, label: str) -> None:
    """Press Enter in the box of a choice, and wait until it has chosen."""
    found = control(widget, label)
    (choice,) = [one for one in [widget, *_inside(widget)] if getattr(one, "box", None) is found]

    def has_chosen() -> bool:
        # It chooses while the lock is held.
        with LOCK:
            return not choice._enter.is_waiting

    press_enter(widget, label)
    until(has_chosen)


def chips(widget: Any, label: str) -> list[str]:
    """Return what is shown as chosen beside a box."""
    found = control(widget, label)
    (row,) = [one for one in [widget, *_inside(widget)] if found in getattr(one, "children", ())]
    return [chip.description for chip in row.children[1].children]


def press(widget: Any, label: str) -> None:
    """Click a button."""
    control(widget, label).click()


def said(widget: Any) -> str:
    """Return the lines of text that are shown, as HTML, and the hints in the boxes."""
    shown = list(_shown(widget))
    lines = [one.value for one in shown if isinstance(one, ipw.HTML)]
    return "\n".join(
        [*lines, *(one.placeholder for one in shown if isinstance(one, ipw.Combobox))]
    )


def alerts(widget: Any) -> list[str]:
    """Return the errors that are shown."""
    pattern = r'role="alert"[^>]*>([^<]*)'
    return [html.unescape(text) for text in re.findall(pattern, said(widget))]


def is_shown(widget: Any, label: str) -> bool:
    """Whether the control with that description is displayed."""
    return control(widget, label) in list(_shown(widget))


def open_widgets() -> set[Any]:
    """Return the widgets that ipywidgets keeps, with their layouts and styles."""
    return set(ipw.widgets.widget._instances)


def is_lock_held() -> bool:
    """Whether the calling thread holds the lock of all pickers: no other thread can have it."""
    found: list[bool] = []

    def look() -> None:
        found.append(LOCK.acquire(blocking=False))
        if found[0]:
            LOCK.release()

    other = threading.Thread(target=look)
    other.start()
    other.join()
    return not found[0]


class Timers:
    """Timers that a test ends itself, as if each of them were too late to be cancelled."""

    def __init__(self) -> None:
        self._started: list[tuple[float, Callable[[], None]]] = []

    def start(self, work: Callable[[], None], *, after: float) -> threading.Timer:
        """Do as `run_in_background`."""
        self._started.append((after, work))
        return threading.Timer(after, work)

    def of(self, after: float) -> list[Callable[[], None]]:
        """Return what the timers of a length call, in the order in which they were started."""
        return [work for seconds, work in self._started if seconds == after]

    def end(self) -> None:
        """End all timers that were started until now."""
        for _, work in list(self._started):
            work()


def until(is_so: Callable[[], object], what: str = "it") -> None:
    """Wait until something is so, which another thread will bring about."""
    ends = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends, f"10 s later {what} was still not so"
        time.sleep(0.005)


def choices(picker: Any) -> list[Any]:
    """Begin to note the values of a picker, as they change; return where they will be."""
    heard: list[Any] = []
    picker.observe(lambda change: heard.append(change["new"]), "value")
    return heard
