"""What the catalog says holds together."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

import asana_frames as af
from asana_frames.catalog import load

CATALOG = load()


def test_methods_of_a_resource_have_names_of_their_own() -> None:
    for resource in CATALOG.resources:
        methods = [operation.method for operation in CATALOG.operations_of(resource.name)]
        assert len(methods) == len(set(methods)), resource.name
        assert all(name.isidentifier() for name in methods)


def test_every_reference_points_to_a_known_record() -> None:
    known = {record.name for record in CATALOG.records}
    for record in CATALOG.records:
        for field in record.fields:
            assert field.record in known or not field.record
            assert bool(field.record) == (field.kind in ("ref", "refs"))
    for operation in CATALOG.operations:
        assert operation.record in known or operation.returns == "nothing"


def test_combinations_consist_of_arguments_of_the_operation() -> None:
    for operation in CATALOG.operations:
        arguments = {p.argument for p in operation.parameters} | {f.name for f in operation.body}
        given = {name for names in operation.one_of for name in names}
        for parameter in operation.parameters:
            given |= {*parameter.needs, *parameter.excludes}
        assert given <= arguments, operation.name


def test_leaked_defaults_and_pseudo_fields_are_gone() -> None:
    search = CATALOG.operation("searchTasksForWorkspace")
    defaults = {parameter.name: parameter.default for parameter in search.parameters}

    assert defaults["resource_subtype"] is None
    assert defaults["sort_by"] == "modified_at"
    for record in CATALOG.records:
        assert not {"offset", "path", "uri"} & {field.path for field in record.fields}


def test_dates_that_the_spec_forgets_are_dates() -> None:
    for record, path in (("goal", "due_on"), ("goal", "start_on"), ("time_period", "end_on")):
        assert CATALOG.record(record).field(path).kind == "date"
    for record in CATALOG.records:
        for field in record.fields:
            last = field.path.rpartition(".")[2]
            if last.endswith("_on") and not last.startswith("relative"):
                assert field.kind == "date", (record.name, field.path)
            if last.endswith("_at"):
                assert field.kind == "datetime", (record.name, field.path)


def test_what_is_newer_than_the_spec_is_there() -> None:
    assert CATALOG.operation("rollupTask").returns == "job"
    assert CATALOG.operation("getAiStudioRuns").paging == "pages"
    stories = {p.name for p in CATALOG.operation("getStoriesForTask").parameters}
    assert {"resource_subtype", "created_after", "sort_ascending"} <= stories


@pytest.mark.parametrize("section", ["operations", "fields", "parameters", "new_operations"])
def test_every_override_names_what_the_catalog_has(section: str) -> None:
    text = files("asana_frames.catalog").joinpath("overrides.toml").read_text("utf-8")
    operations = {operation.id for operation in CATALOG.operations}
    parameters = {p.name for operation in CATALOG.operations for p in operation.parameters}
    fields = {f"{record.name}.{f.path}" for record in CATALOG.records for f in record.fields}
    known = {"operations": operations, "fields": fields, "parameters": parameters}
    key = {"operations": "id", "fields": "names", "parameters": "name"}.get(section, "id")

    for entry in tomllib.loads(text)[section]:
        names = entry[key] if isinstance(entry[key], list) else [entry[key]]
        assert set(names) <= known.get(section, operations), entry
        assert entry["reason"]


def test_an_unknown_resource_suggests_the_nearest() -> None:
    with pytest.raises(af.InvalidArgument, match="Did you mean 'tasks'"):
        CATALOG.resource("task")


def has_operation_list(resource: str) -> bool:
    return any(operation.method == "list" for operation in CATALOG.operations_of(resource))


def test_info_describes_every_resource() -> None:
    asana = af.connect("token")

    overview = asana.info()

    assert len(overview) == 49
    # Beside the operations, ``list`` of those resources that have only lists by a parent's name.
    lists = [r for r in CATALOG.resources if r.lists and not has_operation_list(r.name)]
    assert len(lists) == 12
    assert overview["methods"].map(len).sum() == 251 + len(lists)
    for resource in CATALOG.resources:
        columns = asana[resource.name].info()
        assert list(columns.columns) == [
            "group",
            "column",
            "default",
            "dtype",
            "path",
            "values",
        ]
        assert len(columns) > 0
