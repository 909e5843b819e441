"""Every rollup of every twist of its frames: the same figures, or a refusal that says why."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from asana_frames import rollups
from asana_frames.frames import concatenate
from asana_frames.rollups.shared.column_kinds import find_kind
from tests.fixed_day import NOW
from tests.public_calls import Frames
from tests.twists import ALIKE, FOREIGN, WITHOUT_SCHEMA, Twist, csv_as_text, shuffled

pytestmark = pytest.mark.filterwarnings("ignore")

ROLLUPS = sorted(rollups.__all__)
#: Without these, results depend on when they are computed, or on chance.
_FIXED = {"now": NOW, "read_at": NOW, "seed": 1}


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


@pytest.fixture(scope="module")
def runs(frames: Frames) -> Runs:
    return Runs(frames)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def in_order(result: Any, *, sort_items: bool = False) -> list[str]:
    """Return the rows of a result as sorted texts, so that ties may come in any order.

    The items of a list may come in any order too, if they follow that of other rows.
    """
    table = result if isinstance(result, pd.DataFrame) else pd.DataFrame(result)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flat = table.reset_index(drop=isinstance(table.index, pd.RangeIndex))
    return sorted(
        " | ".join(
            f"{name}={_show(value, sort_items)}"
            for name, value in zip(flat.columns, row, strict=True)
        )
        for row in flat.astype(object).itertuples(index=False, name=None)
    )


def _show(value: Any, sort_items: bool) -> str:
    if isinstance(value, tuple | list | np.ndarray):
        items = [_show(item, sort_items) for item in value]
        return str(sorted(items) if sort_items else items)
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return ""
    if isinstance(value, float | np.floating):
        return f"{value:.9g}"
    return str(value)


class Runs:
    """Results of rollups as of one moment, each frame twisted once."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._plain: dict[str, Any] = {}
        # Frames are kept, so that no other gets the same id.
        self._twisted: dict[tuple[Twist, int], tuple[pd.DataFrame, pd.DataFrame]] = {}

    def arguments(self, name: str) -> dict[str, Any]:
        function, arguments = self._frames.calls("_rollups", Path())[f"rollups.{name}"]
        parameters = inspect.signature(function).parameters
        return arguments | {key: value for key, value in _FIXED.items() if key in parameters}

    def twist(self, name: str, twist: Twist) -> dict[str, Any]:
        return {
            key: self._twist_once(value, twist) if isinstance(value, pd.DataFrame) else value
            for key, value in self.arguments(name).items()
        }

    def _twist_once(self, frame: pd.DataFrame, twist: Twist) -> pd.DataFrame:
        key = (twist, id(frame))
        if key not in self._twisted:
            self._twisted[key] = (frame, twist(frame.copy()))
        return self._twisted[key][1]

    def plain(self, name: str) -> Any:
        if name not in self._plain:
            self._plain[name] = getattr(rollups, name)(**self.arguments(name))
        return self._plain[name]


@pytest.mark.parametrize("twist", ALIKE, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_of_a_twisted_frame_is_the_same(name: str, twist: Twist, runs: Runs) -> None:
    twisted = getattr(rollups, name)(**runs.twist(name, twist))

    is_shuffled = twist is shuffled
    assert in_order(twisted, sort_items=is_shuffled) == in_order(
        runs.plain(name), sort_items=is_shuffled
    )


@pytest.mark.parametrize("twist", WITHOUT_SCHEMA, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_of_text_has_the_same_figures(name: str, twist: Twist, runs: Runs) -> None:
    twisted = getattr(rollups, name)(**runs.twist(name, twist))

    plain = runs.plain(name)
    assert in_order(_drop_copies(name, twisted)) == in_order(_drop_copies(name, plain))


@pytest.mark.parametrize("twist", FOREIGN, ids=lambda twist: twist.__name__)
@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_of_a_foreign_frame_is_the_same_or_refuses_it(
    name: str, twist: Twist, runs: Runs
) -> None:
    given = runs.twist(name, twist)

    try:
        twisted = getattr(rollups, name)(**given)
    except af.InvalidArgument:
        return

    plain = runs.plain(name)
    assert in_order(_drop_copies(name, twisted)) == in_order(_drop_copies(name, plain))


def _drop_copies(name: str, result: Any) -> Any:
    """Drop what ``as_of`` only copies, and only a schema tells: lists and custom fields."""
    if name != "as_of":
        return result
    is_copied = [column.endswith(("_gids", "_names")) or column[:3] == "cf_" for column in result]
    return result.loc[:, ~np.array(is_copied)]


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_leaves_its_frames_as_they_are(name: str, runs: Runs) -> None:
    given = runs.arguments(name)
    before = {k: v.copy() for k, v in given.items() if isinstance(v, pd.DataFrame)}

    getattr(rollups, name)(**given)

    for key, frame in before.items():
        pd.testing.assert_frame_equal(given[key], frame)


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_leaves_frames_of_text_as_they_are(name: str, runs: Runs) -> None:
    given = runs.twist(name, csv_as_text)
    before = {k: v.copy() for k, v in given.items() if isinstance(v, pd.DataFrame)}

    getattr(rollups, name)(**given)

    for key, frame in before.items():
        pd.testing.assert_frame_equal(given[key], frame)


#: ``empty_fields`` counts rows, not tasks.
OF_TASKS = [
    name for name in ROLLUPS if "tasks" in inspect.signature(getattr(rollups, name)).parameters
]
OF_TASKS.remove("empty_fields")


@pytest.mark.parametrize("add", [concatenate, pd.concat], ids=["concatenate", "pd.concat"])
@pytest.mark.parametrize("name", OF_TASKS)
def test_a_task_that_was_read_again_changes_nothing(
    name: str, add: Callable[[list[pd.DataFrame]], pd.DataFrame], frames: Frames, runs: Runs
) -> None:
    again = frames.asana.tasks.get(frames.tasks["gid"].iloc[3], fields="all")

    given = runs.arguments(name)
    if isinstance(given.get("tasks"), pd.DataFrame):
        given["tasks"] = add([given["tasks"], again])

    result, plain = getattr(rollups, name)(**given), runs.plain(name)
    assert in_order(_drop_copies(name, result)) == in_order(_drop_copies(name, plain))


@pytest.mark.parametrize("name", ROLLUPS)
def test_a_rollup_refuses_cells_that_it_does_not_understand(name: str, runs: Runs) -> None:
    given = runs.arguments(name)
    tables = {key: value for key, value in given.items() if isinstance(value, pd.DataFrame)}

    for key, frame in tables.items():
        for column in frame:
            if find_kind(column) not in (None, "gid"):
                with contextlib.suppress(af.InvalidArgument):
                    getattr(rollups, name)(**given | {key: frame.assign(**{column: "junk"})})


def test_a_rollup_refuses_memberships_that_are_not_aligned(frames: Frames) -> None:
    tasks = frames.tasks.assign(memberships_section_names="Doing; Done; Doing")

    with pytest.raises(af.InvalidArgument, match="have different lengths"):
        rollups.quality(tasks)
