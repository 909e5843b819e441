"""The colours of series in charts, of whichever program draws them."""

from __future__ import annotations

#: One colour per series: M. Petroff, "Accessible Color Sequences for Data Visualization", 2021.
SERIES = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
#: The series "other": so light that it never looks like a series of its own.
OTHER = "#e2e2e2"
