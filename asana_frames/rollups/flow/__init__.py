"""The flow of tasks: counts, lead times, forecasts, quality."""
