"""A spec of two resources, small enough to change in a test."""

from __future__ import annotations

from typing import Any

OVERRIDES = """
[[resources]]
name = "boats"
record = "boat"
about = "Boats: what floats."
group = "Work"
reason = "a resource needs words of its own"
[[resources]]
name = "harbours"
record = "harbour"
about = "Harbours: where boats lie."
group = "Work"
reason = "a resource needs words of its own"
"""
TEXT = {"type": "string"}


def small_spec() -> dict[str, Any]:
    """Return the document, made anew: boats can be listed and made, harbours listed."""
    return {
        "components": {
            "schemas": {
                "BoatResponse": _record(gid=TEXT, name=TEXT, length={"type": "number"}),
                "HarbourResponse": _record(gid=TEXT, name=TEXT),
                "BoatRequest": {
                    "type": "object",
                    "required": ["name"],
                    "properties": {"name": TEXT, "harbour": TEXT | {"nullable": True}},
                },
            }
        },
        "paths": {
            "/boats": {
                "get": operation("getBoats", "Boats", listed="BoatResponse", names=("harbour",)),
                "post": operation("createBoat", "Boats", one="BoatResponse", body="BoatRequest"),
            },
            "/harbours": {"get": operation("getHarbours", "Harbours", listed="HarbourResponse")},
        },
    }


def operation(
    id: str,
    tag: str,
    *,
    one: str = "",
    listed: str = "",
    body: str = "",
    names: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return an operation that answers one record or a list of them."""
    schema: dict[str, Any] = _ref(one) if one else {"type": "array", "items": _ref(listed)}
    made: dict[str, Any] = {
        "operationId": id,
        "tags": [tag],
        "parameters": [{"name": name, "in": "query", "schema": TEXT} for name in names],
        "responses": {200: _content(schema)},
    }
    return made | ({"requestBody": _content(_ref(body))} if body else {})


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    wrapped = {"type": "object", "properties": {"data": schema}}
    return {"content": {"application/json": {"schema": wrapped}}}


def _record(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
