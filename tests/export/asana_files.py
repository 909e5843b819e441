"""Files as Asana's own pages export them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import asana_frames as af
from asana_frames.catalog import columns_of

HEADER = (
    "Task ID",
    "Created At",
    "Completed At",
    "Last Modified",
    "Name",
    "Section/Column",
    "Assignee",
    "Assignee Email",
    "Start Date",
    "Due Date",
    "Tags",
    "Notes",
    "Projects",
    "Parent task",
    "Blocked By (Dependencies)",
    "Blocking (Dependencies)",
)


def write_rows(
    path: Path, rows: Iterable[dict[str, str]], *, fields: Sequence[str] = (), **options: Any
) -> Path:
    """Write rows, by header, in the form of Asana; cells that are not given are empty."""
    encoding, separator = options.get("encoding", "utf-8"), options.get("separator", ",")
    with path.open("w", encoding=encoding, newline="") as stream:
        stream.write(options.get("above", ""))
        names = [*options.get("header", HEADER), *fields]
        writer = csv.DictWriter(stream, names, restval="", delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_tasks(path: Path, tasks: pd.DataFrame, project: str) -> Path:
    """Write tasks of a project as its page exports them."""
    return write_rows(path, [_build_row(task, project) for _, task in tasks.iterrows()])


def _build_row(task: pd.Series[Any], project: str) -> dict[str, str]:
    places = dict(
        zip(task["memberships_project_names"], task["memberships_section_names"], strict=True)
    )
    days = {
        "Created At": "created_at",
        "Completed At": "completed_at",
        "Last Modified": "modified_at",
        "Start Date": "start_on",
        "Due Date": "due_on",
    }
    texts = {"Name": "name", "Assignee": "assignee_name", "Notes": "notes"}
    return {
        "Task ID": task["gid"],
        **{
            name: "" if pd.isna(task[own]) else str(task[own].date()) for name, own in days.items()
        },
        **{name: "" if pd.isna(task[own]) else task[own] for name, own in texts.items()},
        "Section/Column": places.get(project, ""),
        "Projects": ",".join(places),
        "Tags": ",".join(task["tags_names"]),
        "Parent task": "" if pd.isna(task["parent_name"]) else task["parent_name"],
    }


def write_json(path: Path, asana: af.Asana, project: str) -> Path:
    """Write the tasks of a project as its page exports them: as the API gives them."""
    projects = asana.projects.list(workspace="Acme").set_index("name")
    paths = [path for column in columns_of("task") for path in column.opt_fields]
    fields = ",".join([*paths, "custom_fields.enum_options.name", "resource_type"])
    query = {"project": projects.loc[project, "gid"], "limit": "100", "opt_fields": fields}
    tasks, page = [], {"offset": ""}
    while page is not None:
        more = {"offset": page["offset"]} if page["offset"] else {}
        answer = json.loads(asana.http.request("GET", "/tasks", query | more).body)
        tasks += answer["data"]
        page = answer["next_page"]
    path.write_text(json.dumps({"data": tasks}))
    return path
