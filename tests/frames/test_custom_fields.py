"""Custom fields become columns, typed by kind."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pandas as pd

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder

PATHS = ("name", "custom_fields")


def entry(gid: str, name: str, kind: str, **value: Any) -> dict[str, Any]:
    return {
        "gid": gid,
        "name": name,
        "representation_type": kind,
        "resource_subtype": kind,
    } | value


def framed(*rows: list[dict[str, Any]], options: dict[str, tuple[str, ...]] | None = None) -> Any:
    builder = FrameBuilder(columns_of("task", PATHS))
    records = [{"gid": str(place), "custom_fields": row} for place, row in enumerate(rows)]
    builder.append(msgspec.json.encode({"data": records}), builder.start_listing())
    return builder.frame(options)


def test_every_kind_has_its_dtype() -> None:
    row = [
        entry("1", "Points", "number", number_value=3),
        entry("2", "Note", "text", text_value="x"),
        entry("3", "Priority", "enum", enum_value={"name": "High"}),
        entry("4", "Channels", "multi_enum", multi_enum_values=[{"name": "Web"}, {"name": "TV"}]),
        entry("5", "Owners", "people", people_value=[{"gid": "7", "name": "Zoe"}]),
        entry("6", "Launch", "date", date_value={"date": "2026-03-02", "date_time": None}),
        entry("7", "Work", "reference", reference_value=[{"gid": "8", "name": "Site"}]),
        entry("8", "Ticket", "custom_id", display_value="ACME-1"),
        entry("9", "Rate", "formula", number_value=1.5) | {"resource_subtype": "number"},
        entry("10", "Odd", "hologram", display_value="shown"),
    ]

    frame = framed(row, [])

    dtypes = frame.filter(like="cf_").dtypes.astype(str).to_dict()
    assert dtypes == {
        "cf_Points": "Float64",
        "cf_Note": "str",
        "cf_Priority": "category",
        "cf_Channels": "object",
        "cf_Owners": "object",
        "cf_Owners_gids": "object",
        "cf_Launch": "datetime64[us]",
        "cf_Work": "object",
        "cf_Ticket": "str",
        "cf_Rate": "Float64",
        "cf_Odd": "str",
    }
    first = frame.iloc[0]
    assert first["cf_Channels"] == ("Web", "TV")
    assert first["cf_Owners_gids"] == ("7",)
    assert first["cf_Launch"] == pd.Timestamp("2026-03-02")
    assert frame.iloc[1][["cf_Channels", "cf_Owners"]].tolist() == [(), ()]
    assert frame.iloc[1][["cf_Points", "cf_Note", "cf_Priority", "cf_Launch"]].isna().all()


def test_a_date_with_a_time_is_its_utc_clock_time() -> None:
    value = {"date": "2026-03-02", "date_time": "2026-03-02T22:15:00.000Z"}

    frame = framed([entry("1", "When", "date", date_value=value)])

    assert frame["cf_When"].iloc[0] == pd.Timestamp("2026-03-02 22:15")
    assert str(frame["cf_When"].dtype) == "datetime64[us]"


def test_an_enum_has_the_order_of_its_definition_and_unknown_options_come_last() -> None:
    rows = [
        [entry("1", "P", "enum", enum_value={"name": name})] for name in ("High", "Odd", "Low")
    ]

    frame = framed(*rows, options={"1": ("Low", "Medium", "High")})

    assert frame["cf_P"].cat.categories.tolist() == ["Low", "Medium", "High", "Odd"]
    assert frame["cf_P"].tolist() == ["High", "Odd", "Low"]
    assert str(frame["cf_P"].cat.categories.dtype) == "str"


def test_an_enum_without_a_definition_has_the_order_of_appearance() -> None:
    rows = [[entry("1", "P", "enum", enum_value={"name": name})] for name in ("B", "A", "B")]

    assert framed(*rows)["cf_P"].cat.categories.tolist() == ["B", "A"]


def test_two_fields_of_one_name_get_their_gids() -> None:
    frame = framed(
        [
            entry("1", "Stage", "text", text_value="a"),
            entry("2", "Stage", "number", number_value=2),
        ]
    )

    assert frame["cf_Stage_1"].tolist() == ["a"]
    assert frame["cf_Stage_2"].tolist() == [2.0]


def test_a_field_called_like_the_gids_of_another_is_kept() -> None:
    people = entry("2", "A", "people", people_value=[{"gid": "7", "name": "Zoe"}])

    frame = framed([entry("1", "A_gids", "text", text_value="hello"), people])

    assert frame["cf_A_gids"].tolist() == ["hello"]
    assert frame["cf_A_2_gids"].tolist() == [("7",)]


def test_rows_with_different_fields_line_up() -> None:
    one, two = entry("1", "A", "number", number_value=1), entry("2", "B", "number", number_value=2)

    frame = framed([one, two], [two], [], [two, one])

    assert frame["cf_A"].fillna(-1).tolist() == [1, -1, -1, 1]
    assert frame["cf_B"].fillna(-1).tolist() == [2, 2, -1, 2]


def test_declared_fields_are_columns_without_rows() -> None:
    builder = FrameBuilder(columns_of("task", PATHS))
    builder.declare_custom_fields([("1", "Points", "number"), ("2", "Priority", "enum")])

    frame = builder.frame({"2": ("Low", "High")})

    assert frame.dtypes.astype(str)[["cf_Points", "cf_Priority"]].tolist() == [
        "Float64",
        "category",
    ]
    assert frame["cf_Priority"].cat.categories.tolist() == ["Low", "High"]


def test_the_long_form_has_one_row_per_value() -> None:
    frame = framed(
        [
            entry("1", "Points", "number", number_value=3),
            entry("2", "Note", "text", text_value=None),
        ],
        [
            entry("1", "Points", "number", number_value=5),
            entry("2", "Note", "text", text_value="x"),
        ],
    )

    long = af.custom_fields(frame)

    assert long["custom_field"].tolist() == ["Points", "Points", "Note"]
    assert long["number_value"].fillna(-1).tolist() == [3, 5, -1]
    assert long["text_value"].tolist() == [np.nan, np.nan, "x"]


def test_the_long_form_of_nothing_has_the_same_columns() -> None:
    some = af.custom_fields(framed([entry("1", "Points", "number", number_value=3)]))
    none = af.custom_fields(framed())

    assert list(some.dtypes.items()) == list(none.dtypes.items())
