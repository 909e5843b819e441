"""Pickers: controls whose value is a reference, a period or a list of fields."""
