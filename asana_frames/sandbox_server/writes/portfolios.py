"""Writes to portfolios."""

from __future__ import annotations

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.errors import invalid_field
from asana_frames.sandbox_server.core.goal_progress import list_reachable
from asana_frames.sandbox_server.core.store import Object
from asana_frames.sandbox_server.core.write_context import WriteContext
from asana_frames.sandbox_server.writes.custom_values import update_custom_values
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.places import add_empty_values

_MAX_PORTFOLIO_ITEMS = 1_500


def create_portfolio(write: WriteContext) -> Object:
    """``POST /portfolios``."""
    write.require("name", "workspace")
    portfolio = add_portfolio(write, write.data["name"], write.data["workspace"])
    _apply_portfolio_fields(write, portfolio)
    return portfolio


def add_portfolio(write: WriteContext, name: str, workspace: Object) -> Object:
    """Make an empty portfolio with one member."""
    made = write.add("portfolio", **blank.blank_portfolio(workspace))
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
    """``DELETE /portfolios/{portfolio}``: what is in it stays where it is."""
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
    """Put a project or portfolio into a portfolio, with the portfolio's custom fields."""
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
