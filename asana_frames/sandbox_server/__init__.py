"""The Asana that ships with the package: a synthetic company behind the real HTTP API."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal, TypedDict, Unpack

from asana_frames._arguments import check_choice, check_number, check_text
from asana_frames.asana import Asana
from asana_frames.exceptions import InvalidArgument
from asana_frames.fetch import Http
from asana_frames.frames.arguments import parse_timestamp
from asana_frames.sandbox_server.http.adapter import SandboxAdapter
from asana_frames.sandbox_server.http.application import ApiResponse, Application, Latency
from asana_frames.sandbox_server.http.faults import Faults
from asana_frames.sandbox_server.http.plans import PER_MINUTE, Plan
from asana_frames.sandbox_server.http.routing import ROOT
from asana_frames.sandbox_server.http.server import Server
from asana_frames.sandbox_server.http.user_session import TOKEN
from asana_frames.sandbox_server.resources.rules import RULE_TRIGGER
from asana_frames.sandbox_server.synthetic import DIVISIONS, make_store
from asana_frames.types import When

Size = Literal["small", "medium", "large"]
#: Never resolved: requests to it are answered in the process.
_IN_PROCESS = f"https://sandbox.invalid{ROOT}"

#: Years in which the history can end: four digits, also for the years before the end.
_YEARS = range(1980, 2200)

#: Names of the sizes of a company.
SIZES = tuple(DIVISIONS)

__all__ = [
    "PER_MINUTE",
    "SIZES",
    "TOKEN",
    "ApiResponse",
    "Application",
    "Faults",
    "Latency",
    "SandboxOptions",
    "Plan",
    "Server",
    "Size",
    "make_application",
    "sandbox",
    "serve",
]


class SandboxOptions(TypedDict, total=False):
    """Options of a sandbox; `sandbox` documents each of them."""

    size: Size
    now: When | None
    plan: Plan
    limits: bool
    faults: Faults | str | None
    latency: Latency


def make_application(
    seed: int = 0, *, base_url: str = _IN_PROCESS, **options: Unpack[SandboxOptions]
) -> Application:
    """Build the synthetic company and the API in front of it.

    Parameters
    ----------
    seed
        The same seed builds the same company for the same ``now``, byte for byte.
    base_url
        The beginning of ``next_page.uri``.
    options
        As in `sandbox`.

    Raises
    ------
    InvalidArgument
        A size, moment, plan or fault is not valid.
    """
    size, plan = options.get("size", "small"), options.get("plan", "enterprise")
    check_choice(size, DIVISIONS, name="size")
    check_choice(plan, PER_MINUTE, name="plan")
    check_number(seed, name="seed", like=0, is_whole=True)
    faults = options.get("faults")
    if faults is not None and not isinstance(faults, Faults):
        check_text(faults, name="faults", like="429=10, drop=50")
    return Application(
        make_store(seed, _parse_now(options.get("now")), size),
        base_url,
        plan=plan,
        limits=options.get("limits", False),
        faults=Faults.parse(faults) if isinstance(faults, str) else faults,
        latency=options.get("latency", 0.0),
    )


def _parse_now(now: When | None) -> datetime:
    """Return the moment at which the company's history ends, in UTC.

    The present is floored to the hour, so that two companies of one hour are equal.

    Raises
    ------
    InvalidArgument
        It is not a moment, or is outside the company's calendar.
    """
    if now is None:
        return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    moment = parse_timestamp(now, name="now", what="moment", like="2026-11-02 09:00")
    if moment.year not in _YEARS:
        raise InvalidArgument(
            f"now={now!r} is out of range; use a year from {_YEARS[0]} to {_YEARS[-1]}."
        )
    whole = moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")
    # A plain datetime: pandas' timestamps add and compare differently.
    return whole.to_pydatetime(warn=False)


def sandbox(
    *,
    seed: int = 0,
    size: Size = "small",
    now: When | None = None,
    plan: Plan = "enterprise",
    limits: bool = False,
    faults: Faults | str | None = None,
    latency: Latency = 0.0,
    token: str = TOKEN,
    read_only: bool | None = None,
) -> Asana:
    """Return an ``Asana`` in front of a synthetic company; no account, no network.

    The company lives in this process: a forked process has a copy of its own. `serve` puts it
    behind a socket, for several processes.

    "Acme" has 24 people in 5 teams, 12 projects (one is "Website relaunch"), some 1,800 tasks
    over 18 months with subtasks, dependencies, custom fields of every kind, stories, tracked
    time, goals, portfolios, rates and budgets. It answers every operation of the API, and
    writes have their consequences: stories, events, sums. Its one rule is triggered with
    ``asana.rules.trigger("1208000000000001", resource=task, action_data={})``.

    Its data are consistent: "Mobile app" is far behind, off track, and its people are
    allocated beyond their capacity; "Office move" is late; "Platform reliability" is over its
    budget; goals that depend on these are not on track either.

    Parameters
    ----------
    seed
        The same seed builds the same company for the same ``now``, byte for byte.
    size
        ``small`` (some 1,800 tasks), ``medium`` (50,000) or ``large`` (1,000,000): as many
        divisions like the small one, each built on first access.
    now
        Where the company's history ends and its clock stands: by default the present, floored
        to the hour. Text such as ``"2026-11-02"``, a date or a moment (UTC where it has no
        zone) fixes it for tests and documents; a day is its midnight. Every write moves it on by
        a millisecond.
    plan
        ``free``, ``starter``, ``advanced`` or ``enterprise``; features outside it return 402.
    limits
        Count requests as Asana does: 150 a minute on ``free``, 1,500 on others, 60 searches,
        50 reads and 15 writes at once; 429 above.
    faults
        Faults to inject, as `Faults` or in one line: ``"429=10, drop=50"``.
    latency
        Seconds that every response takes, or a range of seconds.
    token
        Your user: ``sandbox`` is Zoe Ng, an admin; ``sandbox:<e-mail>`` is any other.
    read_only
        Whether every write is refused before it is sent, as in `connect`.

    Raises
    ------
    InvalidArgument
        A size, moment, plan or fault is not valid.

    Examples
    --------
    >>> asana = sandbox()  # its history ends in this hour
    >>> asana.workspaces.list()["name"].tolist()
    ['Acme']
    >>> task = asana.tasks.create(name="Say hello", workspace=asana.workspaces.list())
    >>> asana.tasks.update(task, completed=True)["completed"].tolist()
    [True]
    >>> fixed = sandbox(now="2026-11-02")  # the same rows on any day
    >>> (fixed.tasks.list(project="Website relaunch")["created_at"] < "2026-11-02").all()
    np.True_
    """
    check_text(token, name="token", like=TOKEN)
    application = make_application(
        seed, size=size, now=now, plan=plan, limits=limits, faults=faults, latency=latency
    )
    adapter = SandboxAdapter(application)
    rule = f'asana.rules.trigger("{RULE_TRIGGER}", resource=task, action_data={{}})'
    return Asana(
        Http(token, _IN_PROCESS, adapter=adapter, read_only=read_only),
        suggestions=[(rule, "runs the sandbox's rule on a task: it comments")],
    )


def serve(
    port: int = 0, *, seed: int = 0, host: str = "127.0.0.1", **options: Unpack[SandboxOptions]
) -> Server:
    """Return a sandbox behind a real socket, not yet started.

    Parameters
    ----------
    port
        0 picks a free one.
    seed
        The same seed builds the same company for the same ``now``, byte for byte.
    host
        The address to listen at; anything but loopback lets others in, and the token is no
        secret. Requests with another ``Host`` or ``Origin`` than this machine are answered
        with 403, so that no web page can read the sandbox.
    options
        ``size``, ``now``, ``plan``, ``limits``, ``faults`` and ``latency``, as in
        `sandbox`.

    Raises
    ------
    ConfigurationError
        The port or host cannot be used.
    InvalidArgument
        A size, moment, plan or fault is not valid.

    Examples
    --------
    >>> import asana_frames as af
    >>> with serve() as server:
    ...     asana = af.connect("sandbox", base_url=server.url)
    ...     len(asana.teams.list_for_workspace("Acme"))
    5
    """
    return Server(lambda url: make_application(seed, base_url=url, **options), port, host)
