"""Labels: one line each, not too long, and no two alike, whatever things are called."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
from hypothesis import example, given
from hypothesis import strategies as st

from asana_frames.widgets.pickers.labels import (
    MAX_LENGTH,
    NAMELESS,
    build_labels,
    fold_text,
    shorten_name,
)

#: Few letters, so that names are often alike, and what a label is made of.
_NAMES = st.text(alphabet="ab ·1234567890…\n\u2028\u00a0é", max_size=8) | st.text(max_size=200)
_ROWS = st.lists(
    st.tuples(_NAMES | st.none(), _NAMES | st.none(), st.integers(0, 3) | st.none()), max_size=12
)


def rows_of(*names: str | None, **columns: list[object]) -> pd.DataFrame:
    gids = [str(1 + i) for i in range(len(names))]
    return pd.DataFrame({"gid": gids, "name": list(names), **columns})


@given(_ROWS)
@example([("A · 2", None, None), ("A", None, None), ("A", None, None)])
@example([("A · x", None, None), ("A", "x", None), ("A", "y", None)])
def test_no_two_labels_are_alike_and_each_is_a_line(
    rows: list[tuple[str | None, str | None, int | None]],
) -> None:
    frame = rows_of(
        *(name for name, _, _ in rows),
        team_name=[team for _, team, _ in rows],
        depth=[depth for _, _, depth in rows],
    )

    found = build_labels(frame, qualifiers=["team_name"])

    assert len(set(found)) == len(found) == len(rows)
    assert all(len(label.splitlines()) == 1 for label in found)
    longest = 2 * MAX_LENGTH + len("\u00a0" * 12 + " ·  · 12" * 2)
    assert all(len(label) <= longest for label in found)


@given(st.text(max_size=300))
def test_a_short_name_is_one_line_of_at_most_eighty_characters(name: str) -> None:
    found = shorten_name(name)

    assert 1 <= len(found) <= MAX_LENGTH
    assert found.splitlines() == [found]


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_typed_is_found_in_a_name_that_has_it(before: str, typed: str) -> None:
    assert fold_text(typed) in fold_text(before + typed)


def test_names_that_are_alike_have_their_team_beside_them() -> None:
    rows = rows_of("Site", "Site", "Fair", team_name=["Sales", "Growth", "Sales"])

    assert build_labels(rows, qualifiers=["team_name"]) == [
        "Site · Sales",
        "Site · Growth",
        "Fair",
    ]


def test_names_that_are_alike_in_one_team_have_their_gid_beside_them() -> None:
    rows = rows_of("Site", "Site", team_name=["Sales", "Sales"])

    assert build_labels(rows, qualifiers=["team_name"]) == ["Site · 1", "Site · 2"]


def test_equal_names_are_told_apart_by_what_differs_first() -> None:
    rows = rows_of(
        *["Site"] * 4,
        team_name=["Sales", "Sales", "Sales", None],
        owner_name=["Ada", "Bo", "Bo", "Bo"],
        due_on=pd.to_datetime(["2026-01-05", "2026-01-05", "2026-12-31", None]),
    )

    found = build_labels(rows, qualifiers=["team_name", "owner_name", "due_on"])

    assert found == [
        "Site · Sales · Ada",
        "Site · Sales · Bo · due 5 Jan 2026",
        "Site · Sales · Bo · due 31 Dec 2026",
        "Site",
    ]


def test_a_column_that_is_the_same_for_equal_names_is_left_out() -> None:
    rows = rows_of(
        "Call", "Call", "Mail", projects_names=[("A", "B")] * 3, assignee_name=["Ada", None, "Bo"]
    )

    found = build_labels(rows, qualifiers=["projects_names", "assignee_name"])

    assert found == ["Call · Ada", "Call", "Mail"]


def test_a_missing_name_has_a_label() -> None:
    assert build_labels(rows_of(None, " \n ")) == [f"{NAMELESS} · 1", f"{NAMELESS} · 2"]


def test_a_row_without_a_depth_stands_at_the_top() -> None:
    rows = rows_of("Goal", "Below", depth=[None, 1])

    assert build_labels(rows) == ["Goal", "\u00a0" * 4 + "Below"]


def test_accents_and_case_make_no_difference() -> None:
    assert fold_text("Ärger Straße") == fold_text("arger STRASSE")


def test_html_and_emoji_stay_as_they_are() -> None:
    name = "<script>alert(1)</script> 🎉"

    assert build_labels(rows_of(name)) == [name]


class _LocalDay(datetime):
    """A day that formats itself as a German locale does."""

    def __format__(self, form: str) -> str:
        return super().__format__(form).replace("Dec", "Dez")


def test_due_dates_that_tell_names_apart_are_in_english_in_any_locale() -> None:
    days: list[object] = [_LocalDay(2026, 12, 1), _LocalDay(2026, 12, 24)]

    found = build_labels(rows_of("Plan", "Plan", due_on=days), qualifiers=["due_on"])

    assert found == ["Plan · due 1 Dec 2026", "Plan · due 24 Dec 2026"]
