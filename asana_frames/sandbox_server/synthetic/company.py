"""The company: workspace, people, teams, custom fields, projects and their sections."""

from __future__ import annotations

from datetime import datetime, timedelta

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, format_day, format_moment
from asana_frames.sandbox_server.synthetic.definitions import build_fields

#: Days of history.
HISTORY_DAYS = 548


def build_company(make: ObjectFactory) -> None:
    """Make what all divisions share."""
    workspace = make.add(
        "workspace", name="Acme", is_organization=True, email_domains=["acme.example"]
    )
    for name in words.TAGS:
        make.add(
            "tag",
            name=name,
            color=make.random.choice(words.COLORS),
            notes="",
            created_at=_early_moment(make, 20),
            followers=[],
            workspace=workspace,
            permalink_url="",
        )
    for name, color in words.CATEGORIES:
        make.add(
            "time_tracking_category",
            name=name,
            color=color,
            is_archived=name == "Research",
            _workspace=workspace,
        )


def build_division(make: ObjectFactory) -> None:
    """Make the people, teams and projects of a division, which its tasks live in."""
    workspace = make.all("workspace")[0]
    people = [_build_user(make, name, workspace) for name in division_people(make.number)]
    if not make.number:
        make.store.fields = build_fields(make)
    after = f" {make.number + 1}" if make.number else ""
    teams = {name: _build_team(make, name, after, workspace, people) for name in words.TEAMS}
    for place, (name, team, sections, _) in enumerate(words.PROJECTS):
        _build_project(make, place, name + after, teams[team], sections, workspace)
    for person in people:
        _build_user_task_list(make, person, workspace)
    for kind in ("user", "project", "section"):
        for item in make.all(kind):
            make.store.home[item["gid"]] = make.number


def division_people(number: int) -> list[str]:
    """Return the people of a division: the same first names, other last names."""
    if not number:
        return list(words.PEOPLE)
    names = [name.split(" ", 1) for name in words.PEOPLE]
    middle = (
        "" if number < len(names) else f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[number // len(names)]}. "
    )
    lasts = [last for _, last in names]
    return [
        f"{first} {middle}{lasts[(place + number) % len(lasts)]}"
        for place, (first, _) in enumerate(names)
    ]


def _early_moment(make: ObjectFactory, days: int = 0) -> str:
    return format_moment(make.now - timedelta(days=HISTORY_DAYS - days))


def _build_user(make: ObjectFactory, name: str, workspace: Object) -> Object:
    address = name.lower().replace(". ", ".").replace(" ", ".").replace("'", "")
    sizes = ("21x21", "27x27", "36x36", "60x60", "128x128", "1024x1024")
    photo = {
        f"image_{size}": f"https://photos.acme.example/{address}/{size}.png" for size in sizes
    }
    person = make.add(
        "user",
        name=name,
        email=f"{address}@acme.example",
        photo=photo if make.random.random() < 0.7 else None,
        workspaces=[workspace],
        custom_fields=[],
    )
    first = not make.number and len(make.all("user")) == 1
    make.add(
        "workspace_membership",
        user=person,
        workspace=workspace,
        user_task_list=None,
        is_active=True,
        is_admin=first,
        is_guest=name.startswith(words.PEOPLE[-1].split()[0]),
        is_view_only=False,
        vacation_dates=None,
        created_at=_early_moment(make),
    )
    return person


def _build_user_task_list(make: ObjectFactory, person: Object, workspace: Object) -> None:
    tasks = make.add(
        "user_task_list",
        name=f"My tasks in {workspace['name']}",
        owner=person,
        workspace=workspace,
    )
    membership = next(m for m in make.all("workspace_membership") if m["user"] is person)
    membership["user_task_list"] = tasks


def _build_team(
    make: ObjectFactory, name: str, after: str, workspace: Object, people: list[Object]
) -> Object:
    about = {
        "description": f"The {name} team.",
        "html_description": f"<body>The {name} team.</body>",
        "visibility": "public",
        "endorsed": name == "Product",
        "_settings": [],
    }
    team = make.add(
        "team",
        **blank.BLANK_TEAM | about,
        name=name + after,
        organization=workspace,
        permalink_url="",
    )
    place = words.TEAMS.index(name)
    # A few belong to two teams.
    members = [*people[place::5], people[(place * 7 + 3) % len(people)]]
    for number, person in enumerate({p["gid"]: p for p in members}.values()):
        make.add(
            "team_membership",
            user=person,
            team=team,
            is_guest=False,
            is_limited_access=False,
            is_admin=number == 0,
        )
        make.add_related("team_users", team, person)
        make.add_related("user_teams", person, team)
    return team


_FIELDS_OF_ALL_PROJECTS = ("Priority", "Story points", "Estimated time", "Reviewers")
_FIELDS_OF_TEAMS = {
    "Marketing": ("Channels", "Launch date", "Agency notes", "Budget share"),
    "Product": ("Launch date", "Ticket", "Points per hour", "Related work"),
    "Engineering": ("Ticket", "Points per hour", "Related work"),
    "Customer Success": ("Priority (local)", "Agency notes"),
    "Operations": ("Agency notes", "Budget share"),
}


def _build_project(
    make: ObjectFactory,
    place: int,
    name: str,
    team: Object,
    sections: tuple[str, ...],
    workspace: Object,
) -> None:
    members = make.related("team_users", team)
    start = make.now - timedelta(days=HISTORY_DAYS - 25 * place)
    project = make.add("project", name=name, archived=False)
    project |= _project_values(make, place, project, members, start)
    project["team"] = team
    url = f"https://app.asana.com/1/{workspace['gid']}/project/{project['gid']}"
    project["permalink_url"] = url
    make.add_related("team_projects", team, project)
    for title in sections:
        section = make.add(
            "section",
            name=title,
            created_at=format_moment(start),
            project=project,
            projects=[project],
        )
        make.add_related("sections", project, section)
    for title in (*_FIELDS_OF_ALL_PROJECTS, *_FIELDS_OF_TEAMS[words.PROJECTS[place][1]]):
        _build_setting(make, project, make.store.fields[title])
    for number, person in enumerate(members):
        _build_membership(make, project, person, "admin" if number == 0 else "editor")


def _project_values(
    make: ObjectFactory, place: int, project: Object, members: list[Object], start: datetime
) -> Object:
    name = project["name"]
    is_used = not name.startswith("Someday maybe")
    notes = f"{name}: what we do, and when." if is_used else ""
    end = format_day(make.now.date() + timedelta(days=20 + 17 * place))
    return {
        **blank.blank_project(make.all("workspace")[0]),
        "name": name,
        "color": words.COLORS[place % len(words.COLORS)],
        "created_at": format_moment(start),
        "modified_at": format_moment(make.now - timedelta(days=place)),
        "default_view": "board" if place % 2 else "list",
        "due_date": end,
        "due_on": end,
        "start_on": format_day(start.date()),
        "html_notes": f"<body>{notes}</body>",
        "notes": notes,
        "members": members,
        "public": True,
        "privacy_setting": "public_to_workspace",
        "followers": members[:2],
        "owner": members[0] if is_used else None,
    }


def _build_setting(make: ObjectFactory, parent: Object, field: Object) -> None:
    setting = make.add(
        "custom_field_setting",
        custom_field=field,
        parent=parent,
        project=parent if parent["resource_type"] == "project" else None,
        is_important=field["name"] == "Priority",
    )
    parent["custom_field_settings"].append(setting)


def _build_membership(make: ObjectFactory, parent: Object, member: Object, level: str) -> None:
    kind = parent["resource_type"]
    make.add("membership", **blank.membership_fields(parent, member, level))
    if kind in ("project", "portfolio") and member["resource_type"] == "user":
        make.add(f"{kind}_membership", **blank.legacy_membership_fields(parent, member, level))


add_setting, add_membership = _build_setting, _build_membership
