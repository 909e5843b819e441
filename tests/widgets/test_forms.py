"""Forms: a control per argument, and the line of code that does the same."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import asana_frames as af
from asana_frames.catalog import Operation, load, methods_of
from asana_frames.exceptions import InvalidArgument
from asana_frames.widgets.explorer.browser import Browser
from asana_frames.widgets.explorer.filters import Filter, make_filters
from asana_frames.widgets.explorer.forms import Form
from tests.recorder import Recorder
from tests.widgets import screen
from tests.widgets.company import Company, records

READS = [
    op
    for resource in load().resources
    for op in methods_of(load(), resource.name)
    if op.is_read and op.returns != "nothing"
]
EXAMPLES: dict[str, Any] = {"date": date(2026, 1, 31), "boolean": "yes", "integer": "5"}


@pytest.fixture
def company(recorder: Recorder) -> Iterator[Company]:
    made = Company(recorder)
    made.only_acme()
    yield made
    made.release()


def operation(name: str) -> Operation:
    return next(op for op in READS if op.name == name)


def form_of(asana: af.Asana, name: str) -> Form:
    return Form(asana, operation(name))


def settled(form: Form) -> Form:
    """Return the form once the names that it offers have arrived."""
    waited = 0
    # The list of workspaces subscribes to further lists before its wait ends.
    while waited < len(form._subscriptions):
        listing, _ = form._subscriptions[waited]
        assert listing.wait(60), f"list {waited} has not arrived"
        waited += 1
    return form


def example(found: Filter) -> Any:
    """Return something that can be filled in."""
    if found.parameter.enum:
        return found.parameter.enum[-1]
    return EXAMPLES.get(found.parameter.kind, f'a "{found.parameter.argument}"; é\\')


def called(code: str, method: Any) -> dict[str, Any]:
    """Return the arguments that a line of code calls a method with."""
    (line,) = ast.parse(code).body
    assert isinstance(line, ast.Assign)
    assert isinstance(line.value, ast.Call)
    given = [ast.literal_eval(value) for value in line.value.args]
    named = {word.arg: ast.literal_eval(word.value) for word in line.value.keywords}
    return inspect.signature(method).bind(*given, **named).arguments


@pytest.mark.parametrize("name", [op.name for op in READS])
def test_the_code_of_every_operation_is_a_call_of_it(recorded: af.Asana, name: str) -> None:
    form = form_of(recorded, name)
    method = getattr(recorded[form._operation.resource], form._operation.method)

    for found in form._filters:
        found.control.value = example(found)

    assert called(form.code, method) == form.collect_arguments()
    assert called(form.code, method).keys() == set(form.collect_arguments())


@pytest.mark.parametrize(
    "name", [op.name for op in READS if any(p.place == "path" for p in op.parameters)]
)
def test_the_code_with_only_the_last_argument_filled_in_says_which_it_is(
    recorded: af.Asana, name: str
) -> None:
    form = form_of(recorded, name)
    last = [found for found in form._filters if found.is_required][-1]

    last.control.value = example(last)

    method = getattr(recorded[form._operation.resource], form._operation.method)
    (line,) = ast.parse(form.code).body
    call: Any = line.value  # type: ignore[attr-defined]
    given = [ast.literal_eval(value) for value in call.args]
    words = {word.arg: ast.literal_eval(word.value) for word in call.keywords}
    assert (
        inspect.signature(method).bind_partial(*given, **words).arguments
        == form.collect_arguments()
    )


def test_what_is_needed_comes_first_and_has_a_star(asana: af.Asana) -> None:
    found = make_filters(operation("typeahead.search"), asana)

    assert [one.control.description for one in found[:2]] == ["workspace *", "resource type *"]
    assert [one.is_required for one in found] == sorted(
        (o.is_required for o in found), reverse=True
    )


def test_an_operation_without_references_reads_no_lists(
    company: Company, recorded: af.Asana
) -> None:
    form_of(recorded, "workspaces.list")

    assert company.asked == []


def test_a_name_is_not_taken_while_a_list_that_arrives_changes_the_box(
    recorded: af.Asana,
) -> None:
    form, held = Form(recorded, operation("tags.list")), []
    screen.control(form, "workspace").observe(
        lambda _: held.append(screen.is_lock_held()), "value"
    )

    screen.write(form, "workspace", "Acme")

    assert held == [True]


def test_the_only_workspace_is_filled_in_where_one_is_needed(
    company: Company, recorded: af.Asana
) -> None:
    form = settled(form_of(recorded, "typeahead.search"))

    assert screen.control(form, "workspace *").value == "Acme"
    assert 'asana.typeahead.search("Acme"' in form.code


def test_names_are_offered_and_any_other_can_be_typed(
    company: Company, recorded: af.Asana
) -> None:
    form = settled(form_of(recorded, "tasks.list"))

    project = screen.control(form, "project")
    project.value = "https://app.asana.com/0/1/list"

    assert project.options == ("Fair", "Site · Sales", "Site · Growth", "Leads")
    assert form.collect_arguments()["project"] == "https://app.asana.com/0/1/list"


def test_one_of_several_of_a_name_stands_for_its_gid(company: Company, recorded: af.Asana) -> None:
    form = settled(form_of(recorded, "sections.list_for_project"))

    screen.control(form, "project *").value = "Site · Growth"
    told = form.collect_arguments()["project"]
    screen.control(form, "project *").value = "Fair"

    assert told == "111"
    assert form.collect_arguments()["project"] == "Fair"


def test_a_comment_says_what_a_gid_in_the_code_is_called(
    company: Company, recorded: af.Asana
) -> None:
    form = settled(form_of(recorded, "sections.list"))

    screen.control(form, "project *").value = "Site · Growth"
    with_gid = form.code
    screen.control(form, "project *").value = "Fair"

    assert with_gid.endswith('(project="111", limit=100)  # project: Site · Growth')
    assert form.code == 'sections = asana.sections.list(project="Fair", limit=100)'


def test_no_name_ends_the_comment(company: Company, recorded: af.Asana) -> None:
    company.lists["/projects?workspace=1"] = records("1\nimport os\u2028x\u202e", first=131)
    form = settled(form_of(recorded, "sections.list"))
    browse(form, "project *")

    browser(form, "project *")._picker.wait().value = "131"

    assert form.code.isprintable()
    assert called(form.code, recorded.sections.list) == {"project": "131", "limit": 100}


def browser(form: Form, label: str) -> Browser:
    """Return the box of a reference with its picker."""
    found = next(one for one in form._filters if one.control.description == label)
    assert isinstance(found.view, Browser)
    return found.view


def browse(form: Form, label: str) -> Browser:
    """Unfold the picker of a reference."""
    found = browser(form, label)
    found._button.value = True
    return found


def test_a_picker_is_made_when_it_is_unfolded_and_fills_in_the_box(
    company: Company, recorded: af.Asana
) -> None:
    form = settled(form_of(recorded, "tasks.list"))
    assert browser(form, "project")._picker is None
    unfolded = browse(form, "project")

    unfolded._picker.wait().value = "102"
    by_gid = form.code
    unfolded._picker.value = "101"
    unfolded._button.value = False

    assert by_gid == 'tasks = asana.tasks.list(project="102", limit=100)  # project: Site'
    assert screen.control(form, "project").value == "Fair"
    assert form.code == 'tasks = asana.tasks.list(project="Fair", limit=100)'
    assert unfolded.children[-1].layout.display == "none"


def test_a_picker_of_several_fills_in_all_of_them(company: Company, recorded: af.Asana) -> None:
    form = settled(form_of(recorded, "tasks.search"))
    unfolded = browse(form, "projects any")

    unfolded._picker.wait().value = ["101", "111"]
    two = form.collect_arguments()["projects_any"]
    unfolded._picker.value = []

    assert two == ["Fair", "111"]
    assert "projects_any" not in form.collect_arguments()


def test_a_section_is_picked_below_its_project(company: Company, recorded: af.Asana) -> None:
    form = settled(form_of(recorded, "tasks.list"))
    unfolded = browse(form, "section")
    picker: Any = unfolded._picker.wait()

    picker.value = "101"
    picker.wait().section = "902"

    assert form.collect_arguments()["section"] == "902"


def test_names_are_those_of_the_workspace_that_is_filled_in(recorder: Recorder) -> None:
    company = Company(recorder)
    with af.connect("token", base_url=recorder.url) as asana:
        form = settled(form_of(asana, "tasks.list"))
        before = screen.control(form, "project").options
        screen.control(form, "workspace").value = "Zebra"
        settled(form)

        assert "Fair" in before
        assert screen.control(form, "project").options == ("Stripes",)
        assert company.count("/projects?workspace=1") == 1


def test_many_filters_are_narrowed_by_typing(company: Company, recorded: af.Asana) -> None:
    form = settled(form_of(recorded, "tasks.search"))

    screen.write(form, "Find filter", "due ON")
    shown = [one.control.description for one in form._filters if one.view.layout.display != "none"]

    assert shown == ["workspace *", "due on before", "due on after", "due on"]


def test_what_one_of_is_needed_stands_first_in_its_order(
    company: Company, recorded: af.Asana
) -> None:
    form = settled(form_of(recorded, "tasks.list"))

    boxes = [child.children[0].children[0] for child in form.children[1:3]]

    assert form.children[0].value == "One of these is needed *"
    assert [box.description for box in boxes] == ["project", "section"]


def test_a_name_that_was_cut_stands_for_its_gid(company: Company, recorded: af.Asana) -> None:
    company.lists["/projects?workspace=1"] = records("y" * 200, first=131)
    form = settled(form_of(recorded, "sections.list_for_project"))

    screen.control(form, "project *").value = screen.control(form, "project *").options[0]

    assert form.collect_arguments()["project"] == "131"


@pytest.mark.parametrize("name", ["2026", "me", "https://example.org", "a@b.cc", "(no name)"])
def test_a_name_that_would_be_read_as_something_else_stands_for_its_gid(
    company: Company, recorded: af.Asana, name: str
) -> None:
    company.lists["/projects?workspace=1"] = records(name, first=131)
    form = settled(form_of(recorded, "sections.list_for_project"))

    screen.control(form, "project *").value = screen.control(form, "project *").options[0]

    assert form.collect_arguments()["project"] == "131"


def test_several_are_typed_with_semicolons_and_a_name_may_have_one(
    company: Company, recorded: af.Asana
) -> None:
    company.lists["/time_periods?workspace=1"] = [
        {"gid": "451", "display_name": "Q1; short"},
        {"gid": "452", "display_name": "Q2"},
    ]
    form = settled(form_of(recorded, "goals.list"))
    box = screen.control(form, "time periods")

    box.value = " Q2 ; 451;"
    two = form.collect_arguments()["time_periods"]
    box.value = "Q1; short"

    assert two == ["Q2", "451"]
    assert form.collect_arguments()["time_periods"] == ["Q1; short"]


def test_a_form_that_is_left_gets_no_more_names(company: Company, recorded: af.Asana) -> None:
    late = company.hold("/projects?workspace=1")
    form = form_of(recorded, "tasks.list")
    screen.until(lambda: company.count("/projects?workspace=1"), "projects asked for")

    form.close()
    late.set()
    settled(form_of(recorded, "tasks.list"))

    assert screen.control(form, "project").options == ()


def test_a_form_and_a_picker_share_their_lists(company: Company, recorded: af.Asana) -> None:
    af.widgets.ProjectPicker(recorded).wait()

    settled(form_of(recorded, "tasks.list"))

    assert company.count("/projects?workspace=1") == 1


def test_a_list_of_names_that_fails_is_no_hindrance(company: Company, recorded: af.Asana) -> None:
    company.refused["/workspaces"] = 403

    form = settled(form_of(recorded, "tasks.list"))
    screen.control(form, "project").value = "101"

    assert '"101"' in form.code


@pytest.mark.parametrize("wrong", ["0", "-1", "many", "1.5", "²"])
def test_a_wrong_limit_is_shown_instead_of_the_code(asana: af.Asana, wrong: str) -> None:
    form = form_of(asana, "tags.list")

    screen.control(form, "limit").value = wrong

    assert form.code.startswith("# limit must be a whole number above 0")
    with pytest.raises(InvalidArgument, match="limit"):
        form.collect_arguments()


def test_without_a_limit_everything_is_read(asana: af.Asana) -> None:
    form = form_of(asana, "tags.list")

    screen.control(form, "limit").value = " "

    assert form.code == "tags = asana.tags.list()"


def test_fields_are_in_the_code_where_they_are_not_the_usual_ones(asana: af.Asana) -> None:
    form = form_of(asana, "tags.list")
    usual = form.code

    form.fill({"fields": ["name"]})

    assert "fields" not in usual
    assert form.code == 'tags = asana.tags.list(fields=["name"], limit=100)'


def test_no_fields_are_the_gid_alone(asana: af.Asana) -> None:
    form = form_of(asana, "tags.list")

    form.fill({"workspace": "Acme", "fields": []})

    assert "gid" in asana.tags.list(**form.collect_arguments()).columns


def test_filling_in_takes_what_the_method_takes(asana: af.Asana) -> None:
    form = form_of(asana, "tasks.search")

    form.fill(
        {
            "workspace": af.widgets.WorkspacePicker(asana, "Acme"),
            "projects_any": ["Website relaunch", "Autumn campaign"],
            "due_on_before": "2026-12-31",
            "completed": False,
            "limit": 7,
        }
    )

    assert form.collect_arguments() == {
        "workspace": asana.workspaces.list()["gid"][0],
        "projects_any": ["Website relaunch", "Autumn campaign"],
        "due_on_before": "2026-12-31",
        "completed": False,
        "limit": 7,
    }


@pytest.mark.parametrize(
    ("name", "label", "argument", "value", "words"),
    [
        ("tasks.search", "completed", "completed", "no", "completed takes one of: yes, no."),
        ("tasks.search", "sort by", "sort_by", "likes", "sort_by takes one of: due_date, "),
    ],
)
def test_a_text_that_is_not_one_of_the_options_is_told(
    asana: af.Asana, name: str, label: str, argument: str, value: str, words: str
) -> None:
    form = settled(form_of(asana, name))
    box = screen.control(form, label)

    box.value = "mayb"
    told = form.problem
    box.value = value

    assert told.startswith(words)
    assert form.collect_arguments()[argument] == (False if value == "no" else value)
    assert value in box.options


def test_what_is_not_a_list_takes_no_limit(asana: af.Asana) -> None:
    with pytest.raises(InvalidArgument, match=r"projects\.get has no argument 'limit'"):
        form_of(asana, "projects.get").fill({"limit": 5})


def test_filling_in_nothing_empties(asana: af.Asana) -> None:
    form = form_of(asana, "tasks.list")
    form.fill({"project": "Website relaunch", "limit": 5})

    form.fill({"project": None, "limit": None})

    assert form.collect_arguments() == {}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"projekt": "x"}, "has no argument 'projekt'"),
        ({"completed_since": object()}, "completed_since"),
        ({"limit": "many"}, None),
    ],
)
def test_filling_in_what_is_no_argument_is_refused(
    asana: af.Asana, arguments: dict[str, Any], told: str | None
) -> None:
    form = form_of(asana, "tasks.list")

    if told is None:
        form.fill(arguments)
        assert form.code.startswith("# limit")
    else:
        with pytest.raises(InvalidArgument, match=told):
            form.fill(arguments)
