"""What several rollups need: inputs, tasks, periods, moments, working days, totals."""
