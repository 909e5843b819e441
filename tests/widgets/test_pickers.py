"""Pickers made and set by code, and used as references, with the sandbox."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets as ipw
import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import (
    AmbiguousReference,
    InvalidArgument,
    NotFound,
    UnknownReference,
)
from asana_frames.sandbox_server import serve
from asana_frames.widgets import (
    GoalPicker,
    PortfolioPicker,
    ProjectPicker,
    TagPicker,
    TaskPicker,
    TeamPicker,
    UserPicker,
    WorkspacePicker,
)
from asana_frames.widgets.background import LOCK
from tests.fixed_day import NOW
from tests.widgets import screen

SITE, CAMPAIGN = "Website relaunch", "Autumn campaign"
EVERY = [
    (WorkspacePicker, "Acme"),
    (TeamPicker, "Marketing"),
    (ProjectPicker, SITE),
    (PortfolioPicker, "Growth"),
    (GoalPicker, "Grow revenue by 30 %"),
    (UserPicker, "Zoe Ng"),
    (TagPicker, "blocked"),
]


@pytest.mark.parametrize("kind", [kind for kind, _ in EVERY])
def test_the_docstring_of_a_picker_documents_each_parameter(kind: type[Any]) -> None:
    text = inspect.getdoc(kind) or ""
    parameters, attributes = text.split("Parameters\n----------\n")[1].split("Attributes\n----")
    documented = [
        name
        for line in parameters.splitlines()
        if not line.startswith(" ")
        for name in line.split(", ")
        if name
    ]

    assert sorted(documented) == sorted(inspect.signature(kind).parameters)
    assert f"gid of the {kind.__name__.removesuffix('Picker').lower()};" in attributes
    assert "%(" not in text


@pytest.fixture
def projects(asana: af.Asana) -> pd.DataFrame:
    return asana.projects.list(workspace="Acme")


@pytest.fixture
def site(projects: pd.DataFrame) -> pd.Series[Any]:
    return projects[projects["name"] == SITE].iloc[0]


# Set by code.


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_picker_is_made_from_a_name(
    asana: af.Asana, kind: Callable[..., Any], name: str
) -> None:
    picker = kind(asana, name)
    at_once, row = repr(picker), picker.row

    picker.wait()

    assert repr(name) in at_once
    assert repr(picker) == at_once
    assert row["gid"] == picker.value == picker.row["gid"]
    assert picker.row["name"] == name


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_picker_picks_several(asana: af.Asana, kind: Callable[..., Any], name: str) -> None:
    picker = kind(asana, [name], multiple=True).wait()

    assert picker.value == picker.rows["gid"].tolist()
    assert picker.rows["name"].tolist() == [name]
    assert f"[{name!r}]" in repr(picker)


@pytest.mark.parametrize(("kind", "_"), EVERY[1:])
def test_a_picker_of_nothing_has_no_value(
    asana: af.Asana, kind: Callable[..., Any], _: str
) -> None:
    one, several = kind(asana).wait(), kind(asana, multiple=True).wait()

    assert (one.value, several.value) == (None, [])
    assert (one.row, several.row) == (None, None)
    assert (len(one.rows), len(several.rows)) == (0, 0)


@pytest.mark.parametrize(
    "form",
    [
        lambda row: row["gid"],
        lambda row: int(row["gid"]),
        lambda row: row["name"],
        lambda row: row["permalink_url"],
        lambda row: row,
        lambda row: row.to_dict(),
        lambda row: row.to_frame().T,
        lambda row: [row["gid"]],
    ],
)
@pytest.mark.parametrize("multiple", [False, True])
def test_any_reference_can_be_set(
    asana: af.Asana, site: pd.Series[Any], form: Callable[..., Any], multiple: bool
) -> None:
    picker = ProjectPicker(asana, multiple=multiple)

    picker.value = form(site)

    assert picker.value == ([site["gid"]] if multiple else site["gid"])
    assert picker.row["name"] == SITE


def test_another_picker_can_be_set(asana: af.Asana) -> None:
    first = ProjectPicker(asana, SITE)

    one, several = ProjectPicker(asana, first), ProjectPicker(asana, first, multiple=True)

    assert [one.value] == several.value == [first.value]


def test_unsetting_picks_nothing(asana: af.Asana) -> None:
    one = ProjectPicker(asana, SITE).wait()
    several = ProjectPicker(asana, [SITE], multiple=True).wait()

    one.value = several.value = None

    assert (one.value, several.value) == (None, [])
    assert screen.chips(one, "Project") == screen.chips(several, "Project") == []


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ("Websit relaunch", UnknownReference),
        ("Quarterly planning", AmbiguousReference),
        ("404404", NotFound),
        ("https://example.org/1/2", UnknownReference),
        ([SITE, CAMPAIGN], InvalidArgument),
        ([], InvalidArgument),
        (3.5, InvalidArgument),
        ("", UnknownReference),
    ],
)
def test_a_wrong_reference_is_refused_and_changes_nothing(
    asana: af.Asana, wrong: Any, error: type[Exception]
) -> None:
    picker = ProjectPicker(asana, SITE).wait()
    before = repr(picker)

    with pytest.raises(error):
        picker.value = wrong

    assert repr(picker) == before


def test_a_wrong_place_is_refused(asana: af.Asana) -> None:
    with pytest.raises(UnknownReference, match="Marketin"):
        ProjectPicker(asana, team="Marketin")
    with pytest.raises(InvalidArgument, match="team"):
        ProjectPicker(asana, team=pd.DataFrame({"gid": []}, dtype="str"))


def test_several_are_kept_in_the_order_in_which_they_are_given(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, [CAMPAIGN, SITE], multiple=True)
    heard = screen.choices(picker)

    at_once = list(picker.value)
    picker.wait()

    assert picker.value == at_once
    assert heard == []
    assert len(asana.projects.get(picker, fields=["name"])) == 2


# What is heard.


def test_one_choice_is_heard_once(asana: af.Asana) -> None:
    picker = ProjectPicker(asana).wait()
    heard = screen.choices(picker)

    screen.pick(picker, "Project", SITE)
    picker.wait()

    assert heard == [picker.value]


def test_one_value_that_is_set_is_heard_once(asana: af.Asana, site: pd.Series[Any]) -> None:
    picker = ProjectPicker(asana).wait()
    heard = screen.choices(picker)

    picker.value = SITE
    picker.value = site
    picker.wait()

    assert heard == [site["gid"]]


def test_refilling_and_typing_are_not_heard(asana: af.Asana) -> None:
    picker = UserPicker(asana, "Zoe Ng").wait()
    heard = screen.choices(picker)

    screen.press(picker, "Reload")
    picker.wait()
    screen.write(picker, "Person", "ben")
    screen.write(picker, "Person", "")

    assert heard == []
    assert picker.row["name"] == "Zoe Ng"


def test_an_observer_of_a_choice_may_wait_for_lists(asana: af.Asana) -> None:
    picker = ProjectPicker(asana).wait()
    found: list[Any] = []

    def look(_: Any) -> None:
        found.append(screen.options(picker.wait(5), "Section"))
        found.append(TagPicker(asana).wait(5).workspace)

    picker.observe(look, "value")

    screen.pick(picker, "Project", SITE)

    assert len(found[0]) > 1
    assert found[1] == picker.workspace


def test_one_picker_may_follow_another(asana: af.Asana) -> None:
    leader, follower = ProjectPicker(asana).wait(), ProjectPicker(asana).wait()
    leader.observe(lambda change: setattr(follower, "value", change["new"]), "value")

    screen.pick(leader, "Team", "Marketing")
    screen.pick(leader.wait(), "Project", SITE)
    screen.pick(leader, "Team", "Engineering")
    leader.wait()

    assert follower.value is None
    assert repr(leader).startswith("ProjectPicker(workspace='Acme', team='Engineering', project=N")


def test_a_picker_is_an_argument_of_interact(asana: af.Asana) -> None:
    seen: list[Any] = []
    picker = ProjectPicker(asana).wait()

    ipw.interactive(lambda project: seen.append(project), project=picker)
    screen.pick(picker, "Project", SITE)

    assert seen == [None, picker.value]


# Used as a reference.


def test_a_picker_stands_for_what_is_picked(asana: af.Asana) -> None:
    project, person = ProjectPicker(asana, SITE), UserPicker(asana, "me")
    team, tag = TeamPicker(asana, "Marketing"), TagPicker(asana, "blocked")
    sections = asana.sections.list_for_project(project)

    assert len(asana.tasks.list(project=project, limit=3)) == 3
    assert asana.users.get(person)["name"].tolist() == ["Zoe Ng"]
    assert set(asana.projects.list(team=team)["team_name"]) == {"Marketing"}
    assert asana.tags.get(tag)["name"].tolist() == ["blocked"]
    assert len(sections) == len(asana.sections.list_for_project(project.value)) > 0


def test_a_picker_of_several_stands_for_all_of_them(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, [SITE, CAMPAIGN], multiple=True)

    tasks = asana.tasks.list(project=picker)

    both = {gid for gids in tasks["project_gids"] for gid in gids}
    assert both == set(picker.value)


def test_a_picker_of_nothing_is_refused_as_a_reference(asana: af.Asana) -> None:
    picker = ProjectPicker(asana).wait()

    with pytest.raises(UnknownReference, match="No project is chosen in the ProjectPicker"):
        asana.tasks.list(project=picker)


def test_a_picker_stands_for_its_choice_on_the_level_that_is_asked_for(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, SITE, section="Done").wait()

    by_section = asana.tasks.list(section=picker, fields=["name"])
    by_project = asana.tasks.list(project=picker, fields=["name"])
    of_team = asana.projects.list(team=picker, fields=["name"])
    of_workspace = asana.projects.list(workspace=picker, fields=["name"])

    assert set(by_section["gid"]) == set(asana.tasks.list(section=picker.section)["gid"])
    assert 0 < len(by_section) < len(by_project)
    assert 0 < len(of_team) < len(of_workspace)


def test_a_body_takes_the_level_that_it_refers_to(own: af.Asana) -> None:
    picker = ProjectPicker(own, SITE)

    made = own.tasks.create(name="New", projects=picker, workspace=picker)
    renamed = own.projects.update(picker, name="Site")

    assert own.tasks.get(made, fields=["projects"])["projects_gids"][0] == (picker.value,)
    assert renamed["gid"].tolist() == [picker.value]


@pytest.mark.parametrize("multiple", [False, True])
def test_a_level_without_a_choice_is_refused_and_named(asana: af.Asana, multiple: bool) -> None:
    picker = ProjectPicker(asana, multiple=multiple).wait()

    with pytest.raises(UnknownReference, match="No project is chosen in the ProjectPicker"):
        asana.tasks.list(project=picker)
    with pytest.raises(UnknownReference, match="No team is chosen"):
        asana.projects.list(team=picker)


def test_a_level_that_a_picker_does_not_have_is_refused(asana: af.Asana) -> None:
    picker = TagPicker(asana, "blocked")

    with pytest.raises(InvalidArgument, match="gives a workspace or tag; got a request for"):
        asana.tasks.list(project=picker)


def test_a_section_is_picked_below_its_project(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, SITE).wait()
    name = screen.options(picker, "Section")[1]

    screen.pick(picker, "Section", name)

    assert asana.sections.get(picker.section)["name"].tolist() == [name]
    assert f"section={name!r}" in repr(picker)


def test_a_picker_of_several_has_no_sections(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, [SITE], multiple=True)

    assert picker.section is None
    assert "section" not in repr(picker)


def test_a_task_is_picked_by_its_gid(asana: af.Asana) -> None:
    task = asana.tasks.list(project=SITE, limit=1).iloc[0]

    picker = TaskPicker(asana, task).wait()

    assert picker.row["name"] == task["name"]
    assert asana.tasks.get(picker)["gid"].tolist() == [task["gid"]]


# A company of its own: what is archived, what is not paid for, what is closed.


@pytest.fixture
def own() -> Iterator[af.Asana]:
    """A sandbox that a test may write to."""
    with af.sandbox(now=NOW) as made:
        yield made


def test_archived_projects_are_offered_on_request(own: af.Asana) -> None:
    own.projects.update(CAMPAIGN, archived=True)
    picker = ProjectPicker(own).wait()

    before = screen.options(picker, "Project")
    screen.control(picker, "Archived too").value = True
    picker.wait()

    assert CAMPAIGN not in before
    assert CAMPAIGN in screen.options(picker, "Project")
    assert CAMPAIGN in screen.options(ProjectPicker(own, archived=True).wait(), "Project")


def test_archived_portfolios_are_offered_on_request(own: af.Asana) -> None:
    own.portfolios.update("Growth", archived=True)
    picker = PortfolioPicker(own).wait()

    before = screen.options(picker, "Portfolio")
    screen.control(picker, "Archived too").value = True
    picker.wait()

    assert "Growth" not in before
    assert "Growth" in screen.options(picker, "Portfolio")


def test_an_archived_project_set_by_code_ticks_the_box(own: af.Asana) -> None:
    own.projects.update(CAMPAIGN, archived=True)

    picker = ProjectPicker(own, CAMPAIGN).wait()

    assert screen.control(picker, "Archived too").value is True
    assert picker.row["name"] == CAMPAIGN


def test_a_plan_without_goals_is_shown_in_the_picker() -> None:
    with af.sandbox(plan="free", now=NOW) as poor:
        picker = GoalPicker(poor).wait()

    assert screen.alerts(picker) == ["Goals need a paid plan."]
    assert picker.value is None


def test_a_picker_outlives_its_connection(asana: af.Asana) -> None:
    with serve(now=NOW) as server:
        other = af.connect("sandbox", base_url=server.url)
        picker = ProjectPicker(other, SITE).wait()
        other.close()
    before = picker.value

    screen.press(picker, "Marketing")
    picker.wait()

    assert picker.value == before
    assert "Asana cannot be reached." in screen.said(picker)


def test_reading_the_row_waits_while_another_thread_replaces_the_list(asana: af.Asana) -> None:
    picker = ProjectPicker(asana, SITE).wait()
    choice, read = picker._choices["project"], []
    rows = choice.rows
    reader = threading.Thread(target=lambda: read.append(picker.row["name"]), daemon=True)

    with LOCK:
        choice.rows = rows.head(0)
        reader.start()
        reader.join(0.2)
        is_waiting = reader.is_alive()
        choice.rows = rows
    reader.join(10)

    assert is_waiting
    assert read == [SITE]


def test_no_thread_is_left_behind(asana: af.Asana) -> None:
    before = set(threading.enumerate())

    TaskPicker(asana).wait()
    ProjectPicker(asana, SITE).wait()

    def is_quiet() -> bool:
        left = set(threading.enumerate()) - before
        return not any(isinstance(thread, threading.Timer) for thread in left)

    screen.until(is_quiet, "every list read to its end")
