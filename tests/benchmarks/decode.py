"""Decode speed and memory, side by side in one run: ``python -m tests.benchmarks.decode``.

Engines take turns chunk by chunk over the same generated pages, so that a busy machine slows all
of them; what counts are the ratios of their CPU times. ``json.loads`` with ``json_normalize`` has
a pass of its own at the end: it is given what users give it, all records of the read at once, and
those would slow the others' garbage collection. Memory is measured in a fresh process each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import orjson
import pandas as pd

from asana_frames.frames import FrameBuilder, ParentColumn
from tests.benchmarks.pages import COLUMNS, PAGE, pages

CHUNK = 20
PARENTS = [ParentColumn("project_gids", True), ParentColumn("section_gids", True)]


def new_builder() -> FrameBuilder:
    """Return a builder as a read of tasks makes it."""
    builder = FrameBuilder(COLUMNS, PARENTS)
    builder.start_listing("2", None)
    return builder


def timed(work: Callable[[], object]) -> float:
    """Return the CPU seconds that some work takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def normalize(kind: str, count: int) -> float:
    """Return the CPU seconds of what users do without us."""
    records: list[object] = []
    spent = 0.0
    for page in pages(kind, count):
        spent += timed(lambda: records.extend(json.loads(page)["data"]))  # noqa: B023
    return spent + timed(lambda: pd.json_normalize(records))


def speed(kind: str, count: int) -> dict[str, float]:
    """Return CPU seconds of each engine for ``count`` pages."""
    builder = new_builder()
    spent = {"asana_frames": 0.0, "orjson": 0.0}
    feed = pages(kind, count)
    bytes_seen = 0
    for number in range(0, count, CHUNK):
        chunk = [page for page, _ in zip(feed, range(CHUNK), strict=False)]
        bytes_seen += sum(map(len, chunk))
        engines = [
            ("orjson", lambda: [orjson.loads(page) and None for page in chunk]),  # noqa: B023
            ("asana_frames", lambda: [builder.append(page, 0) for page in chunk]),  # noqa: B023
        ]
        for name, work in engines if number % (2 * CHUNK) else reversed(engines):
            spent[name] += timed(work)
    spent["asana_frames"] += timed(builder.frame)
    spent["json_normalize"] = normalize(kind, count)
    spent["KB a task"] = bytes_seen / count / PAGE / 1000
    return spent


def peak(kind: str, count: int) -> float:
    """Return the MB that building the frame takes at most, beyond what was there before."""
    before = memory("VmRSS")
    builder = new_builder()
    for page in pages(kind, count):
        builder.append(page, 0)
    frame = builder.frame()
    assert len(frame) == count * PAGE
    return memory("VmHWM") - before


def memory(line: str) -> float:
    """Return MB from /proc; getrusage would begin at what the parent process had."""
    status = Path("/proc/self/status").read_text()
    return next(int(row.split()[1]) for row in status.splitlines() if row.startswith(line)) / 1000


def measured_peak(kind: str, count: int) -> float:
    """Return ``peak`` of a fresh process; the sandbox that makes the pages is part of it."""
    command = [sys.executable, "-m", "tests.benchmarks.decode", "--peak", kind]
    command += ["--pages", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    return float(done.stdout)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--peak", choices=["wide", "lean"])
    asked = parser.parse_args()
    if asked.peak:
        # The process that makes the pages is not what is measured.
        next(pages(asked.peak, 1))
        print(peak(asked.peak, asked.pages))
        return
    arrow = "with" if find_spec("pyarrow") else "without"
    print(f"{asked.pages * PAGE:,} tasks, pandas {pd.__version__}, {arrow} pyarrow")
    print("pages  KB/task  x orjson.loads  json_normalize / ours  peak MB")
    for kind in ("wide", "lean"):
        spent = speed(kind, asked.pages)
        ours = spent["asana_frames"]
        print(
            f"{kind:5} {spent['KB a task']:8.1f} {ours / spent['orjson']:15.2f} "
            f"{spent['json_normalize'] / ours:22.1f} {measured_peak(kind, asked.pages):8.0f}"
        )


if __name__ == "__main__":
    main()
