"""Charts of goals by what is drawn: marks, groups, trees, lanes, periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.dates import ConciseDateFormatter, num2date

import asana_frames as af
from asana_frames.charts.shared.statuses import goal_status_look
from asana_frames.frames.arrays import STR


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    plt.close("all")


def progress_of(**columns: list[Any]) -> pd.DataFrame:
    """Goals A, B, C: 20, 80 and 50 % of the way, of which half is expected."""
    frame = pd.DataFrame(
        {
            "gid": ["1", "2", "3"],
            "name": ["A", "B", "C"],
            "status": ["red", "green", None],
            "progress": [0.2, 0.8, 0.5],
            "expected": [0.5, 0.5, None],
            "ahead": [-0.3, 0.3, None],
            "parent_names": [("Top",), (), ("Top",)],
            "time_period_display_name": ["Q1", "Q2", None],
            "start_on": pd.to_datetime(["2026-01-01", "2026-04-01", None]),
            "due_on": pd.to_datetime(["2026-03-31", "2026-06-30", None]),
        }
        | columns
    )
    numbers = dict.fromkeys(["progress", "expected", "ahead"], "Float64")
    return frame.astype({"status": STR, **numbers})


def names_of(ax: Axes) -> list[str]:
    """The names from the top down."""
    return [label.get_text() for label in ax.get_yticklabels()][::-1]


def test_marks_show_what_is_expected_and_words_how_far_ahead_or_behind() -> None:
    ax = af.charts.goal_progress(progress_of())

    (marks,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    assert [segment[0][0] for segment in marks.get_segments()] == [50.0, 50.0]
    *words, finding = (text.get_text() for text in ax.texts)
    rule = "more than 10 points behind what is expected by now"
    assert finding == f"1 of 3 goals is {rule}: A by 30."
    assert sorted(words) == [
        "20 %  off track, 30 points behind",
        "50 %  no status",
        "80 %  on track, 30 points ahead",
    ]
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["expected by now"]


def test_goals_are_grouped_by_parent_under_bold_headings() -> None:
    ax = af.charts.goal_progress(progress_of(), by="parent")

    assert names_of(ax) == ["Top", "C", "A", "At the top", "B"]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_weight() == "bold"]
    assert sorted(bold) == ["At the top", "Top"]
    assert len(ax.patches) == 3


def test_goals_are_grouped_by_period_in_the_order_of_time() -> None:
    ax = af.charts.goal_progress(progress_of(), by="period")

    assert names_of(ax) == ["Q1", "A", "Q2", "B", "(none)", "C"]


def test_an_unknown_group_and_a_missing_column_are_refused() -> None:
    with pytest.raises(af.InvalidArgument, match="'parent', 'period'"):
        af.charts.goal_progress(progress_of(), by="team")  # type: ignore[arg-type]
    with pytest.raises(af.InvalidArgument, match="parent_names"):
        af.charts.goal_progress(progress_of().drop(columns="parent_names"), by="parent")
    with pytest.raises(af.InvalidArgument, match="is_repeated"):
        af.charts.goal_tree(progress_of())
    with pytest.raises(af.InvalidArgument, match="goal_name"):
        af.charts.goal_history(progress_of())
    with pytest.raises(af.InvalidArgument, match="due_on"):
        af.charts.goal_timeline(progress_of().drop(columns="due_on"))


def test_a_tree_is_indented_from_the_top_down_and_names_what_is_no_goal() -> None:
    tree = progress_of(
        name=["Top", "Below $5 and $6", "Site"],
        kind=["goal", "goal", "project"],
        depth=[0, 1, 2],
        is_repeated=[False, True, False],
    )

    ax = af.charts.goal_tree(tree)

    assert names_of(ax) == [
        "Top",
        "\u2003Below \\$5 and \\$6 (see above)",
        "\u2003\u2003[project] Site",
    ]
    assert ax.texts[0].get_text() == "50 %  done"


def test_goals_of_equal_names_in_a_tree_are_told_apart() -> None:
    tree = progress_of(
        gid=["120001", "120002", "120002"],
        name="Grow",
        kind="goal",
        depth=[0, 1, 1],
        is_repeated=[False, False, True],
    )

    names = names_of(af.charts.goal_tree(tree))

    assert names == [
        "Grow …0001",
        "\u2003Grow …0002",
        "\u2003Grow …0002 (see above)",
    ]


@pytest.mark.parametrize("order", [[3, 2, 1, 0, 4], [4, 1, 3, 0, 2]])
def test_children_of_a_tree_that_was_sorted_stand_below_their_parents(order: list[int]) -> None:
    tree = pd.concat([progress_of()] * 2, ignore_index=True).head(5)
    tree = tree.assign(
        gid=["1", "2", "3", "2", "4"],
        parent_gid=[None, "1", "2", "3", "2"],
        name=["Top", "Both", "Next", "Both", "Low"],
        kind="goal",
        depth=[0, 1, 2, 3, 2],
        is_repeated=[False, False, False, True, False],
    )

    sorted_names = names_of(af.charts.goal_tree(tree.iloc[order]))
    part = names_of(af.charts.goal_tree(tree.iloc[[4, 3]]))

    assert [name.strip() for name in sorted_names[:2]] == ["Top", "Both"]
    below = sorted_names.index("\u2003\u2003Next")
    assert sorted_names[below + 1] == "\u2003\u2003\u2003Both (see above)"
    assert [name.strip() for name in part] == ["Low", "Both (see above)"]


@pytest.mark.parametrize(
    ("status", "words"), [("on track", "on track"), ("Off Track", "off track"), ("x", "no status")]
)
def test_a_status_in_words_is_the_one_that_it_names(status: str, words: str) -> None:
    assert goal_status_look(status).words == words


def history_of(*rows: tuple[str, str, str, str | None, float | None]) -> pd.DataFrame:
    columns = ["goal_gid", "at", "event", "status", "progress"]
    frame = pd.DataFrame(list(rows), columns=columns)
    frame["at"] = pd.to_datetime(frame["at"], utc=True).astype("datetime64[us, UTC]")
    names = frame["goal_gid"].map(lambda gid: f"Goal {gid}")
    return frame.assign(goal_name=names).astype({"status": STR, "progress": "Float64"})


def test_a_lane_is_coloured_from_each_update_to_the_next_and_has_a_line_of_progress() -> None:
    ax = af.charts.goal_history(
        history_of(
            ("1", "2026-01-01", "start", None, 0.0),
            ("1", "2026-01-11", "status update", "on_track", None),
            ("1", "2026-01-31", "status update", "off_track", None),
            ("1", "2026-02-10", "now", "off_track", 0.5),
            ("2", "2026-02-10", "now", None, None),
        )
    )

    assert names_of(ax) == ["Goal 1", "Goal 2"]
    assert [round(bar.get_width()) for bar in ax.patches] == [20, 10, 1]
    begins = [num2date(bar.get_x()).strftime("%Y-%m-%d") for bar in ax.patches]
    assert begins == ["2026-01-11", "2026-01-31", "2026-02-10"]
    # The lane of the first goal lies around 1: half of the way is its middle.
    assert list(ax.lines[0].get_ydata()) == pytest.approx([0.6, 1.0])
    assert isinstance(ax.xaxis.get_major_formatter(), ConciseDateFormatter)
    legend = ax.get_legend()
    assert legend is not None
    assert {text.get_text() for text in legend.get_texts()} == {
        "on track",
        "off track",
        "progress",
    }


def test_a_history_in_another_order_is_drawn_by_time() -> None:
    ax = af.charts.goal_history(
        history_of(
            ("1", "2026-02-10", "now", "off_track", 0.5),
            ("1", "2026-01-31", "status update", "off_track", None),
            ("1", "2026-01-11", "status update", "on_track", None),
        )
    )

    assert [round(bar.get_width()) for bar in ax.patches] == [20, 10, 1]


def test_progress_beyond_its_bounds_stays_in_its_lane() -> None:
    ax = af.charts.goal_history(
        history_of(("1", "2026-01-01", "start", None, -3.0), ("1", "2026-02-01", "now", None, 9.0))
    )

    assert list(ax.lines[0].get_ydata()) == pytest.approx([-0.4, 0.4])


def test_a_timeline_has_a_bar_from_start_to_due_and_fills_what_is_reached() -> None:
    ax = af.charts.goal_timeline(progress_of(), now="2026-05-01")

    assert names_of(ax) == ["A", "B"]
    # 90 and 91 days; from the bottom up, first the periods, then what is reached of them.
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([91, 90, 0.8 * 91, 0.2 * 90])
    assert any("+ 1 without dates" in text.get_text() for text in ax.texts)
    assert num2date(ax.lines[0].get_xdata()[0]).strftime("%Y-%m-%d") == "2026-05-01"


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (lambda ax: af.charts.goal_progress(progress_of().head(0), ax=ax), "No goals"),
        (lambda ax: af.charts.goal_history(history_of(), ax=ax), "No history"),
        (lambda ax: af.charts.goal_timeline(progress_of().head(0), ax=ax), "No goals"),
        (lambda ax: af.charts.goal_timeline(progress_of().tail(1), ax=ax), "No goals with dates"),
    ],
)
def test_nothing_is_an_empty_chart_that_says_so(chart: Any, words: str) -> None:
    _, ax = plt.subplots(figsize=(4, 3))

    assert chart(ax) is ax
    assert [text.get_text() for text in ax.texts] == [words]
    assert len(plt.get_fignums()) == 1


def test_many_goals_with_long_names_are_drawn_in_small_axes() -> None:
    many = pd.concat([progress_of(name=["x" * 200, "y", "z"])] * 30, ignore_index=True)
    many["gid"] = [str(number) for number in range(len(many))]
    _, ax = plt.subplots(figsize=(4, 3))

    af.charts.goal_timeline(many, ax=ax)

    assert len(ax.get_yticks()) < 20
    assert any("more" in text.get_text() for text in ax.texts)


def card_of(**columns: list[Any]) -> pd.DataFrame:
    """Key results A (its own objective), and B and C below Top."""
    frame = pd.DataFrame(
        {
            "objective_gid": ["1", "9", "9"],
            "objective_name": ["A", "Top", "Top"],
            "key_result_gid": ["1", "2", "3"],
            "key_result_name": ["A", "B", "C"],
            "status": ["red", "green", None],
            "progress": [0.2, 0.8, None],
            "expected": [0.5, 0.5, None],
            "current_of_target": ["2 of 10", "8 of 10", None],
            "days_since_status": [3.0, 45.0, None],
        }
        | columns
    )
    numbers = ["progress", "expected", "days_since_status"]
    texts = ["status", "current_of_target"]
    return frame.astype(dict.fromkeys(numbers, "Float64") | dict.fromkeys(texts, STR))


def bold_of(ax: Axes) -> list[str]:
    labels = ax.get_yticklabels()[::-1]
    return [label.get_text() for label in labels if label.get_weight() == "bold"]


def test_key_results_stand_below_their_objectives_with_values_and_confidence() -> None:
    ax = af.charts.scorecard(card_of())

    assert [name.strip() for name in names_of(ax)] == ["A", "Top", "B", "C"]
    assert bold_of(ax) == ["A", "Top"]
    words = [text.get_text() for text in ax.texts]
    assert {"2 of 10,  off track", "8 of 10,  on track", "no status"} <= set(words)
    # B was updated long ago, and C never.
    assert "2 without a status update in 30 days" in words
    assert sorted(round(bar.get_width()) for bar in ax.patches) == [0, 20, 80]


def test_key_results_of_equal_names_are_told_apart() -> None:
    card = card_of(key_result_gid=["1", "120002", "120003"], key_result_name=["A", "Sell", "Sell"])

    names = names_of(af.charts.scorecard(card))

    assert names == ["A", "Top", "\u2003Sell …0002", "\u2003Sell …0003"]


def test_each_key_result_without_a_gid_counts_in_the_finding() -> None:
    card = card_of(key_result_gid=[None] * 3, status=["red"] * 3, progress=[0.2, 0.1, 0.4])

    assert subtitle_of(af.charts.scorecard(card)).startswith("2 of 3 key results are more than 10")


def test_a_narrow_scorecard_has_the_confidence_alone() -> None:
    _, ax = plt.subplots(figsize=(4, 3))

    af.charts.scorecard(card_of(), ax=ax)

    assert {"off track", "on track", "no status"} <= {text.get_text() for text in ax.texts}


def forecast_of(**columns: list[Any]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "gid": ["1", "2", "3"],
            "name": ["A", "B", "C"],
            "due_on": pd.to_datetime(["2026-12-31"] * 3),
            "days_left": [59, 59, 0],
            "progress": [0.5, 0.9, 0.5],
            "progress_at_due": [0.75, 2.5, 0.5],
            "probability": [None, 0.84, None],
        }
        | columns
    )
    return frame.astype({"days_left": "Int64", "probability": "Float64"})


def test_a_forecast_draws_progress_now_and_on_the_due_day() -> None:
    ax = af.charts.goal_forecast(forecast_of())

    assert names_of(ax) == ["B", "A"]
    # From the bottom up: what is added until the due day, then what is reached.
    assert [round(bar.get_width()) for bar in ax.patches] == [25, 30, 50, 90]
    words = {text.get_text() for text in ax.texts}
    assert {"75 % by 31 Dec 2026", "250 % by 31 Dec 2026, chance 84 %"} <= words
    assert "+ 1 that are due, closed, or without a forecast" in words


def test_a_forecast_that_falls_pales_what_is_lost() -> None:
    ax = af.charts.goal_forecast(forecast_of(progress_at_due=[0.3, 0.8, 0.5]))

    assert [round(bar.get_width()) for bar in ax.patches][-2:] == [20, 10]


def test_drivers_stand_below_their_goals_with_what_they_owe() -> None:
    drivers = pd.DataFrame(
        {
            "goal_gid": ["1", "1", "2", "2"],
            "goal_name": ["A", "A", "B", "B"],
            "ahead": [-0.3, -0.3, -0.1, -0.1],
            "driver_name": ["Site", "Low", "App", "Idle"],
            "kind": ["project", "goal", "task", "goal"],
            "progress": [0.2, None, 0.0, 0.5],
            "weight": [0.5, 0.5, 1.0, 0.0],
            "owed": [0.4, None, 1.0, 0.0],
        }
    ).astype(dict.fromkeys(["ahead", "progress", "weight", "owed"], "Float64"))

    ax = af.charts.goal_drivers(drivers)

    names = [name.strip() for name in names_of(ax)]
    assert names == ["A", "[project] Site", "Low", "B", "[task] App"]
    assert bold_of(ax) == ["A", "B"]
    assert [round(bar.get_width()) for bar in ax.patches] == [100, 0, 0, 40, 0]
    words = {text.get_text() for text in ax.texts}
    assert {"30 points behind", "20 % done, 50 % of the goal"} <= words
    assert "no progress, 50 % of the goal" in words
    assert "+ 1 that support a goal without counting for its progress" in words


@pytest.mark.parametrize(
    ("chart", "frame", "words"),
    [
        ("scorecard", card_of().head(0), "No key results"),
        ("goal_forecast", forecast_of().head(0), "No goals"),
        ("goal_forecast", forecast_of().tail(1), "No goals with a forecast"),
    ],
)
def test_cards_and_forecasts_of_nothing_say_so(
    chart: str, frame: pd.DataFrame, words: str
) -> None:
    ax = getattr(af.charts, chart)(frame)

    assert [text.get_text() for text in ax.texts] == [words]


def subtitle_of(ax: Axes) -> str:
    """The text that stands next to the title."""
    (found,) = [text.get_text() for text in ax.texts if text.get_text().endswith(".")]
    return " ".join(found.split())


def test_subtitles_say_what_the_goals_show() -> None:
    asana = af.sandbox(now="2026-11-02")
    goals = asana.goals.list(workspace="Acme")
    links = asana.goal_relationships.list(supported_goal=goals)
    progress = af.rollups.goal_progress(goals, links, now="2026-11-02")
    is_open = ~progress["status"].isin(["achieved", "partial", "missed", "dropped"])
    behind = int((progress["ahead"] < -0.1 - 1e-9)[is_open].sum())

    ax = af.charts.goal_progress(progress)

    assert ax.get_title() == "Acme: progress of goals"
    assert subtitle_of(ax).startswith(f"{behind} of {is_open.sum()} goals are more than 10")
    card = af.rollups.scorecard(goals, links, now="2026-11-02")
    assert "points behind what is expected by now" in subtitle_of(af.charts.scorecard(card))
    forecast = af.rollups.goal_forecast(goals, links, now="2026-11-02")
    reached = int((forecast["progress_at_due"] >= 1).sum())
    assert f", {reached} of" in subtitle_of(af.charts.goal_forecast(forecast))
    assert subtitle_of(af.charts.goal_timeline(progress)) == "No open goal is past its due day."
    late = subtitle_of(af.charts.goal_timeline(progress.assign(status="red")))
    assert "are open past the due day; the first due" in late


def test_findings_of_one_goal_are_in_the_singular() -> None:
    due = pd.Timestamp("2026-10-01")
    progress = progress_of().assign(status="achieved", start_on=due, due_on=due)
    progress.loc[0, "status"] = "red"
    forecast = forecast_of()
    forecast["progress_at_due"] = [1.2, *[0.4] * (len(forecast) - 1)]

    late = subtitle_of(af.charts.goal_timeline(progress, now="2026-11-02"))
    reached = subtitle_of(af.charts.goal_forecast(forecast))

    assert late.startswith(f"1 of {len(progress)} goals is open past the due day; the first due: ")
    assert "goals reaches its target" in reached


def test_titles_and_subtitles_can_be_changed_and_left_out() -> None:
    ax = af.charts.goal_progress(progress_of(), title="Mine", subtitle="Half is done")

    assert ax.get_title() == "Mine"
    assert "Half is done" in [text.get_text() for text in ax.texts]
    assert af.charts.goal_progress(progress_of(), title="").get_title() == ""
    with pytest.raises(af.InvalidArgument, match=r"title=\) expects text"):
        af.charts.goal_progress(progress_of(), title=3)  # type: ignore[arg-type]


def test_today_is_marked_on_the_timeline_where_there_are_days_around_it() -> None:
    words = [
        text.get_text() for text in af.charts.goal_timeline(progress_of(), now="2026-05-01").texts
    ]
    assert "today" in words
    words = [
        text.get_text() for text in af.charts.goal_timeline(progress_of(), now="2028-05-01").texts
    ]
    assert "today" not in words


def test_a_scorecard_of_objectives_alone_is_drawn_without_a_finding() -> None:
    ax = af.charts.scorecard(card_of().head(1))

    assert names_of(ax) == ["A"]
    assert not any("behind" in text.get_text() for text in ax.texts)


@pytest.mark.parametrize(("ahead", "lag"), [(-0.1001, ">10"), (-0.104, "10.4"), (-0.4, "40")])
def test_points_show_that_a_goal_is_beyond_the_limit(ahead: float, lag: str) -> None:
    ax = af.charts.goal_progress(progress_of(ahead=[ahead, -0.1, None]))

    assert subtitle_of(ax).endswith(f"A by {lag}.")
    words = [text.get_text() for text in ax.texts]
    assert f"20 %  off track, {lag} points behind" in words
    assert "80 %  on track, 10 points behind" in words


def test_goals_that_are_equally_far_behind_are_counted() -> None:
    ax = af.charts.goal_progress(progress_of(ahead=[-0.3, -0.3, -0.3]))

    assert names_of(ax) == ["B", "C", "A"]
    assert subtitle_of(ax).endswith("; the most: B and 2 more, by 30.")


def test_findings_tell_goals_of_equal_names_apart_as_the_rows_do() -> None:
    same = {"gid": ["120001", "120002", "120003"], "name": ["Sell"] * 3}
    card = card_of(key_result_gid=["1", "120002", "120003"], key_result_name=["A", "Sell", "Sell"])
    card["expected"] = [0.5, 1.0, 0.5]

    for ax in (af.charts.goal_progress(progress_of(**same)), af.charts.scorecard(card)):
        named = subtitle_of(ax).partition(": ")[2].partition(" by")[0]
        assert named in [name.strip() for name in names_of(ax)]


def drivers_of(count: int, owed: float) -> pd.DataFrame:
    """Drivers of one goal, of which the last one owes the most."""
    return pd.DataFrame(
        {
            "goal_gid": "119999",
            "goal_name": "Sell",
            "ahead": -0.3,
            "driver_gid": [f"12{number:04}" for number in range(count)],
            "driver_name": ["Sell"] * count,
            "kind": "goal",
            "progress": 0.5,
            "weight": 0.5,
            "owed": [*[owed / 2] * (count - 1), owed],
        }
    ).astype(dict.fromkeys(["ahead", "progress", "weight", "owed"], "Float64"))


def test_drivers_and_goals_of_equal_names_are_told_apart_and_less_than_a_point_is_told() -> None:
    ax = af.charts.goal_drivers(drivers_of(2, 0.004))

    names = [name.strip() for name in names_of(ax)]
    assert names == ["Sell …9999", "Sell …0000", "Sell …0001"]
    assert subtitle_of(ax) == "Sell …0001 holds Sell …9999 back the most: by 0.4 points."


def test_rows_that_the_finding_names_are_drawn_in_small_axes() -> None:
    many = 30
    gids = [str(number) for number in range(many)]
    goals = pd.concat([progress_of().head(1)] * many, ignore_index=True).assign(
        gid=gids, name=[f"Goal {gid}" for gid in gids], ahead=[*[-0.05] * (many - 1), -0.4]
    )
    goals["progress"] = [*[0.5] * (many - 1), 0.1]
    tree = goals.assign(
        kind="goal", is_repeated=False, depth=[0, *[1] * (many - 1)], parent_gid=None
    )
    card = pd.concat([card_of().tail(1)] * many, ignore_index=True).assign(
        key_result_gid=gids,
        key_result_name=goals["name"],
        progress=goals["progress"],
        expected=0.5,
    )
    for chart, table, ending in (
        ("goal_progress", goals, "Goal 29"),
        ("goal_tree", tree, "Goal 29"),
        ("scorecard", card, "Goal 29"),
        ("goal_drivers", drivers_of(many, 0.4), "Sell …0029"),
    ):
        _, axes = plt.subplots(2, 2, figsize=(11, 8))
        ax = getattr(af.charts, chart)(table, ax=axes[0, 0])
        names = [name.strip() for name in names_of(ax)]
        assert len(names) < many
        assert ending in names
        assert ending in subtitle_of(ax)


@pytest.mark.parametrize("chart", [af.charts.goal_progress, af.charts.goal_tree])
def test_rows_without_a_kind_are_not_goals(chart: Any) -> None:
    kinds = pd.array(["goal", None, "goal"], "string")
    table = progress_of().assign(kind=kinds, depth=0, is_repeated=False)

    ax = chart(table)

    assert "80 %  done" in [text.get_text() for text in ax.texts]


def test_errors_of_floating_point_are_neither_beyond_the_target_nor_below_0() -> None:
    ax = af.charts.goal_progress(progress_of(progress=[-1e-17, (0.1 + 0.2) / 0.3, 0.5]))

    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["expected by now"]  # type: ignore[union-attr]


def test_the_goal_that_is_due_longest_is_drawn_below_closed_ones() -> None:
    days = pd.date_range("2026-02-01", periods=60)
    table = pd.DataFrame({"gid": [f"{n}" for n in range(60)], "name": "Site", "progress": 0.5})
    table = table.assign(status=["achieved"] * 59 + ["red"], start_on=days[0], due_on=days)

    ax = af.charts.goal_timeline(table, now="2026-11-28")

    assert subtitle_of(ax).endswith("the first due: Site …59 since 1 Apr 2026.")
    assert names_of(ax)[-1] == "Site …59"


def test_errors_of_floating_point_hold_no_goal_back() -> None:
    ax = af.charts.goal_drivers(drivers_of(3, owed=1e-17))

    assert "back the most" not in " ".join(text.get_text() for text in ax.texts)


def test_a_part_of_a_tree_is_indented_only_below_goals_that_are_drawn() -> None:
    tree = pd.concat([progress_of()] * 2, ignore_index=True).head(4)
    tree = tree.assign(
        gid=["1", "2", "3", "4"],
        name=["Top", "Middle", "Low", "Other"],
        kind="goal",
        depth=[0, 1, 2, 1],
        is_repeated=False,
        path=[("Top",), ("Top", "Middle"), ("Top", "Middle", "Low"), ("Top", "Other")],
    )

    assert names_of(af.charts.goal_tree(tree)) == [
        "Top",
        "\u2003Middle",
        "\u2003\u2003Low",
        "\u2003Other",
    ]
    assert names_of(af.charts.goal_tree(tree.iloc[1:])) == ["Middle", "\u2003Low", "Other"]
    assert names_of(af.charts.goal_tree(tree.iloc[[0, 2]])) == ["Top", "\u2003Low"]


def test_where_not_all_fit_the_goals_that_will_be_least_far_stay() -> None:
    at_due = [n / 20 for n in range(20)]
    table = pd.DataFrame({"gid": [f"{n}" for n in range(20)], "progress_at_due": at_due})
    table = table.assign(name=[f"Goal {n}" for n in range(20)], progress=0.1, days_left=9)
    table = table.assign(due_on=pd.Timestamp("2026-12-31"), probability=None)
    _, ax = plt.subplots(figsize=(6, 3))

    names = names_of(af.charts.goal_forecast(table, ax=ax))

    assert "Goal 0" in names
    assert "Goal 19" not in names
