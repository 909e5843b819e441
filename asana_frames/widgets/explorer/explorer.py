"""Explorer: pick an operation and its arguments, run it, see the frame and the code."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import pandas as pd

from asana_frames import export
from asana_frames._arguments import check_text
from asana_frames.asana import Asana, check_connection
from asana_frames.catalog import Operation, load
from asana_frames.exceptions import AsanaError, InvalidArgument, suggest_names
from asana_frames.export.text import as_text
from asana_frames.widgets.explorer.forms import Form
from asana_frames.widgets.pickers.choice import LOCK, format_message, make_wide_layout
from asana_frames.widgets.pickers.labels import format_count, shorten_name
from asana_frames.widgets.pickers.lists import run_in_background

#: Maximum number of rows shown.
_SHOWN_ROWS = 20


class Explorer(ipw.VBox):
    """Pick a resource, an operation, filters and fields; run it; see the frame and its code.

    A run stops after two minutes and shows the rows that have arrived. "Save" writes on the
    machine of the kernel and replaces an existing file.

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
        #: Resource of the frame that is shown.
        self._shown_resource = ""
        self._form: Form | None = None
        self._resource = ipw.Dropdown(
            options=list(_list_read_operations()), description="Resource", **make_wide_layout()
        )
        self._method = ipw.Dropdown(description="Operation", **make_wide_layout())
        self._form_box = ipw.VBox()
        self._run = ipw.Button(description="Run", button_style="primary", icon="play")
        self._status, self._code = ipw.HTML(), ipw.HTML()
        self._rows, self._columns = ipw.HTML(), ipw.HTML()
        self._file = ipw.Text(
            description="File", placeholder="tasks.csv or tasks.xlsx", **make_wide_layout()
        )
        super().__init__(self._build_children())
        self._resource.observe(self._handle_resource, "value")
        self._method.observe(self._handle_method, "value")
        self._run.on_click(self._handle_run)
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
        return _list_read_operations()[self._resource.value][self._method.value]

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
        save = ipw.Button(description="Save", tooltip="Save as CSV or Excel workbook", icon="save")
        save.on_click(self._save_frame)
        self._run_box = ipw.HBox([self._run, self._status])
        shown = ipw.Tab(children=[self._rows, self._columns], titles=["Rows", "Columns"])
        # On a narrow page the button wraps below the box.
        saving = ipw.HBox([self._file, save], layout=ipw.Layout(flex_flow="row wrap"))
        return [
            self._resource,
            self._method,
            self._form_box,
            self._code,
            self._run_box,
            shown,
            saving,
        ]

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
        self._resource.unobserve(self._handle_resource, "value")
        self._resource.value = resource
        self._resource.observe(self._handle_resource, "value")
        self._offer_methods(method)

    def _handle_resource(self, _: Any) -> None:
        self._offer_methods("list")

    def _offer_methods(self, method: str) -> None:
        methods = list(_list_read_operations()[self._resource.value])
        chosen = method if method in methods else methods[0]
        self._method.unobserve(self._handle_method, "value")
        with self._method.hold_sync():
            self._method.options = methods
            self._method.value = chosen
        self._method.observe(self._handle_method, "value")
        self._handle_method(None)

    def _handle_method(self, _: Any) -> None:
        with LOCK:
            left = self._form
            # A connection of its own: its lists do not count as requests of the run.
            self._form = Form(self._asana.in_background(), self.operation)
            self._form.observe(self._show_code, "code")
            self._form_box.children = [self._form]
            if left is not None:
                left.unsubscribe()
        self._show_code(None)

    def _show_code(self, _: Any) -> None:
        self._code.value = f"<pre>{html.escape(self.code)}</pre>"

    # Running.

    def _handle_run(self, _: Any) -> None:
        self._start_run()
        # Bound now, because another operation may be selected during the run.
        run_in_background(partial(self._run_operation, self.operation, self._form))

    def _start_run(self) -> None:
        self._run.disabled = True
        self._show_status("Reading ...")

    def _run_operation(self, operation: Operation, form: Form | None) -> None:
        try:
            assert form is not None  # there is one for every operation
            method: Callable[..., pd.DataFrame] = getattr(
                self._asana[operation.resource], operation.method
            )
            frame = method(**form.require_arguments())
        except Exception as error:  # noqa: BLE001
            # A background thread has no prompt: errors are shown here.
            partial = self._asana.last.partial
            more = ""
            if partial is not None and len(partial):
                with LOCK:
                    self._show_frame(partial, operation.resource)
                more = f" Showing the {format_count(len(partial), 'row')} that had arrived."
            self._show_status(f"{type(error).__name__}: {error}{more}", is_error=True)
        else:
            with LOCK:
                self._show_frame(frame, operation.resource)
        finally:
            self._run.disabled = False

    def _show_frame(self, frame: pd.DataFrame, name: str) -> None:
        self.frame = frame
        self._rows.value = _format_table(_shorten_cells(frame.head(_SHOWN_ROWS)))
        self._columns.value = _format_table(_describe_columns(frame))
        last = self._asana.last
        more = f", the first {_SHOWN_ROWS} are shown" if len(frame) > _SHOWN_ROWS else ""
        status = (
            f"{format_count(len(frame), 'row')}{more}; {format_count(last.requests, 'request')}."
        )
        self._show_status(status)
        if self._file.value in {"", f"{self._shown_resource}.csv"}:
            self._file.value = f"{name}.csv"
        self._shown_resource = name

    def _save_frame(self, _: Any) -> None:
        """Write the frame in the format given by the suffix of the file name."""
        path = Path(self._file.value.strip()).expanduser()
        try:
            if self.frame is None:
                raise InvalidArgument("There is nothing to save; press Run first.")
            is_there = path.exists()
            _write_file(self.frame, path, self._shown_resource)
        except (AsanaError, OSError) as error:
            self._show_status(f"{type(error).__name__}: {error}", is_error=True)
        else:
            more = ", replacing the existing file" if is_there else ""
            self._show_status(f"Saved {format_count(len(self.frame), 'row')} to {path}{more}.")

    def _show_status(self, text: str, *, is_error: bool = False) -> None:
        self._status.value = format_message(text, is_error=is_error)


def _write_file(frame: pd.DataFrame, path: Path, name: str) -> None:
    if path.suffix.lower() == ".csv":
        export.to_csv(frame, path)
    elif path.suffix.lower() == ".xlsx":
        export.to_excel({name: frame}, path)
    else:
        raise InvalidArgument(f"{path.name!r} is not a valid file; use a .csv or .xlsx name.")


@cache
def _list_read_operations() -> dict[str, dict[str, Operation]]:
    """Return resource -> method -> operation for all operations that read."""
    found: dict[str, dict[str, Operation]] = {}
    for operation in load().operations:
        if operation.is_read and operation.returns != "nothing":
            found.setdefault(operation.resource, {})[operation.method] = operation
    return found


def _shorten_cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Return cells as text in one line; long texts are cut and missing values empty."""
    return as_text(rows, disarm=False).map(_shorten_cell)


def _shorten_cell(value: Any) -> str:
    text = "" if pd.isna(value) else str(value)
    return shorten_name(text) if text.strip() else ""


def _describe_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return name, dtype and number of missing values of each column."""
    return pd.DataFrame(
        {
            "column": frame.columns,
            "dtype": [str(dtype) for dtype in frame.dtypes],
            "missing": frame.isna().sum().tolist(),
        }
    )


def _format_table(frame: pd.DataFrame) -> str:
    # Inline, to take precedence over the style that pandas gives frames in a notebook.
    inside = frame.to_html(index=False, border=0).replace("<th>", '<th style="text-align:left">')
    return (
        '<div role="region" tabindex="0" aria-label="Table" '
        f'style="overflow:auto;max-height:28rem;line-height:1.5;white-space:nowrap">{inside}</div>'
    )
