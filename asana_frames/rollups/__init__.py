"""Frames in, frames out: pure pandas, no request."""

from asana_frames.rollups.goals import goal_progress
from asana_frames.rollups.time_tracking import hours

__all__ = ["goal_progress", "hours"]
