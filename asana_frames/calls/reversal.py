"""Before changes are undone: find what somebody has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from asana_frames.calls.request_builder import CallContext
from asana_frames.calls.row_problems import RowProblem
from asana_frames.calls.write import Write
from asana_frames.catalog import load
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.change_table import Change, list_changes
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.frames.writable_columns import find_field_of


def find_overwritten(
    client: CallContext,
    changes: Sequence[Change],
    told: Mapping[int, Any],
    find_digits: Callable[[str], int | None],
) -> Iterator[RowProblem]:
    """Yield the changes whose old value is not the present one.

    Parameters
    ----------
    client
        The object that the call is made through.
    changes
        The changes that undo others.
    told
        The places of those that an earlier call has tried to carry out.
    find_digits
        Returns how many decimals Asana keeps in a column of a custom field, if that is known.
    """
    places = {
        # A moment that gives way to a day is to be looked for where the moment is.
        (
            change.resource,
            str(change.gid),
            find_field_of(change.resource, str(change.field), change.old),
        ): place
        for place, change in enumerate(changes)
        if change.action == "update" and change.old is not None and place not in told
    }
    groups: dict[tuple[str, bool], dict[tuple[str, str], Any]] = {}
    for (resource, gid, field), place in places.items():
        group = groups.setdefault((resource, field.startswith(PREFIX)), {})
        group[gid, field] = changes[place].old
    for (resource, _), expected in groups.items():
        for change in _preview(client, resource, expected):
            at = places.get((resource, str(change.gid), str(change.field)))
            if (
                at is not None
                and change.old is not None
                and not _are_equal(change, find_digits(str(change.field)))
            ):
                error = InvalidArgument(
                    f"{change.field} is {change.old!r} now, and not {change.new!r}, which is to "
                    f"be undone: it was changed since. Drop the row to leave it as it is."
                )
                yield RowProblem(at, str(change.field), change.old, error)


def _preview(
    client: CallContext, resource: str, values: Mapping[tuple[str, str], Any]
) -> list[Change]:
    """Return the present values beside those given, both as Asana has them."""
    update = next(one for one in load().operations_of(resource) if one.method == "update")
    gids = list(dict.fromkeys(gid for gid, _ in values))
    fields = dict.fromkeys(field for _, field in values)
    body = {field: [values.get((gid, field)) for gid in gids] for field in fields}
    target = next(one.argument for one in update.parameters if one.place == "path")
    try:
        frame = Write(client, update).send({target: gids}, body, dry_run=True)
    except InvalidArgument:
        # Names that are not clear any more; whether they can be written is told by what follows.
        return []
    return [] if frame is None else list_changes(frame)


def _are_equal(change: Change, digits: int | None) -> bool:
    old, new = change.old, change.new
    if isinstance(old, tuple) and isinstance(new, tuple):
        return sorted(map(str, old)) == sorted(map(str, new))
    if digits is not None and isinstance(new, float):
        return bool(round(new, digits) == old)
    return bool(old == new)
