"""Calls that are interrupted, run in a process of their own: prints what came of them."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pandas as pd

import asana_frames as af

Facts = dict[str, Any]


class Interrupt:
    """Sends SIGINT to this process after some seconds, as Ctrl-C does."""

    def __init__(self, after: float) -> None:
        self.sent = 0.0
        self._timer = threading.Timer(after, self._send)
        self._timer.start()

    def _send(self) -> None:
        self.sent = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    def meets(self, call: Callable[[], Any]) -> float:
        """Return the seconds from the signal to the end of a call; -1 if it had ended before."""
        try:
            call()
            self._timer.join()
            # For a signal that came at the very end to arrive.
            time.sleep(0.01)
        except KeyboardInterrupt:
            return time.monotonic() - self.sent
        return -1.0


def fan_out(url: str) -> Facts:
    """Interrupt a long fan-out, and make the same call again."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    # So many that both reads are within what the quota allows at once.
    tasks = asana.tasks.list(project="Website relaunch", fields=["name"])
    undisturbed = asana.stories.list_for_task(tasks, fields=["text"])
    whole = asana.last.requests

    took = Interrupt(0.45).meets(lambda: asana.stories.list_for_task(tasks, fields=["text"]))
    partial = asana.last.partial
    assert partial is not None
    begun = asana.last.requests
    resumed = asana.stories.list_for_task(tasks, fields=["text"])

    pd.testing.assert_frame_equal(resumed, undisturbed)
    assert partial.dtypes.equals(undisturbed.dtypes)
    return {
        "took": took,
        "partial": partial.attrs["asana"],
        "rows": len(partial),
        "is_part": bool(partial["gid"].isin(undisturbed["gid"]).all()),
        "requests": {"whole": whole, "begun": begun, "resumed": asana.last.requests},
        "attrs": resumed.attrs["asana"],
    }


def waiting(url: str) -> Facts:
    """Interrupt all kinds of calls of which everybody waits for the quota."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    gids = [str(number) for number in range(1, 40)]
    calls: dict[str, Callable[[], Any]] = {
        "a fan-out": lambda: asana.tasks.list(project=gids),
        "a list": lambda: asana.tags.list(workspace="1"),
        "one object": lambda: asana.tasks.get("1"),
        "a name": lambda: asana.tasks.list(project="Website relaunch"),
        "a write": lambda: asana.tasks.update("1", name="x"),
        "writes": lambda: asana.tasks.update(gids, name="x"),
        "a search": lambda: af.gather.search(asana, "1"),
    }
    facts = {name: Interrupt(0.3).meets(call) for name, call in calls.items()}
    return facts | {"threads": _alive(0.5)}


def anywhen(url: str, seed: str) -> Facts:
    """Interrupt reads at random moments, and look at what had arrived."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    fields = ["name", "assignee.name", "memberships.project.name", "custom_fields"]
    projects = asana.projects.list(workspace="Acme", fields=["name"]).head(5)
    asana.tasks.list(project=projects, fields=fields)
    started = time.monotonic()
    whole = asana.tasks.list(project=projects, fields=fields)
    lasts = time.monotonic() - started
    plain = [name for name in whole.columns if name != "project_gids"]
    rows = whole.set_index("gid", drop=False)
    chances = random.Random(seed)
    met = kept = 0
    for _ in range(6):
        took = Interrupt(chances.uniform(0.2, 0.9) * lasts).meets(
            lambda: asana.tasks.list(project=projects, fields=fields)
        )
        partial = asana.last.partial
        if took >= 0:
            met += 1
            assert took < 5, took
        if took >= 0 and partial is not None:
            kept += len(partial)
            assert partial["gid"].is_unique
            for name in [column for column in plain if column in partial.columns]:
                same = rows.loc[partial["gid"], name].astype(object).tolist()
                assert _listed(partial[name]) == _cleared(same), name
        pd.testing.assert_frame_equal(asana.tasks.list(project=projects, fields=fields), whole)
    return {"met": met, "kept": kept}


def at_the_end(url: str) -> Facts:
    """Interrupt a read of which only the order of some options is missing."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    ask = {"project": ["1", "2"], "fields": ["name", "custom_fields"]}
    took = Interrupt(0.4).meets(lambda: asana.tasks.list(**ask))
    partial = asana.last.partial
    assert partial is not None
    resumed = asana.with_options(deadline=0.3).tasks.list(**ask)
    columns = ["gid", "name", "cf_Kind"]
    return {
        "took": took,
        "partial": partial[columns].to_numpy().tolist(),
        "resumed": resumed[columns].to_numpy().tolist(),
    }


def exits(url: str) -> Facts:
    """Leave while threads are still under way; how long that takes, the parent measures."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    gids = [str(number) for number in range(1, 60)]
    took = Interrupt(0.3).meets(lambda: asana.tasks.list(project=gids))
    return {"took": took, "at": time.time()}


def _listed(values: pd.Series[Any]) -> list[Any]:
    return _cleared(values.astype(object).tolist())


def _cleared(values: list[Any]) -> list[Any]:
    """Let missing values be equal to each other."""
    return ["" if not isinstance(one, tuple) and pd.isna(one) else one for one in values]


def _alive(patience: float) -> int:
    """Return how many threads are left after some seconds."""
    until = time.monotonic() + patience
    while time.monotonic() < until and _workers():
        time.sleep(0.02)
    return _workers()


def _workers() -> int:
    return sum(one.name == "asana-frames" for one in threading.enumerate())


def report(function: str, arguments: tuple[str, ...], answer: Connection, errors: str) -> None:
    """Send what a function found, from a process of its own whose errors go to a file."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with Path(errors).open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 2)
    answer.send(globals()[function](*arguments))


if __name__ == "__main__":
    # In the background of a shell it would be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _, function, *arguments = sys.argv
    print(json.dumps(globals()[function](*arguments)))
