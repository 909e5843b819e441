"""The card of a resource says what each of its methods does."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.resources.tags import Tags


def test_the_card_shows_the_first_line_of_each_docstring(recorded: af.Asana) -> None:
    card = recorded.tags._repr_html_()

    assert "List the tags of one task or of many." in card
    assert "Source:" not in card


def test_the_card_bears_methods_without_docstrings(
    recorded: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As under python -OO.
    monkeypatch.setattr(Tags.list_for_task, "__doc__", None)

    assert "list_for_task" in recorded.tags._repr_html_()
