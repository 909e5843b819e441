"""Widgets for notebooks: pickers whose value is a reference, login, explorer, dashboard."""

from __future__ import annotations

from asana_frames.widgets.dashboard import Dashboard
from asana_frames.widgets.explorer import Explorer
from asana_frames.widgets.fields import FieldsPicker
from asana_frames.widgets.logging_in import Login, login, logout
from asana_frames.widgets.periods import PeriodPicker
from asana_frames.widgets.pickers import (
    GoalPicker,
    PortfolioPicker,
    TagPicker,
    TaskPicker,
    UserPicker,
)
from asana_frames.widgets.place_pickers import ProjectPicker, TeamPicker, WorkspacePicker

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
