"""Speed and memory of changes: ``python -m tests.benchmarks.changes [--rows N] [--apply]``.

Ratios of CPU times within one run: we and ``DataFrame.compare`` take turns over the same two
frames of tasks, of which few cells differ. Memory is measured in a fresh process. ``--apply``
measures the updates of 1,000 tasks instead, as a ratio to what nobody can beat: requests times
latency, divided by what is in flight.
"""

from __future__ import annotations

import argparse
import gc
import subprocess
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from asana_frames import Asana, AsanaWarning, changes, connect
from asana_frames.catalog import columns_of
from asana_frames.fetch import MAX_WRITES
from asana_frames.frames import DTYPES
from tests.benchmarks.decode import memory, timed
from tests.benchmarks.rollups import ROUNDS
from tests.fixed_day import NOW

ROWS, COLUMNS = 200_000, 50
#: One cell in so many differs.
SHARE = 1_000
#: Updates, and how long each response takes.
UPDATES, LATENCY = 1_000, 0.15
_SERVER = f"""
from asana_frames.sandbox_server import serve
server = serve(now={NOW!r}, latency={LATENCY})
print(server.url, flush=True)
server.serve()
"""


def build_tasks(rows: int) -> pd.DataFrame:
    """Build a frame of tasks: their default columns, and custom fields of all kinds."""
    chance = np.random.default_rng(1)
    known = [one for one in columns_of("task") if one.kind != "custom_fields"]
    kinds = {one.name: "tuple" if one.depth else one.kind for one in known}
    others = ["number", "text", "date", "tuple", "category"]
    for place in range(COLUMNS - len(kinds)):
        kinds[f"cf_Field {place}"] = others[place % len(others)]
    made = {name: _build_column(kind, chance, rows) for name, kind in kinds.items()}
    made["gid"] = pd.array(np.arange(rows).astype(str), "str")
    for name in [one for one in kinds if one.endswith("_gid")]:
        # The gids of what the names beside them name.
        names = f"{name.removesuffix('_gid')}_name"
        if names in made:
            made[name] = pd.Series(made[names]).str.replace(r"\D+", "1209", regex=True).array
    frame = pd.DataFrame(made)
    frame.attrs["asana"] = {"record": "task"}
    return frame


def _build_column(kind: str, chance: np.random.Generator, rows: int) -> object:
    numbers = chance.integers(0, 10**6, rows)
    if kind == "tuple":
        people = [(f"{10**15 + n}", f"{10**15 + n + 1}") if n % 3 else () for n in range(50)]
        lists = np.empty(rows, dtype=object)
        lists[:] = [people[n % len(people)] for n in numbers]
        return lists
    if kind == "category":
        return pd.Categorical.from_codes(numbers % 3, ["Low", "Medium", "High"])
    if kind in ("date", "datetime"):
        days = np.datetime64("2026-01-01", "us") + numbers % 1_000 * np.timedelta64(1, "D")
        return pd.DatetimeIndex(days, tz="UTC" if kind == "datetime" else None)
    if kind in ("number", "integer"):
        return pd.array(numbers / 8 if kind == "number" else numbers, DTYPES[kind])
    if kind == "boolean":
        return pd.array(numbers % 2 == 0, "boolean")
    return pd.array([f"Text {number} of a task" for number in numbers], "str")


def edit_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame in which one cell in a thousand is another, of each column but the gid."""
    made = {}
    for place, name in enumerate(frame.columns[1:]):
        # Other rows in each column: of a gid and its name only one may be edited.
        rows = np.arange(place, len(frame), SHARE)
        values = frame[name].copy()
        values.iloc[rows] = frame[name].iloc[(rows + 1) % len(frame)].array
        made[name] = values
    return frame.assign(**made)


def find_changes(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the changes, without a warning of columns that cannot be written."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AsanaWarning)
        return changes(before, after)


def measure_peak(rows: int, *, is_shuffled: bool) -> float:
    """Return the peak of a comparison, as a multiple of the memory of both frames."""
    empty = memory("VmRSS")
    before = build_tasks(rows)
    after = edit_cells(before)
    after = after.sample(frac=1, random_state=1) if is_shuffled else after
    # Nothing is shared, as between a frame and a file.
    after = after.copy(deep=True)
    gc.collect()
    frames = memory("VmRSS") - empty
    # The peak begins anew.
    Path("/proc/self/clear_refs").write_text("5")
    find_changes(before, after)
    return (memory("VmHWM") - empty) / frames


def measure_updates() -> None:
    """Print how long the updates of many tasks take: of plain fields, and of custom fields."""
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            with connect("sandbox", base_url=server.stdout.readline().strip()) as asana:
                tasks = asana.tasks.list(project=asana.projects.list(workspace="Acme"))
                tasks = tasks.drop_duplicates("gid").head(UPDATES).reset_index(drop=True)
                _print_updates("plain fields", asana, tasks, tasks["name"] + " 2", "name")
                points = np.arange(len(tasks)) % 7 + 20.0
                _print_updates("custom fields", asana, tasks, points, "cf_Story points")
        finally:
            server.kill()


def _print_updates(
    what: str, asana: Asana, before: pd.DataFrame, values: object, column: str
) -> None:
    has_field = before[column].notna().to_numpy()
    after = before[has_field].copy()
    after[column] = pd.array(values, before[column].dtype)[has_field]  # type: ignore[call-overload]
    found = find_changes(before, after)
    start = time.perf_counter()
    done = asana.apply(found)
    wall = time.perf_counter() - start
    assert (done["outcome"] == "done").all()
    bound = len(after) / MAX_WRITES * LATENCY
    more = asana.last.requests - len(after)
    print(f"{len(after):,} updates of {what}: {wall / bound:.2f} x bound, {more} other requests")


def main() -> None:
    """Print ratios of times, and of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--peak", choices=["same", "shuffled"])
    parser.add_argument("--apply", action="store_true")
    asked = parser.parse_args()
    if asked.apply:
        measure_updates()
        return
    if asked.peak:
        print(f"{measure_peak(asked.rows, is_shuffled=asked.peak == 'shuffled'):.2f}")
        return
    before = build_tasks(asked.rows)
    after = edit_cells(before)
    other = after.sample(frac=1, random_state=1)
    for what, edited in {"same order": after, "any order": other}.items():
        ratios = []
        for _ in range(ROUNDS):
            ours = timed(partial(find_changes, before, edited))
            ratios.append(ours / timed(partial(before.compare, after)))
        print(f"{asked.rows:,} rows, {what}: {min(ratios):.2f} to {max(ratios):.2f} x compare")
    for order in ("same", "shuffled"):
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.changes",
            "--rows",
            str(asked.rows),
            "--peak",
            order,
        ]
        peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"peak, {order} order: {peak.strip()} times the memory of both frames")


if __name__ == "__main__":
    main()
