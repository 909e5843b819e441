"""What stories tell: times in sections, changes, tasks as of a day."""
