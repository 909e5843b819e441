"""Log in from a notebook."""
