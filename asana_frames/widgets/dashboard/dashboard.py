"""Dashboard: a project or goal picker next to charts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal

import ipywidgets as ipw
import traitlets

from asana_frames._arguments import check_choice, check_mapping
from asana_frames.asana import Asana, check_connection
from asana_frames.charts.shared.figures import draw_figure
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
from asana_frames.widgets.pickers.choice import (
    CHANGED,
    LOCK,
    format_message,
    resend_when_displayed,
)
from asana_frames.widgets.pickers.goal_picker import GoalPicker
from asana_frames.widgets.pickers.lists import CACHE_SECONDS, run_in_background
from asana_frames.widgets.pickers.picker import Picker
from asana_frames.widgets.pickers.project_picker import ProjectPicker

About = Literal["project", "goal"]
#: Kind of subject -> its picker, its class, its default charts.
_KINDS: Mapping[str, tuple[Callable[..., Picker], Callable[[Asana, str], Any], Any]] = {
    "project": (partial(ProjectPicker, sections=False), Project, PROJECT_CHARTS),
    "goal": (GoalPicker, Goal, GOAL_CHARTS),
}


class Dashboard(ipw.Box, ipw.ValueWidget):
    """A project or a goal picker, and beside it the charts of what is picked.

    Parameters
    ----------
    asana
        The connection whose projects or goals are listed.
    about
        ``"project"`` or ``"goal"``.
    value
        The initial choice: gid, name, URL, row.
    charts
        Title -> function that draws on axes the project or goal it is given. Of a project it can
        use ``.tasks``, ``.entries`` and ``.statuses``, of a goal ``.goals``, ``.relationships``,
        ``.updates`` and ``.progress``; each is read when it is first used. By default scope and
        done, open tasks by age and by person, lead times, hours by person; of a goal progress,
        periods, values over time.

    Attributes
    ----------
    value : str or None
        gid of the picked object.
    picker : ProjectPicker or GoalPicker
        The picker.

    Raises
    ------
    InvalidArgument
        ``about`` is not a valid kind.
    UnknownReference, AmbiguousReference
        ``value`` matches no object, or several.

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
        charts: Mapping[str, Draw] | None = None,
    ) -> None:
        check_connection(asana, what="widgets.Dashboard")
        check_choice(about, _KINDS, name="about")
        if charts is not None:
            check_mapping(charts, name="charts", like='{"When they are due": draw}')
        make, self._make_subject, usual = _KINDS[about]
        self._asana, self._about = asana.in_background(), about
        self._charts = dict(usual if charts is None else charts)
        self._subjects: dict[str, tuple[float, Any]] = {}
        #: Identifies the current drawing; None while nothing is drawn.
        self._drawing: object | None = None
        self._summary = ipw.HTML()
        self._chart_boxes = {name: ipw.HTML() for name in self._charts}
        self.picker: Picker = make(asana, value)
        super().__init__(self._build_children())
        self.layout = ipw.Layout(display="flex", flex_flow="row wrap", width="100%")
        resend_when_displayed(self, self._summary, *self._chart_boxes.values())
        self.picker.observe(self._handle_pick, "value")
        self.picker.observe(self._handle_reload, "reloads")
        self._handle_pick(None)

    def __repr__(self) -> str:
        name = self.picker.row["name"] if self.picker.row is not None else None
        return f"Dashboard({self._about}={name!r})"

    def wait(self, timeout: float = 60.0) -> Dashboard:
        """Wait until the charts are drawn.

        Raises
        ------
        TimeoutError
            The charts are not drawn within ``timeout`` seconds.
        """
        self.picker.wait(timeout)
        # An observer may call this while it holds the lock; waiting releases it for drawing.
        with CHANGED:
            if not CHANGED.wait_for(lambda: self._drawing is None, timeout):
                raise TimeoutError(f"The charts are not drawn after {timeout:g} s.")
        return self

    @traitlets.validate("value")
    def _resolve_value(self, proposal: Any) -> str | None:
        """Resolve a reference with the picker."""
        if proposal["value"] != self.picker.value:
            self.picker.value = proposal["value"]
        gid: str | None = self.picker.value
        return gid

    def _build_children(self) -> list[Any]:
        left = ipw.VBox(
            [self.picker, self._summary], layout=ipw.Layout(flex="1 1 18rem", margin="0 1rem 0 0")
        )
        right = ipw.Box(
            list(self._chart_boxes.values()),
            layout=ipw.Layout(display="flex", flex_flow="row wrap", flex="3 1 30rem"),
        )
        for place in self._chart_boxes.values():
            place.layout = ipw.Layout(flex="1 1 26rem", max_width="56rem", min_width="0")
        return [left, right]

    def _handle_pick(self, _: Any) -> None:
        """Draw the picked object, and abandon the drawing of another one."""
        with LOCK:
            gid = self.value = self.picker.value
            self._drawing = None
            CHANGED.notify_all()
            for place in self._chart_boxes.values():
                place.value = ""
            if gid is None:
                self._summary.value = format_message(f"Choose a {self._about} to see its charts.")
                return
            self._summary.value = format_message("Reading ...")
            # A new object identifies this drawing.
            drawing = self._drawing = object()
        run_in_background(partial(self._draw_charts, gid, drawing))

    def _handle_reload(self, _: Any) -> None:
        with LOCK:
            self._subjects.clear()
            self._handle_pick(None)

    def _draw_charts(self, gid: str, drawing: object) -> None:
        subject = self._find_subject(gid)
        self._show_html(drawing, self._summary, partial(_format_summary, subject))
        for title, draw in self._charts.items():
            # Another object may have been picked meanwhile.
            if self._drawing is drawing:
                self._show_html(
                    drawing, self._chart_boxes[title], partial(_draw_picture, title, draw, subject)
                )
        with CHANGED:
            if subject.has_failed:
                # Read again next time.
                self._subjects.pop(gid, None)
            if self._drawing is drawing:
                self._drawing = None
            CHANGED.notify_all()

    def _find_subject(self, gid: str) -> Any:
        """Return the subject of a gid, cached for a minute."""
        with LOCK:
            now = time.monotonic()
            self._subjects = {
                g: seen for g, seen in self._subjects.items() if now - seen[0] < CACHE_SECONDS
            }
            if gid not in self._subjects:
                self._subjects[gid] = (now, self._make_subject(self._asana, gid))
            return self._subjects[gid][1]

    def _show_html(self, drawing: object, place: ipw.HTML, make: Callable[[], str]) -> None:
        """Show HTML or the error of making it, if the drawing is still the current one."""
        try:
            shown = make()
        except Exception as error:  # noqa: BLE001
            # A background thread has no prompt: errors are shown here.
            shown = format_message(f"{type(error).__name__}: {error}", is_error=True)
        with LOCK:
            if self._drawing is drawing:
                place.value = shown


def _format_summary(subject: Any) -> str:
    return format_message(subject.summary)


def _draw_picture(title: str, draw: Draw, subject: Any) -> str:
    """Return a chart as HTML, with the given title unless it sets its own."""
    with hold_drawing_lock():
        figure = draw_figure(lambda ax: draw(subject, ax), height=subject.height)
        axes = figure.axes[0]
        if not axes.get_title():
            axes.set_title(title)
        return render_pictures({title: figure})[title].html()
