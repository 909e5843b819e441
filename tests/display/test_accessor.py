"""``df.asana``: links, tidy tables and card of a frame, wherever it came from."""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.calls.references import gid_in_url
from asana_frames.display import accessor
from asana_frames.display.accessor import FrameAccessor, NoGidColumn
from asana_frames.display.cards import LIMIT
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames import STR
from tests.display.test_cards import _TEXTS, _checked


@pytest.fixture
def tasks(asana: af.Asana) -> pd.DataFrame:
    return asana.tasks.list(project="Website relaunch")


def run(code: str) -> str:
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_card_shows_the_first_tasks_with_links_and_where_they_came_from(
    tasks: pd.DataFrame,
) -> None:
    found = _checked(tasks.asana._repr_html_())

    hrefs = [value for name, value in found.attributes if name == "href"]
    assert hrefs == tasks["permalink_url"].tolist()[:20]
    told = tasks.attrs["asana"]
    for text in (
        f"{len(tasks)} tasks",
        "tasks.list",
        told["fetched_at"][:10],
        f"{told['requests']} requests",
        f"and {len(tasks) - 20} more rows",
        *tasks["name"].head(20),
        *tasks["assignee_name"].dropna().head(5),
        *tasks["due_on"].head(20).dropna().astype(str),
    ):
        assert text in found.text


def test_the_card_counts_what_was_left_out_and_what_failed(tasks: pd.DataFrame) -> None:
    tasks.attrs["asana"] |= {"failed": 3, "partial": True}

    text = _checked(tasks.head(1).asana._repr_html_()).text

    assert text.startswith("1 task")
    assert f"of {len(tasks)} rows" in text
    assert "3 failed: asana.last.failures" in text
    assert "asana.last.partial" in text


def test_it_has_a_form_in_words_too(tasks: pd.DataFrame) -> None:
    assert repr(tasks.asana).startswith(f"<{len(tasks)} tasks, tasks.list")


@pytest.mark.parametrize("told", [None, 7, {"operation": 3, "rows": "x", "fetched_at": [1]}])
def test_a_card_bears_whatever_a_file_says_of_a_frame(tasks: pd.DataFrame, told: Any) -> None:
    tasks.attrs = {"asana": told}

    assert f"{len(tasks)} tasks" in _checked(tasks.asana._repr_html_()).text


def test_bridge_and_custom_fields_are_those_of_the_package(tasks: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(
        tasks.asana.bridge("memberships"), af.bridge(tasks, "memberships")
    )
    pd.testing.assert_frame_equal(
        tasks.asana.bridge("tags", key="mine"), af.bridge(tasks, "tags", key="mine")
    )
    pd.testing.assert_frame_equal(tasks.asana.custom_fields(), af.custom_fields(tasks))


READS = {
    "task": lambda asana: asana.tasks.list(project="Website relaunch"),
    "project": lambda asana: asana.projects.list(workspace="Acme"),
    "portfolio": lambda asana: asana.portfolios.list(workspace="Acme", owner="me"),
    "goal": lambda asana: asana.goals.list(workspace="Acme"),
    "user": lambda asana: asana.users.list(workspace="Acme"),
}


@pytest.mark.parametrize("has_permalinks", [True, False])
@pytest.mark.parametrize("record", sorted(READS))
def test_a_link_leads_to_the_object_of_its_row(
    asana: af.Asana, record: str, has_permalinks: bool
) -> None:
    frame = READS[record](asana)
    if not has_permalinks:
        frame = frame.drop(columns="permalink_url", errors="ignore")

    links = frame.asana.links

    assert len(links)
    assert [gid_in_url(link, [record]) for link in links] == frame["gid"].tolist()


def test_every_place_is_read_back_to_its_gid() -> None:
    assert set(accessor._URL_PATHS) == set(READS)
    for record, place in accessor._URL_PATHS.items():
        assert gid_in_url(accessor._APP_URL + place.format("1209"), [record]) == "1209"


def test_links_have_the_index_and_the_dtype_of_text(tasks: pd.DataFrame) -> None:
    turned = tasks.set_index("gid", drop=False).iloc[::-1]

    links = turned.asana.links

    assert links.dtype == STR
    assert links.index.equals(turned.index)
    empty = tasks.iloc[:0].asana.links
    assert empty.dtype == STR
    assert len(empty) == 0


def test_each_row_of_a_mixed_frame_has_the_link_of_its_kind(asana: af.Asana) -> None:
    found = pd.DataFrame(
        {"gid": ["1", "2", "3", None], "resource_type": ["task", "goal", "story", "task"]}
    )

    links = found.asana.links

    assert links.iloc[:2].tolist() == [
        "https://app.asana.com/0/0/1",
        "https://app.asana.com/0/goal/2",
    ]
    assert links.iloc[2:].isna().all()


def test_a_row_that_does_not_say_its_kind_is_of_the_kind_of_the_frame(tasks: pd.DataFrame) -> None:
    frame = tasks.drop(columns="permalink_url").assign(resource_type=None)

    assert frame.asana.links.tolist() == [f"https://app.asana.com/0/0/{g}" for g in tasks["gid"]]


@pytest.mark.parametrize("gid", ["", "1/../2", "1\n", "x", "\uff11", '1"', None, 1.5, "-1"])
def test_no_link_is_made_of_what_is_no_gid(gid: Any) -> None:
    frame = pd.DataFrame({"gid": [gid], "resource_type": ["task"]}, dtype=object)

    assert frame.asana.links.isna().all()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "http://app.asana.com/0/1/2",
        "https://app.asana.com.example.com/0/1/2",
        "https://app.asana.com@example.com/0/1/2",
        'https://app.asana.com/0/1/2" onclick="alert(1)',
        "https://app.asana.com/0/1/2\n",
        "https://app.asana.com/-/logout",
        "",
        None,
        7,
    ],
)
def test_an_address_that_is_not_asanas_is_not_handed_on(url: Any) -> None:
    frame = pd.DataFrame({"gid": ["5"], "resource_type": ["task"], "permalink_url": [url]})

    assert frame.asana.links.tolist() == ["https://app.asana.com/0/0/5"]


def test_a_frame_from_csv_works_by_its_columns(tasks: pd.DataFrame) -> None:
    text = tasks.drop(columns="permalink_url").to_csv(index=False)
    # Without dtype= pandas makes numbers of gids.
    again = pd.read_csv(io.StringIO(text))

    assert not again.attrs
    _checked(again.asana._repr_html_())
    again["permalink_url"] = None
    assert [gid_in_url(link, ["task"]) for link in again.asana.links] == tasks["gid"].tolist()


def test_a_frame_from_parquet_works(tasks: pd.DataFrame, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="part of the parquet extra")
    tasks.to_parquet(tmp_path / "tasks.parquet")

    again = pd.read_parquet(tmp_path / "tasks.parquet")

    assert again.asana.links.tolist() == tasks.asana.links.tolist()
    assert f"{len(tasks)} tasks" in again.asana._repr_html_()


def test_info_says_what_to_ask_for(tasks: pd.DataFrame) -> None:
    tasks["mine"] = 1

    info = tasks.asana.info().set_index("column")

    assert info.index.tolist() == tasks.columns.tolist()
    assert info.loc["assignee_name", "path"] == "assignee.name"
    assert info.loc["cf_Priority", "path"] == "custom_fields"
    assert pd.isna(info.loc["mine", "path"])
    assert info["dtype"].tolist() == [str(dtype) for dtype in tasks.dtypes]
    assert set(info.dtypes) == {STR}


def test_a_frame_without_gids_says_what_to_do() -> None:
    frame = pd.DataFrame({"task_gid": ["1"], "hours": [2.0]})

    with pytest.raises(AttributeError, match=r'needs one column "gid".*has: task_gid, hours') as e:
        frame.asana  # noqa: B018

    assert isinstance(e.value, NoGidColumn)
    assert isinstance(e.value, InvalidArgument)
    assert not hasattr(frame, "asana")
    assert "asana" not in dir(frame)
    assert frame.rename(columns={"task_gid": "gid"}).asana.links.isna().all()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame([["1", "2"]], columns=["gid", "gid"]),
        pd.DataFrame([["1"]], columns=pd.MultiIndex.from_tuples([("a", "gid")])),
        pd.DataFrame([[1, 2]], columns=[0, pd.NA]),
        pd.DataFrame(),
    ],
)
def test_a_frame_of_another_shape_has_no_accessor(frame: pd.DataFrame) -> None:
    assert not hasattr(frame, "asana")


def test_a_gid_that_went_away_is_missed(tasks: pd.DataFrame) -> None:
    kept = tasks.asana
    del tasks["gid"]

    with pytest.raises(NoGidColumn):
        kept.links  # noqa: B018
    with pytest.raises(NoGidColumn):
        kept._repr_html_()


def test_a_column_called_asana_does_no_harm() -> None:
    with_gid = pd.DataFrame({"gid": ["1"], "asana": ["mine"], "resource_type": ["task"]})
    without = with_gid.drop(columns="gid")

    assert with_gid["asana"].tolist() == without["asana"].tolist() == ["mine"]
    assert with_gid.asana.links.tolist() == ["https://app.asana.com/0/0/1"]
    with pytest.raises(AttributeError, match=r'frame\["asana"\]'):
        without.asana  # noqa: B018


def test_columns_of_any_name_and_kind_are_borne() -> None:
    frame = pd.DataFrame(
        {"gid": ["1"], 5: [1], ("a", "b"): [()], "name": [("x", "y")], "due_on": [None]}
    )
    doubled = pd.concat([frame, frame[["name"]]], axis=1)

    for one in (frame, doubled):
        _checked(one.asana._repr_html_())
        assert len(one.asana.info()) == one.shape[1]


@settings(max_examples=40, deadline=None)
@given(
    names=st.lists(st.one_of(st.none(), _TEXTS), min_size=1, max_size=25),
    told=st.dictionaries(st.sampled_from(["operation", "fetched_at", "record", "rows"]), _TEXTS),
)
def test_nothing_in_a_frame_becomes_markup(names: list[str | None], told: dict[str, str]) -> None:
    made = {"gid": names, "name": names, "assignee_name": names, "due_on": names}
    frame = pd.DataFrame(made | {"completed": names, "permalink_url": names}, dtype=object)
    frame.attrs["asana"] = told

    card = frame.asana._repr_html_()

    assert len(card.encode()) < LIMIT
    _checked(card)


def test_registering_again_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        accessor.register_accessor()
        importlib.reload(af)
        assert pd.DataFrame.asana is FrameAccessor


def test_the_module_may_be_loaded_anew() -> None:
    code = """
import importlib, pandas as pd, asana_frames
from asana_frames.display import accessor
before = pd.DataFrame.asana
importlib.reload(accessor).register_accessor()
print(pd.DataFrame.asana is accessor.FrameAccessor, pd.DataFrame.asana is not before)
"""
    assert run(code) == "True True"


def test_the_accessor_of_another_package_is_left_alone() -> None:
    code = """
import pandas as pd
@pd.api.extensions.register_dataframe_accessor("asana")
class Theirs:
    def __init__(self, frame): pass
import asana_frames
print(pd.DataFrame.asana is Theirs)
"""
    assert run(code) == "True"


def test_an_import_gives_the_accessor_only_where_pandas_is() -> None:
    alone = "import sys, asana_frames; print('pandas' in sys.modules)"
    after = """
import pandas, sys, asana_frames
print(hasattr(pandas.DataFrame, "asana"), "asana_frames.frames" in sys.modules,
      "asana_frames.catalog" in sys.modules)
"""

    assert run(alone) == "False"
    assert run(after) == "True False False"


def test_pandas_loaded_later_has_the_accessor_once_frames_can_be_made() -> None:
    uses = [
        "af.connect('t', base_url='http://127.0.0.1:9/api/1.0')",
        "af.sandbox()",
        "af.bridge",
        "af.rollups",
        "af.export",
        "af.gather",
        "from asana_frames.asana import Asana",
    ]
    # Each in a fork of one process, which has loaded both and used neither.
    code = f"""
import os, warnings
import asana_frames as af, pandas
warnings.simplefilter("ignore", DeprecationWarning)
for use in {uses}:
    child = os.fork()
    if not child:
        exec(use)
        print(use, hasattr(pandas.DataFrame, "asana"), flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, use
print(hasattr(pandas.DataFrame, "asana"))
"""

    assert run(code).splitlines() == [*(f"{use} True" for use in uses), "False"]


def test_a_preview_says_that_nothing_was_written(asana: af.Asana) -> None:
    changes = asana.tasks.create(name=["A", "B"], notes=af.CLEAR, workspace="12", dry_run=True)

    words = repr(changes.asana)

    assert words.startswith("<6 changes, tasks.create, ")
    assert "nothing was written, it would take 2 requests" in words
    card = changes.asana._repr_html_()
    assert "6 changes" in card
    assert "&lt;CLEAR&gt;" in card
    assert repr(changes.head(1).asana).startswith("<1 change, ")
