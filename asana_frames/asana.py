"""``Asana``: the object that ``connect()`` returns, with one attribute per resource."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from typing import Any, get_args

import pandas as pd

from asana_frames import resources
from asana_frames._arguments import check_number, keep_items
from asana_frames.calls.applied_changes import recall_applied
from asana_frames.calls.apply import apply_changes
from asana_frames.calls.custom_field_definitions import EnumOptions
from asana_frames.calls.last_call import (
    CallSettings,
    LastCall,
    check_settings,
    limit_call,
    record_call,
)
from asana_frames.calls.name_lookup import fetch_me, fetch_names, fetch_person
from asana_frames.calls.parsed_call import parse_call
from asana_frames.calls.plan import estimate_cost
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.references import ReferenceResolver
from asana_frames.calls.resource import Resource
from asana_frames.calls.resume import InterruptedReads
from asana_frames.calls.stream import iterate_frames
from asana_frames.catalog import Group, columns_of, load, methods_of
from asana_frames.display.cards import render_account_card, render_refusal_card
from asana_frames.display.info_table import InfoTable
from asana_frames.exceptions import AsanaError, InvalidArgument, JobFailed, suggest_names
from asana_frames.fetch import Http, clock, get_current_call
from asana_frames.types import Ref, Refs

#: Seconds between polls of a job: at first, and at most.
_POLL_SECONDS = (0.2, 10.0)
#: Seconds that a card may take, during which the notebook is blocked.
_CARD_SECONDS = 10.0


#: Attributes beside the resources that Tab offers.
_SHOWN = ("apply", "close", "http", "info", "last", "plan", "stream", "wait", "with_options")


class Asana(resources.Resources):
    """A connection to Asana with one attribute per resource.

    Returned by ``connect()`` or ``sandbox()``. Every resource of the API is an attribute
    (``asana.tasks``), every operation a method that returns a frame (``asana.tasks.list(...)``).

    Parameters
    ----------
    http
        The connection.
    close
        Called by ``close()``, to stop the server behind the connection.

    Attributes
    ----------
    settings : CallSettings
        Timeout, deadline and progress of calls; `with_options` changes them.
    """

    def __init__(
        self,
        http: Http,
        *,
        close: Callable[[], None] | None = None,
        settings: CallSettings | None = None,
        suggestions: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.http = http
        #: Further calls to try, with what they do, for the card.
        self.suggestions = suggestions
        self.settings = settings or CallSettings()
        self.references = ReferenceResolver(
            partial(fetch_names, http), partial(fetch_person, http)
        )
        self.enum_options: EnumOptions = {}
        self.interrupted_reads = InterruptedReads()
        self.unsplittable_projects: set[str] = set()
        #: Tokens of event streams, kept by ``gather.events``.
        self.sync_tokens: dict[str, str] = {}
        self.applied = recall_applied(http.account)
        self._root = self
        self._last = LastCall()
        self._large_reads: set[str] = set()
        self._close = close
        self._me: dict[str, Any] | None = None

    def __repr__(self) -> str:
        access = ", read-only" if self.http.is_read_only else ""
        return f"<Asana at {self.http.base_url}{access}; asana.info() lists the resources>"

    def __getattr__(self, name: str) -> Any:
        # Only called for missing attributes: a resource is created when it is first used.
        known = {known.name: known for known in load().resources}
        if name not in known:
            raise AttributeError(f"Asana has no resource {name!r}.{suggest_names(name, known)}")
        module = import_module(f"{resources.__name__}.{name}")
        resource: Resource = getattr(module, known[name].class_name)(self)
        setattr(self, name, resource)
        return resource

    def __dir__(self) -> list[str]:
        # What Tab offers: resources, and what is documented.
        return sorted({*_SHOWN, *(resource.name for resource in load().resources)})

    def __enter__(self) -> Asana:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def last(self) -> LastCall:
        """What the last call did: operation, requests, retries, waiting, bytes, rows, failures."""
        return self._root._last

    def publish(self, last: LastCall) -> None:
        """Make a call that has ended ``asana.last``."""
        self._root._last = last

    def is_first_large_read(self, operation: str) -> bool:
        """Whether no read of this operation has been large before; then it is remembered."""
        is_first = operation not in self._large_reads
        self._large_reads.add(operation)
        return is_first

    def with_options(
        self,
        *,
        timeout: float | None = None,
        deadline: float | None = None,
        progress: bool | None = None,
    ) -> Asana:
        """Return the same Asana with other options, for one call or for many.

        Parameters
        ----------
        timeout
            Seconds to wait for the next bytes of a response; 60 by default.
        deadline
            Seconds that a whole call may take, including all its requests and waiting. After
            that `DeadlineExceeded` is raised; what had arrived is in ``last.partial``, and the
            same call continues from there.
        progress
            Whether long calls show a progress bar.

        Returns
        -------
        Asana
            Shares connection, quota, names and ``last`` with this one.

        Raises
        ------
        InvalidArgument
            A time is not a number above 0.

        Examples
        --------
        >>> import asana_frames as af
        >>> asana = af.sandbox()
        >>> quick = asana.with_options(deadline=30, progress=False)
        >>> len(quick.tags.list(workspace="Acme")), asana.last.operation
        (8, 'tags.list')
        """
        own = self.settings
        changed = CallSettings(
            own.timeout if timeout is None else timeout,
            own.deadline if deadline is None else deadline,
            own.progress if progress is None else progress,
        )
        other = copy.copy(self)
        for resource in load().resources:
            # Resources refer to the object they were created for.
            other.__dict__.pop(resource.name, None)
        other.settings = check_settings(changed)
        return other

    def in_background(self) -> Asana:
        """Return the same Asana for reads in the background of a notebook.

        Returns
        -------
        Asana
            Shares connection, quota and names with this one. Its calls show no progress, wait at
            most 30 s for the next bytes and 120 s in total, and do not change ``last`` of this
            one.
        """
        other = self.with_options(progress=False, timeout=30, deadline=120)
        other._root = other
        other._last = LastCall()
        other.interrupted_reads = InterruptedReads()
        return other

    def plan(
        self, method: Callable[..., pd.DataFrame], *args: Any, **kwargs: Any
    ) -> pd.Series[Any]:
        """Estimate what a read would take, without making it.

        Parameters
        ----------
        method
            The method that reads, without parentheses: ``asana.tasks.list``.
        args, kwargs
            Its arguments.

        Returns
        -------
        Series
            ``requests`` (at least), ``rows`` (about; missing if they cannot be estimated) and
            ``minutes`` (about, at the token's quota). Names are looked up, and the tasks of up to
            20 projects are counted (``GET /projects/{project_gid}/task_counts``) as a sample of
            all.

        Raises
        ------
        InvalidArgument
            ``method`` is not a method of a resource, or it writes.

        Examples
        --------
        >>> import asana_frames as af
        >>> asana = af.sandbox()
        >>> asana.plan(asana.tasks.list, project="Website relaunch")["requests"]
        3
        """
        return estimate_cost(self, parse_call(method, *args, **kwargs))

    def stream(
        self,
        method: Callable[..., pd.DataFrame],
        *args: Any,
        rows: int = 100_000,
        **kwargs: Any,
    ) -> Iterator[pd.DataFrame]:
        """Read in portions, for results that do not fit into memory.

        Parameters
        ----------
        method
            The method that reads, without parentheses: ``asana.tasks.list``.
        args, kwargs
            Its arguments.
        rows
            Rows after which a frame is yielded; it can have up to a page more.

        Yields
        ------
        DataFrame
            Frames with the columns of the method's own, and the custom fields that occur in their
            rows. Each object is in one frame only. Rows come in the order in which the lists
            arrive, and ``<parent>_gids`` names the parents within the frame. If a parent is
            refused in the middle of its list, earlier frames keep its rows.

        Raises
        ------
        InvalidArgument
            ``method`` is not a method of a resource, or it writes.

        Examples
        --------
        >>> import asana_frames as af
        >>> asana = af.sandbox()
        >>> projects = asana.projects.list(workspace="Acme")
        >>> sum(len(part) for part in asana.stream(asana.tasks.list, project=projects)) > 1000
        True
        """
        return iterate_frames(self, parse_call(method, *args, **kwargs), rows)

    def close(self) -> None:
        """Close the connections, and stop the sandbox behind them if there is one."""
        self.http.close()
        if self._close is not None:
            self._close()

    def info(self) -> pd.DataFrame:
        """Return the resources of the API.

        Returns
        -------
        DataFrame
            ``group`` (what it is for), ``resource``, ``about``, ``columns`` (how many its frames
            have by default) and ``methods`` (tuple), one row per resource. No request is made.
            Notebooks and terminals show all of them, under a heading for each group.
        """
        groups = get_args(Group)
        rows = [
            {
                "group": resource.group,
                "resource": resource.name,
                "about": resource.about.partition(": ")[2],
                "columns": len(columns_of(resource.record)),
                "methods": tuple(op.method for op in methods_of(load(), resource.name)),
            }
            for resource in sorted(load().resources, key=lambda one: groups.index(one.group))
        ]
        return InfoTable(
            pd.DataFrame(rows), title="asana: the resources of the API, and what they are for"
        )

    def apply(
        self,
        changes: pd.DataFrame,
        *,
        project: Ref | None = None,
        dry_run: bool = False,
        if_unchanged: bool = False,
    ) -> pd.DataFrame:
        """Carry out a frame of changes, such as `asana_frames.changes` returns.

        All names are looked up and all values checked before anything is sent. Then objects are
        created, parents first; then they get their projects, sections, tags and followers, their
        dependencies, and at last the fields that change; what is to be deleted goes last. One
        request carries out all changes of the fields of an object; up to 15 are under way at the
        same time.

        Parameters
        ----------
        changes
            A frame of changes; or what this method returned, or ``asana.last.partial``, of which
            only the rest is carried out. The same changes are recognised within a process: new
            objects are not created twice unless they were deleted, and other changes that are done
            are not sent again unless this connection has written since, or the frame tells that
            objects have changed (``modified_at``).
        project
            The project in which new tasks are created, other than subtasks. Missing sections are
            created, unless their names differ from others only in case or spaces; within a
            section and a parent the tasks keep the order of the table.
        dry_run
            Send nothing that changes anything, and return what would be carried out.
        if_unchanged
            Leave objects alone that were changed in Asana since they were read.

        Returns
        -------
        DataFrame
            The changes, with ``gid`` of what was created, and ``outcome`` (``done``, ``failed``,
            ``unknown`` or ``not sent``), ``status`` (HTTP) and ``message``. A creation that
            nobody answered is looked up by its name in its project or parent, and is ``unknown``
            if that leaves a doubt; it is never sent twice. With ``dry_run``, ``attrs["asana"]``
            has the number of ``requests`` and the ``minutes`` that the quota gives them.

        Raises
        ------
        InvalidArgument
            Something is wrong with the changes, or the connection is read-only: nothing was sent.
            ``error.problems`` lists what is wrong, row by row.
        AsanaError
            Something that every other request would meet as well; ``asana.last.partial`` has what
            was carried out.

        Warns
        -----
        PartialResultWarning
            Some changes could not be carried out.

        Examples
        --------
        >>> import asana_frames as af, pandas as pd
        >>> asana = af.sandbox()
        >>> rows = {"key": ["a", "b"], "name": ["Plan", "Do"], "parent": [None, "a"]}
        >>> table = pd.DataFrame(rows)
        >>> done = asana.apply(af.changes(None, table), project="Website relaunch")
        >>> done["outcome"].unique().tolist()
        ['done']
        """
        return apply_changes(
            self, changes, project=project, dry_run=dry_run, if_unchanged=if_unchanged
        )

    def wait(self, job: Refs, *, timeout: float = 600.0) -> pd.DataFrame:
        """Poll jobs until they have ended.

        Parameters
        ----------
        job
            The frame of an operation that starts a job, or gids.
        timeout
            Most seconds to wait.

        Returns
        -------
        DataFrame
            One row per job, as ``jobs.get`` returns it (``GET /jobs/{job_gid}``).

        Raises
        ------
        JobFailed
            Asana reported a job as failed.
        TimeoutError
            Jobs were still running after ``timeout``; they continue in Asana. After the deadline
            of `with_options` it is `DeadlineExceeded`.
        """
        check_number(timeout, name="timeout", like=600, least=0)
        job = keep_items(job)
        pause, longest = _POLL_SECONDS
        ends = clock.now() + timeout
        shown = self.settings.progress
        with (
            record_call("wait", self.publish, self.settings) as last,
            ProgressBar("wait", 0, self.http, unit="job", shown=shown) as bar,
        ):
            while True:
                jobs = self.jobs.get(job, errors="raise")
                bar.total = len(jobs)
                bar.rows = bar.done = int((jobs["status"] == "succeeded").sum())
                bar.tick()
                failed = jobs.loc[jobs["status"] == "failed", "gid"]
                if len(failed):
                    raise JobFailed(f"Asana reports as failed: job {', '.join(failed)}.")
                if (jobs["status"] == "succeeded").all():
                    last.rows = len(jobs)
                    return jobs
                if clock.now() + pause > ends:
                    running = ", ".join(jobs.loc[jobs["status"] != "succeeded", "gid"])
                    raise TimeoutError(f"Still running after {timeout:g} s: job {running}.")
                get_current_call().wait(clock.now() + pause)
                pause = min(pause * 1.5, longest)

    def _ipython_key_completions_(self) -> list[str]:
        return [resource.name for resource in load().resources]

    def __getitem__(self, name: str) -> Resource:
        if not isinstance(name, str) or name not in {r.name for r in load().resources}:
            load().resource(str(name))
            raise InvalidArgument(f"{name!r} is not the name of a resource.")
        resource: Resource = getattr(self, name)
        return resource

    def _repr_html_(self) -> str:
        """Return a card with your name, workspaces and calls to try."""
        try:
            me = self._fetch_me()
        except AsanaError as error:
            return render_refusal_card(self.http.base_url, str(error))
        return render_account_card(
            self.http.base_url,
            me["name"],
            me["workspaces"],
            is_read_only=self.http.is_read_only,
            suggestions=self.suggestions,
        )

    def _fetch_me(self) -> dict[str, Any]:
        if self._me is None:
            deadline = min(self.settings.deadline or _CARD_SECONDS, _CARD_SECONDS)
            with limit_call(self.settings._replace(deadline=deadline)):
                self._me = fetch_me(self.http)
        return self._me


def check_connection(asana: object, *, what: str) -> None:
    """Raise an error unless an argument is a connection.

    Parameters
    ----------
    asana
        The argument.
    what
        The name of the function or class that takes it.

    Raises
    ------
    InvalidArgument
        The message says what returns a connection.
    """
    if not isinstance(asana, Asana):
        raise InvalidArgument(
            f"{what} takes a connection first: pass what af.connect() or af.sandbox() returns, "
            f"not {type(asana).__name__}."
        )
