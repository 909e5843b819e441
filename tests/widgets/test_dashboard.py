"""Dashboards: charts of what is picked, of nothing else, and words where there are none."""

from __future__ import annotations

import re
import threading
from datetime import date
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.exceptions import ConnectionFailed, Forbidden
from asana_frames.rollups.shared.key_figures import KeyFigure, build_key_figures
from asana_frames.sandbox_server import Server, serve
from asana_frames.widgets import Dashboard
from asana_frames.widgets.dashboard.page import describe_tiles, format_tiles
from asana_frames.widgets.dashboard.subjects import (
    GOAL_CHARTS,
    PROJECT_CHARTS,
    Goal,
    Period,
    Project,
)
from tests.fixed_day import NOW
from tests.widgets import screen

PIXEL = "data:image/png;base64,"


def shown(board: Dashboard) -> dict[str, str]:
    """Return chart -> its HTML."""
    return {name: place.value for name, place in board._chart_boxes.items()}


def tiles(board: Dashboard) -> dict[str, str]:
    """Return label -> number of the tiles."""
    found = re.findall(r"<span>([^<]*)</span> <b>([^<]*)</b>", board._tiles.value)
    return dict(found)


def alternatives(board: Dashboard) -> list[str]:
    """Return the words of the pictures that are shown."""
    return re.findall(r'<img alt="([^"]*)"', "".join(shown(board).values()))


def test_the_charts_of_a_project_are_pictures_with_words(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Website relaunch").wait()

    assert repr(board) == "Dashboard(project='Website relaunch')"
    assert list(shown(board)) == list(PROJECT_CHARTS)
    assert all(PIXEL in html for html in shown(board).values())
    assert len(alternatives(board)) == len(PROJECT_CHARTS)
    assert re.fullmatch(
        r"Website relaunch: scope and done, .*[^.]\. \d+ of \d+ done, \d+ open\.",
        alternatives(board)[0],
    )


def test_the_tiles_are_the_summary_of_the_project_in_the_period(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Website relaunch")
    days = {"start": "2026-10-01", "end": "2026-10-31", "now": NOW}
    summary = af.rollups.project_summary(tasks, **days).set_index("figure")

    board = Dashboard(
        asana, value="Website relaunch", period=("2026-10-01", "2026-10-31"), charts={}, now=NOW
    ).wait()

    assert tiles(board)["Done in period"] == f"{summary.loc['done', 'value']:.0f}"
    # The period is over: what is so at its end is not what is so today.
    on = "on 31 Oct"
    assert tiles(board)[f"Overdue {on}"] == f"{summary.loc['overdue', 'value']:.0f}"
    assert list(tiles(board)) == [
        *(f"Open {on}", "Done in period", f"Overdue {on}", "Hours in period", f"Progress {on}")
    ]
    assert "<h4>Most overdue on 2 Nov</h4>" in board._list.value
    assert f"\nOpen {on}: " in board._render_saved().text


def test_a_period_until_today_needs_no_other_day(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Mobile app", period="Last 90 days", charts={}, now=NOW).wait()

    assert next(iter(tiles(board))) == "Open tasks"
    assert "<h4>Most overdue</h4>" in board._list.value


def test_figures_of_goals_are_those_of_today_whatever_the_period(asana: af.Asana) -> None:
    days = ("2026-07-01", "2026-09-30")
    board = Dashboard(asana, "goal", "Relaunch the website", period=days, charts={}, now=NOW)

    assert "Progress on 2 Nov" in tiles(board.wait())
    assert "<h4>Furthest behind on 2 Nov</h4>" in board._list.value


def test_the_period_and_the_comparison_are_heeded(asana: af.Asana) -> None:
    seen: list[Any] = []

    def note(project: Project, ax: Any) -> None:
        seen.append((project.period, len(project.throughput)))

    board = Dashboard(asana, value="Mobile app", charts={"Which": note}, now=NOW).wait()
    before = board._tiles.value
    board.period.value = ("2026-09-07", "2026-09-20")
    board.wait()
    board.compare.value = "nothing"
    board.wait()

    assert [(str(period.start), str(period.end), count) for period, count in seen[1:]] == [
        ("2026-09-07", "2026-09-20", 14)
    ] * 2
    assert [period.compare for period, _ in seen] == ["previous", "previous", None]
    assert " from " in before
    assert " from " not in board._tiles.value
    assert "7 to 20 Sep 2026; as of" in board._heading.value


def test_another_period_reads_nothing_anew(server: Server) -> None:
    with af.connect("sandbox", base_url=server.url) as asana:
        board = Dashboard(asana, value="Mobile app", now=NOW).wait()
        before = asana.http.total.requests
        board.period.value = "Last year"
        board.wait()

        assert asana.http.total.requests == before


def test_the_list_names_the_most_overdue_tasks_and_links_them(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Website relaunch", charts={}, now=NOW).wait()
    tasks = asana.tasks.list(project="Website relaunch")
    late = af.rollups.aging(tasks, now=NOW).sort_values("days_overdue", ascending=False)

    assert late["task_name"].iloc[0] in board._list.value
    assert f"{late['days_overdue'].iloc[0]} days late" in board._list.value
    assert 'href="https://app.asana.com/' in board._list.value


def test_what_is_shown_is_dimmed_and_kept_until_the_new_page_is_drawn(asana: af.Asana) -> None:
    going_on = threading.Event()
    going_on.set()

    def slow(project: Project, ax: Any) -> None:
        assert going_on.wait(60)
        ax.set_title(project.gid)

    charts = {"Tasks": count, "Slow": slow}
    board = Dashboard(asana, value="Website relaunch", charts=charts).wait()
    before = shown(board)
    going_on.clear()
    board.picker.value = "Mobile app"

    assert shown(board) == before
    assert "af-dimmed" in board._screen._dom_classes
    assert "Drawing Mobile app ..." in board._status.value
    going_on.set()
    board.wait()
    assert not set(shown(board).values()) & set(before.values())
    assert "af-dimmed" not in board._screen._dom_classes
    assert board._status.value == ""


def test_at_first_each_chart_is_shown_when_it_is_drawn(asana: af.Asana) -> None:
    begun, going_on = threading.Event(), threading.Event()

    def slow(project: Project, ax: Any) -> None:
        begun.set()
        assert going_on.wait(60)

    charts = {"Tasks": count, "Slow": slow}
    board = Dashboard(asana, value="Mobile app", charts=charts)
    assert begun.wait(60)
    first = shown(board)
    going_on.set()
    board.wait()

    assert PIXEL in first["Tasks"]
    assert "Slow ..." in first["Slow"]
    assert PIXEL in shown(board)["Slow"]


def test_the_charts_of_a_goal_are_about_it_and_the_goals_below_it(asana: af.Asana) -> None:
    board = Dashboard(asana, "goal", "Grow revenue by 30 %").wait()

    assert list(shown(board)) == list(GOAL_CHARTS)
    assert all(PIXEL in html for html in shown(board).values())
    assert tiles(board)["Open goals"] == "4"
    assert tiles(board)["Progress"].endswith("%")


def test_a_goal_reads_what_supports_it_at_any_depth(asana: af.Asana) -> None:
    goals = asana.goals.list(workspace="Acme")
    gid = goals.loc[goals["name"] == "Become the tool teams love", "gid"].item()
    top = Goal(asana, gid, Period(date(2026, 10, 1), date(2026, 10, 31)))

    assert top.goals["gid"].is_unique
    assert {"Grow revenue by 30 %", "Win 40 partners"} <= set(top.goals["name"])
    assert "Learn from every incident" not in set(top.goals["name"])
    assert top.goals["gid"].iloc[0] == top.gid


def test_nothing_picked_says_what_to_do(asana: af.Asana) -> None:
    board = Dashboard(asana).wait()

    assert board.value is None
    assert "Choose a project" in board._status.value
    assert board._screen.layout.display == "none"


def test_another_choice_draws_anew_and_tells_observers(asana: af.Asana) -> None:
    def titled(project: Project, ax: Any) -> None:
        ax.set_title(project.gid)

    board = Dashboard(asana, value="Website relaunch", charts={"Which": titled}).wait()
    before, told = alternatives(board), []
    board.observe(lambda change: told.append(change["new"]), "value")

    board.picker.value = "Mobile app"
    board.wait()

    assert alternatives(board) == told == [board.picker.value] != before
    assert repr(board) == "Dashboard(project='Mobile app')"


def test_code_can_set_the_subject(asana: af.Asana) -> None:
    board = Dashboard(asana, charts={"Tasks": count}).wait()

    board.value = "Mobile app"
    board.wait()

    assert board.value == board.picker.value
    assert repr(board) == "Dashboard(project='Mobile app')"
    assert PIXEL in shown(board)["Tasks"]
    with pytest.raises(af.UnknownReference):
        board.value = "Mobil app"
    assert board.value == board.picker.value


def test_a_row_or_a_frame_sets_the_subject(asana: af.Asana) -> None:
    projects = asana.projects.list(workspace="Acme").set_index("name", drop=False)
    board = Dashboard(asana, charts={})

    board.value = projects.loc["Mobile app"]
    first = repr(board)
    board.value = projects.loc[["Website relaunch"]]

    assert first == "Dashboard(project='Mobile app')"
    assert repr(board) == "Dashboard(project='Website relaunch')"


def test_what_it_is_compared_with_is_a_box_that_takes_letters(asana: af.Asana) -> None:
    board = Dashboard(asana, charts={}, compare="last_year")
    first = screen.control(board, "Compare with").placeholder

    screen.write(board, "Compare with", "nothing")
    second = board.compare.value
    board.compare.value = "previous"

    assert (first, second) == ("The same days a year before", "nothing")
    assert screen.control(board, "Compare with").placeholder == "The period before"
    with pytest.raises(af.InvalidArgument, match="'previous', 'last_year'"):
        board.compare.value = "before"


def test_without_a_network_it_says_what_to_do(asana: af.Asana) -> None:
    def broken(_: Project, ax: Any) -> None:
        raise ConnectionFailed("no route")

    board = Dashboard(asana, value="Mobile app", charts={"Tasks": broken}).wait()

    said = "Asana cannot be reached. (no route) Press Reload."
    assert said in shown(board)["Tasks"]
    assert "ConnectionFailed" not in shown(board)["Tasks"]


def test_the_change_of_a_tile_is_that_of_the_numbers_it_shows() -> None:
    def note(value: float, previous: float, unit: str) -> str:
        row = {"figure": "x", "unit": unit, "value": value, "target": None, "is_better": None}
        row |= {"previous": previous, "difference": value - previous}
        told = describe_tiles(pd.DataFrame([row]))
        return told.partition(", ")[2]

    assert note(0.564, 0.546, "share") == "▲ 1 point from 55 %"
    assert note(0.5, 0.6, "share") == "▼ 10 points from 60 %"
    assert note(12.04, 11.96, "hours") == "as before"
    assert note(2.06, 1.94, "hours") == "▲ 0.12 from 1.94"
    assert note(1200.0, 1100.0, "tasks") == "▲ 100 from 1,100"


def test_a_share_that_is_not_quite_all_is_not_shown_as_all() -> None:
    figures = [KeyFigure("progress", "share", 0.998), KeyFigure("expected", "share", 0.99999)]

    told = describe_tiles(build_key_figures(figures))

    assert told == "Progress: 99.8 %\nExpected by then: >99.9 %"


def test_a_change_too_small_for_the_numbers_shown_has_no_size() -> None:
    figure = KeyFigure("progress", "share", 0.9999, previous=0.9990)

    told = describe_tiles(build_key_figures([figure]))

    assert told == "Progress: >99.9 %, ▲ from 99.9 %"


def test_a_number_below_the_least_one_shown_is_escaped() -> None:
    figure = KeyFigure("hours", "hours", 0.004)

    assert "<b>&lt;0.01</b>" in format_tiles(build_key_figures([figure]))


@pytest.mark.parametrize(("value", "look"), [(0.7, "af-quiet"), (0.699, "af-bad")])
def test_exactly_the_tolerated_lag_is_not_behind(value: float, look: str) -> None:
    # 0.8 - 0.1 is a little more than 0.7 in floating point.
    figure = KeyFigure("progress", "share", value, target=0.8)

    assert f'<span class="{look}">80' in format_tiles(build_key_figures([figure]))


def test_a_drawing_that_is_abandoned_is_not_shown(asana: af.Asana) -> None:
    begun, going_on, ended = threading.Event(), threading.Event(), threading.Event()

    class Slow(Project):
        @property
        def summary(self) -> pd.DataFrame:
            begun.set()
            assert going_on.wait(60)
            return super().summary

        def forget_failures(self) -> None:
            ended.set()

    board = Dashboard(asana, value="Website relaunch", charts={}, now=NOW).wait()
    board._make_subject = Slow
    board.picker.value = "Mobile app"
    assert begun.wait(60)
    board.picker.value = None
    going_on.set()

    assert ended.wait(60)
    assert board._shown is None
    assert board._make_bundle()["text/plain"] == repr(board) == "Dashboard(project=None)"


def test_key_figures_that_fail_leave_no_text_of_the_project_before(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Website relaunch", charts={}, now=NOW).wait()

    class Failing(Project):
        @property
        def summary(self) -> pd.DataFrame:
            raise ConnectionFailed("no route")

    board._make_subject = Failing
    board.picker.value = "Mobile app"
    board.wait()

    assert board._make_bundle()["text/plain"] == "Dashboard(project='Mobile app')"
    assert "Key figures" in board._tiles.value


def test_an_error_beside_the_charts_ends_the_drawing_and_is_told(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Website relaunch", charts={}, now=NOW).wait()

    board._find_subject = fail  # type: ignore[method-assign]
    board.picker.value = "Mobile app"
    board.wait(10)

    assert "IndexError: &lt;gone&gt;" in board._status.value
    assert 'role="alert"' in board._status.value
    assert "af-dimmed" not in board._screen._dom_classes


def fail(*_: Any) -> Any:
    raise IndexError("<gone>")


def test_a_first_drawing_that_fails_leaves_no_places_of_charts(asana: af.Asana) -> None:
    board = Dashboard(asana, charts={"Tasks": count})
    board._find_subject = fail  # type: ignore[method-assign]

    board.value = "Mobile app"
    board.wait()

    assert board._screen.layout.display == "none"
    assert "IndexError: &lt;gone&gt;" in board._render_saved().html


def test_a_drawing_that_fails_hides_the_charts_of_another_project(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Website relaunch", charts={"Tasks": count}).wait()
    find_subject = board._find_subject
    board._find_subject = fail  # type: ignore[method-assign]

    board.period.value = "This year"
    board.wait()
    is_same_shown = board._screen.layout.display is None
    board.picker.value = "Mobile app"
    board.wait()
    is_other_shown = board._screen.layout.display is None
    saved = board._render_saved()
    board._find_subject = find_subject  # type: ignore[method-assign]
    board.period.value = "Last year"
    board.wait()

    assert (is_same_shown, is_other_shown) == (True, False)
    assert saved.text == "Dashboard(project='Mobile app')"
    assert "IndexError" in saved.html
    assert PIXEL not in saved.html
    assert board._screen.layout.display is None
    assert PIXEL in shown(board)["Tasks"]


def test_a_saved_page_is_updated_when_a_drawing_fails(asana: af.Asana) -> None:
    board = Dashboard(asana, charts={}).wait()
    pages = board._saved_handles = [Handle()]
    board._find_subject = fail  # type: ignore[method-assign]

    board.value = "Mobile app"
    board.wait()

    assert "IndexError: &lt;gone&gt;" in pages[0].html


class Handle:
    """The place of a saved page in a notebook."""

    def __init__(self) -> None:
        self.html = self.text = ""

    def update(self, bundle: dict[str, str], raw: bool) -> None:
        self.html, self.text = bundle["text/html"], bundle["text/plain"]


def test_the_title_of_a_saved_page_is_that_of_a_list_that_arrives_after_it(
    own: af.Asana,
) -> None:
    team = own.teams.list(workspace="Acme")["gid"][0]
    gid, _ = (own.projects.create(name="Twin", team=team)["gid"].iloc[0] for _ in range(2))
    is_drawn, request = threading.Event(), own.http.request

    def hold_list(method: str, path: str, *args: Any, **options: Any) -> Any:
        if path == "/projects":
            assert is_drawn.wait(60)
        return request(method, path, *args, **options)

    own.http.request = hold_list  # type: ignore[method-assign]
    board = Dashboard(own, value=gid, charts={})
    pages = board._saved_handles = [Handle()]
    board._wait_for_drawing(60)
    first = pages[0].text
    is_drawn.set()
    screen.until(lambda: pages[0].text != first, "the page updated")

    assert first.startswith("Twin\nOpen tasks: ")
    assert pages[0].text.startswith(f"Twin · {gid}\nOpen tasks: ")


def test_a_long_name_is_cut_while_its_charts_are_drawn(own: af.Asana) -> None:
    team = own.teams.list(workspace="Acme")["gid"][0]
    gid = own.projects.create(name="long " * 40, team=team)["gid"].iloc[0]
    board = Dashboard(own, charts={}).wait()
    texts: list[str] = []
    board._status.observe(lambda change: texts.append(change["new"]), "value")

    board.value = gid
    board.wait()

    assert "… ..." in texts[0]
    assert "long " * 20 not in texts[0]


def test_a_tile_says_why_there_is_nothing_before_if_that_is_asked_for(asana: af.Asana) -> None:
    board = Dashboard(asana, "goal", "Grow revenue by 30 %", charts={}).wait()
    compared = board._render_saved().text
    board.compare.value = None

    assert " expected, no earlier value in Asana\n" in compared
    assert "no earlier value" not in board.wait()._render_saved().text


def test_the_boxes_of_a_goal_and_of_the_days_shown_have_names_of_their_own(
    asana: af.Asana,
) -> None:
    board = Dashboard(asana, "goal")

    for label in ("Time period", "Days shown"):
        assert screen.is_shown(board, label)


def count(project: Project, ax: Any) -> None:
    ax.bar(["tasks"], [len(project.tasks)])


def test_a_chart_without_a_title_has_that_of_its_place(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Mobile app", charts={"How many <b>tasks</b>": count}).wait()

    assert alternatives(board) == ["How many &lt;b&gt;tasks&lt;/b&gt;"]


def test_what_is_refused_is_shown_in_the_place_of_its_chart() -> None:
    with (
        serve(plan="starter", now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        board = Dashboard(asana, value="Website relaunch").wait()

    charts = shown(board)
    assert "This needs a paid plan." in charts["Hours by person"]
    assert 'role="alert"' in charts["Hours by person"]
    assert PIXEL in charts["Scope and done"]
    assert "Hours in period" not in tiles(board)
    assert "Overdue" in tiles(board)


def test_an_object_that_cannot_be_read_is_told_once() -> None:
    with (
        serve(now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        board = Dashboard(asana, value="Website relaunch", charts={"Tasks": count}).wait()
        handle = server.application.handle
        server.application.handle = lambda method, target, *_: handle(  # type: ignore[method-assign]
            method, target, {}
        )
        board._subjects.clear()
        board.period.value = "This year"
        board.wait()

    assert "Website relaunch cannot be shown" in board._heading.value
    assert "Asana does not accept your token" in board._heading.value
    assert [place.value for place in board._places[1:]] == ["", "", ""]
    assert "af-dimmed" not in board._screen._dom_classes


def test_a_chart_that_fails_does_not_take_the_others_with_it(asana: af.Asana) -> None:
    def broken(_: Project, ax: Any) -> None:
        raise RuntimeError("<i>no</i>")

    board = Dashboard(asana, value="Mobile app", charts={"Broken": broken, "Tasks": count}).wait()

    assert "RuntimeError: &lt;i&gt;no&lt;/i&gt;" in shown(board)["Broken"]
    assert PIXEL in shown(board)["Tasks"]


def test_what_is_no_longer_picked_is_not_drawn(asana: af.Asana) -> None:
    begun, going_on, drawn = threading.Event(), threading.Event(), []

    def slow(project: Project, ax: Any) -> None:
        drawn.append(project.gid)
        begun.set()
        going_on.wait(60)

    def after(project: Project, ax: Any) -> None:
        drawn.append(f"after {project.gid}")

    board = Dashboard(asana, value="Mobile app", charts={"Slow": slow, "After": after})
    first = board.value
    assert begun.wait(60)
    board.picker.value = "Website relaunch"
    second = board.value
    going_on.set()
    board.wait()

    assert f"after {first}" not in drawn
    assert drawn[-1] == f"after {second}"


def test_a_choice_that_comes_back_within_a_minute_reads_nothing_anew(server: Server) -> None:
    with af.connect("sandbox", base_url=server.url) as asana:
        board = Dashboard(asana, value="Mobile app", charts={"Tasks": count}).wait()
        mobile = board.value
        board.picker.value = "Website relaunch"
        board.wait()
        before = asana.http.total.requests
        board.picker.value = mobile
        board.wait()

        # The sections and projects are known, so it takes what the picker asks of the project.
        assert asana.http.total.requests - before <= 1
        assert PIXEL in shown(board)["Tasks"]


def test_others_draw_while_something_is_read(asana: af.Asana) -> None:
    begun, going_on = threading.Event(), threading.Event()
    listed = asana.status_updates.list

    def slow(project: Project, ax: Any) -> None:
        def read(**arguments: Any) -> Any:
            begun.set()
            assert going_on.wait(60)
            return listed(**arguments)

        project._asana.status_updates.list = read
        ax.set_title(str(len(project.statuses)))

    first = Dashboard(asana, value="Mobile app", charts={"Slow": slow})
    assert begun.wait(60)
    second = Dashboard(asana, value="Website relaunch", charts={"Tasks": count}).wait()
    before = shown(first)["Slow"]
    going_on.set()
    first.wait()

    assert PIXEL in shown(second)["Tasks"]
    assert PIXEL not in before
    assert PIXEL in shown(first)["Slow"]


def test_reload_reads_and_draws_anew(own: af.Asana) -> None:
    board = Dashboard(own, value="Mobile app", charts={"Tasks": count}).wait()
    own.tasks.create(name="One more", projects=[board.value])

    before = tiles(board)["Open tasks"]
    screen.press(board.picker, "Reload")
    board.wait()

    assert int(tiles(board)["Open tasks"]) == int(before) + 1
    assert PIXEL in shown(board)["Tasks"]


def test_waiting_from_within_an_observer_is_no_standstill(asana: af.Asana) -> None:
    board = Dashboard(asana, charts={"Tasks": count}).wait()
    told: list[bool] = []

    def show(change: Any) -> None:
        board.value = change["new"]
        board.wait(30)
        told.append(PIXEL in shown(board)["Tasks"])

    picker = af.widgets.ProjectPicker(asana, "Website relaunch").wait()
    picker.observe(show, "value")
    picker.value = "Mobile app"

    assert told == [True]


def test_what_is_refused_is_requested_once_in_all_periods() -> None:
    with (
        serve(plan="starter", now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        asked: list[str] = []
        handle = server.application.handle

        def recording(method: str, target: str, *rest: Any) -> Any:
            asked.append(target)
            return handle(method, target, *rest)

        server.application.handle = recording  # type: ignore[method-assign]
        charts = {"One": hours, "Two": hours}
        board = Dashboard(asana, value="Mobile app", charts=charts).wait()

        board.period.value = (date(2026, 9, 1), date(2026, 9, 30))
        board.wait()

    assert "This needs a paid plan." in shown(board)["One"]
    assert "Not shown, for the reason in “One”." in shown(board)["Two"]
    assert sum("time_tracking_entries" in target for target in asked) == 1
    assert len(asked) == len(set(asked))


def hours(project: Project, ax: Any) -> None:
    ax.set_title(str(len(project.entries)))


def test_tasks_and_hours_are_read_at_the_same_time(asana: af.Asana) -> None:
    both, first_pages = threading.Barrier(2), {"/tasks", "/time_tracking_entries"}
    request = asana.http.request

    def met(method: str, path: str, *args: Any, **options: Any) -> Any:
        if path in first_pages:
            first_pages.remove(path)
            both.wait(60)
        return request(method, path, *args, **options)

    asana.http.request = met  # type: ignore[method-assign]
    board = Dashboard(asana, value="Autumn campaign", charts={"Hours": hours}).wait()

    assert PIXEL in shown(board)["Hours"]
    assert "Hours" in "".join(tiles(board))


def test_frames_that_threads_ask_for_at_once_are_read_once(asana: af.Asana) -> None:
    project = Project(asana, "Mobile app", Period(date(2026, 10, 1), date(2026, 10, 31)))
    read = []
    listed = asana.tasks.list

    def slow(**arguments: Any) -> Any:
        read.append(arguments)
        begun.set()
        going_on.wait(60)
        return listed(**arguments)

    begun, going_on = threading.Event(), threading.Event()
    project._asana.tasks.list = slow  # type: ignore[method-assign]
    project.read_ahead()
    assert begun.wait(60)
    threading.Timer(0.1, going_on.set).start()

    assert len(project.tasks) > 100
    assert len(read) == 1


def test_another_period_shares_what_is_still_being_read(asana: af.Asana) -> None:
    october = Project(asana, "Mobile app", Period(date(2026, 10, 1), date(2026, 10, 31)))
    november = october.in_period(Period(date(2026, 11, 1), date(2026, 11, 2)))

    assert october.tasks is november.tasks
    assert len(october.throughput) != len(november.throughput)


def test_what_failed_is_read_again_unless_it_was_refused(asana: af.Asana) -> None:
    project = Project(asana, "Mobile app", Period(date(2026, 10, 1), date(2026, 10, 31)))
    errors: dict[str, Exception] = {"tasks": ConnectionFailed("down"), "row": Forbidden("no")}
    for name, error in errors.items():
        project._results[name] = error
    with pytest.raises(ConnectionFailed):
        _ = project.tasks

    project.forget_failures()

    assert len(project.tasks) > 100
    assert project._results["row"] is errors["row"]


def test_an_error_that_another_drawing_forgets_meanwhile_is_still_that_error(
    asana: af.Asana,
) -> None:
    project = Project(asana, "Mobile app", Period(date(2026, 10, 1), date(2026, 10, 31)))

    class Forgetting(dict[str, Any]):
        """Results of which another thread forgets the errors after each look at them."""

        def __contains__(self, name: object) -> bool:
            found = super().__contains__(name)
            project.forget_failures()
            return found

    project._results = Forgetting(tasks=ConnectionFailed("down"))

    with pytest.raises(ConnectionFailed):
        _ = project.tasks


def test_a_read_that_fails_after_its_drawing_is_made_again_by_the_next(asana: af.Asana) -> None:
    board = Dashboard(asana, value="Mobile app", charts={"Tasks": count}).wait()
    _, subject = board._subjects[board.value]
    for name in ("tasks", "all_tasks"):
        subject._results[name] = ConnectionFailed("down")  # type: ignore[attr-defined]

    board.period.value = "This year"
    board.wait()

    assert PIXEL in shown(board)["Tasks"]
    assert "Overdue" in tiles(board)


def test_hours_that_fail_leave_the_other_figures(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionFailed("down")

    monkeypatch.setattr("asana_frames.gather.hours_report", fail)
    board = Dashboard(asana, value="Mobile app", charts={"Hours": hours, "Tasks": count}).wait()

    assert "Asana cannot be reached. (down) Press Reload." in shown(board)["Hours"]
    assert PIXEL in shown(board)["Tasks"]
    assert "Overdue" in tiles(board)
    assert "Hours in period" not in tiles(board)


def test_tasks_that_fail_are_told_once(asana: af.Asana, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise ConnectionFailed("down")

    monkeypatch.setattr(Project, "tasks", property(fail))
    board = Dashboard(asana, value="Mobile app", charts={"One": count, "Two": count}).wait()

    places = [place.value for place in board._places]
    assert sum("(down) Press Reload." in html for html in places) == 1
    assert sum("Not shown, for the reason in “One”." in html for html in places) == 3
    assert "Mobile app" in board._heading.value


def test_a_saved_dashboard_without_a_choice_says_what_to_do(asana: af.Asana) -> None:
    board = Dashboard(asana, "goal").wait()

    assert "Choose a goal to see its charts." in board._render_saved().html


def test_the_saved_text_tells_projects_of_the_same_name_apart(own: af.Asana) -> None:
    team = own.teams.list(workspace="Acme")["gid"][0]
    gid, _ = (own.projects.create(name="Same", team=team)["gid"].iloc[0] for _ in range(2))

    board = Dashboard(own, value=gid, charts={}).wait()
    # Drawn again, now that the list of projects is there for sure.
    board.period.value = "This year"
    board.wait()

    assert board._render_saved().text.startswith(f"Same · {gid}\n")
    assert repr(board) == f"Dashboard(project='Same · {gid}')"


def test_the_list_of_goals_behind_is_the_tile(asana: af.Asana) -> None:
    board = Dashboard(asana, "goal", "Become the tool teams love", now=NOW).wait()
    behind = board._list.value.count("<li>")
    more = re.search(r"and (\d+) more", board._list.value)

    assert behind + int(more[1] if more else 0) == int(tiles(board)["Goals behind"])


def test_only_what_a_chart_uses_is_read(asana: af.Asana) -> None:
    asked: list[str] = []
    request = asana.http.request

    def counted(method: str, path: str, *args: Any, **options: Any) -> Any:
        asked.append(path)
        return request(method, path, *args, **options)

    asana.http.request = counted  # type: ignore[method-assign]
    Dashboard(asana, value="Mobile app", charts={"Tasks": count}).wait()

    assert not [path for path in asked if "status" in path or "stories" in path]
    assert [path for path in asked if path == "/tasks"]


def test_a_dashboard_of_something_else_says_what_there_is(asana: af.Asana) -> None:
    with pytest.raises(af.InvalidArgument, match="'project' or 'goal'"):
        Dashboard(asana, "goals")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="or pass value='Website relaunch'"):
        Dashboard(asana, "Website relaunch")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="'previous', 'last_year'"):
        Dashboard(asana, compare="before")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="not a valid period"):
        Dashboard(asana, period="Last decade")


def test_an_unknown_project_is_an_error_at_once(asana: af.Asana) -> None:
    with pytest.raises(af.UnknownReference, match="Mobile app"):
        Dashboard(asana, value="Mobil app")
