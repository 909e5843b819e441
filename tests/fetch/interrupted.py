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
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

import asana_frames as af
from asana_frames.fetch.auth import set_process_login
from asana_frames.fetch.credentials import Credential
from asana_frames.fetch.token_renewal import RENEWAL_MARGIN
from asana_frames.frames import FrameBuilder

Facts = dict[str, Any]

#: Rows of a write.
ROWS = 45
LOGINS = ("plain", "expiring", "refused")


class Interrupt:
    """Sends SIGINT to this process after some seconds, as Ctrl-C does.

    A signal that meets a callback of the garbage collector ends that callback only, and nobody
    hears of it but ``sys.unraisablehook``: it is then sent again, as one presses Ctrl-C again.
    """

    def __init__(self, after: float) -> None:
        self.sent = 0.0
        self.is_on = False
        self._timer = threading.Timer(after, self._send)
        sys.unraisablehook = self._send_again

    def _send_again(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            sys.__unraisablehook__(unraisable)
        elif self.is_on:
            threading.Timer(0, self._send).start()

    def _send(self) -> None:
        self.sent = time.monotonic()
        os.kill(os.getpid(), signal.SIGINT)

    def meets(self, call: Callable[[], Any]) -> float:
        """Return the seconds from the signal to the end of a call; -1 if it had ended before."""
        is_over = False
        try:
            self.is_on = True
            self._timer.start()
            call()
            is_over = True
            self.is_on = False
            self._timer.join()
            # For a signal that came at the very end to arrive.
            time.sleep(0.01)
        except KeyboardInterrupt:
            return -1.0 if is_over else time.monotonic() - self.sent
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
    """Interrupt a read that only lacks the order of some options."""
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


def while_built(url: str) -> Facts:
    """Interrupt a read once all its pages have arrived."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    whole = asana.tags.list(workspace="Acme")
    build = FrameBuilder.frame

    def build_interrupted(builder: FrameBuilder, *arguments: Any) -> pd.DataFrame:
        os.kill(os.getpid(), signal.SIGINT)
        return build(builder, *arguments)

    with patch.object(FrameBuilder, "frame", build_interrupted), suppress(KeyboardInterrupt):
        asana.tags.list(workspace="Acme")
    partial = asana.last.partial
    return {"whole": len(whole), "partial": 0 if partial is None else len(partial)}


def write_at_the_end(url: str) -> Facts:
    """Interrupt a write that only lacks the order of some options."""
    asana = af.connect("sandbox", base_url=url, progress=False)
    fields = ["name", "custom_fields"]
    took = Interrupt(0.4).meets(
        lambda: asana.tasks.update(["1", "2", "3"], name="x", fields=fields)
    )
    partial = asana.last.partial
    assert partial is not None
    outcomes = partial["write_outcome"].tolist()
    return {"took": took, "outcomes": outcomes, "kinds": partial["cf_Kind"].tolist()}


def writes(url: str, seed: str, count: str) -> list[Facts]:
    """Interrupt writes over many rows at random moments; return what each says of its rows."""
    chances = random.Random(seed)
    kinds = [(operation, login) for operation in ("create", "update") for login in LOGINS]
    # How long they take undisturbed; the first ones import what is needed.
    calm = [_write(url, kind, place) for place, kind in enumerate(kinds * 2)]
    lasts = [fact["lasts"] for fact in calm[len(kinds) :]]
    return [
        _write(url, kinds[place % 6], 100 + place, chances.random(), lasts[place % 6])
        for place in range(int(count))
    ]


def _write(
    url: str, kind: tuple[str, str], place: int, moment: float | None = None, lasts: float = 0.1
) -> Facts:
    """Write rows whose numbers no other write has; interrupt it after a part of its time."""
    operation, login = kind
    set_process_login(url, _login(login, place, 0.5 * lasts))
    rows = [str(1_000 * (1 + place) + row) for row in range(ROWS)]
    with af.connect(base_url=url, progress=False) as asana:
        calls: dict[str, Callable[[], Any]] = {
            "create": lambda: asana.tasks.create(name=rows, workspace="1"),
            "update": lambda: asana.tasks.update(rows, name="x"),
        }
        started = time.monotonic()
        took = -1.0
        if moment is None:
            calls[operation]()
        else:
            took = Interrupt(moment * lasts).meets(calls[operation])
        ended = time.monotonic()
        partial = asana.last.partial
    outcomes = [] if partial is None else partial["write_outcome"].tolist()
    return {
        "kind": f"{operation}, {login}",
        "lasts": ended - started,
        "took": took,
        "ended": ended,
        "is_whole": len(outcomes) in (0, ROWS),
        # An interrupt before the first row leaves nothing to tell.
        "outcomes": dict(zip(rows, outcomes or ["none"] * ROWS, strict=False)),
    }


def _login(login: str, place: int, left: float) -> Credential:
    """Return a token, or a login of OAuth whose token is renewed after some seconds."""
    if login == "plain":
        return Credential(f"plain-{place}")
    expires = time.time() + RENEWAL_MARGIN + (left if login == "expiring" else 3_600)
    return Credential(f"{login}-{place}", f"refresh-{place}", expires, "app")


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
