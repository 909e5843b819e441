"""The HTTP side of the sandbox: from a request to a response."""
