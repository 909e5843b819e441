"""The company: workspace, people, teams, custom fields, projects and their sections."""

from __future__ import annotations

from datetime import datetime, timedelta

from asana_frames.sandbox_server import words
from asana_frames.sandbox_server.definitions import build_fields
from asana_frames.sandbox_server.store import Object, Store, day, stamp

#: Days of history.
HISTORY = 548


def build_company(store: Store) -> None:
    """Make everything that tasks live in."""
    workspace = store.add(
        "workspace", name="Acme", is_organization=True, email_domains=["acme.example"]
    )
    people = [_person(store, name, workspace) for name in words.PEOPLE]
    teams = {name: _team(store, name, workspace, people) for name in words.TEAMS}
    for name in words.TAGS:
        store.add(
            "tag",
            name=name,
            color=store.random.choice(words.COLORS),
            notes="",
            created_at=_early(store, 20),
            followers=[],
            workspace=workspace,
            permalink_url="",
        )
    fields = build_fields(store)
    for place, (name, team, sections, _) in enumerate(words.PROJECTS):
        _project(store, place, name, teams[team], sections, workspace, fields)
    for person in people:
        _my_tasks(store, person, workspace)


def _early(store: Store, days: int = 0) -> str:
    return stamp(store.now - timedelta(days=HISTORY - days))


def _person(store: Store, name: str, workspace: Object) -> Object:
    address = name.lower().replace(" ", ".").replace("'", "")
    sizes = ("21x21", "27x27", "36x36", "60x60", "128x128", "1024x1024")
    photo = {
        f"image_{size}": f"https://photos.acme.example/{address}/{size}.png" for size in sizes
    }
    person = store.add(
        "user",
        name=name,
        email=f"{address}@acme.example",
        photo=photo if store.random.random() < 0.7 else None,
        workspaces=[workspace],
        custom_fields=[],
    )
    first = len(store.all("user")) == 1
    store.add(
        "workspace_membership",
        user=person,
        workspace=workspace,
        user_task_list=None,
        is_active=True,
        is_admin=first,
        is_guest=name == words.PEOPLE[-1],
        is_view_only=False,
        vacation_dates=None,
        created_at=_early(store),
    )
    return person


def _my_tasks(store: Store, person: Object, workspace: Object) -> None:
    tasks = store.add(
        "user_task_list",
        name=f"My tasks in {workspace['name']}",
        owner=person,
        workspace=workspace,
    )
    membership = next(m for m in store.all("workspace_membership") if m["user"] is person)
    membership["user_task_list"] = tasks


def _team(store: Store, name: str, workspace: Object, people: list[Object]) -> Object:
    levels = (
        "edit_team_name_or_description_access_level",
        "edit_team_visibility_or_trash_team_access_level",
        "member_invite_management_access_level",
        "guest_invite_management_access_level",
        "join_request_management_access_level",
        "team_member_removal_access_level",
    )
    team = store.add(
        "team",
        name=name,
        description=f"The {name} team.",
        html_description=f"<body>The {name} team.</body>",
        organization=workspace,
        permalink_url="",
        visibility="public",
        **dict.fromkeys(levels, "all_team_members"),
        team_content_management_access_level="no_restriction",
        endorsed=name == "Product",
        custom_field_settings=[],
    )
    place = words.TEAMS.index(name)
    # A few belong to two teams.
    members = [*people[place::5], people[(place * 7 + 3) % len(people)]]
    for number, person in enumerate({p["gid"]: p for p in members}.values()):
        store.add(
            "team_membership",
            user=person,
            team=team,
            is_guest=False,
            is_limited_access=False,
            is_admin=number == 0,
        )
        store.put("team_users", team, person)
        store.put("user_teams", person, team)
    return team


_OF_ALL = ("Priority", "Story points", "Estimated time", "Reviewers")
_OF_TEAM = {
    "Marketing": ("Channels", "Launch date", "Agency notes", "Budget share"),
    "Product": ("Launch date", "Ticket", "Points per hour", "Related work"),
    "Engineering": ("Ticket", "Points per hour", "Related work"),
    "Customer Success": ("Priority (local)", "Agency notes"),
    "Operations": ("Agency notes", "Budget share"),
}


def _project(
    store: Store,
    place: int,
    name: str,
    team: Object,
    sections: tuple[str, ...],
    workspace: Object,
    fields: dict[str, Object],
) -> None:
    members = store.found("team_users", team)
    start = store.now - timedelta(days=HISTORY - 25 * place)
    project = store.add("project", name=name, archived=False)
    project |= _fields_of_project(store, place, project, members, start)
    project |= {"team": team, "workspace": workspace}
    url = f"https://app.asana.com/1/{workspace['gid']}/project/{project['gid']}"
    project["permalink_url"] = url
    store.put("team_projects", team, project)
    for title in sections:
        section = store.add(
            "section", name=title, created_at=stamp(start), project=project, projects=[project]
        )
        store.put("sections", project, section)
    for title in (*_OF_ALL, *_OF_TEAM[team["name"]]):
        _setting(store, project, fields[title])
    for number, person in enumerate(members):
        _membership(store, project, person, "admin" if number == 0 else "editor")


def _fields_of_project(
    store: Store, place: int, project: Object, members: list[Object], start: datetime
) -> Object:
    name = project["name"]
    is_used = name != "Someday maybe"
    notes = f"{name}: what we do, and when." if is_used else ""
    end = day(store.now.date() + timedelta(days=20 + 17 * place))
    return {
        "color": words.COLORS[place % len(words.COLORS)],
        "icon": "list",
        "created_at": stamp(start),
        "modified_at": stamp(store.now - timedelta(days=place)),
        "current_status": None,
        "current_status_update": None,
        "custom_field_settings": [],
        "default_view": "board" if place % 2 else "list",
        "due_date": end,
        "due_on": end,
        "start_on": day(start.date()),
        "html_notes": f"<body>{notes}</body>",
        "notes": notes,
        "members": members,
        "public": True,
        "privacy_setting": "public_to_workspace",
        "default_access_level": "editor",
        "minimum_access_level_for_customization": "editor",
        "minimum_access_level_for_sharing": "editor",
        "custom_fields": [],
        "completed": False,
        "completed_at": None,
        "completed_by": None,
        "followers": members[:2],
        "owner": members[0] if is_used else None,
        "project_brief": None,
        "created_from_template": None,
    }


def _setting(store: Store, parent: Object, field: Object) -> None:
    setting = store.add(
        "custom_field_setting",
        custom_field=field,
        parent=parent,
        project=parent if parent["resource_type"] == "project" else None,
        is_important=field["name"] == "Priority",
    )
    parent["custom_field_settings"].append(setting)
    store.put("settings", parent, setting)


def _membership(store: Store, parent: Object, member: Object, level: str) -> None:
    kind = parent["resource_type"]
    made = store.add(
        "membership",
        resource_subtype=f"{kind}_membership",
        parent=parent,
        member=member,
        access_level=level,
    )
    store.put("memberships", parent, made)
    older = f"{kind}_membership"
    if kind in ("project", "portfolio") and member["resource_type"] == "user":
        store.add(
            older,
            parent=parent,
            member=member,
            user=member,
            access_level=level,
            write_access="full_write",
            **{kind: parent},
        )


add_setting, add_membership = _setting, _membership
