"""Search and typeahead: the operators of Asana over an index that may lag behind."""

from __future__ import annotations

import heapq
import itertools
import re
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from asana_frames.sandbox_server.core import words
from asana_frames.sandbox_server.core.body_checks import parse_day, parse_moment_or_day
from asana_frames.sandbox_server.core.errors import ApiError, invalid_field
from asana_frames.sandbox_server.core.lists import Arguments, ListRows
from asana_frames.sandbox_server.core.store import Object, Store, format_moment

SearchTest = Callable[[Object], bool]


#: Filters by objects that belong to one division each. Filters of one row are alternatives, rows
#: are combined by AND.
_FILTERS_OF_DIVISIONS = (
    ("projects", "sections"),
    ("teams",),
    ("assignee",),
    ("assigned_by",),
    ("created_by",),
    ("followers",),
    ("liked_by",),
    ("commented_on_by",),
)


#: What the names and notes of original tasks are made of.
_PHRASES = tuple(
    f"{phrase}.".casefold()
    for phrase in (*words.VERBS, *words.THINGS, *words.FOR_WHOM, "ready", "See the brief")
)


_MAX_RESULTS = 100


_SORT_FIELDS = {"due_date": "due_on", "likes": "num_likes", "relevance": "modified_at"}


def _collect_gids(items: Iterable[Object | None]) -> set[str]:
    return {item["gid"] for item in items if item is not None}


def _field_gid(field: str) -> Callable[[Store, Object], set[str]]:
    return lambda store, item: _collect_gids([item[field]])


def _field_gids(field: str) -> Callable[[Store, Object], set[str]]:
    return lambda store, item: _collect_gids(item[field])


def _commenter_gids(store: Store, item: Object) -> set[str]:
    told = store.related("task_stories", item)
    return _collect_gids(s["created_by"] for s in told if s["resource_subtype"] == "comment_added")


#: ``<name>`` of ``<name>.any``, ``.not`` and ``.all`` -> the values of a task to compare.
_TASK_FILTERS: dict[str, Callable[[Store, Object], set[str]]] = {
    "assignee": _field_gid("assignee"),
    "assigned_by": _field_gid("assigned_by"),
    "created_by": _field_gid("created_by"),
    "followers": _field_gids("followers"),
    "tags": _field_gids("tags"),
    "projects": _field_gids("projects"),
    "sections": lambda store, item: _collect_gids(
        entry["section"] for entry in item["memberships"]
    ),
    "liked_by": lambda store, item: _collect_gids(like["user"] for like in item["likes"]),
    "commented_on_by": _commenter_gids,
    "teams": lambda store, item: _collect_gids(project["team"] for project in item["projects"]),
    "portfolios": lambda store, item: _collect_gids(
        portfolio for p in item["projects"] for portfolio in store.related("portfolios_of", p)
    ),
}


_PROJECT_FILTERS: dict[str, Callable[[Store, Object], set[str]]] = {
    "owner": _field_gid("owner"),
    "members": _field_gids("members"),
    "teams": _field_gid("team"),
    "portfolios": lambda store, item: _collect_gids(store.related("portfolios_of", item)),
}


_FLAG_FILTERS: dict[str, Callable[[Store, Object], bool]] = {
    "completed": lambda store, item: bool(item["completed"]),
    "is_subtask": lambda store, item: item["parent"] is not None,
    "is_blocked": lambda store, item: any(not t["completed"] for t in item["dependencies"]),
    "is_blocking": lambda store, item: (
        not item["completed"] and any(not t["completed"] for t in item["dependents"])
    ),
    "has_attachment": lambda store, item: bool(list(store.related("attachments", item))),
}


def search_tasks(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/tasks/search``."""
    tests = list(_build_tests(store, asked, _TASK_FILTERS))
    divisions = find_divisions(store, asked)
    rows = itertools.chain(
        (task for task in iterate_indexed_tasks(store) if all(test(task) for test in tests)),
        _stop_when_newest(
            store,
            (t for t in store.list_original("task", divisions) if all(test(t) for test in tests)),
            asked,
        ),
    )
    return take_first(rows, asked)


def find_divisions(store: Store, asked: Arguments) -> set[int] | None:
    """Return the divisions whose original work can match a search; None if all of them can.

    The work of a division refers to its own people, teams, projects and sections only, and its
    texts are made of known phrases.
    """
    if not _is_in_original_texts(str(asked.get("text") or "")):
        return set()
    found: set[int] | None = None
    for filters in _FILTERS_OF_DIVISIONS:
        given = ",".join(str(asked[f"{name}.any"]) for name in filters if asked.get(f"{name}.any"))
        if not given or "null" in given.split(","):
            continue
        homes = {store.home.get(gid, -1) for gid in parse_filter_gids(store, given)}
        found = homes if found is None else found & homes
    return found


def _is_in_original_texts(text: str) -> bool:
    """Whether all words can occur in names and notes that no write has changed."""
    return all(any(word in phrase for phrase in _PHRASES) for word in text.casefold().split())


def _stop_when_newest(store: Store, rows: Iterable[Object], asked: Arguments) -> Iterator[Object]:
    """Yield unchanged tasks.

    With the newest first, stop after ``limit`` tasks that have the newest possible date.
    """
    is_newest_first = _sort_field(asked) == "modified_at" and not asked.get("sort_ascending")
    newest = format_moment(store.start)
    left = int(asked.get("limit") or _MAX_RESULTS)
    for row in rows:
        yield row
        left -= is_newest_first and row["modified_at"] == newest
        if not left:
            return


def search_projects(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/projects/search``."""
    tests = list(_build_tests(store, asked, _PROJECT_FILTERS))
    rows = (project for project in store.all("project") if all(test(project) for test in tests))
    return take_first(rows, asked)


def iterate_indexed_tasks(store: Store) -> Iterator[Object]:
    """Yield written tasks as the search index knows them, without recent writes."""
    late = {}
    for gid, (at, before) in list(store.unindexed.items()):
        if time.monotonic() - at >= store.index_lag:
            del store.unindexed[gid]
        else:
            late[gid] = before
    for task in store.list_written("task"):
        if task["gid"] not in late:
            yield task
    yield from (before for before in late.values() if before is not None)


def _build_tests(
    store: Store, asked: Arguments, known: dict[str, Callable[[Store, Object], set[str]]]
) -> Iterator[SearchTest]:
    text = str(asked.get("text") or "").casefold()
    for word in text.split():
        yield partial(_contains_word, word)
    if asked.get("resource_subtype"):
        yield lambda item: bool(item["resource_subtype"] == asked["resource_subtype"])
    for name, flag in _FLAG_FILTERS.items():
        if asked.get(name) is not None:
            yield partial(_has_flag, store, flag, asked[name])
    union: list[SearchTest] = []
    for name, find in known.items():
        for operator in ("any", "not", "all"):
            given = asked.get(f"{name}.{operator}")
            if given is None:
                continue
            test = _build_gid_test(store, find, operator, parse_filter_gids(store, str(given)))
            if operator == "any" and name in ("projects", "sections"):
                # Tasks match if either of these two filters does.
                union.append(test)
            else:
                yield test
    if union:
        yield lambda item: any(test(item) for test in union)
    yield from build_custom_type_tests(asked)
    yield from build_date_tests(asked)
    yield from build_custom_field_tests(asked)


def _contains_word(word: str, item: Object) -> bool:
    return word in f"{item['name']} {item['notes']}".casefold()


def _has_flag(
    store: Store, flag: Callable[[Store, Object], bool], wanted: bool, item: Object
) -> bool:
    return flag(store, item) == wanted


def parse_filter_gids(store: Store, given: str) -> set[str]:
    """Return the gids of a filter; people may be named by e-mail."""
    people = {name: store.find_by_email(name) for name in given.split(",") if "@" in name}
    return {person["gid"] if (person := people.get(gid)) else gid for gid in given.split(",")}


def _build_gid_test(
    store: Store, find: Callable[[Store, Object], set[str]], operator: str, wanted: set[str]
) -> SearchTest:
    if operator == "all":
        return lambda item: wanted <= find(store, item)
    if operator == "not":
        return lambda item: not wanted & find(store, item)
    if "null" in wanted:
        return lambda item: not find(store, item) or bool(wanted & find(store, item))
    return lambda item: bool(wanted & find(store, item))


def build_custom_type_tests(asked: Arguments) -> Iterator[SearchTest]:
    """Yield the test of ``custom_types.<gid>.custom_type_status_option.gid``: one at most."""
    keys = [key for key in asked if key.startswith("custom_types.")]
    if not keys:
        return
    if len(keys) > 1:
        raise invalid_field(keys[1], "Only one custom type can be searched")
    if asked.get("resource_subtype") != "custom":
        raise invalid_field(keys[0], "Needs resource_subtype=custom")
    if not keys[0].endswith(".custom_type_status_option.gid"):
        raise invalid_field(keys[0], "Not a valid filter")
    kind, option = keys[0].split(".")[1], asked[keys[0]]
    yield lambda item: _collect_gids([item["custom_type"]]) == {kind}
    yield lambda item: _collect_gids([item["custom_type_status_option"]]) == {option}


def build_date_tests(asked: Arguments) -> Iterator[SearchTest]:
    """Yield the tests of days and moments; a bare day is that day, ``null`` is none."""
    for key in asked:
        name, _, operator = key.partition(".")
        field, _, unit = name.rpartition("_")
        if field not in ("due", "start", "created", "completed", "modified"):
            continue
        if unit not in ("on", "at") or operator not in ("", "before", "after"):
            continue
        yield _build_date_test(key, field, unit, operator, asked[key])


def _build_date_test(key: str, field: str, unit: str, operator: str, given: str) -> SearchTest:
    is_null = not operator and given == "null"
    wanted = None if is_null else (parse_day if unit == "on" else parse_moment_or_day)(key, given)

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


def build_custom_field_tests(asked: Arguments) -> Iterator[SearchTest]:
    """Yield the tests of ``custom_fields.<gid>.<operator>``."""
    for key, given in asked.items():
        if not key.startswith("custom_fields."):
            continue
        _, gid, operator = [*key.split("."), "", ""][:3]
        if operator not in _CUSTOM_FIELD_OPERATORS:
            raise invalid_field(
                key, f"Not a valid operator (one of {', '.join(_CUSTOM_FIELD_OPERATORS)})"
            )
        if operator in ("less_than", "greater_than"):
            try:
                float(given)
            except ValueError:
                raise invalid_field(key, f"Value is not a number: {given}") from None
        yield partial(_matches_custom_field, gid, operator, given)


def _matches_custom_field(gid: str, operator: str, given: str, item: Object) -> bool:
    for field, value in item["custom_fields"]:
        if field["gid"] == gid:
            is_set = value is not None and value != []
            if operator == "is_set":
                return is_set == (given.lower() == "true")
            return is_set and _CUSTOM_FIELD_OPERATORS[operator](
                comparable_value(field, value), given
            )
    return operator == "is_set" and given.lower() == "false"


def comparable_value(field: Object, value: Any) -> Any:
    """Return the comparable form of a value: a gid, a day, text or a number."""
    kind = field["representation_type"]
    if kind == "enum":
        return value["gid"]
    if kind == "date":
        return value["date"]
    if kind == "multi_enum":
        raise invalid_field(
            f"custom_fields.{field['gid']}", "Multi-enum fields cannot be searched"
        )
    if kind in ("people", "reference"):
        return ",".join(item["gid"] for item in value)
    return value


def _is_same_value(value: Any, given: str) -> bool:
    if isinstance(value, int | float):
        try:
            return value == float(given)
        except ValueError:
            return False
    return str(value) == given


def _contains_text(value: Any, given: str) -> bool:
    return isinstance(value, str) and given.casefold() in value.casefold()


_CUSTOM_FIELD_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "is_set": lambda value, given: True,
    "value": _is_same_value,
    "starts_with": lambda value, given: str(value).casefold().startswith(given.casefold()),
    "ends_with": lambda value, given: str(value).casefold().endswith(given.casefold()),
    "contains": lambda value, given: _contains_text(value, given),
    "less_than": lambda value, given: isinstance(value, int | float) and value < float(given),
    "greater_than": lambda value, given: isinstance(value, int | float) and value > float(given),
    "before": lambda value, given: str(value) < given,
    "after": lambda value, given: str(value) > given,
}


def _sort_field(asked: Arguments) -> str:
    by = str(asked.get("sort_by") or "modified_at")
    return _SORT_FIELDS.get(by, by)


def take_first(rows: Iterable[Object], asked: Arguments) -> list[Object]:
    """Return the first rows of an order, without holding all of them."""
    name = _sort_field(asked)

    def key(item: Object) -> tuple[bool, Any]:
        return (False, "") if item[name] is None else (True, item[name])

    first = heapq.nsmallest if asked.get("sort_ascending") else heapq.nlargest
    return first(int(asked.get("limit") or _MAX_RESULTS), rows, key=key)


def typeahead(store: Store, asked: Arguments) -> list[Object]:
    """Answer ``GET /workspaces/{workspace}/typeahead``: prefix matches come first.

    Tasks stop at the first ``count`` matches: Asana does not promise the best ones either.
    """
    kind = asked["resource_type"]
    count = str(asked.get("count") or 20)
    if not re.fullmatch("[1-9][0-9]?|100", count):
        raise ApiError(400, f"count: Must be between 1 and {_MAX_RESULTS}: {count[:20]}")
    text = str(asked.get("query") or "").casefold()
    kinds = ("user", "agent") if kind == "actor" else (kind,)
    first: list[Object] = []
    rest: list[Object] = []
    divisions = None if _is_in_original_texts(text) else set[int]()
    items = (
        itertools.chain(store.list_written("task"), store.list_original("task", divisions))
        if kind == "task"
        else (item for each in kinds for item in store.all(each))
    )
    for item in items:
        name = str(item["name"]).casefold()
        if text in name:
            (first if name.startswith(text) else rest).append(item)
            if len(first) + (len(rest) if kind == "task" else 0) >= int(count):
                break
    return [*first, *rest][: int(count)]


#: List operations -> the rows they return.
LISTS: dict[str, ListRows] = {
    "searchProjectsForWorkspace": search_projects,
    "searchTasksForWorkspace": search_tasks,
    "typeaheadForWorkspace": typeahead,
}
