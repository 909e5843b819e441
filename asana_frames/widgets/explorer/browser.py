"""Browser: the box of a reference, and a picker to unfold that fills it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw

from asana_frames.asana import Asana
from asana_frames.catalog import Parameter
from asana_frames.widgets.focus import ToggleButton
from asana_frames.widgets.notes import set_visible
from asana_frames.widgets.pickers.goal_picker import GoalPicker
from asana_frames.widgets.pickers.picker import Picker
from asana_frames.widgets.pickers.portfolio_picker import PortfolioPicker
from asana_frames.widgets.pickers.project_picker import ProjectPicker
from asana_frames.widgets.pickers.tag_picker import TagPicker
from asana_frames.widgets.pickers.task_picker import TaskPicker
from asana_frames.widgets.pickers.team_picker import TeamPicker
from asana_frames.widgets.pickers.user_picker import UserPicker

_PICKERS: Mapping[str, Callable[..., Picker]] = {
    "goal": GoalPicker,
    "portfolio": PortfolioPicker,
    "project": lambda asana, multiple: ProjectPicker(asana, multiple=multiple, sections=False),
    "section": lambda asana, multiple: ProjectPicker(asana),
    "tag": TagPicker,
    "task": TaskPicker,
    "team": TeamPicker,
    "user": UserPicker,
}
#: Called with the names and gids of what is picked.
Fill = Callable[[list[str], list[str]], None]


def has_picker(parameter: Parameter) -> bool:
    """Return whether there is a picker for the objects that an argument refers to."""
    # The picker of sections picks one.
    return _find_kind(parameter) != "" and not ("section" in parameter.refers and parameter.many)


class Browser(ipw.VBox):
    """The box of a reference, and a button that unfolds a picker.

    The picker is made when it is unfolded for the first time; until then no list is read.

    Parameters
    ----------
    asana
        The connection whose objects are listed.
    parameter
        The argument that refers to them.
    box
        The control to fill in.
    fill
        Fills it in.
    """

    def __init__(self, asana: Asana, parameter: Parameter, box: Any, fill: Fill) -> None:
        self._asana, self._parameter, self._fill = asana, parameter, fill
        self._kind = _find_kind(parameter)
        self._button = ToggleButton(
            description="Browse",
            icon="caret-right",
            layout=ipw.Layout(width="6rem", flex="0 0 auto"),
        )
        self._button.find_box = lambda: box
        self._picker: Picker | None = None
        self._place = ipw.VBox(layout=ipw.Layout(margin="0 0 8px 24px", max_width="34rem"))
        box.layout.flex, box.layout.min_width = "1 1 18rem", "0"
        # On a narrow page the button wraps below the box.
        row = ipw.HBox(
            [box, self._button], layout=ipw.Layout(flex_flow="row wrap", max_width="36rem")
        )
        super().__init__([row, self._place])
        self._place.layout.display = "none"
        self._button.observe(self._unfold, "value")
        self._show_state(is_open=False)

    def _unfold(self, _: Any) -> None:
        is_open = self._button.value
        self._show_state(is_open=is_open)
        if is_open and self._picker is None:
            self._picker = _PICKERS[self._kind](self._asana, multiple=self._parameter.many)
            trait = "section" if self._kind == "section" else "value"
            self._picker.observe(self._handle_choice, trait)
            self._place.children = [self._picker]
        set_visible(self._place, is_open)

    def _show_state(self, *, is_open: bool) -> None:
        self._button.icon = "caret-down" if is_open else "caret-right"
        words = self._parameter.argument.replace("_", " ")
        # A toggle button does not tell screen readers whether it is pressed.
        self._button.tooltip = (
            f"Hide the {self._kind}s" if is_open else f"Browse {self._kind}s to fill in {words}"
        )

    def _handle_choice(self, change: Any) -> None:
        value = change["new"]
        gids = value if isinstance(value, list) else [value] if value else []
        names = gids if self._kind == "section" else self._list_names(gids)
        self._fill(names, gids)

    def _list_names(self, gids: list[str]) -> list[str]:
        assert self._picker is not None  # it has just been used
        rows = self._picker.rows
        names = dict(zip(rows["gid"], rows["name"], strict=True))
        return [str(names.get(gid, gid)) for gid in gids]


def _find_kind(parameter: Parameter) -> str:
    return next((kind for kind in parameter.refers if kind in _PICKERS), "")
