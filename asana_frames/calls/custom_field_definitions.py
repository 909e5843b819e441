"""Fetch definitions of custom fields: the order of options, and columns without any row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

import msgspec

from asana_frames._json import decode_json
from asana_frames.catalog import load
from asana_frames.exceptions import AsanaError
from asana_frames.fetch import Http, ListQuery, fan_out
from asana_frames.frames.custom_field_columns import FORMULA, DeclaredField, field_kind

#: gid of a custom field -> names of its options in the order of its definition.
EnumOptions = dict[str, tuple[str, ...]]


def fetch_option_names(http: Http, gids: Iterable[str], known: EnumOptions) -> EnumOptions:
    """Return the option names of enum fields; unknown ones are fetched and added to ``known``."""
    wanted = list(gids)
    unknown = [gid for gid in wanted if gid not in known]
    queries = [
        ListQuery(f"/custom_fields/{gid}", {"opt_fields": "enum_options.name"}, "none")
        for gid in unknown
    ]
    # If a definition cannot be read, the options stay in the order of the rows, and the next read
    # tries again: the frame matters more.
    for listing in fan_out(http, queries, skip=(AsanaError,)):
        if listing.page is not None:
            with suppress(msgspec.DecodeError):
                known[unknown[listing.place]] = _parse_option_names(listing.page.body)
    return {gid: known[gid] for gid in wanted if gid in known}


def fetch_field_settings(
    http: Http, parents: Iterable[tuple[str, str, int]]
) -> list[DeclaredField]:
    """Return the custom fields that parents define for their objects.

    Parameters
    ----------
    http
        The connection.
    parents
        Record type and gid of each, and the place of its listing; types without custom fields
        are skipped.
    """
    settings = load().settings
    given = list(parents)
    holders = _find_setting_holders(http, [(kind, gid) for kind, gid, _ in given])
    known = [
        (kind, gid, place)
        for (kind, gid), (*_, place) in zip(holders, given, strict=True)
        if kind in settings
    ]
    queries = [
        ListQuery(settings[kind].format(gid=gid), {"opt_fields": _SETTING_OPT_FIELDS})
        for kind, gid, _ in known
    ]
    found: dict[int, list[DeclaredField]] = {}
    for listing in fan_out(http, queries, skip=(AsanaError,)):
        if listing.page is None:
            continue
        with suppress(msgspec.DecodeError):
            of_place = _parse_settings(listing.page.body, known[listing.place][-1])
            found.setdefault(listing.place, []).extend(of_place)
    # In the order of the parents, not of the responses.
    return [entry for place in sorted(found) for entry in found[place]]


def _parse_settings(body: bytes, place: int) -> Iterator[DeclaredField]:
    for setting in decode_json(_settings_decoder.decode, body).data:
        field = setting.custom_field
        if field is not None:
            yield DeclaredField(
                field.gid,
                field.name or field.gid,
                field_kind(field.resource_subtype, field.representation_type),
                place,
                field.representation_type == FORMULA,
            )


def _find_setting_holders(http: Http, parents: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the parents that have settings: for a section its project."""
    sections = [gid for kind, gid in parents if kind == "section"]
    queries = [
        ListQuery(f"/sections/{gid}", {"opt_fields": "project"}, "none") for gid in sections
    ]
    projects: dict[str, _SectionResponse] = {}
    for listing in fan_out(http, queries, skip=(AsanaError,)):
        if listing.page is not None:
            with suppress(msgspec.DecodeError):
                answer = decode_json(_section_decoder.decode, listing.page.body)
                projects[sections[listing.place]] = answer
    of_sections = {
        gid: ("project", answer.data.project.gid)
        for gid, answer in projects.items()
        if answer.data.project is not None
    }
    return [
        of_sections.get(gid, (kind, gid)) if kind == "section" else (kind, gid)
        for kind, gid in parents
    ]


class _ProjectRecord(msgspec.Struct):
    gid: str


class _SectionWithProject(msgspec.Struct):
    project: _ProjectRecord | None = None


class _SectionResponse(msgspec.Struct):
    data: _SectionWithProject


class _EnumOption(msgspec.Struct):
    name: str | None = None


class _FieldDefinition(msgspec.Struct):
    gid: str
    name: str | None = None
    resource_subtype: str | None = None
    representation_type: str | None = None
    enum_options: list[_EnumOption] | None = None


class _FieldResponse(msgspec.Struct):
    data: _FieldDefinition


class _FieldSetting(msgspec.Struct):
    custom_field: _FieldDefinition | None = None


class _SettingsPage(msgspec.Struct):
    data: list[_FieldSetting]


_section_decoder = msgspec.json.Decoder(_SectionResponse)
_field_decoder = msgspec.json.Decoder(_FieldResponse)
_settings_decoder = msgspec.json.Decoder(_SettingsPage)


def _parse_option_names(body: bytes) -> tuple[str, ...]:
    options = decode_json(_field_decoder.decode, body).data.enum_options or []
    return tuple(dict.fromkeys(option.name for option in options if option.name is not None))


_SETTING_OPT_FIELDS = ",".join(
    f"custom_field.{leaf}"
    for leaf in ("name", "resource_subtype", "representation_type", "enum_options.name")
)
