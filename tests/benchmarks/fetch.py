"""How fast Asana is read: ``python -m tests.benchmarks.fetch``, against a server of its own.

Walls are ratios to what nobody can beat: requests times latency, divided by what is in flight.
CPU times are ratios to decoding the same pages in the same run. ``--quick`` leaves out what takes
minutes: the quota, the list that cannot be split, and a million tasks.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import asana as official
import pandas as pd

import asana_frames as af
from asana_frames.fetch import FanOut, ListQuery
from asana_frames.frames import FrameBuilder, ParentColumn
from tests.benchmarks.company import company
from tests.benchmarks.pages import COLUMNS, PAGE

LATENCY = 0.15
IN_FLIGHT = 50
PROJECTS, TASKS = 200, 500
#: Requests of the official client, which would take minutes for all; its time is scaled.
_SERIAL = 60
FIELDS = ",".join(path for column in COLUMNS for path in column.opt_fields)


@contextmanager
def connected(**options: object) -> Iterator[tuple[af.Asana, str]]:
    """Yield a connection to a company of its own."""
    with company(**options) as url, af.connect("t", base_url=url, progress=False) as asana:
        yield asana, url


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds of some work."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def say(what: str, figure: float, goal: str) -> None:
    """Print a row of the table."""
    print(f"{what:58} {figure:9.2f}  {goal}", flush=True)


def gids(count: int) -> list[str]:
    """Return the gids of a company's projects."""
    return [f"2{number:08d}" for number in range(count)]


def decode_alone(asana: af.Asana, projects: Sequence[str]) -> float:
    """Return the CPU seconds of decoding what was fetched before."""
    queries = [ListQuery("/tasks", {"project": gid, "opt_fields": FIELDS}) for gid in projects]
    pages = [
        (listing.place, listing.page.body)
        for listing in FanOut(asana.http, queries)
        if listing.page is not None
    ]
    builder = FrameBuilder(
        COLUMNS, [ParentColumn("project_gids", True), ParentColumn("section_gids", True)]
    )
    listings = [builder.start_listing(gid, None) for gid in projects]

    def decode() -> None:
        for place, body in pages:
            builder.append(body, listings[place])
        builder.frame()

    return timed(decode)[1]


def official_seconds(url: str) -> float:
    """Return seconds a request of the official client, page after page."""
    configuration = official.Configuration()
    configuration.host, configuration.access_token = url, "t"
    api = official.TasksApi(official.ApiClient(configuration))
    count = 0
    start = time.perf_counter()
    for gid in gids(_SERIAL // (TASKS // PAGE)):
        count += len(list(api.get_tasks({"project": gid, "opt_fields": FIELDS, "limit": PAGE})))
    return (time.perf_counter() - start) / (count / PAGE)


def many_projects(kind: str) -> None:
    """Read 200 projects of 5 pages each."""
    with connected(projects=PROJECTS, tasks=TASKS, kind=kind) as (asana, url):
        asana.tasks.list(project=gids(5))
        projects = gids(PROJECTS)
        frames: list[pd.DataFrame] = []
        wall, cpu = timed(lambda: frames.append(asana.tasks.list(project=projects)))
        assert len(frames[0]) == PROJECTS * TASKS
        bound = asana.last.requests * LATENCY / IN_FLIGHT
        say(f"200 projects x 5 {kind} pages: wall / bound", wall / bound, "at most 1.4")
        alone = decode_alone(asana, projects)
        say("  CPU / decode alone", cpu / alone, "at most 1.5")
        say("  CPU of decoding alone / bound", alone / bound, "(what one thread needs)")
        ratio = official_seconds(url) * asana.last.requests / wall
        say("  times faster than the official client", ratio, "at least 15")


def one_project() -> None:
    """Read one project of 50,000 tasks by its sections, and page by page."""
    with connected(projects=1, tasks=50_000, sections=10, kind="lean") as (asana, _):
        bound = 500 * LATENCY
        frames: list[pd.DataFrame] = []
        wall, _cpu = timed(lambda: frames.append(asana.tasks.list(project=gids(1))))
        say("50,000 tasks in 10 sections: wall / serial bound", wall / bound, "at most 0.2")
        asana.unsplittable_projects.update(gids(1))
        wall, _cpu = timed(lambda: frames.append(asana.tasks.list(project=gids(1))))
        say("the same list, not split: wall / serial bound", wall / bound, "at most 1.1")
        pd.testing.assert_frame_equal(*frames)


def under_quota(requests: int) -> None:
    """Read under 1,500 requests a minute."""
    projects = requests // (TASKS // PAGE)
    options = {"projects": PROJECTS, "tasks": TASKS, "kind": "lean", "quota": 1_500}
    with connected(**options) as (asana, url):
        start = time.perf_counter()
        for first in range(0, projects, PROJECTS):
            asana.tasks.list(project=gids(min(PROJECTS, projects - first)), fields=["name"])
        minutes = (time.perf_counter() - start) / 60
        with urllib.request.urlopen(f"{url}/counts") as answer:
            counts = json.load(answer)
        used = 100 * counts["accepted"] / (1_500 * minutes)
        rejected = 100 * counts["rejected"] / (counts["accepted"] + counts["rejected"])
        say(f"{requests:,} requests at 1,500 a minute: % of the quota used", used, "at least 95")
        say("  % of requests rejected", rejected, "at most 1")


def million() -> None:
    """Stream a million tasks into Parquet parts, in a process of its own."""
    options = {"projects": 2_000, "tasks": TASKS, "kind": "lean", "latency": 0}
    with company(**options) as url, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.benchmarks.fetch", "--stream", url, folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        rows, peak = done.stdout.split()
        assert int(rows) == 1_000_000
        say("1,000,000 tasks to Parquet parts: peak MB", float(peak), "at most 600")


def stream(url: str, folder: str) -> None:
    """Stream all tasks into parts, and print rows and peak memory in MB."""
    asana = af.connect("t", base_url=url, progress=False)
    # What Asana allows would make it half an hour; memory does not depend on it.
    asana.http.quota.requests.most = asana.http.quota.requests.rate = 1e6
    parts = asana.stream(asana.tasks.list, project=gids(2_000), rows=50_000)
    made = af.export.to_parquet_parts(parts, Path(folder) / "tasks")
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(made["rows"].sum(), peak / 1_000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--requests", type=int, default=6_000)
    parser.add_argument("--only", choices=["wide", "lean", "one", "quota", "million"])
    parser.add_argument("--stream", nargs=2, metavar=("URL", "FOLDER"))
    asked = parser.parse_args()
    if asked.stream:
        stream(*asked.stream)
        return
    parts: dict[str, Callable[[], None]] = {
        "wide": lambda: many_projects("wide"),
        "lean": lambda: many_projects("lean"),
        "one": one_project,
        "quota": lambda: under_quota(asked.requests),
        "million": million,
    }
    quick = {"wide", "lean"}
    for name, part in parts.items():
        if asked.only in (None, name) and (not asked.quick or name in quick):
            part()


if __name__ == "__main__":
    main()
