"""ResultTable: a frame in pages that can be sorted; through itables where it is installed."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import ipywidgets as ipw
import pandas as pd

from asana_frames import _optional
from asana_frames.display.accessor import find_label_column
from asana_frames.display.cells import MISSING, choose_layout, format_column, order_columns
from asana_frames.export.text import column_as_text
from asana_frames.widgets.background import LOCK, LockedWidget
from asana_frames.widgets.closing import close_parts
from asana_frames.widgets.focus import Button, Checkbox, find_text_box
from asana_frames.widgets.notes import set_visible, show_message
from asana_frames.widgets.pickers.choice_box import ChoiceBox

#: The choice of no order.
AS_READ = "as read"
#: Rows per page.
PAGE_ROWS = 20
#: Characters shown of a cell; the rest is in its tooltip, up to a limit.
_MAX_TEXT, _MAX_TOOLTIP = 80, 1_000
#: Bytes that itables may send to the browser; of larger frames it shows the first rows.
_MAX_SENT = "1MB"

_STYLE = """
.asana-frames-rows {
  /* As wide as its place, and not as the table. */
  width: 0; min-width: 100%;
  overflow: auto; max-height: 32rem; line-height: 1.4;
}
.asana-frames-rows table { border-collapse: separate; border-spacing: 0; }
/* As specific as the rules of notebooks for tables, which come before. */
.asana-frames-rows table :is(th, td) {
  padding: 3px 10px; text-align: left; font-weight: normal; white-space: nowrap;
  background-color: var(--jp-layout-color1, Canvas);
}
.asana-frames-rows thead th {
  position: sticky; top: 0; z-index: 1; font-weight: 600;
  border-bottom: 1px solid var(--jp-border-color1, GrayText);
}
.asana-frames-rows th:first-child {
  position: sticky; left: 0; max-width: min(24rem, 45vw);
  overflow: hidden; text-overflow: ellipsis;
}
.asana-frames-rows thead th:first-child { z-index: 2; }
.asana-frames-rows tbody tr:nth-child(even) > * {
  background-image: linear-gradient(rgba(128, 128, 128, .1), rgba(128, 128, 128, .1));
}
.asana-frames-rows .number { text-align: right; font-variant-numeric: tabular-nums; }
.asana-frames-rows .missing { color: var(--jp-ui-font-color2, GrayText); }
"""


class _PageBox(LockedWidget, ipw.Text):
    """Box for the number of a page; unlike a box for numbers, it takes the focus when asked to."""


class ResultTable(ipw.VBox):
    """Show a frame: the name first and the gids last, page by page, sorted by any column.

    Where itables and anywidget are installed (extra ``tables``), they draw the rows instead: then
    the browser sorts and searches them.
    """

    def __init__(self) -> None:
        self._rows, self._page_count = ipw.HTML(), ipw.HTML()
        self._sort, self._is_descending = _make_sort_controls()
        self._previous, self._next = _make_button("Previous"), _make_button("Next")
        self._page, self._page_note = _make_page_box(), ipw.HTML()
        set_visible(self._page_note, False)
        self._previous.find_box = self._next.find_box = lambda: self._page
        #: The number of the page that is shown, from 1, and how many there are.
        self._number = self._pages = 1
        self._paging = ipw.HBox(
            [self._previous, self._page, self._page_count, self._next, self._page_note]
        )
        self._footer = self._build_footer()
        #: What itables has drawn.
        self._drawn: Any = None
        super().__init__()
        self.show(pd.DataFrame())
        self._observe_controls()

    def show(self, frame: pd.DataFrame) -> None:
        """Show another frame."""
        # The order of the columns is that of all rows, so that it is the same on each page.
        order = order_columns(frame, label=find_label_column(frame)) if len(frame) else []
        itables = _optional.find("itables.widget") if len(frame) else None
        with LOCK:
            left, self._drawn = self._drawn, None
            self._frame, self._order = frame, order
            if itables is not None:
                self._drawn = _make_itable(itables, frame.iloc[:, order])
                self.children = [self._drawn]
            else:
                self._fill_controls()
                self.children = [self._rows, self._footer] if len(frame) else [self._rows]
        if left is not None:
            # ipywidgets would keep it forever.
            left.close()
            close_parts(left)

    def close(self) -> None:
        """Close the table and its controls, also those that are not shown."""
        if self.comm is None:
            return
        super().close()
        for part in (self._rows, self._footer):
            part.close()
            close_parts(part)

    def _fill_controls(self) -> None:
        self._pages = max(1, -(-len(self._frame) // PAGE_ROWS))
        # First, because the choice must be one of the options.
        self._sort.options = (AS_READ, *dict.fromkeys(map(str, self._frame.columns)))
        self._sort.chosen, self._is_descending.value = AS_READ, False
        set_visible(self._paging, self._pages > 1)
        self._sort_rows(None)

    @property
    def html(self) -> str:
        """The page that is shown; empty where itables draws it."""
        return str(self._rows.value) if self._drawn is None else ""

    def render_first(self) -> str:
        """Return the first page of the rows as they were read, as HTML."""
        return render_rows(self._frame.iloc[:PAGE_ROWS, self._order])

    def _build_footer(self) -> ipw.HBox:
        sorting = ipw.HBox([self._sort, self._is_descending])
        sorting.layout.align_items, sorting.layout.flex_flow = "center", "row wrap"
        self._paging.layout.flex_flow = "row wrap"
        layout = ipw.Layout(flex_flow="row wrap", justify_content="space-between")
        return ipw.HBox([sorting, self._paging], layout=layout)

    def _observe_controls(self) -> None:
        self._sort.observe(self._sort_rows, "chosen")
        self._is_descending.observe(self._sort_rows, "value")
        self._page.observe(self._handle_page, "value")
        self._previous.on_click(partial(self._turn_page, -1))
        self._next.on_click(partial(self._turn_page, 1))

    def _turn_page(self, step: int, _: Any) -> None:
        with LOCK:
            # The click may have been sent before the button was disabled.
            self._show_page(min(max(1, self._number + step), self._pages))

    def _handle_page(self, _: Any) -> None:
        """Show the page whose number is typed; another text stays, with a message."""
        with LOCK:
            text = self._page.value.strip()
            # At most as many digits: Python refuses to read numbers of thousands of them.
            is_number = text.isdecimal() and len(text) <= len(str(self._pages))
            number = int(text) if is_number else 0
            is_page = 1 <= number <= self._pages
            problem = "" if is_page else f"Type a page from 1 to {self._pages:,}."
            show_message(self._page_note, problem, is_error=True)
            if is_page and number != self._number:
                self._show_page(number)

    def _sort_rows(self, _: Any) -> None:
        """Sort the rows, missing values last, and show the first page."""
        # The thread of a run may show another frame.
        with LOCK:
            name, frame = self._sort.chosen, self._frame
            self._sorted = frame
            if name in frame.columns:
                self._sorted = frame.sort_values(
                    name,
                    ascending=not self._is_descending.value,
                    kind="stable",
                    key=_build_sort_key,
                )
            self._show_page(1)

    def _show_page(self, number: int) -> None:
        """Show a page of the sorted rows; the caller holds the lock."""
        self._number = number
        first = (number - 1) * PAGE_ROWS
        shown = self._sorted.iloc[first : first + PAGE_ROWS]
        self._rows.value = render_rows(shown.iloc[:, self._order])
        self._page_count.value = f"of {self._pages:,}"
        self._previous.disabled = number == 1
        self._next.disabled = number == self._pages
        self._page.value = str(number)


def _make_sort_controls() -> tuple[ChoiceBox, ipw.Checkbox]:
    sort = ChoiceBox("Sort by", noun="column", label_width="4rem")
    sort.layout.width, sort.layout.max_width = "18rem", "100%"
    descending = Checkbox(description="Descending", indent=False)
    descending.layout.width = "auto"
    descending.find_box = lambda: find_text_box(sort)
    return sort, descending


def _make_page_box() -> _PageBox:
    # Typed as a whole: "12" does not show page 1 first.
    page = _PageBox("1", description="Page", continuous_update=False)
    page.layout.width, page.style.description_width = "7rem", "auto"
    return page


def _make_button(description: str) -> Button:
    return Button(description=description, layout=ipw.Layout(width="6rem"))


def _build_sort_key(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column that can be sorted: texts without case, lists by their text."""
    if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        texts = column_as_text(column, disarm=False).astype("str").str.casefold()
        return texts.mask(column.isna() | (texts == ""))
    return column


def render_rows(frame: pd.DataFrame, *, label: str = "Rows") -> str:
    """Return rows as an HTML table that scrolls, with the first column in view."""
    columns = [frame.iloc[:, place] for place in range(frame.shape[1])]
    heads = "".join(f'<th scope="col">{_render_head(column)}</th>' for column in columns)
    cells = [_render_cells(column, is_head=not place) for place, column in enumerate(columns)]
    rows = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*cells, strict=True))
    if not rows:
        return "No rows."
    # tabindex lets keyboard users scroll the table.
    return (
        f'<style>{_STYLE}</style><div class="asana-frames-rows" role="region" tabindex="0" '
        f'aria-label="{label}"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'
        "</div>"
    )


def _render_head(column: pd.Series[Any]) -> str:
    zone = " (UTC)" if isinstance(column.dtype, pd.DatetimeTZDtype) else ""
    return escape(f"{column.name}{zone}")


def _render_cells(column: pd.Series[Any], *, is_head: bool) -> list[str]:
    layout = choose_layout(column)
    tag = 'th scope="row"' if is_head else "td"
    return [
        f"<{tag}{_render_attributes(text, layout)}>{escape(_shorten_line(text, _MAX_TEXT))}"
        f"</{tag[:2]}>"
        for text in format_column(column)
    ]


def _render_attributes(text: str, layout: str) -> str:
    if text == MISSING:
        return ' class="missing"'
    if layout == "number":
        return ' class="number"'
    if len(text) > _MAX_TEXT:
        return f' title="{escape(text[:_MAX_TOOLTIP])}"'
    return ""


def _shorten_line(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _make_itable(itables: Any, frame: pd.DataFrame) -> Any:
    """Return a widget of itables; cells are text, which is escaped."""
    return itables.ITable(
        pd.DataFrame({name: _list_texts(frame[name]) for name in frame.columns}),
        allow_html=False,
        lengthMenu=[PAGE_ROWS, 50, 100],
        maxBytes=_MAX_SENT,
        showIndex=False,
    )


def _list_texts(column: pd.Series[Any]) -> list[str]:
    texts = format_column(column)
    if choose_layout(column) != "number":
        return texts
    # DataTables sorts a column as numbers if all its texts are numbers or empty.
    return ["" if text == MISSING else text for text in texts]
