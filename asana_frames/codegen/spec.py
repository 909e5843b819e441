"""Read facts out of an OpenAPI spec; its prose stays there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from asana_frames.codegen.problems import UnreadableSpec, tell_place

Json = dict[str, Any]
VERBS = ("get", "post", "put", "delete")
#: What else a path may have without changing what can be sent.
_PROSE = {"parameters", "summary", "description", "servers"}


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
    def items(self) -> Json:
        """What an array holds."""
        if "items" not in self.facts:
            raise UnreadableSpec("an array does not say what its items are.")
        found: Json = self.facts["items"]
        return found

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
        with tell_place("The spec is no OpenAPI document"):
            self._paths: Json = dict(document["paths"])
            self._components: Json = dict(document["components"])
            self.schemas: Json = dict(self._components["schemas"])
        self._open: list[str] = []

    def resolve(self, node: Json) -> Schema:
        """Follow references and merge what a schema is composed of."""
        merged = Schema()
        if not isinstance(node, dict):
            raise UnreadableSpec(f"{node!r} stands where a schema is expected.")
        if "$ref" in node:
            name = str(node["$ref"]).rpartition("/")[2]
            if name not in self.schemas:
                raise UnreadableSpec(f"there is no schema {name!r}.")
            if name in self._open:
                raise UnreadableSpec(f"the schema {name!r} refers to itself.")
            merged.names.append(name)
            self._open.append(name)
            try:
                self._merge(merged, self.schemas[name])
            finally:
                self._open.pop()
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
        for path, item in self._paths.items():
            with tell_place(str(path)):
                unknown = [
                    key
                    for key in item
                    if key not in _PROSE and key not in VERBS and not key.startswith("x-")
                ]
                if unknown:
                    raise UnreadableSpec(
                        f"no code is generated for {', '.join(unknown)}; known are "
                        f"{', '.join(VERBS)}."
                    )
            for verb in VERBS:
                if verb in item:
                    with tell_place(self._label(path, verb, item[verb])):
                        operation = self._parse_operation(path, verb, item)
                    yield operation

    @staticmethod
    def _label(path: str, verb: str, node: object) -> str:
        name = node.get("operationId") if isinstance(node, dict) else None
        return f"{name} ({verb.upper()} {path})" if name else f"{verb.upper()} {path}"

    def _parse_operation(self, path: str, verb: str, item: Json) -> RawOperation:
        node = item[verb]
        # A parameter may stand at the path and again at the operation; the latter wins.
        parameters = {
            parameter["name"]: parameter
            for parameter in map(
                self._follow_parameter, [*item.get("parameters", ()), *node.get("parameters", ())]
            )
        }
        content = self._follow(node.get("requestBody", {}), "requestBodies").get("content", {})
        status, answer = self._find_answer(node["responses"])
        if not node["operationId"] or not node["tags"]:
            raise UnreadableSpec("its operationId or its tags are empty.")
        return RawOperation(
            id=node["operationId"],
            http=verb.upper(),
            path=path,
            tag=node["tags"][0],
            parameters=list(parameters.values()),
            body=next((media["schema"] for media in content.values()), None),
            multipart="multipart/form-data" in content,
            status=status,
            answer=next((media["schema"] for media in answer.get("content", {}).values()), {}),
        )

    def _find_answer(self, responses: Json) -> tuple[int, Json]:
        """Return the status of success and what comes with it."""
        for code, answer in responses.items():
            if str(code).startswith("2") and str(code).isdigit():
                return int(code), self._follow(answer, "responses")
        raise UnreadableSpec(
            f"none of its responses is a success with a status of its own, such as 200: "
            f"{', '.join(map(str, responses)) or 'it has none'}."
        )

    def _follow_parameter(self, node: Json) -> Json:
        return self._follow(node, "parameters")

    def _follow(self, node: Json, section: str) -> Json:
        """Follow a reference to one of the document's components."""
        if "$ref" not in node:
            return node
        name = str(node["$ref"]).rpartition("/")[2]
        if name not in self._components.get(section, {}):
            raise UnreadableSpec(f"there is no {node['$ref']!r}.")
        found: Json = self._components[section][name]
        return found
