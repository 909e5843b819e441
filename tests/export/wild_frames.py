"""Frames with all that files find hard to hold, and the ways out and back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from asana_frames.frames.arrays import DTYPES, STR, build_array

#: Pieces of text that mean something to one format or another.
PIECES = (
    "a", "Zoë", "😀", "漢字", " ", "; ", ";", ",", "\t", '"', '""', "'", "''", "\n", "\r\n", "\r",
    "=1+1", "+", "-1", "@x", "＝", "(", "['x']", "[1]", "None", "nan", "NaT", "NA", "<NA>", "null",
    "True", "1", "007", "1.2E+15", "2026-03-02", "_x000D_", "<r>", "</r>", "&amp;", "\\", "\\N",
    "sep=;", "\ufeff", "\N{LINE SEPARATOR}", "\x0b", "\x85",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=4).map("".join) | st.text(max_size=6).filter(
    lambda text: text.isprintable()
)
gids = st.from_regex(r"[0-9]{1,17}", fullmatch=True)


def _optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


CELLS: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "name": ("text", _optional(texts)),
    "notes": ("text", texts),
    "assignee_gid": ("text", _optional(gids)),
    "completed": ("boolean", _optional(st.booleans())),
    "num_likes": ("integer", _optional(st.integers(-(2**63), 2**63 - 1))),
    "cf_Points": ("number", _optional(st.floats(-1e300, 1e300))),
    "due_on": (
        "date",
        _optional(st.dates(date(1900, 3, 1), date(2200, 1, 1)).map(date.isoformat)),
    ),
    "due_at": (
        "datetime",
        _optional(
            st.datetimes(datetime(1900, 3, 1), datetime(2200, 1, 1)).map(
                # Asana's moments have milliseconds.
                lambda moment: f"{moment.isoformat(timespec='milliseconds')}Z"
            )
        ),
    ),
    "tags_names": ("tuple", st.lists(texts, max_size=3).map(tuple)),
    "tags_gids": ("tuple", st.lists(gids, max_size=3).map(tuple)),
    "cf_Nested": (
        "tuple",
        st.lists(st.lists(texts, max_size=2).map(tuple), max_size=2).map(tuple),
    ),
}


@st.composite
def wild_frames(draw: st.DrawFn) -> pd.DataFrame:
    """Draw a frame with a column of every kind."""
    count = draw(st.integers(0, 5))
    columns: dict[str, Any] = {"gid": build_array("text", [f"{n:05d}" for n in range(count)])}
    for name, (kind, cells) in CELLS.items():
        columns[name] = build_array(kind, draw(st.lists(cells, min_size=count, max_size=count)))
    options = draw(st.lists(texts, min_size=1, max_size=4, unique=True))
    picked = draw(st.lists(_optional(st.sampled_from(options)), min_size=count, max_size=count))
    columns["cf_Priority"] = pd.Categorical(
        pd.Series(picked, dtype=STR), categories=pd.Index(options, dtype=STR)
    )
    frame = pd.DataFrame(columns)
    frame.attrs["asana"] = {"record": "task", "rows": count}
    assert frame["due_on"].dtype == DTYPES["date"]
    return frame
