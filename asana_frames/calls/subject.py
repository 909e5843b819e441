"""What a read is about: the name of the one object that was asked for, as far as it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from asana_frames.calls.references import is_email
from asana_frames.calls.request_builder import CallRequest, iterate_parents
from asana_frames.catalog import Operation


def find_subject(
    operation: Operation,
    argument_sets: Sequence[Mapping[str, Any]],
    requests: Sequence[CallRequest],
    frame: pd.DataFrame,
) -> str:
    """Return the name of the only parent of a read, or an empty text.

    The name is taken from the argument (a name, row or picker), else from the first row of the
    frame, if it refers to the gid.
    """
    asked = {pair for request in requests for pair in _list_parents(operation, request)}
    if len(asked) != 1:
        return ""
    ((argument, gid),) = asked
    passed = {_name_reference(arguments.get(argument)) for arguments in argument_sets} - {""}
    return passed.pop() if len(passed) == 1 else _name_in_rows(frame, argument, gid)


def name_subject(reference: Any) -> dict[str, str]:
    """Return what ``attrs["asana"]`` says of the one object that was asked for, if it is named."""
    name = _name_reference(reference)
    return {"subject": name} if name else {}


def _list_parents(operation: Operation, request: CallRequest) -> list[tuple[str, str]]:
    return [(parameter.argument, gid) for parameter, gid in iterate_parents(operation, request)]


def _name_reference(reference: Any) -> str:
    """Return the name in a reference: a name itself, that of a row or of a picked object."""
    if isinstance(reference, str):
        is_name = not reference.isdigit() and "://" not in reference and not is_email(reference)
        return reference.strip() if is_name and reference != "me" else ""
    row = reference if isinstance(reference, Mapping | pd.Series) else None
    if row is None and not isinstance(reference, pd.DataFrame):
        row = getattr(reference, "row", None)
    name = row.get("name") if isinstance(row, Mapping | pd.Series) else None
    return name if isinstance(name, str) else ""


def _name_in_rows(frame: pd.DataFrame, argument: str, gid: str) -> str:
    """Return the name that the first row has for a gid, in the columns of such objects."""
    if frame.empty:
        return ""
    row = frame.iloc[0]
    for prefix in (argument, f"memberships_{argument}"):
        if row.get(f"{prefix}_gid") == gid:
            return _as_text(row.get(f"{prefix}_name"))
        gids, names = row.get(f"{prefix}_gids"), row.get(f"{prefix}_names")
        if isinstance(gids, tuple) and isinstance(names, tuple) and gid in gids:
            return _as_text(dict(zip(gids, names, strict=False)).get(gid))
    return ""


def _as_text(name: Any) -> str:
    return name if isinstance(name, str) else ""
