"""Tracked time: entries, hours, cost, budgets, estimates, timesheets, capacity."""
