"""``Resource``: the base class of ``asana.tasks`` and all others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from asana_frames.calls.read import Read
from asana_frames.calls.request_builder import CallContext, choose_operation
from asana_frames.calls.write import Write
from asana_frames.catalog import COLUMN_GROUPS, Column, columns_of, find_group, load, methods_of
from asana_frames.display.accessor import register_accessor
from asana_frames.display.cards import ColumnInfo, render_resource_card
from asana_frames.display.info_table import InfoTable
from asana_frames.exceptions import suggest_names
from asana_frames.frames import DTYPES
from asana_frames.types import Errors, Fields, Limit

# Frames come from resources, so from here on they have ``df.asana``.
register_accessor()


class Resource:
    """A kind of Asana object and the operations on it.

    Reads return a frame. Where an argument of theirs is a collection of references, each is
    fetched, and the frame holds the rows of all.

    Writes return a frame of what was written, or None where Asana answers nothing. A collection as
    an argument of a write is a row each: every row is a request of its own, and a frame says what
    became of it in ``write_target``, ``write_outcome``, ``write_status`` and ``write_message``.
    Arguments that are not collections are the same for all rows.

    With ``dry_run=True`` a write is checked and not sent: it returns a frame of changes with
    ``resource``, ``action``, ``gid``, ``key``, ``field``, ``old`` and ``new``, one row per field.
    Old values are read; ``CLEAR`` is an empty one, and None one that is not known. The requests
    and the minutes that the write would take are in ``attrs["asana"]``. Jobs, exports, uploads
    and batches have no ``dry_run``.
    """

    name: str

    def __init__(self, client: CallContext) -> None:
        self._client = client

    if not TYPE_CHECKING:
        # Hidden from type checkers, which would take every misspelt method for an attribute.
        def __getattr__(self, name: str) -> Any:
            kind = type(self)
            if name.startswith("_"):
                # Probed for by copy, pickle and IPython.
                raise AttributeError(f"{kind.__name__!r} object has no attribute {name!r}")
            methods = [known for known in dir(kind) if callable(getattr(kind, known))]
            methods = [known for known in methods if not known.startswith("_")]
            hint = suggest_names(name, methods) or f" It has: {', '.join(methods)}."
            resource = getattr(kind, "name", kind.__name__)
            raise AttributeError(f"asana.{resource} has no method {name!r}.{hint}")

    def __repr__(self) -> str:
        methods = ", ".join(self._list_methods())
        return f"<asana.{self.name}: {methods}>"

    def _repr_html_(self) -> str:
        """Return a card with methods and columns; nothing is sent."""
        methods = [
            (name, _first_docstring_line(getattr(type(self), name)))
            for name in self._list_methods()
        ]
        facts = self.info()[list(ColumnInfo._fields)].itertuples(index=False)
        columns = [ColumnInfo(*column) for column in facts]
        return render_resource_card(self.name, load().resource(self.name).about, methods, columns)

    def _list_methods(self) -> list[str]:
        """Return the names of the methods: those of the API, then those written by hand."""
        kinds = [kind for kind in type(self).__mro__[1:] if kind not in Resource.__mro__]
        own = [name for kind in kinds for name in vars(kind) if not name.startswith("_")]
        return [*(known.method for known in methods_of(load(), self.name)), *own]

    def info(self) -> pd.DataFrame:
        """Return the columns that this resource's frames can have.

        Returns
        -------
        DataFrame
            ``group`` (what it is about), ``column``, ``default`` (whether the column is there by
            default), ``dtype``, ``path`` (what ``fields`` takes) and ``values`` (tuple of the
            known values of an enum), one row per column, by group and name. Notebooks and
            terminals show all of them, under a heading for each group.
        """
        resource = load().resource(self.name)
        columns = sort_columns(describe_columns(resource.record))
        defaults = int(columns["default"].sum())
        title = (
            f"asana.{self.name}: {len(columns)} columns, {defaults} by default. fields= takes the "
            "path, or the name of the column where it has no other."
        )
        return InfoTable(columns, title=title)

    def _read_frame(
        self,
        operation_id: str,
        arguments: Mapping[str, Any],
        *,
        fields: Fields = None,
        limit: Limit = None,
        errors: Errors = "warn",
    ) -> pd.DataFrame:
        """Make a read and return its frame."""
        return Read(
            self._client, load().operation(operation_id), fields, limit, errors
        ).fetch_frame(arguments)

    def _read_list(self, arguments: Mapping[str, Any], **options: Any) -> pd.DataFrame:
        """Make the one of several list operations that takes the arguments given."""
        given = [name for name, value in arguments.items() if value is not None]
        operation = choose_operation(self.name, "list", given)
        own = {name: arguments[name] for name in operation.arguments}
        return self._read_frame(operation.id, own, **options)

    def _write_records(
        self,
        operation_id: str,
        arguments: Mapping[str, Any],
        body: Mapping[str, Any] | None = None,
        *,
        fields: Fields = None,
        dry_run: bool = False,
    ) -> pd.DataFrame:
        """Make a write that Asana answers with the records it has written."""
        write = Write(self._client, load().operation(operation_id), fields)
        frame = write.send(arguments, body, dry_run=dry_run)
        assert frame is not None  # an operation that answers nothing is sent by _send_action
        return frame

    def _send_action(
        self,
        operation_id: str,
        arguments: Mapping[str, Any],
        body: Mapping[str, Any] | None = None,
        *,
        dry_run: bool = False,
    ) -> pd.DataFrame | None:
        """Make a write that Asana answers with nothing, such as a delete."""
        write = Write(self._client, load().operation(operation_id))
        return write.send(arguments, body, dry_run=dry_run)


def describe_columns(record: str) -> pd.DataFrame:
    """Return the columns a record type can have, in its own order, as ``Resource.info`` does."""
    kind = load().record(record)
    default = {column.name for column in columns_of(record)}
    rows = []
    for column in columns_of(record, ("all",)):
        is_cf = column.kind == "custom_fields"
        field = kind.field(column.path)
        rows.append(
            {
                "group": find_group(kind, column),
                "column": "cf_<name>" if is_cf else column.name,
                "default": column.name in default,
                "dtype": "by kind" if is_cf else _column_dtype(column),
                "path": column.path,
                "values": field.enum if field else (),
            }
        )
    return pd.DataFrame(rows, columns=["group", "column", "default", "dtype", "path", "values"])


def sort_columns(columns: pd.DataFrame) -> pd.DataFrame:
    """Return columns as `describe_columns` describes them, by group and name, ``gid`` first."""
    places = columns["group"].map(COLUMN_GROUPS.index)
    order = columns.assign(place=places, other=columns["column"] != "gid")
    return columns.loc[order.sort_values(["place", "other", "column"]).index].reset_index(
        drop=True
    )


def _first_docstring_line(method: Callable[..., Any]) -> str:
    """Return the first line of a docstring; empty under python -OO."""
    return (method.__doc__ or "").partition("\n")[0]


def _column_dtype(column: Column) -> str:
    return "object (tuples)" if column.depth else str(DTYPES[column.kind])
