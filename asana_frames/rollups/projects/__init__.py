"""Dependencies within projects, and portfolios of them."""
