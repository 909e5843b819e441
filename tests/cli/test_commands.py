"""The command line as scripts see it: stdout, stderr and exit codes."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.catalog import load
from asana_frames.cli import errors
from asana_frames.sandbox_server import Server
from tests.cli.commands import run
from tests.recorder import Asked, Recorder, Reply

COMMAND = [sys.executable, "-m", "asana_frames"]


def test_the_demo_leaves_files_a_table_and_a_chart(tmp_path: Path) -> None:
    done = run("demo", "--out", "out", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "projects.csv",
        "tasks.csv",
        "time_tracking_entries.csv",
        "goals.csv",
        "hours_by_person_and_week.csv",
        "hours_by_person_and_week.png",
        "goal_progress.png",
    }
    tasks = pd.read_csv(tmp_path / "out" / "tasks.csv", dtype="str")
    assert tasks["gid"].is_unique
    entries = pd.read_csv(tmp_path / "out" / "time_tracking_entries.csv")
    hours = pd.read_csv(tmp_path / "out" / "hours_by_person_and_week.csv")
    assert hours["hours"].sum() == entries["duration_minutes"].sum() / 60
    assert (tmp_path / "out" / "goal_progress.png").read_bytes().startswith(b"\x89PNG")
    assert "tasks.csv" in done.stdout


def test_a_list_takes_one_parent_as_an_option() -> None:
    listed = run("sections", "list", "--project", "Office move", "--sandbox")
    unclear = run("stories", "list", "--task", "1", "--goal", "2", "--sandbox")

    assert len(list(csv.DictReader(io.StringIO(listed.stdout)))) > 2
    assert (unclear.returncode, unclear.stdout) == (2, "")
    assert "takes --task or --goal, not both" in unclear.stderr


def test_rows_go_to_stdout_as_csv_or_json() -> None:
    as_csv = run("tasks", "list", "--project", "Office move", "--sandbox", "--limit", "3")
    as_json = run(
        *["tasks", "list", "--project", "Office move", "--sandbox", "--limit", "3"],
        *["--format", "json", "--fields", "name"],
    )

    rows = list(csv.DictReader(io.StringIO(as_csv.stdout)))
    assert [row["gid"] for row in rows] == [row["gid"] for row in json.loads(as_json.stdout)]
    assert len(rows) == 3
    assert as_csv.stderr == as_json.stderr == ""


def test_every_operation_is_a_command() -> None:
    from click.testing import CliRunner

    from asana_frames.cli import main

    for resource in load().resources:
        shown = CliRunner().invoke(main, [resource.name, "--help"])
        assert shown.exit_code == 0
        for operation in load().operations_of(resource.name):
            name = operation.method.replace("_", "-")
            assert name in shown.output
            asked = CliRunner().invoke(main, [resource.name, name, "--help"])
            assert asked.exit_code == 0, asked.output
            for field in operation.body:
                assert f"{field.name.replace('_', '-')} " in asked.output


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["tasks", "list", "--project", "Websit relaunch", "--sandbox"], 4, "'Website relaunch'"),
        (["tasks", "list", "--project", "Quarterly planning", "--sandbox"], 4, "team Product"),
        (["tasks", "get", "12", "--sandbox"], 4, "Not a recognized ID"),
        (["tasks", "list", "--sandbox"], 2, "needs --project, or --section"),
        (["tasks", "list", "--project", "1", "--limit", "-1", "--sandbox"], 2, "--limit -1"),
        (["tasks", "list", "--project", "1", "--fields", "nam", "--sandbox"], 2, "'name'"),
        (["tasks", "list", "--nonsense"], 2, "No such option"),
        (["tasks", "lst"], 2, "'list'"),
        (["taks", "list"], 2, "'tasks'"),
        (["tasks", "create", "--external", "{", "--sandbox"], 2, "takes JSON"),
        (["tasks", "list", "--project", "1"], 3, "No Asana token found"),
        (["tasks", "create", "--name", "x", "--sandbox"], 2, "needs workspace=, parent="),
        (["tasks", "get", "1209000000000123", "--sandbox"], 1, "Not the correct type"),
        (["export", "--workspace", "Acmee", "--sandbox"], 4, "'Acme'"),
        (["export", "--workspace", "Acme", "--resources", "taks", "--sandbox"], 2, "'tasks'"),
        (["export", "--workspace", "Acme", "--resources", "reactions", "--sandbox"], 2, "cannot"),
        (["export", "--workspace", "Acme", "--out", "/dev/null/x", "--sandbox"], 2, "--out"),
        (["export", "--workspace", "Acme", "--resources", ",", "--sandbox"], 2, "is empty"),
        (["export", "--workspace", "99", "--out", "new", "--sandbox"], 4, "Not a recognized ID"),
        (["tasks", "update", "12", "--sandbox"], 2, "at least one field to change"),
        (["tasks", "update", "12", "--due-on", "soon", "--sandbox"], 2, "takes a date"),
        (["demo", "--out", "/dev/null/x"], 2, "--out"),
        (["sandbox", "--port", "99999"], 2, "Port 99999"),
        (["sandbox", "--port", "0", "--now", "soon"], 2, "--now 'soon' is not a moment"),
    ],
)
def test_what_goes_wrong_is_one_message_and_an_exit_code(
    arguments: list[str], code: int, says: str, tmp_path: Path
) -> None:
    done = run(*arguments, cwd=tmp_path)

    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_cannot_be_read_is_told_and_the_rest_is_there() -> None:
    done = run(
        *["tasks", "list", "--project", "Office move", "--project", "12", "--project", "13"],
        *["--fields", "name", "--sandbox"],
    )

    assert done.returncode == 5
    assert len(done.stdout.splitlines()) > 50
    assert "PartialResultWarning" in done.stderr
    assert "project 12: 404" in done.stderr
    assert "project 13: 404" in done.stderr


def test_events_tell_the_token_to_go_on_with() -> None:
    first = run("events", "list", "--resource", "Office move", "--sandbox", "--format", "json")
    token = first.stderr.removeprefix("sync: ").strip()

    again = run("events", "list", "--resource", "Office move", "--sandbox", "--sync", token)

    assert (first.stdout, again.returncode) == ("[]\n", 0)
    assert again.stderr.startswith("sync: ")


def test_a_word_clears_a_field(recorder: Recorder) -> None:
    recorder.reply = lambda asked: Reply(body={"data": {"gid": "5"}})
    environment = {"ASANA_BASE_URL": recorder.url, "ASANA_ACCESS_TOKEN": "t"}

    done = run("tasks", "update", "5", "--due-on", "<CLEAR>", "--name", "A", **environment)

    assert done.returncode == 0
    assert recorder.asked[0].json == {"data": {"due_on": None, "name": "A"}}


def test_an_output_that_is_full_is_one_message() -> None:
    command = " ".join([*COMMAND, "workspaces list --sandbox > /dev/full"])

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (TimeoutError("Still running ..."), "TimeoutError: Still running ...\n"),
        (af.DeadlineExceeded("Not in time."), "DeadlineExceeded: Not in time.\n"),
        (OSError("no room"), "The output cannot be written: no room.\n"),
        (OSError(28, "No space left"), "The output cannot be written: No space left.\n"),
        (TimeoutError(), "TimeoutError.\n"),
        (OSError(), "The output cannot be written: OSError.\n"),
    ],
)
def test_errors_of_the_system_say_what_they_are(
    error: OSError, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(errors, "_discard_output", lambda: None)

    with pytest.raises(SystemExit) as caught, errors.report_errors():
        raise error

    assert caught.value.code == 1
    assert capsys.readouterr().err == says


def test_an_export_that_is_told_to_end_leaves_nothing_half_written(
    recorder: Recorder, tmp_path: Path
) -> None:
    asked_for_tags = threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path.endswith("/tags"):
            asked_for_tags.set()
            time.sleep(3)
        data = {"gid": "1", "name": "Acme"}
        return Reply(body={"data": data if asked.path.endswith("/1") else [data]})

    recorder.reply = reply
    command = [*COMMAND, "export", "--workspace", "1", "--resources", "users,tags", "--out", "."]
    kept = {**os.environ, "ASANA_BASE_URL": recorder.url, "ASANA_ACCESS_TOKEN": "t"}
    with subprocess.Popen(command, cwd=tmp_path, env=kept, stderr=subprocess.PIPE) as process:
        assert asked_for_tags.wait(timeout=60)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert b"Interrupted" in told
    assert [path.name for path in tmp_path.iterdir()] == ["users.csv"]


def test_the_environment_names_server_and_token(server: Server) -> None:
    environment = {"ASANA_BASE_URL": server.url, "ASANA_ACCESS_TOKEN": "sandbox"}

    done = run("workspaces", "list", **environment)
    refused = run("workspaces", "list", **{**environment, "ASANA_ACCESS_TOKEN": "other-token"})

    assert '"Acme"' in done.stdout
    assert refused.returncode == 3
    assert "other-token" not in refused.stderr


def test_an_http_url_is_refused() -> None:
    done = run("workspaces", "list", ASANA_BASE_URL="http://app.asana.com", ASANA_ACCESS_TOKEN="t")

    assert done.returncode == 2
    assert "in the clear" in done.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = " ".join([*COMMAND, "tasks list --project 'Website relaunch' --sandbox | head -1"])

    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.startswith('"gid"')
    assert done.stderr == ""


def test_an_export_writes_what_the_library_reads(
    tmp_path: Path, server: Server, asana: af.Asana
) -> None:
    done = run(
        *["export", "--workspace", "Acme", "--out", str(tmp_path)],
        *["--resources", "projects,tasks,sections,roles", "--format", "json"],
        ASANA_BASE_URL=server.url,
        ASANA_ACCESS_TOKEN="sandbox",
    )

    assert done.returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "projects.json",
        "roles.json",
        "sections.json",
        "tasks.json",
    ]
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    everything = af.gather.all_tasks(asana, "Acme", subtasks=True)
    assert [t["gid"] for t in tasks] == everything["gid"].tolist()


def test_an_export_to_excel_is_a_workbook_of_each(tmp_path: Path, asana: af.Asana) -> None:
    pytest.importorskip("openpyxl", reason="part of the dev extra")

    done = run(
        *["export", "--workspace", "Acme", "--sandbox", "--out", str(tmp_path)],
        *["--resources", "users", "--format", "excel"],
    )

    assert done.returncode == 0
    users = pd.read_excel(tmp_path / "users.xlsx", dtype="str")
    assert users["gid"].tolist() == asana.users.list(workspace="Acme")["gid"].tolist()


@pytest.fixture
def served() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*COMMAND, "sandbox", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.wait(timeout=10)
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox_says_where_it_is_and_stops_when_told(
    served: subprocess.Popen[str], end: signal.Signals
) -> None:
    assert served.stdout is not None
    ready = json.loads(served.stdout.readline())

    names = af.connect(ready["token"], base_url=ready["url"]).workspaces.list()["name"].tolist()
    served.send_signal(end)
    code = served.wait(timeout=10)

    assert names == ["Acme"]
    assert ready["url"].startswith("http://127.0.0.1:")
    assert code == 130
    assert served.stderr is not None
    assert "Traceback" not in served.stderr.read()


def test_a_port_that_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("sandbox", "--port", str(taken.getsockname()[1]))

    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_a_command_imports_neither_charts_nor_the_sandbox_server_that_it_does_not_use() -> None:
    script = """
import sys
from asana_frames.cli import main
try:
    main(["workspaces", "list", "--help"])
finally:
    print("\\nimported:", *sys.modules)
"""

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )

    shown, _, imported = done.stdout.partition("\nimported:")
    assert "--sandbox" in shown
    assert "asana_frames.cli.resources" in imported.split()
    assert not {"matplotlib", "asana_frames.sandbox_server"} & set(imported.split())


def test_read_only_refuses_a_write_and_lets_reads_through() -> None:
    listed = run("--read-only", "tags", "list", "--workspace", "Acme", "--sandbox")
    by_option = run("--read-only", "tasks", "create", "--name", "New", "--sandbox")
    by_variable = run("tasks", "create", "--name", "New", "--sandbox", ASANA_FRAMES_READ_ONLY="1")

    assert listed.returncode == 0
    for refused in (by_option, by_variable):
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "tasks.create: nothing was sent" in refused.stderr
        assert "leave out --read-only" in refused.stderr


def test_a_dry_run_prints_what_would_change() -> None:
    options = ("--dry-run", "--sandbox")
    created = run("tasks", "create", "--name", "New", "--projects", '["1"]', *options)
    deleted = run("tasks", "delete", "12", *options, "--format", "json")
    updated = run("--read-only", "tasks", "update", "12", "--name", "New", *options)

    rows = list(csv.DictReader(io.StringIO(created.stdout)))
    assert [(row["action"], row["key"], row["field"]) for row in rows] == [
        ("create", "0", "name"),
        ("create", "0", "projects"),
    ]
    [row] = json.loads(deleted.stdout)
    assert (row["action"], row["gid"], row["field"]) == ("delete", "12", None)
    # An object that cannot be read leaves the result incomplete.
    assert updated.returncode == 5
    assert "task 12: 404" in updated.stderr
    assert updated.stdout.splitlines()[1:] == ['"tasks","update","12","","name","","New"']
