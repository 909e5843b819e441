"""What differs between two frames becomes changes: no more, no less, and nothing else."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.frames.arrays import STR
from asana_frames.frames.change_table import Change, list_changes
from asana_frames.frames.field_definitions import read_all_definitions
from tests import twists

PROJECT = "Website relaunch"


@pytest.fixture
def tasks(asana: af.Asana) -> pd.DataFrame:
    return asana.tasks.list(project=PROJECT)


def put(frame: pd.DataFrame, row: int, **cells: Any) -> pd.DataFrame:
    """Return a frame with other values in some cells of a row."""
    made = frame.copy()
    for name, value in cells.items():
        column = made[name]
        if value is af.CLEAR:
            column = column.astype(object)
        values = column.to_numpy(object) if column.dtype == object else column.array.copy()
        values = values.copy()
        values[row] = value
        made[name] = pd.Series(values, index=made.index)
    return made


def find(
    before: pd.DataFrame | None, after: pd.DataFrame, **options: Any
) -> list[tuple[Any, ...]]:
    """Return action, field, old and new of each change."""
    return [
        (one.action, one.field, one.old, one.new)
        for one in list_changes(af.changes(before, after, **options))
    ]


def first(frame: pd.DataFrame, name: str, *, is_there: bool = True) -> int:
    """Return the first row that has a value in a column, or has none."""
    filled = frame[name].notna() & ~frame[name].isin(["", ()])
    return int(np.flatnonzero(filled.to_numpy() == is_there)[0])


def dated(frame: pd.DataFrame) -> int:
    """Return the first row of a task that is due on a day, at no time of it."""
    return int(np.flatnonzero(frame["due_on"].notna() & frame["due_at"].isna())[0])


def alone(frame: pd.DataFrame) -> int:
    """Return the first row of a task that is in one project."""
    return int(np.flatnonzero(frame["memberships_project_gids"].map(len) == 1)[0])


def test_equal_frames_have_no_changes_in_any_order_or_part(tasks: pd.DataFrame) -> None:
    for after in (tasks, tasks.sample(frac=1, random_state=1), tasks[["gid", "name"]]):
        assert len(af.changes(tasks, after)) == 0


def test_the_inputs_are_left_as_they_are(tasks: pd.DataFrame) -> None:
    after = put(tasks, 0, name="Other")
    copies = tasks.copy(deep=True), after.copy(deep=True)

    af.changes(tasks, after)

    pd.testing.assert_frame_equal(tasks, copies[0])
    pd.testing.assert_frame_equal(after, copies[1])
    assert tasks.attrs == copies[0].attrs


def test_a_change_tells_the_object_and_both_values(tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_on")
    after = put(tasks, row, due_on=pd.Timestamp("2026-03-02"))

    made = list_changes(af.changes(tasks, after))

    old = tasks.loc[row, "due_on"].date().isoformat()
    gid = tasks.loc[row, "gid"]
    assert made == [Change("tasks", "update", gid, None, "due_on", old, "2026-03-02")]


def test_a_moment_is_written_in_utc_with_milliseconds(tasks: pd.DataFrame) -> None:
    moment = pd.Timestamp("2026-03-02T10:15:00+01:00")

    row = first(tasks, "due_at", is_there=False)
    made = find(tasks, put(tasks, row, due_at=moment))

    day = tasks.loc[row, "due_on"].date().isoformat()
    assert made == [("update", "due_at", day, "2026-03-02T09:15:00.000Z")]


def test_a_blank_cell_changes_nothing_and_is_counted(tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_on")
    after = put(put(tasks, row, due_on=pd.NaT), row, name=None)

    with pytest.warns(af.AsanaWarning, match="2 cell"):
        made = af.changes(tasks, after)

    assert len(made) == 0
    assert made.attrs["asana"]["blank"] == 2


def test_a_blank_cell_is_cleared_on_request(tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_on")

    made = find(tasks, put(tasks, row, due_on=pd.NaT), blank="clear")

    assert made == [("update", "due_on", str(tasks.loc[row, "due_on"].date()), af.CLEAR)]


@pytest.mark.parametrize("cell", [af.CLEAR, "<CLEAR>"])
def test_clear_empties_a_field(tasks: pd.DataFrame, cell: object) -> None:
    row = first(tasks, "notes")
    after = tasks.astype({"notes": object})
    after.loc[row, "notes"] = cell

    assert find(tasks, after) == [("update", "notes", tasks.loc[row, "notes"], af.CLEAR)]


def test_clear_changes_nothing_where_nothing_is(tasks: pd.DataFrame) -> None:
    row = first(tasks, "assignee_gid", is_there=False)

    assert find(tasks, put(tasks, row, assignee_gid=af.CLEAR)) == []


def test_of_gid_and_name_the_changed_one_counts(tasks: pd.DataFrame) -> None:
    row = first(tasks, "assignee_gid")
    old = tasks.loc[row, "assignee_gid"]

    assert find(tasks, put(tasks, row, assignee_name="Ana")) == [
        ("update", "assignee", old, "Ana")
    ]
    assert find(tasks, put(tasks, row, assignee_gid="12")) == [("update", "assignee", old, "12")]
    assert find(tasks, put(tasks, row, assignee_gid=None, assignee_name="Ana")) == [
        ("update", "assignee", old, "Ana")
    ]
    assert find(tasks, put(tasks, row, parent_name="Ana")) == [
        ("update", "parent", tasks.loc[row, "parent_gid"], "Ana")
        if isinstance(tasks.loc[row, "parent_gid"], str)
        else ("update", "parent", af.CLEAR, "Ana")
    ]


def test_gid_and_name_that_do_not_fit_are_refused(tasks: pd.DataFrame) -> None:
    people = tasks[["assignee_gid", "assignee_name"]].dropna().drop_duplicates()
    (_, _), (gid, name), (_, other) = people.to_numpy()[:3].tolist()

    fits = put(tasks, 0, assignee_gid=gid, assignee_name=name)
    assert [one[3] for one in find(tasks, fits)] == [gid]
    with pytest.raises(af.InvalidArgument, match="is not the gid of") as caught:
        af.changes(tasks, put(tasks, 0, assignee_gid=gid, assignee_name=other))
    assert caught.value.problems["row"].tolist() == [0]
    assert caught.value.problems["column"].tolist() == ["assignee_gid, assignee_name"]


@pytest.mark.parametrize("name", ["Jonas Weber", "Somebody else"])
def test_a_gid_that_is_not_known_has_no_name_beside_it(tasks: pd.DataFrame, name: str) -> None:
    for stem in ("assignee", "parent"):
        after = put(tasks, 0, **{f"{stem}_gid": "77", f"{stem}_name": name})
        with pytest.raises(af.InvalidArgument, match="leave one as it was"):
            af.changes(tasks, after)
    lists = put(tasks, 0, followers_gids=("77",), followers_names=(name,))
    with pytest.raises(af.InvalidArgument, match="leave one as it was"):
        af.changes(tasks, lists)


def test_a_parent_has_the_name_of_its_own_row(tasks: pd.DataFrame) -> None:
    parents = tasks["parent_gid"].dropna().tolist()
    other = int(np.flatnonzero(~tasks["gid"].isin([tasks.loc[0, "gid"], *parents]))[0])
    gid, name = tasks.loc[other, ["gid", "name"]]

    assert [one[3] for one in find(tasks, put(tasks, 0, parent_gid=gid, parent_name=name))] == [
        gid
    ]
    with pytest.raises(af.InvalidArgument, match="is not the gid of"):
        af.changes(tasks, put(tasks, 0, parent_gid=gid, parent_name="Else"))


def test_items_of_lists_are_added_and_removed(tasks: pd.DataFrame) -> None:
    row = first(tasks, "followers_gids")
    gids = tasks.loc[row, "followers_gids"]

    assert find(tasks, put(tasks, row, followers_gids=(*gids[1:], "77"))) == [
        ("remove", "followers", gids[0], None),
        ("add", "followers", None, "77"),
    ]
    names = tasks.loc[row, "followers_names"]
    assert find(tasks, put(tasks, row, followers_names=(*names[1:], "Ana"))) == [
        ("remove", "followers", gids[0], None),
        ("add", "followers", None, "Ana"),
    ]
    assert find(tasks, put(tasks, row, followers_names=names[::-1])) == []
    assert find(tasks, put(tasks, row, followers_names=af.CLEAR)) == [
        ("remove", "followers", gid, None) for gid in gids
    ]


def test_a_semicolon_parts_items_that_are_known(tasks: pd.DataFrame) -> None:
    one, other = sorted({name for names in tasks["followers_names"] for name in names})[:2]
    before = put(tasks, 0, followers_gids=("1",), followers_names=(one,))

    for text in (f"{one};{other}", f" {one} ; {other};", f"{one}; {other}"):
        made = find(before, put(before, 0, followers_names=text))
        assert made == [("add", "followers", None, other)]
    for text in (f"{one};Nobody", f"{one}; Nobody"):
        made = find(before, put(before, 0, followers_names=text))
        assert made == [("add", "followers", None, "Nobody")]
    parted = put(before, 0, followers_names=("x;y",))
    assert find(parted, put(parted, 0, followers_names="x;y")) == []
    assert find(before, put(before, 0, followers_names="x;y"))[-1][3] == "x;y"


@pytest.mark.parametrize("stem", ["followers", "tags", "memberships_project", "cf_Reviewers"])
def test_of_two_items_of_one_name_a_name_removes_neither(tasks: pd.DataFrame, stem: str) -> None:
    gids, names = (
        (stem, f"{stem}_gids")[::-1]
        if stem[:3] == "cf_"
        else (
            f"{stem}_gids",
            f"{stem}_names",
        )
    )
    before = put(tasks, 0, **{gids: ("1", "2", "3"), names: ("Plan", "Plan", "Other")})

    for left in (("Plan", "Other"), ("Plan",)):
        with pytest.raises(af.InvalidArgument, match="2 of them are called 'Plan'") as caught:
            af.changes(before, put(before, 0, **{names: left}))
        assert caught.value.problems["row"].tolist() == [0]
    assert len(find(before, put(before, 0, **{names: ("Plan", "Plan")}))) == 1
    assert len(find(before, put(before, 0, **{names: ("Other",)}))) in (1, 2)
    assert len(find(before, put(before, 0, **{gids: ("2", "3")}))) == 1


def test_sections_and_projects_are_moved(tasks: pd.DataFrame) -> None:
    row = alone(tasks)
    (project,), (section,) = tasks.loc[
        row, ["memberships_project_gids", "memberships_section_gids"]
    ].tolist()

    assert find(tasks, put(tasks, row, memberships_section_names=("Elsewhere",))) == [
        ("add", "sections", section, (project, "Elsewhere"))
    ]
    assert find(tasks, put(tasks, row, memberships_section_gids=("5",))) == [
        ("add", "sections", section, (project, "5"))
    ]
    both = put(
        tasks,
        row,
        memberships_project_names=(PROJECT, "Mobile"),
        memberships_section_names=(*tasks.loc[row, "memberships_section_names"], "Todo"),
    )
    assert find(tasks, both) == [
        ("add", "projects", None, "Mobile"),
        ("add", "sections", None, ("Mobile", "Todo")),
    ]
    assert find(tasks, put(tasks, row, memberships_project_gids=("9",))) == [
        ("remove", "projects", project, None),
        ("add", "projects", None, "9"),
    ]
    assert find(tasks, put(tasks, row, memberships_project_gids=af.CLEAR)) == [
        ("remove", "projects", project, None)
    ]


def test_a_section_without_its_project_is_refused(tasks: pd.DataFrame) -> None:
    after = put(tasks, alone(tasks), memberships_section_names=("Todo", "Done"))

    with pytest.raises(af.InvalidArgument, match="1 project"):
        af.changes(tasks, after)


def test_a_section_of_another_project_is_a_problem_of_its_row(
    tasks: pd.DataFrame, own: af.Asana
) -> None:
    row = alone(tasks)
    other = own.sections.create_for_project("Mobile app", name="Later")["gid"].iloc[0]
    project = tasks.loc[row, "memberships_project_gids"]
    # A frame that has tasks of both projects knows which section is where.
    both = pd.concat(
        [tasks.iloc[[row]], own.tasks.list(project="Mobile app").head(1)], ignore_index=True
    )
    foreign = both.loc[1, "memberships_section_gids"][:1]

    with pytest.raises(af.InvalidArgument, match="is in the project Mobile app, not") as caught:
        af.changes(both, put(both, 0, memberships_section_gids=foreign))
    assert caught.value.problems["row"].tolist() == [0]
    unknown = af.changes(tasks, put(tasks, row, memberships_section_gids=(other,)))
    assert unknown["new"].tolist() == [(*project, other)]
    with pytest.raises(af.InvalidArgument, match="is not in the project"):
        own.apply(unknown)
    gid = tasks.loc[row, "gid"]
    assert own.tasks.get([gid])["memberships_project_gids"].tolist() == [project]


def add(frame: pd.DataFrame, row: int, **cells: Any) -> pd.DataFrame:
    """Return a frame with columns that it lacks, filled in one row."""
    values = {
        name: [value if one == row else None for one in range(len(frame))]
        for name, value in cells.items()
    }
    return frame.assign(**{name: pd.Series(one, dtype=object) for name, one in values.items()})


def test_columns_of_new_tasks_are_followed_in_rows_that_are_there(own: af.Asana) -> None:
    fields = ["dependencies", "memberships.project", "memberships.section.name", "name"]
    fields += ["assignee", "assignee.name", "tags.name", "parent"]
    tasks = own.tasks.list(project=PROJECT, fields=fields)
    row = alone(tasks)
    tag = own.tags.list(workspace="Acme")["name"].iloc[0]
    gid, above, other, last = tasks["gid"].tolist()[row], *tasks["gid"].iloc[-3:]
    edited = add(
        tasks, row, section="Done", assignee="Zoe Ng", tags=tag, parent=above, depends_on=other
    )

    made = af.changes(tasks, edited)
    done = own.apply(made)
    now = own.tasks.get([gid], fields=fields)

    assert set(made["gid"]) == {gid}
    assert set(done["outcome"]) == {"done"}
    assert now["memberships_section_names"].tolist() == [("Done",)]
    assert now["assignee_name"].tolist() == ["Zoe Ng"]
    assert (tag,) == now["tags_names"].iloc[0]
    assert now["parent_gid"].tolist() == [above]
    assert now["dependencies_gids"].iloc[0] == (*tasks.loc[row, "dependencies_gids"], other)
    # The same once more is no change, and what a task depends on is only added.
    assert len(af.changes(now, edited.iloc[[row]][["gid", "section", "assignee", "tags"]])) == 0
    assert find(now, add(now, 0, depends_on=f"{last}; {other}")) == [
        ("add", "dependencies", None, last)
    ]
    with_keys = own.tasks.get([gid, last], fields=fields)
    keyed = with_keys.assign(key=["a", "b"], depends_on=["b", None])
    assert find(with_keys, keyed) == [("add", "dependencies", None, last)]


def test_a_section_is_that_of_the_only_project_of_a_task(tasks: pd.DataFrame) -> None:
    shared = int(np.flatnonzero(tasks["memberships_project_gids"].map(len) == 2)[0])
    single = alone(tasks)
    section = tasks.loc[single, "memberships_section_gids"][0]

    with pytest.raises(af.InvalidArgument, match="2 projects: write memberships_section_names"):
        af.changes(tasks, add(tasks, shared, section="Done"))
    both = put(tasks, single, memberships_section_names=("Review",))
    with pytest.raises(af.InvalidArgument, match="section says 'Done': leave one"):
        af.changes(tasks, add(both, single, section="Done"))
    with pytest.raises(af.InvalidArgument, match="always in a section"):
        af.changes(tasks, add(tasks, single, section=af.CLEAR))
    assert find(tasks, add(tasks, single, section=section)) == []


def test_a_column_whose_old_values_are_not_known_says_which_are_needed(
    tasks: pd.DataFrame,
) -> None:
    row = alone(tasks)
    before = tasks[["gid", "name", "memberships_project_gids"]]

    with pytest.warns(af.AsanaWarning, match="assignee needs assignee_gid") as caught:
        made = af.changes(before, add(before, row, assignee="Zoe Ng", depends_on="1", section="x"))

    assert len(made) == 0
    assert len(caught) == 1
    assert "depends_on needs dependencies_gids" in str(caught[0].message)
    wanted = {"assignee": 1, "depends_on": 1, "section": 1}
    assert made.attrs["asana"]["not_written"] == wanted


def test_a_field_that_two_columns_change_is_a_problem(tasks: pd.DataFrame) -> None:
    row = first(tasks, "assignee_gid")

    with pytest.raises(af.InvalidArgument, match="assignee says 'Ana'") as caught:
        af.changes(tasks, add(put(tasks, row, assignee_name="Ben"), row, assignee="Ana"))

    assert caught.value.problems["row"].tolist() == [row]
    assert find(tasks, add(tasks, row, assignee=tasks.loc[row, "assignee_name"])) == []


def test_the_order_of_options_and_people_is_no_change(tasks: pd.DataFrame) -> None:
    for name in ("cf_Channels", "cf_Reviewers", "cf_Reviewers_gids", "followers_names"):
        row = int(np.flatnonzero(tasks[name].map(len) > 1)[0])
        turned = tuple(reversed(tasks.loc[row, name]))

        assert find(tasks, put(tasks, row, **{name: turned})) == []
        assert len(find(tasks, put(tasks, row, **{name: turned[:1]}))) >= 1


def test_custom_fields_are_changes_of_their_column(tasks: pd.DataFrame) -> None:
    row = first(tasks, "cf_Reviewers")
    reviewers = tasks.loc[row, "cf_Reviewers_gids"]
    day = pd.Timestamp("2026-03-02")

    assert find(tasks, put(tasks, row, cf_Channels=("Web", "Fax")))[0][1::2] == (
        "cf_Channels",
        ("Web", "Fax"),
    )
    assert find(tasks, put(tasks, row, cf_Reviewers=(*tasks.loc[row, "cf_Reviewers"], "Ana"))) == [
        ("update", "cf_Reviewers", reviewers, (*reviewers, "Ana"))
    ]
    launch = first(tasks, "cf_Launch date_at", is_there=False)
    assert find(tasks, put(tasks, launch, **{"cf_Launch date": day}))[0][1::2] == (
        "cf_Launch date",
        "2026-03-02",
    )
    at = {"cf_Launch date_at": day.tz_localize("UTC")}
    assert find(tasks, put(tasks, row, **at))[0][1::2] == (
        "cf_Launch date",
        "2026-03-02T00:00:00.000Z",
    )


def test_columns_that_cannot_be_written_are_listed(tasks: pd.DataFrame) -> None:
    computed = {"cf_Points per hour": 7.5, "cf_Ticket": "X-1", "num_likes": 99}
    after = put(tasks, 0, **computed).assign(own="mine")

    with pytest.warns(af.AsanaWarning, match="cannot be written") as caught:
        made = af.changes(tasks, after)

    assert len(made) == 0
    assert len(caught) == 1
    assert made.attrs["asana"]["not_written"] == dict.fromkeys(computed, 1) | {"own": len(tasks)}


def test_rows_that_are_gone_are_deleted_on_request_only(tasks: pd.DataFrame) -> None:
    after = tasks.drop(index=[1, 3])

    with pytest.warns(af.AsanaWarning, match="2 row.* deletions=True deletes them") as caught:
        kept = af.changes(tasks, after)
    assert len(caught) == 1
    made = af.changes(tasks, after, deletions=True)

    assert len(kept) == 0
    assert kept.attrs["asana"]["deleted"] == 2
    assert made[["action", "gid"]].to_numpy().tolist() == [
        ["delete", tasks.loc[1, "gid"]],
        ["delete", tasks.loc[3, "gid"]],
    ]


def test_a_row_without_a_gid_is_created(tasks: pd.DataFrame) -> None:
    new = {
        "name": "New",
        "assignee_name": "Ana",
        "due_on": pd.Timestamp("2026-03-02"),
        "tags_names": ("x",),
        "memberships_project_names": (PROJECT,),
        "memberships_section_names": ("Done",),
        "cf_Priority": "High",
    }
    after = pd.concat([tasks, pd.DataFrame([new])], ignore_index=True)

    made = list_changes(af.changes(tasks, after))

    assert {one.action for one in made} == {"create"}
    assert {one.key for one in made} == {f"row {len(tasks)}"}
    assert {one.field: one.new for one in made} == {
        "name": "New",
        "assignee": "Ana",
        "due_on": "2026-03-02",
        "tags": ("x",),
        "projects": (PROJECT,),
        "sections": ((PROJECT, "Done"),),
        "cf_Priority": "High",
    }


def copy_row(frame: pd.DataFrame, row: int, **cells: Any) -> pd.DataFrame:
    """Return a frame with a copy of a row below, without its gid, as people copy rows."""
    made = frame.take([*range(len(frame)), row]).reset_index(drop=True)
    made.loc[len(frame), "gid"] = None
    return put(made, len(frame), **cells)


@pytest.mark.filterwarnings("ignore:af.changes. columns that cannot be written")
def test_a_copied_row_becomes_a_task_like_the_one_it_was_copied_from(own: af.Asana) -> None:
    paths = {column.path for column in columns_of("task", ("all",))}
    tasks = own.tasks.list(project=PROJECT, fields=sorted(paths))
    # Names of tasks may be ambiguous, and options switched off.
    is_plain = tasks[["cf_Related work", "cf_Channels"]].map(len).eq(0).all(axis=1)
    row = int(np.flatnonzero(is_plain & tasks["notes"].ne(""))[0])

    done = own.apply(af.changes(tasks, copy_row(tasks, row, name="A copy")))

    assert set(done["outcome"]) == {"done"}
    made = own.tasks.get(done["gid"].unique()).iloc[0]
    alike = [
        *("memberships_project_gids", "memberships_section_gids", "assignee_gid", "due_on"),
        *("tags_gids", "notes", "completed", "cf_Priority", "cf_Story points"),
    ]
    pd.testing.assert_series_equal(made[alike], tasks.loc[row, alike], check_names=False)


@pytest.mark.filterwarnings("ignore:af.changes. columns that cannot be written")
def test_of_a_new_row_the_section_is_one_of_its_project(tasks: pd.DataFrame) -> None:
    row = alone(tasks)
    project, section = tasks.loc[
        row, [f"memberships_{one}_gids" for one in ("project", "section")]
    ]
    new = af.changes(tasks, copy_row(tasks, row)).set_index("field")["new"]
    table = {"name": ["a", "b"], "memberships_section_names": ["Review", "Todo; Done"]}
    lone = af.changes(None, pd.DataFrame(table).head(1))

    assert (new["projects"], new["sections"]) == (project, ((*project, *section),))
    assert lone[["field", "new"]].to_numpy().tolist() == [["name", "a"], ["section", "Review"]]
    with pytest.raises(af.InvalidArgument, match=r"0 project\(s\) have 2 section") as caught:
        af.changes(None, pd.DataFrame(table))
    assert caught.value.problems["row"].tolist() == [1]


def test_the_section_of_a_new_row_is_in_its_only_project(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    new = {"name": ["New"], "memberships_project_names": [(PROJECT,)], "section": ["Done"]}
    after = pd.concat([tasks, pd.DataFrame(new)], ignore_index=True)

    done = own.apply(af.changes(tasks, after))

    (gid,) = done["gid"].unique()
    assert own.tasks.get([gid])["memberships_section_names"].tolist() == [("Done",)]


@pytest.mark.filterwarnings("ignore:af.changes. columns that cannot be written")
def test_names_of_a_new_row_that_do_not_fit_its_gids_are_problems(tasks: pd.DataFrame) -> None:
    row = int(np.flatnonzero(tasks["assignee_gid"].notna() & tasks["due_on"].notna())[0])
    edited = {
        "assignee_name": "Somebody else",
        "memberships_section_names": ("Elsewhere",),
        "due_at": tasks.loc[row, "due_on"].tz_localize("UTC") + pd.Timedelta(days=9),
    }

    with pytest.raises(af.InvalidArgument) as caught:
        af.changes(tasks, copy_row(tasks, row, **edited))

    problems = caught.value.problems
    assert set(problems["row"]) == {len(tasks)}
    assert set(problems["column"]) == {"assignee_name", "memberships_section_names", "due_on"}
    blanked = copy_row(tasks, row, assignee_name="Somebody else", assignee_gid=None)
    new = af.changes(tasks, blanked).set_index("field")["new"]
    assert new["assignee"] == "Somebody else"


def test_two_columns_of_one_field_are_united_or_a_problem() -> None:
    table = pd.DataFrame(
        {
            "name": ["a"],
            "tags": ["x; y"],
            "tags_names": ["y; z"],
            "assignee": ["Ana"],
            "assignee_name": ["Ben"],
        }
    )

    with pytest.raises(af.InvalidArgument, match="'Ana' and 'Ben'"):
        af.changes(None, table)
    made = af.changes(None, table.drop(columns="assignee")).set_index("field")["new"]
    assert made["tags"] == ("x", "y", "z")


def test_notes_and_their_html_of_a_new_row_say_the_same() -> None:
    table = pd.DataFrame(
        {
            "name": ["a"],
            "notes": ["One & two"],
            "html_notes": ["<body>One &amp; <b>two</b></body>"],
        }
    )

    assert af.changes(None, table)["field"].tolist() == ["name", "html_notes"]
    with pytest.raises(af.InvalidArgument, match="html_notes says something else"):
        af.changes(None, table.assign(notes="Three"))


def test_the_parent_of_a_new_row_may_be_called_by_its_name(tasks: pd.DataFrame) -> None:
    new = pd.DataFrame({"name": ["Above", "Below"], "parent_name": [None, "Above"]})
    after = pd.concat([tasks, new], ignore_index=True)

    made = af.changes(tasks, after)
    again = pd.concat([after, new.head(1)], ignore_index=True)

    assert made.loc[made["field"] == "parent", "new"].tolist() == [f"row {len(tasks)}"]
    with pytest.raises(af.InvalidArgument, match="several are called 'Above'"):
        af.changes(tasks, again)


def test_text_of_a_new_row_is_as_it_was_before_a_file_marked_it(
    tasks: pd.DataFrame, tmp_path: Path
) -> None:
    marked = tasks["cf_Agency notes"].str.startswith("=", na=False)
    assert marked.any()
    new = pd.DataFrame({"name": ["=x"], "notes": ["- y"]})
    for before in (tasks[marked], tasks[~marked]):
        part = before[["gid", "name", "notes", "cf_Agency notes"]]
        after = pd.concat([part, new], ignore_index=True)
        af.export.to_csv(after, tmp_path / "edited.csv")

        read = af.changes(part, pd.read_csv(tmp_path / "edited.csv", dtype=str))

        assert read["new"].tolist() == ["=x", "- y"]
    # Where text is as it was, nothing was marked.
    typed = pd.concat([tasks[marked], new.assign(name="'=x")], ignore_index=True)
    assert af.changes(tasks[marked], typed)["new"].tolist() == ["'=x", "- y"]


def test_a_new_row_tells_the_workspace_that_it_is_created_in(own: af.Asana) -> None:
    tags = own.tags.list(workspace="Acme")
    new = pd.DataFrame({"name": ["Fresh"], "workspace_name": ["Acme"]})

    done = own.apply(af.changes(tags, pd.concat([tags, new], ignore_index=True)))

    assert done[["field", "new"]].to_numpy().tolist() == [["name", "Fresh"], ["workspace", "Acme"]]
    assert set(done["outcome"]) == {"done"}


def test_new_rows_that_cannot_be_created_are_refused(own: af.Asana) -> None:
    before = own.custom_field_settings.list(project=PROJECT)

    with pytest.raises(af.InvalidArgument, match="cannot be created") as caught:
        af.changes(before, copy_row(before, 0))

    assert caught.value.problems["row"].tolist() == [len(before)]


@pytest.mark.parametrize("resource", ["sections", "time_tracking_entries"])
@pytest.mark.filterwarnings("ignore:.*cannot be written")
def test_a_new_row_is_created_in_what_its_own_columns_name(own: af.Asana, resource: str) -> None:
    listed = {
        "sections": lambda: own.sections.list(project=PROJECT),
        "time_tracking_entries": lambda: own.time_tracking_entries.list(
            task=own.tasks.list(project=PROJECT).head(30)
        ),
    }
    before = listed[resource]()

    done = own.apply(af.changes(before, copy_row(before, 0)))

    assert (done["outcome"] == "done").all()
    assert len(listed[resource]()) == len(before) + 1


def test_gids_that_are_unknown_or_repeated_are_refused(tasks: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match="lacks: 4711"):
        af.changes(tasks, put(tasks, 0, gid="4711"))
    again = pd.concat([tasks, tasks.head(1)])
    for pair in ((tasks, again), (again, tasks)):
        with pytest.raises(af.InvalidArgument, match=f"one gid twice|of one gid: {tasks.gid[0]}"):
            af.changes(*pair)
    with pytest.raises(af.InvalidArgument, match="no column 'gid'"):
        af.changes(tasks, tasks.drop(columns="gid"))


def test_columns_called_alike_are_refused(tasks: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match="`after` has several columns called 'name'"):
        af.changes(tasks, pd.concat([tasks, tasks[["name"]]], axis=1))


@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
def test_rows_before_that_have_no_gid_are_passed_over(tasks: pd.DataFrame) -> None:
    before = tasks.copy()
    before.loc[[1, 2], "gid"] = None
    after = put(tasks, 3, name="New").drop(index=[1, 2])

    assert find(before, after) == [("update", "name", tasks.loc[3, "name"], "New")]
    assert af.changes(before, after).attrs["asana"]["deleted"] == 0


def test_gids_may_be_the_index(tasks: pd.DataFrame) -> None:
    after = put(tasks, 3, name="New").set_index("gid")

    for before in (tasks, tasks.set_index("gid")):
        assert find(before, after) == [("update", "name", tasks.loc[3, "name"], "New")]


def test_values_that_excel_rounds_are_no_changes(tasks: pd.DataFrame) -> None:
    row = first(tasks, "cf_Budget share")
    share = tasks.loc[row, "cf_Budget share"]
    rounded = {"cf_Budget share": share * (1 + 1e-15), "notes": "a\r\nb"}
    before = put(tasks, row, notes="a\nb")

    assert find(before, put(tasks, row, **rounded)) == []
    assert len(find(before, put(before, row, **{"cf_Budget share": share + 1e-6}))) == 1


def test_a_day_and_its_moment_are_one_change(tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_at", is_there=False)
    moment = pd.Timestamp("2026-03-02T23:30Z")
    both = put(tasks, row, due_on=pd.Timestamp("2026-03-03"), due_at=moment)

    day = tasks.loc[row, "due_on"].date().isoformat()
    assert find(tasks, both) == [("update", "due_at", day, "2026-03-02T23:30:00.000Z")]
    with pytest.raises(af.InvalidArgument, match="is not on 2026-03-09"):
        af.changes(tasks, put(both, row, due_on=pd.Timestamp("2026-03-09")))


@pytest.mark.parametrize("cell", [pd.NaT, af.CLEAR])
def test_without_its_time_of_day_the_day_is_left(tasks: pd.DataFrame, cell: Any) -> None:
    row = first(tasks, "due_on")
    day = str(tasks.loc[row, "due_on"].date())
    before = put(tasks, row, due_at=tasks.loc[row, "due_on"].tz_localize("UTC"))

    made = find(before, put(before, row, due_at=cell), blank="clear")

    assert made == [("update", "due_on", f"{day}T00:00:00.000Z", day)]
    both = put(before, row, due_on=pd.NaT, due_at=cell)
    assert [one[3] for one in find(before, both, blank="clear")] == [af.CLEAR]


def test_a_moment_that_a_day_has_replaced_comes_back(own: af.Asana, tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_on")
    gid, day = tasks.loc[row, ["gid", "due_on"]]
    moment = day.tz_localize("UTC") + pd.Timedelta(hours=10)
    own.tasks.update(gid, due_at=moment)
    before = own.tasks.get([gid])

    moved = own.apply(af.changes(before, put(before, 0, due_on=day + pd.Timedelta(days=1))))
    assert own.tasks.get([gid])["due_at"].isna().all()
    own.apply(af.reverse(moved))

    assert own.tasks.get([gid])["due_at"].tolist() == [moment]


@pytest.mark.parametrize("columns", [["gid", "cf_Launch date"], None])
def test_the_moment_of_a_custom_field_comes_back(
    own: af.Asana, tasks: pd.DataFrame, columns: list[str] | None
) -> None:
    row, day, at = first(tasks, "cf_Launch date_at"), "cf_Launch date", "cf_Launch date_at"
    gid, moment = tasks.loc[row, ["gid", at]]
    moved = put(tasks, row, **{day: tasks.loc[row, day] + pd.Timedelta(days=3)})

    done = own.apply(af.changes(tasks, moved if columns is None else moved[columns]))
    assert own.tasks.get([gid])[at].isna().all()
    own.apply(af.reverse(done))

    assert own.tasks.get([gid])[at].tolist() == [moment]


def test_a_frame_of_changes_that_pandas_has_read_is_turned_round(
    tasks: pd.DataFrame, tmp_path: Path
) -> None:
    row = dated(tasks)
    made = af.changes(tasks, put(tasks, row, due_on=pd.Timestamp("2026-03-02"), name="Other"))
    made.to_csv(tmp_path / "changes.csv", index=False)
    read = pd.read_csv(tmp_path / "changes.csv")
    assert read["gid"].dtype.kind == "i"

    assert list_changes(af.reverse(read)) == list_changes(af.reverse(made))
    with pytest.raises(af.InvalidArgument, match="may have been rounded"):
        af.reverse(made.assign(gid=1.2091e27))


def test_a_day_that_a_moment_has_replaced_comes_back(tasks: pd.DataFrame) -> None:
    row = dated(tasks)
    day = str(tasks.loc[row, "due_on"].date())
    after = put(tasks, row, due_at=tasks.loc[row, "due_on"].tz_localize("UTC"))

    (change,) = list_changes(af.reverse(af.changes(tasks, after)))

    assert (change.field, change.old, change.new) == ("due_on", f"{day}T00:00:00.000Z", day)


def test_a_cell_that_is_not_understood_is_named(tasks: pd.DataFrame) -> None:
    after = tasks.astype({"due_on": object})
    after.loc[2, "due_on"] = "soon"

    with pytest.raises(af.InvalidArgument, match=r"due_on, row 2: 'soon'"):
        af.changes(tasks, after)


def test_all_cells_that_are_not_understood_are_listed(tasks: pd.DataFrame) -> None:
    wrong = {
        "due_on": [(2, "soon"), (5, "32.12.2026"), (7, "soon")],
        "completed": [(1, "x")],
        "cf_Story points": [(3, "five")],
        "created_at": [(4, "then")],
    }
    after = tasks.astype(dict.fromkeys(wrong, object))
    for name, cells in wrong.items():
        for row, cell in cells:
            after.loc[row, name] = cell
    new = pd.DataFrame({"key": ["a", "a"], "name": ["A", "B"], "due_on": ["soon", None]})

    with pytest.raises(af.InvalidArgument, match="6 problem") as caught:
        af.changes(tasks, after)
    with pytest.raises(af.InvalidArgument) as of_new:
        af.changes(None, new)

    problems = caught.value.problems
    assert problems["row"].tolist() == [1, 2, 3, 4, 5, 7]
    for name, cells in wrong.items():
        found = problems[problems["column"] == name]
        assert list(zip(found["row"], found["value"], strict=True)) == cells
    assert problems["why"].str.contains(" is not ").all()
    assert of_new.value.problems["column"].tolist() == ["due_on", "key"]


def test_a_day_with_a_time_is_refused_unless_it_is_midnight(tasks: pd.DataFrame) -> None:
    row = first(tasks, "due_on")
    moment, midnight = pd.Timestamp("2026-12-31 10:00"), pd.Timestamp("2026-12-31")
    for cell in (moment, str(moment)):
        new = pd.DataFrame({"name": ["a"], "due_on": [cell]})
        old = put(tasks.astype({"due_on": object}), row, due_on=cell)
        for before, after in ((None, new), (tasks, old), (tasks, put(tasks, row, due_on=moment))):
            with pytest.raises(
                af.InvalidArgument, match="A moment is a value of due_at"
            ) as caught:
                af.changes(before, after)
            assert caught.value.problems["column"].tolist() == ["due_on"]
    for cell in (midnight, str(midnight)):
        new = pd.DataFrame({"name": ["a"], "due_on": [cell]})
        assert af.changes(None, new)["new"].tolist() == ["a", "2026-12-31"]
    field = {"cf_Launch date": moment}
    with pytest.raises(af.InvalidArgument, match="value of cf_Launch date_at"):
        af.changes(tasks, put(tasks, row, **field))


def test_a_moment_cut_to_the_second_is_no_change(tasks: pd.DataFrame) -> None:
    row = first(tasks, "cf_Launch date_at")
    name = "cf_Launch date_at"
    before = put(tasks, row, **{name: pd.Timestamp("2026-09-16T20:35:01.013Z")})
    cut = pd.Timestamp("2026-09-16T20:35:01Z")

    assert find(before, put(before, row, **{name: cut})) == []
    assert find(before, before.assign(**{name: before[name].dt.floor("s").astype(str)})) == []
    for other in (cut + pd.Timedelta(seconds=1), cut + pd.Timedelta(milliseconds=12)):
        assert len(find(before, put(before, row, **{name: other}))) == 1
    assert len(find(put(before, row, **{name: cut}), before)) == 1


def test_a_key_that_two_rows_have_is_one_problem() -> None:
    table = pd.DataFrame(
        {"key": ["a", "a", "c"], "name": list("ABC"), "depends_on": [None, "a", "b"]}
    )

    with pytest.raises(af.InvalidArgument) as caught:
        af.changes(None, table)

    assert caught.value.problems[["row", "column"]].to_numpy().tolist() == [[1, "key"]]


def test_a_table_of_new_rows_becomes_creations() -> None:
    table = pd.DataFrame(
        {
            "key": ["a", "b", "c"],
            "name": ["A", "B", "C"],
            "parent": [None, "a", "1209000000000001"],
            "depends_on": ["", "", "a; b"],
            "due_on": ["2026-03-02", None, None],
            "tags": [("x", "y"), (), ()],
            "cf_Priority": ["High", None, None],
        }
    )

    made = list_changes(af.changes(None, table))

    assert [(one.key, one.field, one.new) for one in made] == [
        ("a", "name", "A"),
        ("a", "due_on", "2026-03-02"),
        ("a", "tags", ("x", "y")),
        ("a", "cf_Priority", "High"),
        ("b", "name", "B"),
        ("b", "parent", "a"),
        ("c", "name", "C"),
        ("c", "parent", "1209000000000001"),
        ("c", "depends_on", ("a", "b")),
    ]
    assert {(one.resource, one.action, one.gid) for one in made} == {("tasks", "create", None)}


@pytest.mark.parametrize("depends_on", [[None, 1], [None, 1.0], [(), (1,)], ["", "1"]])
def test_keys_may_be_numbers(depends_on: list[Any]) -> None:
    table = {"key": [1, 2], "name": ["a", "b"], "parent": [None, 1], "depends_on": depends_on}

    made = list_changes(af.changes(None, pd.DataFrame(table)))

    assert [(one.key, one.field, one.new) for one in made] == [
        ("1", "name", "a"),
        ("2", "name", "b"),
        ("2", "parent", "1"),
        ("2", "depends_on", ("1",)),
    ]


def test_keys_that_do_not_work_are_all_listed() -> None:
    table = pd.DataFrame(
        {
            "key": ["a", "b", "c", "c"],
            "name": list("ABCD"),
            "parent": ["b", "a", "zz", None],
            "depends_on": ["c", None, "a", "d"],
        }
    )

    with pytest.raises(af.InvalidArgument) as caught:
        af.changes(None, table)

    assert caught.value.problems[["row", "column", "value"]].to_numpy().tolist() == [
        [0, "depends_on", "a"],
        [0, "parent", "a"],
        [2, "parent", "zz"],
        [3, "depends_on", "d"],
        [3, "key", "c"],
    ]


@pytest.mark.parametrize(
    "twist",
    [*twists.ALIKE, *twists.WITHOUT_SCHEMA, twists.objects, twists.parquet_as_arrow],
    ids=lambda one: one.__name__,
)
@pytest.mark.filterwarnings("ignore::asana_frames.AsanaWarning")
def test_a_frame_in_another_form_has_no_changes_but_those_made(
    tasks: pd.DataFrame,
    twist: twists.Twist,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    edited = put(tasks, 0, name="=1+1", completed=True, cf_Channels=("Web",))
    wanted = list_changes(af.changes(tasks, edited))
    assert len(wanted) >= 2

    assert list_changes(af.changes(tasks, twist(edited))) == wanted
    assert list_changes(af.changes(tasks, twist(tasks))) == []


def test_changes_are_turned_round(tasks: pd.DataFrame) -> None:
    row = dated(tasks)
    gids = tasks.loc[row, "followers_gids"]
    day = tasks.loc[row, "due_on"].date().isoformat()
    after = put(tasks, row, due_on=af.CLEAR, followers_gids=(*gids, "77"))
    made = af.changes(tasks, after)

    back = af.reverse(made)

    assert back[["action", "field", "old", "new"]].to_numpy().tolist() == [
        ["remove", "followers", "77", None],
        ["update", "due_on", af.CLEAR, day],
    ]
    assert list_changes(af.reverse(back)) == list_changes(made)
    assert read_all_definitions(back) == read_all_definitions(made)


def test_a_task_returns_to_the_section_that_it_left(own: af.Asana, tasks: pd.DataFrame) -> None:
    row = int(np.flatnonzero(tasks["memberships_section_names"] == ("Done",))[0])
    gid = tasks.loc[row, "gid"]
    before = own.tasks.get([gid])
    other = own.projects.list().query("name == 'Mobile app'")["gid"].item()

    moved = own.apply(af.changes(before, put(before, 0, memberships_project_gids=(other,))))
    assert own.tasks.get([gid])["memberships_project_gids"].item() == (other,)
    own.apply(af.reverse(moved))

    left, back = (one["memberships_section_gids"].item() for one in (before, own.tasks.get([gid])))
    assert back == left
    moved.attrs["asana"].pop("sections")
    with pytest.warns(af.AsanaWarning, match="section that it had"):
        af.reverse(moved)


def test_only_what_is_done_is_turned_round_and_the_rest_is_listed(tasks: pd.DataFrame) -> None:
    after = put(put(tasks, 0, name="A"), 1, name="B").drop(index=5)
    after = pd.concat([after, pd.DataFrame([{"name": "New"}])], ignore_index=True)
    applied = af.changes(tasks, after, deletions=True)
    applied["outcome"] = ["done", "failed", "done", "done"]
    applied.loc[2, "gid"] = "99"

    with pytest.warns(af.AsanaWarning, match="2 change"):
        back = af.reverse(applied)
    with pytest.warns(af.AsanaWarning, match="1 change"):
        deleting = af.reverse(applied, deletions=True)

    assert back["new"].tolist() == [tasks.loc[0, "name"]]
    left = back.attrs["asana"]["not_undone"]
    assert [(one["action"], one["gid"]) for one in left] == [
        ("delete", tasks.loc[5, "gid"]),
        ("create", "99"),
    ]
    assert deleting[["action", "gid"]].to_numpy().tolist() == [
        ["delete", "99"],
        ["update", tasks.loc[0, "gid"]],
    ]


def test_a_frame_that_lacks_columns_of_changes_says_which(tasks: pd.DataFrame) -> None:
    made = af.changes(tasks, put(tasks, 0, name="Other"))

    with pytest.raises(af.InvalidArgument, match="lacks key, old"):
        af.reverse(made.drop(columns=["key", "old"]))


def test_a_frame_of_something_else_cannot_be_turned_round(tasks: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match="frame of changes"):
        af.reverse(tasks)


# --- random edits, and the changes that follow from them -----------------------------------------

GIDS = [str(1200000000000000 + number) for number in range(6)]
PEOPLE = {"11": "Ana", "12": "Ben", "13": "Cleo"}
TAGS = {"21": "red", "22": "blue", "23": "green"}
BLANK = {"name": None, "due_on": pd.NaT, "completed": pd.NA, "cf_Points": pd.NA, "tags": ()}


def build_tasks() -> pd.DataFrame:
    """Build a small frame of tasks, of which each column has a missing value."""
    tags = [("21", "22"), (), ("23",), ("21",), (), ("22", "23")]
    people = ["11", "12", None, "13", "11", None]
    frame = pd.DataFrame(
        {
            "gid": pd.array(GIDS, STR),
            "name": pd.array(["a", "b", None, "d", "e", "f"], STR),
            "due_on": pd.to_datetime(["2026-01-01", None, *["2026-01-03"] * 4]).as_unit("us"),
            "completed": pd.array([True, False, None, True, False, False], "boolean"),
            "assignee_gid": pd.array(people, STR),
            "assignee_name": pd.array([PEOPLE.get(one or "") for one in people], STR),
            "tags_gids": pd.Series(tags, dtype=object),
            "tags_names": pd.Series([tuple(map(TAGS.get, one)) for one in tags], dtype=object),
            "cf_Points": pd.array([1, 2.5, None, 4, 0, -1], "Float64"),
            "num_likes": pd.array(range(6), "Int64"),
        }
    )
    frame.attrs["asana"] = {"record": "task"}
    return frame


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.sampled_from(["a", "new", "=1+1", "'quoted", " spaces ", "a; b"]),
    "due_on": st.dates(date(2025, 1, 1), date(2027, 1, 1)).map(pd.Timestamp),
    "completed": st.booleans(),
    "cf_Points": st.integers(-100, 100).map(lambda number: number / 4),
    "assignee_gid": st.sampled_from([*PEOPLE, "99"]),
    "assignee_name": st.sampled_from([*PEOPLE.values(), "Zed"]),
    "tags_gids": st.lists(st.sampled_from([*TAGS, "99"]), unique=True).map(tuple),
    "tags_names": st.lists(st.sampled_from([*TAGS.values(), "new"]), unique=True).map(tuple),
}
FIELDS = {"assignee_gid": "assignee", "assignee_name": "assignee"}


@st.composite
def edits(draw: st.DrawFn) -> dict[tuple[int, str], Any]:
    """Return some cells with their new values; of a gid and its name only one is edited."""
    made: dict[tuple[int, str], Any] = {}
    for _ in range(draw(st.integers(0, 8))):
        row, name = draw(st.integers(0, 5)), draw(st.sampled_from([*VALUES]))
        pair = [one for one in made if one[0] == row and one[1][:4] == name[:4] != name]
        if not pair:
            value = st.one_of(VALUES[name], VALUES[name], st.just(None), st.just(af.CLEAR))
            made[row, name] = draw(value)
    return made


def to_json(value: Any) -> Any:
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def expect(before: pd.DataFrame, made: dict[tuple[int, str], Any]) -> tuple[set[Any], int]:
    """Return the changes that follow from edits of cells, and how many cells are blank now."""
    expected, blank = set(), 0
    for (row, name), value in made.items():
        old = before.loc[row, name]
        is_empty = old == () if isinstance(old, tuple) else bool(pd.isna(old))
        if value is None or value == ():
            blank += not is_empty
        elif name.startswith("tags"):
            gids = before.loc[row, "tags_gids"]
            by_name = dict(zip(before.loc[row, "tags_names"], gids, strict=True))
            now = () if value is af.CLEAR else [by_name.get(one, one) for one in value]
            expected |= {(row, "remove", "tags", one, None) for one in gids if one not in now}
            expected |= {(row, "add", "tags", None, one) for one in now if one not in gids}
        elif is_empty or value is af.CLEAR or value != old:
            shown = before.loc[row, "assignee_gid"] if name.startswith("assignee") else old
            if not (is_empty and value is af.CLEAR):
                was = af.CLEAR if is_empty else to_json(shown)
                expected.add((row, "update", FIELDS.get(name, name), was, to_json(value)))
    return expected, blank


def unchanged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame


def through_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    pytest.importorskip("pyarrow")
    texts = [name for name in frame if isinstance(frame[name].dtype, pd.StringDtype)]
    return frame.astype(
        dict.fromkeys(texts, pd.ArrowDtype(pytest.importorskip("pyarrow").string()))
    )


FORMS = [unchanged, twists.shuffled, twists.objects, twists.categories, through_arrow]
FORMS += [twists.same_index, twists.in_two_parts]


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits(),
    st.sampled_from(FORMS),
    st.sets(st.integers(0, 5), max_size=3),
    st.integers(0, 2),
    st.booleans(),
)
def test_changes_are_those_that_were_made(
    made: dict[tuple[int, str], Any],
    twist: twists.Twist,
    dropped: set[int],
    added: int,
    deletes: bool,
) -> None:
    before = build_tasks()
    after = before.copy()
    for (row, name), value in made.items():
        stem = "tags" if name.startswith("tags") else name
        after = put(after, row, **{name: BLANK.get(stem) if value is None else value})
    after = after.drop(index=list(dropped))
    new = pd.DataFrame([{"name": f"new {number}"} for number in range(added)], columns=["name"])
    after = twist(pd.concat([after, new]) if added else after)
    kept = after.copy(deep=True)
    expected, blank = expect(before, {one: v for one, v in made.items() if one[0] not in dropped})

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", af.AsanaWarning)
        found = af.changes(before, after, deletions=deletes)

    listed = list_changes(found)
    rows = {gid: row for row, gid in enumerate(GIDS)}
    of_rows = [one for one in listed if one.action in ("update", "add", "remove")]
    assert {(rows[str(one.gid)], *one[1:2], *one[4:]) for one in of_rows} == expected
    assert len(of_rows) == len(expected)
    gone = [one.gid for one in listed if one.action == "delete"]
    assert gone == ([GIDS[row] for row in sorted(dropped)] if deletes else [])
    created = [one for one in listed if one.action == "create"]
    assert sorted(str(one.new) for one in created) == [f"new {number}" for number in range(added)]
    assert found.attrs["asana"]["blank"] == blank
    assert found.attrs["asana"]["deleted"] == len(dropped)
    assert found.attrs["asana"]["not_written"] == {}
    pd.testing.assert_frame_equal(before, build_tasks())
    pd.testing.assert_frame_equal(after, kept)


def test_cells_that_are_no_lists_are_listed_with_all_others(tasks: pd.DataFrame) -> None:
    after = tasks.head(4).astype(object)
    after.at[0, "tags_names"] = {"a", "b"}
    after.at[1, "tags_names"] = True
    after.at[2, "due_on"] = "whenever"

    with pytest.raises(af.InvalidArgument) as caught:
        af.changes(tasks.head(4), after)

    problems = caught.value.problems
    assert problems is not None
    told = set(zip(problems["row"], problems["column"], strict=True))
    assert told == {(0, "tags_names"), (1, "tags_names"), (2, "due_on")}
