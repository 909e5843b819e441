"""Widgets for notebooks: pickers whose value is a reference, login, explorer, dashboard."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from asana_frames.widgets.logins.login import Login, login, logout
from asana_frames.widgets.pickers.fields_picker import FieldsPicker
from asana_frames.widgets.pickers.goal_picker import GoalPicker
from asana_frames.widgets.pickers.period_picker import PeriodPicker
from asana_frames.widgets.pickers.portfolio_picker import PortfolioPicker
from asana_frames.widgets.pickers.project_picker import ProjectPicker
from asana_frames.widgets.pickers.tag_picker import TagPicker
from asana_frames.widgets.pickers.task_picker import TaskPicker
from asana_frames.widgets.pickers.team_picker import TeamPicker
from asana_frames.widgets.pickers.user_picker import UserPicker
from asana_frames.widgets.pickers.workspace_picker import WorkspacePicker

if TYPE_CHECKING:
    from asana_frames.widgets.dashboard.dashboard import Dashboard
    from asana_frames.widgets.explorer.explorer import Explorer

#: Loaded when first used: they need charts and exports, for which no picker should wait.
_LAZY = {
    "Dashboard": "asana_frames.widgets.dashboard.dashboard",
    "Explorer": "asana_frames.widgets.explorer.explorer",
}

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


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'asana_frames.widgets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
