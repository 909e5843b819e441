"""Uses of generated methods that mypy accepts, and some that it must refuse.

Read by ``test_typing.py``, never run: a ``type: ignore`` that is not needed is an error there.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import assert_type

import pandas as pd

import asana_frames as af
from tests.fixed_day import NOW

asana = af.sandbox(now=NOW)
projects = asana.projects.list()
row = projects.iloc[0]

# ---------------------------------------------------------------- reads
assert_type(asana.tasks.list(project="Website relaunch"), pd.DataFrame)
asana.tasks.list(project=projects, limit=10, errors="raise")
asana.tasks.list(project=projects["gid"], fields=["name", "due_on"])
asana.tasks.list(project=row, completed_since="now")
asana.tasks.list(project=["1", "2"], modified_since=date(2026, 1, 31))
asana.tasks.list(project=12, fields="all")
asana.tasks.list(assignee="me", workspace=None)
asana.tasks.search("Acme", assignee_any=["me", "7"], due_on_before=datetime(2026, 1, 31))
asana.tasks.search("Acme", sort_by="likes", sort_ascending=True)
asana.tasks.get(projects["gid"].tolist())
asana.tasks.list(project=af.widgets.ProjectPicker(asana))
assert_type(asana.stories.list(task=projects, created_after=date(2026, 1, 31)), pd.DataFrame)
asana.teams.list(user="me", organization="Acme")
asana.sections.list(project=projects, limit=10)
assert_type(asana.attachments.download(projects, Path("files")), pd.DataFrame)

# ---------------------------------------------------------------- writes
assert_type(asana.tasks.create(name="Write", projects=["1"]), pd.DataFrame)
assert_type(asana.tasks.delete(["1", "2"]), pd.DataFrame | None)
asana.tasks.create(name=["One", "Two"], due_on=pd.Series(["2026-01-31", None]), assignee="me")
asana.tasks.update("1", due_on=af.CLEAR, notes=None, completed=True, custom_fields={"12": 3})
asana.tasks.update(projects, name=projects["name"].str.title(), html_notes=projects["name"])
asana.tasks.update(["1", "2"], completed=[True, False], due_on=[date(2026, 1, 31), None])
asana.tasks.add_tag(["1", "2"], tag=row)
asana.tasks.set_parent(["1", "2"], parent=[af.CLEAR, "7"])
asana.tasks.set_parent("1", parent=af.CLEAR)
asana.rates.update("1", rate=90)
asana.attachments.create(parent="1", file=Path("plan.pdf"))
asana.time_tracking_entries.create("1", duration_minutes=[30, 45], entered_on="2026-01-31")
asana.goals.set_metric_value("1", current_number_value=pd.Series([0.5]))

# ---------------------------------------------------------------- nonsense
asana.tasks.list(project=3.5)  # type: ignore[arg-type]
asana.tasks.list(limit="10")  # type: ignore[arg-type]
asana.tasks.list(errors="ignore")  # type: ignore[arg-type]
asana.tasks.list(completed_since=2026)  # type: ignore[arg-type]
asana.tasks.list(projekt="1")  # type: ignore[call-arg]
asana.tasks.list("1")  # type: ignore[call-arg]
asana.tasks.search("Acme", resource_subtype="bug")  # type: ignore[arg-type]
asana.tasks.search("Acme", completed="yes")  # type: ignore[arg-type]
asana.tasks.update("1", completed="yes")  # type: ignore[arg-type]
asana.tasks.update("1", name=3)  # type: ignore[arg-type]
asana.tasks.set_parent("1", parent=None)  # type: ignore[arg-type]
asana.tasks.update("1", custom_fields=["12"])  # type: ignore[list-item]
asana.tasks.add_tag("1", tag=3.5)  # type: ignore[arg-type]
asana.time_tracking_entries.create("1", duration_minutes="30")  # type: ignore[arg-type]
asana.goals.set_metric_value("1", current_number_value="high")  # type: ignore[arg-type]
asana.tasks.get()  # type: ignore[call-arg]
asana.sections.list()  # type: ignore[call-arg]
asana.attachments.download("1")  # type: ignore[call-arg]
asana.stories.list(project="1")  # type: ignore[call-arg]
