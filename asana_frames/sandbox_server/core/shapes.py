"""What responses show of an object unless ``opt_fields`` says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: A reference that is shown whole, and one that is shown by its name.
FULL: tuple[str, ...] = ("*",)
NAMED: tuple[str, ...] = ("gid", "resource_type", "name")


class RecordShape(NamedTuple):
    """The default representations of a record type."""

    #: What the compact form shows besides gid and resource_type.
    compact: tuple[str, ...] = ("name",)
    #: Fields that are shown only if requested.
    hidden: frozenset[str] = frozenset()
    #: Field that refers to objects -> what is shown of these instead of their compact form.
    references: Mapping[str, tuple[str, ...]] = {}
    #: Whether lists show the full record.
    is_always_full: bool = False


#: The shape of a record type that declares none.
DEFAULT_SHAPE = RecordShape()
