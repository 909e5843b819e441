"""The basis of all resources: the store, transactions, checks and access."""
