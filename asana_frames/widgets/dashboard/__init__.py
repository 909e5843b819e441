"""A picker with charts beside it."""
