"""Columns of gids, which their names tell."""

from __future__ import annotations

from collections.abc import Container

from asana_frames.frames.custom_field_columns import GIDS_SUFFIX, PREFIX

_GID, _GID_SUFFIX = "gid", "_gid"


def is_gid_column(name: object) -> bool:
    """Return whether the cells of a column are gids.

    Custom fields may be called in any way.
    """
    if not isinstance(name, str) or name.startswith(PREFIX):
        return False
    return name == _GID or name.endswith(_GID_SUFFIX)


def is_gid_list_column(name: object, names: Container[object] = ()) -> bool:
    """Return whether the cells of a column are lists of gids.

    Parameters
    ----------
    name
        The name of the column.
    names
        The columns beside it: that of the people of a custom field has their gids beside it.
    """
    if not isinstance(name, str) or not name.endswith(GIDS_SUFFIX):
        return False
    return not name.startswith(PREFIX) or name.removesuffix(GIDS_SUFFIX) in names
