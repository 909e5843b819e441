"""Dashboard: a project or goal picker, and the key figures and charts of what is picked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import ipywidgets as ipw
import traitlets

from asana_frames._arguments import check_choice, check_mapping
from asana_frames.asana import Asana, check_connection
from asana_frames.display.sentences import format_day, format_span
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.rollups.shared.moments import parse_moment
from asana_frames.rollups.shared.spans import COMPARISONS
from asana_frames.types import Ref, When
from asana_frames.widgets.background import CHANGED, LOCK, resend_when_displayed, run_in_background
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.dashboard import page
from asana_frames.widgets.dashboard.compare_box import NOTHING, CompareBox
from asana_frames.widgets.dashboard.drawing import draw_card
from asana_frames.widgets.dashboard.subjects import (
    GOAL_CHARTS,
    PROJECT_CHARTS,
    Draw,
    Goal,
    Period,
    Project,
    Subject,
)
from asana_frames.widgets.errors import explain_error
from asana_frames.widgets.notes import format_message
from asana_frames.widgets.pickers.goal_picker import GoalPicker
from asana_frames.widgets.pickers.labels import shorten_name
from asana_frames.widgets.pickers.lists import CACHE_SECONDS
from asana_frames.widgets.pickers.period_picker import PeriodPicker
from asana_frames.widgets.pickers.picker import Picker
from asana_frames.widgets.pickers.project_picker import ProjectPicker
from asana_frames.widgets.saved_box import Saved, SavedBox
from asana_frames.widgets.waiting import describe_pause, watch_read

About = Literal["project", "goal"]
Compare = Literal["previous", "last_year"]
#: Kind of subject -> its picker, its class, its default charts.
_KINDS: Mapping[str, tuple[Callable[..., Picker], Callable[..., Subject], Any]] = {
    "project": (partial(ProjectPicker, sections=False), Project, PROJECT_CHARTS),
    "goal": (GoalPicker, Goal, GOAL_CHARTS),
}
_COMPARE_WORDS = {
    "previous": ", compared with the period before",
    "last_year": ", compared with the same days a year before",
    None: "",
}
#: Seconds for which a cell waits for its charts, so that they are in a notebook that is saved.
_DISPLAY_SECONDS = 30.0
#: Makes the HTML of one place of the page.
Make = Callable[[], str]


@dataclass(eq=False)
class _Drawing:
    """One drawing of an object in a period; only the latest is shown."""

    gid: str
    period: Period
    #: The name of the object.
    name: str = ""
    #: The label that the picker had for it when the figures were made.
    label: str = ""
    #: The figures as text.
    figures: str = ""


class Dashboard(SavedBox, ipw.ValueWidget):
    """A project or a goal picker, and below it the key figures and charts of what is picked.

    Displayed at the end of a cell, it keeps the cell running until its charts are drawn (30
    seconds at most), so that a saved notebook shows them.

    Parameters
    ----------
    asana
        The connection whose projects or goals are listed.
    about
        ``"project"`` or ``"goal"``.
    value
        The initial choice: gid, name, URL, row.
    period
        The days that figures and charts show, as `PeriodPicker` takes them: the name of a preset,
        or first and last day.
    compare
        What the figures are compared with: ``"previous"``, the period before; ``"last_year"``, the
        same days a year before; None for nothing.
    charts
        Title -> function that draws on axes the project or goal it is given. Of a project it can
        use ``.tasks``, ``.entries`` and ``.statuses``, of a goal ``.goals``, ``.relationships``,
        ``.updates`` and ``.progress``, and of both ``.period`` (``start``, ``end``, ``compare``);
        most are read at once, the others when first used. By default scope and done, tasks
        completed, forecast, open tasks by person, hours by person; of a goal progress, periods,
        values over time.
    now
        The present moment; by default the real one.

    Attributes
    ----------
    value : str or None
        gid of the picked object.
    picker : ProjectPicker or GoalPicker
        The picker.
    period : PeriodPicker
        The period.
    compare : CompareBox
        What the period is compared with; its ``value`` is as ``compare``, or ``"nothing"``.

    Raises
    ------
    InvalidArgument
        ``about``, ``period``, ``compare``, ``charts`` or ``now`` is not valid.
    UnknownReference, AmbiguousReference
        ``value`` matches no object, or several.
    NotFound
        No object has the gid.

    Examples
    --------
    >>> import asana_frames as af
    >>> asana = af.sandbox()
    >>> Dashboard(asana, "goal", "Relaunch the website").wait()
    Dashboard(goal='Relaunch the website')
    >>> def late(project, ax):
    ...     project.tasks.query("not completed")["due_on"].hist(ax=ax)
    >>> Dashboard(asana, value="Website relaunch", charts={"When they are due": late})
    Dashboard(project='Website relaunch')
    """

    # Not ``traitlets.Any``, which does not validate None.
    value: Any = traitlets.TraitType(None, help="gid of the picked object.")

    def __init__(
        self,
        asana: Asana,
        about: About = "project",
        value: Ref | None = None,
        *,
        period: str | tuple[When, When] = "Last 90 days",
        compare: Compare | None = "previous",
        charts: Mapping[str, Draw] | None = None,
        now: When | None = None,
    ) -> None:
        check_connection(asana, what="widgets.Dashboard")
        _check_about(about)
        check_choice(compare, COMPARISONS, name="compare")
        if charts is not None:
            check_mapping(charts, name="charts", like='{"When they are due": draw}')
        make, self._make_subject, usual = _KINDS[about]
        self._asana, self._about, self._now = asana.in_background(), about, now
        self._charts = dict(usual if charts is None else charts)
        self._subjects: dict[str, tuple[float, Subject]] = {}
        #: The current drawing; None while nothing is drawn.
        self._drawing: _Drawing | None = None
        #: The drawing that is shown, of this choice or the one before; None if there is none.
        self._shown: _Drawing | None = None
        self.picker: Picker = make(asana, value)
        with close_on_error(self.picker):
            today = None if now is None else parse_moment(now).date()
            self.period = PeriodPicker(period, today=today, label="Days shown")
        self.compare = CompareBox(compare)
        super().__init__(self._build_children())
        self._observe_controls()
        self._handle_pick(None)

    def __repr__(self) -> str:
        name = self.picker.label or None
        return f"Dashboard({self._about}={name!r})"

    def wait(self, timeout: float = 60.0) -> Dashboard:
        """Wait until the charts are drawn.

        Raises
        ------
        TimeoutError
            The charts are not drawn within ``timeout`` seconds.
        """
        self.picker.wait(timeout)
        self._wait_for_drawing(timeout)
        return self

    def close(self) -> None:
        """Close the dashboard and what it contains; what is being drawn is not shown."""
        if self.comm is None:
            # Closed before. Garbage collection calls this too, and must not wait for the lock.
            return
        with CHANGED:
            self._drawing = None
            CHANGED.notify_all()
            super().close()

    def _wait_for_drawing(self, timeout: float) -> None:
        # An observer may call this while it holds the lock; waiting releases it for drawing.
        with CHANGED:
            if not CHANGED.wait_for(lambda: self._drawing is None, timeout):
                raise TimeoutError(f"The charts are not drawn after {timeout:g} s.")

    def _ipython_display_(self) -> None:
        """Display the controls at once, and end the cell when its charts are drawn."""
        if self.display_saved():
            with suppress(TimeoutError):
                self._wait_for_drawing(_DISPLAY_SECONDS)
            self.update_saved()

    @traitlets.validate("value")
    def _resolve_value(self, proposal: Any) -> str | None:
        """Resolve a reference with the picker."""
        given = proposal["value"]
        # Rows and frames compare cell by cell.
        is_gid = given is None or isinstance(given, str)
        if not is_gid or given != self.picker.value:
            self.picker.value = given
        gid: str | None = self.picker.value
        return gid

    def _build_children(self) -> list[Any]:
        self._status, self._heading = ipw.HTML(), ipw.HTML()
        self._tiles, self._list = ipw.HTML(), ipw.HTML()
        self._chart_boxes = {name: ipw.HTML() for name in self._charts}
        grid = ipw.Box([*self._chart_boxes.values(), self._list])
        grid.add_class("af-grid")
        self._screen = ipw.VBox([self._heading, self._tiles, grid])
        self._screen.add_class("af-board")
        columns = [[self.picker], [self.period, self.compare]]
        controls = ipw.Box(
            [
                ipw.VBox(column, layout=ipw.Layout(flex="1 1 20rem", min_width="0"))
                for column in columns
            ],
            layout=ipw.Layout(flex_flow="row wrap", width="100%", max_width="86rem"),
        )
        return [ipw.HTML(page.STYLE), controls, self._status, self._screen]

    @property
    def _places(self) -> list[ipw.HTML]:
        return [self._heading, self._tiles, *self._chart_boxes.values(), self._list]

    def _observe_controls(self) -> None:
        resend_when_displayed(self, self._status, *self._places)
        self.picker.observe(self._handle_pick, "value")
        self.picker.observe(self._handle_reload, "reloads")
        self.period.observe(self._handle_pick, "value")
        self.compare.observe(self._handle_pick, "value")

    def _handle_pick(self, _: Any) -> None:
        """Draw the picked object, and abandon the drawing of another one."""
        with LOCK:
            if self.comm is None:
                return
            gid = self.value = self.picker.value
            self._drawing = None
            CHANGED.notify_all()
            if gid is None:
                self._clear()
                return
            self._show_progress(gid)
            compare = None if self.compare.value == NOTHING else self.compare.value
            period = Period(self.period.start, self.period.end, compare)
            drawing = self._drawing = _Drawing(gid, period)
        run_in_background(partial(self._draw_page, drawing))

    def _handle_reload(self, _: Any) -> None:
        with LOCK:
            self._subjects.clear()
            self._handle_pick(None)

    def _clear(self) -> None:
        """Show that nothing is picked."""
        self._hide_screen()
        self._screen.remove_class("af-dimmed")
        self._status.value = format_message(f"Choose a {self._about} to see its charts.")
        self.update_saved()

    def _hide_screen(self) -> None:
        self._shown = None
        self._screen.layout.display = "none"

    def _show_progress(self, gid: str) -> None:
        """Dim what is shown until the new page is there; at first, show its places."""
        self._status.value = self._format_progress(gid)
        if self._shown is not None:
            self._screen.add_class("af-dimmed")
            return
        for title, place in self._chart_boxes.items():
            place.value = page.format_waiting(title)
        self._heading.value = self._list.value = ""
        self._tiles.value = page.format_waiting_tiles()
        self._screen.layout.display = None

    def _format_progress(self, gid: str, pause: str = "") -> str:
        text = f"Drawing {self._find_name(gid)} ... {pause}".strip()
        return format_message(text, is_counting=bool(pause))

    def _show_pause(self, drawing: _Drawing, pause: str) -> None:
        with LOCK:
            # Without a status the page is complete.
            if self._drawing is drawing and self._status.value:
                self._status.value = self._format_progress(drawing.gid, pause)

    def _draw_page(self, drawing: _Drawing) -> None:
        pause = partial(describe_pause, self._asana.http)
        try:
            with watch_read(pause, partial(self._show_pause, drawing)):
                self._fill_page(drawing)
        except Exception as error:  # noqa: BLE001
            # A background thread has no prompt: errors are shown here.
            self._show_failure(drawing, error)
        finally:
            with CHANGED:
                if self._drawing is drawing:
                    self._drawing = None
                CHANGED.notify_all()
        self._wait_for_label(drawing)

    def _wait_for_label(self, drawing: _Drawing) -> None:
        """Update the saved page if the list that tells equal names apart comes after the page."""
        if self._shown is not drawing:
            return
        with suppress(TimeoutError):
            self.picker.wait()
        if self._find_label(drawing.gid) not in ("", drawing.label):
            self.update_saved()

    def _fill_page(self, drawing: _Drawing) -> None:
        subject = self._find_subject(drawing.gid, drawing.period)
        subject.read_ahead()
        made: dict[ipw.HTML, str] = {}
        first_titles: dict[str, str] = {}
        for place, title, make in self._list_places(drawing, subject):
            # Something else may have been picked meanwhile.
            if self._drawing is not drawing:
                break
            made[place] = _make_or_explain(title, make, first_titles)
            if first_titles and place is self._heading:
                # Nothing is known of the object: this is told once, not in each place.
                made = dict.fromkeys(self._places, "") | made
                break
            if self._shown is None:
                # At first each part is shown when it is there, later all at once.
                self._show(drawing, {place: made[place]})
        self._show(drawing, made, is_complete=True)
        if self._drawing is drawing:
            # A cell that waits for the drawing may be the last of a notebook that is saved.
            self.update_saved()
        subject.forget_failures()

    def _show_failure(self, drawing: _Drawing, error: Exception) -> None:
        """Say why a page could not be drawn; what is shown of the same object stays."""
        with LOCK:
            if self._drawing is drawing:
                self._drawing = None
                self._status.value = format_message(explain_error(error).text, is_error=True)
                self._screen.remove_class("af-dimmed")
                if self._shown is None or self._shown.gid != drawing.gid:
                    self._hide_screen()
                self.update_saved()

    def _list_places(
        self, drawing: _Drawing, subject: Subject
    ) -> Iterator[tuple[ipw.HTML, str, Make]]:
        """List the places of the page: each with its title and what makes its HTML."""
        yield (
            self._heading,
            f"{self._find_name(drawing.gid)} cannot be shown",
            partial(_format_heading, subject),
        )
        for title, draw in self._charts.items():
            card = partial(_draw_chart, title, draw, subject)
            yield self._chart_boxes[title], title, card
        # After the charts: they need all that is read.
        drawing.label = self._find_label(drawing.gid)
        tiles = partial(_format_tiles, drawing, subject)
        yield self._tiles, "Key figures", tiles
        yield self._list, "List", subject.format_list

    def _find_name(self, gid: str) -> str:
        """Return the name of an object as far as the picker knows it."""
        row = self.picker.row
        if row is None or row["gid"] != gid:
            return f"This {self._about}"
        return shorten_name(row["name"])

    def _find_label(self, gid: str) -> str:
        """Return the label of an object if it is still picked, to tell equal names apart."""
        with LOCK:
            return self.picker.label if self.picker.value == gid else ""

    def _find_subject(self, gid: str, period: Period) -> Subject:
        """Return the subject of a gid in a period; what was read is kept for a minute."""
        with LOCK:
            now = time.monotonic()
            self._subjects = {
                g: seen for g, seen in self._subjects.items() if now - seen[0] < CACHE_SECONDS
            }
            if gid in self._subjects:
                began, subject = self._subjects[gid]
                # A read of the last drawing may have failed after that drawing ended.
                subject.forget_failures()
                subject = subject.in_period(period)
            else:
                began, subject = now, self._make_subject(self._asana, gid, period, self._now)
            self._subjects[gid] = (began, subject)
            return subject

    def _show(
        self, drawing: _Drawing, made: Mapping[ipw.HTML, str], *, is_complete: bool = False
    ) -> None:
        """Show what was made, if the drawing is still the current one."""
        with LOCK:
            if self._drawing is not drawing:
                return
            for place, html in made.items():
                place.value = html
            if is_complete:
                self._shown = drawing
                self._status.value = ""
                self._screen.remove_class("af-dimmed")

    def _render_saved(self) -> Saved:
        """Return what is shown here: the figures as text, all of it as HTML."""
        with LOCK:
            if self._shown is None:
                # What is said while it is being drawn is no longer true when it is read.
                return Saved(repr(self), "" if self._drawing else self._status.value)
            cards = [*(place.value for place in self._chart_boxes.values()), self._list.value]
            html = page.format_page(self._heading.value, self._tiles.value, cards)
            if not self._shown.figures:
                return Saved(repr(self), html)
            title = self._find_label(self._shown.gid) or self._shown.name
            return Saved(f"{title}\n{self._shown.figures}", html)


def _check_about(about: object) -> None:
    """Raise an error unless the kind exists; say so if a name was passed in its place."""
    if isinstance(about, str) and about not in _KINDS and not suggest_names(about, _KINDS):
        raise InvalidArgument(
            f"about={about!r} is not valid; use {' or '.join(map(repr, _KINDS))}, "
            f"or pass value={about!r}."
        )
    check_choice(about, _KINDS, name="about")


def _format_heading(subject: Subject) -> str:
    days = format_span(subject.period.start, subject.period.end)
    words = f"{days}{_COMPARE_WORDS[subject.period.compare]}"
    row = subject.row
    as_of = f"as of {format_day(subject.now)}, {subject.now:%H:%M} UTC"
    return page.format_heading(row["name"], row.get("permalink_url"), f"{words}; {as_of}")


def _format_tiles(drawing: _Drawing, subject: Subject) -> str:
    """Return the tiles as HTML, and note them in the drawing as text."""
    unknown = "" if subject.period.compare is None else subject.unknown_before
    on = subject.tiles_day
    html = page.format_tiles(subject.summary, unknown, on)
    drawing.name = subject.row["name"]
    drawing.figures = page.describe_tiles(subject.summary, unknown, on)
    return html


def _draw_chart(title: str, draw: Draw, subject: Subject) -> str:
    return draw_card(title, partial(draw, subject), subject.height)


def _make_or_explain(title: str, make: Make, first_titles: dict[str, str]) -> str:
    """Return the HTML of a place, or what kept it from being made.

    Parameters
    ----------
    title
        Title of the place.
    make
        Makes its HTML.
    first_titles
        Message -> title of the first place that shows it; extended here, later places refer to
        it.
    """
    try:
        return make()
    except Exception as error:  # noqa: BLE001
        # A background thread has no prompt: errors are shown here.
        text, can_retry = explain_error(error)
        first = first_titles.setdefault(text, title)
        if first != title:
            return page.format_failure(title, f"Not shown, for the reason in “{first}”.")
        advice = " Press Reload." if can_retry else ""
        return page.format_failure(title, f"{text}{advice}")
