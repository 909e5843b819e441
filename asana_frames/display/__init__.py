"""What notebooks show: cards of an account, its resources and frames; ``df.asana``."""
