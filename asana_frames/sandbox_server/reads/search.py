"""Search and typeahead: Asana's operators over an index that may lag behind."""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from asana_frames.sandbox_server.checks import day_of, since_of
from asana_frames.sandbox_server.errors import Refusal, invalid
from asana_frames.sandbox_server.store import Object, Store

Arguments = dict[str, Any]
Test = Callable[[Object], bool]

_MOST = 100
_SORT = {"due_date": "due_on", "likes": "num_likes", "relevance": "modified_at"}


def _gids(items: Iterable[Object | None]) -> set[str]:
    return {item["gid"] for item in items if item is not None}


def _one(field: str) -> Callable[[Store, Object], set[str]]:
    return lambda store, item: _gids([item[field]])


def _many(field: str) -> Callable[[Store, Object], set[str]]:
    return lambda store, item: _gids(item[field])


def _commenters(store: Store, item: Object) -> set[str]:
    told = store.found("task_stories", item)
    return _gids(s["created_by"] for s in told if s["resource_subtype"] == "comment_added")


#: What ``<name>.any``, ``.not`` and ``.all`` of a task are compared with.
_OF_TASK: dict[str, Callable[[Store, Object], set[str]]] = {
    "assignee": _one("assignee"),
    "assigned_by": _one("assigned_by"),
    "created_by": _one("created_by"),
    "followers": _many("followers"),
    "tags": _many("tags"),
    "projects": _many("projects"),
    "sections": lambda store, item: _gids(entry["section"] for entry in item["memberships"]),
    "liked_by": lambda store, item: _gids(like["user"] for like in item["likes"]),
    "commented_on_by": _commenters,
    "teams": lambda store, item: _gids(project["team"] for project in item["projects"]),
    "portfolios": lambda store, item: _gids(
        portfolio for p in item["projects"] for portfolio in store.found("portfolios_of", p)
    ),
}
_OF_PROJECT: dict[str, Callable[[Store, Object], set[str]]] = {
    "owner": _one("owner"),
    "members": _many("members"),
    "teams": _one("team"),
    "portfolios": lambda store, item: _gids(store.found("portfolios_of", item)),
}
_FLAGS: dict[str, Callable[[Store, Object], bool]] = {
    "completed": lambda store, item: bool(item["completed"]),
    "is_subtask": lambda store, item: item["parent"] is not None,
    "is_blocked": lambda store, item: any(not t["completed"] for t in item["dependencies"]),
    "is_blocking": lambda store, item: (
        not item["completed"] and any(not t["completed"] for t in item["dependents"])
    ),
    "has_attachment": lambda store, item: bool(list(store.found("attachments", item))),
}


def search_tasks(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/tasks/search``."""
    tests = list(_tests(store, asked, _OF_TASK))
    rows = (task for task in _indexed(store) if all(test(task) for test in tests))
    return _best(rows, asked)


def search_projects(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/projects/search``."""
    tests = list(_tests(store, asked, _OF_PROJECT))
    rows = (project for project in store.all("project") if all(test(project) for test in tests))
    return _best(rows, asked)


def _indexed(store: Store) -> Iterator[Object]:
    """Yield tasks as the index knows them: what was written lately is not in it yet."""
    late = {}
    for gid, (at, before) in list(store.unindexed.items()):
        if time.monotonic() - at >= store.index_lag:
            del store.unindexed[gid]
        else:
            late[gid] = before
    for task in store.all("task"):
        if task["gid"] not in late:
            yield task
    yield from (before for before in late.values() if before is not None)


def _tests(
    store: Store, asked: Arguments, known: dict[str, Callable[[Store, Object], set[str]]]
) -> Iterator[Test]:
    text = str(asked.get("text") or "").casefold()
    for word in text.split():
        yield partial(_says, word)
    if asked.get("resource_subtype"):
        yield lambda item: bool(item["resource_subtype"] == asked["resource_subtype"])
    for name, flag in _FLAGS.items():
        if asked.get(name) is not None:
            yield partial(_is_so, store, flag, asked[name])
    union: list[Test] = []
    for name, find in known.items():
        for operator in ("any", "not", "all"):
            given = asked.get(f"{name}.{operator}")
            if given is None:
                continue
            test = _compare(store, find, operator, _wanted(store, str(given)))
            if operator == "any" and name in ("projects", "sections"):
                # Together these two are a union.
                union.append(test)
            else:
                yield test
    if union:
        yield lambda item: any(test(item) for test in union)
    yield from _types(asked)
    yield from _days(asked)
    yield from _custom(asked)


def _says(word: str, item: Object) -> bool:
    return word in f"{item['name']} {item['notes']}".casefold()


def _is_so(
    store: Store, flag: Callable[[Store, Object], bool], wanted: bool, item: Object
) -> bool:
    return flag(store, item) == wanted


def _wanted(store: Store, given: str) -> set[str]:
    """Return the gids of a filter; people may be named by e-mail."""
    people = {name: store.by_email(name) for name in given.split(",") if "@" in name}
    return {person["gid"] if (person := people.get(gid)) else gid for gid in given.split(",")}


def _compare(
    store: Store, find: Callable[[Store, Object], set[str]], operator: str, wanted: set[str]
) -> Test:
    if operator == "all":
        return lambda item: wanted <= find(store, item)
    if operator == "not":
        return lambda item: not wanted & find(store, item)
    if "null" in wanted:
        return lambda item: not find(store, item) or bool(wanted & find(store, item))
    return lambda item: bool(wanted & find(store, item))


def _types(asked: Arguments) -> Iterator[Test]:
    """Yield the test of ``custom_types.<gid>.custom_type_status_option.gid``: one at most."""
    keys = [key for key in asked if key.startswith("custom_types.")]
    if not keys:
        return
    if len(keys) > 1:
        raise invalid(keys[1], "Only one custom type can be searched")
    if asked.get("resource_subtype") != "custom":
        raise invalid(keys[0], "Needs resource_subtype=custom")
    if not keys[0].endswith(".custom_type_status_option.gid"):
        raise invalid(keys[0], "Not a valid filter")
    kind, option = keys[0].split(".")[1], asked[keys[0]]
    yield lambda item: _gids([item["custom_type"]]) == {kind}
    yield lambda item: _gids([item["custom_type_status_option"]]) == {option}


def _days(asked: Arguments) -> Iterator[Test]:
    """Yield the tests of days and moments; a bare day is that day, ``null`` is none."""
    for key in asked:
        name, _, operator = key.partition(".")
        field, _, unit = name.rpartition("_")
        if field not in ("due", "start", "created", "completed", "modified"):
            continue
        if unit not in ("on", "at") or operator not in ("", "before", "after"):
            continue
        yield _when(key, field, unit, operator, asked[key])


def _when(key: str, field: str, unit: str, operator: str, given: str) -> Test:
    is_null = not operator and given == "null"
    wanted = None if is_null else (day_of if unit == "on" else since_of)(key, given)

    def value(item: Object) -> str | None:
        if unit == "at":
            return item.get(f"{field}_at")
        day = item.get(f"{field}_on", item.get(f"{field}_at"))
        return None if day is None else day[:10]

    if operator == "before":
        return lambda item: (value(item) or "9999") < (wanted or "")
    if operator == "after":
        return lambda item: (value(item) or "") > (wanted or "")
    return lambda item: value(item) == wanted


def _custom(asked: Arguments) -> Iterator[Test]:
    """Yield the tests of ``custom_fields.<gid>.<operator>``."""
    for key, given in asked.items():
        if not key.startswith("custom_fields."):
            continue
        _, gid, operator = [*key.split("."), "", ""][:3]
        if operator not in _OPERATORS:
            raise invalid(key, f"Not a valid operator (one of {', '.join(_OPERATORS)})")
        if operator in ("less_than", "greater_than"):
            try:
                float(given)
            except ValueError:
                raise invalid(key, f"Value is not a number: {given}") from None
        yield partial(_holds, gid, operator, given)


def _holds(gid: str, operator: str, given: str, item: Object) -> bool:
    for field, value in item["custom_fields"]:
        if field["gid"] == gid:
            is_set = value is not None and value != []
            if operator == "is_set":
                return is_set == (given.lower() == "true")
            return is_set and _OPERATORS[operator](_plain(field, value), given)
    return operator == "is_set" and given.lower() == "false"


def _plain(field: Object, value: Any) -> Any:
    """Return what a value is compared by: an option's gid, a day, text, a number."""
    kind = field["representation_type"]
    if kind == "enum":
        return value["gid"]
    if kind == "date":
        return value["date"]
    if kind == "multi_enum":
        raise invalid(f"custom_fields.{field['gid']}", "Multi-enum fields cannot be searched")
    if kind in ("people", "reference"):
        return ",".join(item["gid"] for item in value)
    return value


def _same(value: Any, given: str) -> bool:
    if isinstance(value, int | float):
        try:
            return value == float(given)
        except ValueError:
            return False
    return str(value) == given


def _has(value: Any, given: str) -> bool:
    return isinstance(value, str) and given.casefold() in value.casefold()


_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "is_set": lambda value, given: True,
    "value": _same,
    "starts_with": lambda value, given: str(value).casefold().startswith(given.casefold()),
    "ends_with": lambda value, given: str(value).casefold().endswith(given.casefold()),
    "contains": lambda value, given: _has(value, given),
    "less_than": lambda value, given: isinstance(value, int | float) and value < float(given),
    "greater_than": lambda value, given: isinstance(value, int | float) and value > float(given),
    "before": lambda value, given: str(value) < given,
    "after": lambda value, given: str(value) > given,
}


def _best(rows: Iterable[Object], asked: Arguments) -> list[Object]:
    """Return the first rows of an order, without holding all of them."""
    by = str(asked.get("sort_by") or "modified_at")
    name = _SORT.get(by, by)

    def key(item: Object) -> tuple[bool, Any]:
        return (False, "") if item[name] is None else (True, item[name])

    first = heapq.nsmallest if asked.get("sort_ascending") else heapq.nlargest
    return first(int(asked.get("limit") or _MOST), rows, key=key)


def typeahead(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/typeahead``: what begins with the query comes first."""
    kind = asked["resource_type"]
    count = str(asked.get("count") or 20)
    if not re.fullmatch("[1-9][0-9]?|100", count):
        raise Refusal(400, f"count: Must be between 1 and {_MOST}: {count[:20]}")
    text = str(asked.get("query") or "").casefold()
    kinds = ("user", "agent") if kind == "actor" else (kind,)
    first: list[Object] = []
    rest: list[Object] = []
    for item in (item for each in kinds for item in store.all(each)):
        name = str(item["name"]).casefold()
        if text in name:
            (first if name.startswith(text) else rest).append(item)
            if len(first) >= int(count):
                break
    return [*first, *rest][: int(count)]
