"""The fixtures for users' own tests: found by pytest itself, through the entry point."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_TESTS = """
import pytest
import requests

def test_a_report(asana_sandbox):
    tasks = asana_sandbox.tasks.list(project="Website relaunch")
    assert len(tasks) > 100

def test_each_test_has_a_company_of_its_own(asana_sandbox):
    asana_sandbox.tags.create(name="Mine", workspace=asana_sandbox.workspaces.list())
    assert "Mine" in set(asana_sandbox.tags.list(workspace="Acme")["name"])

def test_as_it_was(asana_sandbox):
    assert "Mine" not in set(asana_sandbox.tags.list(workspace="Acme")["name"])

@pytest.mark.asana_sandbox(plan="free")
def test_on_the_free_plan(asana_sandbox):
    import asana_frames as af
    with pytest.raises(af.PaymentRequired):
        asana_sandbox.goals.list(workspace="Acme")

@pytest.mark.asana_sandbox(now="2021-03-04")
def test_on_a_fixed_day(asana_sandbox):
    tasks = asana_sandbox.tasks.list(project="Website relaunch")
    assert str(tasks["created_at"].max()) < "2021-03-04"
    assert str(tasks["created_at"].max()) > "2021-02"

@pytest.mark.asana_sandbox(seed=3)
def test_over_http(asana_sandbox_server):
    headers = {"Authorization": "Bearer sandbox"}
    url = asana_sandbox_server.url + "/users/me"
    assert requests.get(url, headers=headers, timeout=10).json()["data"]["name"] == "Zoe Ng"
"""


def test_a_users_tests_find_the_fixtures(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(_TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "--strict-markers", "-p", "no:cacheprovider"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "6 passed" in done.stdout, done.stdout + done.stderr


def test_tests_that_do_not_ask_for_it_do_not_wait_for_pandas() -> None:
    code = "import sys, asana_frames.pytest_plugin; print('pandas' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
