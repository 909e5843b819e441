"""Upsert: what is there is updated, what is not is created, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.fetch import Http
from asana_frames.fetch.auth import token_source_for
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW
from tests.logins import logged_in

PROJECT = "Website relaunch"


@pytest.fixture
def asana() -> Iterator[af.Asana]:
    """A sandbox of its own, since these tests write."""
    with af.sandbox(now=NOW) as connected:
        yield connected


def list_tasks(asana: af.Asana, *names: str) -> pd.DataFrame:
    tasks = asana.tasks.list(project=PROJECT)
    return tasks[tasks["name"].isin(names)].set_index("name")


def test_rows_without_a_task_are_created_and_others_updated(asana: af.Asana) -> None:
    there = asana.tasks.list(project=PROJECT).drop_duplicates("name", keep=False).iloc[0]
    table = pd.DataFrame(
        {"name": ["Order flowers", there["name"]], "due_on": ["2026-12-01", "2026-12-02"]}
    )

    done = asana.tasks.upsert(table, "name", project=PROJECT)

    assert done["action"].tolist() == ["create", "create", "update"]
    assert done["outcome"].tolist() == ["done"] * 3
    assert done["gid"].iloc[2] == there["gid"]
    found = list_tasks(asana, *table["name"])
    assert found.loc["Order flowers", "gid"] == done["gid"].iloc[0]
    assert found["due_on"].astype(str).to_dict() == {
        "Order flowers": "2026-12-01",
        there["name"]: "2026-12-02",
    }


def test_a_second_upsert_of_the_same_table_finds_nothing_to_do(asana: af.Asana) -> None:
    table = pd.DataFrame(
        {
            "key": ["a", "b", "c"],
            "name": ["Plan the party", "Buy cake", "Invite all"],
            "parent": [None, "a", None],
            "section": ["Brand new", None, "Backlog"],
            "assignee": ["Zoe Ng", "Tove Jansson", None],
            "depends_on": [None, None, "a; b"],
            "cf_Priority": ["High", None, "Low"],
            "completed": [True, None, False],
        }
    )

    first = asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)
    second = asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)

    assert set(first["outcome"]) == {"done"}
    assert len(second) == 0
    assert len(list_tasks(asana, *table["name"])) == 2


def test_what_was_changed_back_in_asana_is_written_again(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["Plan the party"], "notes": ["Soon"]})
    gid = asana.tasks.create(name="Plan the party", projects=PROJECT)["gid"].iloc[0]
    asana.tasks.upsert(table, "name", project=PROJECT)
    asana.tasks.update(gid, notes=af.CLEAR)

    done = asana.tasks.upsert(table, "name", project=PROJECT)

    assert done["outcome"].tolist() == ["done"]
    assert asana.tasks.get(gid)["notes"].iloc[0] == "Soon"


def test_fields_of_tasks_that_are_there_take_the_words_of_new_ones(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["Plan the party"], "section": ["Backlog"]})
    asana.tasks.upsert(table, "name", project=PROJECT)
    tag = asana.tags.list(workspace="Acme")["name"].iloc[0]
    edited = table.assign(section="Done", assignee="Zoe Ng", tags=tag, notes="Soon")

    done = asana.tasks.upsert(edited, "name", project=PROJECT)

    assert sorted(done["field"]) == ["assignee", "notes", "sections", "tags"]
    row = list_tasks(asana, "Plan the party").iloc[0]
    assert row["memberships_section_names"] == ("Done",)
    assert (row["assignee_name"], row["tags_names"], row["notes"]) == ("Zoe Ng", (tag,), "Soon")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("projects", "Mobile app"),
        ("memberships_project_names", [("Mobile app",)]),
        ("followers", "Zoe Ng"),
    ],
)
def test_projects_and_followers_are_only_added(
    asana: af.Asana, column: str, value: object
) -> None:
    table = pd.DataFrame({"name": ["Shared"], column: value})

    first = asana.tasks.upsert(table, "name", project=PROJECT)
    asana.tasks.add_followers(first["gid"].iloc[0], followers="Tove Jansson")
    others = [asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2)]

    assert list(map(len, others)) == [0, 0]
    row = list_tasks(asana, "Shared").iloc[0]
    is_follower = column == "followers"
    projects = {PROJECT} if is_follower else {PROJECT, "Mobile app"}
    assert set(row["memberships_project_names"]) == projects
    assert {"Tove Jansson", *(["Zoe Ng"] if is_follower else [])} <= set(row["followers_names"])


def test_a_missing_section_is_made_for_a_task_that_is_there(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["A", "B"], "section": "Backlog"})
    asana.tasks.upsert(table, "name", project=PROJECT)
    moved = table.assign(section=["Brand new", "Backlog "])

    first, second = (asana.tasks.upsert(moved, "name", project=PROJECT) for _ in range(2))

    assert first["outcome"].tolist() == ["done"]
    assert len(second) == 0
    found = list_tasks(asana, "A", "B")["memberships_section_names"]
    assert found.to_dict() == {"A": ("Brand new",), "B": ("Backlog",)}
    names = asana.sections.list(project=PROJECT)["name"].tolist()
    assert names.count("Brand new") == names.count("Backlog") == 1


def test_a_section_that_differs_only_in_case_is_a_problem(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["A", "B"], "section": ["Backlog", None]})
    asana.tasks.upsert(table, "name", project=PROJECT)
    edited = table.assign(section=[" backlog", "BACKLOG"])

    with pytest.raises(af.InvalidArgument, match="only in case or spaces") as caught:
        asana.tasks.upsert(edited, "name", project=PROJECT)

    problems = caught.value.problems
    assert problems is not None
    assert problems["row"].tolist() == [0, 1]
    assert problems["nearest"].tolist() == [("Backlog",)] * 2


def test_cleared_projects_and_followers_leave_the_project_of_the_upsert(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["Shared"], "projects": "Mobile app", "followers": "Zoe Ng"})
    asana.tasks.upsert(table, "name", project=PROJECT)
    cleared = table.assign(projects=af.CLEAR, followers=af.CLEAR)

    asana.tasks.upsert(cleared, "name", project=PROJECT)

    row = list_tasks(asana, "Shared").iloc[0]
    assert row["memberships_project_names"] == (PROJECT,)
    assert row["followers_names"] == ()


def test_blank_cells_leave_alone_and_clear_empties(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["A", "B"], "due_on": "2026-12-01", "assignee": "Zoe Ng"})
    asana.tasks.upsert(table, "name", project=PROJECT)
    edited = pd.DataFrame(
        {"name": ["A", "B"], "due_on": [None, "<CLEAR>"], "assignee": [af.CLEAR, None]}
    )

    done = asana.tasks.upsert(edited, "name", project=PROJECT)

    assert sorted(done["field"]) == ["assignee", "due_on"]
    found = list_tasks(asana, "A", "B")
    assert found["due_on"].notna().to_dict() == {"A": True, "B": False}
    assert found["assignee_name"].notna().to_dict() == {"A": False, "B": True}


def test_a_custom_field_tells_tasks_apart(asana: af.Asana) -> None:
    table = pd.DataFrame({"cf_Story points": [91, 92], "name": ["One", "Two"]})
    asana.tasks.upsert(table, "cf_Story points", project=PROJECT)
    renamed = pd.DataFrame({"cf_Story points": ["92", "93"], "name": ["Two, renamed", "Three"]})

    done = asana.tasks.upsert(renamed, "cf_Story points", project=PROJECT)

    assert done.loc[done["action"] == "update", "new"].tolist() == ["Two, renamed"]
    tasks = asana.tasks.list(project=PROJECT)
    numbers = tasks[tasks["cf_Story points"] > 90].set_index("name")["cf_Story points"]
    assert numbers.to_dict() == {"One": 91, "Two, renamed": 92, "Three": 93}


def test_a_preview_sends_nothing(asana: af.Asana) -> None:
    before = asana.tasks.list(project=PROJECT)

    told = asana.tasks.upsert(
        pd.DataFrame({"name": ["New"]}), "name", project=PROJECT, dry_run=True
    )

    assert told["action"].tolist() == ["create"]
    assert "outcome" not in told.columns
    assert told.attrs["asana"]["requests"] >= 1
    assert len(asana.tasks.list(project=PROJECT)) == len(before)


def test_keys_that_are_blank_or_twice_are_problems_of_their_rows(asana: af.Asana) -> None:
    names = ["Same", "Same"]
    asana.tasks.create(name=names, projects=PROJECT)
    table = pd.DataFrame({"name": ["Same", None, "Other", "Other"]}, index=[9, 8, 7, 6])

    with pytest.raises(af.InvalidArgument, match="4 problem") as caught:
        asana.tasks.upsert(pd.concat([table, table.iloc[[1]]]), "name", project=PROJECT)

    problems = caught.value.problems
    assert problems["row"].tolist() == [0, 1, 3, 4]
    assert problems["why"].str.contains("several tasks|blank|row 2 has").all()
    assert len(list_tasks(asana, "Other")) == 0


def test_what_apply_refuses_is_a_problem_of_the_row_of_the_table(asana: af.Asana) -> None:
    asana.tasks.create(name="There", projects=PROJECT)
    table = pd.DataFrame(
        {
            "name": ["New", "There", "Other"],
            "assignee": ["Zoe Ng", None, "nobody@example.com"],
            "cf_Priority": [None, "Hihg", None],
        }
    )

    with pytest.raises(af.InvalidArgument, match="row 1, cf_Priority") as caught:
        asana.tasks.upsert(table, "name", project=PROJECT)

    problems = caught.value.problems
    assert problems[["row", "column"]].to_numpy().tolist() == [[1, "cf_Priority"], [2, "assignee"]]
    assert problems["nearest"][0] == ("High",)
    assert len(list_tasks(asana, "New", "Other")) == 0


def test_people_by_e_mail_are_the_same_the_second_time(asana: af.Asana) -> None:
    email = asana.users.list(workspace="Acme", fields=["email"])["email"].dropna().iloc[1]
    table = pd.DataFrame({"name": ["One", "Two"], "assignee": [email, "me"]})
    asana.tasks.upsert(table, "name", project=PROJECT)

    assert len(asana.tasks.upsert(table, "name", project=PROJECT)) == 0
    assert list_tasks(asana, "One", "Two")["assignee_gid"].notna().all()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cf_Story points", 3.6),
        ("cf_Budget share", 0.123456789),
        ("cf_Channels", ("Print", "Web")),
        ("cf_Reviewers", "me"),
        ("followers", "me"),
        ("assignee_name", "me"),
    ],
)
def test_a_second_upsert_finds_values_as_asana_keeps_them(
    asana: af.Asana, column: str, value: object
) -> None:
    table = pd.DataFrame({"name": ["A", "B"], column: [value, None]})

    first, second = (asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2))

    assert set(first["outcome"]) == {"done"}
    assert len(second) == 0


def test_sections_and_tags_may_be_called_by_numbers(asana: af.Asana) -> None:
    workspace = asana.workspaces.list()["gid"].iloc[0]
    asana.sections.create_for_project(PROJECT, name="2028")
    asana.tags.create(name="2026", workspace=workspace)
    asana.tasks.create(name="A", projects=PROJECT)
    table = pd.DataFrame({"name": ["A"], "section": ["2028"], "tags": ["2026"]})

    first, second = (asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2))

    assert first["outcome"].tolist() == ["done"] * 2
    assert len(second) == 0


def test_a_number_as_the_key_is_as_exact_as_its_field(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["A", "B"], "cf_Budget share": [7.11111111, 7.2222]})

    first = asana.tasks.upsert(table, "cf_Budget share", project=PROJECT)
    second = asana.tasks.upsert(table, "cf_Budget share", project=PROJECT)
    close = table.assign(**{"cf_Budget share": [7.11111111, 7.11111112]})

    assert set(first["outcome"]) == {"done"}
    assert len(second) == 0
    assert list_tasks(asana, "A", "B")["cf_Budget share"].to_dict() == {"A": 7.111, "B": 7.222}
    with pytest.raises(af.InvalidArgument, match="has the key"):
        asana.tasks.upsert(close, "cf_Budget share", project=PROJECT)


def test_a_project_without_tasks_has_custom_fields_all_the_same(asana: af.Asana) -> None:
    team = asana.teams.list(workspace="Acme")["gid"].iloc[0]
    project = asana.projects.create(name="Empty", team=team)["gid"].iloc[0]
    field = asana.custom_field_settings.list_for_project(PROJECT)
    gid = field.loc[field["custom_field_name"] == "Story points", "custom_field_gid"].iloc[0]
    asana.projects.add_custom_field_setting(project, custom_field=gid)
    table = pd.DataFrame({"cf_Story points": [1, 2], "name": ["A", "B"]})

    first = asana.tasks.upsert(table, "cf_Story points", project=project)

    assert first["action"].tolist() == ["create"] * 4
    assert len(asana.tasks.upsert(table, "cf_Story points", project=project)) == 0


def test_a_key_that_is_no_field_of_the_project_says_which_there_are(asana: af.Asana) -> None:
    table = pd.DataFrame({"cf_Storypoints": [1], "name": ["A"]})

    with pytest.raises(af.InvalidArgument, match="mean 'cf_Story points'") as caught:
        asana.tasks.upsert(table, "cf_Storypoints", project=PROJECT)

    assert "It has: cf_Priority, " in str(caught.value)
    assert "projects.add_custom_field_setting" in str(caught.value)


def test_each_change_is_named_by_the_key_of_its_row(asana: af.Asana) -> None:
    asana.tasks.upsert(pd.DataFrame({"name": ["A"]}), "name", project=PROJECT)
    table = pd.DataFrame({"name": ["B", "A"], "due_on": "2026-12-01", "section": "Done"})

    done = asana.tasks.upsert(table, "name", project=PROJECT)

    assert set(done["outcome"]) == {"done"}
    assert set(done.loc[done["action"] == "create", "key"]) == {"B"}
    assert set(done.loc[done["action"] != "create", "key"]) == {"A"}
    assert af.reverse(done, deletions=True)["action"].tolist().count("delete") == 1


def test_dependencies_of_tasks_that_are_there_are_added(asana: af.Asana) -> None:
    asana.tasks.create(name=["Plan", "Elsewhere"], projects=PROJECT)
    table = pd.DataFrame({"name": ["New", "Plan"], "depends_on": [None, "New; Elsewhere"]})

    first, second = (asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2))

    assert set(first["outcome"]) == {"done"}
    assert len(second) == 0
    gids = list_tasks(asana, "New", "Plan", "Elsewhere")["gid"]
    found = asana.tasks.get(gids["Plan"], fields=["dependencies"])["dependencies_gids"].iloc[0]
    assert set(found) == {gids["New"], gids["Elsewhere"]}


def test_what_a_task_depends_on_can_be_cleared(asana: af.Asana) -> None:
    asana.tasks.create(name="Plan", projects=PROJECT)
    table = pd.DataFrame({"name": ["New"], "depends_on": ["Plan"]})
    asana.tasks.upsert(table, "name", project=PROJECT)
    cleared = table.assign(depends_on=af.CLEAR)

    first, second = (asana.tasks.upsert(cleared, "name", project=PROJECT) for _ in range(2))

    assert first[["action", "outcome"]].to_numpy().tolist() == [["remove", "done"]]
    assert len(second) == 0


def test_rows_refer_to_each_other_by_numbers(asana: af.Asana) -> None:
    table = pd.DataFrame(
        {"cf_Story points": [501, 502], "name": ["A", "B"], "depends_on": [None, 501]}
    )

    first = asana.tasks.upsert(table, "cf_Story points", project=PROJECT)

    assert set(first["outcome"]) == {"done"}
    assert set(first["key"]) == {"501", "502"}
    assert len(asana.tasks.upsert(table, "cf_Story points", project=PROJECT)) == 0


def test_a_person_may_be_named_twice(asana: af.Asana) -> None:
    me = asana.users.get("me")["name"].iloc[0]
    table = pd.DataFrame({"name": ["A"], "cf_Reviewers": f"me; {me}", "followers": f"{me}; me"})

    first, second = (asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2))

    assert set(first["outcome"]) == {"done"}
    assert len(second) == 0


def test_an_e_mail_that_nobody_has_is_a_problem_of_its_row(asana: af.Asana) -> None:
    asana.tasks.create(name="A", projects=PROJECT)
    table = pd.DataFrame({"name": ["A"], "cf_Reviewers": ["nobody@example.com"]})

    with pytest.raises(af.InvalidArgument, match="knows nobody called") as caught:
        asana.tasks.upsert(table, "name", project=PROJECT)

    assert caught.value.problems["row"].tolist() == [0]


def test_a_parent_may_be_a_task_that_the_table_does_not_have(asana: af.Asana) -> None:
    above = asana.tasks.create(name="Above", projects=PROJECT)["gid"].iloc[0]
    table = pd.DataFrame({"name": ["Below"], "parent": ["Above"]})

    done = asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)

    assert asana.tasks.get(done["gid"].iloc[0])["parent_gid"].tolist() == [above]
    assert len(asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)) == 0


def test_a_task_that_is_there_keeps_its_parent_and_that_is_said(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["A", "B", "C"], "parent": [None, "A", None]})
    asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)
    moved = table.assign(parent=[None, "C", None])

    with pytest.warns(af.AsanaWarning, match=r"upsert: 1 row\(s\) have another parent"):
        done = asana.tasks.upsert(moved, "name", project=PROJECT, subtasks=True)

    assert len(done) == 0


def test_a_name_that_several_tasks_have_is_no_parent(asana: af.Asana) -> None:
    asana.tasks.create(name=["Same", "Same"], projects=PROJECT)
    table = pd.DataFrame({"name": ["Below"], "parent": ["Same"]})

    with pytest.raises(af.InvalidArgument, match="'Same'"):
        asana.tasks.upsert(table, "name", project=PROJECT, subtasks=True)


def test_cells_of_fields_that_the_project_lacks_and_unclear_keys_are_problems(
    asana: af.Asana,
) -> None:
    table = pd.DataFrame({"cf_Story points": ["91", "many"], "cf_Prioriti": ["High", None]})

    with pytest.raises(af.InvalidArgument, match="Did you mean 'cf_Priority'") as caught:
        asana.tasks.upsert(table.assign(name="A"), "cf_Story points", project=PROJECT)

    problems = caught.value.problems
    assert problems[["row", "column"]].to_numpy().tolist() == [
        [0, "cf_Prioriti"],
        [1, "cf_Story points"],
    ]
    assert problems["nearest"][0] == ("cf_Priority",)


def test_messages_name_the_upsert_and_no_other_call(asana: af.Asana) -> None:
    asana.tasks.create(name="There", projects=PROJECT)
    table = pd.DataFrame(
        {
            "name": ["New", "There"],
            "due_on": ["soon", "2026-12-31 10:00"],
            "created_at": "2026-01-01",
        }
    )
    named = table.assign(due_on=None, assignee="Nobody", cf_Priority="Hihg")

    with pytest.raises(af.InvalidArgument, match=r"^tasks.upsert: ") as unclear:
        asana.tasks.upsert(table, "name", project=PROJECT)
    with (
        pytest.raises(af.InvalidArgument, match=r"^tasks.upsert: ") as refused,
        pytest.warns(af.AsanaWarning, match=r"^tasks.upsert: columns"),
    ):
        asana.tasks.upsert(named, "name", project=PROJECT)

    assert unclear.value.problems["row"].tolist() == [0, 1]
    assert "value of due_at" in unclear.value.problems["why"][1]
    texts = [str(one.value) + " ".join(one.value.problems["why"]) for one in (unclear, refused)]
    assert not any(other in text for text in texts for other in ("af.", "apply", "tasks.update"))


def test_values_that_only_asana_gives_create_nothing(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project=PROJECT)
    known = tasks.dropna(subset="cf_Ticket").iloc[0]
    table = pd.DataFrame({"cf_Ticket": [known["cf_Ticket"], "NO-1"], "notes": ["x", "y"]})

    with pytest.raises(af.InvalidArgument, match="only Asana gives") as caught:
        asana.tasks.upsert(table, "cf_Ticket", project=PROJECT)
    done = asana.tasks.upsert(table.head(1), "cf_Ticket", project=PROJECT)

    assert caught.value.problems["row"].tolist() == [1]
    assert done[["gid", "field", "new"]].to_numpy().tolist() == [[known["gid"], "notes", "x"]]


@pytest.mark.parametrize("column", ["parent", "parent_name"])
def test_rows_with_a_parent_need_the_subtasks(asana: af.Asana, column: str) -> None:
    table = pd.DataFrame({"name": ["A", "B"], column: [None, "A"]})

    with pytest.raises(af.InvalidArgument, match="subtasks=True"):
        asana.tasks.upsert(table, "name", project=PROJECT)

    assert len(list_tasks(asana, "A", "B")) == 0


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("notes", "does not tell tasks apart"),
        ("cf_Prio", "no column 'cf_Prio'"),
        ("cf_Unknown", "no task of the project has 'cf_Unknown'"),
        ("external_gid", "OAuth login"),
    ],
)
def test_keys_that_cannot_be_are_refused(asana: af.Asana, key: str, message: str) -> None:
    table = pd.DataFrame({"notes": ["x"], "cf_Unknown": ["x"], "external_gid": ["x"]})

    with pytest.raises(af.InvalidArgument, match=message):
        asana.tasks.upsert(table, key, project=PROJECT)


def test_a_read_only_connection_previews_only() -> None:
    with af.sandbox(read_only=True, now=NOW) as asana:
        table = pd.DataFrame({"name": ["New"]})

        told = asana.tasks.upsert(table, "name", project=PROJECT, dry_run=True)

        assert len(told) == 1
        with pytest.raises(af.InvalidArgument, match="read-only"):
            asana.tasks.upsert(table, "name", project=PROJECT)


def test_a_login_of_oauth_matches_by_external_gid() -> None:
    with serve(now=NOW) as server:
        source = token_source_for(logged_in(server.url), server.url)
        with Asana(Http(source, server.url)) as asana:
            table = pd.DataFrame({"external_gid": ["crm-1", "crm-2"], "name": ["One", "Two"]})

            first = asana.tasks.upsert(table, "external_gid", project=PROJECT)
            again = asana.tasks.upsert(table, "external_gid", project=PROJECT)
            renamed = table.assign(name=["One", "Second"])
            third = asana.tasks.upsert(renamed, "external_gid", project=PROJECT)

            assert set(first["action"]) == {"create"}
            assert set(first["outcome"]) == {"done"}
            assert len(again) == 0
            assert third[["action", "field", "new"]].to_numpy().tolist() == [
                ["update", "name", "Second"]
            ]


def test_a_key_of_several_options_has_no_order(asana: af.Asana) -> None:
    known = asana.tasks.list(project=PROJECT)["cf_Channels"].map(frozenset)
    options = ["E-mail", "Print", "Social", "Web"]
    assert frozenset(options) not in set(known)

    made = [
        asana.tasks.upsert(
            pd.DataFrame({"name": ["Told"], "cf_Channels": [given]}),
            "cf_Channels",
            project=PROJECT,
        )
        for given in (tuple(options), tuple(reversed(options)))
    ]

    assert set(made[0]["action"]) == {"create"}
    assert len(made[1]) == 0


def test_spaces_around_the_name_of_a_person_are_no_change(asana: af.Asana) -> None:
    table = pd.DataFrame({"name": ["Padded"], "assignee_name": [" Tove Jansson "]})

    made = [asana.tasks.upsert(table, "name", project=PROJECT) for _ in range(2)]

    assert set(made[0]["action"]) == {"create"}
    assert len(made[1]) == 0
