"""Portfolios and their items."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import invalid_field
from asana_frames.sandbox_server.core.goal_progress import list_reachable
from asana_frames.sandbox_server.core.lists import (
    FindObject,
    ListRows,
    filter_custom_type,
    list_all,
    list_related,
    object_at,
)
from asana_frames.sandbox_server.core.shapes import FULL, RecordShape
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store, format_moment
from asana_frames.sandbox_server.core.write_context import Handler, WriteContext
from asana_frames.sandbox_server.resources.custom_fields import (
    add_empty_values,
    add_setting,
    build_setting,
    remove_setting,
    update_custom_values,
)
from asana_frames.sandbox_server.resources.jobs import parse_include, start_job
from asana_frames.sandbox_server.resources.memberships import (
    add_member,
    add_members,
    build_membership,
    remove_members,
)

_MAX_PORTFOLIO_ITEMS = 1_500


_PORTFOLIO_INCLUDES = (
    "description", "members", "permissions", "templates", "rules", "child_projects",
    "child_portfolios",
)  # fmt: skip


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


def create_portfolio(write: WriteContext) -> Object:
    """``POST /portfolios``."""
    write.require("name", "workspace")
    portfolio = add_portfolio(write, write.data["name"], write.data["workspace"])
    _apply_portfolio_fields(write, portfolio)
    return portfolio


def add_portfolio(write: WriteContext, name: str, workspace: Object) -> Object:
    """Add an empty portfolio with one member."""
    made = write.add("portfolio", **blank_portfolio(workspace))
    write.update(
        made,
        name=name,
        owner=write.me,
        created_by=write.me,
        created_at=write.now,
        permalink_url=f"https://app.asana.com/1/{workspace['gid']}/portfolio/{made['gid']}",
    )
    add_member(write, made, write.me, "admin")
    write.record_event("added", made, parent=workspace)
    return made


def update_portfolio(write: WriteContext) -> Object:
    """``PUT /portfolios/{portfolio}``."""
    portfolio: Object = write.at["portfolio"]
    _apply_portfolio_fields(write, portfolio)
    if "custom_fields" in write.data:
        fields = [field for field, _ in portfolio["custom_fields"]]
        update_custom_values(write, portfolio, write.data["custom_fields"], fields)
    return portfolio


def _apply_portfolio_fields(write: WriteContext, portfolio: Object) -> None:
    data = write.data
    must(data.get("name", "x"), "name", "Missing input")
    start = data.get("start_on", portfolio["start_on"])
    due = data.get("due_on", portfolio["due_on"])
    has_due = data.get("due_on")
    must(not data.get("start_on") or has_due, "start_on", "You must also provide a due date")
    must(not start or not due or start < due, "start_on", "Must be before the due date")
    for key in ("name", "archived", "color", "default_access_level"):
        if key in data:
            write.update_and_record(portfolio, key, data[key])
    write.update_and_record(portfolio, "due_on", due)
    write.update_and_record(portfolio, "start_on", start if due else None)
    if "public" in data:
        privacy = "public_to_domain" if data["public"] else "members_only"
        write.update(portfolio, public=data["public"], privacy_setting=privacy)


def delete_portfolio(write: WriteContext) -> None:
    """``DELETE /portfolios/{portfolio}``: its items are kept."""
    portfolio: Object = write.at["portfolio"]
    write.record_event("deleted", portfolio, within=portfolio["workspace"])
    write.remove(portfolio)


def add_item(write: WriteContext) -> None:
    """``POST /portfolios/{portfolio}/addItem``."""
    portfolio: Object = write.at["portfolio"]
    item = write.data["item"]
    items = list(write.store.related("items", portfolio))
    is_in = any(item is other for other in items)
    must(
        is_in or len(items) < _MAX_PORTFOLIO_ITEMS,
        "item",
        f"Portfolios hold {_MAX_PORTFOLIO_ITEMS} items at most",
    )
    if item["resource_type"] == "portfolio" and contains_portfolio(write, item, portfolio):
        raise invalid_field("item", "A portfolio cannot be in itself")
    if is_in:
        items.remove(item)
        place = write.insertion_index(items)
        write.set_related("items", portfolio, [*items[:place], item, *items[place:]])
    else:
        join_portfolio(write, portfolio, item, write.insertion_index(items))


def contains_portfolio(write: WriteContext, portfolio: Object, other: Object) -> bool:
    """Whether a portfolio is another, or holds it at any depth."""
    around = list_reachable(other, lambda item: write.store.related("portfolios_of", item))
    return any(item is portfolio for item in around)


def join_portfolio(
    write: WriteContext, portfolio: Object, item: Object, place: int | None = None
) -> None:
    """Add an item to a portfolio, and the portfolio's custom fields to the item."""
    write.add_related("items", portfolio, item, place)
    write.add_related("portfolios_of", item, portfolio)
    fields = [setting["custom_field"] for setting in portfolio["custom_field_settings"]]
    write.update_silently(item, custom_fields=add_empty_values(item, fields))
    if item["resource_type"] == "project":
        setting = write.add(
            "project_portfolio_setting",
            project=item,
            portfolio=portfolio,
            is_access_control_inherited=False,
            created_at=write.now,
        )
        write.add_related("portfolio_settings", portfolio, setting)
        write.add_related("portfolio_settings", item, setting)
    write.record_event("added", item, parent=portfolio)


def remove_item(write: WriteContext) -> None:
    """``POST /portfolios/{portfolio}/removeItem``."""
    portfolio: Object = write.at["portfolio"]
    item = write.data["item"]
    is_in = any(item is other for other in write.store.related("items", portfolio))
    must(is_in, "item", "It is not in the portfolio")
    _leave_portfolio(write, portfolio, item)


def _leave_portfolio(write: WriteContext, portfolio: Object, item: Object) -> None:
    write.remove_related("items", portfolio, item)
    write.remove_related("portfolios_of", item, portfolio)
    for setting in list(write.store.related("portfolio_settings", portfolio)):
        if setting["project"] is item:
            write.remove_related("portfolio_settings", portfolio, setting)
            write.remove_related("portfolio_settings", item, setting)
            write.remove(setting)
    write.record_event("removed", item, parent=portfolio)


def update_project_portfolio_setting(write: WriteContext) -> Object:
    """``PUT /project_portfolio_settings/{project_portfolio_setting}``."""
    setting: Object = write.at["project_portfolio_setting"]
    if "is_access_control_inherited" in write.data:
        value = write.data["is_access_control_inherited"]
        write.update_and_record(setting, "is_access_control_inherited", value)
    return setting


def duplicate_portfolio(write: WriteContext) -> Object:
    """``POST /portfolios/{portfolio}/duplicate``."""
    source: Object = write.at["portfolio"]
    write.require("name")
    include = parse_include(write, _PORTFOLIO_INCLUDES)
    copy = add_portfolio(write, write.data["name"], source["workspace"])
    write.update(copy, color=source["color"])
    for person in source["members"] if "members" in include else ():
        add_member(write, copy, person, "editor")
    for item in list(write.store.related("items", source)):
        join_portfolio(write, copy, item)
    return start_job(write, "duplicate_portfolio", new_portfolio=copy)


def list_projects_inside(store: Store, portfolio: Object) -> Iterable[Object]:
    """List the projects of a portfolio, at any depth."""
    items = list_reachable(portfolio, lambda item: store.related("items", item))
    return (item for item in items if item["resource_type"] == "project")


def build_portfolios(make: ObjectFactory) -> None:
    """Build the portfolios."""
    people = make.all("user")
    health = make.store.fields["Health"]

    def portfolio(place: int, name: str, items: list[Object]) -> Object:
        made = make.add("portfolio", name=name)
        made |= {
            **blank_portfolio(make.all("workspace")[0]),
            "name": name,
            "color": words.COLORS[place],
            "created_at": format_moment(make.now - timedelta(days=400 - place)),
            "created_by": people[0],
            "members": people[:4],
            "owner": people[0] if place < 3 else people[1],
            "permalink_url": f"https://app.asana.com/0/portfolio/{made['gid']}",
        }
        build_setting(make, made, health)
        for person in people[:4]:
            build_membership(make, made, person, "editor")
        for item in items:
            _build_portfolio_item(make, made, item, health)
        return made

    projects = make.all("project")
    growth = portfolio(
        0, "Growth", [p for p in projects if p["team"]["name"] in ("Marketing", "Product")]
    )
    running = portfolio(1, "Running the company", projects[6:11])
    portfolio(2, "All of Acme", [growth, running, projects[0]])
    portfolio(3, "Empty shelf", [])


def _build_portfolio_item(
    make: ObjectFactory, portfolio: Object, item: Object, health: Object
) -> None:
    make.add_related("items", portfolio, item)
    make.add_related("portfolios_of", item, portfolio)
    if item["resource_type"] != "project":
        return
    if not item["custom_fields"]:
        item["custom_fields"] = [(health, make.random.choice(health["enum_options"]))]
    setting = make.add(
        "project_portfolio_setting",
        project=item,
        portfolio=portfolio,
        is_access_control_inherited=False,
        created_at=portfolio["created_at"],
    )
    make.add_related("portfolio_settings", portfolio, setting)
    make.add_related("portfolio_settings", item, setting)


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getPortfolios": filter_custom_type(list_all("portfolio", owner="owner")),
    "getItemsForPortfolio": list_related("items", "portfolio"),
    "getProjectPortfolioSettingsForProject": list_related("portfolio_settings", "project"),
    "getProjectPortfolioSettingsForPortfolio": list_related("portfolio_settings", "portfolio"),
}


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getPortfolio": object_at("portfolio"),
    "getProjectPortfolioSetting": object_at("project_portfolio_setting"),
}


#: Write operations -> their handlers.
WRITES: dict[str, Handler] = {
    "createPortfolio": create_portfolio,
    "updatePortfolio": update_portfolio,
    "deletePortfolio": delete_portfolio,
    "addItemForPortfolio": add_item,
    "removeItemForPortfolio": remove_item,
    "addCustomFieldSettingForPortfolio": add_setting,
    "removeCustomFieldSettingForPortfolio": remove_setting,
    "addMembersForPortfolio": add_members,
    "removeMembersForPortfolio": remove_members,
    "duplicatePortfolio": duplicate_portfolio,
    "updateProjectPortfolioSetting": update_project_portfolio_setting,
}


#: Record types -> what responses show of them by default.
SHAPES: dict[str, RecordShape] = {
    "project_portfolio_setting": RecordShape(
        compact=("project", "portfolio", "is_access_control_inherited")
    ),
    "portfolio": RecordShape(
        hidden=frozenset(("archived",)), references={"custom_field_settings": FULL}
    ),
}
