"""The colours of series in charts on a white ground, of whichever program draws them."""

from __future__ import annotations

#: One colour per series. Each has a contrast of 3 to a white background, and any two of them
#: differ by at least 25 (CIE 1976) also for people who see no red, no green or no blue.
SERIES = (
    "#4697e9",
    "#db7c09",
    "#7f0d02",
    "#849799",
    "#5d0094",
    "#72634d",
    "#3a576c",
    "#bc8852",
    "#1d1946",
    "#410018",
)
#: The series "other": so light that it never looks like a series of its own.
OTHER = "#e2e2e2"
