"""The arguments of generated methods, with their types and defaults."""

from __future__ import annotations

from collections.abc import Iterator

from asana_frames.catalog import BodyField, Operation, Parameter

WIDTH = 99
#: A POST with up to this many fields takes no others; larger ones and updates take ``**data``.
_CLOSED_BODY = 8
QUERY_TYPES = {
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "date": "When",
    "datetime": "When",
}
_BODY_TYPES = {
    "text": "Texts",
    "integer": "Integers",
    "number": "Numbers",
    "boolean": "Flags",
    "date": "Whens",
    "datetime": "Whens",
    "json": "Json",
}


def path_parameters(operation: Operation) -> list[Parameter]:
    """Return the positional arguments of a method."""
    return [parameter for parameter in operation.parameters if parameter.place == "path"]


def query_parameters(operation: Operation) -> list[Parameter]:
    """Return the keywords that are sent in the query, the required ones first."""
    query = [parameter for parameter in operation.parameters if parameter.place == "query"]
    return sorted(query, key=lambda parameter: not parameter.required)


def has_open_body(operation: Operation) -> bool:
    """Whether a method takes ``**data``: it checks names itself and suggests the nearest."""
    is_closed = operation.http == "POST" and len(operation.body) <= _CLOSED_BODY
    return bool(operation.body) and not is_closed


def keyword_fields(operation: Operation) -> list[BodyField]:
    """Return the body fields that are keywords of their own."""
    left = set(data_fields(operation))
    return [field for field in operation.body if field.name not in left]


def data_fields(operation: Operation) -> list[str]:
    """Return the body fields that ``**data`` has to take.

    Those named like a positional argument, as in ``rates.update(rate, rate=90)``, and those
    whose name does not fit twice into a line.
    """
    positional = _clashing_names(operation)
    return [
        field.name
        for field in operation.body
        if field.name in positional or 2 * len(field.name) + len('": ",') + 16 > WIDTH
    ]


def _clashing_names(operation: Operation) -> set[str]:
    positional = {parameter.argument for parameter in path_parameters(operation)}
    return positional & {field.name for field in operation.body}


def iterate_arguments(operation: Operation) -> Iterator[str]:
    """Yield the arguments of a method with their types, ``*`` among them."""
    yield "self"
    for parameter in path_parameters(operation):
        yield f"{parameter.argument}: {'Refs' if parameter.refers else 'str'}"
    if _clashing_names(operation):
        yield "/"
    keywords = [
        *map(_query_argument, query_parameters(operation)),
        *_body_arguments(operation),
        *iterate_options(operation),
    ]
    if keywords:
        yield "*"
    yield from keywords
    if has_open_body(operation):
        yield "**data: object"


def iterate_options(operation: Operation) -> Iterator[str]:
    """Yield the keywords that are ours rather than Asana's."""
    if operation.fields and operation.returns != "nothing":
        yield "fields: Fields = None"
    if operation.is_read and operation.returns == "list":
        yield "limit: Limit = None"
    if operation.has_preview:
        yield "dry_run: bool = False"
    if operation.is_read and any(parameter.refers for parameter in operation.parameters):
        yield 'errors: Errors = "warn"'


def _query_argument(parameter: Parameter) -> str:
    optional = "" if parameter.required else " | None = None"
    if parameter.refers:
        return f"{parameter.argument}: Refs{optional}"
    base = QUERY_TYPES[parameter.kind]
    if parameter.many:
        base = f"{base} | Iterable[{base}]"
    plain = f"{parameter.argument}: {base}{optional}"
    if not parameter.enum:
        return plain
    values = ", ".join(f'"{value}"' for value in parameter.enum)
    literal = f"{parameter.argument}: Literal[{values}]{optional}"
    # A long list of values would be wrapped; the docstring lists them.
    return literal if len(literal) + 9 <= WIDTH else plain


def _body_arguments(operation: Operation) -> Iterator[str]:
    is_open = has_open_body(operation)
    fields = keyword_fields(operation)
    for field in fields if is_open else sorted(fields, key=lambda field: not field.required):
        if field.required and not is_open:
            yield f"{field.name}: {body_type(field)}"
        else:
            yield f"{field.name}: {body_type(field)} | None = None"


def body_type(field: BodyField) -> str:
    """Return the type of a body field's keyword."""
    if field.refers:
        return "BodyRefs"
    if field.name == "file":
        return "Uploads"
    return "JsonList" if field.kind == "json" and field.many else _BODY_TYPES[field.kind]


def format_signature(operation: Operation) -> list[str]:
    """Return the lines of a method's ``def``, as ruff would format them."""
    arguments = list(iterate_arguments(operation))
    returns = "DataFrame | None" if operation.returns == "nothing" else "DataFrame"
    start, joined = f"    def {operation.method}(", ", ".join(arguments)
    if len(f"{start}{joined}) -> {returns}:") <= WIDTH:
        return [f"{start}{joined}) -> {returns}:"]
    if len(joined) + 8 <= WIDTH:
        return [start, f"        {joined}", f"    ) -> {returns}:"]
    return [start, *(f"        {argument}," for argument in arguments), f"    ) -> {returns}:"]
