"""Explorer: pick an operation and its arguments, run it, see the frame and the code."""

from __future__ import annotations

import html
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from asana_frames import export
from asana_frames._arguments import check_text
from asana_frames.asana import Asana, check_connection
from asana_frames.calls.last_call import CallSettings, limit_call
from asana_frames.catalog import Operation, load, methods_of
from asana_frames.display.sentences import count_noun
from asana_frames.exceptions import InvalidArgument, suggest_names
from asana_frames.fetch.http import is_search
from asana_frames.fetch.rate_limiter import RequestKind
from asana_frames.widgets.background import LOCK, LockedWidget, run_in_background
from asana_frames.widgets.closing import close_on_error
from asana_frames.widgets.errors import explain_error
from asana_frames.widgets.explorer.filters import LABEL_WIDTH
from asana_frames.widgets.explorer.forms import Form
from asana_frames.widgets.explorer.result_table import ResultTable, render_rows
from asana_frames.widgets.focus import Button
from asana_frames.widgets.notes import LINES, format_message, show_message
from asana_frames.widgets.pickers.choice import make_wide_layout
from asana_frames.widgets.pickers.choice_box import ChoiceBox
from asana_frames.widgets.saved_box import Saved, SavedBox
from asana_frames.widgets.waiting import describe_pause, watch_read

#: Characters of a line of code on a narrow page, and the most lines that are shown at once.
_CODE_CHARACTERS, _MAX_CODE_ROWS = 60, 5
#: Name of a format -> the suffix of its files, and what writes one.
_FORMATS: dict[str, tuple[str, Callable[[pd.DataFrame, Path, str], None]]] = {
    "CSV": (".csv", lambda frame, path, name: export.to_csv(frame, path)),
    "Excel": (".xlsx", lambda frame, path, name: export.to_excel({name: frame}, path)),
    "Parquet": (".parquet", lambda frame, path, name: export.to_parquet(frame, path)),
}


class _FileBox(LockedWidget, ipw.Text):
    """Box for the name of a file, which a run fills in if it is empty."""


class Explorer(SavedBox):
    """Pick a resource, an operation, filters and fields; run it; see the frame and its code.

    A run stops after two minutes and shows the rows that have arrived. "CSV", "Excel" and
    "Parquet" write a file on the machine of the kernel, in its working folder unless the name says
    another, and replace an existing one.

    Parameters
    ----------
    asana
        The connection to explore. Only operations that read are offered.
    operation
        The initial operation, such as ``"tasks.list"``.

    Attributes
    ----------
    frame : DataFrame or None
        The result of the last run.

    Raises
    ------
    InvalidArgument
        The operation is unknown, or writes.

    Examples
    --------
    >>> import asana_frames as af
    >>> explorer = Explorer(af.sandbox(), "tags.list")
    >>> explorer.fill(workspace="Acme").run().frame["name"].tolist()[:2]
    ['quick win', 'blocked']
    >>> explorer.code
    'tags = asana.tags.list(workspace="Acme", limit=100)'
    """

    def __init__(self, asana: Asana, operation: str = "tasks.list") -> None:
        check_connection(asana, what="widgets.Explorer")
        check_text(operation, name="operation", like="tasks.list")
        self._asana = asana.in_background()
        self.frame: pd.DataFrame | None = None
        #: Resource of the frame that is shown, and the operation that read it.
        self._shown_resource = self._shown_operation = ""
        self._form: Form | None = None
        self._is_running = False
        #: The code of the last run, and the first rows that it has read, as HTML.
        self._run_code = self._run_rows = ""
        #: What may be missing in the rows that are shown.
        self._incomplete_note = ""
        self._resource = ChoiceBox(
            "Resource", list(_list_read_operations()), label_width=LABEL_WIDTH
        )
        self._method = ChoiceBox("Operation", label_width=LABEL_WIDTH)
        self._about, self._form_box = ipw.HTML(), ipw.VBox()
        # A box that takes text, so that Ctrl+A and Ctrl+C copy the code and nothing else.
        self._code = ipw.Textarea(description="Code", **make_wide_layout(LABEL_WIDTH))
        self._code.layout.max_width = "calc(100% - 4px)"
        self._run = Button(description="Run", button_style="primary", icon="play")
        self._run.find_box = lambda: self._code
        self._needed, self._status = ipw.HTML(), ipw.HTML()
        self._rows, self._columns, self._origin = ResultTable(), ipw.HTML(), ipw.HTML()
        self._file = _FileBox(
            description="File", placeholder="tasks", **make_wide_layout(LABEL_WIDTH)
        )
        self._file.layout.max_width = "24rem"
        super().__init__(self._build_children())
        self._resource.observe(self._handle_resource, "chosen")
        self._method.observe(self._handle_method, "chosen")
        self._code.observe(self._show_code, "value")
        self._run.on_click(self._handle_run)
        with close_on_error(self):
            self._select_operation(operation)

    def __repr__(self) -> str:
        return f"Explorer({self.code})"

    @property
    def code(self) -> str:
        """The line of code that makes the same call."""
        return str(self._form.code) if self._form is not None else ""

    @property
    def operation(self) -> Operation:
        """The selected operation."""
        return _list_read_operations()[self._resource.chosen][self._method.chosen]

    def fill(self, **arguments: Any) -> Explorer:
        """Fill in arguments as a user would.

        Raises
        ------
        InvalidArgument
            The operation has no such argument.
        """
        assert self._form is not None  # there is one for every operation
        self._form.fill(arguments)
        return self

    def run(self) -> Explorer:
        """Run the operation and wait for it; errors are shown, not raised."""
        self._start_run()
        self._run_operation(self.operation, self._form)
        return self

    def _build_children(self) -> list[Any]:
        # On a narrow page the words wrap below the button, which keeps its width.
        self._run.layout.flex = "0 0 auto"
        words = ipw.VBox([self._needed, self._status], layout=ipw.Layout(flex="1 1 14rem"))
        run = ipw.HBox([self._run, words], layout=ipw.Layout(flex_flow="row wrap"))
        shown = ipw.Tab(children=[self._rows, self._columns], titles=["Rows", "Columns"])
        self._result = ipw.VBox([self._origin, shown, self._build_file_row()])
        self._result.layout.display = "none"
        return [
            self._resource,
            self._method,
            self._about,
            self._form_box,
            self._code,
            run,
            self._result,
        ]

    def _build_file_row(self) -> ipw.HBox:
        buttons = []
        for name in _FORMATS:
            button = Button(description=name, tooltip=f"Save the rows as {name}", icon="save")
            button.layout.width = "7rem"
            button.find_box = lambda: self._file
            button.on_click(partial(self._save_frame, name))
            buttons.append(button)
        # On a narrow page the buttons wrap below the box.
        return ipw.HBox([self._file, *buttons], layout=ipw.Layout(flex_flow="row wrap"))

    # Selection of the operation.

    def _select_operation(self, name: str) -> None:
        known = [
            operation.name
            for methods in _list_read_operations().values()
            for operation in methods.values()
        ]
        if name not in known:
            hint = suggest_names(name, known)
            raise InvalidArgument(f"{name!r} is not an operation that reads.{hint}")
        resource, _, method = name.partition(".")
        self._resource.unobserve(self._handle_resource, "chosen")
        self._resource.chosen = resource
        self._resource.observe(self._handle_resource, "chosen")
        self._offer_methods(method)

    def _handle_resource(self, _: Any) -> None:
        self._offer_methods("list")

    def _offer_methods(self, method: str) -> None:
        methods = list(_list_read_operations()[self._resource.chosen])
        self._method.unobserve(self._handle_method, "chosen")
        self._method.options = tuple(methods)
        self._method.chosen = method if method in methods else methods[0]
        self._method.observe(self._handle_method, "chosen")
        self._handle_method(None)

    def _handle_method(self, _: Any) -> None:
        with LOCK:
            left = self._form
            # A connection of its own: its lists do not count as requests of the run.
            self._form = Form(self._asana.in_background(), self.operation)
            self._form.find_other_box = lambda: self._code
            self._form.observe(self._show_code, "code")
            self._form.observe(self._show_problem, "problem")
            self._form_box.children = [self._form]
            if left is not None:
                left.close()
            if not self._is_running:
                # What it says is about the rows of another operation.
                self._show_status("")
            self._show_origin()
        self._about.value = _describe_operation(self._asana, self.operation)
        self._show_code(None)
        self._show_problem(None)

    def _show_code(self, _: Any) -> None:
        self._code.value = self.code
        if not self._run_code:
            self.update_saved()
        self._code.rows = min(1 + len(self.code) // _CODE_CHARACTERS, _MAX_CODE_ROWS)

    def _show_problem(self, _: Any) -> None:
        """Show what is needed before the operation can run, and switch Run on or off."""
        with LOCK:
            problem = "" if self._form is None else str(self._form.problem)
            show_message(self._needed, problem)
            self._run.disabled = self._is_running or bool(problem)

    # Running.

    def _handle_run(self, _: Any) -> None:
        with LOCK:
            if self._is_running:
                # A click that was sent before the button was disabled in the browser.
                return
            self._start_run()
        # Bound now, because another operation may be selected during the run.
        run_in_background(partial(self._run_operation, self.operation, self._form))

    def _start_run(self) -> None:
        self._is_running, self._run_code, self._run_rows = True, self.code, ""
        self._show_problem(None)
        self._show_status("Reading ...")

    def _run_operation(self, operation: Operation, form: Form | None) -> None:
        started, before = time.monotonic(), self._asana.last
        try:
            assert form is not None  # there is one for every operation
            method: Callable[..., pd.DataFrame] = getattr(
                self._asana[operation.resource], operation.method
            )
            arguments = form.require_arguments()
            with self._watch_requests(operation):
                frame = method(**arguments)
            took = time.monotonic() - started
            limit = arguments.get("limit")
            is_cut = limit is not None and len(frame) >= limit
            note = "there may be more rows" if is_cut else ""
            self._show_frame(frame, operation, incomplete_note=note)
            self._show_status(self._describe_run(frame, took, is_cut=is_cut))
        except Exception as error:  # noqa: BLE001
            # A background thread has no prompt: errors are shown here.
            last = self._asana.last
            # A run that is refused before it sends anything leaves the record of the one before.
            arrived = None if last is before else last.partial
            self._show_failure(error, arrived, operation)
        finally:
            self._is_running = False
            self._show_problem(None)
            self.update_saved()

    @contextmanager
    def _watch_requests(self, operation: Operation) -> Iterator[None]:
        """Show how many requests a run has made so far, and what it waits for."""
        kind: RequestKind = "search" if is_search(operation.http, operation.path) else "read"

        def describe() -> str:
            requests = count_noun(call.tally.requests, "request")
            pause = describe_pause(self._asana.http, kind)
            return f"Reading ... {requests} so far. {pause}".strip()

        def show(text: str) -> None:
            self._status.value = format_message(text, is_counting=True)

        # Around the call, whose own record is there when it has ended.
        with limit_call(CallSettings()) as call, watch_read(describe, show):
            yield

    def _show_failure(
        self, error: Exception, arrived: pd.DataFrame | None, operation: Operation
    ) -> None:
        """Show why a run failed, and the rows that had arrived."""
        text = explain_error(error).text
        # First, in case that the rows cannot be shown.
        self._show_status(text, is_error=True)
        if arrived is not None and len(arrived):
            self._show_frame(arrived, operation, incomplete_note="not all rows had arrived")
            rows = count_noun(len(arrived), "row")
            self._show_status(f"{text} Showing the {rows} that had arrived.", is_error=True)

    def _describe_run(self, frame: pd.DataFrame, took: float, *, is_cut: bool) -> str:
        requests = count_noun(self._asana.last.requests, "request")
        text = f"{count_noun(len(frame), 'row')} in {took:.1f} s, {requests}."
        failed = len(self._asana.last.failures)
        if failed:
            text += f" {failed:,} could not be read."
        if is_cut:
            text += " There may be more: the limit is reached."
        return text if len(frame) else f"Nothing matches. {text}"

    def _show_frame(
        self, frame: pd.DataFrame, operation: Operation, *, incomplete_note: str
    ) -> None:
        name = operation.resource
        with LOCK:
            self.frame, self._shown_operation = frame, operation.name
            self._incomplete_note = incomplete_note
            if self.comm is None:
                # Closed during the run.
                return
            self._show_origin()
            self._result.layout.display = None
            self._rows.show(frame)
            self._run_rows = self._rows.render_first()
            self._columns.value = render_rows(_describe_columns(frame), label="Columns")
            if self._file.value in {"", self._shown_resource}:
                self._file.value = name
            self._shown_resource = name

    def _show_origin(self) -> None:
        """Say what the rows are of, unless it is the operation that is selected."""
        # Not `operation`: another resource may have been chosen and its method not yet.
        selected = f"{self._resource.chosen}.{self._method.chosen}"
        is_other = self.frame is not None and self._shown_operation != selected
        text = f"These are the rows of asana.{self._shown_operation}." if is_other else ""
        show_message(self._origin, text)

    def _save_frame(self, format_name: str, _: Any) -> None:
        """Write the frame to the file that is named, in one of the formats."""
        suffix, write = _FORMATS[format_name]
        try:
            if self.frame is None:
                raise InvalidArgument("There is nothing to save; press Run first.")
            path = _build_path(self._file.value, suffix)
            # Not `Path.exists`, which raises an error for a name that is too long.
            is_there = os.path.exists(path)  # noqa: PTH110
            write(self.frame, path, self._shown_resource)
        except Exception as error:  # noqa: BLE001
            # A click has no prompt: errors are shown here.
            self._show_status(explain_error(error).text, is_error=True)
        else:
            more = ", replacing the existing file" if is_there else ""
            more += f"; {self._incomplete_note}" if self._incomplete_note else ""
            self._show_status(f"Saved {count_noun(len(self.frame), 'row')} to {path}{more}.")

    def _render_saved(self) -> Saved:
        """Return the last run: its code, what became of it, and its first rows."""
        with LOCK:
            code = self._run_code or self.code
            page = f"<pre>{html.escape(code)}</pre><p>{self._status.value}</p>{self._run_rows}"
            return Saved(f"Explorer({code})", page)

    def _show_status(self, text: str, *, is_error: bool = False) -> None:
        with LOCK:
            self._status.value = format_message(text, is_error=is_error)


def _describe_operation(asana: Asana, operation: Operation) -> str:
    """Return the name of an operation, what it does and what its resource is, as HTML."""
    method = getattr(type(asana[operation.resource]), operation.method)
    # There are no docstrings under python -OO.
    does = (method.__doc__ or "").partition("\n")[0]
    about = load().resource(operation.resource).about
    text = html.escape(f"{does} {about}")
    return f'<span style="{LINES}"><b>asana.{operation.name}</b> {text}</span>'


def _build_path(text: str, suffix: str) -> Path:
    """Return the path of a file of a format; a suffix of another format is replaced."""
    name = text.strip()
    if not name:
        raise InvalidArgument("Type a name for the file first, such as tasks.")
    try:
        path = Path(name).expanduser()
    except RuntimeError as error:
        raise InvalidArgument(f"{name!r} is not a valid path: {error}") from error
    suffixes = {known for known, _ in _FORMATS.values()}
    if "\0" in name or path.name in {"", ".."} or path.name.lower() in suffixes:
        raise InvalidArgument(f"{name!r} is not a name of a file; use one such as tasks.")
    return path.with_name((path.stem if path.suffix.lower() in suffixes else path.name) + suffix)


@cache
def _list_read_operations() -> dict[str, dict[str, Operation]]:
    """Return resource -> method -> operation for all operations that read."""
    found: dict[str, dict[str, Operation]] = {}
    for resource in load().resources:
        reads = {
            operation.method: operation
            for operation in methods_of(load(), resource.name)
            if operation.is_read and operation.returns != "nothing"
        }
        if reads:
            found[resource.name] = reads
    return found


def _describe_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return name, dtype and number of missing values of each column."""
    return pd.DataFrame(
        {
            "column": frame.columns,
            "dtype": [str(dtype) for dtype in frame.dtypes],
            "missing": frame.isna().sum().tolist(),
        }
    )
