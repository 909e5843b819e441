"""Summaries in Markdown and plain text: what is in them, and that names are never markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from tests.fixed_day import NOW

markdown_it = pytest.importorskip("markdown_it", reason="it reads what is written")


@pytest.fixture(scope="module")
def report() -> Any:
    return af.gather.projects_report(af.sandbox(now=NOW), "Acme", now=NOW)


def write(frames: Any, **options: Any) -> str:
    text = af.export.to_markdown(frames, **options)
    assert text is not None
    return text


def render(text: str) -> str:
    return markdown_it.MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)


def cells(html: str) -> list[str]:
    return [part.partition(">")[2] for part in html.replace("</t", "<t").split("<td")[1::2]]


def test_a_report_is_its_figures_findings_and_main_table(report: Any) -> None:
    text = write(report, title="Projects", notes="Acme, 2 Nov 2026")

    html = render(text)
    assert html.startswith("<h1>Projects</h1>\n<p>Acme, 2 Nov 2026</p>")
    assert html.count("<li>") == len(report.findings)
    assert html.count("<tr>") == 11
    assert "<p>The first 10 of 12 rows.</p>" in html
    for tile in report.tiles.itertuples():
        assert f"{tile.label}: <strong>{tile.text}</strong>" in html
    assert "Quarterly planning (Marketing)" in write(report, max_rows=12)
    assert "<li><strong>Warning:</strong> " in html


def test_a_cut_leaves_out_two_rows_or_more() -> None:
    frame = pd.DataFrame({"n": range(4)})

    assert "The first" not in write(frame.head(3), max_rows=2)
    assert write(frame.head(3), max_rows=2).count("\n") == 5
    assert write(frame, max_rows=2).endswith("\n\nThe first 2 of 4 rows.\n")
    assert write(frame, max_rows=1).endswith("\n\nThe first of 4 rows.\n")


@pytest.mark.parametrize(
    ("notes", "head"),
    [
        ((), "As of 2 Nov 2026"),
        (("All teams.", "More."), "All teams. · as of 2 Nov 2026"),
        ("Acme, 2 Nov 2026", "Acme, 2 Nov 2026"),
    ],
)
def test_the_head_says_as_of_when_a_report_is(report: Any, notes: Any, head: str) -> None:
    lines = write(report, title="T", notes=notes).splitlines()

    assert lines[2] == head
    assert ("More." in lines) == ("More." in notes)


@pytest.mark.parametrize("suffix", ["html", "xlsx"])
def test_pages_and_workbooks_have_the_same_head(report: Any, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    write_file: Any = af.export.to_html if suffix == "html" else af.export.to_excel
    write_file(report, path, title="T")

    if suffix == "html":
        assert '<p class="subtitle">As of 2 Nov 2026</p>' in path.read_text("utf-8")
    else:
        openpyxl = pytest.importorskip("openpyxl", reason="part of the dev extra")
        assert openpyxl.load_workbook(path)["Summary"]["B2"].value == "As of 2 Nov 2026"


def test_budgets_have_two_decimals_or_none() -> None:
    budgets = pd.DataFrame({"used": [104447.5, 10.0], "total": [113400.0, 20.0], "units": "EUR"})

    assert "| 104,447.50 | 113,400 | EUR |" in write(budgets)


def test_values_are_as_people_write_them() -> None:
    frame = pd.DataFrame(
        {
            "gid": ["1", "2"],
            "name": ["A", "B"],
            "progress": pd.array([0.834, None], "Float64"),
            "due_on": pd.to_datetime(["2026-11-02", None]),
            "hours": pd.array([1234.5, 0.25], "Float64"),
            "status": ["on_track", "off_track"],
        }
    )

    assert write(frame) == (
        "| Name | Progress | Due | Hours | Status |\n"
        "| :--- | ---: | :--- | ---: | :--- |\n"
        "| A | 83 % | 2 Nov 2026 | 1,234.50 | on track |\n"
        "| B |  |  | 0.25 | off track |\n"
    )


@pytest.mark.parametrize(
    "name",
    [
        "a|b",
        "a\\|b",
        "*bold* _it_ `code` ~~gone~~",
        "[link](https://example.com)",
        "<b>&amp;</b>",
        "# no heading",
        "- no item",
        "1. no number",
        "2) no number",
        "+ no item",
        "> no quote",
        "---",
        "===",
        "two\nlines",
        "$x$",
    ],
)
def test_names_are_never_markup(name: str) -> None:
    line = " ".join(name.split())
    findings = pd.DataFrame({"sentence": [name]})

    html = render(write({name: pd.DataFrame({"x": [name]})}, notes=[name], findings=findings))

    escaped = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert f"<p>{escaped}</p>" in html
    assert f"<li>{escaped}</li>" in html
    assert f"<h2>{escaped}</h2>" in html
    assert f'<td style="text-align:left">{escaped}</td>' in html


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_text_makes_one_cell(text: str) -> None:
    html = render(write(pd.DataFrame({"x": [text], "y": [1]})))

    assert html.count("<tr>") == 2
    assert html.count("<td") == 2
    assert "<a" not in html


def test_plain_text_has_aligned_columns_and_no_markup() -> None:
    frame = pd.DataFrame({"name": ["Ana", "日本"], "hours": [1.5, 20.0]})
    tiles = pd.DataFrame({"label": ["Late"], "text": ["3"], "note": ["of 12"]})

    text = write({"Hours": frame}, title="March", tiles=tiles, style="text")

    assert text == (
        "March\n=====\n\nLate: 3 (of 12)\n\nHours\n-----\n\n"
        "Name  Hours\n----  -----\nAna     1.5\n日本   20.0\n"
    )


def test_a_summary_is_written_to_a_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": ["b\ud800c"]}, dtype=object)

    with pytest.warns(af.exceptions.AsanaWarning, match="text in a has halves of characters"):
        assert af.export.to_markdown(frame, tmp_path / "a.md") is None

    assert (tmp_path / "a.md").read_text("utf-8") == "| A |\n| :--- |\n| b\ufffdc |\n"


def test_frames_of_nothing_are_said_to_be_so() -> None:
    assert write({"Tasks": pd.DataFrame({"a": []})}).endswith("No rows.\n")
    assert write({}) == "\n"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_rows": 0}, "max_rows= takes a whole number of at least 1"),
        ({"style": "html"}, "'html'"),
        ({"path": "a.html"}, "export.to_html"),
        ({"tiles": pd.DataFrame({"x": [1]})}, "tiles= has no column 'label'"),
        ({"findings": [1]}, "takes a DataFrame"),
        ({"frames": 3}, "frames"),
    ],
)
def test_what_makes_no_summary_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        write(**{"frames": pd.DataFrame({"a": [1]}), **options})


def test_missing_values_of_any_kind_are_written() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": pd.Series([pd.NA, "x"], dtype=object)})

    assert "| 1 |  |" in write(frame)


def test_lines_do_not_end_between_a_number_and_its_percent_sign() -> None:
    notes = [f"{'word ' * 15}100 % of all"]

    text = af.export.to_markdown(
        pd.DataFrame({"n": [1]}), title="March", notes=notes, style="text"
    )

    assert "\n100 % of all" in text
