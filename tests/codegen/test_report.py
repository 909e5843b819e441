"""What a new spec adds, changes and removes is told; what it leaves unnamed says what to add."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

from asana_frames.catalog import Catalog
from asana_frames.codegen.__main__ import build_catalog, read_spec
from asana_frames.codegen.report import compare_catalogs
from asana_frames.codegen.spec import Spec
from tests.codegen.small_spec import OVERRIDES, TEXT, operation, small_spec


def build(folder: Path, spec: dict[str, Any], overrides: str = OVERRIDES) -> Catalog:
    (folder / "overrides.toml").write_text(overrides, "utf-8")
    return build_catalog(Spec(spec), folder / "overrides.toml")


def test_the_same_spec_changes_nothing(tmp_path: Path) -> None:
    assert compare_catalogs(build(tmp_path, small_spec()), build(tmp_path, small_spec())) == []


def test_a_spec_in_a_file_makes_the_same_catalog(tmp_path: Path) -> None:
    # JSON is YAML too.
    (tmp_path / "spec.yaml").write_text(json.dumps(small_spec()), "utf-8")
    expected = build(tmp_path, small_spec())

    assert (
        build_catalog(read_spec(tmp_path / "spec.yaml"), tmp_path / "overrides.toml") == expected
    )


def test_fields_and_parameters_that_come_and_go_are_told(tmp_path: Path) -> None:
    spec = small_spec()
    boat = spec["components"]["schemas"]["BoatResponse"]["properties"]
    request = spec["components"]["schemas"]["BoatRequest"]["properties"]
    del boat["length"], request["harbour"]
    boat["colour"] = request["colour"] = TEXT
    request["name"] = {"type": "integer"}
    spec["paths"]["/boats"]["get"]["parameters"] = [
        {"name": "colour", "in": "query", "schema": TEXT}
    ]

    lines = compare_catalogs(build(tmp_path, small_spec()), build(tmp_path, spec))

    assert lines == [
        "+ parameter boats.list(colour=)",
        "- parameter boats.list(harbour=)",
        "+ body field boats.create(colour=)",
        "- body field boats.create(harbour=)",
        "~ body field boats.create(name=): kind 'text' -> 'integer'",
        "+ record field boat.colour",
        "- record field boat.length",
    ]


def test_operations_that_come_and_go_are_told(tmp_path: Path) -> None:
    spec = small_spec()
    del spec["paths"]["/boats"]["post"]
    spec["paths"]["/boats/{boat_gid}"] = {
        "parameters": [{"name": "boat_gid", "in": "path", "schema": TEXT}],
        "get": operation("getBoat", "Boats", one="BoatResponse"),
    }
    spec["paths"]["/ports"] = {"get": spec["paths"].pop("/harbours")["get"]}

    lines = compare_catalogs(build(tmp_path, small_spec()), build(tmp_path, spec))

    assert "+ operation getBoat (GET /boats/{boat_gid})" in lines
    assert "- operation createBoat (POST /boats)" in lines
    assert "+ operation getHarbours (GET /ports)" in lines


def test_an_unknown_tag_says_what_to_add_and_that_suffices(tmp_path: Path) -> None:
    spec = small_spec()
    spec["components"]["schemas"]["SeaLockResponse"] = {"type": "object", "properties": {}}
    spec["paths"]["/sea_locks"] = {
        "get": operation("getSeaLocks", "Sea locks", listed="SeaLockResponse")
    }

    with pytest.raises(click.ClickException, match="getSeaLocks") as caught:
        build(tmp_path, spec)
    entry = caught.value.message.partition("\n\n")[2]
    lines = compare_catalogs(
        build(tmp_path, small_spec()), build(tmp_path, spec, OVERRIDES + entry)
    )

    assert "+ resource sea_locks" in lines
    assert "+ record type sea_lock" in lines


def test_a_tag_that_is_gone_leaves_its_override_unused(tmp_path: Path) -> None:
    spec = small_spec()
    del spec["paths"]["/harbours"]

    with pytest.raises(click.ClickException, match=r"\[\[resources\]\] harbours"):
        build(tmp_path, spec)
    overrides = OVERRIDES.partition('[[resources]]\nname = "harbours"')[0]
    lines = compare_catalogs(build(tmp_path, small_spec()), build(tmp_path, spec, overrides))

    assert "- resource harbours" in lines


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        ('[[fields]]\nnames = ["boat.mast"]\nkind = "text"', "boat.mast"),
        ('[[body_fields]]\nname = "mast"\nnullable = true', "mast"),
        ('[[body_fields]]\nname = "name"\noperations = ["sinkBoat"]\nnullable = true', "name"),
        ('[[parameters]]\nname = "mast"\nkind = "text"', "mast"),
        ('[[new_parameters]]\nname = "harbour"\noperations = ["getBoats"]', "harbour of getBoats"),
        ('[[records]]\nname = "boat"\nschemas = ["Ship"]', "Ship"),
        ('[[fields]]\nnames = ["boat.length"]\nkind = "number"', "boat.length"),
        ('[[body_fields]]\nname = ["name", "harbour"]\nnullable = true', "harbour"),
        ('[[parameters]]\nname = "harbour"\nkind = "text"', "harbour"),
    ],
)
def test_an_unused_override_is_named(entry: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match=name):
        build(tmp_path, small_spec(), f'{OVERRIDES}\n{entry}\nreason = "a test"\n')


def test_two_operations_of_one_name_say_what_to_add(tmp_path: Path) -> None:
    spec = small_spec()
    spec["paths"]["/fleet"] = {"get": operation("getBoats", "Boats", listed="BoatResponse")}

    with pytest.raises(click.ClickException, match=r"\[\[operations\]\]"):
        build(tmp_path, spec)


def test_body_fields_tell_what_they_refer_to_and_whether_null_empties_them(tmp_path: Path) -> None:
    body = build(tmp_path, small_spec()).operations[1].body

    assert [(field.name, field.refers, field.nullable) for field in body] == [
        ("name", (), False),
        ("harbour", ("harbour",), True),
    ]
