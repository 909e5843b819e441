"""The card of a resource says what each of its methods does."""

from __future__ import annotations

import copy
import pickle

import pytest

import asana_frames as af
from asana_frames.calls.resource import Resource
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


@pytest.mark.parametrize(
    ("resource", "name", "says"),
    [
        (
            "sections",
            "list_for_projects",
            "sections has no method 'list_for_projects'. Did you mean 'list_for_project'",
        ),
        ("tasks", "lst", "Did you mean 'list'"),
        ("tags", "frobnicate", "It has: .*, info, list, list_for_task, "),
    ],
)
def test_a_method_that_does_not_exist_suggests_those_that_do(
    recorded: af.Asana, resource: str, name: str, says: str
) -> None:
    with pytest.raises(AttributeError, match=says):
        getattr(recorded[resource], name)
    assert not hasattr(recorded[resource], name)


@pytest.mark.parametrize("name", ["__deepcopy__", "_ipython_display_", "_repr_png_"])
def test_hooks_of_python_and_ipython_are_plainly_absent(recorded: af.Asana, name: str) -> None:
    with pytest.raises(AttributeError, match=f"'Tags' object has no attribute '{name}'$"):
        getattr(recorded.tags, name)


def test_a_resource_without_its_attributes_can_be_copied_and_pickled() -> None:
    bare = Tags.__new__(Tags)

    assert isinstance(copy.copy(bare), Tags)
    assert isinstance(copy.deepcopy(bare), Tags)
    assert isinstance(pickle.loads(pickle.dumps(bare)), Tags)
    with pytest.raises(AttributeError, match="Resource has no method 'list'"):
        _ = Resource.__new__(Resource).list  # type: ignore[attr-defined]
