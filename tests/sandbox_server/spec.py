"""Asana's OpenAPI spec as a judge of answers; it lies beside the project, or nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

_SPEC = Path(__file__).parents[3] / "shared" / "asana_oas.yaml"
Schema = dict[str, Any]
#: Fields that answers of the real API have, and the spec of that day does not know.
#: Values of custom fields say more in the reference's own example than in the schema.
_BEYOND = {".next_page", ".data.parent", ".data.member", ".parent", ".member"}


#: Besides, colours of "none" occur where the spec has no such value.
#: Fields that the real API fills with null though the spec does not say so.
_NULLABLE = {
    "approval_status",
    "date_time",
    "failure_deletion_timestamp",
    "last_failure_at",
    "last_success_at",
    "next_attempt_after",
    "size",
    "units",
    "value",
}


def _leaves(error: jsonschema.ValidationError) -> Iterator[jsonschema.ValidationError]:
    """Yield what an error is about, leaving out that the value might have been null."""
    if not error.context:
        yield error
    for inner in error.context:
        if inner.validator != "type" or inner.validator_value != "null":
            yield from _leaves(inner)


class Spec:
    """Judges answers by the schema of their operation.

    Parameters
    ----------
    content
        The spec.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._schemas: dict[str, Schema] = content["components"]["schemas"]
        self._answers: dict[str, dict[int, Schema]] = {}
        for operations in content["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict) and "operationId" in operation:
                    self._answers[operation["operationId"]] = {
                        int(status): answer["content"]["application/json"]["schema"]
                        for status, answer in operation["responses"].items()
                        if "content" in answer
                    }
        definitions = {name: _tolerant(schema) for name, schema in self._schemas.items()}
        self._definitions = {"components": {"schemas": definitions}}

    def knows(self, operation: str) -> bool:
        """Whether the spec has an operation; some are newer than it."""
        return operation in self._answers

    def problems(self, operation: str, status: int, answer: Any, *, of: str = "") -> list[str]:
        """Return what is wrong with an answer: types, missing fields, and unknown ones.

        Parameters
        ----------
        operation
            The operation's id.
        status
            The answer's status.
        answer
            Its JSON.
        of
            The operation that shows one such record in full, for lists whose fields were asked
            for.
        """
        schema = self._answers[operation][status]
        if not of:
            return self._judged(schema, answer)
        schema = self._properties(self._answers[of][200])["data"]
        return [problem for item in answer["data"] for problem in self._judged(schema, item)]

    def _judged(self, schema: Schema, answer: Any) -> list[str]:
        validator = jsonschema.Draft202012Validator({**_tolerant(schema), **self._definitions})
        leaves = (leaf for error in validator.iter_errors(answer) for leaf in _leaves(error))
        found = [
            f"{'.'.join(map(str, leaf.absolute_path))}: {leaf.message[:200]}"
            for leaf in leaves
            if not leaf.absolute_path
            or (leaf.absolute_path[-1] not in _NULLABLE and leaf.instance != "none")
        ]
        return [*found, *self._unknown(schema, answer, "")]

    def _unknown(self, schema: Schema, value: Any, path: str) -> Iterator[str]:
        """Yield the fields of an answer that its schema does not have."""
        if isinstance(value, list):
            items = self._resolved(schema).get("items")
            for item in value if items else ():
                yield from self._unknown(items, item, f"{path}[]")
        if not isinstance(value, dict):
            return
        properties = self._properties(schema)
        for key, part in value.items():
            if key in properties:
                yield from self._unknown(properties[key], part, f"{path}.{key}")
            elif properties and f"{path}.{key}" not in _BEYOND and "custom_fields[]" not in path:
                yield f"{path}.{key}: not in the spec"

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _properties(self, schema: Schema) -> dict[str, Schema]:
        schema = self._resolved(schema)
        found: dict[str, Schema] = {}
        for kind in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(kind, ()):
                found |= self._properties(part)
        return found | schema.get("properties", {})


def _tolerant(schema: Any) -> Any:
    """Return a schema with OpenAPI's ``nullable`` in the words of JSON Schema.

    References may be null anywhere: the spec says so of few, and the API does it with many.
    """
    if isinstance(schema, list):
        return [_tolerant(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {
        key: _tolerant(value)
        for key, value in schema.items()
        if key not in ("nullable", "example", "description", "format", "readOnly", "default")
        or (key in ("description", "example", "format", "default") and isinstance(value, dict))
    }
    is_reference = "$ref" in made or "allOf" in made
    if not schema.get("nullable") and not is_reference:
        return made
    return {"anyOf": [made, {"type": "null"}]}


@cache
def load_spec() -> Spec:
    """Return the spec, or skip the test where it is not there."""
    if not _SPEC.exists():
        pytest.skip("the spec lies beside the project, where it is kept")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Spec(yaml.load(_SPEC.read_text("utf-8"), Loader=loader))
