"""The docstrings of generated classes and methods, composed from facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from asana_frames.catalog import (
    BodyField,
    Catalog,
    Operation,
    Parameter,
    ResourceType,
    columns_of,
)
from asana_frames.codegen.naming import singular
from asana_frames.codegen.signatures import (
    WIDTH,
    data_fields,
    has_open_body,
    keyword_fields,
    path_parameters,
    query_parameters,
)

_PAD = " " * 8
_DTYPES = {
    "text": "str",
    "integer": "Int64",
    "number": "Float64",
    "boolean": "boolean",
    "date": "datetime64[us]",
    "datetime": "datetime64[us, UTC]",
    "json": "str (JSON)",
    "texts": "tuples",
}
_VALUES = {
    "text": "Text",
    "integer": "A whole number",
    "number": "A number",
    "boolean": "True or False",
    "date": 'A day: a date, or text such as "2026-01-31"',
    "datetime": "A moment: a datetime, a date or ISO 8601 text; UTC if it has no zone",
    "json": "A mapping, sent as JSON",
}
#: Meaning of a filter's suffix, such as ``not`` in ``assignee.not``.
_FILTERS = {
    "any": "Only rows with any of these {nouns}: {forms}; or many of them",
    "not": "Only rows with none of these {nouns}: {forms}; or many of them",
    "all": "Only rows with all of these {nouns}: {forms}; or many of them",
}
_FIELDS = 'Asana paths such as ``["name"]``, or ``"all"``; None for the default columns.'
_LIMIT = "The most rows to return; None for all."
_DRY_RUN = "True sends nothing but reads, and returns a frame of changes: what would be written."
_ROWS = (
    "A list, Series or array of values is one for each row; a missing value leaves its field as "
    "it is."
)
_ERRORS = (
    '``"warn"`` leaves out what Asana refuses and warns, ``"raise"`` stops at the first refusal.'
)


def class_docstring(resource: ResourceType) -> Iterator[str]:
    """Yield the lines of a class's docstring: what it is, and the columns of its frames."""
    yield f'    """{resource.about}'
    columns = columns_of(resource.record)
    if columns:
        yield ""
        yield "    Columns of its frames unless ``fields`` says otherwise (``info()`` lists all):"
        yield ""
    for kind, dtype in _DTYPES.items():
        names = [
            f"``{column.name}``" for column in columns if column.kind == kind and not column.depth
        ]
        if names:
            yield from _wrap(f"- {dtype}: " + ", ".join(names), "    ", "      ")
    tuples = [f"``{column.name}``" for column in columns if column.depth]
    if tuples:
        yield from _wrap("- tuples: " + ", ".join(tuples), "    ", "      ")
    if any(column.kind == "custom_fields" for column in columns):
        yield "    - ``cf_`` columns of custom fields, one per name and kind"
    yield '    """'


def method_docstring(catalog: Catalog, operation: Operation) -> Iterator[str]:
    """Yield the lines of a method's docstring."""
    yield f'{_PAD}"""{summarize(operation)}'
    yield ""
    if operation.deprecated:
        yield f"{_PAD}Deprecated by Asana: use ``{operation.deprecated}``."
    if operation.one_of:
        yield from _wrap(_describe_combinations(operation), _PAD, _PAD)
    if operation.note:
        yield from _wrap(operation.note, _PAD, _PAD)
    if operation.has_preview and operation.body:
        yield from _wrap(_ROWS, _PAD, _PAD)
    parents = list(dict.fromkeys(parameter.parent for parameter in operation.parents))
    if parents and operation.is_read:
        names = ", ".join(f"``{name}``" for name in parents)
        yield from _wrap(f"The frame says where each row was found: {names}.", _PAD, _PAD)
    yield from _source_lines(catalog, operation)
    yield from _parameters_section(catalog, operation)
    yield f'{_PAD}"""'


def _source_lines(catalog: Catalog, operation: Operation) -> Iterator[str]:
    known = {one.id: one for one in catalog.operations}
    choices = [known[choice] for choice in operation.choices] or [operation]
    # A line does not end within a source.
    sources = [f"``{choice.http}\0{choice.path}``" for choice in choices]
    word = "Source" if len(sources) == 1 else "Sources"
    for line in _wrap(f"{word}: {', '.join(sources)}.", _PAD, _PAD):
        yield line.replace("\0", " ")


def _describe_combinations(operation: Operation) -> str:
    """Return which combinations of arguments a call can have, as a sentence."""
    start = "One parent at a time:" if operation.choices else "Asana needs"
    sets = [_list_values(names, "together with") for names in operation.one_of]
    if all(len(names) == 1 for names in operation.one_of):
        return f"{start} {_list_values(sum(operation.one_of, ()), 'or')}."
    return f"{start} {', or '.join(sets)}."


def _parameters_section(catalog: Catalog, operation: Operation) -> Iterator[str]:
    described = list(_describe_arguments(catalog, operation))
    if described:
        yield from ("", f"{_PAD}Parameters", f"{_PAD}----------")
    # Adjacent parameters with equal text share one entry, as in numpydoc.
    for text, alike in groupby(described, key=lambda pair: pair[1]):
        yield from _wrap(", ".join(name for name, _ in alike), _PAD, _PAD)
        yield from _wrap(text, _PAD + "    ", _PAD + "    ")


def _describe_arguments(catalog: Catalog, operation: Operation) -> Iterator[tuple[str, str]]:
    """Yield the name and the meaning of each argument, in the order of the signature."""
    for parameter in path_parameters(operation) + query_parameters(operation):
        yield parameter.argument, describe_parameter(catalog, parameter)
    fields = keyword_fields(operation)
    if not has_open_body(operation):
        fields.sort(key=lambda field: not field.required)
    for field in fields:
        yield field.name, describe_field(catalog, operation, field)
    if operation.fields and operation.returns != "nothing":
        yield "fields", _FIELDS
    if operation.is_read and operation.returns == "list":
        yield "limit", _LIMIT
    if operation.is_read and any(parameter.refers for parameter in operation.parameters):
        yield "errors", _ERRORS
    if operation.has_preview:
        yield "dry_run", _DRY_RUN
    if has_open_body(operation):
        others = [f"``{name}``" for name in data_fields(operation)]
        if any(field.name == "custom_fields" for field in operation.body):
            others.append('Custom fields by name, such as ``cf_Priority="High"``')
        yield "**data", f"{', '.join(others) or 'No other fields'}; unknown names are refused."


def describe_parameter(catalog: Catalog, parameter: Parameter) -> str:
    """Return what an argument of the path or the query takes, as a sentence or two."""
    if parameter.refers:
        text = _describe_references(catalog, parameter)
    elif parameter.enum:
        text = f"One of {_list_values(parameter.enum)}"
    else:
        text = _VALUES[parameter.kind]
        if parameter.many:
            text = f"{text}, or several"
    if parameter.needs:
        text += f"; only with {_list_values(parameter.needs, 'or')}"
    if parameter.excludes:
        text += f"; not with {_list_values(parameter.excludes, 'or')}"
    if parameter.default is not None:
        text += f"; Asana assumes {parameter.default}"
    return f"{text}.{' ' if parameter.note else ''}{parameter.note}"


def _describe_references(catalog: Catalog, parameter: Parameter) -> str:
    words = _list_forms(catalog, parameter.refers)
    template = _FILTERS.get(parameter.name.partition(".")[2])
    if template:
        return template.format(nouns=_join_nouns(parameter.refers, plural=True), forms=words)
    return f"{_with_article(_join_nouns(parameter.refers))}: {words}; or many of them"


def _list_forms(catalog: Catalog, refers: Sequence[str]) -> str:
    """Return the ways of naming an object of some record types, as words."""
    is_named = any(catalog.directory(record) is not None for record in refers)
    name = '"Project/Section"' if "section" in refers else "exact name"
    forms = ["gid", *([name] if is_named else []), "URL", "row", "picker"]
    if "user" in refers:
        forms[2:2] = ["e-mail", '``"me"``']
    return ", ".join(forms[:-1]) + " or " + forms[-1]


def describe_field(catalog: Catalog, operation: Operation, field: BodyField) -> str:
    """Return what a field of a body takes, as a sentence or two."""
    if field.refers and field.many:
        nouns = _join_nouns(field.refers, plural=True).capitalize()
        text = f"{nouns}, each by {_list_forms(catalog, field.refers)}; or a frame of them"
    elif field.refers:
        text = f"{_with_article(_join_nouns(field.refers))}: {_list_forms(catalog, field.refers)}"
    elif field.name == "file":
        text = "A path, or a file that is open for reading"
    elif field.enum:
        text = f"{'Some' if field.many else 'One'} of {_list_values(field.enum)}"
    elif field.kind == "json" and field.many:
        text = "A list, sent as JSON"
    else:
        text = _VALUES[field.kind]
    if field.required and has_open_body(operation):
        text += "; required"
    if field.nullable and operation.http == "PUT":
        text += "; ``CLEAR`` empties the field"
    return f"{text}.{' ' if field.note else ''}{field.note}"


def _list_values(values: tuple[str, ...], last: str = ",") -> str:
    """Return values as code, separated by commas; ``last`` precedes the last one."""
    *rest, end = [f"``{value}``" for value in values]
    before = "" if not rest else ", " if last == "," else f" {last} "
    return f"{', '.join(rest)}{before}{end}"


def _join_nouns(records: tuple[str, ...], *, plural: bool = False) -> str:
    nouns = [record.replace("_", " ") for record in records]
    if plural:
        nouns = [f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s" for noun in nouns]
    return nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} or {nouns[-1]}"


def _with_article(nouns: str) -> str:
    return f"{'An' if nouns[0] in 'aeio' else 'A'} {nouns}"


def summarize(operation: Operation) -> str:
    """Compose a sentence from the method's words and the resource's noun."""
    words = operation.method.split("_")
    verb, rest = words[0], " ".join(words[1:])
    noun = singular(operation.resource).replace("_", " ")
    nouns = operation.resource.replace("_", " ")
    if operation.returns == "list" and operation.is_read:
        if rest.startswith("for "):
            return f"List the {nouns} of one {rest[4:]} or of many."
        if verb == "search":
            return f"Search {nouns}." if operation.resource != "typeahead" else "Search by name."
        return f"List {rest or nouns}."
    if operation.is_read:
        return f"Get {rest or 'one ' + noun + ' or many'}{' of ' + noun if rest else ''}."
    article = "an" if noun[0] in "aeio" else "a"
    if not rest or rest.startswith(("for ", "as ")):
        return f"{verb.capitalize()} {article} {noun}{' ' + rest if rest else ''}."
    return f"{verb.capitalize()} {rest} ({noun})."


def _wrap(text: str, first: str, then: str) -> Iterator[str]:
    yield from wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=then,
        break_long_words=False,
        break_on_hyphens=False,
    )
