"""Teams and their members."""

from __future__ import annotations

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must, text_fields
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    list_all,
    list_related,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import FULL, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext

#: Defaults of a new team, with its permissions.
_BLANK_TEAM: Object = {
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


def create_team(write: WriteContext) -> Object:
    """``POST /teams``."""
    write.require("name", "organization")
    must(write.data["organization"]["is_organization"], "organization", "Not an organization")
    team = write.add("team", **{**_BLANK_TEAM, "custom_field_settings": []} | _team_fields(write))
    add_to_team(write, team, write.me, is_admin=True)
    write.record_event("added", team, parent=team["organization"])
    return team


def update_team(write: WriteContext) -> Object:
    """``PUT /teams/{team}``."""
    team: Object = write.at["team"]
    for key, value in _team_fields(write).items():
        must(key != "name" or value, "name", "Missing input")
        write.update_and_record(team, key, value)
    return team


def _team_fields(write: WriteContext) -> Object:
    rest = {k: v for k, v in write.data.items() if not k.endswith("description")}
    url = "https://app.asana.com/0/teams"
    made = {"permalink_url": url} if "team" not in write.at else {}
    return {**made, **rest, **text_fields(write.data, "description")}


def add_to_team(
    write: WriteContext, team: Object, person: Object, *, is_admin: bool = False
) -> Object:
    """Add a member to a team."""
    known = (m for m in write.store.all("team_membership") if m["team"] is team)
    found = next((m for m in known if m["user"] is person), None)
    if found is not None:
        return found
    made = write.add(
        "team_membership",
        user=person,
        team=team,
        is_guest=False,
        is_limited_access=False,
        is_admin=is_admin,
    )
    write.add_related("team_users", team, person)
    write.add_related("user_teams", person, team)
    write.record_event("added", made, parent=team)
    return made


def add_user_to_team(write: WriteContext) -> Object:
    """``POST /teams/{team}/addUser``."""
    write.require("user")
    return add_to_team(write, write.at["team"], write.data["user"])


def remove_user_from_team(write: WriteContext) -> None:
    """``POST /teams/{team}/removeUser``."""
    write.require("user")
    leave_team(write, write.at["team"], write.data["user"])


def leave_team(write: WriteContext, team: Object, person: Object) -> None:
    """Remove a member from a team."""
    for membership in list(write.store.all("team_membership")):
        if membership["team"] is team and membership["user"] is person:
            write.record_event("removed", membership, parent=team)
            write.remove(membership)
            write.remove_related("team_users", team, person)
            write.remove_related("user_teams", person, team)


def build_team(
    make: ObjectFactory, name: str, after: str, workspace: Object, people: list[Object]
) -> Object:
    """Build a team with its members."""
    about = {
        "description": f"The {name} team.",
        "html_description": f"<body>The {name} team.</body>",
        "visibility": "public",
        "endorsed": name == "Product",
        "custom_field_settings": [],
    }
    team = make.add(
        "team",
        **_BLANK_TEAM | about,
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


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getTeamMemberships": list_all("team_membership", team="team", user="user"),
    "getTeamMembershipsForTeam": list_all("team_membership", team="team"),
    "getTeamMembershipsForUser": list_all("team_membership", user="user"),
    "getTeamsForWorkspace": list_all("team"),
    "getTeamsForUser": list_related("user_teams", "user"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getTeamMembership": object_at("team_membership"),
    "getTeam": object_at("team"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createTeam": create_team,
    "updateTeam": update_team,
    "addUserForTeam": add_user_to_team,
    "removeUserForTeam": remove_user_from_team,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "team_membership": RecordShape(
        compact=("user", "team", "is_guest", "is_limited_access", "is_admin")
    ),
    "team": RecordShape(
        hidden=frozenset(
            (
                "custom_field_settings",
                "description",
                "html_description",
            )
        ),
        references={"custom_field_settings": FULL},
    ),
}
