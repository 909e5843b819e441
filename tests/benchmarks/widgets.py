"""How long pickers take to be of use: ``python -m tests.benchmarks.widgets``.

Ratios within one run. A picker of projects needs two answers one after the other, workspaces and
then projects, so its time is given in latencies: below 2 it cannot be. What 6,000 projects cost is
given in frames of a screen, a sixtieth of a second each.
"""

from __future__ import annotations

import json

import pandas as pd

import asana_frames as af
from asana_frames.sandbox_server import serve
from asana_frames.widgets.pickers.choice import Choice
from tests.benchmarks.rollups import ROUNDS, seconds
from tests.fixed_day import NOW
from tests.widgets.screen import pick

LATENCY = 0.15
PROJECTS = 6_000
_SCREEN = 1 / 60


def spread(times: list[float], unit: float) -> str:
    """Return the least and the most in units of something."""
    return f"{min(times) / unit:.2f} to {max(times) / unit:.2f}"


def pickers() -> None:
    """Measure pickers over HTTP."""
    usable, requests = [], []
    with serve(latency=LATENCY, now=NOW) as server:
        for _ in range(ROUNDS):
            with af.connect("sandbox", base_url=server.url) as asana:
                usable.append(seconds(lambda: af.widgets.ProjectPicker(asana).wait()))
                picker = af.widgets.ProjectPicker(asana).wait()
                before = asana.http.total.requests
                for team in ("Product", "Marketing", "Product"):
                    pick(picker, "Team", team)
                    picker.wait()
                    requests.append(asana.http.total.requests - before)
                requests.append(asana.http.total.requests - before)
    print(f"a project picker is of use: {spread(usable, LATENCY)} latencies of {LATENCY} s")
    print(f"requests after a team, another one, and the first again: {requests[:3]}")


def many_projects() -> None:
    """Measure a long list in a control, without a front end."""
    rows = pd.DataFrame(
        {
            "gid": [f"12090000000{n:05}" for n in range(PROJECTS)],
            "name": [f"Project {n % 4_900:04} of the company" for n in range(PROJECTS)],
            "team_name": [f"Team {n % 60}" for n in range(PROJECTS)],
        }
    )
    choice = Choice("Project", qualifiers=["team_name"])
    control = choice.children[0]
    offered = [seconds(lambda: choice.offer(rows)) for _ in range(ROUNDS)]
    words = ["project", "project 12", "project 123", "company", ""]
    typed = [seconds(lambda word=word: control.set_state({"value": word})) for word in words]
    size = len(json.dumps(control.get_state(["options", "value"])))
    print(f"{PROJECTS:,} projects, offered: {spread(offered, _SCREEN)} frames of a screen")
    print(f"{PROJECTS:,} projects, a word typed: {spread(typed, _SCREEN)} frames of a screen")
    print(f"{PROJECTS:,} projects, sent to the browser: {size:,} bytes")


if __name__ == "__main__":
    pickers()
    many_projects()
