"""The default fields of objects in responses, without ``opt_fields``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: Fields of a reference that is shown in full, and of one that is shown by name.
FULL: tuple[str, ...] = ("*",)
NAMED: tuple[str, ...] = ("gid", "resource_type", "name")


class RecordShape(NamedTuple):
    """The default representations of a record type."""

    #: Fields of the compact form besides gid and resource_type.
    compact: tuple[str, ...] = ("name",)
    #: Fields that are shown only if requested.
    hidden: frozenset[str] = frozenset()
    #: Field that refers to objects -> their fields that are shown instead of the compact form.
    references: Mapping[str, tuple[str, ...]] = {}
    #: Whether lists show the full record.
    is_always_full: bool = False


#: The shape of a record type that declares none.
DEFAULT_SHAPE = RecordShape()
