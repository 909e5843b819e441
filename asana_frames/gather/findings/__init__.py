"""What reports find, in sentences and figures: computed from their tables, one rule a function."""
