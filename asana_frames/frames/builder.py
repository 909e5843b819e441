"""Build one DataFrame from pages: each object once, in the order requested."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from asana_frames.catalog import Column
from asana_frames.frames.arrays import ColumnBuffer, build_array
from asana_frames.frames.custom_field_columns import (
    CustomFields,
    DeclaredField,
    Options,
    UnitedFields,
)
from asana_frames.frames.decode import PageDecoder
from asana_frames.frames.field_definitions import record_definitions
from asana_frames.frames.garbage_collection import pause_garbage_collection


class ParentColumn(NamedTuple):
    """A column that names the requested parent under which a row was found."""

    name: str
    #: Whether objects may belong to several parents, so that the column holds tuples.
    is_shared: bool


class FrameBuilder:
    """Builds the frame of one read.

    Parameters
    ----------
    columns
        The columns to build.
    parents
        The columns that name parents; each listing has one gid, or None, for each.
    """

    def __init__(self, columns: Sequence[Column], parents: Sequence[ParentColumn] = ()) -> None:
        self._columns = tuple(columns)
        self._parents = tuple(parents)
        own_keys = {column.name: column.steps[0][0] for column in self._columns if column.steps}
        named = [p.name for p in self._parents if not p.is_shared and p.name in own_keys]
        self._decoder = PageDecoder(self._columns, [own_keys[name] for name in named])
        #: Column that names a parent -> 1 for each record that leaves out its own value.
        self._left_out = {name: bytearray() for name in named}
        self._buffers = [
            None if column.kind == "custom_fields" else ColumnBuffer(column)
            for column in self._columns
        ]
        self._custom_fields = CustomFields()
        self._listings: list[tuple[str | None, ...]] = []
        #: Sort keys of the listings: position of the request, and part of it.
        self._places: list[tuple[int, int]] = []
        self._found_in: list[np.ndarray[Any, Any]] = []
        self._dropped: set[int] = set()
        self.rows = 0

    @property
    def has_custom_fields(self) -> bool:
        """Whether the columns ask for custom fields."""
        return None in self._buffers

    def start_listing(self, *parents: str | None, place: int | None = None, part: int = 0) -> int:
        """Start a listing found under ``parents`` and return its number.

        Parameters
        ----------
        parents
            A gid, or None, for each of the columns that name parents.
        place
            Position of its rows among those of the other listings; last by default.
        part
            Position among the listings of the same place.
        """
        self._listings.append(parents)
        number = len(self._listings) - 1
        self._places.append((number if place is None else place, part))
        return number

    def drop_listing(self, listing: int) -> None:
        """Leave out the rows of a listing that is incomplete."""
        self._dropped.add(listing)

    def copy(self) -> FrameBuilder:
        """Return a copy, so that a frame can be built while reading goes on."""
        other = copy.copy(self)
        other._buffers, other._custom_fields = copy.deepcopy((self._buffers, self._custom_fields))
        other._left_out = copy.deepcopy(self._left_out)
        other._found_in, other._dropped = list(self._found_in), set(self._dropped)
        other._listings, other._places = list(self._listings), list(self._places)
        return other

    def append(self, body: bytes, listing: int, *, one: bool = False) -> int:
        """Add the records of a response to a listing and return their number."""
        with pause_garbage_collection():
            decoded = self._decoder.one(body) if one else self._decoder.page(body)
            count = len(decoded[0]) if decoded else 0
            pairs = zip(self._buffers, decoded[: len(self._buffers)], strict=True)
            # Custom fields first: they may fail, and a page is added in full or not at all.
            for buffer, values in sorted(pairs, key=lambda pair: pair[0] is not None):
                if buffer is None:
                    self._custom_fields.extend(self.rows, values)
                else:
                    buffer.extend(values)
            left_out = decoded[len(self._buffers) :]
            for flags, values in zip(self._left_out.values(), left_out, strict=True):
                flags.extend(values)
        self._found_in.append(np.full(count, listing, dtype=np.int64))
        self.rows += count
        return count

    def declare_custom_fields(self, fields: Iterable[DeclaredField]) -> None:
        """Create columns for custom fields, even if no record has them."""
        self._custom_fields.declare(fields)

    def enum_fields(self) -> list[str]:
        """Return the gids of enum fields in the records, so that their options can be read."""
        return self._custom_fields.enums()

    def frame(
        self, options: Options | None = None, limit: int | None = None, *, unique: bool = True
    ) -> pd.DataFrame:
        """Build the frame; the builder cannot be used afterwards.

        Parameters
        ----------
        options
            Options of enum fields in the order of their definition.
        limit
            The most rows to keep.
        unique
            Keep each object once, instead of every row.

        Returns
        -------
        DataFrame
            ``attrs["asana"]["hidden_custom_field_values"]`` counts, by column, values that are
            not shown because the object has another field of that name with a value;
            ``attrs["asana"]["custom_fields"]`` holds what `custom_fields` needs.
        """
        made = {buffer.name: buffer.array() for buffer in self._buffers if buffer is not None}
        found_in = np.concatenate(self._found_in) if self._found_in else np.empty(0, np.int64)
        order = np.argsort(self._rank_listings()[found_in], kind="stable")
        if self._dropped:
            order = order[~np.isin(found_in[order], list(self._dropped))]
        keep, owners = _unique_rows(made.get("gid") if unique else None, order)
        if limit is not None:
            keep = keep[:limit]
        made |= {
            parent.name: self._build_parent_column(
                place, made.get(parent.name), found_in, owners, keep
            )
            for place, parent in enumerate(self._parents)
        }
        places = np.array([place for place, _ in self._places], dtype=np.int64)[found_in]
        fields, united = self._custom_fields.columns(self.rows, options or {}, order, places)
        frame = pd.DataFrame(made | fields, copy=False)
        if len(keep) != self.rows or (keep != np.arange(self.rows)).any():
            frame = frame.take(keep).reset_index(drop=True)
        if "gid" in made:
            self._record_fields(frame, united, made["gid"], keep)
        return frame

    def _record_fields(
        self, frame: pd.DataFrame, united: list[UnitedFields], gids: Any, keep: Any
    ) -> None:
        positions = np.full(self.rows, -1, dtype=np.int64)
        positions[keep] = np.arange(len(keep))
        defined = [one.define(gids, positions) for one in united]
        hidden = {
            one.name: count for one, (_, count) in zip(united, defined, strict=True) if count
        }
        if hidden:
            frame.attrs["asana"] = {"hidden_custom_field_values": hidden}
        record_definitions(frame, [field for fields, _ in defined for field in fields])

    def _rank_listings(self) -> np.ndarray[Any, Any]:
        """Return the rank of each listing."""
        numbers = range(len(self._places))
        ranks = np.empty(len(self._places), dtype=np.int64)
        ranks[sorted(numbers, key=self._places.__getitem__)] = numbers
        return ranks

    def _build_parent_column(
        self,
        place: int,
        own: Any,
        found_in: np.ndarray[Any, Any],
        owners: dict[int, list[int]],
        keep: np.ndarray[Any, Any],
    ) -> Any:
        gids = [parents[place] for parents in self._listings]
        if self._parents[place].is_shared:
            one = [() if gid is None else (gid,) for gid in gids]
            values = [one[listing] for listing in found_in]
            for row, rows in owners.items():
                distinct = dict.fromkeys(gids[found_in[other]] for other in rows)
                values[row] = tuple(gid for gid in distinct if gid is not None)
            return build_array("tuple", values)
        given = build_array("text", [gids[listing] for listing in found_in])
        if own is None:
            return given
        left_out = np.frombuffer(self._left_out[self._parents[place].name], dtype=bool)
        if not left_out.any():
            return own
        # A record's own value wins, even null; the requested parent fills what is left out.
        return pd.Series(own, copy=False).where(~left_out, pd.Series(given)).array


def _unique_rows(
    gids: Any, order: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], dict[int, list[int]]]:
    """Return the rows to keep, in order, and for each repeated object all of its rows."""
    if gids is None or len(order) == 0:
        return order, {}
    codes, uniques = pd.factorize(gids)
    # Compared only where no listing was dropped: its rows repeat gids, or have gids of their own.
    if len(uniques) == len(order) == len(codes):
        return order, {}
    is_blank = np.asarray(pd.Series(uniques) == "", dtype=bool)
    if is_blank.any():
        # Two records without a gid are not the same object.
        codes = np.where((codes >= 0) & is_blank[codes], -1, codes)
    codes = codes[order]
    first: dict[int, int] = {}
    owners: dict[int, list[int]] = {}
    keep: list[int] = []
    for row, code in zip(order.tolist(), codes.tolist(), strict=True):
        if code == -1 or code not in first:
            first[code] = row
            keep.append(row)
        else:
            owners.setdefault(first[code], [first[code]]).append(row)
    return np.asarray(keep, dtype=np.int64), owners
