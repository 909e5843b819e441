"""What all resources of the sandbox are built on: the store, transactions, checks, access."""
