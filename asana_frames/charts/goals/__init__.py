"""Charts of goals: progress, tree, history, timeline."""
