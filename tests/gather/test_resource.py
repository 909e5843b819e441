"""All objects of a resource in a workspace."""

from __future__ import annotations

import importlib
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.gather import all_tasks
from asana_frames.gather.resource import find_reader


def test_what_is_listed_by_workspace_can_be_exported(
    asana: af.Asana, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some_tasks(*arguments: Any, **options: Any) -> pd.DataFrame:
        return all_tasks(*arguments, **options).iloc[::50]

    # A request per task: the stories of some tell as much as those of all.
    module = importlib.import_module("asana_frames.gather.resource")
    monkeypatch.setattr(module, "all_tasks", some_tasks)
    workspace = asana.workspaces.list()["gid"].iloc[0]
    exportable = []
    for resource in load().resources:
        try:
            reader = find_reader(resource.name)
        except af.InvalidArgument:
            continue
        exportable.append(resource.name)
        assert len(reader(asana, workspace)) > 0, resource.name

    assert {"projects", "tasks", "users", "webhooks", "agents", "custom_fields"} <= set(exportable)
    assert not {"events", "typeahead", "audit_log"} & set(exportable)
