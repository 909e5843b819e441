"""Frames in, matplotlib Axes out: nothing is fetched, computed or shown."""

from asana_frames.charts.goals import goal_progress

__all__ = ["goal_progress"]
