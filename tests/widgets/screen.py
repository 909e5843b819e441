"""What somebody at the screen does: finds a control by what stands before it, and uses it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as ipw

_LISTS = (ipw.Dropdown, ipw.Select, ipw.SelectMultiple)


def _inside(widget: Any) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        yield child
        yield from _inside(child)


def control(widget: Any, label: str) -> Any:
    """Return the control or the button with that description."""
    found = [one for one in _inside(widget) if getattr(one, "description", None) == label]
    assert len(found) == 1, f"{len(found)} controls are called {label!r}"
    return found[0]


def options(widget: Any, label: str) -> list[str]:
    """Return the labels of a list, without what stands for no choice."""
    found = control(widget, label)
    return [text for text, value in found.options if value]


def pick(widget: Any, label: str, *names: str) -> None:
    """Choose by label, as a front end does: it sends where the options stand in the list."""
    found = control(widget, label)
    assert isinstance(found, _LISTS)
    assert not found.disabled, f"{label} is disabled"
    labels = [option if isinstance(option, str) else option[0] for option in found.options]
    places = [labels.index(name) for name in names]
    is_multiple = isinstance(found, ipw.SelectMultiple)
    found.set_state({"index": places if is_multiple else places[0]})


def write(widget: Any, label: str, text: str) -> None:
    """Put a text into a box."""
    control(widget, label).set_state({"value": text})


def press(widget: Any, label: str) -> None:
    """Click a button."""
    control(widget, label).click()


def said(widget: Any) -> str:
    """Return the lines of text that are shown, as HTML."""
    shown = [one for one in _inside(widget) if isinstance(one, ipw.HTML)]
    return "\n".join(one.value for one in shown if one.layout.display != "none")


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
