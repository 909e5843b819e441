"""Aliases that recur in signatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas import DataFrame, Index, Series
    from pandas.api.extensions import ExtensionArray

T = TypeVar("T")


class HasValue(Protocol):
    """A picker: anything whose ``value`` is a reference."""

    @property
    def value(self) -> Any:
        """The reference that is picked, or None."""


#: What names one object: a gid, an exact name, an app.asana.com URL, a row, a picker.
Ref: TypeAlias = "str | int | Mapping[str, Any] | Series[Any] | DataFrame | HasValue"
#: What names one object or many: a reference, a frame or Series of them, or any iterable.
Refs: TypeAlias = "Ref | Iterable[Ref]"
#: A moment or a day: ISO 8601 text, ``date``, ``datetime`` or ``pandas.Timestamp``.
When: TypeAlias = str | date | datetime
#: A collection whose items are a row each; a missing item leaves the field of its row alone.
Rows: TypeAlias = (
    "Sequence[T | Clear | None] | Series[Any] | Index[Any] | NDArray[Any] | ExtensionArray"
    " | HasValue"
)
#: Asana paths to read, ``"all"``, or None for the resource's default columns; or a FieldsPicker.
Fields: TypeAlias = 'Iterable[str] | Literal["all"] | HasValue | None'
#: The most rows to return; None for all of them.
Limit: TypeAlias = int | None
#: What a fan-out does with a parent that answers 402, 403 or 404.
Errors: TypeAlias = Literal["warn", "raise"]
#: One JSON object of a response.
Record: TypeAlias = Mapping[str, Any]


class Clear:
    """The type of ``CLEAR``."""

    def __repr__(self) -> str:
        return "<CLEAR>"

    def __reduce__(self) -> str:
        # Copies and pickles are the same object.
        return "CLEAR"


#: As a value of a write: empties the field. Missing values leave it alone.
CLEAR: Final = Clear()

#: Values of a write: one for all rows, or a row each.
Texts: TypeAlias = "str | Clear | Rows[str]"
Flags: TypeAlias = "bool | Clear | Rows[bool]"
Integers: TypeAlias = "int | Clear | Rows[int]"
Numbers: TypeAlias = "float | Clear | Rows[float]"
Whens: TypeAlias = "When | Clear | Rows[When]"
#: Files to upload: paths, or streams that are open for reading.
Uploads: TypeAlias = "str | Path | IO[bytes] | IO[str] | Rows[str | Path | IO[bytes] | IO[str]]"
#: A JSON object of a body, such as ``{"<gid of a custom field>": 3}``, or a row each.
Json: TypeAlias = "Mapping[str, object] | Clear | Rows[Mapping[str, object]]"
#: A list of a body for all rows, or a list of lists with a row each.
JsonList: TypeAlias = "Clear | Rows[object]"
#: References in the body of a write.
BodyRefs: TypeAlias = "Refs | Clear | Iterable[Ref | Clear | None]"
