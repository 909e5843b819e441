"""Flow of tasks: counts, lead times, forecasts, data quality."""
