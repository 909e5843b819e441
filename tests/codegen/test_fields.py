"""``fields`` takes what the spec offers, and its columns have the types of the spec."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from asana_frames.catalog import columns_of, load, parse_fields
from asana_frames.codegen.__main__ import OVERRIDES as COMMITTED_OVERRIDES
from asana_frames.codegen.__main__ import build_catalog
from asana_frames.codegen.spec import RawOperation, Schema, Spec
from tests.codegen.small_spec import OVERRIDES, small_spec

#: Paths of the envelope of a list, which the spec offers among the fields of its rows.
ENVELOPE = {"offset", "path", "uri"}
KINDS = {"boolean": "boolean", "integer": "integer", "number": "number", "string": "text"}
FORMATS = {"date": "date", "date-time": "datetime"}


def offered_paths(operation: RawOperation) -> list[str]:
    """Return what the spec offers, without the envelope and the metadata of custom fields."""
    nodes = {node["name"]: node for node in operation.parameters}
    paths = nodes["opt_fields"]["schema"]["items"]["enum"] if "opt_fields" in nodes else []
    return [p for p in paths if p not in ENVELOPE and not p.startswith("custom_fields.")]


@pytest.fixture(scope="module")
def offers(spec: Spec) -> list[tuple[RawOperation, str, str]]:
    """Return each operation with its record type and each path that the spec offers for it."""
    return [
        (raw, load().operation(raw.id).record, path)
        for raw in spec.operations()
        for path in offered_paths(raw)
    ]


def test_every_path_that_the_spec_offers_is_taken(
    offers: list[tuple[RawOperation, str, str]],
) -> None:
    for raw, record, path in offers:
        columns = columns_of(record, parse_fields([path]))

        sent = {sent for column in columns for sent in column.opt_fields}
        assert any(one == path or one.startswith(f"{path}.") for one in sent), (raw.id, path)
    assert len(offers) > 4_000


def test_columns_have_the_type_that_the_spec_gives_their_path(
    offers: list[tuple[RawOperation, str, str]], spec: Spec
) -> None:
    corrected = set(corrected_fields())
    compared = set()
    for raw, record, path in offers:
        schema = follow_path(spec, spec.resolve(raw.answer).properties["data"], path)
        if schema is None or schema.type not in KINDS:
            continue
        expected = FORMATS.get(str(schema.facts.get("format")), KINDS[schema.type])
        (column,) = [c for c in columns_of(record, (path,)) if c.path == path]
        if path.rpartition(".")[2] not in corrected:
            assert column.kind in (expected, "texts"), (raw.id, path)
            compared.add((record, path))

    assert len(compared) > 700


def corrected_fields() -> Iterator[str]:
    """Yield the last words of the paths whose types an override changes."""
    for entry in tomllib.loads(COMMITTED_OVERRIDES.read_text("utf-8"))["fields"]:
        if "kind" in entry:
            yield from (name.rpartition(".")[2] for name in entry["names"])


def follow_path(spec: Spec, node: Any, path: str) -> Schema | None:
    """Return the schema at a path of a record; None if the spec's schemas do not have it."""
    schema = spec.resolve(node)
    for key in [*path.split("."), ""]:
        while schema.type == "array":
            schema = spec.resolve(schema.items)
        if not key:
            return schema
        if key not in schema.properties:
            return None
        schema = spec.resolve(schema.properties[key])
    return None


def test_a_portfolios_items_take_the_fields_of_projects() -> None:
    project, item = load().record("project"), load().record("portfolio_item")

    for field in project.fields:
        same = item.field(field.path)
        assert same is not None, field.path
        assert (same.kind, same.record) == (field.kind, field.record)
    assert {"html_notes", "default_view"}.isdisjoint(c.path for c in columns_of("portfolio_item"))


@pytest.mark.parametrize(
    ("record", "path", "name"),
    [
        ("story", "target.resource_subtype", "target_resource_subtype"),
        ("story", "target.created_by", "target_created_by_gid"),
        ("attachment", "parent.resource_subtype", "parent_resource_subtype"),
        ("status_update", "parent.html_notes", "parent_html_notes"),
    ],
)
def test_references_to_several_kinds_take_the_paths_of_the_kind_in_the_spec(
    record: str, path: str, name: str
) -> None:
    columns = columns_of(record, (path,))

    assert name in [column.name for column in columns]
    assert all(column.kind == "text" for column in columns)


def test_a_record_in_the_place_of_another_takes_its_fields_but_does_not_show_them(
    tmp_path: Path,
) -> None:
    overrides = tmp_path / "overrides.toml"
    overrides.write_text(
        OVERRIDES
        + '[[new_records]]\nrecord = "vessel"\nfields = { gid = "text", name = "text" }\n'
        + 'reason = "boats and ships"\n'
        + '[[operations]]\nid = "getBoats"\nrecord = "vessel"\nreason = "boats and ships"\n',
        "utf-8",
    )

    catalog = build_catalog(Spec(small_spec()), overrides)

    vessel = next(record for record in catalog.records if record.name == "vessel")
    assert [(field.path, field.default) for field in vessel.fields] == [
        ("gid", True),
        ("name", True),
        ("length", False),
    ]
    assert vessel.fields[-1].kind == "number"


def test_a_wider_reference_remembers_the_record_of_the_spec(tmp_path: Path) -> None:
    document = small_spec()
    harbour = {"$ref": "#/components/schemas/HarbourResponse"}
    document["components"]["schemas"]["BoatResponse"]["properties"]["place"] = harbour
    overrides = tmp_path / "overrides.toml"
    overrides.write_text(
        OVERRIDES
        + '[[new_records]]\nrecord = "place"\nfields = { gid = "text" }\nreason = "or the sea"\n'
        + '[[new_fields]]\nrecord = "boat"\nfields = { place = "ref" }\ntarget = "place"\n'
        + 'reason = "or the sea"\n',
        "utf-8",
    )

    catalog = build_catalog(Spec(document), overrides)

    boat = next(record for record in catalog.records if record.name == "boat")
    place = boat.field("place")
    assert place is not None
    assert (place.record, place.spec_record) == ("place", "harbour")
