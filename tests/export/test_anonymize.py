"""Anonymized frames: no name, text or person's gid is left, and frames still belong together."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.export.anonymize import anonymize_frame
from asana_frames.export.column_rules import find_sums, find_total_rows
from asana_frames.export.csv import stream_csv
from asana_frames.export.prepare import prepare_frame
from asana_frames.frames import STR
from tests.export.wild_records import CANARY, PERSON_GID, build_wild_frame
from tests.public_calls import Frames

pytestmark = pytest.mark.filterwarnings("ignore:anonymize= does not know")

KEY = "a long secret key"
RECORDS = [record.name for record in load().records]
ROLLUPS = sorted(af.rollups.__all__)


def show(frame: pd.DataFrame) -> str:
    """Return all that a frame holds as text: cells, labels, index, attrs and categories."""
    stream = io.StringIO()
    stream_csv(frame, stream, disarm=False)
    kinds = [dtype.categories for dtype in frame.dtypes if isinstance(dtype, pd.CategoricalDtype)]
    parts = [frame.columns, frame.columns.names, frame.index, frame.index.names, *kinds]
    return "\n".join([stream.getvalue(), *(repr(list(part)) for part in parts), repr(frame.attrs)])


def anonymize(frame: pd.DataFrame, key: str = KEY) -> pd.DataFrame:
    return prepare_frame(frame, anonymize=key)


def find_person_gids(frame: pd.DataFrame) -> set[str]:
    return set(re.findall(rf"\b{PERSON_GID}\d{{14}}\b", show(frame)))


def check_clean(frame: pd.DataFrame) -> None:
    """Nothing is left of the texts of a wild frame, or of the gids of its people."""
    shown = show(anonymize(frame))
    assert CANARY not in shown
    assert not [gid for gid in find_person_gids(frame) if gid in shown]


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


@pytest.fixture(scope="module")
def names(frames: Frames) -> set[str]:
    """The names of all that the sandbox has, less those that are also words of the package."""
    asana, found = frames.asana, set()
    for resource in ("users", "projects", "goals", "portfolios", "teams", "tags"):
        found |= set(getattr(asana, resource).list(workspace="Acme")["name"])
    found |= set(asana.sections.list(project=frames.projects)["name"])
    found |= set(asana.tasks.list(project=frames.projects, fields=["name"])["name"])
    found |= {f"Status of {name}" for name in found}
    return found - {"", "blocked"}


@pytest.fixture(scope="module")
def person_gids(frames: Frames) -> set[str]:
    return set(frames.asana.users.list(workspace="Acme")["gid"])


def list_frames(result: Any) -> Iterator[pd.DataFrame]:
    """Yield the frames in what a function returns."""
    if isinstance(result, pd.DataFrame):
        yield result
    elif isinstance(result, dict | tuple):
        for part in result.values() if isinstance(result, dict) else result:
            yield from list_frames(part)


@pytest.mark.parametrize("record", RECORDS)
@settings(max_examples=4)
@given(seed=st.integers(0, 10**6), has_attrs=st.booleans())
def test_no_text_and_no_person_is_left_of_any_record(
    record: str, seed: int, has_attrs: bool
) -> None:
    frame = build_wild_frame(record, seed)
    if has_attrs:
        frame.attrs["asana"] = {"record": record, "note": CANARY}
    check_clean(frame)


@pytest.mark.parametrize("record", ["task", "story", "goal", "user", "membership", "time_period"])
@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_of_filtered_merged_or_indexed_frames(record: str, seed: int) -> None:
    frame = build_wild_frame(record, seed)
    for changed in (
        frame.iloc[::-1],
        frame.set_index("gid"),
        frame.set_index("gid").rename_axis(None),
        frame.merge(build_wild_frame("user", seed), how="outer", on="gid"),
        frame.merge(build_wild_frame("task", seed), how="cross"),
        frame.astype(object),
        frame.describe(include="all"),
        frame.T,
        frame.melt(id_vars="gid"),
    ):
        check_clean(changed)


@pytest.mark.parametrize("record", ["task", "story", "portfolio_item"])
@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_left_of_long_forms(record: str, seed: int) -> None:
    frame = build_wild_frame(record, seed)
    check_clean(af.custom_fields(frame))
    stems = {"task": ["followers", "memberships"], "story": ["new_people_value"]}
    for stem in stems.get(record, ["members"]):
        check_clean(af.bridge(frame, stem))


@pytest.mark.filterwarnings("ignore:The entries add up to less")
@pytest.mark.parametrize("name", ROLLUPS)
def test_no_name_is_left_of_any_rollup(
    frames: Frames, names: set[str], person_gids: set[str], name: str, tmp_path: Path
) -> None:
    function, arguments = frames.calls("_rollups", tmp_path)[f"rollups.{name}"]
    for frame in list_frames(function(**arguments)):
        made = anonymize(frame)
        # Labels of custom fields stay, and one is called as a section; a tag is "waiting".
        shown = show(made).replace("cf_Reviewers", "").replace("days_waiting", "")
        assert not [one for one in names | person_gids if one in shown]
        assert not [label for label in made.columns if str(label).startswith("Column")]


@pytest.mark.parametrize(
    "name", ["goals_report", "hours_report", "portfolio_items", "projects_report", "stories"]
)
def test_no_name_is_left_of_gathered_tables(
    frames: Frames, names: set[str], person_gids: set[str], name: str, tmp_path: Path
) -> None:
    function, arguments = frames.calls("_gather", tmp_path)[f"gather.{name}"]
    for frame in list_frames(function(**arguments)):
        shown = show(anonymize(frame)).replace("cf_Reviewers", "")
        assert not [one for one in names | person_gids if one in shown]


def test_gids_dates_numbers_flags_and_enumerations_stay(frames: Frames) -> None:
    tasks = frames.tasks
    made = anonymize(tasks)
    kept = [
        *("gid", "completed", "completed_at", "due_on", "num_subtasks", "resource_subtype"),
        *("memberships_project_gids", "projects_gids", "dependents_gids", "workspace_gid"),
        *("cf_Priority", "cf_Story points", "cf_Launch date", "cf_Launch date_at"),
    ]
    pd.testing.assert_frame_equal(made[kept], tasks[kept])
    assert made["cf_Priority"].dtype == tasks["cf_Priority"].dtype


@pytest.mark.parametrize("source", ["tasks", "users", "projects", "goals", "entries"])
def test_only_people_lose_their_gids(frames: Frames, source: str) -> None:
    frame = getattr(frames, source)
    is_kept = anonymize(frame)["gid"].eq(frame["gid"])
    assert not is_kept.any() if source == "users" else is_kept.all()


def test_the_tree_of_goals_tells_by_its_kind_what_a_row_is(frames: Frames) -> None:
    tree = af.rollups.goal_tree(frames.goals, frames.links)
    made = anonymize(tree)
    assert made["gid"].tolist() == tree["gid"].tolist()
    words = [name.split()[0].lower() for name in made["name"]]
    assert words == tree["kind"].tolist()
    assert set(words) == {"goal", "project"}


def test_what_goals_depend_on_is_told_by_its_kind(frames: Frames) -> None:
    drivers = af.rollups.goal_drivers(frames.goals, frames.links, behind=False)
    made = anonymize(drivers)
    assert made["driver_gid"].tolist() == drivers["driver_gid"].tolist()
    assert [name.split()[0].lower() for name in made["driver_name"]] == drivers["kind"].tolist()


def test_a_scorecard_keeps_values_and_confidence(frames: Frames) -> None:
    card = af.rollups.scorecard(frames.goals, frames.links)
    made = anonymize(card)
    for name in ("current_of_target", "confidence", "key_result_gid", "objective_gid"):
        assert made[name].equals(card[name]), name
    assert made["key_result_name"].str.startswith("Goal ").all()


def test_gids_without_a_known_record_count_as_those_of_people() -> None:
    frame = pd.DataFrame({"gid": ["1209000000000014"], "old_gid": ["1209000000000014"]})
    made = anonymize(frame)
    assert made["gid"].tolist() == made["old_gid"].tolist() != frame["gid"].tolist()
    assert re.fullmatch(r"\d{16}", made["gid"].iloc[0])


def test_resource_type_beside_decides_row_by_row() -> None:
    frame = pd.DataFrame(
        {
            "member_gid": ["1", "1", "1"],
            "member_name": ["Ana", "Ana", "Ana"],
            "member_resource_type": ["user", "team", None],
        }
    )
    made = anonymize(frame)
    assert made["member_gid"].tolist()[1] == "1"
    assert made["member_gid"].iloc[0] == made["member_gid"].iloc[2] != "1"
    assert [name.split()[0] for name in made["member_name"]] == ["Person", "Team", "Object"]


def test_the_same_key_keeps_frames_together(frames: Frames) -> None:
    tasks, users = frames.tasks, frames.asana.users.list(workspace="Acme")
    for left, right in (("assignee_gid", "gid"), ("assignee_name", "name")):
        before = tasks.merge(users, left_on=left, right_on=right, suffixes=("", "_user"))
        after = anonymize(tasks).merge(
            anonymize(users), left_on=left, right_on=right, suffixes=("", "_user")
        )
        assert len(before) > 0
        assert after["gid"].tolist() == before["gid"].tolist()
    totals = af.rollups.hours(frames.entries, every=None)
    assert set(anonymize(totals)["person_name"]) <= set(anonymize(users)["name"])


def test_another_key_gives_other_pseudonyms(frames: Frames) -> None:
    one, other = anonymize(frames.users), anonymize(frames.users, "another key")
    for column in ("gid", "name"):
        assert not set(one[column]) & set(other[column])


def test_a_pseudonym_is_a_kind_and_a_number_that_never_changes() -> None:
    frame = pd.DataFrame({"task_name": ["Ship it"], "person_name": ["Ship it"]})
    made = anonymize(frame).iloc[0].tolist()
    assert made == ["Task 327534314436", "Person 324984461056"]


def test_names_of_one_hundred_thousand_people_stay_apart() -> None:
    names = pd.DataFrame({"person_name": [f"Ana {number}" for number in range(100_000)]})
    assert anonymize(names)["person_name"].is_unique


def test_missing_and_empty_stay() -> None:
    frame = pd.DataFrame(
        {
            "person_name": pd.array(["", None, "Ana"], STR),
            "followers_names": [(), ("",), (None, "Ana")],
        }
    )
    made = anonymize(frame)
    assert made["person_name"].isna().tolist() == [False, True, False]
    assert made["person_name"].iloc[0] == ""
    assert made["followers_names"].tolist()[:2] == [(), ("",)]


def test_categories_are_handled_as_text() -> None:
    kind = pd.CategoricalDtype(["Ana", "Bo", "Cleo"])
    frame = pd.DataFrame({"person_name": pd.array(["Bo", None], kind), "note": ["a", "b"]})
    frame["note"] = frame["note"].astype("category")
    made = anonymize(frame)
    assert made.columns.tolist() == ["person_name"]
    assert "Ana" not in show(made)


def test_people_in_the_columns_of_a_pivot_are_pseudonyms(frames: Frames) -> None:
    totals = af.rollups.hours(frames.entries)
    plain = totals.pivot(index="period", columns="person_name", values="hours")
    nested = totals.pivot(index="period", columns="person_name", values=["hours"])
    bare = plain.rename_axis(columns=None)
    people = set(totals["person_name"])
    pseudonyms = set(anonymize(totals)["person_name"])
    assert set(anonymize(plain).columns) == {"period"} | pseudonyms
    assert {label[1] for label in anonymize(nested).columns} == {""} | pseudonyms
    assert anonymize(nested).columns.names == [None, "person_name"]
    # Nothing tells that these labels are people, only that they are not columns.
    assert all(label.startswith("Column ") for label in anonymize(bare).columns[1:])
    for made in (anonymize(plain), anonymize(nested), anonymize(bare)):
        assert not [name for name in people if name in show(made)]
        np.testing.assert_array_equal(made.iloc[:, 1:].astype("float64"), plain.astype("float64"))


def test_gids_of_people_in_columns_and_as_numbers_are_pseudonyms() -> None:
    gid = 1209000000000014
    expected = anonymize(pd.DataFrame({"person_gid": [str(gid)]})).iloc[0, 0]
    for values in ([gid], [float(gid)], pd.array([gid], "Int64")):
        assert anonymize(pd.DataFrame({"person_gid": values})).iloc[0, 0] == expected
    wide = pd.DataFrame([[1.0]], columns=pd.Index([gid], name="person_gid"))
    assert anonymize(wide).columns.tolist() == [expected]


@pytest.mark.parametrize(
    ("label", "is_kept"),
    [
        ("hours", True),
        ("2026-03-02", True),
        ("parent_due_on_x", True),
        (pd.Timestamp("2026-03-02"), True),
        (date(2026, 3, 2), True),
        (12, True),
        (None, True),
        ("Ana", False),
        ("hours_Ana", False),
        ("person_Ana", False),
        (b"Ana", False),
        (frozenset({"Ana"}), False),
        (1209000000000014, False),
        ("n" * 300, False),
    ],
)
def test_labels_stay_where_a_column_is_called_so(label: Any, is_kept: bool) -> None:
    frame = pd.DataFrame([[1.5]], columns=pd.Index([label], dtype=object, tupleize_cols=False))
    made = anonymize(frame).columns[0]
    assert (made == label or label is made) if is_kept else made.startswith("Column ")


def test_options_in_the_columns_of_a_pivot_stay(frames: Frames) -> None:
    table = frames.tasks.pivot_table(
        index="assignee_name", columns="cf_Priority", values="gid", aggfunc="count", observed=True
    )
    made = anonymize(table)
    assert made.columns.tolist() == ["assignee_name", *table.columns]
    assert not set(made["assignee_name"]) & set(table.index)


def test_lists_that_files_made_text_are_read(frames: Frames) -> None:
    people = frames.tasks[["gid", "followers_gids", "followers_names", "cf_Reviewers_gids"]]
    text = af.export.as_text(people).astype(STR)
    made = anonymize(text)
    for column in people.columns[1:]:
        assert made[column].tolist() == anonymize(people)[column].tolist()


def test_custom_fields_of_people_are_people_and_other_lists_are_objects(frames: Frames) -> None:
    frame = pd.DataFrame(
        {
            "resource_type": ["task"],
            "cf_Reviewers": [("Ana",)],
            "cf_Reviewers_gids": [("12",)],
            "cf_Related": [("Ana",)],
            "cf_Notes": ["Ana"],
        }
    )
    made = anonymize(frame)
    assert "cf_Notes" not in made
    person = anonymize(pd.DataFrame({"person_name": ["Ana"]})).iloc[0, 0]
    assert made["cf_Reviewers"].iloc[0] == (person,)
    assert made["cf_Related"].iloc[0][0].startswith("Object ")
    # Without its gids nothing tells that a field holds people.
    alone = anonymize(frame[["cf_Reviewers"]])
    assert alone["cf_Reviewers"].iloc[0][0].startswith("Object ")


def test_options_of_multi_enum_fields_stay_while_attrs_tell_them(frames: Frames) -> None:
    tasks = frames.tasks
    assert anonymize(tasks)["cf_Channels"].tolist() == tasks["cf_Channels"].tolist()
    bare = tasks.copy()
    bare.attrs = {}
    assert "Print" not in show(anonymize(bare))


def test_gids_of_people_are_found_in_columns_of_other_things(frames: Frames) -> None:
    users = frames.asana.users.list(workspace="Acme", fields=["name"])
    merged = users.merge(
        frames.tasks, left_on="gid", right_on="assignee_gid", suffixes=("", "_task")
    )
    made = anonymize(merged)
    assert made["gid"].tolist() == made["assignee_gid"].tolist()
    assert not set(made["gid"]) & set(users["gid"])


@pytest.mark.parametrize("attrs", ["text", None, {"record": 5}, {"record": "unheard_of"}])
def test_attrs_that_mean_nothing_are_not_believed(attrs: Any) -> None:
    frame = pd.DataFrame({"gid": ["1209000000000014"]})
    frame.attrs["asana"] = attrs
    assert anonymize(frame)["gid"].tolist() != ["1209000000000014"]


@pytest.mark.parametrize(
    "values",
    [
        pd.period_range("2026-03", periods=2, freq="M"),
        pd.interval_range(0, 2),
        [pd.Timedelta(1, "D"), pd.NaT],
        [Decimal("1.5"), None],
        [date(2026, 3, 2), None],
        [True, None],
    ],
)
def test_values_that_are_not_text_stay_in_any_column(values: Any) -> None:
    frame = pd.DataFrame({"due_on": values, "mine": values})
    made = anonymize(frame)
    assert made.columns[0] == "due_on"
    # The label may be a name; the values are not.
    assert made.columns[1].startswith("Column ")
    for place in range(2):
        pd.testing.assert_series_equal(
            made.iloc[:, place], frame.iloc[:, place], check_names=False
        )


def test_the_frame_is_not_changed(frames: Frames) -> None:
    before = frames.tasks.copy(deep=True)
    anonymize_frame(frames.tasks, KEY)
    pd.testing.assert_frame_equal(frames.tasks, before)
    assert frames.tasks.attrs == before.attrs


def test_the_key_is_in_nothing(frames: Frames) -> None:
    assert KEY not in show(anonymize(frames.tasks))


def test_frames_without_columns_or_rows_are_fine(frames: Frames) -> None:
    assert anonymize(pd.DataFrame()).shape == (0, 0)
    assert anonymize(pd.DataFrame({"what": ["Ana"]})).shape == (1, 0)
    nested = pd.DataFrame({("a", "b"): ["Ana"]})
    assert anonymize(nested).shape == (1, 0)
    empty = anonymize(frames.tasks.iloc[:0])
    assert empty.columns.tolist() == anonymize(frames.tasks).columns.tolist()


def test_duplicate_columns_are_changed_one_by_one() -> None:
    frame = pd.DataFrame([["Ana", "Bo"]], columns=["person_name", "person_name"])
    made = anonymize(frame)
    assert made.shape == (1, 2)
    assert made.iloc[0, 0] != made.iloc[0, 1]
    assert "Ana" not in show(made)


def test_fields_of_references_are_known_by_what_they_refer_to(frames: Frames) -> None:
    fields = [
        "name",
        "assignee.email",
        "parent.assignee.name",
        "projects.owner.gid",
        "parent.due_on",
    ]
    tasks = frames.asana.tasks.list(project=frames.home, fields=fields)
    made = anonymize(tasks)
    gone = set(tasks.columns) - set(made.columns)
    assert gone == {"assignee_email"}
    assert made["projects_owner_gids"].iloc[0] != tasks["projects_owner_gids"].iloc[0]
    assert made["parent_due_on"].equals(tasks["parent_due_on"])


@pytest.mark.filterwarnings("error")
def test_columns_that_are_not_known_are_told() -> None:
    frame = pd.DataFrame({"assignee_name": ["Ana"], "Owner": ["Ana"], "budget": [3.0]})

    with pytest.warns(af.AsanaWarning, match="'Owner' is left out, 'budget' is now 'Column "):
        anonymize_frame(frame, "a long secret key")
    anonymize_frame(frame[["assignee_name"]].assign(hours=1.0, notes="x"), "a long secret key")


@pytest.mark.parametrize("has_attrs", [True, False])
def test_labels_that_dummies_make_of_names_are_pseudonyms(frames: Frames, has_attrs: bool) -> None:
    tasks = frames.tasks.explode("cf_Reviewers")[["gid", "cf_Priority", "cf_Reviewers"]]
    dummies = pd.get_dummies(tasks, columns=["cf_Reviewers"]).reset_index(drop=True)
    dummies.attrs = dict(frames.tasks.attrs) if has_attrs else {}
    assert any(label.startswith("cf_Reviewers_") for label in dummies)
    made = anonymize(dummies)
    assert "cf_Priority" in made
    assert not any(label.startswith("cf_Reviewers_") for label in made)


def test_only_options_stay_as_categories(frames: Frames) -> None:
    tasks = frames.tasks.explode("cf_Reviewers").reset_index(drop=True)
    for column in ("cf_Reviewers", "name"):
        tasks[column] = tasks[column].astype("category")
    tasks = tasks.assign(cf_mine=tasks["name"])
    made = anonymize(tasks)
    assert made["cf_Priority"].equals(tasks["cf_Priority"])
    assert "cf_mine" not in made
    assert made["cf_Reviewers"].dropna().str.startswith("Person ").all()


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "category", object])
def test_long_numbers_of_columns_that_are_not_known_are_left_out(dtype: Any) -> None:
    gids = pd.Series([1209000000000014, 1209000000000015]).astype(dtype)
    with pytest.warns(af.AsanaWarning, match="'who' is left out"):
        made, kept = anonymize_frame(pd.DataFrame({"who": gids, "mine": [1, 2]}), KEY)
    assert made.shape == (2, 1)
    assert kept == [1]


@pytest.mark.parametrize("column", ["status", "state", "kind", "unit", "num_likes", "due_on"])
def test_text_that_is_no_word_of_asana_is_left_out(column: str) -> None:
    with pytest.warns(af.AsanaWarning, match=f"'{column}' is left out"):
        made, _ = anonymize_frame(pd.DataFrame({column: ["Ship it to ana"], "hours": [1.0]}), KEY)
    assert made.columns.tolist() == ["hours"]
    wide = pd.DataFrame([[1.0]], columns=pd.Index(["ana"], name=column))
    assert anonymize(wide).columns[0].startswith("Column ")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *[("status", "on_track"), ("status", "on track"), ("bucket", "under a week")],
        *[("resource_subtype", "name_changed"), ("currency_code", "EUR"), ("num_likes", "3")],
        *[("due_on", "2026-03-02"), ("completed", "True")],
    ],
)
def test_words_numbers_days_and_flags_stay_as_text(column: str, text: str) -> None:
    frame = pd.DataFrame({column: [text]})
    assert anonymize(frame).equals(frame)


@pytest.mark.parametrize("dtype", ["Int64", "float64", "Float64"])
def test_numbers_that_are_gids_of_people_are_left_out(dtype: str) -> None:
    frame = pd.DataFrame(
        {
            "assignee_gid": pd.array(["1209000000", "1209000001"], "str"),
            "cf_Owner": pd.array([1209000001, None], "Float64").astype(dtype),
            "cf_Points": pd.array([5, 1209000002], "Float64").astype(dtype),
        }
    )

    made, _ = anonymize_frame(frame, KEY)
    assert "cf_Owner" not in made


def test_missing_items_of_lists_stay_none(tmp_path: Path) -> None:
    sections = [("To do", None), (), (None,)]
    frame = pd.DataFrame(
        {
            "gid": pd.array(["1", "2", "3"], STR),
            "memberships_section_names": pd.Series(sections, dtype=object),
        }
    )
    made = anonymize(frame)["memberships_section_names"]
    assert made[0][1] is None
    assert made[2] == (None,)

    af.export.to_json(frame, tmp_path / "x.json", anonymize=KEY)
    assert "NaN" not in (tmp_path / "x.json").read_text()


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.parquet", "x.xlsx", "x.html"])
def test_a_short_key_is_warned_of_once_and_never_shown(tmp_path: Path, name: str) -> None:
    writers: dict[str, Any] = {
        "x.csv": af.export.to_csv,
        "x.json": af.export.to_json,
        "x.parquet": af.export.to_parquet,
        "x.xlsx": af.export.to_excel,
        "x.html": partial(af.export.to_html, title="x"),
    }
    pytest.importorskip({"x.parquet": "pyarrow", "x.xlsx": "xlsxwriter"}.get(name, "pandas"))
    frame = pd.DataFrame({"gid": ["1"], "assignee_name": ["Ana"]})

    with pytest.warns(af.AsanaWarning, match="fewer than 12 characters") as told:
        writers[name](frame, tmp_path / name, anonymize="s3cretkey")

    assert len(told) == 1
    assert "s3cretkey" not in str(told[0].message)
    writers[name](frame, tmp_path / name, anonymize=KEY)


def _wide_hours(key: str, *names: str) -> pd.DataFrame:
    """Return hours of two weeks side by side, by a key, with totals; one key is missing."""
    entries = pd.DataFrame(
        {
            "gid": pd.array(list("1234"), STR),
            key: pd.array([*names, None, names[0]], STR),
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-02", "2026-03-09", "2026-03-09"]),
            "duration_minutes": pd.array([60, 120, 30, 60], "Int64"),
        }
    )
    return af.rollups.hours(entries, by=[key], every="W", wide=True, totals=True)


def test_the_total_row_of_a_wide_table_keeps_its_key_and_its_name() -> None:
    wide = _wide_hours("billable_status", "billable", "nonBillable")

    made = anonymize(wide)

    assert made["billable_status"].tolist() == wide["billable_status"].tolist()
    assert made.attrs == {"wide": wide.attrs["wide"]}


def test_a_total_row_is_known_where_a_group_is_called_total() -> None:
    wide = _wide_hours("approval_status", "APPROVED", "Total")
    assert wide.attrs["wide"]["total"] == ["approval_status", "Total of all"]
    named = wide.rename(columns={"approval_status": "person_name"})
    named.attrs["wide"]["total"] = ["person_name", "Total of all"]

    made = anonymize(named)

    assert made["person_name"].tolist()[-1] == "Total of all"
    assert find_total_rows(made).tolist() == [False] * 3 + [True]
    assert find_sums(made) == []


def test_a_total_row_is_known_where_the_column_of_its_name_is_left_out() -> None:
    wide = _wide_hours("task_cf_Client", "Big Co", "Small")

    made = anonymize(wide)

    assert "task_cf_Client" not in made
    assert made.attrs["wide"] == {"keys": 0, "total_rows": 1, "total": [None, "Total"]}
    assert find_total_rows(made).tolist() == find_total_rows(wide).tolist()
    assert find_sums(made) == []


@pytest.mark.parametrize("kinds", [["project", "portfolio", "total"], ["ana", "bo", "total"]])
def test_a_total_row_that_its_kind_tells_has_a_name(kinds: list[str]) -> None:
    frame = pd.DataFrame(
        {
            "project_gid": ["1", "2", None],
            "project_name": ["Plan", "All", None],
            "kind": kinds,
            "tasks": [1, 2, 3],
        }
    )

    made = anonymize(frame)

    assert ("kind" in made) == (kinds[0] == "project")
    assert made["project_name"].tolist()[-1] == "Total"
    assert find_total_rows(made).tolist() == [False, False, True]


def test_categories_are_not_judged_by_the_name_of_totals() -> None:
    wide = _wide_hours("billable_status", "billable", "nonBillable")
    wide = wide.astype({"billable_status": "category"})

    made = anonymize(wide)

    assert made["billable_status"].tolist() == wide["billable_status"].tolist()
    assert isinstance(made["billable_status"].dtype, pd.CategoricalDtype)
