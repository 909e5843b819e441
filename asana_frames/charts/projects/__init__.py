"""Charts of projects: Gantt chart, portfolio, status updates."""
