"""Jobs: operations that finish later."""

from __future__ import annotations

import time

from asana_frames.sandbox_server.core.body_checks import must
from asana_frames.sandbox_server.core.lists import FindObject, object_at
from asana_frames.sandbox_server.core.store import Object, ObjectFactory
from asana_frames.sandbox_server.core.write_context import WriteContext

#: Jobs and exports advance when they are read, and finish by themselves after some seconds.
_JOB_STEPS = 2


_JOB_SECONDS = 10.0


#: A finished job has one of these.
_BLANK_JOB_RESULTS: Object = dict.fromkeys(
    (
        "new_portfolio",
        "new_project",
        "new_task",
        "new_project_template",
        "new_graph_export",
        "new_resource_export",
    )
)


def start_job(write: WriteContext, subtype: str, **result: Object) -> Object:
    """Add a job whose work is done; its status advances as it is polled."""
    return write.add(
        "job",
        resource_subtype=subtype,
        status="not_started",
        **_BLANK_JOB_RESULTS | result,
        _by=write.me,
        _looks=0,
        _started=time.monotonic(),
    )


def parse_include(write: WriteContext, known: tuple[str, ...]) -> set[str]:
    """Parse the list of parts that a copy takes over."""
    given = write.data.get("include") or ""
    names = {name.strip() for name in given.split(",") if name.strip()}
    for name in names:
        must(name in known, "include", f"Not a valid value: {name}")
    return names


def advance_job(item: Object, now: str, *, fails: bool) -> None:
    """Advance the status of a job or export by one step.

    Parameters
    ----------
    item
        A job or organization export.
    now
        The sandbox's clock.
    fails
        Whether it fails in the end.
    """
    if "_looks" not in item:
        return
    item["_looks"] += 1
    is_over = item["_looks"] >= _JOB_STEPS or is_job_due(item)
    if item["resource_type"] == "organization_export":
        item["state"] = ("error" if fails else "finished") if is_over else "started"
        item["_file"] = is_over and not fails
        return
    item["status"] = ("failed" if fails else "succeeded") if is_over else "in_progress"
    for key in ("new_graph_export", "new_resource_export"):
        if item[key] is not None and is_over and not fails and not item[key]["_file"]:
            item[key].update(_file=True, completed_at=now)


def is_job_running(item: Object) -> bool:
    """Whether a job has not ended yet."""
    return item["status"] in ("not_started", "in_progress") and not is_job_due(item)


def is_job_due(item: Object) -> bool:
    """Whether a job has had the time that jobs take."""
    return "_started" in item and time.monotonic() - item["_started"] > _JOB_SECONDS


def build_jobs(make: ObjectFactory, project: Object) -> None:
    """Build a job that is done and one that is running."""
    for status in ("succeeded", "in_progress"):
        nothing = dict.fromkeys(
            ("new_portfolio", "new_project_template", "new_graph_export", "new_resource_export")
        )
        make.add(
            "job",
            resource_subtype="duplicate_project",
            status=status,
            new_project=project if status == "succeeded" else None,
            new_task=None,
            **nothing,
        )


#: Reads of one object -> how it is found.
OBJECTS: dict[str, FindObject] = {
    "getJob": object_at("job"),
}
