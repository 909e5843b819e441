"""Widgets for notebooks: pickers whose value is a reference, login, explorer, dashboard."""

from __future__ import annotations

from asana_frames.widgets.dashboard.dashboard import Dashboard
from asana_frames.widgets.explorer.explorer import Explorer
from asana_frames.widgets.logins.login import Login, login, logout
from asana_frames.widgets.pickers.fields import FieldsPicker
from asana_frames.widgets.pickers.object_pickers import (
    GoalPicker,
    PortfolioPicker,
    TagPicker,
    TaskPicker,
    UserPicker,
)
from asana_frames.widgets.pickers.periods import PeriodPicker
from asana_frames.widgets.pickers.place_pickers import ProjectPicker, TeamPicker, WorkspacePicker

__all__ = [
    "Dashboard",
    "Explorer",
    "FieldsPicker",
    "GoalPicker",
    "Login",
    "PeriodPicker",
    "PortfolioPicker",
    "ProjectPicker",
    "TagPicker",
    "TaskPicker",
    "TeamPicker",
    "UserPicker",
    "WorkspacePicker",
    "login",
    "logout",
]


def __dir__() -> list[str]:
    return sorted(__all__)
