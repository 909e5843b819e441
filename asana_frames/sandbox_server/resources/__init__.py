"""One module per resource: its reads, writes, default shape and synthetic data."""
