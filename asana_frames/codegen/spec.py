"""Read facts out of an OpenAPI spec; its prose stays there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
VERBS = ("get", "post", "put", "delete")


@dataclass
class Schema:
    """A schema with its references followed and its ``allOf`` and ``anyOf`` merged."""

    names: list[str] = field(default_factory=list)
    properties: Json = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    facts: Json = field(default_factory=dict)

    @property
    def type(self) -> str | None:
        """The JSON type, if the spec says one."""
        value = self.facts.get("type")
        return value if isinstance(value, str) else None

    @property
    def enum(self) -> tuple[str, ...]:
        """The values the spec knows, null left out."""
        return tuple(str(value) for value in self.facts.get("enum", ()) if value is not None)


@dataclass
class RawOperation:
    """One operation, as the spec has it."""

    id: str
    http: str
    path: str
    tag: str
    parameters: list[Json]
    body: Json | None
    multipart: bool
    status: int
    answer: Json


class Spec:
    """An OpenAPI document."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self.schemas: Json = document["components"]["schemas"]

    def resolve(self, node: Json) -> Schema:
        """Follow references and merge what a schema is composed of."""
        merged = Schema()
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            merged.names.append(name)
            self._merge(merged, self.schemas[name])
            return merged
        for part in [*node.get("allOf", ()), *node.get("anyOf", ()), *node.get("oneOf", ())]:
            self._merge(merged, part)
        merged.properties.update(node.get("properties", {}))
        merged.required += node.get("required", ())
        merged.facts.update(
            {key: node[key] for key in ("type", "format", "enum", "items") if key in node}
        )
        for fact in ("readOnly", "nullable"):
            merged.facts[fact] = node.get(fact, merged.facts.get(fact, False))
        return merged

    def _merge(self, into: Schema, node: Json) -> None:
        part = self.resolve(node)
        into.names += part.names
        into.required += part.required
        for name, child in part.properties.items():
            # Where two kinds of one object disagree, the fuller description is kept.
            if name not in into.properties or not self.resolve(into.properties[name]).properties:
                into.properties[name] = child
        into.facts.update(part.facts)

    def operations(self) -> Iterator[RawOperation]:
        """Yield the operations in the order of the document."""
        for path, item in self._document["paths"].items():
            for verb in VERBS:
                if verb in item:
                    yield self._parse_operation(path, verb, item)

    def _parse_operation(self, path: str, verb: str, item: Json) -> RawOperation:
        node = item[verb]
        # A parameter may stand at the path and again at the operation; the latter wins.
        parameters = {
            parameter["name"]: parameter
            for parameter in map(
                self._follow_parameter, [*item.get("parameters", ()), *node.get("parameters", ())]
            )
        }
        content = node.get("requestBody", {}).get("content", {})
        status, answer = next(
            (int(code), answer)
            for code, answer in node["responses"].items()
            if str(code).startswith("2")
        )
        return RawOperation(
            id=node["operationId"],
            http=verb.upper(),
            path=path,
            tag=node["tags"][0],
            parameters=list(parameters.values()),
            body=next((media["schema"] for media in content.values()), None),
            multipart="multipart/form-data" in content,
            status=status,
            answer=next((media["schema"] for media in answer["content"].values()), {}),
        )

    def _follow_parameter(self, node: Json) -> Json:
        if "$ref" not in node:
            return node
        found: Json = self._document["components"]["parameters"][node["$ref"].rpartition("/")[2]]
        return found
