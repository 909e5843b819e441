"""Charts of the past of tasks: sections they were in, and changes."""
