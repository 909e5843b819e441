"""Tables of results: pages, order of rows and columns, and cells as people read them."""

from __future__ import annotations

import re
import sys
import types
from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest
import traitlets

import asana_frames as af
from asana_frames.display.cells import MISSING
from asana_frames.widgets.explorer.result_table import AS_READ, PAGE_ROWS, ResultTable
from tests.widgets import screen


def shown(frame: pd.DataFrame) -> ResultTable:
    table = ResultTable()
    table.show(frame)
    return table


def column(table: ResultTable, place: int) -> list[str]:
    """Return the cells of a column of the page that is shown."""
    rows = re.findall(r"<tr>(.*?)</tr>", table.html)[1:]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)[place] for row in rows]


def heads(table: ResultTable) -> list[str]:
    return re.findall(r'<th scope="col">(.*?)</th>', table.html)


def numbered(count: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"gid": [str(n) for n in range(count)], "name": [f"n{n:03}" for n in range(count)]}
    )


def test_rows_are_shown_page_by_page() -> None:
    table = shown(numbered(2 * PAGE_ROWS + 5))
    first, has_previous = column(table, 0), not screen.control(table, "Previous").disabled

    screen.press(table, "Next")
    second = column(table, 0)
    screen.write(table, "Page", "3")
    third = column(table, 0)

    assert (first[0], second[0], third) == ("n000", "n020", [f"n{n:03}" for n in range(40, 45)])
    assert not has_previous
    assert screen.control(table, "Next").disabled
    assert "of 3" in screen.said(table)


@pytest.mark.parametrize("typed", ["0", "4", "-1", "1.5", "two", "", "9" * 5_000])
def test_a_text_that_is_not_a_page_is_told_and_turns_no_page(typed: str) -> None:
    table = shown(numbered(2 * PAGE_ROWS + 5))
    screen.press(table, "Next")

    screen.write(table, "Page", typed)

    assert screen.alerts(table) == ["Type a page from 1 to 3."]
    assert column(table, 0)[0] == "n020"
    screen.press(table, "Next")
    assert screen.alerts(table) == []
    assert screen.control(table, "Page").value == "3"
    assert column(table, 0)[0] == "n040"


def test_a_click_that_comes_after_the_last_page_turns_no_page() -> None:
    table = shown(numbered(PAGE_ROWS + 5))

    for _ in range(3):
        screen.press(table, "Next")

    assert column(table, 0)[0] == "n020"


def test_one_page_needs_no_buttons() -> None:
    table = shown(numbered(PAGE_ROWS))

    paging = table.children[1].children[1]

    assert paging.layout.display == "none"


def test_sorting_goes_over_all_rows_and_back_to_the_first_page() -> None:
    frame = numbered(50).assign(name=lambda rows: rows["name"].iloc[::-1].tolist())
    table = shown(frame)
    screen.press(table, "Next")

    screen.write(table, "Sort by", "name")
    ascending = column(table, 0)[0]
    screen.control(table, "Descending").value = True
    descending = column(table, 0)[0]
    screen.pick(table, "Sort by", AS_READ)

    assert (ascending, descending) == ("n000", "n049")
    assert column(table, 0)[0] == "n049"
    assert screen.control(table, "Page").value == "1"


@pytest.mark.parametrize(
    ("values", "ascending"),
    [
        (pd.array([3, None, 1], dtype="Int64"), ["1", "3", MISSING]),
        (
            pd.to_datetime(["2026-03-01", None, "2026-01-01"]),
            ["2026-01-01", "2026-03-01", MISSING],
        ),
        ([("b",), (), ("a", "c")], ["a; c", "b", MISSING]),
        (["B", None, "a"], ["a", "B", MISSING]),
        (["b", np.nan, 1], ["1", "b", MISSING]),
        (pd.array([True, None, False], dtype="boolean"), ["no", "yes", MISSING]),
        (
            pd.Categorical(["low", None, "high"], categories=["high", "low"], ordered=True),
            ["high", "low", MISSING],
        ),
    ],
)
def test_a_column_of_any_kind_is_sorted_with_what_is_missing_last(
    values: Any, ascending: list[str]
) -> None:
    table = shown(pd.DataFrame({"name": ["x", "y", "z"], "value": values}))

    screen.write(table, "Sort by", "value")

    assert column(table, 1) == ascending


def test_a_column_that_does_not_exist_is_told_and_sorts_nothing() -> None:
    table = shown(numbered(30))

    screen.write(table, "Sort by", "nme")

    assert screen.alerts(table) == ["No column is called “nme”. 1 begins with “n”: name."]
    assert column(table, 0)[0] == "n000"


def test_the_name_comes_first_the_gids_last_and_what_is_empty_between(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch", limit=30)

    found = heads(shown(tasks.assign(notes=None, tags_names=[()] * len(tasks))))
    gids = [name for name in found if name.endswith(("gid", "gids"))]
    others = [name for name in found if name not in gids]

    assert sorted(name.removesuffix(" (UTC)") for name in found) == sorted(tasks.columns)
    assert found[:4] == ["name", "assignee_name", "due_on", "completed"]
    assert found == [*others, *gids]
    assert found[-1] == "gid"
    assert others.index("notes") > others.index("permalink_url")
    assert others.index("tags_names") > others.index("permalink_url")


def test_cells_are_read_without_knowing_pandas() -> None:
    frame = pd.DataFrame(
        {
            "name": ["<b>"],
            "day": pd.to_datetime(["2026-11-02"]),
            "moment": pd.to_datetime(["2026-11-02T09:15:30Z"]),
            "local": pd.to_datetime(["2026-11-02T09:15:30Z"]).tz_convert("Asia/Tokyo"),
            "hours": [1234.5],
            "count": pd.array([1234], dtype="Int64"),
            "flag": pd.array([True], dtype="boolean"),
            "names": [("Ana", "Bo")],
            "nothing": [pd.NA],
            "long": ["word " * 100],
        }
    )

    table = shown(frame)

    cells = dict(zip(heads(table), [column(table, n)[0] for n in range(10)], strict=True))
    assert cells.pop("long").startswith("word word")
    assert 'title="word word' in table.html
    assert cells == {
        "name": "&lt;b&gt;",
        "day": "2026-11-02",
        "moment (UTC)": "2026-11-02 09:15",
        "local (UTC)": "2026-11-02 09:15",
        "hours": "1,234.5",
        "count": "1,234",
        "flag": "yes",
        "names": "Ana; Bo",
        "nothing": MISSING,
    }


def test_another_frame_begins_anew() -> None:
    table = shown(numbered(50))
    screen.write(table, "Sort by", "name")
    screen.press(table, "Next")
    widgets = table.children

    table.show(numbered(3))

    assert column(table, 0) == ["n000", "n001", "n002"]
    assert screen.control(table, "Sort by").placeholder == AS_READ
    assert screen.control(table, "Page").value == "1"
    assert not screen.is_shown(table, "Page")
    assert table.children == widgets


def test_rows_are_sorted_and_paged_while_no_run_shows_others() -> None:
    table, held = shown(numbered(50)), []
    table._rows.observe(lambda _: held.append(screen.is_lock_held()), "value")

    screen.write(table, "Sort by", "name")
    screen.control(table, "Descending").set_state({"value": True})
    screen.press(table, "Next")

    assert held
    assert all(held)


def test_the_frame_is_left_as_it_was(asana: af.Asana) -> None:
    tags = asana.tags.list(workspace="Acme")
    before = tags.copy()

    screen.write(shown(tags), "Sort by", "name")

    pd.testing.assert_frame_equal(tags, before)


def test_itables_draws_the_rows_where_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    class ITable(ipw.HTML):
        # Text, as that of itables is.
        style = traitlets.Unicode()

        def __init__(self, frame: pd.DataFrame, **options: Any) -> None:
            super().__init__(value=", ".join(frame.columns))
            self.frame, self.given = frame, options

    module = types.ModuleType("itables.widget")
    module.ITable = ITable  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "itables", types.ModuleType("itables"))
    monkeypatch.setitem(sys.modules, "itables.widget", module)

    table = shown(numbered(3).assign(tags_names=[(), ("a",), ()], hours=[1.5, None, 2]))
    (drawn,) = table.children
    table.show(pd.DataFrame({"name": []}))

    assert isinstance(drawn, ITable)
    assert drawn.layout.comm is None
    assert list(drawn.frame.columns) == ["name", "tags_names", "hours", "gid"]
    assert drawn.frame["tags_names"].tolist() == [MISSING, "a", MISSING]
    assert drawn.frame["hours"].tolist() == ["1.5", "", "2.0"]
    assert drawn.given["allow_html"] is False
    assert "No rows." in screen.said(table)
