"""Default records carry the keys that Asana was seen to send, conditional ones when they apply."""

from __future__ import annotations

import pytest

from tests.sandbox_server.api import Api

#: As recorded from Asana in May 2026, and the keys of paid plans.
TASK = {
    "gid",
    "actual_time_minutes",
    "assignee",
    "assignee_status",
    "completed",
    "completed_at",
    "created_at",
    "custom_fields",
    "due_at",
    "due_on",
    "followers",
    "hearted",
    "hearts",
    "liked",
    "likes",
    "memberships",
    "modified_at",
    "name",
    "notes",
    "num_hearts",
    "num_likes",
    "parent",
    "permalink_url",
    "projects",
    "resource_subtype",
    "resource_type",
    "start_at",
    "start_on",
    "tags",
    "workspace",
}
PROJECT = {
    "gid",
    "archived",
    "color",
    "completed",
    "completed_at",
    "created_at",
    "current_status",
    "current_status_update",
    "custom_field_settings",
    "custom_fields",
    "default_access_level",
    "default_view",
    "due_date",
    "due_on",
    "followers",
    "members",
    "minimum_access_level_for_customization",
    "minimum_access_level_for_sharing",
    "modified_at",
    "name",
    "notes",
    "owner",
    "permalink_url",
    "privacy_setting",
    "public",
    "resource_type",
    "start_on",
    "team",
    "workspace",
}
ENTRY = {"description", "created_by", "is_value_read_only"}


def test_a_task_has_the_recorded_keys(api: Api) -> None:
    task = next(t for t in api.store.all("task") if t["completed"] and t["projects"])

    shown = api.get(f"/tasks/{task['gid']}")

    assert set(shown) - {"approval_status"} == TASK
    assert all(set(entry) >= ENTRY for entry in shown["custom_fields"])
    assert not any({"representation_type", "id_prefix"} & set(e) for e in shown["custom_fields"])
    wanted = "completed_by,assigned_by,custom_type,assignee_section"
    assert set(api.get(f"/tasks/{task['gid']}", opt_fields=wanted)) == {"gid", *wanted.split(",")}


def test_a_project_has_the_recorded_keys(api: Api) -> None:
    project = api.store.first("project")["gid"]

    assert set(api.get(f"/projects/{project}")) == PROJECT
    assert set(api.get(f"/projects/{project}", opt_fields="icon,completed_by")) == {
        "gid", "icon", "completed_by",
    }  # fmt: skip


def test_a_user_has_custom_fields_when_asked_for(api: Api) -> None:
    assert "custom_fields" not in api.get("/users/me")
    assert "custom_fields" in api.get("/users/me", opt_fields="custom_fields")


@pytest.mark.parametrize(
    ("kind", "field"), [("task", "approval_status"), ("attachment", "size")], ids=str
)
def test_a_field_that_does_not_apply_is_left_out_even_when_asked_for(
    kind: str, field: str, api: Api
) -> None:
    items = list(api.store.all(kind))
    with_it = next(item for item in items if item[field] is not None)
    without = next(item for item in items if item[field] is None)

    for item, keys in ((with_it, {"gid", "name", field}), (without, {"gid", "name"})):
        shown = api.get(f"/{kind}s/{item['gid']}", opt_fields=f"name,{field}")
        assert set(shown) == keys
        assert (field in api.get(f"/{kind}s/{item['gid']}")) == (item is with_it)


def test_a_team_shows_its_custom_field_settings_when_asked_for(api: Api) -> None:
    path = f"/teams/{api.team}"

    assert "custom_field_settings" not in api.get(path)
    assert api.get(path, opt_fields="custom_field_settings")["custom_field_settings"] == []


def test_a_new_comment_has_hearts(api: Api) -> None:
    comment = api.post(f"/tasks/{api.task()}/stories", text="Hello")

    assert {"hearted", "hearts", "num_hearts"} <= set(comment)
