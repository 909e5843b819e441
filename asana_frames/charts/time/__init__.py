"""Charts of tracked time: hours, timesheets, estimates, budgets, capacity."""
