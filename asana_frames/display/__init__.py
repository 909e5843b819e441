"""Cards of accounts, resources and frames in notebooks, and ``df.asana``."""
