"""Headers in words: what a person calls a column, and each of them once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asana_frames.export.column_headers import write_headers


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("person_name", "Person"),
        ("time_period_display_name", "Time period"),
        ("parent_names", "Parents"),
        ("project_gid", "Project gid"),
        ("days_since_status", "Days since status"),
        ("days_p50", "Days (50\u00a0%)"),
        ("is_behind", "Behind"),
        ("completed_at", "Completed"),
        ("cf_Story points", "Story points"),
        ("2026-11-02 (part)", "2\u00a0Nov 2026 (part)"),
        ("Zoe Ng", "Zoe Ng"),
        ("name", "Name"),
        ("", ""),
    ],
)
def test_a_header_is_what_a_person_calls_the_column(name: str, header: str) -> None:
    assert write_headers([name]) == [header]


def test_a_longer_form_is_taken_where_the_short_one_is_another_column() -> None:
    names = ["owner", "owner_name", "due_on", "due_at", "cf_Due on"]

    assert write_headers(names) == ["Owner", "Owner name", "Due", "Due at", "Due on"]


@given(st.lists(st.sampled_from(["cf_gid", "gid", "Gid", "due_on", "due_at", "cf_Due", "due"])))
def test_no_header_is_there_twice_in_whatever_case(names: list[str]) -> None:
    headers = write_headers(names)

    assert len(headers) == len(names)
    assert len({header.casefold() for header in headers}) == len(names)
