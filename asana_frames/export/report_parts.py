"""The figures and sentences of a report, as files show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.arguments import check_frame
from asana_frames.gather.findings.report import Report

#: What is shown -> the columns that it needs.
_NEEDED = {"tiles": ("label", "text"), "findings": ("sentence",)}


def check_tiles(tiles: pd.DataFrame | None, findings: pd.DataFrame | None, *, what: str) -> None:
    """Check the frames of figures and sentences, either of which may be None.

    Raises
    ------
    InvalidArgument
        One is not a frame, or lacks a column.
    """
    for name, frame in (("tiles", tiles), ("findings", findings)):
        if frame is None:
            continue
        check_frame(frame, what=f"{what}({name}=)")
        missing = [one for one in _NEEDED[name] if one not in frame.columns]
        if missing:
            raise InvalidArgument(
                f"{name}= has no column {missing[0]!r}; pass those of a report, such as "
                f"report.{name}."
            )


class Unpacked(NamedTuple):
    """The tables, figures and sentences that are written."""

    frames: Any
    tiles: pd.DataFrame | None
    findings: pd.DataFrame | None


def unpack_report(
    frames: Any, tiles: pd.DataFrame | None, findings: pd.DataFrame | None
) -> Unpacked:
    """Return the tables, figures and sentences of a report; frames stay as they are."""
    if not isinstance(frames, Report):
        return Unpacked(frames, tiles, findings)
    return Unpacked(
        frames.tables(),
        frames.tiles if tiles is None else tiles,
        frames.findings if findings is None else findings,
    )


def list_texts_of(frame: pd.DataFrame, names: Sequence[str]) -> list[dict[str, str]]:
    """Return the texts of each row by column; empty where one is missing."""
    shown = frame.reindex(columns=list(names)).astype(object)
    filled = shown.where(shown.notna(), "").map(str)
    return [dict(zip(names, row, strict=True)) for row in filled.itertuples(index=False)]
