"""Aliases that recur in signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from pandas import DataFrame, Series


class HasValue(Protocol):
    """A picker: anything whose ``value`` is a reference."""

    @property
    def value(self) -> Any:
        """The reference that is picked, or None."""


#: What names one object: a gid, an exact name, an app.asana.com URL, a row, a picker.
Ref: TypeAlias = "str | Mapping[str, Any] | Series[Any] | DataFrame | HasValue"
#: What names one object or many: a reference, a frame or Series of them, or any iterable.
Refs: TypeAlias = "Ref | Iterable[Ref]"
#: A moment or a day: ISO 8601 text, ``date``, ``datetime`` or ``pandas.Timestamp``.
When: TypeAlias = str | date | datetime
#: Asana paths to read, ``"all"``, or None for the resource's default columns; or a FieldsPicker.
Fields: TypeAlias = 'Iterable[str] | Literal["all"] | HasValue | None'
#: The most rows to return; None for all of them.
Limit: TypeAlias = int | None
#: What a fan-out does with a parent that answers 402, 403 or 404.
Errors: TypeAlias = Literal["warn", "raise"]
#: One JSON object of a response.
Record: TypeAlias = Mapping[str, Any]
