"""Explore the API with controls."""
