"""What is checked and told of changes before the first of them is sent."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.sandbox_server import Server

PROJECT = "Website relaunch"


@pytest.fixture
def tasks(own: af.Asana) -> pd.DataFrame:
    return own.tasks.list(project=PROJECT).head(5)


def new(**columns: Any) -> pd.DataFrame:
    """Return the changes of a table of new tasks."""
    return af.changes(None, pd.DataFrame(columns))


def edit(tasks: pd.DataFrame, row: int, **cells: Any) -> pd.DataFrame:
    """Return the changes of other values in the cells of a row."""
    after = tasks.astype(object)
    for name, value in cells.items():
        after.at[row, name] = value
    return af.changes(tasks, after)


def find_problems(asana: af.Asana, changes: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """Return the problems of changes, with the message as attrs."""
    with pytest.raises(af.InvalidArgument) as caught:
        asana.apply(changes, **options)
    frame = caught.value.problems
    assert frame is not None
    frame.attrs["message"] = str(caught.value)
    return frame


def test_even_a_single_problem_names_its_row_its_object_and_its_column(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    changes = edit(tasks, 2, assignee_name="Tove Janson")

    problems = find_problems(own, changes)

    assert problems["why"].str.startswith("There is no user named 'Tove Janson'").all()
    assert problems["nearest"].tolist() == [("Tove Jansson",)]
    told = (
        f"nothing was sent, because 1 of 1 rows cannot be: row 0 ({tasks['gid'][2]}), assignee: "
    )
    assert told in problems.attrs["message"]


def test_an_unknown_column_is_told_once_for_all_its_rows(own: af.Asana) -> None:
    changes = new(key=["a", "b"], name=["One", "Two"], sectoin=["Backlog", "Review"])

    problems = find_problems(own, changes, project=PROJECT)

    assert problems["column"].tolist() == ["sectoin", "sectoin"]
    assert problems["nearest"].str[0].tolist() == ["section", "section"]
    message = problems.attrs["message"]
    assert message.count("there is no field 'sectoin'. Did you mean 'section'") == 1
    assert "rows 1 (a), 3 (b), sectoin: " in message
    assert "depends_on" in message
    assert "cf_<name of a custom field>" in message


def test_a_new_task_that_goes_nowhere_is_refused(own: af.Asana) -> None:
    changes = new(
        key=["a", "b"], name=["One", "Two"], cf_Priority=["High", None], parent=[None, "a"]
    )

    problems = find_problems(own, changes)

    assert problems["row"].tolist() == [0]
    assert "apply(changes, project=...)" in problems["why"][0]


def test_a_start_after_the_end_is_refused(own: af.Asana, tasks: pd.DataFrame) -> None:
    days = {"start_on": pd.Timestamp("2027-02-01"), "due_on": pd.Timestamp("2027-01-01")}

    assert find_problems(own, edit(tasks, 0, **days))["column"].tolist() == ["start_on"]


@pytest.mark.parametrize(
    ("cells", "advice"),
    [
        ({"tags_names": ("Quite unheard of",)}, "asana.tags.create(name="),
        ({"memberships_section_names": ("Quite unheard of",)}, "sections.create_for_project("),
    ],
)
def test_what_is_not_there_is_refused_with_how_to_make_it(
    own: af.Asana, tasks: pd.DataFrame, cells: dict[str, Any], advice: str
) -> None:
    (why,) = find_problems(own, edit(tasks, 0, **cells))["why"]

    assert "There is no " in why
    assert advice in why


def test_a_name_and_a_flag_cannot_be_emptied(own: af.Asana, tasks: pd.DataFrame) -> None:
    changes = edit(tasks, 0, name=af.CLEAR, completed=af.CLEAR)

    problems = find_problems(own, changes)

    assert sorted(problems["column"]) == ["completed", "name"]


def test_a_preview_warns_of_sections_that_would_be_made(own: af.Asana) -> None:
    changes = new(key=["a"], name=["One"], section=["Reveiw"])

    with pytest.warns(af.AsanaWarning, match=r"makes 1 section.*'Reveiw' \('Review' is there\)"):
        preview = own.apply(changes, project=PROJECT, dry_run=True)

    assert preview.attrs["asana"]["requests"] == 2
    assert "Reveiw" not in own.sections.list(project=PROJECT)["name"].tolist()


def test_objects_are_created_in_what_their_preview_names(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    entries = own.time_tracking_entries.create(
        tasks["gid"], duration_minutes=30, entered_on="2026-10-01", dry_run=True
    )
    sections = own.sections.create_for_project(PROJECT, name=["B", "A", "C"], dry_run=True)
    stories = own.stories.create_for_task(tasks["gid"][0], text="Well done", dry_run=True)

    made = [own.apply(one) for one in (entries, sections, stories)]

    assert all((one["outcome"] == "done").all() for one in made)
    found = own.time_tracking_entries.get(made[0]["gid"].unique())
    assert found["task_gid"].tolist() == tasks["gid"].tolist()
    assert own.sections.list(project=PROJECT)["name"].tolist()[-3:] == ["B", "A", "C"]
    assert own.stories.get(made[2]["gid"].unique())["text"].tolist() == ["Well done"]


def test_a_new_object_may_be_part_of_a_new_one(own: af.Asana) -> None:
    entry = {"task": "t", "duration_minutes": 5, "entered_on": "2026-10-01"}
    rows = [("time_tracking_entries", "e", *cell) for cell in entry.items()]
    rows.append(("tasks", "t", "name", "A task with time"))
    changes = pd.DataFrame(rows, columns=["resource", "key", "field", "new"])
    changes = changes.assign(action="create", gid=None, old=None)

    done = own.apply(changes, project=PROJECT)

    gids = done.drop_duplicates("key").set_index("key")["gid"]
    assert own.time_tracking_entries.get(gids["e"])["task_gid"].tolist() == [gids["t"]]


def test_without_what_it_is_part_of_no_object_is_created(own: af.Asana) -> None:
    sections = own.sections.create_for_project(PROJECT, name="New", dry_run=True)
    entries = own.time_tracking_entries.create(
        own.tasks.list(project=PROJECT)["gid"][0],
        duration_minutes=30,
        entered_on="2026-10-01",
        dry_run=True,
    )

    for preview, container in ((sections, "project"), (entries, "task")):
        rest = preview[preview["field"] != container]
        assert container in find_problems(own, rest)["why"][0]


def test_changes_are_recognised_however_their_project_is_named(
    own: af.Asana, own_server: Server
) -> None:
    changes = new(key=["a", "b"], name=["Once", "Only once"], parent=[None, "a"])
    project = own.projects.list().query("name == @PROJECT")
    first = own.apply(changes, project=PROJECT)
    # Other changes, and another connection, make no difference.
    own.apply(new(key=["a"], name=["Another"]), project=PROJECT)
    again = af.connect("sandbox", base_url=own_server.url)

    for named in (
        PROJECT,
        project["gid"].item(),
        project,
        project.iloc[0],
        int(project["gid"].item()),
    ):
        for asana in (own, again):
            with pytest.warns(af.AsanaWarning, match="3 of 3 changes are done already"):
                done = asana.apply(changes, project=named)
            assert done["gid"].tolist() == first["gid"].tolist()


def test_the_same_changes_in_another_project_are_others(own: af.Asana) -> None:
    changes = new(key=["a"], name=["Twice"])
    projects = own.projects.list().head(2)

    made = [own.apply(changes, project=row)["gid"].item() for _, row in projects.iterrows()]

    found = own.tasks.get(made)["memberships_project_gids"].tolist()
    assert found == [(gid,) for gid in projects["gid"]]


def test_gids_and_keys_that_a_file_made_numbers_of_are_understood(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    def pass_through_a_file(frame: pd.DataFrame) -> pd.DataFrame:
        return pd.read_csv(io.StringIO(frame.to_csv(index=False)))

    plan = pass_through_a_file(new(key=[1, 2], name=["Up", "Down"], parent=[None, 1]))
    names = pass_through_a_file(edit(tasks, 0, name="Renamed"))
    done = [own.apply(plan, project=PROJECT), own.apply(names)]

    gids = done[0].drop_duplicates("key").set_index("key")["gid"]
    assert own.tasks.get(gids["2"])["parent_gid"].tolist() == [gids["1"]]
    assert own.tasks.get(tasks["gid"][0])["name"].tolist() == ["Renamed"]
    assert own.apply(pass_through_a_file(done[1]))["outcome"].tolist() == ["done"]


def test_a_gid_that_may_have_been_rounded_is_refused(own: af.Asana, tasks: pd.DataFrame) -> None:
    changes = edit(tasks, 0, name="Renamed")
    changes["gid"] = 1.2e18

    with pytest.raises(af.InvalidArgument, match="may have been rounded"):
        own.apply(changes)


def test_an_empty_text_leaves_a_field_alone(own: af.Asana, tasks: pd.DataFrame) -> None:
    names = pd.Series(["Other", "", None], index=tasks.index[:3])

    own.tasks.update(tasks["gid"].head(3), name=names)

    expected = ["Other", *tasks["name"][1:3]]
    assert own.tasks.get(tasks["gid"].head(3))["name"].tolist() == expected


def test_a_day_and_a_moment_are_not_taken_together(own: af.Asana, tasks: pd.DataFrame) -> None:
    with pytest.raises(af.InvalidArgument, match="due_on or due_at, not both"):
        own.tasks.update(tasks["gid"][0], due_on="2026-12-01", due_at="2026-12-01T10:00Z")


def test_a_tag_may_be_called_by_a_number(own: af.Asana, tasks: pd.DataFrame) -> None:
    tag = own.tags.create(name="2027", workspace=own.workspaces.list())

    own.apply(edit(tasks, 0, tags_names=("2027",)))

    assert own.tasks.get(tasks["gid"][0])["tags_gids"].tolist() == [tuple(tag["gid"])]


def test_changes_that_pandas_kept_are_turned_round(own: af.Asana, tasks: pd.DataFrame) -> None:
    done = own.apply(edit(tasks, 0, name="Renamed"))

    again = pd.read_csv(io.StringIO(done.to_csv(index=False)))
    own.apply(af.reverse(again))

    assert own.tasks.get(tasks["gid"][0])["name"].tolist() == [tasks["name"][0]]


def test_lists_that_pandas_wrote_are_refused_with_how_to_write_them(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    changes = new(key=["a", "b", "c"], name=["A", "B", "C"], depends_on=[None, None, ("a", "b")])

    with pytest.raises(af.InvalidArgument, match=r"af\.export\.to_csv"):
        own.apply(pd.read_csv(io.StringIO(changes.to_csv(index=False))), project=PROJECT)


def test_a_preview_needs_no_more_than_outcomes(own: af.Asana, tasks: pd.DataFrame) -> None:
    changes = edit(tasks, 0, name="Renamed").assign(outcome="not sent")

    assert len(own.apply(changes, dry_run=True)) == 1


def test_broken_cells_of_changes_are_problems(own: af.Asana, tasks: pd.DataFrame) -> None:
    changes = edit(tasks, 0, name="Renamed")

    for name, cell in {"field": 7, "resource": ("tasks",), "action": 1.0}.items():
        broken = changes.astype(object)
        broken.at[0, name] = cell
        with pytest.raises(af.InvalidArgument):
            own.apply(broken)


def test_a_number_that_asana_has_rounded_can_be_undone(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT).dropna(subset=["cf_Story points"]).head(1)
    tasks = tasks.reset_index(drop=True)
    gid, before = tasks.loc[0, ["gid", "cf_Story points"]]

    done = own.apply(edit(tasks, 0, **{"cf_Story points": before + 2.4}))
    assert own.tasks.get(gid)["cf_Story points"].tolist() == [before + 2]
    own.apply(af.reverse(done))

    assert own.tasks.get(gid)["cf_Story points"].tolist() == [before]


def test_what_went_with_what_was_deleted_is_created_anew(own: af.Asana) -> None:
    changes = new(key=["up", "down"], name=["Above", "Below"], parent=[None, "up"])
    first = own.apply(changes, project=PROJECT).drop_duplicates("key").set_index("key")["gid"]
    own.tasks.delete(first["up"])

    again = own.apply(changes, project=PROJECT).drop_duplicates("key").set_index("key")["gid"]

    assert set(again).isdisjoint(first)
    assert own.tasks.get(again["down"])["parent_gid"].tolist() == [again["up"]]


def test_what_somebody_else_deleted_is_created_anew(own: af.Asana, own_server: Server) -> None:
    changes = new(key=["a", "b"], name=["Here", "There"])
    first = own.apply(changes, project=PROJECT)["gid"].tolist()
    with af.connect("sandbox", base_url=own_server.url) as another:
        another.applied = type(another.applied)()
        another.tasks.delete(first[0])

    with pytest.warns(af.AsanaWarning, match="1 of 2 changes are done"):
        again = own.apply(changes, project=PROJECT)["gid"].tolist()

    assert again[0] != first[0]
    assert again[1] == first[1]


def test_a_copied_row_of_an_export_is_a_new_object(own: af.Asana) -> None:
    projects = own.projects.list().head(2)
    copied = projects.head(1).assign(gid=None, name="A copy", **{
        name: None for name in projects if name.startswith("cf_") or "custom_field" in name
    })  # fmt: skip
    with pytest.warns(af.AsanaWarning, match="cannot be written"):
        changes = af.changes(projects, pd.concat([projects, copied], ignore_index=True))

    done = own.apply(changes)

    assert (done["outcome"] == "done").all()
    made = own.projects.get(done["gid"].iloc[0], fields="all")
    was = own.projects.get(projects["gid"][0], fields="all")
    for name in ("team_gid", "owner_gid", "due_on", "color"):
        assert made[name].tolist() == was[name].tolist()
    assert set(was["members_gids"][0]) <= set(made["members_gids"][0])


def test_a_new_object_has_no_custom_fields_yet(own: af.Asana) -> None:
    projects = own.projects.list().dropna(subset=["cf_Health"]).head(1)
    copied = projects[["gid", "name", "team_gid", "cf_Health"]].assign(gid=None, name="A copy")
    changes = af.changes(projects, pd.concat([projects[list(copied)], copied]))

    problems = find_problems(own, changes)

    assert problems["column"].tolist() == ["cf_Health"]
    assert "leave the cell blank" in problems["why"][0]


def test_a_change_to_a_rounder_number_is_not_undone(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT).dropna(subset=["cf_Budget share"]).head(1)
    tasks = tasks.reset_index(drop=True)
    gid = tasks["gid"][0]
    done = own.apply(edit(tasks, 0, **{"cf_Budget share": 2.37}))
    own.tasks.update(gid, **{"cf_Budget share": 2})

    with pytest.raises(af.InvalidArgument, match="it was changed since"):
        own.apply(af.reverse(done))

    assert own.tasks.get(gid)["cf_Budget share"].tolist() == [2]


def test_a_key_of_objects_of_two_resources_is_refused(own: af.Asana) -> None:
    tag = own.tags.create(name="Both", workspace=own.workspaces.list(), dry_run=True)
    task = new(name=["Both"], key=["0"])

    problems = find_problems(own, pd.concat([task, tag], ignore_index=True), project=PROJECT)

    assert "the key '0' names a new row of tasks as well" in problems["why"][0]


def test_a_tag_stays_until_the_one_in_its_place_is_there(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT)
    tasks = tasks[tasks["tags_gids"].str.len() == 1].head(1).reset_index(drop=True)
    changes = edit(tasks, 0, tags_gids=("1209999999999999",))
    with pytest.warns(af.PartialResultWarning):
        done = own.apply(changes)

    assert dict(zip(done["action"], done["outcome"], strict=True)) == {
        "remove": "not sent",
        "add": "failed",
    }
    assert own.tasks.get(tasks["gid"])["tags_gids"].tolist() == tasks["tags_gids"].tolist()


@pytest.mark.parametrize(
    "names",
    [
        ("assignee_gid", "assignee_name"),
        ("tags_gids", "tags_names"),
        ("cf_Reviewers_gids", "cf_Reviewers"),
    ],
)
def test_both_columns_of_a_reference_may_be_emptied(own: af.Asana, names: tuple[str, str]) -> None:
    tasks = own.tasks.list(project=PROJECT)
    filled = tasks[names[1]].notna() & tasks[names[1]].map(lambda cell: cell != ())
    tasks = tasks[filled].head(1).reset_index(drop=True)

    done = own.apply(edit(tasks, 0, **dict.fromkeys(names, af.CLEAR)))

    assert (done["outcome"] == "done").all()
    assert own.tasks.get(tasks["gid"])[names[1]].tolist() in ([()], [None]) or (
        own.tasks.get(tasks["gid"])[names[1]].isna().all()
    )


def test_a_start_of_a_new_task_needs_an_end(own: af.Asana) -> None:
    changes = new(name=["A"], start_on=["2026-12-01"])

    assert find_problems(own, changes, project=PROJECT)["column"].tolist() == ["start_on"]


def test_an_edit_without_a_value_is_a_problem(own: af.Asana, tasks: pd.DataFrame) -> None:
    changes = edit(tasks, 0, name="Renamed")
    changes["new"] = ""

    assert "<CLEAR> empties the field" in find_problems(own, changes)["why"][0]
