"""Pages: what is on them, that all of it is escaped, and that they ask for nothing."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

import asana_frames as af
from tests.fixed_day import NOW

VOID = {"meta", "link", "img"}


class Page(HTMLParser):
    """The tags of a page, its text by tag, and the tables as lists of rows."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self.tables: list[list[list[str]]] = []
        self._open: list[str] = []
        self.feed(path.read_text("utf-8"))
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.setdefault(tag, []).append("")
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        self.texts[self._open[-1]][-1] += data
        if self._open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def figure() -> Figure:
    figure = Figure(figsize=(4, 2))
    figure.subplots().set(title="Hours <b>per</b> \\$ \n week")
    return figure


def page_of(frames: object, path: Path, **options: object) -> Page:
    options = {"title": "Report", **options}
    af.export.to_html(frames, path / "page.html", **options)  # type: ignore[arg-type]
    return Page(path / "page.html")


def shown(values: object, path: Path) -> list[str]:
    """Return the cells of a table of one column."""
    (table,) = page_of(pd.DataFrame({"x": values}), path).tables
    assert table[0] in (["X"], ["X (UTC)"])
    return [row[0] for row in table[1:]]


def test_a_page_has_a_title_notes_contents_and_a_section_for_each_name(
    tmp_path: Path, figure: Figure
) -> None:
    frames = {"Hours": pd.DataFrame({"a": [1]}), "Tasks": pd.DataFrame({"b": [2]})}

    page = page_of(
        frames, tmp_path, notes=["One.", "Two."], charts={"Tasks": figure, "Alone": figure}
    )

    assert page.texts["title"] == page.texts["h1"] == ["Report"]
    assert page.texts["p"] == ["One.", "Two."]
    assert page.texts["h2"] == page.texts["a"] == ["Hours", "Tasks", "Alone"]
    places = [link["href"] for link in page.all("a")]
    assert places == [f"#{section['id']}" for section in page.all("section")]
    order = [tag for tag, _ in page.tags if tag in ("h2", "img", "table")]
    assert order == ["h2", "table", "h2", "img", "table", "h2", "img"]
    assert ("html", {"lang": "en"}) in page.tags
    assert {"charset": "utf-8"} in page.all("meta")


def test_one_frame_needs_neither_a_heading_nor_contents(tmp_path: Path) -> None:
    page = page_of(pd.DataFrame({"a": [1]}), tmp_path, notes="One text.")

    assert not page.all("h2")
    assert not page.all("nav")
    assert page.texts["p"] == ["One text."]
    assert page.tables == [[["A"], ["1"]]]


def test_all_text_is_escaped(tmp_path: Path, figure: Figure) -> None:
    evil = "</td></style><script>alert(1)</script><img src=\"https://x.example\" onerror='a'>&amp;"
    frame = pd.DataFrame({evil: [evil, None], "tuples": [(evil, "b"), ()]})
    given = {
        "tiles": pd.DataFrame({name: [evil] for name in ("label", "text", "note", "severity")}),
        "findings": pd.DataFrame({"sentence": [evil], "severity": [evil]}),
    }

    page = page_of(
        {evil: frame, "b": frame},
        tmp_path,
        **{"title": evil, "notes": [evil], "charts": {evil: figure}, **given},
    )

    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "iframe", "object", "b"})
    assert len(page.all("img")) == 1
    assert page.texts["h1"] == page.texts["title"] == page.texts["p"] == [evil]
    assert page.texts["h2"] == ["Findings", evil, "b"]
    assert page.texts["dd"] == [evil, evil]
    assert evil in page.texts["li"][0] + page.texts["span"][-1] + "".join(page.texts["span"])
    assert page.tables[0] == [[evil, "Tuples"], [evil, f"{evil}; b"], ["(none)", ""]]
    assert not [name for _, attributes in page.tags for name in attributes if name[:2] == "on"]


def test_a_page_asks_for_nothing(tmp_path: Path, figure: Figure) -> None:
    page = page_of({"a": pd.DataFrame({"a": ["x"]})}, tmp_path, charts={"a": figure})

    assert "http:" not in (text := (tmp_path / "page.html").read_text("utf-8"))
    assert "https:" not in text
    assert "url(" not in text
    assert "@import" not in text
    for tag, attributes in page.tags:
        assert tag != "script"
        assert "srcset" not in attributes
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("data:", "#"))
    policy = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_a_chart_is_a_png_with_its_title_in_words(tmp_path: Path, figure: Figure) -> None:
    page = page_of(
        {}, tmp_path, charts={"by week": figure.axes[0], "bare": Figure(figsize=(4, 2))}
    )

    titled, bare = page.all("img")
    assert titled["alt"] == "Hours <b>per</b> $   week"
    assert bare["alt"] == "bare"
    assert titled["src"].startswith("data:image/png;base64,iVBOR")
    assert 300 < int(titled["width"]) < 420


def test_gids_are_left_out_where_there_are_names(tmp_path: Path, asana: af.Asana) -> None:
    frame = pd.DataFrame(
        {
            "gid": ["1"],
            "name": ["Task"],
            "assignee_gid": ["2"],
            "assignee_name": ["Ana"],
            "followers_gids": [("2", "3")],
            "followers_names": [("Ana", "Bo")],
            "parent_gid": ["4"],
            "tags_gids": [("5",)],
            "tags_name": ["x"],
        }
    )

    (table,) = page_of(frame, tmp_path).tables
    assert table == [
        ["Name", "Assignee", "Followers", "Parent gid", "Tags gids", "Tags"],
        ["Task", "Ana", "Ana; Bo", "4", "5", "x"],
    ]
    assert page_of(frame[["gid"]], tmp_path).tables == [[["Gid"], ["1"]]]
    (table,) = page_of(asana.projects.list(workspace="Acme"), tmp_path).tables
    assert "Gid" not in table[0]
    assert "Owner" in table[0]


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (pd.array([1234.5, None, -0.001], "Float64"), ["1,234.5", "(none)", "-<0.1"]),
        ([1 / 3, float("nan"), float("inf")], ["0.33", "(none)", "inf"]),
        ([1234567.0, 2.0], ["1,234,567", "2"]),
        ([1.5, 20.0], ["1.5", "20.0"]),
        ([1e300, 0.5], ["1e+300", "0.5"]),
        ([0.0, 0.25], ["0", "0.25"]),
        (pd.array([12345678901234567, None], "Int64"), ["12,345,678,901,234,567", "(none)"]),
        ([Decimal("1234.56"), 2, None], ["1,234.56", "2", "(none)"]),
    ],
)
def test_numbers_are_short_and_grouped(values: object, cells: list[str], tmp_path: Path) -> None:
    assert shown(values, tmp_path) == cells


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (pd.to_datetime(["2026-03-02", None]), ["2 Mar 2026", "no date"]),
        (pd.to_datetime(["2026-03-02 09:15:00"]), ["2 Mar 2026, 09:15"]),
        (
            pd.to_datetime(["2026-03-02 09:15:00", None], utc=True).tz_convert("Asia/Tokyo"),
            ["2 Mar 2026, 09:15", "no date"],
        ),
        ([dt.date(2026, 3, 2), None], ["2 Mar 2026", "no date"]),
        (pd.array([True, False, None], "boolean"), ["yes", "no", "(none)"]),
        ([True, None, 5], ["yes", "(none)", "5"]),
        (pd.Categorical(["b", None, "a"]), ["b", "(none)", "a"]),
        ([("a", None), (), ["b"]], ["a; ", "(none)", "b"]),
    ],
)
def test_values_read_well(values: object, cells: list[str], tmp_path: Path) -> None:
    assert shown(values, tmp_path) == cells


def test_numbers_stand_at_the_right_and_headers_say_their_scope(tmp_path: Path) -> None:
    frame = pd.DataFrame({"hours": pd.array([1.5, None], "Float64"), "name": ["a", "b"]})

    page = page_of({"full": frame, "bare": frame.iloc[:0]}, tmp_path)

    number = {"class": "number"}
    # Names come first, and are the headers of their rows.
    heads = [{"scope": "col"}, {"scope": "col", **number}]
    assert page.all("th") == [*heads, *[{"scope": "row"}] * 2, *heads]
    assert page.all("td") == [number, number]


def test_a_table_of_which_one_row_is_shown_says_so_without_a_number(tmp_path: Path) -> None:
    page = page_of(pd.DataFrame({"a": range(3)}), tmp_path, max_rows=1)

    assert page.texts["p"] == ["The page shows the first of 3 rows."]


@pytest.mark.parametrize(("rows", "is_cut"), [(1000, False), (12_345, True)])
def test_a_long_table_is_cut_and_says_so(rows: int, is_cut: bool, tmp_path: Path) -> None:
    page = page_of(pd.DataFrame({"a": range(rows)}), tmp_path)

    assert len(page.tables[0]) == 1001
    line = ["The page shows the first 1,000 of 12,345 rows."]
    assert page.texts.get("p", []) == (line if is_cut else [])


def test_a_frame_of_nothing_keeps_its_header(tmp_path: Path) -> None:
    page = page_of({"a": pd.DataFrame({"x_y": []}), "b": pd.DataFrame()}, tmp_path)

    assert page.tables == [[["X y"]], [[]]]
    assert page.texts["p"] == ["No rows.", "No rows."]


def test_columns_of_any_name_are_shown(tmp_path: Path) -> None:
    frame = pd.DataFrame([[1, 2, 3, 4, 5, 6]])
    day, moment = pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-02 09:15")
    frame.columns = pd.Index(["a", "a", day, moment, ("hours", day), None], dtype=object)

    (table,) = page_of(frame, tmp_path).tables

    heads = [
        *("A", "a (2)", "2\u00a0Mar 2026", "2026-03-02T09:15:00", "Hours; 2026-03-02", ""),
    ]
    assert table == [heads, ["1", "2", "3", "4", "5", "6"]]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), min_size=1, max_size=5
    )
)
def test_any_text_comes_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    path = tmp_path_factory.mktemp("page")

    page = page_of({"x": pd.DataFrame({"x": texts})}, path, title=texts[0], notes=texts)

    assert [row[0] for row in page.tables[0][1:]] == [text or "(none)" for text in texts]
    assert page.texts["p"] == texts


def test_half_a_character_breaks_no_page(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": pd.Series(["a\ud800b"], dtype=object)})

    with pytest.warns(af.exceptions.AsanaWarning, match="text in x has halves of characters"):
        page = page_of(frame, tmp_path)

    assert page.tables == [[["X"], ["a\ufffdb"]]]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_rows": 0}, "max_rows= takes a whole number of at least 1"),
        ({"frames": {"a": [1]}}, r"frames\['a'\] takes a DataFrame, not list"),
        ({"charts": {"a": [1]}}, r"charts\['a'\] is a list: give a matplotlib Figure or Axes"),
    ],
)
def test_what_makes_no_page_is_refused_and_leaves_nothing(
    options: dict[str, object], words: str, tmp_path: Path
) -> None:
    options = {"frames": {"a": pd.DataFrame({"a": [1]})}, **options}

    with pytest.raises(af.InvalidArgument, match=words):
        page_of(path=tmp_path, **options)  # type: ignore[arg-type]

    assert list(tmp_path.iterdir()) == []


def test_a_chart_that_cannot_be_drawn_leaves_the_older_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("older")
    figure = Figure()
    figure.subplots().set_title(r"$\nonsense$")

    with pytest.raises(ValueError, match="nonsense"):
        page_of({}, tmp_path, charts={"a": figure})

    assert [file.read_text() for file in tmp_path.iterdir()] == ["older"]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(af.ConfigurationError, match="cannot be written"):
        page_of({}, tmp_path / "missing")


def test_the_same_report_is_the_same_file(tmp_path: Path, figure: Figure) -> None:
    pages = []
    for _ in range(2):
        page_of({"a": pd.DataFrame({"a": [1]})}, tmp_path, charts={"a": figure})
        pages.append((tmp_path / "page.html").read_bytes())

    assert pages[0] == pages[1]
    assert not re.search(rb"matplotlib", pages[0])


# ----------------------------------------------------------------- the first page, and for people


TILES = pd.DataFrame(
    {
        "label": ["Late", "Done"],
        "text": ["3", "84 %"],
        "note": ["of 12", None],
        "severity": ["alert", "note"],
    }
)
FINDINGS = pd.DataFrame({"sentence": ["3 of 12 are late."], "severity": ["alert"]})


def test_figures_and_findings_stand_above_the_tables(tmp_path: Path) -> None:
    page = page_of(
        {"Tasks": pd.DataFrame({"a": [1]})},
        tmp_path,
        **{"tiles": TILES, "findings": FINDINGS, "notes": ["Acme, 2 Nov 2026", "How it counts."]},
    )

    assert page.texts["dt"] == ["Late", "Done"]
    assert page.texts["dd"] == ["3", "of 12", "84 %"]
    # The sign is not read out; the word is, and is not seen.
    assert page.texts["span"] == ["▲", "", "Alert: 3\u00a0of 12\u00a0are late."]
    assert {"class": "hidden"} in page.all("span")
    assert {"class": "mark", "aria-hidden": "true"} in page.all("span")
    assert page.texts["p"] == ["Acme, 2 Nov 2026", "How it counts."]
    order = [tag for tag, _ in page.tags if tag in ("h1", "dl", "ul", "nav", "table")]
    assert order == ["h1", "dl", "ul", "table"]


def test_tables_have_captions_and_headers_of_rows_and_columns(tmp_path: Path) -> None:
    page = page_of({"Hours": pd.DataFrame({"name": ["Ana"], "hours": [1.5]})}, tmp_path)

    assert page.texts["caption"] == ["Hours"]
    assert [head["scope"] for head in page.all("th")] == ["col", "col", "row"]


def test_totals_are_below_what_can_be_added_up(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"name": ["a", "b", "c"], "hours": [1.5, 2.0, 0.0], "progress": [0.5, 1.0, 0.0]}
    )

    page = page_of({"t": frame, "one": frame.head(1)}, tmp_path, totals=True, max_rows=1)

    assert page.tables[0][-1] == ["Total of 3 rows", "3.5", ""]
    assert page.tables[1] == [["Name", "Hours", "Progress"], ["a", "1.5", "50 %"]]
    assert len(page.all("tfoot")) == 1


def test_a_total_that_a_table_has_is_not_added_up_again(tmp_path: Path) -> None:
    entries = pd.DataFrame(
        {
            "person_gid": ["1", "2"],
            "person_name": ["Ana", "Bo"],
            "entered_on": pd.to_datetime(["2026-03-02", "2026-03-09"]),
            "duration_minutes": pd.array([90, 30], "Int64"),
        }
    )
    wide = af.rollups.hours(entries, "person", "W", wide=True, totals=True)
    kinds = pd.DataFrame(
        {"kind": ["project", "total"], "project_name": ["A", None], "tasks": [2, 2]}
    )

    page = page_of({"wide": wide, "kinds": kinds}, tmp_path, totals=True)

    assert page.tables[0][-1][0] == "Total"
    assert page.tables[0][-1][page.tables[0][0].index("Total")] == "2.0"
    assert page.tables[1] == [
        ["Project", "Kind", "Tasks"],
        ["A", "project", "2"],
        ["Total", "total", "2"],
    ]
    assert len(page.all("tfoot")) == 2


@pytest.mark.parametrize(
    ("share", "cell"), [(0.834, "83 %"), (1.2, "120 %"), (-0.14, "-14 %"), (0.004, "0.4 %")]
)
def test_shares_are_in_percent(share: float, cell: str, tmp_path: Path) -> None:
    (table,) = page_of(pd.DataFrame({"name": ["a"], "progress": [share]}), tmp_path).tables

    assert table[1] == ["a", cell]


def test_people_see_no_empty_columns_and_a_line_names_them(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "gid": ["1"],
            "name": ["a"],
            "parent_gid": ["2"],
            "tags_names": [()],
            "owner_name": pd.array([None], "string"),
            "depth": [0],
        }
    )

    page = page_of(frame, tmp_path, labels="human")

    assert page.tables == [[["Name"], ["a"]]]
    assert page.texts["p"] == ["Not shown: Parent gid, Tags, Owner, Depth."]
    assert page_of(frame[["depth"]], tmp_path, labels="human").tables == [[["Depth"], ["0"]]]


def test_long_tables_are_folded_away_on_request(tmp_path: Path) -> None:
    frames = {"long": pd.DataFrame({"a": range(30)}), "short": pd.DataFrame({"a": range(5)})}

    page = page_of(frames, tmp_path, fold=20, max_rows=25)

    assert page.texts["summary"] == ["Table of 25 of 30 rows"]
    # Shown on paper alone.
    assert (
        "When printed, this table of 25 of 30 rows is left out unless it is unfolded."
        in page.texts["p"]
    )
    assert len(page.tables) == 2


def test_a_single_row_and_a_single_column_are_in_the_singular(tmp_path: Path) -> None:
    frame = pd.DataFrame({f"c{number:02}": [number] for number in range(22)})

    af.export.to_html(frame.iloc[:, :21], tmp_path / "x.html", title="x", fold=0)
    one = (tmp_path / "x.html").read_text("utf-8")
    af.export.to_html(frame, tmp_path / "x.html", title="x")
    two = (tmp_path / "x.html").read_text("utf-8")

    assert "<summary>Table of 1 row</summary>" in one
    assert "Not printed: 1 column, C20." in one
    assert "Not printed: 2 columns, C20 to C21." in two


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "project_gid": ["11", "12"],
            "project_name": ["Plan", "Plan"],
            "team_name": ["Sales", "Product"],
        }
    )

    (table,) = page_of(frame, tmp_path).tables

    assert [row[0] for row in table[1:]] == ["Plan (Sales)", "Plan (Product)"]
    assert frame["project_name"].tolist() == ["Plan", "Plan"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tiles": pd.DataFrame({"x": [1]})}, "tiles= has no column 'label'"),
        ({"findings": pd.DataFrame({"x": [1]})}, "findings= has no column 'sentence'"),
        ({"findings": 3}, "takes a DataFrame, not int"),
        ({"findings": FINDINGS, "anonymize": "a long secret key"}, "leave out findings="),
        ({"fold": -1}, "fold="),
        ({"totals": "yes"}, "totals="),
    ],
)
def test_what_makes_no_first_page_is_refused(
    options: dict[str, object], words: str, tmp_path: Path
) -> None:
    with pytest.raises(af.InvalidArgument, match=words):
        page_of(pd.DataFrame({"a": [1]}), tmp_path, **options)


def test_the_alternative_text_of_a_chart_is_its_title_and_what_it_shows(tmp_path: Path) -> None:
    done = pd.to_datetime(["2026-10-06", "2026-10-13", "2026-10-14"], utc=True)
    tasks = pd.DataFrame({"gid": ["1", "2", "3"], "completed_at": done, "completed": True})
    ax = af.charts.throughput(af.rollups.throughput(tasks, every="W", now="2026-10-18"))

    page_of({}, tmp_path, charts={"a": ax})

    page = (tmp_path / "page.html").read_text("utf-8")
    (told,) = re.findall(r'alt="([^"]*)"', page)
    assert re.fullmatch(r"Completed tasks per week, [^.]*\. 1 per week on average.*\.", told)


def test_a_report_is_not_anonymized_with_its_findings(tmp_path: Path) -> None:
    report = af.gather.hours_report(af.sandbox(now=NOW), "Acme", end=NOW, by="person", now=NOW)

    with pytest.raises(af.InvalidArgument, match=r"pass report.tables\(\) instead of the report"):
        page_of(report, tmp_path, anonymize="a long secret key")


def test_columns_of_empty_texts_are_left_out_for_people(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["a", "b"], "notes": ["", ""], "progress": [0.5, 1.0]})

    (table,) = page_of(frame, tmp_path, labels="human").tables

    assert table[0] == ["Name", "Progress"]
