"""Writes that say something: comments, status updates, briefs, attachments, rules; and time."""

from __future__ import annotations

import os

import pytest
import requests

from tests.sandbox_server.api import Api


def test_comments_are_ones_own_and_follow_the_task(api: Api, other: Api) -> None:
    task = api.task(followers=[other.me])
    theirs = other.post(f"/tasks/{task}/stories", text="Mine & yours")

    assert theirs["text"] == "Mine & yours"
    followers = {person["name"] for person in api.get(f"/tasks/{task}")["followers"]}
    assert theirs["created_by"]["name"] in followers
    assert api.refused("PUT", f"/stories/{theirs['gid']}", {"text": "x"}).startswith("403")
    assert api.refused("DELETE", f"/stories/{theirs['gid']}").startswith("403")
    assert other.put(f"/stories/{theirs['gid']}", text="Edited")["is_edited"] is True
    other.delete(f"/stories/{theirs['gid']}")
    assert api.stories(task) == ["follower_added"]
    assert "400 text" in api.refused("POST", f"/tasks/{task}/stories", {"text": ""})


def test_what_asana_tells_cannot_be_rewritten(api: Api) -> None:
    task = api.task(assignee="me")
    (story,) = api.get(f"/tasks/{task}/stories")

    assert api.refused("PUT", f"/stories/{story['gid']}", {"text": "x"}).startswith("403")


def test_the_last_status_update_is_current_in_both_forms(api: Api) -> None:
    project = api.project()
    first = api.post("/status_updates", parent=project, text="Good", status_type="on_track")
    second = api.post("/status_updates", parent=project, text="Hm", status_type="at_risk")

    shown = api.get(f"/projects/{project}")
    assert shown["current_status_update"]["gid"] == second["gid"]
    older = api.get(f"/projects/{project}/project_statuses", opt_fields="color")
    assert [status["color"] for status in older] == ["green", "yellow"]
    api.delete(f"/status_updates/{second['gid']}")
    assert api.get(f"/projects/{project}")["current_status_update"]["gid"] == first["gid"]


@pytest.mark.parametrize(
    ("parent", "status"), [("project", "achieved"), ("goal", "on_hold"), ("goal", "complete")]
)
def test_a_status_has_to_fit_its_parent(api: Api, parent: str, status: str) -> None:
    gid = api.project() if parent == "project" else api.goal()

    message = api.refused(
        "POST", "/status_updates", {"parent": gid, "text": "x", "status_type": status}
    )

    assert message.startswith("400 status_type: Must be one of on_track")


def test_a_project_has_one_brief(api: Api) -> None:
    project = api.project()
    brief = api.post(f"/projects/{project}/project_briefs", html_text="<body>Why</body>")

    assert "already" in api.refused("POST", f"/projects/{project}/project_briefs", {"title": "x"})
    assert api.get(f"/project_briefs/{brief['gid']}", opt_fields="text")["text"] == "Why"
    api.delete(f"/project_briefs/{brief['gid']}")
    shown = api.get(f"/projects/{project}", opt_fields="project_brief")
    assert shown["project_brief"] is None


def test_an_uploaded_file_comes_back_byte_for_byte(api: Api) -> None:
    task, content = api.task(), os.urandom(50_000) + b"\r\n--x\r\n\n\r"
    answer = requests.post(
        f"{api.server.url}/attachments",
        data={"parent": task},
        files={"file": ("b%C3%BCcher.pdf", content)},
        headers={"Authorization": "Bearer sandbox"},
        timeout=30,
    )

    made = answer.json()["data"]
    assert (answer.status_code, made["name"], made["size"]) == (200, "bücher.pdf", len(content))
    fetched = requests.get(made["download_url"], timeout=30)
    assert fetched.content == content
    assert fetched.headers["Content-Type"] == "application/pdf"
    assert api.stories(task) == ["attachment_added"]
    forged = made["download_url"].replace("sign=", "sign=0")
    assert requests.get(forged, timeout=30).status_code == 403
    api.delete(f"/attachments/{made['gid']}")
    assert requests.get(made["download_url"], timeout=30).status_code == 404


def test_the_companys_own_attachments_can_be_downloaded_too(api: Api) -> None:
    attachment = next(a for a in api.store.all("attachment") if a["resource_subtype"] == "asana")

    shown = api.get(f"/attachments/{attachment['gid']}")

    assert len(requests.get(shown["download_url"], timeout=30).content) == shown["size"]


def test_an_upload_needs_a_file_and_a_parent(api: Api) -> None:
    assert "400 parent" in api.refused("POST", "/attachments", {})
    assert "400 file" in api.refused("POST", "/attachments", {"parent": api.task()})


def test_a_rule_comments_for_nobody(api: Api) -> None:
    task, trigger = api.task(), api.store.first("rule_trigger")["gid"]

    answer = api.post(f"/rule_triggers/{trigger}/run", resource=task, action_data={"size": "L"})

    assert answer["message"]
    (story,) = api.get(f"/tasks/{task}/stories")
    assert (story["created_by"], story["text"]) == (None, "Triggered. size: L")


def test_a_rule_that_is_not_there_names_the_one_that_is(api: Api) -> None:
    told = api.refused("POST", "/rule_triggers/1/run", {"resource": api.task(), "action_data": {}})

    assert "Not a recognized ID: 1 (the sandbox has 1208000000000001)" in told
    assert api.store.first("rule_trigger")["gid"] == "1208000000000001"


# ---------------------------------------------------------------------- time and money


def test_time_entries_add_up_on_their_task(api: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])
    path = f"/tasks/{task}/time_tracking_entries"
    entry = api.post(path, duration_minutes=90, entered_on="2026-10-30")
    api.post(path, duration_minutes=30)

    assert entry["attributable_to"]["gid"] == project
    assert api.get(f"/tasks/{task}")["actual_time_minutes"] == 120
    api.put(f"/time_tracking_entries/{entry['gid']}", duration_minutes=60)
    assert api.get(f"/tasks/{task}")["actual_time_minutes"] == 90
    api.delete(f"/time_tracking_entries/{entry['gid']}")
    assert api.get(f"/tasks/{task}")["actual_time_minutes"] == 30


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"duration_minutes": 0}, "duration_minutes: Must be greater than 0"),
        ({"duration_minutes": 1.5}, "duration_minutes: Value is not an integer"),
        ({"duration_minutes": "90"}, "duration_minutes: Value is not a number"),
        ({}, "duration_minutes: Missing input"),
        ({"duration_minutes": 5, "entered_on": "today"}, "entered_on: Not a valid date"),
    ],
)
def test_time_that_cannot_be_is_refused(api: Api, data: dict[str, object], problem: str) -> None:
    path = f"/tasks/{api.task()}/time_tracking_entries"

    assert problem in api.refused("POST", path, data)


def test_others_cannot_change_ones_time(api: Api, other: Api) -> None:
    entry = api.post(
        f"/tasks/{api.task(followers=[other.me])}/time_tracking_entries", duration_minutes=5
    )

    assert other.refused("DELETE", f"/time_tracking_entries/{entry['gid']}").startswith("403")


def test_a_budget_counts_what_is_booked_at_each_ones_rate(api: Api) -> None:
    project = api.project()
    task = api.task(projects=[project])
    api.post("/rates", parent=project, resource="me", rate=60)
    made = {"parent": project, "budget_type": "cost", "actual": {"billable_status_filter": "any"}}
    budget = api.post("/budgets", **made, total={"enabled": True, "value": 500})
    api.post(f"/tasks/{task}/time_tracking_entries", duration_minutes=90)

    (shown,) = api.get("/budgets", parent=project)

    assert shown["actual"] == {"billable_status_filter": "any", "value": 90.0, "units": "EUR"}
    assert shown["total"] == {"enabled": True, "value": 500, "units": "EUR"}
    assert shown["estimate"]["value"] is None
    assert "already" in api.refused("POST", "/budgets", made)
    time = api.put(f"/budgets/{budget['gid']}", budget_type="time")
    assert (time["actual"]["value"], time["actual"]["units"]) == (90, "minutes")


def test_a_timesheet_goes_from_step_to_step(api: Api) -> None:
    week = {"start_date": "2099-03-02", "end_date": "2099-03-08"}
    made = {"user": "me", "workspace": api.workspace}
    sheet = api.post("/timesheet_approval_statuses", **made, **week)
    path = f"/timesheet_approval_statuses/{sheet['gid']}"

    assert sheet["approval_status"] == "DRAFT"
    assert "draft cannot become approved" in api.refused(
        "PUT", path, {"approval_status": "approved"}
    )
    assert api.put(path, approval_status="submitted")["approval_status"] == "SUBMITTED"
    assert api.put(path, approval_status="approved")["approval_status"] == "APPROVED"
    short = {**made, "start_date": "2099-03-09", "end_date": "2099-03-14"}
    assert "seven days" in api.refused("POST", "/timesheet_approval_statuses", short)


def test_allocations_and_absences_end_after_they_begin(api: Api) -> None:
    backwards = {"start_date": "2026-12-02", "end_date": "2026-12-01"}
    one = {"assignee": "me", "parent": api.project(), **backwards}
    two = {"user": "me", "workspace": api.workspace, **backwards}

    assert "400 end_date" in api.refused("POST", "/allocations", one)
    assert "400 end_date" in api.refused("POST", "/ooo_entries", two)
