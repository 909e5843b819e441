"""One call: arguments -> requests, pages -> frames, rows -> bodies and outcomes."""
