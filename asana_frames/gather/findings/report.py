"""What all reports have, whatever they are about."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import pandas as pd


@runtime_checkable
class Report(Protocol):
    """A report: what it finds, its figures, and the tables that matter most."""

    @property
    def findings(self) -> pd.DataFrame:
        """What is found, in sentences."""

    @property
    def tiles(self) -> pd.DataFrame:
        """The main figures."""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables, by name."""

    def main_tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables for a summary, by title, the most important rows first."""
