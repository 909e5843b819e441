"""The audit log of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from asana_frames.sandbox_server.core.lists import Arguments, ListRows
from asana_frames.sandbox_server.core.store import Object, ObjectFactory, Store, format_moment


def _list_audit_events(store: Store, asked: Arguments) -> Iterable[Object]:
    start, end = asked.get("start_at") or "", asked.get("end_at") or "9999"
    wanted: dict[str, Callable[[Object], Any]] = {
        "event_type": lambda event: event["event_type"],
        "actor_type": lambda event: event["actor"]["actor_type"],
        "actor_gid": lambda event: event["actor"]["gid"],
        "resource_gid": lambda event: event["resource"]["gid"],
    }
    for event in store.all("audit_log_event"):
        if start <= event["created_at"] < end and all(
            asked.get(name) in (None, find(event)) for name, find in wanted.items()
        ):
            yield event


_AUDIT_EVENTS = (
    ("user_login_succeeded", "logins"),
    ("task_deleted", "deletion"),
    ("user_invited", "user_updates"),
    ("workspace_password_requirements_changed", "admin_settings"),
)


def build_audit_log(make: ObjectFactory) -> None:
    """Build the audit log of the last months."""
    people = make.all("user")
    for number in range(250):
        moment = make.now - timedelta(days=89) + timedelta(hours=8.4 * number)
        kind, category = make.random.choice(_AUDIT_EVENTS)
        person = make.random.choice(people)
        event = make.add(
            "audit_log_event",
            created_at=format_moment(moment),
            event_type=kind,
            event_category=category,
            actor={
                "actor_type": "user",
                "gid": person["gid"],
                "name": person["name"],
                "email": person["email"],
            },
            resource={
                "resource_type": "user",
                "resource_subtype": "human",
                "gid": person["gid"],
                "name": person["name"],
                "email": person["email"],
            },
            details={"group": {"old": 1, "new": 2}} if number % 50 == 0 else {},
            context={
                "context_type": "web",
                "client_ip_address": "192.0.2.7",
                "user_agent": "Browser",
            },
        )
        del event["resource_type"]


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "getAuditLogEvents": _list_audit_events,
}
