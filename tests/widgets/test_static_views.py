"""Saved outputs where pages show them without styles and scripts, as GitHub and VS Code do."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

import asana_frames as af
from asana_frames.widgets import Dashboard
from tests.fixed_day import NOW

#: What ends a word where nothing is styled.
BLOCKS = {
    *("br", "caption", "dd", "div", "dl", "dt", "figure", "h2", "h3", "h4", "img", "li", "ol"),
    *("p", "pre", "section", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul"),
}


class Static(HTMLParser):
    """What is left of HTML without styles, scripts, classes and other attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.pictures: list[str] = []
        self._hidden = 0
        self.feed(html)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "script")
        self.words += "\n" * (tag in BLOCKS)
        if tag == "img":
            self.pictures.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "script")
        self.words += "\n" * (tag in BLOCKS)

    def handle_data(self, data: str) -> None:
        self.words += "" if self._hidden else data


@pytest.fixture(scope="module")
def outputs() -> dict[str, tuple[str, str]]:
    """Name -> the HTML and the text that a notebook saves."""
    with af.sandbox(now=NOW) as asana:
        tasks = asana.tasks.list(project="Website relaunch")
        board = Dashboard(asana, value="Website relaunch", now=NOW).wait()
        shown: dict[str, Any] = {
            "asana": asana,
            "resource": asana.tasks,
            "resources": asana.info(),
            "columns": asana.tasks.info(),
            "tasks": tasks.asana,
            "frame": tasks[["name", "due_on"]].head(),
        }
        saved = board._make_bundle()
        return {
            **{name: (one._repr_html_(), repr(one)) for name, one in shown.items()},
            "dashboard": (saved["text/html"], saved["text/plain"]),
        }


def test_outputs_are_words_without_code_and_say_all_once(
    outputs: dict[str, tuple[str, str]],
) -> None:
    for name, (html, text) in outputs.items():
        static = Static(html)

        assert static.words, name
        # No rule of a style, no function of a script.
        assert not re.search(r"[{;]\s*[\w-]+\s*:|=>|function\s*\(|!important", static.words), name
        # One picture of each chart, not a light and a dark one, and each with its words.
        assert all(static.pictures), name
        assert len(set(static.pictures)) == len(static.pictures), name
        assert text.strip(), name
        assert "<div" not in text, name


def test_the_words_of_a_dashboard_stand_apart(outputs: dict[str, tuple[str, str]]) -> None:
    html, text = outputs["dashboard"]

    words = Static(html).words.replace("\u00a0", " ")

    assert len(Static(html).pictures) == 5
    figures = text.splitlines()[1:]
    assert len(figures) > 3
    for figure in figures:
        label, _, rest = figure.partition(": ")
        assert f"{label} {rest.replace(', ', ' ')}" in words
    assert re.search(r"Most overdue .*?[a-z] [A-Z][a-z]+ [A-Z][a-z]+, \d+ days late", words)
