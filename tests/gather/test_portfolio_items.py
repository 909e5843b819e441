"""Projects below portfolios, at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import columns_of
from asana_frames.gather import portfolio_items
from asana_frames.gather.portfolio_items import MAX_WAYS
from asana_frames.sandbox_server import serve
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply


@pytest.fixture(scope="module")
def own() -> Iterator[af.Asana]:
    """A sandbox to write to."""
    with serve(now=NOW) as server, af.connect("sandbox", base_url=server.url) as connected:
        yield connected


@pytest.fixture(scope="module")
def tree(own: af.Asana) -> dict[str, str]:
    """Portfolios a > b > c, and a > c; name -> gid."""
    made = own.portfolios.create(
        name=["a", "b", "c"], workspace=own.workspaces.list()["gid"].iloc[0]
    )
    gids = dict(zip(made["name"], made["gid"], strict=True))
    for parent, item in (("a", "b"), ("a", "c"), ("b", "c")):
        own.portfolios.add_item(gids[parent], item=gids[item])
    for parent, item in (("a", "Mobile app"), ("b", "Office move"), ("c", "Office move")):
        own.portfolios.add_item(gids[parent], item=own.projects.search("Acme", text=item))
    return gids


def test_projects_of_nested_portfolios_are_read_once_with_all_ways(
    own: af.Asana, tree: dict[str, str]
) -> None:
    frame = portfolio_items(own, tree["a"]).set_index("name")

    a, b, c = tree["a"], tree["b"], tree["c"]
    assert list(frame.index) == ["Mobile app", "Office move"]
    assert frame.loc["Mobile app", "path"] == (a,)
    assert frame.loc["Office move", "path"] == (f"{a}/{b}", f"{a}/{c}", f"{a}/{b}/{c}")
    assert own.last.operation == "gather.portfolio_items"
    assert frame.attrs["asana"]["rows"] == 2
    assert frame.attrs["asana"]["cut_paths"] == 0


def test_portfolios_have_rows_too_if_they_are_asked_for(
    own: af.Asana, tree: dict[str, str]
) -> None:
    frame = portfolio_items(own, tree["a"], portfolios=True)

    kinds = frame.drop_duplicates("gid").set_index("name")["resource_type"]
    assert kinds.to_dict() == {
        **dict.fromkeys(["a", "b", "c"], "portfolio"),
        **dict.fromkeys(["Mobile app", "Office move"], "project"),
    }
    assert frame["portfolio_gids"].iloc[0] == ()
    # Each row says in which portfolios it was found.
    office = frame.loc[frame["name"] == "Office move", "portfolio_gids"].explode()
    assert set(office) == {tree["b"], tree["c"]}
    table = af.rollups.portfolio(
        own.tasks.list(project=frame.query("resource_type == 'project'")), frame
    )
    assert table["kind"].value_counts().to_dict() == {"portfolio": 3, "project": 2, "total": 1}


def test_depth_bounds_the_levels_and_the_ways(own: af.Asana, tree: dict[str, str]) -> None:
    one = portfolio_items(own, tree["a"], depth=1)
    two = portfolio_items(own, tree["a"], depth=2).set_index("name")

    a, b, c = tree["a"], tree["b"], tree["c"]
    assert one["name"].tolist() == ["Mobile app"]
    assert two.loc["Office move", "path"] == (f"{a}/{b}", f"{a}/{c}")


def test_portfolios_given_together_begin_ways_of_their_own(
    own: af.Asana, tree: dict[str, str]
) -> None:
    frame = portfolio_items(own, [tree["a"], tree["b"]], depth=1).set_index("name")

    assert frame["path"].to_dict() == {"Mobile app": (tree["a"],), "Office move": (tree["b"],)}


def test_the_columns_are_those_of_projects_with_custom_fields_and_path(asana: af.Asana) -> None:
    portfolios = asana.portfolios.list(workspace="Acme", owner="me")

    frame = portfolio_items(asana, portfolios)

    projects = asana.projects.get(frame)
    assert list(frame.columns) == [*projects.columns, "path"]
    pd.testing.assert_frame_equal(frame.drop(columns="path"), projects)
    assert [name for name in projects.columns if name.startswith("cf_")]
    assert len(frame) > 5


def test_fields_are_those_asked_for(asana: af.Asana) -> None:
    portfolios = asana.portfolios.list(workspace="Acme", owner="me")

    few = portfolio_items(asana, portfolios, fields=["name", "html_notes"])
    typed = portfolio_items(asana, portfolios, fields=["resource_type"])
    whole = portfolio_items(asana, portfolios, fields="all")

    assert list(few.columns) == ["gid", "name", "html_notes", "path"]
    assert list(typed.columns) == ["gid", "resource_type", "path"]
    expected = [c.name for c in columns_of("project", ("all",)) if c.kind != "custom_fields"]
    assert [n for n in whole.columns if not n.startswith("cf_")] == [*expected, "path"]


def test_no_portfolios_and_empty_ones_have_the_same_columns(
    own: af.Asana, tree: dict[str, str]
) -> None:
    empty = own.portfolios.create(name="empty", workspace=own.workspaces.list()["gid"].iloc[0])

    none = portfolio_items(own, [])
    inside = portfolio_items(own, empty)

    # Custom fields are those that portfolios define, or that their items bring along.
    expected = portfolio_items(own, tree["b"]).drop(columns="cf_Health")
    for frame in (none, inside):
        assert list(frame.columns) == list(expected.columns)
        assert frame.dtypes.tolist() == expected.dtypes.tolist()
        assert len(frame) == 0


def graph(items: dict[str, list[str]], refused: tuple[str, ...] = ()) -> Any:
    """Return replies of portfolios that hold what ``items`` says; others are projects."""

    def reply(asked: Asked) -> Reply:
        *_, gid, what = asked.path.split("/")
        if gid in refused:
            return Reply(status=403, body={"errors": [{"message": "Not yours"}]})
        if what != "items":
            return Reply(body={"data": []})
        rows = [
            {"gid": item, "resource_type": "portfolio" if item in items else "project"}
            for item in items[gid]
        ]
        return Reply(body={"data": rows})

    return reply


def test_portfolios_that_contain_each_other_are_read_once(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = graph({"1": ["2", "9"], "2": ["3"], "3": ["1", "2", "8", "3"]})

    frame = portfolio_items(recorded, "1", fields=["name"]).set_index("gid")

    assert frame["path"].to_dict() == {"9": ("1",), "8": ("1/2/3",)}
    assert [asked.path.split("/")[-2] for asked in recorder.asked] == ["1", "2", "3"]


def test_a_refused_portfolio_is_recorded_and_the_others_are_read(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = graph({"1": ["2", "3"], "2": ["8"], "3": ["9"]}, refused=("2",))

    with pytest.warns(af.PartialResultWarning, match="Could not read 1 of 2 portfolios"):
        frame = portfolio_items(recorded, "1", fields=["name"])

    assert frame["gid"].tolist() == ["9"]
    assert recorded.last.failures["parent_gid"].tolist() == ["2"]
    assert frame.attrs["asana"]["failed"] == 1


def test_the_refusal_of_the_only_portfolio_is_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = graph({"1": []}, refused=("1",))

    with pytest.raises(af.Forbidden, match="Not yours"):
        portfolio_items(recorded, ["1"])


def test_ways_that_double_with_each_level_end(recorder: Recorder, recorded: af.Asana) -> None:
    items = {
        f"{level}{side}": [f"{level + 1}{other}" for other in (1, 2)]
        for level in range(10, 40)
        for side in (1, 2)
    }
    items |= {"401": ["9"], "402": ["9"]}
    recorder.reply = graph(items)

    frame = portfolio_items(recorded, "101", fields=["name"])

    assert frame["gid"].tolist() == ["9"]
    assert len(frame["path"].iloc[0]) == len(set(frame["path"].iloc[0])) == MAX_WAYS
    assert frame.attrs["asana"]["cut_paths"] == 1
    assert len(recorder.asked) == 61


@pytest.mark.parametrize("depth", [0, -1, 1.5, True, "2"])
def test_a_depth_that_is_no_number_of_levels_is_refused(asana: af.Asana, depth: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="use a number of levels"):
        portfolio_items(asana, "1", depth)
