"""Bytes of a page -> one list of values per column.

Structs are made at run time from the columns that were asked for, so the decoder skips what
nobody wants without building it. References and what else has keys of its own comes as text
first, because the same few come again and again and need not be decoded again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain, pairwise
from typing import Any, cast

import msgspec

from asana_frames.catalog import Column
from asana_frames.catalog.columns import CUSTOM_FIELD_LEAVES
from asana_frames.catalog.model import Kind
from asana_frames.frames.repeated import Repeated
from asana_frames.frames.tolerant import value_of

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
    """A key of the records, and what lies below it."""

    is_list: bool = False
    kind: Kind | None = None
    children: dict[str, _Node] = field(default_factory=dict)
    #: Places of the columns that this key fills.
    places: list[int] = field(default_factory=list)
    #: Reads a list of its values, where they have keys of their own.
    decoder: Any = None
    #: Made of a JSON object.
    struct: Any = None


class PageDecoder:
    """Decodes pages into columns.

    Parameters
    ----------
    columns
        What to decode; a column of kind ``custom_fields`` yields lists of ``CustomField``.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._width = len(columns)
        self._root = _tree(columns)
        record = _record(self._root, "Record")
        rows: Any = list[record]  # type: ignore[valid-type]
        envelope: Any = msgspec.defstruct("Envelope", [("data", rows)], gc=False)
        one: Any = msgspec.defstruct("One", [("data", record)], gc=False)
        self._lists = msgspec.json.Decoder(envelope)
        self._ones = msgspec.json.Decoder(one)
        self._repeated = {
            key: self._cells(child)
            for key, child in self._root.children.items()
            if child.decoder is not None
        }

    def page(self, body: bytes) -> list[Sequence[Any]]:
        """Return the columns of a response that holds a list of records."""
        try:
            rows = self._lists.decode(body).data
        except msgspec.ValidationError:
            rows = self._tolerant(body, list)
        return self._columns(rows)

    def one(self, body: bytes) -> list[Sequence[Any]]:
        """Return the columns of a response that holds one record."""
        try:
            rows = [self._ones.decode(body).data]
        except msgspec.ValidationError:
            rows = self._tolerant(body, dict)
        return self._columns(rows)

    def _columns(self, rows: list[Any]) -> list[Sequence[Any]]:
        out: list[Sequence[Any]] = [()] * self._width
        if not rows:
            return out
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True)
        for (key, child), values in zip(self._root.children.items(), columns, strict=True):
            if child.decoder is None:
                _fill(child, values, out)
            else:
                cells = zip(*self._repeated[key].values(values), strict=True)
                for place, column in zip(_places(child), cells, strict=True):
                    out[place] = column
        return out

    def _cells(self, node: _Node) -> Repeated:
        """Return what reads the values of a node as cells, one for each place below it."""

        def read(texts: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
            out: list[Sequence[Any]] = [()] * self._width
            _fill(node, _read(node, texts), out)
            return zip(*(out[place] for place in _places(node)), strict=True)

        return Repeated(read)

    def _tolerant(self, body: bytes, shape: type) -> list[Any]:
        """Build the structs of a page that is not as the spec says, field by field."""
        data = msgspec.json.decode(body).get("data")
        rows = data if isinstance(data, list) else [data]
        # Odd values are read as far as they can be; what is no record at all loses rows.
        if not isinstance(data, shape) or not all(isinstance(r, dict | None) for r in rows):
            raise msgspec.DecodeError(f"its data is no {'list' if shape is list else 'record'}")
        text = bytes(msgspec.json.decode(body, type=dict[str, msgspec.Raw])["data"])
        return _odd_records(self._root, text if shape is list else b"[%s]" % text)


def _tree(columns: Sequence[Column]) -> _Node:
    root = _Node()
    for place, column in enumerate(columns):
        node = root
        for key, is_list in column.steps:
            node = node.children.setdefault(key, _Node())
            node.is_list = is_list
        node.kind = column.kind
        node.places.append(place)
    return root


def _struct(node: _Node, name: str) -> type:
    """Make the struct of a node; every field may be missing or null."""
    fields = [
        (key, _type(child, f"{name}_{key}") | None, None) for key, child in node.children.items()
    ]
    node.struct = msgspec.defstruct(name, fields, gc=False)
    return cast(type, node.struct)


def _record(node: _Node, name: str) -> type:
    """Make the struct of a record, in which what has keys of its own stays text."""
    fields: list[tuple[str, Any, Any]] = []
    for key, child in node.children.items():
        made: Any = _type(child, f"{name}_{key}") | None
        if child.children:
            child.decoder = msgspec.json.Decoder(cast(Any, list)[made])
            fields.append((key, msgspec.Raw, _NULL))
        else:
            fields.append((key, made, None))
    node.struct = msgspec.defstruct(name, fields, gc=False)
    return cast(type, node.struct)


def _type(node: _Node, name: str) -> Any:
    if node.kind == "custom_fields":
        return list[CustomField]
    inner: Any = _struct(node, name) if node.children else _TYPES[node.kind or "json"]
    return cast(Any, list)[inner | None] if node.is_list else inner


def _transpose(node: _Node, structs: Sequence[Any], out: list[Sequence[Any]]) -> None:
    """Fill the columns below ``node`` from its structs, one per row, None among them."""
    if not structs:
        return
    nothing = (None,) * len(node.children)
    astuple = msgspec.structs.astuple
    rows = [nothing if struct is None else astuple(struct) for struct in structs]
    for child, values in zip(node.children.values(), zip(*rows, strict=True), strict=True):
        _fill(child, values, out)


def _fill(node: _Node, values: Sequence[Any], out: list[Sequence[Any]]) -> None:
    if node.is_list and node.kind != "custom_fields":
        _fill_lists(node, values, out)
    elif node.children:
        _transpose(node, values, out)
    for place in node.places:
        if not node.is_list or node.kind == "custom_fields":
            out[place] = values


def _fill_lists(node: _Node, lists: Sequence[Any], out: list[Sequence[Any]]) -> None:
    """Unroll lists, fill the columns of what they hold, and roll those up into tuples."""
    full = [() if items is None else items for items in lists]
    spans = list(pairwise(accumulate(map(len, full), initial=0)))
    flat = tuple(chain.from_iterable(full))
    if node.children:
        inner: list[Sequence[Any]] = [()] * len(out)
        _transpose(node, flat, inner)
        places = list(_places(node))
    else:
        inner = [flat] * len(out)
        places = node.places
    for place in places:
        values = inner[place]
        # The columns of structs are tuples already, and so are their slices.
        whole = values if isinstance(values, tuple) else tuple(values)
        out[place] = [whole[start:end] for start, end in spans]


def _places(node: _Node) -> Iterator[int]:
    for child in node.children.values():
        yield from child.places
        yield from _places(child)


def _read(node: _Node, texts: Sequence[Any]) -> list[Any]:
    """Read values of a node that came as text, whatever they are like."""
    body = b"[%s]" % b",".join(texts)
    try:
        return cast("list[Any]", node.decoder.decode(body))
    except msgspec.ValidationError:
        return [_tolerated(node, value) for value in msgspec.json.decode(body)]


def _odd_records(node: _Node, text: bytes | msgspec.Raw) -> list[Any]:
    """Build the structs of a JSON list; what is no list, or no object in it, is left out."""
    values = msgspec.json.decode(text)
    if not isinstance(values, list):
        return []
    texts = msgspec.json.decode(text, type=list[msgspec.Raw])
    return [
        _odd_record(node, msgspec.json.decode(text, type=dict[str, msgspec.Raw]))
        for text, value in zip(texts, values, strict=True)
        if isinstance(value, dict)
    ]


def _odd_record(node: _Node, texts: dict[str, msgspec.Raw]) -> Any:
    values: list[Any] = []
    for key, child in node.children.items():
        text = texts.get(key, _NULL)
        if child.kind == "custom_fields":
            values.append(_odd_records(_CUSTOM_FIELD, text))
        elif child.decoder is not None:
            values.append(text)
        else:
            values.append(_tolerated(child, msgspec.json.decode(text)))
    return node.struct(*values)


def _made(node: _Node, record: Any) -> Any:
    """Build a struct from a JSON object whatever its values are like."""
    if not isinstance(record, dict):
        return None
    values = (_tolerated(child, record.get(key)) for key, child in node.children.items())
    return node.struct(*values)


def _tolerated(node: _Node, value: Any) -> Any:
    if node.is_list:
        return [_scalar(node, item) for item in _as_list(value)]
    return _scalar(node, value)


def _scalar(node: _Node, value: Any) -> Any:
    return _made(node, value) if node.children else value_of(node.kind or "json", value)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


_KINDS: dict[str, Kind] = {"number_value": "number"}
_LISTS = {"multi_enum_values", "people_value", "reference_value"}


def _custom_field_columns() -> Iterator[Column]:
    for leaf in CUSTOM_FIELD_LEAVES:
        steps = tuple((key, key in _LISTS) for key in leaf.split("."))
        yield Column(leaf, leaf, _KINDS.get(leaf, "text"), steps)


_CUSTOM_FIELD = _tree(list(_custom_field_columns()))
#: One entry of a record's ``custom_fields``.
CustomField: Any = _record(_CUSTOM_FIELD, "CustomField")
CustomField.__doc__ = "One entry of a record's ``custom_fields``."


def custom_field_values(key: str, texts: Sequence[Any]) -> list[Any]:
    """Read values of an entry's key, such as ``enum_value``, that came as text."""
    return _read(_CUSTOM_FIELD.children[key], texts)
