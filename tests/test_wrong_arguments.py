"""Public functions refuse wrong arguments with an error of the package that says what to pass."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import asana_frames as af
from asana_frames import charts, export, gather, rollups, widgets
from tests.public_calls import Frames

# A few entries are less than what the budgets have used up.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be where nothing is: a wrong path may be a name that can be written to."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def frames() -> Frames:
    return Frames()


WRONG: tuple[Any, ...] = (
    3,
    None,
    object(),
    "no such",
    [3],
    pd.DataFrame({"x": [1]}),
)


@pytest.mark.parametrize("part", ["_rollups", "_charts", "_gather", "_rest"])
def test_a_wrong_argument_is_an_error_of_the_package_or_works(
    part: str, frames: Frames, tmp_path: Path
) -> None:
    raw = []
    for name, (function, arguments) in frames.calls(part, tmp_path).items():
        for parameter in inspect.signature(function).parameters.values():
            # Any value is true or false, and filters are checked by the operation.
            if parameter.annotation == "bool" or parameter.kind == parameter.VAR_KEYWORD:
                continue
            for wrong in WRONG:
                try:
                    # A copy, because sync tokens are written to the mapping that is passed.
                    function(**{**arguments, parameter.name: copy.copy(wrong)})
                except af.AsanaError:
                    pass
                except Exception as error:  # noqa: BLE001  # any other is what is looked for
                    raw.append(f"{name}({parameter.name}={wrong!r}): {error!r}")
                plt.close("all")
    assert not raw


def test_every_public_function_is_tried(frames: Frames, tmp_path: Path) -> None:
    parts = [frames.calls(part, tmp_path) for part in ("_rollups", "_charts", "_gather", "_rest")]
    tried = {name for part in parts for name in part}

    for room in (rollups, charts, export, gather, widgets):
        names = {f"{room.__name__.rpartition('.')[2]}.{name}" for name in room.__all__}
        # The form of widgets.login is made by the function.
        assert names - tried <= {"widgets.Login"}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda f: export.to_csv(3, "a.csv"), "export.to_csv takes a DataFrame, not int"),
        (lambda f: export.to_csv(f.tasks, None), "path= takes a path, such as path='tasks.csv'"),
        (lambda f: export.to_excel(None, "a.xlsx"), "frames= takes a mapping"),
        (lambda f: export.to_excel({"a": 3}, "a.xlsx"), "frames['a'] takes a DataFrame, not int"),
        (lambda f: rollups.hours(f.entries, by=5), "by= takes text or a list of texts"),
        (lambda f: rollups.throughput(f.tasks, by=3), "such as by='person', not int"),
        (lambda f: rollups.change_counts(f.changes, by=3), "such as by='person', not int"),
        (
            lambda f: rollups.hours(3),
            "not int. Pass what asana.time_tracking_entries.list(...) returns.",
        ),
        (lambda f: af.bridge(f.tasks, None), "column= takes text, such as column='followers'"),
        (lambda f: af.bridge(None, "tags"), "af.bridge takes a DataFrame, not None"),
        (
            lambda f: gather.events(f.asana, "Website relaunch", tokens=5),
            "tokens= takes the path of a JSON file or a dict, not int",
        ),
        (lambda f: gather.events("Acme", "1"), "pass what af.connect() or af.sandbox() returns"),
        (lambda f: charts.hours(f.tasks), "Pass what rollups.hours(...) returns."),
        (lambda f: charts.gantt(f.tasks), "Pass what rollups.dependencies(...) returns."),
        (lambda f: charts.burnup(f.burnup, ax=3), "(ax=) takes matplotlib Axes"),
        (lambda f: rollups.load(f.tasks, unit="hour"), "unit='hour' is not valid; use 'minutes'"),
        (lambda f: widgets.ProjectPicker("Acme"), "widgets.ProjectPicker takes a connection"),
        (lambda f: widgets.Dashboard(f.asana, "goals"), "Did you mean 'goal'?"),
        (lambda f: af.connect(token=12345), "token= takes text"),
        (lambda f: af.sandbox(size=3), "size=int is not valid; use 'small', 'medium' or 'large'."),
    ],
)
def test_the_message_says_what_to_pass(
    call: Callable[[Frames], object], says: str, frames: Frames
) -> None:
    with pytest.raises(af.InvalidArgument) as caught:
        call(frames)

    assert says in str(caught.value)
    assert "12345" not in str(caught.value)
