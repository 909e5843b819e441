"""Letters that the font of a style lacks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.font_manager import FontProperties

import asana_frames as af
from asana_frames.charts.shared import fonts
from asana_frames.charts.shared.fonts import find_missing, use_fallback_fonts


@pytest.fixture(autouse=True)
def closed_figures() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.fixture
def only_the_usual_font(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_list_fonts", list)


@pytest.mark.usefixtures("only_the_usual_font")
def test_letters_that_no_font_has_are_boxes_and_one_warning_names_fonts() -> None:
    ax = pyplot.figure().subplots()
    ax.set_title("Ana 株式 🚀")
    ax.set_yticks([0, 1], ["ไทย", "plain"])

    with pytest.warns(UserWarning, match="Install .*Noto Sans CJK .* and Noto Emoji") as told:
        use_fallback_fonts(ax)

    assert len(told) == 1
    assert ax.get_title() == "Ana □□ □"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["□□□", "plain"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()


@pytest.mark.usefixtures("only_the_usual_font")
def test_a_font_of_several_scripts_is_named_with_all_of_them() -> None:
    ax = pyplot.figure().subplots()
    ax.set_title("株 한")

    with pytest.warns(UserWarning, match=r"Noto Sans CJK \(Chinese, Japanese, Korean\), then"):
        use_fallback_fonts(ax)


@pytest.mark.usefixtures("only_the_usual_font")
def test_joiners_and_marks_of_direction_are_not_drawn() -> None:
    ax = pyplot.figure().subplots()
    ax.set_title("a\u200db\u202ec\ufe0f")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        use_fallback_fonts(ax)

    assert ax.get_title() == "abc"


def test_a_font_that_has_the_letters_is_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_list_fonts", lambda: [("Serif One", "one.ttf")])
    monkeypatch.setattr(fonts, "has_glyph", lambda file, sign: sign.isascii() or file == "one.ttf")
    ax = pyplot.figure().subplots()
    ax.set_title("株")

    use_fallback_fonts(ax)

    assert ax.title.get_text() == "株"
    assert ax.title.get_fontfamily()[-1] == "Serif One"


def test_plain_letters_are_missed_by_no_font() -> None:
    assert find_missing("plain", FontProperties(family="no such font")) == set()
    assert find_missing("é\n", FontProperties()) == set()


@pytest.mark.parametrize("name", ["\u2764\ufe0f relaunch", "株 relaunch"])
@pytest.mark.usefixtures("only_the_usual_font")
@pytest.mark.filterwarnings("ignore:Some characters")
def test_a_title_whose_letters_are_replaced_stays_one_of_the_chart(name: str) -> None:
    figure = pyplot.figure(figsize=(8, 3), layout="constrained")
    hours = pd.DataFrame({"person_name": ["Ana", "Ben"], "hours": [3.0, 2.0]})
    hours.attrs["subject"] = f"{name} of the site and the shop"
    ax = af.charts.hours(hours, ax=figure.subplots())

    figure.set_size_inches(3.2, 3)
    figure.canvas.draw()

    assert ax.title.get_window_extent().x1 <= figure.bbox.x1
    assert not set("株\ufe0f") & set(ax.get_title())
    ax.set_title("Mine", loc="left")
    assert ax.get_title() == ""
