"""The Asana that ships with the package: a synthetic company behind the real HTTP API."""

from __future__ import annotations

from datetime import UTC, datetime

from asana_frames.asana import Asana
from asana_frames.fetch import Http
from asana_frames.frames import collector_paused
from asana_frames.sandbox_server.adapter import SandboxAdapter
from asana_frames.sandbox_server.application import ROOT, TOKEN, Application
from asana_frames.sandbox_server.company import build_company
from asana_frames.sandbox_server.history import build_history
from asana_frames.sandbox_server.office import build_office
from asana_frames.sandbox_server.plans import build_plans
from asana_frames.sandbox_server.server import Server
from asana_frames.sandbox_server.store import Store
from asana_frames.sandbox_server.work import build_work

#: Where the company's history ends, so that the same seed gives the same bytes on any day.
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: Never looked up: requests to it are answered in the process.
_IN_PROCESS = f"https://sandbox.invalid{ROOT}"

__all__ = ["NOW", "TOKEN", "Application", "Server", "make_application", "sandbox", "serve"]


def make_application(seed: int = 0, *, base_url: str = _IN_PROCESS) -> Application:
    """Build the synthetic company and the API in front of it.

    Parameters
    ----------
    seed
        Same seed, same company, byte for byte.
    base_url
        What ``next_page.uri`` begins with.
    """
    store = Store(seed, NOW)
    with collector_paused():
        build_company(store)
        build_work(store)
        build_plans(store)
        build_office(store)
    store.later(build_history)
    return Application(store, base_url)


def sandbox(*, seed: int = 0) -> Asana:
    """Return an ``Asana`` in front of a synthetic company; no account, no network.

    "Acme" has 24 people in 5 teams, 12 projects (one is "Website relaunch"), some 1,800 tasks
    over 18 months with subtasks, dependencies, custom fields of every kind, stories, tracked
    time, goals, portfolios, rates and budgets. Its clock stands at 2026-11-02. It answers every
    read of the API; writes are refused (403).

    Parameters
    ----------
    seed
        Same seed, same company, byte for byte.

    Examples
    --------
    >>> sandbox().workspaces.list()["name"].tolist()
    ['Acme']
    """
    adapter = SandboxAdapter(make_application(seed))
    return Asana(Http(TOKEN, _IN_PROCESS, adapter=adapter))


def serve(port: int = 0, *, seed: int = 0) -> Server:
    """Return a sandbox behind a real socket on loopback, not yet started.

    Parameters
    ----------
    port
        0 picks a free one.
    seed
        Same seed, same company, byte for byte.

    Raises
    ------
    ConfigurationError
        The port cannot be used.

    Examples
    --------
    >>> import asana_frames as af
    >>> with serve() as server:
    ...     asana = af.connect("sandbox", base_url=server.url)
    ...     len(asana.teams.list_for_workspace("Acme"))
    5
    """
    return Server(lambda url: make_application(seed, base_url=url), port)
