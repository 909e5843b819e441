"""New objects: every field that Asana has for them, empty."""

from __future__ import annotations

from asana_frames.sandbox_server.core.store import Object


def _blank_likes() -> Object:
    return {
        "hearted": False,
        "hearts": [],
        "num_hearts": 0,
        "liked": False,
        "likes": [],
        "num_likes": 0,
    }


def blank_task(workspace: Object) -> Object:
    """Return the fields of a new task."""
    return {
        "name": "",
        "resource_subtype": "default_task",
        "created_by": None,
        "approval_status": None,
        "assignee": None,
        "assignee_status": "upcoming",
        "assignee_section": None,
        "assigned_by": None,
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "created_at": "",
        "modified_at": "",
        "dependencies": [],
        "dependents": [],
        "due_at": None,
        "due_on": None,
        "start_at": None,
        "start_on": None,
        "notes": "",
        "html_notes": "<body></body>",
        **_blank_likes(),
        "is_rendered_as_separator": False,
        "memberships": [],
        "projects": [],
        "parent": None,
        "num_subtasks": 0,
        "actual_time_minutes": None,
        "custom_fields": [],
        "custom_type": None,
        "custom_type_status_option": None,
        "followers": [],
        "tags": [],
        "workspace": workspace,
        "permalink_url": "",
    }


def blank_project(workspace: Object) -> Object:
    """Return the fields of a new project."""
    return {
        "name": "",
        "archived": False,
        "color": None,
        "icon": "list",
        "created_at": "",
        "modified_at": "",
        "current_status": None,
        "current_status_update": None,
        "custom_field_settings": [],
        "custom_fields": [],
        "default_view": "list",
        "due_date": None,
        "due_on": None,
        "start_on": None,
        "notes": "",
        "html_notes": "<body></body>",
        "members": [],
        "followers": [],
        "owner": None,
        "public": False,
        "privacy_setting": "private",
        "default_access_level": "editor",
        "minimum_access_level_for_customization": "editor",
        "minimum_access_level_for_sharing": "editor",
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "project_brief": None,
        "created_from_template": None,
        "team": None,
        "workspace": workspace,
        "permalink_url": "",
    }


def blank_portfolio(workspace: Object) -> Object:
    """Return the fields of a new portfolio."""
    return {
        "name": "",
        "archived": False,
        "color": "none",
        "start_on": None,
        "due_on": None,
        "default_access_level": "viewer",
        "created_at": "",
        "created_by": None,
        "custom_field_settings": [],
        "current_status_update": None,
        "custom_fields": [],
        "members": [],
        "owner": None,
        "workspace": workspace,
        "permalink_url": "",
        "public": False,
        "privacy_setting": "members_only",
        "project_templates": [],
    }


def blank_goal(workspace: Object) -> Object:
    """Return the fields of a new goal."""
    return {
        "name": "",
        "notes": "",
        "html_notes": "<body></body>",
        "due_on": None,
        "start_on": None,
        "is_workspace_level": False,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "team": None,
        "workspace": workspace,
        "followers": [],
        "time_period": None,
        "metric": None,
        "owner": None,
        "current_status_update": None,
        "status": None,
        "privacy_setting": "public_to_workspace",
        "default_access_level": "editor",
        "custom_fields": [],
        "custom_field_settings": [],
    }


def blank_story(target: Object) -> Object:
    """Return the fields of a new story."""
    return {
        "resource_subtype": "comment_added",
        "type": "comment",
        "created_at": "",
        "created_by": None,
        "text": "",
        "html_text": "<body></body>",
        "is_pinned": False,
        "is_edited": False,
        "is_editable": False,
        "liked": False,
        "likes": [],
        "num_likes": 0,
        "reaction_summary": [],
        "previews": [],
        "source": "web",
        "target": target,
    }


def blank_status_update(parent: Object) -> Object:
    """Return the fields of a new status update."""
    return {
        "title": "",
        "text": "",
        "html_text": "<body></body>",
        "author": None,
        "created_by": None,
        "created_at": "",
        "modified_at": "",
        "resource_subtype": f"{parent['resource_type']}_status_update",
        "status_type": "on_track",
        **_blank_likes(),
        "reaction_summary": [],
        "parent": parent,
    }


def blank_custom_field(workspace: Object) -> Object:
    """Return the fields that custom fields of all kinds have."""
    return {
        "name": "",
        "description": "",
        "enabled": True,
        "id_prefix": None,
        "is_formula_field": False,
        "is_value_read_only": False,
        "has_notifications_enabled": False,
        "is_global_to_workspace": True,
        "asana_created_field": None,
        "created_by": None,
        "privacy_setting": "public_with_guests",
        "default_access_level": "editor",
        "_workspace": workspace,
    }


#: What number fields have besides.
BLANK_NUMBER_FIELD: Object = {
    "precision": 0,
    "format": "none",
    "currency_code": None,
    "custom_label": None,
    "custom_label_position": None,
}
#: Who may do what in a new team.
BLANK_TEAM: Object = {
    "description": "",
    "html_description": "<body></body>",
    "visibility": "secret",
    "edit_team_name_or_description_access_level": "all_team_members",
    "edit_team_visibility_or_trash_team_access_level": "all_team_members",
    "member_invite_management_access_level": "all_team_members",
    "guest_invite_management_access_level": "all_team_members",
    "join_request_management_access_level": "all_team_members",
    "team_member_removal_access_level": "all_team_members",
    "team_content_management_access_level": "no_restriction",
    "endorsed": False,
}
#: Jobs hold one of these, once they are done.
BLANK_JOB_RESULTS: Object = dict.fromkeys(
    (
        "new_portfolio",
        "new_project",
        "new_task",
        "new_project_template",
        "new_graph_export",
        "new_resource_export",
    )
)


def membership_fields(parent: Object, member: Object, level: str) -> Object:
    """Return the fields of a membership."""
    return {
        "resource_subtype": f"{parent['resource_type']}_membership",
        "parent": parent,
        "member": member,
        "access_level": level,
    }


def legacy_membership_fields(parent: Object, person: Object, level: str) -> Object:
    """Return the fields of a membership of a project or portfolio in the older form."""
    kind = parent["resource_type"]
    made = {"parent": parent, "member": person, "user": person, "access_level": level}
    if kind == "project":
        can_write = level in ("admin", "editor")
        made["write_access"] = "full_write" if can_write else "comment_only"
    return {**made, kind: parent}


def audited_fields(item: Object) -> Object:
    """Return an object as the audit log keeps it: as it is called now."""
    keys = ("gid", "resource_type", "resource_subtype", "name", "email")
    return {key: item[key] for key in keys if key in item}
