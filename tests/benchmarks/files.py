"""Speed and memory of files: ``python -m tests.benchmarks.files [csv] [excel] [parquet]``.

Ratios of CPU times within one run: we and the bare library take turns over the same table, which
is as wide as one of tasks: text, numbers, flags, days and moments. The bare library is given the
cells ready made. Memory is measured in a fresh process.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from asana_frames import export, read_csv, read_parquet
from asana_frames.export.excel_cells import FORMATS, describe_column
from tests.benchmarks.decode import memory, timed
from tests.benchmarks.rollups import ROUNDS

ROWS, COLUMNS = 100_000, 20


def build_table(rows: int) -> pd.DataFrame:
    """Build a table of columns of all kinds."""
    chance = np.random.default_rng(1)
    numbers = chance.integers(0, 10**9, (COLUMNS, rows))
    days = np.datetime64("2026-01-01", "us") + numbers % 1_000 * np.timedelta64(1, "D")
    moments = pd.to_datetime(days[6] + numbers[6]).as_unit("us").tz_localize("UTC")
    columns: dict[str, object] = {"gid": pd.array((10**15 + numbers[0]).astype(str), "str")}
    for place in range(1, COLUMNS):
        column = {
            0: lambda n: pd.array([f"Task {number} of the project" for number in n], "str"),
            1: lambda n: pd.Categorical.from_codes(n % 3, ["Low", "Medium", "High"]),
            2: lambda n: pd.array(n / 7, "Float64"),
            3: lambda n: pd.array(np.where(n % 4, n, 0), "Int64"),
            4: lambda n: pd.array(n % 2 == 1, "boolean"),
            5: lambda n: days[5],
            6: lambda n: moments,
        }[place % 7]
        columns[f"column {place}"] = column(numbers[place])
    return pd.DataFrame(columns)


def list_rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return the rows with values as xlsxwriter takes them."""
    columns = []
    for _, column in frame.items():
        if isinstance(column.dtype, pd.DatetimeTZDtype):
            column = column.dt.tz_localize(None)
        is_time = pd.api.types.is_datetime64_any_dtype(column.dtype)
        columns.append(column.dt.to_pydatetime().tolist() if is_time else column.tolist())
    return list(zip(*columns, strict=True))


def write_bare_workbook(frame: pd.DataFrame, rows: list[tuple[object, ...]], path: Path) -> None:
    """Write rows as users of xlsxwriter do, with the formats that our cells have."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    looks = [book.add_format(FORMATS[describe_column(*item).kind]) for item in frame.items()]
    sheet = book.add_worksheet()
    for place, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(place, column, value, looks[column])
    book.close()


def measure_excel(rows: int, folder: Path) -> None:
    """Print how long a workbook takes, and how much memory."""
    frame = build_table(rows)
    ready = list_rows(frame)
    ratios = []
    for _ in range(ROUNDS):
        ours = timed(lambda: export.to_excel(frame, folder / "ours.xlsx"))
        bare = timed(lambda: write_bare_workbook(frame, ready, folder / "bare.xlsx"))
        ratios.append(ours / bare)
    command = [sys.executable, "-m", "tests.benchmarks.files", "--peak", "--rows", str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(
        f"Excel, {rows:,} x {COLUMNS}: {min(ratios):.2f} to {max(ratios):.2f} times bare "
        f"xlsxwriter; {done.stdout.strip()} MB beyond the frame"
    )


def measure_peak(rows: int, folder: Path) -> float:
    """Return the MB that a workbook takes at most, beyond what was there before."""
    frame = build_table(rows)
    export.to_excel(frame.head(10), folder / "few.xlsx")
    # What building the table took does not count.
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    export.to_excel(frame, folder / "all.xlsx")
    return memory("VmHWM") - before


def compare(what: str, ours: Callable[[], object], theirs: Callable[[], object]) -> None:
    """Print how long we take, as a multiple of what pandas takes."""
    ratios = [timed(ours) / timed(theirs) for _ in range(ROUNDS)]
    print(f"{what}: {min(ratios):.2f} to {max(ratios):.2f} times pandas")


def build_tasks(rows: int) -> pd.DataFrame:
    """Build a table with lists, of which few differ, like those of tasks."""
    table = build_table(rows)
    people = [(f"{10**15 + n}", f"{10**15 + n + 1}") if n % 3 else () for n in range(50)]
    lists = np.empty(rows, dtype=object)
    lists[:] = [people[n % len(people)] for n in range(rows)]
    return table.assign(followers_gids=lists, tags_names=lists)


def measure_csv(rows: int, folder: Path) -> None:
    """Print how long CSV files take."""
    frame, ours, theirs = build_tasks(rows), folder / "ours.csv", folder / "theirs.csv"
    compare(
        f"CSV, {rows:,} rows, written",
        lambda: export.to_csv(frame, ours, schema=True),
        lambda: frame.to_csv(theirs, index=False),
    )
    compare(
        f"CSV, {rows:,} rows, read",
        lambda: read_csv(ours),
        lambda: pd.read_csv(ours, dtype="str"),
    )


def measure_parquet(rows: int, folder: Path) -> None:
    """Print how long Parquet files take."""
    frame, ours, theirs = build_tasks(rows), folder / "ours.parquet", folder / "theirs.parquet"

    def go_out_and_back() -> None:
        export.to_parquet(frame, ours)
        read_parquet(ours)

    def go_with_pandas() -> None:
        frame.to_parquet(theirs, index=False)
        pd.read_parquet(theirs)

    compare(f"Parquet, {rows:,} rows, written and read", go_out_and_back, go_with_pandas)


PARTS = {"csv": measure_csv, "excel": measure_excel, "parquet": measure_parquet}


def main() -> None:
    """Print the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--peak", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if asked.peak:
            print(f"{measure_peak(asked.rows, Path(folder)):.0f}")
            return
        for part in asked.parts or PARTS:
            PARTS[part](asked.rows, Path(folder))


if __name__ == "__main__":
    main()
