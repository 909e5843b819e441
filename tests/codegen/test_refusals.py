"""What cannot be generated is refused before a file is written, and the message says where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from msgspec.structs import replace

from asana_frames.catalog import Catalog, load, methods_of
from asana_frames.codegen.__main__ import build_catalog, main, read_spec, write_modules
from asana_frames.codegen.spec import Spec
from asana_frames.exceptions import ConfigurationError
from tests.codegen.small_spec import OVERRIDES, TEXT, operation, small_spec

Change = Callable[[dict[str, Any]], object]


def build(folder: Path, change: Change, overrides: str = OVERRIDES) -> Catalog:
    document = small_spec()
    change(document)
    (folder / "overrides.toml").write_text(overrides, "utf-8")
    return build_catalog(Spec(document), folder / "overrides.toml")


def refusal(folder: Path, change: Change, overrides: str = OVERRIDES) -> str:
    with pytest.raises(click.ClickException) as caught:
        build(folder, change, overrides)
    assert isinstance(caught.value.__cause__, ConfigurationError)
    return caught.value.message


def reading(document: dict[str, Any]) -> Any:
    return document["paths"]["/boats"]["get"]


def writing(document: dict[str, Any]) -> Any:
    return document["paths"]["/boats"]["post"]


def schemas(document: dict[str, Any]) -> Any:
    return document["components"]["schemas"]


def filter_by(*names: str, **facts: Any) -> Change:
    schema = {"type": "string", **facts}
    return lambda document: reading(document)["parameters"].extend(
        {"name": name, "in": "query", "schema": schema} for name in names
    )


def boat_with(**properties: Any) -> Change:
    return lambda document: schemas(document)["BoatResponse"]["properties"].update(properties)


def body_with(name: str, schema: Any = TEXT) -> Change:
    return lambda document: schemas(document)["BoatRequest"]["properties"].update({name: schema})


def written(**facts: Any) -> Change:
    return lambda document: writing(document).update(facts)


def ref(name: str, section: str = "schemas") -> dict[str, str]:
    return {"$ref": f"#/components/{section}/{name}"}


@pytest.mark.parametrize("names", [["from"], ["x-y[]"], ["self"], ["errors"], ["a.b", "a_b"]])
def test_a_parameter_that_no_argument_can_be_called_like_is_renamed_by_an_override(
    names: list[str], tmp_path: Path
) -> None:
    message = refusal(tmp_path, filter_by(*names))
    entry = message.partition("\n\n")[2]
    catalog = build(
        tmp_path, filter_by(*names), OVERRIDES + entry.replace('argument = "..."', 'argument="z"')
    )

    assert 'operations = ["getBoats"]' in entry
    parameter = catalog.operations[0].parameters[-1]
    assert (parameter.name, parameter.argument) == (names[-1], "z")


@pytest.mark.parametrize("name", ["class", "x.y", "self"])
def test_a_field_that_no_argument_can_be_called_like_is_left_out_by_an_override(
    name: str, tmp_path: Path
) -> None:
    entry = refusal(tmp_path, body_with(name)).partition("\n\n")[2]
    catalog = build(tmp_path, body_with(name), OVERRIDES + entry)

    assert 'operations = ["createBoat"]' in entry
    assert [field.name for field in catalog.operations[1].body] == ["name", "harbour"]


def test_a_parameter_or_field_cannot_be_called_like_an_argument_of_ours(tmp_path: Path) -> None:
    asks_fields: Change = filter_by("opt_fields", "fields")
    writes_fields = lambda document: (  # noqa: E731
        body_with("fields")(document),
        writing(document)["parameters"].append(
            {"name": "opt_fields", "in": "query", "schema": TEXT}
        ),
    )

    assert '[[parameters]]\nname = "fields"' in refusal(tmp_path, asks_fields)
    assert '[[body_fields]]\nname = "fields"' in refusal(tmp_path, writes_fields)


@pytest.mark.parametrize("id", ["importBoat", "infoBoat", "nameBoat", "make-boat", "_makeBoat"])
def test_an_operation_that_no_method_can_be_called_like_is_renamed_by_an_override(
    id: str, tmp_path: Path
) -> None:
    entry = refusal(tmp_path, written(operationId=id)).partition("\n\n")[2]
    catalog = build(
        tmp_path, written(operationId=id), OVERRIDES + entry.replace('"..."', '"build"')
    )

    assert entry.startswith(f'[[operations]]\nid = "{id}"')
    assert catalog.operations[1].name == "boats.build"


def test_a_resource_cannot_be_called_like_a_keyword(tmp_path: Path) -> None:
    entry = (
        '[[resources]]\nname = "import"\nrecord = "boat"\nabout = "Boats."\ngroup = "Work"\n'
        'reason = "a test"\n'
    )

    message = refusal(tmp_path, written(tags=["Import"]), OVERRIDES + entry)

    assert "'import'" in message


def test_an_answer_without_content_returns_nothing(tmp_path: Path) -> None:
    catalog = build(tmp_path, written(responses={204: {"description": "Made."}}))

    made = catalog.operations[1]
    assert (made.returns, made.status, made.record) == ("nothing", 204, "")


def test_references_to_answers_and_bodies_are_followed(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        old = writing(document)
        document["components"]["responses"] = {"Made": old["responses"][200]}
        document["components"]["requestBodies"] = {"Boat": old["requestBody"]}
        old["responses"] = {200: ref("Made", "responses")}
        old["requestBody"] = ref("Boat", "requestBodies")

    assert build(tmp_path, change) == build(tmp_path, lambda document: None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (written(responses={"2XX": {}}), ["createBoat", "2XX"]),
        (written(responses={404: {}}), ["createBoat", "404"]),
        (written(responses={200: ref("Gone", "responses")}), ["createBoat", "Gone"]),
        (written(parameters=[ref("Gone", "parameters")]), ["createBoat", "Gone"]),
        (written(tags=[]), ["createBoat", "tags"]),
        (lambda document: writing(document).pop("tags"), ["createBoat", "tags"]),
        (lambda document: writing(document).pop("responses"), ["createBoat", "responses"]),
        (lambda document: writing(document).pop("operationId"), ["POST /boats", "operationId"]),
        (lambda document: reading(document).update(responses={204: {}}), ["getBoats", "GET"]),
        (lambda document: schemas(document).pop("BoatResponse"), ["getBoats", "BoatResponse"]),
        (lambda document: schemas(document).pop("BoatRequest"), ["createBoat", "BoatRequest"]),
        (
            lambda document: document["paths"].update(
                {"/boats/{boat_gid}": {"get": operation("getBoat", "Boats", one="Gone")}}
            ),
            ["getBoat (", "Gone"],
        ),
        (
            lambda document: document["paths"].update(
                {"/boats/{gid}": {"get": operation("getBoat", "Boats", one="BoatResponse")}}
            ),
            ["getBoat (", "/boats/{gid}"],
        ),
        (boat_with(crew=ref("Gone")), ["'boat'", "BoatResponse", "Gone"]),
        (boat_with(crew={"type": "array"}), ["'boat'", "BoatResponse", "items"]),
        (boat_with(crew=None), ["'boat'", "BoatResponse", "None"]),
        (body_with("crew", {"type": "array"}), ["createBoat", "items"]),
        (
            lambda document: schemas(document).update(BoatRequest=ref("BoatRequest")),
            ["createBoat", "BoatRequest", "itself"],
        ),
        (
            lambda document: schemas(document).update(
                BoatResponse={"allOf": [ref("BoatResponse")]}
            ),
            ["'boat'", "BoatResponse", "itself"],
        ),
        (filter_by("crew", type="object"), ["getBoats", "'crew'", "[[parameters]]"]),
        (
            written(parameters=[{"name": "key", "in": "header", "schema": TEXT}]),
            ["createBoat", "'key'", "header"],
        ),
        *(
            (
                lambda document, verb=verb: document["paths"]["/boats"].update({verb: {}}),
                ["/boats", verb],
            )
            for verb in ("patch", "head", "options", "trace", "$ref")
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    change: Change, words: list[str], tmp_path: Path
) -> None:
    message = refusal(tmp_path, change)

    assert all(word in message for word in words), message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ('[[body_fields]]\nname = "name"\nkidn = "json"', ["[[body_fields]] name", "'kind'"]),
        ('[[body_fields]]\nname = "name"\nkind = "jsno"', ["createBoat", "jsno"]),
        ('[[fields]]\nnames = ["boat.name"]\nkind = "jsno"', ["'boat'", "jsno"]),
        ('[[feilds]]\nnames = ["boat.name"]', ["[[feilds]]", "'fields'"]),
        ('[fields]\nnames = "boat.name"', ["[[fields]]"]),
        ("[[fields", ["overrides.toml"]),
        ('[[resources]]\nname = "rafts"', ["'about'"]),
    ],
)
def test_a_misspelt_override_is_told(entry: str, words: list[str], tmp_path: Path) -> None:
    overrides = f'{OVERRIDES}\n{entry}\nreason = "a test"\n'

    message = refusal(tmp_path, lambda document: None, overrides)

    assert all(word in message for word in words), message


@pytest.mark.parametrize("text", ["", "{}", "[]", "boats", "a: [", "paths: 1", b"\xff\x00"])
def test_a_file_that_is_no_spec_is_told(text: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(ConfigurationError):
        read_spec(path)


def test_a_folder_is_no_spec(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_spec(tmp_path)


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    testing = pytest.importorskip("click.testing")

    result = testing.CliRunner().invoke(main, [str(tmp_path)])

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1


def test_modules_that_would_not_compile_are_not_written(tmp_path: Path) -> None:
    catalog = load()
    broken = tuple(
        replace(operation, method="import") if operation.id == "getTask" else operation
        for operation in catalog.operations
    )
    (tmp_path / "tasks.py").write_text("before", "utf-8")
    (tmp_path / "forgotten.py").write_text("before", "utf-8")

    with pytest.raises(ConfigurationError, match=r"tasks\.py .*def import"):
        write_modules(replace(catalog, operations=broken), tmp_path)

    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == {
        "tasks.py": "before",
        "forgotten.py": "before",
    }


@pytest.mark.parametrize(
    ("resource", "operation", "says"),
    [("rafts", "getBoats", r"\[\[lists\]\] rafts"), ("boats", "getRafts", r"\[\[lists\]\] boats")],
)
def test_an_unknown_list_is_told(resource: str, operation: str, says: str, tmp_path: Path) -> None:
    entry = (
        f'[[lists]]\nresource = "{resource}"\noperations = ["{operation}"]\nreason = "a test"\n'
    )

    with pytest.raises(click.ClickException, match=says):
        build(tmp_path, lambda document: None, OVERRIDES + entry)


def test_a_list_that_an_entry_adds_takes_the_arguments_of_both(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["paths"]["/harbours/{harbour_gid}/moored"] = {
            "get": operation("getMoored", "Boats", listed="BoatResponse")
            | {"parameters": [{"name": "harbour_gid", "in": "path", "schema": TEXT}]}
        }
        reading(document)["parameters"] = [{"name": "flag", "in": "query", "schema": TEXT}]

    entry = '[[lists]]\nresource = "boats"\noperations = ["getMoored"]\nreason = "a test"\n'

    catalog = build(tmp_path, change, OVERRIDES + entry)

    assert catalog.resource("boats").lists == ("getBoats", "getMoored")
    merged = methods_of(catalog, "boats")[0]
    assert merged.arguments == ("harbour", "flag")
    assert [parameter.excludes for parameter in merged.parameters] == [(), ("harbour",)]
