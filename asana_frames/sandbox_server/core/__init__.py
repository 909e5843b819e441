"""What all resources are built on: the store, transactions, checks and access."""
