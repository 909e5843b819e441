"""Complete search results, beyond the 100 tasks that Asana returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from asana_frames._arguments import keep_items
from asana_frames.asana import Asana
from asana_frames.calls.read import check_limit
from asana_frames.exceptions import ConnectionFailed, InvalidArgument
from asana_frames.frames import concatenate
from asana_frames.gather.shared import add_attrs, add_fields, record_gather, resolve_workspace
from asana_frames.types import Fields, Limit, Ref

_PAGE = 100
#: Resolution of Asana's timestamps.
_STEP = pd.Timedelta(milliseconds=1)
#: Sort keys; the second separates tasks that were created at the same moment.
_KEYS = ("created_at", "modified_at")


def search(
    asana: Asana, workspace: Ref, *, fields: Fields = None, limit: Limit = None, **filters: Any
) -> pd.DataFrame:
    """Search tasks and read all results, not only the first 100.

    Asana returns at most 100 tasks per search and has no next page. So tasks are requested in
    order of creation, each request starting a millisecond before the end of the previous one,
    because several tasks can be created at the same moment. Searches have their own quota of 60
    per minute, and may not find changes of the last minute.

    Parameters
    ----------
    asana
        The connection.
    workspace
        Name, gid, URL or row.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    limit
        Maximum number of rows.
    filters
        As ``tasks.search`` takes them: ``assignee_any=``, ``projects_any=``, ``completed=`` ...

    Returns
    -------
    DataFrame
        One row per task with the columns of ``tasks.search``, in the order of their creation.
        Source: ``GET /workspaces/{workspace_gid}/tasks/search``.

    Raises
    ------
    InvalidArgument
        ``sort_by`` is given, or a hundred tasks or more were created and last modified at the
        same moment.

    Examples
    --------
    >>> import asana_frames as af
    >>> found = search(af.sandbox(), "Acme", completed=False)
    >>> len(found) > 100, found["created_at"].is_monotonic_increasing
    (True, True)
    """
    if filters.keys() & {"sort_by", "sort_ascending"}:
        raise InvalidArgument(
            "gather.search() reads in order of created_at and does not accept sort_by; sort the "
            'frame instead, for example with .sort_values("due_on").'
        )
    limit = check_limit(limit)
    wanted, added = add_fields(fields, *_KEYS)
    pages: list[pd.DataFrame] = []
    with record_gather(asana, "search", pages) as last:
        gid = resolve_workspace(asana, workspace)
        count = 0
        for page in _iterate_pages(asana, gid, filters, wanted, _KEYS):
            pages.append(page)
            count += len(page)
            if limit is not None and count >= limit:
                break
    frame = concatenate(pages).sort_values("created_at", kind="stable", ignore_index=True)
    frame = frame.drop(columns=added).head(limit if limit is not None else len(frame))
    return add_attrs(frame, last, record="task")


def _iterate_pages(
    asana: Asana, workspace: str, filters: dict[str, Any], fields: Fields, keys: tuple[str, ...]
) -> Iterator[pd.DataFrame]:
    """Yield the new tasks of each page, sorted by the first of the keys."""
    key, *others = keys
    filters = {name: keep_items(value) for name, value in filters.items()}
    seen: set[str] = set()
    #: Moments with more tasks than a page that have been searched by the other keys.
    searched: set[Any] = set()
    after = filters.get(f"{key}_after")
    while True:
        arguments = {**filters, f"{key}_after": after, "sort_by": key, "sort_ascending": True}
        page = asana.tasks.search(workspace, fields=fields, **arguments)
        _check_order(page, key)
        fresh = _take_new(page, seen)
        if len(fresh) or not seen:
            yield fresh
        is_full = len(page) >= _PAGE
        if page.empty or (fresh.empty and not is_full):
            return
        first, final = page[key].min(), page[key].max()
        if is_full and first == final:
            # All tasks have the same moment: it may have more of them than a page.
            if not others:
                raise _build_full_moment_error(final)
            # If the filter includes its own moment, this one comes again: skip it then.
            after = final + _STEP if final in searched else final
            if final not in searched:
                searched.add(final)
                window = {f"{key}_after": final - _STEP, f"{key}_before": final + _STEP}
                rest = _iterate_pages(
                    asana, workspace, {**filters, **window}, fields, tuple(others)
                )
                yield from (_take_new(more, seen) for more in rest)
        elif fresh.empty and isinstance(after, pd.Timestamp) and after >= final:
            raise ConnectionFailed(
                f"gather.search: the same tasks come again after {final}. A proxy or a cache may "
                f"stand between; check the base URL."
            )
        else:
            # A page of known tasks only: do not step back, or it would repeat.
            after = final if fresh.empty else final - _STEP


def _take_new(page: pd.DataFrame, seen: set[str]) -> pd.DataFrame:
    """Return the tasks of a page that were not seen, and add them to those that were."""
    fresh = page[~page["gid"].isin(seen)].reset_index(drop=True)
    seen.update(fresh["gid"])
    return fresh


def _check_order(page: pd.DataFrame, key: str) -> None:
    """Raise an error if the tasks of a page are not sorted: the next page would miss some."""
    if not page[key].dropna().is_monotonic_increasing:
        raise ConnectionFailed(
            f"gather.search: the tasks do not come in the order of {key}, so some would be "
            f"missed. A proxy or a cache may stand between; check the base URL."
        )


def _build_full_moment_error(moment: Any) -> InvalidArgument:
    return InvalidArgument(
        f"At least {_PAGE} tasks were created and modified at {moment}, more than Asana returns. "
        f"Narrow the search, for example with projects_any= or assignee_any=."
    )
