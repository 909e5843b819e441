"""Goals: progress, the tree of goals, history, what supports them."""
