"""Bytes of a page -> one list of values per column.

Structs are created at run time from the requested columns, so the decoder skips other fields
without building them. References and other nested values stay JSON text at first,
because the same few repeat and each distinct text is decoded only once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Any, cast

import msgspec

from asana_frames._json import decode_json
from asana_frames.catalog import Column
from asana_frames.catalog.columns import CUSTOM_FIELD_LEAVES
from asana_frames.catalog.model import Kind
from asana_frames.frames.cached_reader import CachedReader
from asana_frames.frames.coerce import coerce_value

_TYPES: dict[Kind, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": str,
    "datetime": str,
    "json": Any,
    "texts": str,
}
_NULL = msgspec.Raw(b"null")


@dataclass
class _Node:
    """A key of the records, with the keys below it."""

    is_list: bool = False
    kind: Kind = "json"
    children: dict[str, _Node] = field(default_factory=dict)
    #: Positions of the columns that this key fills.
    positions: list[int] = field(default_factory=list)
    #: Decodes a list of its values, if they are objects.
    decoder: Any = None
    #: The struct that a JSON object of this node becomes.
    struct: Any = None

    @cached_property
    def positions_below(self) -> list[int]:
        """The positions of the columns that the keys below fill."""
        below = self.children.values()
        return [place for node in below for place in (*node.positions, *node.positions_below)]


class PageDecoder:
    """Decodes pages into columns.

    Parameters
    ----------
    columns
        What to decode; a column of kind ``custom_fields`` yields lists of ``CustomField``.
    watched
        Keys of nested objects; after the columns follows one list for each that says which
        records leave the key out, as opposed to null.
    """

    def __init__(self, columns: Sequence[Column], watched: Sequence[str] = ()) -> None:
        self._width = len(columns)
        self._watched = tuple(watched)
        self._root = _build_tree(columns)
        record = _record_struct(self._root, "Record")
        rows: Any = list[record]  # type: ignore[valid-type]
        envelope: Any = msgspec.defstruct("Envelope", [("data", rows)], gc=False)
        one: Any = msgspec.defstruct("One", [("data", record)], gc=False)
        self._lists = msgspec.json.Decoder(envelope)
        self._ones = msgspec.json.Decoder(one)
        self._readers = {
            key: self._cell_reader(child)
            for key, child in self._root.children.items()
            if child.decoder is not None
        }

    def page(self, body: bytes) -> list[Sequence[Any]]:
        """Return the columns of a response that holds a list of records."""
        return decode_json(self._decode_page, body)

    def one(self, body: bytes) -> list[Sequence[Any]]:
        """Return the columns of a response that holds one record."""
        return decode_json(self._decode_one, body)

    def _decode_page(self, body: bytes) -> list[Sequence[Any]]:
        try:
            rows = self._lists.decode(body).data
        except msgspec.ValidationError:
            rows = self._coerce_page(body, list)
        return self._split_columns(rows)

    def _decode_one(self, body: bytes) -> list[Sequence[Any]]:
        try:
            rows = [self._ones.decode(body).data]
        except msgspec.ValidationError:
            rows = self._coerce_page(body, dict)
        return self._split_columns(rows)

    def _split_columns(self, rows: list[Any]) -> list[Sequence[Any]]:
        out: list[Sequence[Any]] = [()] * (self._width + len(self._watched))
        if not rows:
            return out
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
        for (key, child), values in zip(self._root.children.items(), columns, strict=True):
            if child.decoder is None:
                _fill_columns(child, values, out)
            else:
                cells = zip(*self._readers[key].values(values), strict=True)
                for place, column in zip(child.positions_below, cells, strict=True):
                    out[place] = column
        for place, key in enumerate(self._watched, self._width):
            # A key that is left out has the default of its struct, and null has a text of its own.
            out[place] = [getattr(row, key) is _NULL for row in rows]
        return out

    def _cell_reader(self, node: _Node) -> CachedReader:
        """Return the reader of a node's values: a tuple of cells, one per column below it."""

        def decode_cells(texts: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
            out: list[Sequence[Any]] = [()] * self._width
            _fill_columns(node, _decode_values(node, texts), out)
            return zip(*(out[place] for place in node.positions_below), strict=True)

        return CachedReader(decode_cells)

    def _coerce_page(self, body: bytes, shape: type) -> list[Any]:
        """Build the structs of a page that does not match the spec, field by field."""
        data = msgspec.json.decode(body).get("data")
        rows = data if isinstance(data, list) else [data]
        # Unexpected values are coerced; without records, rows would be lost, so that is an error.
        if not isinstance(data, shape) or not all(isinstance(r, dict) for r in rows):
            raise msgspec.DecodeError(f"its data is not a {'list' if shape is list else 'record'}")
        text = bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw])["data"])
        return _coerce_records(self._root, text if shape is list else b"[%s]" % text)


def _build_tree(columns: Sequence[Column]) -> _Node:
    root = _Node()
    for place, column in enumerate(columns):
        node = root
        for key, is_list in column.steps:
            node = node.children.setdefault(key, _Node())
            node.is_list = is_list
        node.kind = column.kind
        node.positions.append(place)
    return root


def _node_struct(node: _Node, name: str) -> type:
    """Make the struct of a node; every field may be missing or null."""
    fields = [
        (key, _field_type(child, f"{name}_{key}") | None, None)
        for key, child in node.children.items()
    ]
    node.struct = msgspec.defstruct(name, fields, gc=False)
    return cast(type, node.struct)


def _record_struct(node: _Node, name: str) -> type:
    """Make the struct of a record, in which nested objects stay JSON text."""
    fields: list[tuple[str, Any, Any]] = []
    for key, child in node.children.items():
        field_type: Any = _field_type(child, f"{name}_{key}") | None
        if child.children:
            child.decoder = msgspec.json.Decoder(cast(Any, list)[field_type])
            fields.append((key, msgspec.Raw, _NULL))
        else:
            fields.append((key, field_type, None))
    node.struct = msgspec.defstruct(name, fields, gc=False)
    return cast(type, node.struct)


def _field_type(node: _Node, name: str) -> Any:
    if node.kind == "custom_fields":
        return list[CustomField]
    inner: Any = _node_struct(node, name) if node.children else _TYPES[node.kind]
    return cast(Any, list)[inner | None] if node.is_list else inner


def _transpose(node: _Node, structs: Sequence[Any], out: list[Sequence[Any]]) -> None:
    """Fill the columns below ``node`` from its structs, one per row, None among them."""
    if not structs:
        return
    nothing = (None,) * len(node.children)
    astuple = msgspec.structs.astuple
    rows = [nothing if struct is None else astuple(struct) for struct in structs]
    for child, values in zip(node.children.values(), zip(*rows, strict=True), strict=True):
        _fill_columns(child, values, out)


def _fill_columns(node: _Node, values: Sequence[Any], out: list[Sequence[Any]]) -> None:
    if node.is_list:
        _fill_list_columns(node, values, out)
        return
    if node.children:
        _transpose(node, values, out)
    for place in node.positions:
        out[place] = values


def _fill_list_columns(node: _Node, lists: Sequence[Any], out: list[Sequence[Any]]) -> None:
    """Unroll lists, fill the columns of what they hold, and roll those up into tuples."""
    full = [() if items is None else items for items in lists]
    spans = list(pairwise(accumulate(map(len, full), initial=0)))
    flat = tuple(chain.from_iterable(full))
    if node.children:
        inner: list[Sequence[Any]] = [()] * len(out)
        _transpose(node, flat, inner)
        places = node.positions_below
    else:
        inner = [flat] * len(out)
        places = node.positions
    for place in places:
        values = inner[place]
        # The columns of structs are tuples already, and so are their slices.
        whole = values if isinstance(values, tuple) else tuple(values)
        out[place] = [whole[start:end] for start, end in spans]


def _decode_values(node: _Node, texts: Sequence[Any]) -> list[Any]:
    """Decode values of a node from JSON texts, coercing those that do not match the spec."""
    body = b"[%s]" % b",".join(texts)
    try:
        return cast("list[Any]", node.decoder.decode(body))
    except msgspec.ValidationError:
        return [_coerce_node(node, value) for value in msgspec.json.decode(body)]


def _coerce_records(node: _Node, text: bytes | msgspec.Raw) -> list[Any]:
    """Build the structs of a JSON list; anything but objects is left out."""
    values = msgspec.json.decode(text)
    if not isinstance(values, list):
        return []
    texts = msgspec.json.decode(text, type=list[msgspec.Raw])
    return [
        _coerce_record(node, msgspec.json.decode(text, type=dict[str, msgspec.Raw]))
        for text, value in zip(texts, values, strict=True)
        if isinstance(value, dict)
    ]


def _coerce_record(node: _Node, texts: dict[str, msgspec.Raw]) -> Any:
    values: list[Any] = []
    for key, child in node.children.items():
        text = texts.get(key, _NULL)
        if child.kind == "custom_fields":
            values.append(_coerce_records(_CUSTOM_FIELD, text))
        elif child.decoder is not None:
            values.append(text)
        else:
            values.append(_coerce_node(child, msgspec.json.decode(text)))
    return node.struct(*values)


def _coerce_struct(node: _Node, record: Any) -> Any:
    """Build a struct from a JSON object, coercing its values."""
    if not isinstance(record, dict):
        return None
    values = (_coerce_node(child, record.get(key)) for key, child in node.children.items())
    return node.struct(*values)


def _coerce_node(node: _Node, value: Any) -> Any:
    if node.is_list:
        return [_coerce_scalar(node, item) for item in _as_list(value)]
    return _coerce_scalar(node, value)


def _coerce_scalar(node: _Node, value: Any) -> Any:
    return _coerce_struct(node, value) if node.children else coerce_value(node.kind, value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_KINDS: dict[str, Kind] = {"number_value": "number"}
#: What Asana sends unasked.
_GID_LEAVES = ("enum_value.gid", "multi_enum_values.gid")
_LISTS = {"multi_enum_values", "people_value", "reference_value"}


def _custom_field_columns() -> Iterator[Column]:
    for leaf in (*CUSTOM_FIELD_LEAVES, *_GID_LEAVES):
        steps = tuple((key, key in _LISTS) for key in leaf.split("."))
        yield Column(leaf, leaf, _KINDS.get(leaf, "text"), steps)


_CUSTOM_FIELD = _build_tree(list(_custom_field_columns()))
#: One entry of a record's ``custom_fields``.
CustomField: Any = _record_struct(_CUSTOM_FIELD, "CustomField")
CustomField.__doc__ = "One entry of a record's ``custom_fields``."


def custom_field_values(key: str, texts: Sequence[Any]) -> list[Any]:
    """Decode the values of a custom field's key, such as ``enum_value``, from JSON texts."""
    return _decode_values(_CUSTOM_FIELD.children[key], texts)
