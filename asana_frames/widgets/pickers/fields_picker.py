"""FieldsPicker: pick the fields to read, as ``fields=`` takes them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import ipywidgets as ipw
import pandas as pd
import traitlets

from asana_frames._arguments import list_texts
from asana_frames.calls.resource import Resource, describe_columns
from asana_frames.catalog import columns_of, load
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.widgets.background import LOCK
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.focus import Button
from asana_frames.widgets.pickers.choice import Choice, indent_row
from asana_frames.widgets.saved_box import SavedBox


class FieldsPicker(SavedBox, ipw.ValueWidget):
    """Pick the fields of a resource to read; no request is made.

    Parameters
    ----------
    resource
        A resource (``asana.tasks``) or its name.
    value
        The initial Asana paths; by default those of the default columns.
    record
        The record type, if an operation of the resource returns another type.

    Attributes
    ----------
    value : list of str
        Asana paths, as ``fields=`` takes them.

    Raises
    ------
    InvalidArgument
        The resource is unknown, or has no such field.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> picker = FieldsPicker(asana.tags, ["name", "color"])
    >>> picker
    FieldsPicker('tags', ['name', 'color'])
    >>> asana.tags.list(workspace="Acme", fields=picker.value).columns.tolist()
    ['gid', 'name', 'color', 'workspace_gid']
    """

    value: Any = traitlets.List(help="Asana paths.")

    def __init__(
        self,
        resource: Resource | str,
        value: Sequence[str] | None = None,
        *,
        record: str | None = None,
    ) -> None:
        self._resource = resource.name if isinstance(resource, Resource) else resource
        self._paths = list_paths(
            load().resource(self._resource).record
            if record is None
            else load().record(record).name
        )
        self._choice = Choice("Fields", multiple=True, noun="field")
        reset = Button(
            description="Defaults", tooltip="Choose the fields that are read by default"
        )
        reset.find_box = lambda: self._choice.box
        super().__init__([self._choice, indent_row([reset])])
        self._choice.offer(_make_rows(self._paths))
        self._choice.observe(self._handle_choice, "chosen")
        reset.on_click(self._choose_defaults)
        self.observe(self.update_saved, "value")
        with close_on_error(self):
            self.value = (
                self.defaults if value is None else list_texts(value, name="value", like="name")
            )

    def __repr__(self) -> str:
        return f"FieldsPicker({self._resource!r}, {self.value!r})"

    @property
    def defaults(self) -> list[str]:
        """The paths that are read by default."""
        paths: list[str] = self._paths.loc[self._paths["default"], "path"].tolist()
        return paths

    @traitlets.validate("value")
    def _validate_value(self, proposal: Any) -> list[str]:
        """Check the paths, and put them in the order of the resource."""
        wanted = list(proposal["value"])
        known = self._paths["path"].tolist()
        for path in wanted:
            if path not in known:
                hint = suggest_names(str(path), known)
                raise InvalidArgument(f"{self._resource} has no field {path!r}.{hint}")
        return [path for path in known if path in wanted]

    @traitlets.observe("value")
    def _show_value(self, change: Any) -> None:
        with LOCK:
            if list(self._choice.chosen) != change["new"]:
                self._choice.choose(change["new"])

    def _handle_choice(self, change: Any) -> None:
        self.value = list(change["new"])

    def _choose_defaults(self, _: Any) -> None:
        self.value = self.defaults


@cache
def list_paths(record: str) -> pd.DataFrame:
    """List the paths that can be read of a record type.

    Returns
    -------
    DataFrame
        ``path``, ``dtype`` ("several" if its columns differ), ``default`` (whether it is read by
        default); one row per path. A reference is one path: ``assignee`` yields the columns
        ``assignee_gid`` and ``assignee_name``. The frame is cached: copy it before you change it.
    """
    columns = describe_columns(record)
    columns = columns[columns["path"] != "gid"]
    references = [path.removesuffix(".gid") for path in columns["path"] if path.endswith(".gid")]
    path_of = {column.name: path for path in references for column in columns_of(record, (path,))}
    dtypes: dict[str, set[str]] = {}
    defaults: set[str] = set()
    parts = columns[["column", "path", "dtype", "default"]]
    for column, own_path, dtype, is_default in parts.itertuples(index=False, name=None):
        path = path_of.get(column, own_path)
        dtypes.setdefault(path, set()).add(dtype)
        if is_default:
            defaults.add(path)
    common = [next(iter(found)) if len(found) == 1 else "several" for found in dtypes.values()]
    is_read = [path in defaults for path in dtypes]
    return pd.DataFrame({"path": list(dtypes), "dtype": common, "default": is_read})


def _make_rows(paths: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a list to choose paths from."""
    details = " (" + paths["dtype"] + ")"
    return pd.DataFrame({"gid": paths["path"], "name": paths["path"], "detail": details})
