"""Writes to portfolios."""

from __future__ import annotations

from asana_frames.sandbox_server import blank
from asana_frames.sandbox_server.checks import must
from asana_frames.sandbox_server.errors import invalid
from asana_frames.sandbox_server.progress import reached
from asana_frames.sandbox_server.store import Object
from asana_frames.sandbox_server.writes.custom_values import change_values
from asana_frames.sandbox_server.writes.people import add_member
from asana_frames.sandbox_server.writes.places import with_fields
from asana_frames.sandbox_server.writes.write import Write

_MOST_ITEMS = 1_500


def create_portfolio(write: Write) -> Object:
    """``POST /portfolios``."""
    write.need("name", "workspace")
    portfolio = new_portfolio(write, write.data["name"], write.data["workspace"])
    _apply(write, portfolio)
    return portfolio


def new_portfolio(write: Write, name: str, workspace: Object) -> Object:
    """Make an empty portfolio with one member."""
    made = write.add("portfolio", **blank.portfolio(workspace))
    write.set(
        made,
        name=name,
        owner=write.me,
        created_by=write.me,
        created_at=write.now,
        permalink_url=f"https://app.asana.com/1/{workspace['gid']}/portfolio/{made['gid']}",
    )
    add_member(write, made, write.me, "admin")
    write.happened("added", made, parent=workspace)
    return made


def update_portfolio(write: Write) -> Object:
    """``PUT /portfolios/{portfolio}``."""
    portfolio: Object = write.at["portfolio"]
    _apply(write, portfolio)
    if "custom_fields" in write.data:
        fields = [field for field, _ in portfolio["custom_fields"]]
        change_values(write, portfolio, write.data["custom_fields"], fields)
    return portfolio


def _apply(write: Write, portfolio: Object) -> None:
    data = write.data
    must(data.get("name", "x"), "name", "Missing input")
    start = data.get("start_on", portfolio["start_on"])
    due = data.get("due_on", portfolio["due_on"])
    has_due = data.get("due_on")
    must(not data.get("start_on") or has_due, "start_on", "You must also provide a due date")
    must(not start or not due or start < due, "start_on", "Must be before the due date")
    for key in ("name", "archived", "color", "default_access_level"):
        if key in data:
            write.changed(portfolio, key, data[key])
    write.changed(portfolio, "due_on", due)
    write.changed(portfolio, "start_on", start if due else None)
    if "public" in data:
        privacy = "public_to_domain" if data["public"] else "members_only"
        write.set(portfolio, public=data["public"], privacy_setting=privacy)


def delete_portfolio(write: Write) -> None:
    """``DELETE /portfolios/{portfolio}``: what is in it stays where it is."""
    portfolio: Object = write.at["portfolio"]
    write.happened("deleted", portfolio, within=portfolio["workspace"])
    write.remove(portfolio)


def add_item(write: Write) -> None:
    """``POST /portfolios/{portfolio}/addItem``."""
    portfolio: Object = write.at["portfolio"]
    item = write.data["item"]
    items = list(write.store.found("items", portfolio))
    is_in = any(item is other for other in items)
    must(is_in or len(items) < _MOST_ITEMS, "item", f"Portfolios hold {_MOST_ITEMS} items at most")
    if item["resource_type"] == "portfolio" and _is_above(write, item, portfolio):
        raise invalid("item", "A portfolio cannot be in itself")
    if is_in:
        items.remove(item)
        place = write.place(items)
        write.arrange("items", portfolio, [*items[:place], item, *items[place:]])
    else:
        join(write, portfolio, item, write.place(items))


def _is_above(write: Write, portfolio: Object, other: Object) -> bool:
    """Whether a portfolio is another, or holds it at any depth."""
    around = reached(other, lambda item: write.store.found("portfolios_of", item))
    return any(item is portfolio for item in around)


def join(write: Write, portfolio: Object, item: Object, place: int | None = None) -> None:
    """Put a project or portfolio into a portfolio, with the portfolio's custom fields."""
    write.put("items", portfolio, item, place)
    write.put("portfolios_of", item, portfolio)
    fields = [setting["custom_field"] for setting in portfolio["custom_field_settings"]]
    write.quietly(item, custom_fields=with_fields(item, fields))
    if item["resource_type"] == "project":
        setting = write.add(
            "project_portfolio_setting",
            project=item,
            portfolio=portfolio,
            is_access_control_inherited=False,
            created_at=write.now,
        )
        write.put("portfolio_settings", portfolio, setting)
        write.put("portfolio_settings", item, setting)
    write.happened("added", item, parent=portfolio)


def remove_item(write: Write) -> None:
    """``POST /portfolios/{portfolio}/removeItem``."""
    portfolio: Object = write.at["portfolio"]
    item = write.data["item"]
    is_in = any(item is other for other in write.store.found("items", portfolio))
    must(is_in, "item", "It is not in the portfolio")
    _leave(write, portfolio, item)


def _leave(write: Write, portfolio: Object, item: Object) -> None:
    write.drop("items", portfolio, item)
    write.drop("portfolios_of", item, portfolio)
    for setting in list(write.store.found("portfolio_settings", portfolio)):
        if setting["project"] is item:
            write.drop("portfolio_settings", portfolio, setting)
            write.drop("portfolio_settings", item, setting)
            write.remove(setting)
    write.happened("removed", item, parent=portfolio)


def update_project_portfolio_setting(write: Write) -> Object:
    """``PUT /project_portfolio_settings/{project_portfolio_setting}``."""
    setting: Object = write.at["project_portfolio_setting"]
    if "is_access_control_inherited" in write.data:
        value = write.data["is_access_control_inherited"]
        write.changed(setting, "is_access_control_inherited", value)
    return setting
