"""Asana in pandas."""
