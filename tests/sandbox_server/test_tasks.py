"""Writes to tasks, and what Asana shows of them."""

from __future__ import annotations

import pytest

from tests.fixed_day import NOW
from tests.sandbox_server.api import Api


def test_a_new_task_follows_from_what_it_was_made_with(api: Api) -> None:
    project = api.project()
    section = api.get(f"/projects/{project}/sections")[0]["gid"]

    task = api.post("/tasks", name="Go", projects=[project], assignee="me", due_on="2026-12-01")

    by = api.get(f"/tasks/{task['gid']}", opt_fields="assigned_by")["assigned_by"]
    assert task["assignee"]["gid"] == by["gid"] == api.me
    assert [person["gid"] for person in task["followers"]] == [api.me]
    assert task["memberships"][0]["section"]["gid"] == section
    assert task["actual_time_minutes"] is None
    assert task["created_at"] == task["modified_at"] > NOW
    assert api.stories(task["gid"]) == ["added_to_project", "due_date_changed", "assigned"]
    assert [row["gid"] for row in api.get("/tasks", project=project)] == [task["gid"]]
    mine = api.get("/tasks", assignee="me", workspace=api.workspace, limit=100)
    assert task["gid"] in {row["gid"] for row in mine} or len(mine) == 100


@pytest.mark.parametrize(
    ("change", "subtype", "told"),
    [
        ({"name": "New"}, "name_changed", {"old_name": "Old", "new_name": "New"}),
        ({"notes": "So"}, "notes_changed", {"old_text_value": "", "new_text_value": "So"}),
        ({"due_on": "2026-12-24"}, "due_date_changed", {"old_dates": {"due_on": None}}),
        ({"resource_subtype": "milestone"}, "resource_subtype_changed", {}),
        ({"completed": True}, "marked_complete", {}),
        ({"liked": True}, "liked", {}),
    ],
)
def test_every_change_has_a_story_with_old_and_new(
    api: Api, change: dict[str, object], subtype: str, told: dict[str, object]
) -> None:
    task = api.task(name="Old")
    before = api.get(f"/tasks/{task}")["modified_at"]

    after = api.put(f"/tasks/{task}", **change)

    assert after["modified_at"] > before
    assert api.stories(task) == [subtype]
    keys = "resource_subtype,old_name,new_name,old_text_value,new_text_value,old_dates.due_on"
    (story,) = api.get(f"/tasks/{task}/stories", opt_fields=keys)
    for key, value in told.items():
        assert value == story[key] or value.items() <= story[key].items()  # type: ignore[attr-defined]


def test_an_update_changes_only_what_it_names_and_null_clears(api: Api) -> None:
    task = api.task(due_on="2026-12-01", assignee="me", notes="Keep")

    after = api.put(f"/tasks/{task}", due_on=None, assignee=None)

    assert (after["due_on"], after["assignee"], after["notes"]) == (None, None, "Keep")
    assert api.stories(task)[-2:] == ["due_date_changed", "unassigned"]


def test_completing_says_who_and_when_and_tells_who_waited(api: Api) -> None:
    first, second = api.task(), api.task()
    api.post(f"/tasks/{second}/addDependencies", dependencies=[first])
    fields = "completed_at,completed_by,modified_at"

    done = api.put(f"/tasks/{first}?opt_fields={fields}", completed=True)

    assert done["completed_by"]["gid"] == api.me
    assert done["completed_at"] == done["modified_at"]
    assert api.stories(second)[-1] == "dependency_marked_complete"
    undone = api.put(f"/tasks/{first}?opt_fields={fields}", completed=False)
    assert (undone["completed_at"], undone["completed_by"]) == (None, None)


def test_an_approval_and_its_completion_go_together(api: Api) -> None:
    task = api.task(resource_subtype="approval")
    assert api.get(f"/tasks/{task}")["approval_status"] == "pending"

    assert api.put(f"/tasks/{task}", approval_status="rejected")["completed"] is True
    assert api.put(f"/tasks/{task}", approval_status="pending")["completed"] is False
    assert api.put(f"/tasks/{task}", completed=True)["approval_status"] == "approved"
    assert "approval_status" in api.refused(
        "PUT", f"/tasks/{api.task()}", {"approval_status": "approved"}
    )


@pytest.mark.parametrize(
    ("dates", "problem"),
    [
        ({"due_on": "2026-13-01"}, "due_on: Not a valid date"),
        ({"due_on": "20261201"}, "due_on: Not a valid date"),
        ({"due_on": "2026-12-01", "due_at": "2026-12-01T10:00:00Z"}, "only provide one of"),
        ({"start_on": "2026-12-01"}, "start_on: You must also provide a due date"),
        ({"start_on": "2026-12-02", "due_on": "2026-12-01"}, "start_on: Must not be after"),
        ({"due_at": "noon"}, "due_at: Not a valid date-time"),
        (
            {"resource_subtype": "milestone", "start_on": "2026-12-01", "due_on": "2026-12-02"},
            "Milestones cannot have a start date",
        ),
    ],
)
def test_dates_that_cannot_be_are_refused(api: Api, dates: dict[str, str], problem: str) -> None:
    message = api.refused("POST", "/tasks", {"name": "x", "workspace": api.workspace, **dates})

    assert message.startswith("400")
    assert problem in message


def test_a_moment_due_is_shown_in_utc_and_as_a_day(api: Api) -> None:
    task = api.post("/tasks", workspace=api.workspace, due_at="2026-12-01T23:30:00-02:00")

    assert task["due_at"] == "2026-12-02T01:30:00.000Z"
    assert task["due_on"] == "2026-12-02"


def test_subtasks_are_counted_and_go_five_levels_deep_and_never_in_circles(api: Api) -> None:
    chain = [api.task()]
    for _ in range(5):
        chain.append(api.post(f"/tasks/{chain[-1]}/subtasks", name="Below")["gid"])

    assert "5 levels" in api.refused("POST", f"/tasks/{chain[-1]}/subtasks", {"name": "x"})
    assert "its own parent" in api.refused(
        "POST", f"/tasks/{chain[0]}/setParent", {"parent": chain[3]}
    )
    top = api.get(f"/tasks/{chain[0]}", opt_fields="num_subtasks")
    assert top["num_subtasks"] == 1
    api.post(f"/tasks/{chain[1]}/setParent", parent=None)
    assert api.get(f"/tasks/{chain[0]}", opt_fields="num_subtasks")["num_subtasks"] == 0
    assert api.get(f"/tasks/{chain[0]}/subtasks") == []


def test_subtasks_are_put_where_they_are_told(api: Api) -> None:
    parent = api.task()
    a, b, c = (api.task() for _ in range(3))
    for task in (a, b):
        api.post(f"/tasks/{task}/setParent", parent=parent)
    api.post(f"/tasks/{c}/setParent", parent=parent, insert_before=b)

    assert [task["gid"] for task in api.get(f"/tasks/{parent}/subtasks")] == [a, c, b]


def test_dependencies_are_seen_from_both_sides_and_are_at_most_thirty(api: Api) -> None:
    task, others = api.task(), [api.task() for _ in range(31)]
    api.post(f"/tasks/{task}/addDependencies", dependencies=others[:30])

    assert len(api.get(f"/tasks/{task}/dependencies")) == 30
    assert [t["gid"] for t in api.get(f"/tasks/{others[0]}/dependents")] == [task]
    assert "at most 30" in api.refused(
        "POST", f"/tasks/{task}/addDependents", {"dependents": [others[30]]}
    )
    assert "circle" in api.refused(
        "POST", f"/tasks/{others[0]}/addDependencies", {"dependencies": [task]}
    )
    api.post(f"/tasks/{task}/removeDependencies", dependencies=others[:29])
    assert len(api.get(f"/tasks/{task}/dependencies")) == 1


def test_a_task_moves_between_sections_and_projects(api: Api) -> None:
    project, second = api.project(), api.project()
    task, section = api.task(projects=[project]), api.section(project)

    api.post(f"/sections/{section}/addTask", task=task)
    api.post(f"/tasks/{task}/addProject", project=second)
    api.post(f"/tasks/{task}/removeProject", project=project)

    told = ["added_to_project", "section_changed", "added_to_project", "removed_from_project"]
    assert api.stories(task) == told
    keys = "old_section.name,new_section.gid,project.gid"
    moved = api.get(f"/tasks/{task}/stories", opt_fields=keys)[1]
    assert moved["old_section"]["name"] == "Untitled section"
    assert moved["new_section"]["gid"] == section
    assert moved["project"]["gid"] == project
    assert [p["gid"] for p in api.get(f"/tasks/{task}/projects")] == [second]
    assert api.get(f"/sections/{section}/tasks") == []


def test_a_section_says_where_new_tasks_go(api: Api) -> None:
    project = api.project()
    section = api.section(project)
    a, b, c = (api.task(projects=[project]) for _ in range(3))

    api.post(f"/sections/{section}/addTask", task=a)
    api.post(f"/sections/{section}/addTask", task=b)
    api.post(f"/sections/{section}/addTask", task=c, insert_after=b)

    assert [task["gid"] for task in api.get(f"/sections/{section}/tasks")] == [b, c, a]


def test_a_task_is_in_twenty_projects_at_most(api: Api) -> None:
    projects = [api.project() for _ in range(21)]
    task = api.task(projects=projects[:20])

    assert "at most 20" in api.refused(
        "POST", f"/tasks/{task}/addProject", {"project": projects[20]}
    )


def test_a_deleted_task_is_nowhere(api: Api) -> None:
    project, tag = api.project(), api.tag()
    task = api.task(projects=[project], tags=[tag], assignee="me")
    below = api.post(f"/tasks/{task}/subtasks", name="Below")["gid"]
    waiting = api.task()
    api.post(f"/tasks/{waiting}/addDependencies", dependencies=[task])

    api.delete(f"/tasks/{task}")

    for gid in (task, below):
        assert api.refused("GET", f"/tasks/{gid}") == f"404 task: Not a recognized ID: {gid}"
    assert api.get("/tasks", project=project) == []
    assert api.get(f"/tags/{tag}/tasks") == []
    assert api.get(f"/tasks/{waiting}/dependencies") == []
    assert "404" in api.refused("DELETE", f"/tasks/{task}")


def test_tags_and_followers_come_and_go_with_stories(api: Api) -> None:
    task, tag, person = api.task(), api.tag(), api.people[4]
    for what, data in (
        ("addTag", {"tag": tag}),
        ("addFollowers", {"followers": [person]}),
        ("removeTag", {"tag": tag}),
        ("removeFollowers", {"followers": [person]}),
    ):
        api.post(f"/tasks/{task}/{what}", **data)

    told = ["added_to_tag", "follower_added", "removed_from_tag", "follower_removed"]
    assert api.stories(task) == told
    assert [p["gid"] for p in api.get(f"/tasks/{task}")["followers"]] == [api.me]


def test_a_task_with_an_external_id_is_found_by_it(api: Api) -> None:
    task = api.task(external={"gid": "my-1", "data": "x"})

    assert api.get("/tasks/external:my-1")["gid"] == task


def test_rich_text_is_checked_and_shown_both_ways(api: Api) -> None:
    task = api.task(html_notes="<body>A <strong>b</strong> &amp; c</body>")

    shown = api.get(f"/tasks/{task}", opt_fields="notes,html_notes")
    assert shown["notes"] == "A b & c"
    for bad in ("<body>x", "plain", "<body><script>x</script></body>", "<body>&nbsp;</body>"):
        assert "400 html_notes: XML" in api.refused("PUT", f"/tasks/{task}", {"html_notes": bad})
