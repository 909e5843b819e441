"""Access rules: private objects are visible to their members and to admins."""

from __future__ import annotations

from asana_frames.sandbox_server.core.errors import ApiError
from asana_frames.sandbox_server.core.store import Object, Store
from asana_frames.sandbox_server.core.write_context import WriteContext

_CAN_WRITE = ("admin", "editor")


class Access:
    """Decides what one user may see and change.

    Parameters
    ----------
    store
        The store of the memberships.
    me
        The person.
    """

    def __init__(self, store: Store, me: Object) -> None:
        self._store = store
        self.me = me
        self._known = -1, False

    @property
    def is_admin(self) -> bool:
        """Whether the person is an admin of the workspace, and sees everything."""
        version, known = self._known
        if version != self._store.version:
            found = (m for m in self._store.all("workspace_membership") if m["user"] is self.me)
            known = any(m["is_admin"] for m in found)
            self._known = self._store.version, known
        return known

    def can_see(self, item: Object) -> bool:
        """Whether this user can see an object."""
        kind = item.get("resource_type")
        if kind in ("project", "portfolio"):
            return item["privacy_setting"] not in ("private", "members_only") or any(
                self.me is member for member in item["members"]
            )
        if kind == "goal":
            is_open = item["privacy_setting"] == "public_to_workspace"
            return is_open or self._access_level(item) is not None
        if kind == "task":
            return self._can_see_task(item)
        if kind == "section":
            return self.can_see(item["project"])
        above = {"story": "target", "time_tracking_entry": "task", "attachment": "parent"}
        if kind in above:
            return self.can_see(item[above[kind]])
        return True

    def _can_see_task(self, task: Object) -> bool:
        mine = (task["assignee"], task["created_by"], *task["followers"])
        if any(self.me is person for person in mine):
            return True
        if task["projects"]:
            return any(self.can_see(project) for project in task["projects"])
        return task["parent"] is not None and self.can_see(task["parent"])

    def can_change(self, item: Object) -> bool:
        """Whether this user may change an object that they can see."""
        kind = item.get("resource_type")
        if kind == "task":
            projects = item["projects"]
            is_mine = item["assignee"] is self.me or item["created_by"] is self.me
            return is_mine or not projects or any(self.can_change(p) for p in projects)
        if kind == "section":
            return self.can_change(item["project"])
        if kind in ("project", "portfolio", "goal"):
            level = self._access_level(item)
            return (level or item["default_access_level"]) in _CAN_WRITE
        return True

    def _access_level(self, parent: Object) -> str | None:
        for membership in self._store.all("membership"):
            if membership["parent"] is parent and membership["member"] is self.me:
                level: str = membership["access_level"]
                return level
        return None


def is_admin(write: WriteContext) -> bool:
    """Whether the user who writes is an admin of the workspace."""
    memberships = write.store.all("workspace_membership")
    return any(m["user"] is write.me and m["is_admin"] for m in memberships)


def require_admin(write: WriteContext) -> None:
    """Refuse the request unless the user is an admin."""
    if not is_admin(write):
        raise ApiError(403, "You do not have access to this")
