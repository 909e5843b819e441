"""Definitions of custom fields: the order of options, and columns for parents without rows."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from asana_frames.catalog import load
from asana_frames.fetch import Http, Query, fan_out

#: gid of a custom field -> names of its options in the order of its definition.
Options = dict[str, tuple[str, ...]]


def read_options(http: Http, gids: Iterable[str], known: Options) -> Options:
    """Return the options of enum fields; those not yet known are read once and added."""
    wanted = list(gids)
    unknown = [gid for gid in wanted if gid not in known]
    queries = [
        Query(f"/custom_fields/{gid}", {"opt_fields": "enum_options.name"}, "none")
        for gid in unknown
    ]
    for listing in fan_out(http, queries, skip=True):
        # A definition that cannot be read leaves the options in the order they are met.
        names = _option_names(listing.page.body) if listing.page else ()
        known[unknown[listing.place]] = names
    return {gid: known[gid] for gid in wanted}


def read_settings(http: Http, parents: Iterable[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """Return gid, name and kind of the custom fields that parents give to what they hold.

    Parameters
    ----------
    http
        The connection.
    parents
        Record type and gid of each; types without such settings are left out.
    """
    settings = load().settings
    queries = [
        Query(settings[kind].format(gid=gid), {"opt_fields": _SETTING_FIELDS})
        for kind, gid in parents
        if kind in settings
    ]
    found = []
    for listing in fan_out(http, queries, skip=True):
        if listing.page is None:
            continue
        for setting in msgspec.json.decode(listing.page.body, type=_SettingsAnswer).data:
            field = setting.custom_field
            if field is not None:
                found.append((field.gid, field.name or field.gid, _kind(field)))
    return found


class _Option(msgspec.Struct):
    name: str | None = None


class _Definition(msgspec.Struct):
    gid: str
    name: str | None = None
    resource_subtype: str | None = None
    representation_type: str | None = None
    enum_options: list[_Option] | None = None


class _DefinitionAnswer(msgspec.Struct):
    data: _Definition


class _Setting(msgspec.Struct):
    custom_field: _Definition | None = None


class _SettingsAnswer(msgspec.Struct):
    data: list[_Setting]


def _option_names(body: bytes) -> tuple[str, ...]:
    options = msgspec.json.decode(body, type=_DefinitionAnswer).data.enum_options or []
    return tuple(dict.fromkeys(option.name for option in options if option.name is not None))


_SETTING_FIELDS = ",".join(
    f"custom_field.{leaf}"
    for leaf in ("name", "resource_subtype", "representation_type", "enum_options.name")
)


def _kind(field: _Definition) -> str:
    representation = field.representation_type
    # A formula is typed by what it holds, which its subtype says.
    if representation in (None, "formula"):
        return field.resource_subtype or "text"
    return str(representation)
