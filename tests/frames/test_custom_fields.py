"""Custom fields become columns, typed by kind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames import FrameBuilder
from asana_frames.frames.custom_field_columns import DeclaredField
from tests import twists

PATHS = ("name", "custom_fields")
MOMENT = "2026-03-02T22:15:00.000Z"


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
        "cf_Launch_at": "datetime64[us, UTC]",
        "cf_Work": "object",
        "cf_Ticket": "str",
        "cf_Rate": "Float64",
        "cf_Odd": "str",
    }
    first = frame.iloc[0]
    assert first["cf_Channels"] == ("Web", "TV")
    assert first["cf_Owners_gids"] == ("7",)
    assert first["cf_Launch"] == pd.Timestamp("2026-03-02")
    assert pd.isna(first["cf_Launch_at"])
    assert frame.iloc[1][["cf_Channels", "cf_Owners"]].tolist() == [(), ()]
    assert frame.iloc[1][["cf_Points", "cf_Note", "cf_Priority", "cf_Launch"]].isna().all()


@pytest.mark.parametrize("day", ["2026-03-03", None])
def test_a_date_is_a_day_and_a_moment_where_a_time_was_set(day: str | None) -> None:
    value = {"date": day, "date_time": "2026-03-02T22:15:00.000Z"}

    frame = framed([entry("1", "When", "date", date_value=value)])

    # The day is the one that Asana shows, even if it is another in UTC.
    assert frame["cf_When"].tolist() == [pd.Timestamp(day or "2026-03-02")]
    assert frame["cf_When_at"].tolist() == [pd.Timestamp("2026-03-02 22:15", tz="UTC")]
    assert frame[["cf_When", "cf_When_at"]].dtypes.astype(str).tolist() == [
        "datetime64[us]",
        "datetime64[us, UTC]",
    ]


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


def test_fields_of_one_name_and_kind_share_a_column() -> None:
    def priority(gid: str, name: str | None) -> list[dict[str, Any]]:
        return [entry(gid, "Priority", "enum", enum_value=name and {"name": name})]

    frame = framed(
        priority("1", "High"),
        priority("2", "Urgent"),
        [],
        priority("2", None),
        priority("1", "Low"),
        options={"1": ("Low", "High"), "2": ("High", "Urgent", "Never")},
    )

    shown = frame["cf_Priority"].astype(object).fillna("").tolist()
    assert shown == ["High", "Urgent", "", "", "Low"]
    assert frame["cf_Priority"].cat.categories.tolist() == ["Low", "High", "Urgent", "Never"]
    assert len(frame.filter(like="cf_").columns) == 1
    assert "hidden_custom_field_values" not in frame.attrs["asana"]
    long = af.custom_fields(frame)
    assert long.iloc[:, 0].tolist() == ["0", "1", "4"]
    assert long["custom_field_gid"].tolist() == ["1", "2", "1"]


def test_a_column_is_the_same_for_one_project_and_after_one_more() -> None:
    one = [entry("1", "Owners", "people", people_value=[{"gid": "7", "name": "Zoe"}])]
    more = [entry("2", "Owners", "people", people_value=[{"gid": "8", "name": "Ann"}])]

    before, after = framed(one), framed(one, more)

    assert before.dtypes.equals(after.dtypes)
    assert after["cf_Owners"].tolist() == [("Zoe",), ("Ann",)]
    assert after["cf_Owners_gids"].tolist() == [("7",), ("8",)]


VALUES: dict[str, tuple[str, Any, Any, Any]] = {
    # Key of the value, two values and an empty one.
    "number": ("number_value", 1, 2, None),
    "text": ("text_value", "a", "b", None),
    "enum": ("enum_value", {"name": "A"}, {"name": "B"}, None),
    "multi_enum": ("multi_enum_values", [{"name": "A"}], [{"name": "B"}], []),
    "people": ("people_value", [{"gid": "7", "name": "Z"}], [{"gid": "8", "name": "A"}], []),
    "date": ("date_value", {"date": "2026-03-02"}, {"date": "2026-03-03"}, None),
    "reference": ("reference_value", [{"gid": "7", "name": "Z"}], [{"gid": "8", "name": "A"}], []),
}


@pytest.mark.parametrize("kind", sorted(VALUES))
def test_of_two_fields_of_one_name_in_a_row_the_first_with_a_value_shows(kind: str) -> None:
    key, one, two, nothing = VALUES[kind]

    def row(first: Any, second: Any) -> list[dict[str, Any]]:
        return [entry("1", "F", kind, **{key: first}), entry("2", "F", kind, **{key: second})]

    alone = framed([entry("1", "F", kind, **{key: one})], [entry("2", "F", kind, **{key: two})])
    frame = framed(
        row(one, two), row(nothing, two), row(one, nothing), row(nothing, nothing), row(two, one)
    )

    shown = frame["cf_F"].astype(object).tolist()
    first, second = alone["cf_F"].astype(object).tolist()
    assert [shown[place] for place in (0, 1, 2, 4)] == [first, second, first, second]
    assert shown[3] == () if isinstance(first, tuple) else pd.isna(shown[3])
    assert frame.attrs["asana"]["hidden_custom_field_values"] == {"cf_F": 2}
    separate = [[entry("1", "F", kind, **{key: one})], [], [entry("2", "F", kind, **{key: two})]]
    expected = af.custom_fields(framed(*separate))
    long = af.custom_fields(frame)
    of_first_row = long[long.iloc[:, 0] == "0"].reset_index(drop=True)
    assert_frame_equal(of_first_row.iloc[:, 1:], expected.iloc[:, 1:])
    assert len(long) == 6
    assert frame.dtypes.astype(str).equals(alone.dtypes.astype(str))


def test_values_that_a_dropped_or_repeated_row_hides_are_not_counted() -> None:
    builder = FrameBuilder(columns_of("task", PATHS))
    both = [entry("1", "F", "number", number_value=1), entry("2", "F", "number", number_value=2)]
    body = msgspec.json.encode({"data": [{"gid": "5", "custom_fields": both}]})
    listings = [builder.start_listing() for _ in range(3)]
    for listing in listings:
        builder.append(body, listing)
    builder.drop_listing(listings[0])

    frame = builder.frame()

    assert frame.attrs["asana"]["hidden_custom_field_values"] == {"cf_F": 1}
    assert af.custom_fields(frame)["number_value"].tolist() == [1, 2]


def test_fields_of_one_name_and_different_kinds_have_columns_of_their_own() -> None:
    rows = [
        [
            entry("1", "Stage", "text", text_value="a"),
            entry("2", "Stage", "number", number_value=2),
        ],
        [entry("3", "Stage", "number", number_value=3)],
        [entry("4", "Stage", "hologram", display_value="x")],
    ]

    frame = framed(*rows)

    assert list(frame.columns[2:]) == ["cf_Stage", "cf_Stage_number", "cf_Stage_hologram"]
    assert frame["cf_Stage"].fillna("").tolist() == ["a", "", ""]
    assert frame["cf_Stage_number"].fillna(-1).tolist() == [2, 3, -1]


@pytest.mark.parametrize("has_rows", [True, False])
def test_the_first_parent_has_the_plain_name_whether_or_not_it_has_rows(has_rows: bool) -> None:
    builder = FrameBuilder(columns_of("task", PATHS))
    first, second = builder.start_listing(place=0), builder.start_listing(place=1)
    fields = [
        entry("2", "Size", "number", number_value=2),
        entry("1", "Size", "text", text_value="a"),
    ]
    for listing, field in ((second, fields[0]), (first, fields[1])):
        if listing == second or has_rows:
            record = {"gid": field["gid"], "custom_fields": [field]}
            builder.append(msgspec.json.encode({"data": [record]}), listing)
    if not has_rows:
        builder.declare_custom_fields([DeclaredField("1", "Size", "text", place=0)])

    frame = builder.frame()

    assert frame.dtypes.astype(str)[["cf_Size", "cf_Size_number"]].tolist() == ["str", "Float64"]


@pytest.mark.parametrize("is_people_first", [False, True])
def test_a_field_called_like_the_gids_of_another_is_kept(is_people_first: bool) -> None:
    people = entry("2", "A", "people", people_value=[{"gid": "7", "name": "Zoe"}])
    text = entry("1", "A_gids", "text", text_value="hello")

    frame = framed([people, text] if is_people_first else [text, people])

    texts, gids = (
        ("cf_A_gids_text", "cf_A_gids") if is_people_first else ("cf_A_gids", "cf_A_people_gids")
    )
    assert frame[texts].tolist() == ["hello"]
    assert frame[gids].tolist() == [("7",)]
    assert len(frame.filter(like="cf_").columns) == 3


def test_no_field_is_lost_among_names_like_those_of_columns() -> None:
    names = ["A", "A", "A_text", "A_number", "A_2", "A_2", "A_text_1", "A_number_2"]
    row = [
        entry(str(place), name, kind, text_value=f"{place}", number_value=place)
        for place, (name, kind) in enumerate(
            (name, kind) for name in names for kind in ("text", "number")
        )
    ]

    frame = framed(row)

    # Fields of one name and kind share a column.
    assert len(frame.filter(like="cf_").columns) == 2 * len(set(names))


def test_rows_with_different_fields_line_up() -> None:
    one, two = entry("1", "A", "number", number_value=1), entry("2", "B", "number", number_value=2)

    frame = framed([one, two], [two], [], [two, one])

    assert frame["cf_A"].fillna(-1).tolist() == [1, -1, -1, 1]
    assert frame["cf_B"].fillna(-1).tolist() == [2, 2, -1, 2]


def test_declared_fields_are_columns_without_rows() -> None:
    builder = FrameBuilder(columns_of("task", PATHS))
    builder.declare_custom_fields(
        [DeclaredField("1", "Points", "number"), DeclaredField("2", "Priority", "enum")]
    )

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


def test_empty_values_and_missing_items_are_missing_or_left_out() -> None:
    zoe = {"gid": "7", "name": "Zoe"}
    row = [
        entry("1", "Priority", "enum", enum_value=None),
        entry("2", "Channels", "multi_enum", multi_enum_values=[None, {"name": "Web"}]),
        entry("3", "Owners", "people", people_value=[zoe, None]),
        entry("4", "Launch", "date", date_value=None),
        entry("5", "Start", "date", date_value={"date": None, "date_time": None}),
        entry("6", "Work", "reference", reference_value=None),
    ]

    first = framed(row).iloc[0]

    assert first[["cf_Priority", "cf_Launch", "cf_Start"]].isna().all()
    assert first["cf_Channels"] == ("Web",)
    assert (first["cf_Owners"], first["cf_Owners_gids"]) == (("Zoe",), ("7",))
    assert first["cf_Work"] == ()


@pytest.mark.parametrize(
    ("subtype", "representation", "dtype"),
    [
        ("number", None, "Float64"),
        ("number", "formula", "Float64"),
        ("text", "formula", "str"),
        ("text", "number", "Float64"),
        (None, None, "str"),
        (None, "formula", "str"),
    ],
)
def test_a_field_is_of_its_representation_and_a_formula_of_what_it_computes(
    subtype: str | None, representation: str | None, dtype: str
) -> None:
    field = entry("1", "F", "number", number_value=2, text_value="2", display_value="2")

    frame = framed([field | {"resource_subtype": subtype, "representation_type": representation}])

    assert str(frame["cf_F"].dtype) == dtype
    assert frame["cf_F"].astype(float).tolist() == [2.0]


def test_a_field_without_a_name_is_called_by_its_gid() -> None:
    nameless = entry("12", "", "text", text_value="x")

    assert framed([nameless])["cf_12"].tolist() == ["x"]


#: Fields of rows: gids of fields, each with a number of its own.
ROWS = st.lists(st.lists(st.sampled_from("1234"), unique=True, max_size=4), max_size=6)


@settings(max_examples=25, deadline=None)
@given(pages=st.lists(ROWS, max_size=3), random=st.randoms(use_true_random=False))
def test_values_are_beside_their_rows_and_fields_come_as_the_rows_show_them(
    pages: list[list[list[str]]], random: Any
) -> None:
    builder = FrameBuilder(columns_of("task", PATHS))
    numbers = [builder.start_listing() for _ in pages]
    arrivals = list(zip(numbers, pages, strict=True))
    random.shuffle(arrivals)
    for number, rows in arrivals:
        records = [
            {
                "gid": f"{number}-{place}",
                "custom_fields": [
                    entry(gid, f"F{gid}", "number", number_value=100 * number + 10 * place + at)
                    for at, gid in enumerate(gids)
                ],
            }
            for place, gids in enumerate(rows)
        ]
        builder.append(msgspec.json.encode({"data": records}), number)

    frame = builder.frame()

    found = frame.drop(columns=["name"]).set_index("gid").astype(float)
    cells = {
        (f"{number}-{place}", f"cf_F{gid}"): float(100 * number + 10 * place + at)
        for number, rows in enumerate(pages)
        for place, gids in enumerate(rows)
        for at, gid in enumerate(gids)
    }
    assert {key: value for key, value in found.stack().items() if value == value} == cells
    # Fields of one row come in its order unless an earlier row has shown one of them.
    assert list(found.columns) == list(dict.fromkeys(name for _, name in cells))


def test_the_long_form_has_each_kind_in_its_column() -> None:
    people = [{"gid": "7", "name": "Zoe"}]
    frame = framed(
        [
            entry("1", "Priority", "enum", enum_value={"name": "High"}),
            entry("2", "Channels", "multi_enum", multi_enum_values=[{"name": "Web"}]),
            entry("3", "Owners", "people", people_value=people),
            entry("4", "Launch", "date", date_value={"date": "2026-03-02", "date_time": None}),
            entry("5", "Free_gids", "text", text_value="x"),
            entry("6", "When", "date", date_value={"date": "2026-03-03", "date_time": MOMENT}),
        ],
        [entry("2", "Channels", "multi_enum", multi_enum_values=[])],
    )

    long = af.custom_fields(frame).set_index("custom_field")

    assert long["object_gid"].tolist() == ["0"] * 6
    assert long["text_value"].dropna().to_dict() == {"Priority": "High", "Free_gids": "x"}
    assert long["date_value"].dropna().to_dict() == {
        "Launch": pd.Timestamp("2026-03-02"),
        "When": pd.Timestamp("2026-03-03"),
    }
    assert long["datetime_value"].dropna().to_dict() == {"When": pd.Timestamp(MOMENT)}
    assert long["values"][long["values"].map(len) > 0].to_dict() == {
        "Channels": ("Web",),
        "Owners": ("Zoe",),
    }
    assert long["number_value"].isna().all()


def test_the_long_form_needs_gids() -> None:
    with pytest.raises(af.InvalidArgument, match='no "gid" column'):
        af.custom_fields(framed([]).drop(columns="gid"))


def fields_of_every_kind() -> pd.DataFrame:
    date = {"date": "2026-03-02", "date_time": MOMENT}
    rows = [
        [
            entry("1", "Points", "number", number_value=3),
            entry("2", "Note", "text", text_value="a; b"),
            entry("3", "Channels", "multi_enum", multi_enum_values=[{"name": "W;eb"}]),
            entry("4", "Owners", "people", people_value=[{"gid": "7", "name": "Zoe"}]),
            entry("5", "Launch", "date", date_value=day),
        ]
        for day in (date, date, None)
    ]
    frame = framed(*rows)
    frame.attrs.clear()
    return frame


def arrow_text(frame: pd.DataFrame) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    af.export.to_csv(frame, "frame.csv", lists="json")
    read = pd.read_csv("frame.csv", dtype_backend="pyarrow", dtype={"gid": "string[pyarrow]"})
    return read.convert_dtypes(dtype_backend="pyarrow")


def json_lists(frame: pd.DataFrame) -> pd.DataFrame:
    names = ["cf_Channels", "cf_Owners", "cf_Owners_gids"]
    return frame.assign(**{name: frame[name].map(list).map(json.dumps) for name in names})


def all_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    return frame.convert_dtypes(dtype_backend="pyarrow")


@pytest.mark.parametrize(
    "twist",
    [
        *(twists.nanoseconds, twists.objects, twists.parquet_as_arrow, twists.parquet_of_pandas),
        *(twists.lists, twists.arrays, json_lists, all_arrow),
        lambda frame: json_lists(frame).astype(object),
        lambda frame: frame.assign(cf_Launch_at=frame["cf_Launch_at"].astype(str)),
        lambda frame: frame.assign(cf_Launch_at=frame["cf_Launch_at"].dt.tz_localize(None)),
    ],
)
def test_the_long_form_of_a_frame_that_others_wrote_has_the_same_fields(
    twist: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = fields_of_every_kind()

    made = af.custom_fields(twist(frame.copy()))

    assert_frame_equal(made.drop(columns="kind"), af.custom_fields(frame).drop(columns="kind"))


def test_the_long_form_of_text_of_arrow_has_no_other_fields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    frame = fields_of_every_kind()

    made, plain = af.custom_fields(arrow_text(frame)), af.custom_fields(frame)

    names = ["custom_field", "number_value", "datetime_value", "values", "value_gids"]
    assert_frame_equal(made[names], plain[names])


def test_a_date_field_that_nothing_calls_a_moment_is_one_of_its_own() -> None:
    days = pd.to_datetime(["2026-03-02"]).as_unit("us")

    made = af.custom_fields(pd.DataFrame({"gid": ["1"], "cf_Due": days, "cf_Due_at": days}))

    assert made["custom_field"].tolist() == ["Due", "Due_at"]


def test_empty_text_is_no_value_of_a_field() -> None:
    made = af.custom_fields(pd.DataFrame({"gid": ["1", "2"], "cf_Note": ["", "x"]}))

    assert made["text_value"].tolist() == ["x"]
