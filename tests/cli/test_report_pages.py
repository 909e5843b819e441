"""Pages of reports in a real browser: on screens and on paper, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from asana_frames.cli import main
from tests.fixed_day import NOW


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    command = ["report", "projects", "--workspace", "Acme", "--sandbox", "--now", NOW]
    done = CliRunner().invoke(main, [*command, "--format", "html", "--out", str(out)])
    assert done.exit_code == 0, done.stderr
    return out / "projects.html"


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, chromium: Any, file: Path) -> Iterator[Any]:
    opened = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in colour.strip("rgba()").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_figures_and_findings_fill_the_first_screen(page: Any) -> None:
    last = page.locator(".findings li").last.bounding_box()

    assert page.locator(".tiles > div").count() == 6
    assert last["y"] + last["height"] < 900


def test_words_are_readable_on_their_ground(page: Any) -> None:
    pairs = page.evaluate(
        """() => [...document.querySelectorAll(
          'h1, .subtitle, .tiles dd, .tiles dt, .mark, li, th'
        )].map(one => {
          let ground = one;
          while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)')
            ground = ground.parentElement;
          return [getComputedStyle(one).color, getComputedStyle(ground).backgroundColor];
        })"""
    )

    assert len(pairs) > 50
    assert min(contrast(ink, ground) for ink, ground in pairs) >= 4.5


def test_names_and_headers_stay_where_a_table_is_scrolled(page: Any) -> None:
    table = page.locator(".scroll").first

    table.evaluate("box => { box.style.maxHeight = '200px'; box.scrollTo(300, 100); }")

    lefts = table.evaluate(
        """box => [box, box.querySelector('tbody th'), box.querySelector('thead th')]
        .map(one => one.getBoundingClientRect().left)"""
    )
    tops = table.evaluate(
        "box => [box, box.querySelector('thead th')].map(one => one.getBoundingClientRect().top)"
    )
    assert max(lefts) - min(lefts) < 3
    assert abs(tops[0] - tops[1]) < 3


def test_a_folded_table_opens_with_the_keyboard(page: Any) -> None:
    fold = page.locator("details").first

    fold.locator("summary").focus()
    page.keyboard.press("Enter")

    assert fold.locator("table").is_visible()


def test_charts_have_words_for_who_does_not_see_them(page: Any) -> None:
    texts = page.eval_on_selector_all("img", "all => all.map(one => one.alt)")

    assert len(texts) == 8
    assert all(texts)


def test_at_620_pixels_nothing_is_cut(page: Any) -> None:
    page.set_viewport_size({"width": 620, "height": 900})

    beyond = page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, p, dd, dt, li, img')]
        .filter(one => one.getBoundingClientRect().right > 620).length"""
    )
    assert beyond == 0


def test_on_paper_no_table_is_wider_than_the_page(page: Any) -> None:
    # A4 across, less the margins.
    page.set_viewport_size({"width": 1047, "height": 700})
    page.emulate_media(media="print")

    cut = page.eval_on_selector_all(
        "table",
        """all => all.filter(one => one.checkVisibility())
        .filter(one => one.scrollWidth > one.parentElement.clientWidth + 1).length""",
    )
    assert cut == 0
    # What is folded is not printed, and a line says so.
    assert page.get_by_role("heading", name="Dependencies").is_visible()
    assert page.get_by_text("rows is left out unless it is unfolded").first.is_visible()
    assert page.get_by_role("heading", name="Throughput").is_visible()


def test_on_paper_no_day_is_broken_into_two_lines(page: Any) -> None:
    page.emulate_media(media="print")

    wraps = page.eval_on_selector_all(
        ".time:not(thead th)",
        "all => [...new Set(all.map(one => getComputedStyle(one).whiteSpace))]",
    )
    assert wraps == ["nowrap"]


def test_wide_tables_lie_across_the_sheet(page: Any, tmp_path: Path) -> None:
    pdf = page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)

    # A4 upright and across, in points.
    assert b"/MediaBox [0 0 594.9" in pdf or b"/MediaBox [0 0 595" in pdf
    assert b"/MediaBox [0 0 841" in pdf
