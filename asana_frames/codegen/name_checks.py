"""Names of the spec that Python or ``Resource`` cannot have, and what to add for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from keyword import iskeyword

from asana_frames.asana import Asana
from asana_frames.calls.resource import Resource
from asana_frames.catalog import Operation, Parameter, ResourceType
from asana_frames.codegen.signatures import (
    data_fields,
    has_open_body,
    iterate_arguments,
    keyword_fields,
)
from asana_frames.exceptions import ConfigurationError

_TAKEN = frozenset({*dir(Resource), *Resource.__annotations__})


def check_names(operations: Iterable[Operation]) -> None:
    """Refuse operations whose methods would not be Python, or would hide one of ``Resource``.

    Raises
    ------
    ConfigurationError
        The message has the lines to add to overrides.toml.
    """
    entries = [entry for operation in operations for entry in _needed_entries(operation)]
    if entries:
        raise ConfigurationError(
            "The spec has names that a method or an argument cannot have. Add to overrides.toml, "
            "with names of your own:\n\n" + "\n".join(dict.fromkeys(entries))
        )


def check_resource(resource: ResourceType) -> None:
    """Refuse a resource whose module or attribute cannot have its name."""
    if _is_name(resource.name) and not hasattr(Asana, resource.name):
        return
    raise ConfigurationError(
        f"No resource can be called {resource.name!r}: it is no Python name or Asana has such an "
        f"attribute already."
    )


def _needed_entries(operation: Operation) -> Iterator[str]:
    if not _is_name(operation.method):
        yield _method_entry(operation, "no Python name")
    elif operation.method in _TAKEN or operation.method.startswith("_"):
        yield _method_entry(operation, "a name that Resource needs")
    for parameter in operation.parameters:
        if not _is_name(parameter.argument):
            yield _argument_entry(operation, parameter, "no Python name")
    for field in keyword_fields(operation):
        if not _is_name(field.name):
            yield _omitted_entry(operation, field.name, "no Python name")
    words = [word.lstrip("*").partition(":")[0] for word in iterate_arguments(operation)]
    doubled = [word for word, count in Counter(words).items() if word and count > 1]
    if not has_open_body(operation):
        doubled += data_fields(operation)
    for word in doubled:
        # The last one is renamed: what is in the path is written more often.
        named = [given for given in operation.parameters if given.argument == word]
        if named:
            yield _argument_entry(operation, named[-1], "the name of another argument")
        else:
            yield _omitted_entry(operation, word, "no name that an argument can have here")


def _is_name(word: str) -> bool:
    return word.isidentifier() and not iskeyword(word)


def _method_entry(operation: Operation, problem: str) -> str:
    return (
        f'[[operations]]\nid = "{operation.id}"\nmethod = "..."\n'
        f'reason = "{operation.method} is {problem}"\n'
    )


def _argument_entry(operation: Operation, parameter: Parameter, problem: str) -> str:
    return (
        f'[[parameters]]\nname = "{parameter.name}"\noperations = ["{operation.id}"]\n'
        f'argument = "..."\nreason = "{parameter.argument} is {problem}"\n'
    )


def _omitted_entry(operation: Operation, field: str, problem: str) -> str:
    return (
        f'[[body_fields]]\nname = "{field}"\noperations = ["{operation.id}"]\n'
        f'omit = true\nreason = "{field} is {problem}"\n'
    )
