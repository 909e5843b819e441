"""One call: arguments to requests, pages to rows, rows to bodies and outcomes."""
