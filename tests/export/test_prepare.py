"""What every writer does first: labels of rows become columns, and arguments are checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import InvalidArgument
from asana_frames.export.prepare import keep_index, prepare_frame
from asana_frames.frames import STR


@pytest.fixture
def hours() -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "person_name": pd.array(["Ana", "Ana", "Bo"], STR),
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-09", "2026-03-02"]),
            "hours": pd.array([1.5, 2.0, 4.0], "Float64"),
        }
    )
    frame.attrs["asana"] = {"operation": "time_tracking_entries.list"}
    return frame


@pytest.mark.parametrize("rows", [slice(None), slice(None, None, -1), slice(1, 2), slice(0)])
def test_integers_that_only_number_rows_are_left_out(hours: pd.DataFrame, rows: slice) -> None:
    made = keep_index(hours.iloc[rows])
    pd.testing.assert_frame_equal(made, hours.iloc[rows].reset_index(drop=True))
    assert made.attrs == hours.attrs


@pytest.mark.parametrize("keys", [["person_name"], ["person_name", "entered_on"]])
def test_named_levels_become_the_first_columns(hours: pd.DataFrame, keys: list[str]) -> None:
    made = keep_index(hours.set_index(keys))
    pd.testing.assert_frame_equal(made, hours[[*keys, *hours.columns.drop(keys)]])
    assert made.attrs == hours.attrs


@pytest.mark.parametrize(
    ("change", "first"),
    [
        (lambda hours: hours.groupby("person_name")["hours"].sum().to_frame(), ["person_name"]),
        (lambda hours: hours["person_name"].value_counts().to_frame(), ["person_name"]),
        (lambda hours: hours.describe(), ["index"]),
        (lambda hours: hours.set_index("entered_on").rename_axis(None), ["index"]),
        (
            lambda hours: hours.assign(index=1).set_index("person_name").rename_axis(None),
            ["level_0"],
        ),
        (lambda hours: pd.concat({"a": hours, "b": hours}), ["level_0"]),
        (lambda hours: hours.rename_axis("row"), ["row"]),
        (lambda hours: hours.T, ["index"]),
    ],
)
def test_labels_of_rows_are_kept(hours: pd.DataFrame, change: Any, first: list[str]) -> None:
    changed = change(hours)
    made = keep_index(changed)
    count = len(first)
    assert made.columns.tolist() == [*first, *changed.columns]
    assert made.index.equals(pd.RangeIndex(len(changed)))
    labels = changed.index.get_level_values(0)
    assert made.iloc[:, 0].tolist() == labels.tolist()
    pd.testing.assert_frame_equal(
        made.iloc[:, count:], changed.reset_index(drop=True), check_column_type=False
    )


def test_a_level_that_a_column_repeats_is_left_out(hours: pd.DataFrame) -> None:
    indexed = hours.set_index("person_name", drop=False)
    pd.testing.assert_frame_equal(keep_index(indexed), hours)


def test_a_level_that_differs_from_the_column_of_its_name_gets_a_free_name(
    hours: pd.DataFrame,
) -> None:
    indexed = hours.set_index(hours["person_name"].str.lower())
    made = keep_index(indexed.assign(index_person_name="taken"))
    assert made.columns[0] == "index_index_person_name"
    assert made.iloc[:, 0].tolist() == ["ana", "ana", "bo"]
    assert made["person_name"].tolist() == ["Ana", "Ana", "Bo"]


def test_columns_of_several_levels_keep_them(hours: pd.DataFrame) -> None:
    wide = hours.pivot(index="entered_on", columns="person_name", values=["hours"])
    made = keep_index(wide)
    assert made.columns.tolist() == [("entered_on", ""), ("hours", "Ana"), ("hours", "Bo")]
    assert made.columns.names == [None, "person_name"]
    again = keep_index(wide.reset_index())
    # Text of labels is object in one of them with pandas 2.
    assert again.columns.tolist() == made.columns.tolist()
    pd.testing.assert_frame_equal(again.set_axis(made.columns, axis=1), made)


@pytest.mark.parametrize("dtype", ["category", "str", "datetime64[us]"])
def test_columns_of_any_kind_of_index_take_the_labels_of_rows(
    hours: pd.DataFrame, dtype: str
) -> None:
    key = "entered_on" if dtype == "datetime64[us]" else "person_name"
    other = "person_name" if key == "entered_on" else "entered_on"
    hours[key] = hours[key].astype(dtype)
    wide = hours.pivot(index=other, columns=key, values="hours")
    made = keep_index(wide)
    assert made.columns.tolist() == [other, *wide.columns]
    assert made.columns.name == key
    assert made.iloc[:, 1:].to_numpy().tolist() == wide.to_numpy().tolist()


def test_the_frame_is_not_changed(hours: pd.DataFrame) -> None:
    indexed = hours.set_index("person_name")
    before = indexed.copy(deep=True)
    made = prepare_frame(indexed, anonymize="a long secret key", labels="human")
    assert made.attrs == {}
    pd.testing.assert_frame_equal(indexed, before)
    assert indexed.attrs == before.attrs


def test_names_change_after_labels_of_rows_are_columns(hours: pd.DataFrame) -> None:
    made = prepare_frame(hours.set_index("person_name"), anonymize="a long secret key")
    assert made.columns[0] == "person_name"
    assert not set(made["person_name"]) & {"Ana", "Bo"}


@pytest.mark.parametrize("last", ["person_name", "hours"])
def test_totals_keep_their_name_and_numbers_where_columns_are_left_out(last: str) -> None:
    frame = pd.DataFrame(
        {
            "notes": ["a", None],
            "person_gid": ["1", None],
            "person_name": ["Ana", "Total"],
            "hours": [1.0, 3.0],
        }
    )
    frame = frame[[*(name for name in frame if name != last), last]]

    made = prepare_frame(frame, anonymize="a long secret key")

    assert made["hours"].tolist() == [1.0, 3.0]
    assert made["person_name"].iloc[1] == "Total"
    assert made["person_name"].iloc[0].startswith("Person ")
    assert made["person_gid"].isna().tolist() == [False, True]


@pytest.mark.filterwarnings("ignore:anonymize= does not know")
def test_totals_are_named_where_the_column_of_their_name_is_left_out() -> None:
    entries = pd.DataFrame(
        {
            "created_by_gid": ["11", "12"],
            "created_by_name": ["Ana", "Bo"],
            "Client": ["Acme", "Globex"],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-02"]),
            "duration_minutes": [60, 90],
        }
    )
    wide = af.rollups.hours(
        entries, ["Client", "person"], wide=True, totals=True, now="2026-04-01"
    )

    made = prepare_frame(wide, anonymize="a long secret key")

    assert wide["Client"].tolist() == ["Acme", "Globex", "Total"]
    assert "Client" not in made
    assert made["person_gid"].isna().tolist() == [False, False, True]
    assert made["person_name"].iloc[-1] == "Total"
    assert made.iloc[-1].tolist()[-1] == 2.5


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"anonymize": ""}, "key that is not empty"),
        ({"anonymize": "  "}, "key that is not empty"),
        ({"anonymize": True}, "takes text"),
        ({"anonymize": b"key"}, "takes text"),
        ({"labels": "humans"}, "did you mean 'human'|use None or 'human'"),
        ({"labels": True}, "use None or 'human'"),
    ],
)
def test_wrong_arguments_say_what_to_type(
    hours: pd.DataFrame, given: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgument, match=words):
        prepare_frame(hours, **given)
    path = tmp_path / "page.html"
    with pytest.raises(InvalidArgument, match=words):
        af.export.to_html(hours, path, title="Hours", **given)
    assert not path.exists()


def test_a_page_is_anonymized_and_readable(hours: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    table = hours.assign(status="on_track").set_index("person_name")
    af.export.to_html(table, path, title="Hours", anonymize="a long secret key", labels="human")
    page = path.read_text("utf-8")
    assert "<td>on track</td>" in page
    assert "Person " in page
    assert "Ana" not in page


def test_charts_are_refused_on_an_anonymized_page(hours: pd.DataFrame, tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    with pytest.raises(InvalidArgument, match="leave out charts="):
        af.export.to_html(
            hours,
            tmp_path / "page.html",
            title="Hours",
            charts={"Hours": Figure()},
            anonymize="a long secret key",
        )


#: Suffix -> the extras that write and read such files.
EXTRAS = {"parquet": ["pyarrow"], "xlsx": ["xlsxwriter", "openpyxl"]}


def want_extras(suffix: str) -> None:
    for name in EXTRAS.get(suffix, []):
        pytest.importorskip(name, reason=f"{name} is an extra")


@pytest.mark.parametrize("kind", ["csv", "csv with a schema", "excel", "json", "parquet"])
def test_halves_of_characters_are_replaced_in_all_files_with_a_warning(
    kind: str, tmp_path: Path
) -> None:
    half = "a\ud800b"
    frame = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "name": pd.Series([half, None], dtype=object),
            "tags": pd.Series([(half,), ()], dtype=object),
            "cf_x": pd.Categorical.from_codes([0, 0], pd.Index([half], dtype=object)),
        }
    )
    suffix = {"excel": "xlsx", "json": "jsonl"}.get(kind, kind.split(" ", maxsplit=1)[0])
    want_extras(suffix)
    path, options = tmp_path / f"x.{suffix}", {"schema": True} if " " in kind else {}
    write = getattr(af.export, f"to_{kind.split(' ', maxsplit=1)[0]}")

    with pytest.warns(af.exceptions.AsanaWarning, match="text in name, tags, cf_x has halves"):
        write(frame, path, **options)

    if kind == "parquet" or " " in kind:
        back = (af.read_parquet if kind == "parquet" else af.read_csv)(path)
        assert back["name"].iloc[0] == "a\ufffdb"
        assert back["tags"].iloc[0] == ("a\ufffdb",)
    assert frame["name"].iloc[0] == half


#: Suffix -> what a writer needs besides frame and path.
WRITERS: dict[str, dict[str, Any]] = {one: {} for one in ("csv", "json", "md", "parquet", "xlsx")}
WRITERS |= {"html": {"title": "t"}}
PAGES = ("html", "md", "xlsx")


def write(suffix: str, frame: pd.DataFrame, folder: Path, **options: Any) -> Path:
    want_extras(suffix)
    path = folder / f"x.{suffix}"
    name = {"md": "markdown", "xlsx": "excel"}.get(suffix, suffix)
    getattr(af.export, f"to_{name}")(frame, path, **(WRITERS[suffix] | options))
    return path


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"n": [1]}, index=pd.Index(["a\ud800"], dtype=object, name="who")),
        pd.DataFrame(
            {"n": [1]},
            index=pd.MultiIndex(
                [pd.Index(["a\ud800"], dtype=object), ["b"]], [[0], [0]], names=["who", "b"]
            ),
        ),
        pd.DataFrame({"who": [{"k\ud800": ["a\ud800"]}]}),
        pd.DataFrame({"who": [{"a\ud800"}]}),
        pd.DataFrame({"who": [np.array(["a\ud800"], dtype=object)]}),
    ],
    ids=["index", "levels", "dict", "set", "array"],
)
def test_halves_of_characters_are_found_wherever_a_frame_has_text(
    tmp_path: Path, suffix: str, frame: pd.DataFrame
) -> None:
    if suffix == "parquet" and isinstance(frame.get("who", [0])[0], set):
        pytest.skip("Parquet holds no sets")
    with pytest.warns(af.exceptions.AsanaWarning, match="text in who has halves"):
        path = write(suffix, frame, tmp_path)

    if suffix in ("csv", "json", "html"):
        assert "a\ufffd" in path.read_text("utf-8")


@pytest.mark.filterwarnings("ignore:The text in:asana_frames.exceptions.AsanaWarning")
@pytest.mark.parametrize("suffix", PAGES)
def test_halves_of_characters_in_findings_and_tiles_break_no_page(
    tmp_path: Path, suffix: str
) -> None:
    half = pd.Series(["a\ud800"], dtype=object)
    given = {
        "findings": pd.DataFrame({"sentence": half}),
        "tiles": pd.DataFrame({"label": half, "text": half}),
    }

    path = write(suffix, pd.DataFrame({"n": [1]}), tmp_path, title="t", **given)

    assert suffix != "html" or "a\ufffd" in path.read_text("utf-8")


@pytest.mark.parametrize("suffix", WRITERS)
def test_arrays_in_cells_are_written_as_lists(tmp_path: Path, suffix: str) -> None:
    cells = [np.array(["x", "y"]), np.array([]), None]
    lists = pd.DataFrame({"tags": [("x", "y"), (), None]})
    options = {"schema": True} if suffix in ("csv", "json") else {}

    path = write(suffix, pd.DataFrame({"tags": cells}), tmp_path, **options)

    made = path.read_bytes()
    if suffix == "xlsx":
        pd.testing.assert_frame_equal(af.read_excel(path), lists.assign(tags=[("x", "y"), (), ()]))
    else:
        assert made == write(suffix, lists, tmp_path, **options).read_bytes()


def test_whole_text_is_written_without_a_warning(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    want_extras("xlsx")
    frame = pd.DataFrame({"name": pd.Series(["a\x00b\x0bc\U0001f600"], dtype=object)})

    af.export.to_excel(frame, tmp_path / "x.xlsx")

    assert af.read_excel(tmp_path / "x.xlsx")["name"].tolist() == ["a\x00b\x0bc\U0001f600"]
    assert len(recwarn) == 0
