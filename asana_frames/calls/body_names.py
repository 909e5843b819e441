"""Names in bodies -> gids, as in reads; custom fields by the names of fields and options."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from asana_frames.calls import custom_field_writes as custom
from asana_frames.calls.bodies import is_blank, is_list_like
from asana_frames.calls.references import is_email, is_single_reference, unwrap_picker
from asana_frames.calls.request_builder import CallContext, iterate_parents
from asana_frames.calls.row_problems import RowProblems
from asana_frames.calls.write_rows import RowSet, WriteRow
from asana_frames.catalog import BodyField, Operation, load
from asana_frames.exceptions import (
    AsanaError,
    Forbidden,
    InvalidArgument,
    NotFound,
    PaymentRequired,
    UnknownReference,
)
from asana_frames.fetch import ListQuery, decode_response, fan_out
from asana_frames.frames.custom_field_columns import PREFIX
from asana_frames.types import CLEAR

_FIELDS = "custom_fields"
#: Gids have more digits than names that are numbers.
_GID_DIGITS = 8
#: Names are looked up within workspaces and projects, so these are resolved first.
_ORDER = {"workspace": 0, "project": 1}
#: More e-mail addresses than this are looked up in the lists of people.
MOST_EMAILS = 3
#: What an object has whose custom fields cannot be read.
_REFUSED = (PaymentRequired, Forbidden, NotFound)
#: Resources to which people are invited by an e-mail address that Asana does not know yet.
_INVITES = frozenset({"workspaces", "teams"})


class _Source(NamedTuple):
    """What tells which custom fields an object has: the settings of a parent, or itself."""

    path: str
    is_settings: bool


#: The custom fields that a source tells, or why they cannot be read.
_Fields = list[custom.WritableField] | AsanaError


class _CustomValue(NamedTuple):
    """A value for a custom field, and how the user calls both."""

    column: str
    #: The name or gid of the field.
    field: str
    value: Any
    #: Whether a list is either the value of all rows, or a value for each.
    is_shared: bool = False


def resolve_bodies(client: CallContext, operation: Operation, row_set: RowSet) -> list[WriteRow]:
    """Return the rows with gids instead of names; what cannot be is added to the problems."""
    rows = row_set.rows
    if not any(row.body for row in rows):
        return rows
    resolver = _BodyResolver(client, operation, row_set.problems)
    resolver.learn_people(rows)
    rows = [resolver.resolve_references(place, row) for place, row in enumerate(rows)]
    return resolver.resolve_custom_fields(rows, row_set)


class _BodyResolver:
    def __init__(self, client: CallContext, operation: Operation, problems: RowProblems) -> None:
        self._client = client
        self._operation = operation
        self._problems = problems
        self._references = [field for field in operation.body if field.refers]
        # Workspaces and projects first: names are looked up within them.
        self._references.sort(key=lambda field: _ORDER.get(field.refers[0], len(_ORDER)))
        #: (record types, container, text) -> gid, or why there is none.
        self._known: dict[tuple[Any, ...], str | InvalidArgument] = {}

    # Names of objects.

    def learn_people(self, rows: Iterable[WriteRow]) -> None:
        """Read the lists of people where rows name more of them than is worth asking for."""
        fields = [field.name for field in self._references if "user" in field.refers]
        found: set[str] = set()
        for row in rows:
            body = row.body or {}
            for name, value in body.items():
                if name in fields or name.startswith(PREFIX):
                    items = value if is_list_like(value) else [value]
                    found.update(one for one in items if isinstance(one, str) and is_email(one))
        if len(found) > MOST_EMAILS:
            self._client.references.learn_people()

    def resolve_references(self, place: int, row: WriteRow) -> WriteRow:
        """Return a row with the gids of the objects that its body names."""
        body = dict(row.body or {})
        for field in self._references:
            value = unwrap_picker(body.get(field.name), field.refers)
            if value is CLEAR or is_blank(value):
                continue
            body[field.name] = self._problems.collect(
                place,
                partial(self._resolve_field, field, value, row, body),
                column=field.name,
                value=value,
            )
        return row._replace(body=body)

    def _resolve_field(
        self, field: BodyField, value: Any, row: WriteRow, body: Mapping[str, Any]
    ) -> Any:
        within = self._find_container(field, row, body)
        try:
            if field.many:
                gids = self._resolve_items(value, field.refers, within)
                is_text = field.kind == "text" and isinstance(value, str)
                # As it was given: such fields take both forms.
                return ",".join(gids) if is_text else gids
            items = list(value) if is_list_like(value) else [value]
            gids = self._resolve_items(items, field.refers, within)
        except InvalidArgument as error:
            raise self._name_field(field.name, error) from None
        if len(gids) != 1:
            raise InvalidArgument(
                f"{self._operation.name}({field.name}=) takes one object, not {len(gids)}."
            )
        return gids[0]

    def _name_field(self, column: str, error: InvalidArgument) -> InvalidArgument:
        """Return an error that says which field it is about."""
        named = type(error)(f"{self._operation.name}({column}=): {error}")
        named.nearest = error.nearest
        return named

    def _find_container(
        self, field: BodyField, row: WriteRow, body: Mapping[str, Any]
    ) -> str | None:
        """Return the gid of the workspace or project within which a row names an object."""
        directory = load().directory(field.refers[0])
        if directory is None or not directory.container:
            return None
        container = directory.container
        for parameter, gid in iterate_parents(self._operation, row.request):
            if container in parameter.refers:
                return gid
        for other in self._references:
            gids = _list_gids(body.get(other.name)) if container in other.refers else []
            if len(gids) == 1:
                return gids[0]
        return None

    def _resolve_items(
        self, value: Any, refers: Sequence[str], within: str | None = None
    ) -> list[str]:
        """Return the gids of one or several references; a text may hold several."""
        if isinstance(value, pd.DataFrame) or not (
            is_list_like(value) or is_single_reference(value)
        ):
            return self._client.references.gids(value, refers, within=within)
        if is_list_like(value):
            items = [item for item in value if not is_blank(item)]
            return list(dict.fromkeys(self._resolve_one(item, refers, within) for item in items))
        try:
            return [self._resolve_one(value, refers, within)]
        except UnknownReference as error:
            parts = custom.split_text(value) if isinstance(value, str) else []
            if len(parts) < 2:
                raise
            found = [self._try_one(part, refers, within) for part in parts]
            if not any(isinstance(one, str) for one in found):
                # A name that holds a comma.
                raise
            wrong = next((one for one in found if not isinstance(one, str)), None)
            if wrong is not None:
                raise wrong from error
            return list(dict.fromkeys(map(str, found)))

    def _try_one(self, item: Any, refers: Sequence[str], within: str | None) -> Any:
        try:
            return self._resolve_one(item, refers, within)
        except InvalidArgument as error:
            return error

    def _resolve_one(self, item: Any, refers: Sequence[str], within: str | None) -> str:
        """Return the gid of one reference, each distinct text looked up once."""
        if not isinstance(item, str):
            (gid,) = self._client.references.gids(item, refers, within=within)
            return gid
        if self._operation.resource in _INVITES and is_email(item):
            return item
        key = (*refers, within, item)
        if key not in self._known:
            try:
                (self._known[key],) = (
                    [self._client.references.find_tag(item)]
                    if "tag" in refers and item.isdigit() and len(item) < _GID_DIGITS
                    else self._client.references.gids(item, refers, within=within)
                )
            except InvalidArgument as error:
                self._known[key] = error
            except NotFound:
                if not is_email(item):
                    raise
                self._known[key] = UnknownReference(f"Asana knows nobody called {item!r}.")
        found = self._known[key]
        if isinstance(found, InvalidArgument):
            raise found
        return found

    # Custom fields.

    def resolve_custom_fields(self, rows: list[WriteRow], row_set: RowSet) -> list[WriteRow]:
        """Return the rows with ``custom_fields`` by gid, whichever way they were given."""
        if not any(field.name == _FIELDS for field in self._operation.body):
            return rows
        given = [_list_values(row, row_set) for row in rows]
        sources = [
            self._find_sources(row, row_set.projects[place] if row_set.projects else ())
            if any(map(_needs_definition, given[place]))
            else []
            for place, row in enumerate(rows)
        ]
        known = self._fetch_fields({one for of_row in sources for one in of_row})
        read = [found for found in known.values() if isinstance(found, list)]
        row_set.known_fields.update({field.gid: field for found in read for field in found})
        resolved = []
        for place, row in enumerate(rows):
            # Those that are blank are left out as well.
            body = {
                name: value
                for name, value in (row.body or {}).items()
                if not name.startswith(PREFIX)
            }
            if given[place]:
                found = [known[one] for one in sources[place]]
                body[_FIELDS] = self._encode_values(place, len(rows), given[place], found)
            resolved.append(row._replace(body=body))
        return resolved

    def _find_sources(self, row: WriteRow, projects: Sequence[str]) -> list[_Source]:
        """Return what tells which custom fields the object of a row has."""
        body = row.body or {}
        if self._operation.http == "PUT" and not projects:
            return [] if row.target is None else [_Source(row.request.path, is_settings=False)]
        gids = [*projects, *_list_gids(body.get("projects"))]
        for membership in body.get("memberships") or ():
            if isinstance(membership, Mapping):
                gids += _list_gids(membership.get("project"))
        path = load().settings["project"]
        return [_Source(path.format(gid=gid), is_settings=True) for gid in dict.fromkeys(gids)]

    def _fetch_fields(self, sources: Iterable[_Source]) -> dict[_Source, _Fields]:
        """Return the custom fields that each source defines, or why they cannot be read."""
        listed = sorted(sources)
        queries = [
            ListQuery(
                source.path,
                {"opt_fields": _join_opt_fields(source)},
                "pages" if source.is_settings else "none",
                asked=self._operation.name,
            )
            for source in listed
        ]
        found: dict[_Source, _Fields] = {source: [] for source in listed}
        for item in fan_out(self._client.http, queries, skip=_REFUSED):
            source = listed[item.place]
            known = found[source]
            if item.refusal is not None:
                found[source] = item.refusal
            elif item.page is not None and isinstance(known, list):
                known += _parse_fields(item.page.body, source, self._operation.name)
        return found

    def _encode_values(
        self, place: int, count: int, values: Sequence[_CustomValue], known: Sequence[_Fields]
    ) -> dict[str, Any]:
        """Return gid of each field -> its value as Asana takes it, ``CLEAR`` for none."""
        made: dict[str, Any] = {}
        for one in values:

            def encode(one: _CustomValue = one) -> None:
                gid, value = self._encode_value(one, known, place, count)
                if not is_blank(value):
                    made[gid] = _join_values(one, made.get(gid), value)

            shown = _show_item(one, place, count)
            self._problems.collect(place, encode, column=one.column, value=shown)
        return made

    def _encode_value(
        self, one: _CustomValue, known: Sequence[_Fields], place: int, count: int
    ) -> tuple[str, Any]:
        """Return the gid of a field, and its value as Asana takes it."""
        fields = [field for found in known if isinstance(found, list) for field in found]
        if custom.is_gid(one.field) and not any(one.field == field.gid for field in fields):
            # The user says which; whether the object has it is Asana's to say.
            return one.field, one.value
        try:
            refusal = next((found for found in known if isinstance(found, AsanaError)), None)
            if refusal is not None and not fields:
                raise InvalidArgument(f"the custom fields cannot be read: {refusal}")
            if not known:
                raise InvalidArgument(
                    "nothing says which custom fields the object has; pass projects=, or the "
                    "gid of the field: custom_fields={gid: value}."
                )
            is_left_alone = one.is_shared and is_blank(_show_item(one, place, count))
            try:
                field, rest = custom.find_field(one.field, fields)
            except InvalidArgument:
                if is_left_alone:
                    return one.field, None
                raise
            value = _choose_item(one, field, place, count)
            if value is CLEAR or is_blank(value):
                return field.gid, value
            return field.gid, custom.encode_value(field, value, rest, self._resolve_items)
        except InvalidArgument as error:
            raise self._name_field(one.column, error) from None


def _list_values(row: WriteRow, row_set: RowSet) -> list[_CustomValue]:
    """Return the values of custom fields in the body of a row that are not blank."""
    body = row.body or {}
    mapping = body.get(_FIELDS)
    values = [
        _CustomValue(f"{_FIELDS}[{name!r}]", str(name), value)
        for name, value in (mapping.items() if isinstance(mapping, Mapping) else ())
    ]
    values += [
        _CustomValue(name, name.removeprefix(PREFIX), value, name not in row_set.collections)
        for name, value in body.items()
        if name.startswith(PREFIX)
    ]
    return [one for one in values if one.value is CLEAR or not is_blank(one.value)]


def _choose_item(one: _CustomValue, field: custom.WritableField, place: int, count: int) -> Any:
    """Return the value of a row: its item of a list, if the field does not take lists."""
    if not (one.is_shared and is_list_like(one.value)) or field.kind in custom.LISTS:
        return one.value
    items = list(one.value)
    if len(items) != count:
        raise InvalidArgument(f"{len(items)} values are given for {count} row(s).")
    return items[place]


def _show_item(one: _CustomValue, place: int, count: int) -> Any:
    """Return what is said to be the value of a row, whatever the kind of the field."""
    is_each = one.is_shared and isinstance(one.value, list) and len(one.value) == count
    return one.value[place] if is_each else one.value


def _needs_definition(one: _CustomValue) -> bool:
    """Whether a field or a value is named, and not given by its gid."""
    if not custom.is_gid(one.field):
        return True
    items = one.value if is_list_like(one.value) else [one.value]
    return any(isinstance(item, str) and not custom.is_gid(item) for item in items)


def _join_values(one: _CustomValue, first: Any, second: Any) -> Any:
    """Return the value of a field that two columns give, such as a day and its moment."""
    if first is None or first == second:
        return second
    if isinstance(first, dict) and isinstance(second, dict):
        days = [next(iter(value.values()))[:10] for value in (first, second)]
        moments = [value for value in (first, second) if "date_time" in value]
        # A moment may be on another day in UTC.
        if len(moments) == 1 and abs(pd.Timestamp(days[0]) - pd.Timestamp(days[1])).days <= 1:
            return moments[0]
    raise InvalidArgument(
        f"{one.column} and another column give different values for one field; leave one out."
    )


def _join_opt_fields(source: _Source) -> str:
    prefix = "custom_field" if source.is_settings else _FIELDS
    return ",".join(f"{prefix}.{leaf}" for leaf in custom.OPT_FIELDS)


class _Setting(msgspec.Struct):
    custom_field: custom.WritableField | None = None


class _SettingsPage(msgspec.Struct):
    data: list[_Setting]


class _Holder(msgspec.Struct):
    custom_fields: list[custom.WritableField] | None = None


class _HolderResponse(msgspec.Struct):
    data: _Holder


_settings_decoder = msgspec.json.Decoder(_SettingsPage)
_holder_decoder = msgspec.json.Decoder(_HolderResponse)


def _parse_fields(body: bytes, source: _Source, asked: str) -> Iterator[custom.WritableField]:
    if not source.is_settings:
        yield from decode_response(_holder_decoder, body, asked).data.custom_fields or ()
        return
    for setting in decode_response(_settings_decoder, body, asked).data:
        if setting.custom_field is not None:
            yield setting.custom_field


def _list_gids(value: Any) -> list[str]:
    """Return the gids of what has been resolved: one, several or none."""
    if isinstance(value, str):
        return [value]
    return [gid for gid in value if isinstance(gid, str)] if isinstance(value, list) else []
