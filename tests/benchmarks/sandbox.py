"""How fast the sandbox is: in the process, over loopback, at its start, at every size.

Run it with ``python -m tests.benchmarks.sandbox``. Figures are ratios within one run where that
is possible: a page costs so many times what ``orjson.loads`` of the same page costs.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import orjson

import asana_frames as af
from asana_frames.sandbox_server import Application, make_application
from tests.fixed_day import NOW

_TOKEN = {"Authorization": "Bearer sandbox"}
_SECONDS = 5.0


def page_of(application: Application) -> str:
    """Return the request of a page of 100 tasks with the columns that a frame asks for."""
    project = application.store.first("project")["gid"]
    default = af.sandbox(now=NOW).tasks.info().query("default")["path"]
    return f"/api/1.0/tasks?project={project}&limit=100&opt_fields={','.join(default)}"


def best(do: Callable[[], object], times: int = 30) -> float:
    """Return the least time that something took, in milliseconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        do()
        found.append(time.perf_counter() - start)
    return 1_000 * min(found)


def in_process() -> None:
    """Print what a page costs, made anew and made of rows that have not changed."""
    application = make_application(now=NOW)
    target = page_of(application)
    body = application.handle("GET", target, _TOKEN).body

    def anew() -> None:
        application.store.version += 1
        application.handle("GET", target, _TOKEN)

    loads = best(lambda: orjson.loads(body))
    first, again = best(anew), best(lambda: application.handle("GET", target, _TOKEN))
    print(f"page of 100 tasks, {len(body) / 1_000:.0f} KB")
    print(f"  in the process, made anew   {first:6.2f} ms  {first / loads:5.1f} x orjson.loads")
    print(f"  in the process, known rows  {again:6.2f} ms  {again / loads:5.1f} x orjson.loads")


def _read(url: str, target: str, stop: float, counts: list[int], packed: bool) -> None:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    headers = _TOKEN | ({"Accept-Encoding": "gzip"} if packed else {})
    while time.monotonic() < stop:
        connection.request("GET", target, headers=headers)
        connection.getresponse().read()
        counts.append(1)
    connection.close()


def _readers(url: str, target: str, packed: bool, out: multiprocessing.SimpleQueue[int]) -> None:
    counts: list[int] = []
    stop = time.monotonic() + _SECONDS
    arguments = (url, target, stop, counts, packed)
    threads = [threading.Thread(target=_read, args=arguments) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put(len(counts))


def over_loopback() -> None:
    """Print pages a second: the server in a process of its own, four connections in another."""
    command = [sys.executable, "-m", "asana_frames", "sandbox", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = json.loads(server.stdout.readline())["url"]
        target = page_of(make_application(now=NOW))
        for packed in (True, False):
            out: multiprocessing.SimpleQueue[int] = multiprocessing.SimpleQueue()
            reader = multiprocessing.Process(target=_readers, args=(url, target, packed, out))
            reader.start()
            pages = out.get() / _SECONDS
            reader.join()
            print(
                f"  over loopback, {'gzip' if packed else 'plain':5}        {pages:6.0f} pages/s"
            )
        server.terminate()


def sizes() -> None:
    """Print how long each size takes to start and to answer first, and its memory."""
    for size in ("small", "medium", "large"):
        code = (
            "import time, resource\n"
            "from asana_frames.sandbox_server import make_application\n"
            "start = time.perf_counter()\n"
            f"app = make_application(size={size!r}, now={NOW!r})\n"
            "ready = time.perf_counter() - start\n"
            "project = app.store.first('project')['gid']\n"
            "app.handle('GET', f'/api/1.0/tasks?project={project}&limit=100',"
            " {'authorization': 'Bearer sandbox'})\n"
            "first = time.perf_counter() - start - ready\n"
            "tasks = sum(1 for _ in app.store.all('task'))\n"
            "memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000\n"
            "print(f'{ready:.2f} {first:.2f} {tasks} {memory:.0f}')\n"
        )
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        ready, first, tasks, memory = done.stdout.split()
        print(f"{size:7} ready {ready} s, first page {first} s, {tasks} tasks, {memory} MB")


if __name__ == "__main__":
    in_process()
    over_loopback()
    sizes()
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000:.0f} MB")
