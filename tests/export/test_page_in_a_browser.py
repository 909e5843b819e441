"""The page in a real browser: it asks for nothing, fits its window and shows its charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import asana_frames as af
from tests.fixed_day import NOW

WIDTHS = [1280, 400]
SCHEMES = ["light", "dark"]


@dataclass
class Opened:
    """A page, and what went wrong while it was opened."""

    page: Any
    wrong: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with hostile names, wide and long tables, charts, and a frame of nothing."""
    with af.sandbox(now=NOW) as asana:
        tasks = asana.tasks.list(project="Website relaunch")
    hours = pd.DataFrame(
        {
            "person_gid": ["12", "13", "14"],
            "person_name": ["Ana Lima", "<script>document.title = 'run'</script>", "Bo"],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-09", None]),
            "hours": pd.array([1234.5, 0.25, None], "Float64"),
            "billable": pd.array([True, False, None], "boolean"),
        }
    )
    long = pd.DataFrame({"word": ["W" * 3000], "text": ["many words of a note " * 300]})
    path = tmp_path_factory.mktemp("page") / "report.html"
    af.export.to_html(
        {"Hours by person": hours, "Tasks": tasks, "Long": long, "Nothing": hours.iloc[:0]},
        path,
        title="Hours of March: " + "Website" * 30,
        charts={"Hours by person": bars(hours), "Alone": bars(hours)},
        notes=["Time of all teams, 2 to 31 March 2026.", "<img src=https://example.com/x.png>"],
        max_rows=40,
    )
    return path


def bars(hours: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(8, 3), layout="constrained")
    ax = figure.subplots()
    ax.barh(["Ana Lima", "Eve", "Bo"], hours["hours"].fillna(0).astype("float64"))
    ax.set(title="Hours per person", xlabel="Hours")
    return figure


@pytest.fixture(params=[(width, scheme) for width in WIDTHS for scheme in SCHEMES], ids=str)
def opened(request: pytest.FixtureRequest, chromium: Any, file: Path) -> Iterator[Opened]:
    width, scheme = request.param
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    seen = Opened(page)
    page.on("console", lambda message: seen.wrong.append(message.text))
    page.on("pageerror", lambda error: seen.wrong.append(str(error)))
    page.on("requestfailed", lambda asked: seen.wrong.append(asked.url))
    page.on("request", lambda asked: seen.asked.append(asked.url))
    page.goto(file.as_uri(), wait_until="networkidle")
    yield seen
    page.close()


def test_nothing_goes_wrong_and_nothing_else_is_asked_for(opened: Opened, file: Path) -> None:
    assert opened.wrong == []
    assert [url for url in opened.asked if not url.startswith("data:")] == [file.as_uri()]
    assert opened.page.title().startswith("Hours of March")


def test_charts_are_seen(opened: Opened) -> None:
    widths = opened.page.eval_on_selector_all("img", "all => all.map(one => one.naturalWidth)")

    assert len(widths) == 2
    assert min(widths) > 500


def test_the_page_never_scrolls_sideways(opened: Opened) -> None:
    room = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"

    content, window = opened.page.evaluate(room)

    assert content <= window


def test_a_wide_table_scrolls_by_itself_and_its_header_stays(opened: Opened) -> None:
    table = opened.page.locator(".scroll").nth(1)

    assert table.evaluate("box => box.scrollWidth > box.clientWidth")
    table.evaluate("box => box.scrollTo(0, 300)")
    tops = table.evaluate(
        "box => [box, box.querySelector('th')].map(one => one.getBoundingClientRect().top)"
    )
    assert abs(tops[0] - tops[1]) < 3


def test_every_section_has_a_heading_that_the_contents_lead_to(opened: Opened) -> None:
    headings = ["Hours by person", "Tasks", "Long", "Nothing", "Alone"]

    assert opened.page.locator("h1").count() == 1
    assert opened.page.locator("section h2").all_inner_texts() == headings
    assert opened.page.locator("nav a").all_inner_texts() == headings
    opened.page.get_by_role("link", name="Nothing").click()
    assert opened.page.locator("section:target h2").inner_text() == "Nothing"


def test_on_paper_a_long_table_shows_all_its_rows(opened: Opened) -> None:
    opened.page.emulate_media(media="print")

    cut = opened.page.eval_on_selector_all(
        ".scroll", "all => all.filter(box => box.scrollHeight > box.clientHeight).length"
    )
    assert cut == 0


def test_on_paper_no_column_is_so_narrow_that_a_row_needs_pages(chromium: Any, file: Path) -> None:
    # A4 across, without its margins.
    page = chromium.new_page(viewport={"width": 1047, "height": 720})
    page.goto(file.as_uri())
    page.emulate_media(media="print")

    section = page.locator("section", has=page.get_by_role("heading", name="Tasks"))

    rows = section.locator("tbody tr").evaluate_all("all => all.map(row => row.offsetHeight)")
    width = section.locator("table").evaluate("table => table.scrollWidth")
    heads = section.locator("thead th").evaluate_all(
        "all => all.filter(one => one.offsetWidth).length"
    )
    page.close()
    assert max(rows) < 150
    assert width <= 1047
    assert heads == 20


def test_columns_that_are_not_printed_are_named_on_paper_alone(chromium: Any, file: Path) -> None:
    page = chromium.new_page()
    page.goto(file.as_uri())
    line = page.locator(".columns")

    assert not line.is_visible()
    page.emulate_media(media="print")
    told = line.inner_text()
    page.close()
    assert told.startswith("Not printed: ")
    assert " columns, " in told
