"""Names in bodies are references as in reads, and all are checked before anything is sent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW
from tests.recorder import Recorder, Reply

PROJECT = "Website relaunch"


@pytest.fixture
def tasks(own: af.Asana) -> pd.DataFrame:
    return own.tasks.list(project=PROJECT).head(3)


def list_problems(asana: af.Asana, **arguments: Any) -> pd.DataFrame:
    """Return what is wrong with an update, of which nothing is sent."""
    tasks = asana.tasks.list(project=PROJECT).head(3)
    with pytest.raises(af.InvalidArgument) as caught:
        asana.tasks.update(tasks, **arguments)
    problems = caught.value.problems
    assert isinstance(problems, pd.DataFrame)
    after = asana.tasks.get(tasks["gid"])
    pd.testing.assert_series_equal(after["modified_at"], tasks["modified_at"])
    return problems


# Objects.


def test_people_are_named_by_name_email_gid_me_url_or_row(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    people = own.users.list(workspace="Acme")
    one = people.iloc[3]
    me = own.users.get("me").iloc[0]
    for named, expected in [
        (one["name"], one),
        (one["email"], one),
        (one["gid"], one),
        (one, one),
        ("me", me),
        (f"https://app.asana.com/1/1/profile/{one['gid']}", one),
    ]:
        done = own.tasks.update(tasks["gid"].iloc[0], assignee=named)
        assert done.loc[0, "assignee_gid"] == expected["gid"]


def test_a_name_each_is_a_person_each(own: af.Asana, tasks: pd.DataFrame) -> None:
    people = own.users.list(workspace="Acme").head(3)
    done = own.tasks.update(tasks, assignee=people["name"].to_numpy())
    assert done["assignee_gid"].tolist() == people["gid"].tolist()


def test_many_people_by_email_take_one_list(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT).head(8)
    emails = own.users.list(workspace="Acme")["email"].head(8)
    workspaces = len(own.workspaces.list())
    own.tasks.update(tasks, assignee=emails.to_numpy())
    assert own.last.requests <= 8 + 1 + workspaces


def test_names_take_no_request_a_row(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT).head(30)
    projects = {gid for gids in tasks["memberships_project_gids"] for gid in gids}
    workspaces = len(own.workspaces.list())
    own.tasks.update(tasks, assignee="Zoe Ng", cf_Priority="Low")
    assert own.last.requests <= 30 + 1 + workspaces + len(projects)


def test_a_task_is_created_by_names_alone(own: af.Asana) -> None:
    own.tags.create(name="checked names", workspace="Acme")
    made = own.tasks.create(
        name="By names",
        workspace="Acme",
        projects=[PROJECT],
        followers=["Zoe Ng", "Ben Fischer"],
        tags="checked names",
    )
    again = own.tasks.get(made).iloc[0]
    assert again["memberships_project_names"] == (PROJECT,)
    assert again["tags_names"] == ("checked names",)
    assert {"Zoe Ng", "Ben Fischer"} <= set(again["followers_names"])


@pytest.mark.parametrize("text", ["Zoe Ng, Ben Fischer", "Zoe Ng; Ben Fischer"])
def test_one_cell_may_name_several_people(own: af.Asana, tasks: pd.DataFrame, text: str) -> None:
    done = own.tasks.add_followers(tasks["gid"].iloc[0], followers=text)
    assert {"Zoe Ng", "Ben Fischer"} <= set(done.loc[0, "followers_names"])


def test_one_unknown_name_among_several_in_a_cell_is_named(own: af.Asana) -> None:
    gid = own.tasks.list(project=PROJECT)["gid"].iloc[0]
    with pytest.raises(af.UnknownReference, match=r"followers=\): There is no user named 'Zoe N'"):
        own.tasks.add_followers(gid, followers="Zoe N, Ben Fischer")


def test_a_section_is_found_within_its_project(own: af.Asana, tasks: pd.DataFrame) -> None:
    section = own.sections.list(project=PROJECT).iloc[-1]
    own.tasks.add_project(tasks, project=PROJECT, section=section["name"])
    again = own.tasks.get(tasks)
    assert all(section["gid"] in gids for gids in again["memberships_section_gids"])


def test_a_section_of_another_project_is_refused(own: af.Asana, tasks: pd.DataFrame) -> None:
    own.sections.create_for_project("Office move", name="Only in the office")
    with pytest.raises(af.UnknownReference, match="Only in the office") as caught:
        own.tasks.add_project(tasks, project=PROJECT, section="Only in the office")
    assert caught.value.problems["row"].tolist() == [0, 1, 2]


def test_people_of_one_name_are_told_apart_by_their_addresses() -> None:
    with serve(now=NOW) as server, af.connect("sandbox", base_url=server.url) as asana:
        one, two = list(server.application.store.all("user"))[2:4]
        two["name"] = one["name"]
        task = asana.tasks.list(project=PROJECT)["gid"].iloc[0]
        with pytest.raises(af.AmbiguousReference) as caught:
            asana.tasks.update(task, assignee=one["name"])
        assert one["email"] in str(caught.value)
        assert two["email"] in str(caught.value)


def test_people_are_invited_by_an_address_that_nobody_has_yet(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": {"gid": "5", "name": "New"}}))
    recorded.workspaces.add_user("1", user="new@acme.example")
    assert [asked.json for asked in recorder.asked] == [{"data": {"user": "new@acme.example"}}]


# Custom fields.


def test_custom_fields_are_named_by_their_columns(own: af.Asana, tasks: pd.DataFrame) -> None:
    done = own.tasks.update(
        tasks,
        **{
            "cf_Priority": ["Low", "High", "Urgent"],
            "cf_Story points": np.array([1, 2, 3]),
            "cf_Channels": ["Web", "E-mail"],
            "cf_Reviewers": "Zoe Ng; Ben Fischer",
            "cf_Launch date": "2026-12-24",
            "cf_Agency notes": "Checked",
        },
    )
    assert done["cf_Priority"].tolist() == ["Low", "High", "Urgent"]
    assert done["cf_Story points"].tolist() == [1, 2, 3]
    assert done["cf_Channels"].tolist() == [("Web", "E-mail")] * 3
    assert all(set(names) == {"Zoe Ng", "Ben Fischer"} for names in done["cf_Reviewers"])
    assert done["cf_Launch date"].tolist() == [pd.Timestamp("2026-12-24")] * 3
    assert done["cf_Launch date_at"].isna().all()
    assert done["cf_Agency notes"].tolist() == ["Checked"] * 3


def test_what_was_read_can_be_written_back(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT)
    # An option that is switched off can be read only, and so can what Asana works out.
    tasks = tasks[["Fax" not in names for names in tasks["cf_Channels"]]].head(20)
    readonly = ["cf_Ticket", "cf_Points per hour", "cf_Related work"]
    columns = tasks.filter(regex="^cf_").drop(columns=readonly)
    own.tasks.update(tasks, **dict(columns.items()))
    again = own.tasks.list(project=PROJECT).set_index("gid").loc[tasks["gid"], columns.columns]
    pd.testing.assert_frame_equal(again, columns.set_axis(again.index))


@pytest.mark.parametrize("custom_fields", [{"Priority": "Low"}, "by gid"])
def test_a_mapping_names_fields_and_options(
    own: af.Asana, tasks: pd.DataFrame, custom_fields: Any
) -> None:
    fields = own.custom_field_settings.list_for_project(PROJECT)
    if custom_fields == "by gid":
        gid = fields.loc[fields["custom_field_name"] == "Priority", "custom_field_gid"].iloc[0]
        custom_fields = {gid: "Low"}
    done = own.tasks.update(tasks["gid"].iloc[0], custom_fields=custom_fields)
    assert done.loc[0, "cf_Priority"] == "Low"


def test_gids_are_sent_as_they_are_and_without_a_request_more(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(body={"data": {"gid": "1"}}))
    recorded.tasks.update("1", custom_fields={"7": "8", "9": 1.5}, fields=["name"])
    assert recorder.asked[0].json == {"data": {"custom_fields": {"7": "8", "9": 1.5}}}
    assert len(recorder.asked) == 1


def test_a_moment_and_its_day_are_one_value(own: af.Asana, tasks: pd.DataFrame) -> None:
    moment = pd.Timestamp("2026-12-24T10:30:00Z")
    columns = {"cf_Launch date": pd.Timestamp("2026-12-24"), "cf_Launch date_at": moment}
    done = own.tasks.update(tasks, **columns)
    assert done["cf_Launch date_at"].tolist() == [moment] * 3
    with pytest.raises(af.InvalidArgument, match="give different values for one field"):
        own.tasks.update(tasks, **columns | {"cf_Launch date": "2026-12-01"})


def test_a_custom_field_is_emptied_and_left_alone(own: af.Asana, tasks: pd.DataFrame) -> None:
    own.tasks.update(tasks, cf_Priority="High", cf_Channels=["Web"])
    channels = pd.Series([af.CLEAR, (), ("Print",)])
    own.tasks.update(tasks, cf_Priority=[af.CLEAR, None, "Low"], cf_Channels=channels)
    done = own.tasks.get(tasks)
    assert done["cf_Priority"].tolist()[1:] == ["High", "Low"]
    assert pd.isna(done["cf_Priority"].iloc[0])
    assert done["cf_Channels"].tolist() == [(), ("Web",), ("Print",)]


def test_a_row_whose_custom_fields_are_all_blank_is_left_alone(
    own: af.Asana, tasks: pd.DataFrame
) -> None:
    given = ["High", None, np.nan]

    done = own.tasks.update(tasks["gid"], cf_Priority=given)
    same = own.tasks.update(tasks["gid"], cf_Priority=given, notes=["a", "b", None])

    assert done["write_outcome"].tolist() == ["done", "not sent", "not sent"]
    assert same["write_outcome"].tolist() == ["done", "done", "not sent"]


def test_a_day_may_be_given_as_asana_has_it(own: af.Asana, tasks: pd.DataFrame) -> None:
    fields = own.custom_field_settings.list_for_project(PROJECT)
    gid = fields.set_index("custom_field_name").loc["Launch date", "custom_field_gid"]

    alone = own.tasks.update(tasks["gid"].iloc[0], custom_fields={gid: {"date": "2026-12-24"}})
    named = own.tasks.update(
        tasks["gid"].iloc[1],
        custom_fields={gid: {"date": "2026-12-24"}, "Priority": "High"},
    )

    for done in (alone, named):
        assert done["cf_Launch date"].tolist() == [pd.Timestamp("2026-12-24")]


def test_fields_of_the_project_of_each_row_are_meant(own: af.Asana) -> None:
    """Two projects have a field of one name, with options of one name and gids of their own."""
    made = []
    for number in range(2):
        project = own.projects.create(workspace="Acme", name=f"Own field {number}")
        own.projects.add_custom_field_setting(
            project,
            custom_field=own.custom_fields.create(
                workspace="Acme",
                name=f"Size {number}",
                resource_subtype="enum",
                enum_options=[{"name": "S"}, {"name": "L"}],
            ).loc[0, "gid"],
        )
        made.append(own.tasks.create(name="t", projects=project))
    gids = pd.concat(made)["gid"].tolist()
    done = own.tasks.update(gids, **{"cf_Size 0": ["L", None], "cf_Size 1": [None, "S"]})
    assert done["cf_Size 0"].tolist()[0] == "L"
    assert done["cf_Size 1"].tolist()[1] == "S"
    with pytest.raises(
        af.InvalidArgument, match=r"row 1, cf_Size 0: there is no custom field called 'Size 0'"
    ):
        own.tasks.update(gids, **{"cf_Size 0": "L"})


def test_a_row_without_memberships_in_the_frame_is_looked_up(own: af.Asana) -> None:
    tasks = own.tasks.list(project=PROJECT, fields=["name"]).head(2)
    done = own.tasks.update(tasks, cf_Priority="Low")
    assert done["cf_Priority"].tolist() == ["Low", "Low"]


# What is wrong.


def test_all_that_is_wrong_is_told_at_once(own: af.Asana) -> None:
    problems = list_problems(
        own,
        assignee=["Zoe Ng", "Zoe Mg", None],
        cf_Priority=["Lo", "High", "High"],
        due_on=["2026-12-01", "soon", None],
    )
    told = problems[["row", "column", "value"]].values.tolist()
    assert sorted(told) == [
        [0, "cf_Priority", "Lo"],
        [1, "assignee", "Zoe Mg"],
        [1, "due_on", "soon"],
    ]
    nearest = dict(zip(problems["column"], problems["nearest"], strict=True))
    assert nearest == {"assignee": ("Zoe Ng",), "cf_Priority": ("Low",), "due_on": ()}
    assert problems["row"].dtype == "Int64"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("cf_Priority", 3.5, "is no option. It has: 'Low', 'Medium'"),
        ("cf_Priority", True, "is no option"),
        ("cf_Story points", "many", "it takes a number"),
        ("cf_Story points", True, "it takes a number"),
        ("cf_Launch date", "Christmas", "takes a date"),
        ("cf_Launch date", 3, "takes a date"),
        ("cf_Agency notes", True, "it takes text"),
        ("cf_Channels", ["Web", "Prnt"], "Did you mean 'Print'"),
        ("cf_Reviewers", "Zoe Mg", "Did you mean one of these\\? 'Zoe Ng'"),
        ("cf_Prio", "Low", "Did you mean 'Priority'"),
        ("approval_status", "aproved", "Did you mean 'approved'"),
    ],
)
def test_what_a_field_does_not_take_is_refused(
    own: af.Asana, field: str, value: Any, why: str
) -> None:
    problems = list_problems(own, **{field: value})
    assert problems["row"].tolist() == [0, 1, 2]
    assert problems["why"].str.contains(why).all(), problems["why"].iloc[0]


def test_what_asana_works_out_is_refused(own: af.Asana) -> None:
    for project in own.projects.list(workspace="Acme")["gid"]:
        fields = own.custom_field_settings.list_for_project(project)
        names = set(fields["custom_field_name"]) & {"Ticket", "Points per hour"}
        for name in names:
            with pytest.raises(af.InvalidArgument, match="Asana works out its values"):
                own.tasks.create(name="x", projects=project, custom_fields={name: 1})
        if names:
            return
    pytest.fail("no project has such a field")


def test_a_task_outside_of_projects_has_no_custom_fields(own: af.Asana) -> None:
    made = own.tasks.create(name="alone", workspace="Acme")
    with pytest.raises(af.InvalidArgument, match="There is none at all"):
        own.tasks.update(made, cf_Priority="Low")


def test_a_creation_without_a_project_says_what_is_missing(own: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="pass projects="):
        own.tasks.create(name="alone", workspace="Acme", cf_Priority="Low")


def test_a_plan_without_custom_fields_is_told(recorder: Recorder, recorded: af.Asana) -> None:
    refusal = Reply(402, {"errors": [{"message": "Custom fields are not in your plan"}]})
    recorder.reply = lambda asked: refusal
    with pytest.raises(af.InvalidArgument, match=r"cannot be read: .*not in your plan"):
        recorded.tasks.update(["1", "2"], cf_Priority="Low")
    assert {asked.method for asked in recorder.asked} == {"GET"}


def test_a_missing_target_and_a_wrong_name_are_told_together(own: af.Asana) -> None:
    gids = own.tasks.list(project=PROJECT)["gid"].head(2).tolist()
    with pytest.raises(af.InvalidArgument) as caught:
        own.tasks.update([gids[0], None], assignee=["Zoe Mg", "Zoe Ng"])
    assert caught.value.problems["column"].tolist() == ["task", "assignee"]
