"""A picker beside the charts of what is picked."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import ipywidgets as ipw
import traitlets

from asana_frames.asana import Asana
from asana_frames.charts.shared.figures import draw_figure
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.export.pictures import render_pictures
from asana_frames.types import Ref
from asana_frames.widgets.dashboard.drawing import hold_drawing_lock
from asana_frames.widgets.dashboard.subjects import (
    GOAL_CHARTS,
    PROJECT_CHARTS,
    Draw,
    Goal,
    Project,
)
from asana_frames.widgets.pickers.cascade import Cascade
from asana_frames.widgets.pickers.choice import CHANGED, LOCK, format_message
from asana_frames.widgets.pickers.lists import CACHE_SECONDS, run_in_background
from asana_frames.widgets.pickers.object_pickers import GoalPicker
from asana_frames.widgets.pickers.place_pickers import ProjectPicker
from asana_frames.widgets.pickers.traits import Anything

About = Literal["project", "goal"]
#: What it can be about -> its picker, what is read, its usual charts.
_ABOUT: Mapping[str, tuple[Callable[..., Cascade], Callable[[Asana, str], Any], Any]] = {
    "project": (partial(ProjectPicker, sections=False), Project, PROJECT_CHARTS),
    "goal": (GoalPicker, Goal, GOAL_CHARTS),
}


class Dashboard(ipw.Box, ipw.ValueWidget):
    """A project or a goal picker, and beside it the charts of what is picked.

    Parameters
    ----------
    asana
        Whose projects or goals.
    about
        ``"project"`` or ``"goal"``.
    value
        What is picked to begin with: gid, name, URL, row.
    charts
        Title -> function that draws: it is given what is picked and the axes. Of a project it can
        use ``.tasks``, ``.entries`` and ``.statuses``, of a goal ``.goals``, ``.relationships``,
        ``.updates`` and ``.progress``; each is read when it is first used. By default scope and
        done, open tasks by age and by person, lead times, hours by person; of a goal progress,
        periods, values over time.

    Attributes
    ----------
    value : str or None
        gid of what is picked.
    picker : ProjectPicker or GoalPicker
        The picker.

    Raises
    ------
    InvalidArgument
        It cannot be about that.
    UnknownReference, AmbiguousReference
        ``value`` names nothing, or several.

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

    value = Anything(None, help="gid of what is picked.")

    def __init__(
        self,
        asana: Asana,
        about: About = "project",
        value: Ref | None = None,
        *,
        charts: Mapping[str, Draw] | None = None,
    ) -> None:
        if about not in _ABOUT:
            raise InvalidArgument(
                f"A dashboard is about one of {', '.join(_ABOUT)}, not {about!r}."
                f"{suggest_names(str(about), _ABOUT)}"
            )
        make, self._read, usual = _ABOUT[about]
        self._asana, self._about = asana.in_background(), about
        self._charts = dict(usual if charts is None else charts)
        self._known: dict[str, tuple[float, Any]] = {}
        #: Stands for what is being drawn; None while nothing is.
        self._drawing: object | None = None
        self._summary = ipw.HTML()
        self._places = {name: ipw.HTML() for name in self._charts}
        self.picker: Cascade = make(asana, value)
        super().__init__(self._arranged())
        self.layout = ipw.Layout(display="flex", flex_flow="row wrap", width="100%")
        self.picker.observe(self._picked, "value")
        self.picker.observe(self._reloaded, "reloads")
        self._picked(None)

    def __repr__(self) -> str:
        name = self.picker.row["name"] if self.picker.row is not None else None
        return f"Dashboard({self._about}={name!r})"

    def wait(self, timeout: float = 60.0) -> Dashboard:
        """Wait until the charts are drawn.

        Raises
        ------
        TimeoutError
            They are not, so many seconds later.
        """
        self.picker.wait(timeout)
        # Who hears of a choice holds the lock, which drawing needs: the wait lets it go.
        with CHANGED:
            if not CHANGED.wait_for(lambda: self._drawing is None, timeout):
                raise TimeoutError(f"The charts are not drawn after {timeout:g} s.")
        return self

    @traitlets.validate("value")
    def _resolved(self, proposal: Any) -> str | None:
        """Let the picker say what a reference means."""
        if proposal["value"] != self.picker.value:
            self.picker.value = proposal["value"]
        gid: str | None = self.picker.value
        return gid

    def _arranged(self) -> list[Any]:
        left = ipw.VBox(
            [self.picker, self._summary], layout=ipw.Layout(flex="1 1 18rem", margin="0 1rem 0 0")
        )
        right = ipw.Box(
            list(self._places.values()),
            layout=ipw.Layout(display="flex", flex_flow="row wrap", flex="3 1 30rem"),
        )
        for place in self._places.values():
            place.layout = ipw.Layout(flex="1 1 26rem", max_width="56rem", min_width="0")
        return [left, right]

    def _picked(self, _: Any) -> None:
        """Draw what is picked now; what is being drawn of something else is let go."""
        with LOCK:
            gid = self.value = self.picker.value
            self._drawing = None
            CHANGED.notify_all()
            for place in self._places.values():
                place.value = ""
            if gid is None:
                self._summary.value = format_message(f"Choose a {self._about} to see its charts.")
                return
            self._summary.value = format_message("Reading ...")
            # Any object will do, as long as it is another one each time.
            mine = self._drawing = object()
        run_in_background(partial(self._draw, gid, mine))

    def _reloaded(self, _: Any) -> None:
        with LOCK:
            self._known.clear()
            self._picked(None)

    def _draw(self, gid: str, mine: object) -> None:
        subject = self._subject(gid)
        self._show(mine, self._summary, partial(_summarise, subject))
        for title, draw in self._charts.items():
            # Something else may have been picked meanwhile.
            if self._drawing is mine:
                self._show(mine, self._places[title], partial(_draw_picture, title, draw, subject))
        with CHANGED:
            if subject.has_failed:
                # It may be there the next time.
                self._known.pop(gid, None)
            if self._drawing is mine:
                self._drawing = None
            CHANGED.notify_all()

    def _subject(self, gid: str) -> Any:
        """Return what is known of an object, for a minute the same."""
        with LOCK:
            now = time.monotonic()
            self._known = {
                g: seen for g, seen in self._known.items() if now - seen[0] < CACHE_SECONDS
            }
            if gid not in self._known:
                self._known[gid] = (now, self._read(self._asana, gid))
            return self._known[gid][1]

    def _show(self, mine: object, place: ipw.HTML, make: Callable[[], str]) -> None:
        """Show something in its place, or why there is nothing; if it is still wanted."""
        try:
            shown = make()
        except Exception as error:  # noqa: BLE001
            # There is no prompt in the background: whatever went wrong is shown here.
            shown = format_message(f"{type(error).__name__}: {error}", is_error=True)
        with LOCK:
            if self._drawing is mine:
                place.value = shown


def _summarise(subject: Any) -> str:
    return format_message(subject.summary)


def _draw_picture(title: str, draw: Draw, subject: Any) -> str:
    """Return a chart as HTML; one that gives itself no title has that of its place."""
    with hold_drawing_lock():
        figure = draw_figure(lambda ax: draw(subject, ax), height=subject.height)
        axes = figure.axes[0]
        if not axes.get_title():
            axes.set_title(title)
        return render_pictures({title: figure})[title].html()
