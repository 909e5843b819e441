"""Histories read from stories: times in sections, changes, tasks as of a moment."""
