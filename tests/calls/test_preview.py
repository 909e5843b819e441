"""``dry_run=True``: nothing is sent but reads, and the frame says what would be written."""

from __future__ import annotations

import datetime as dt
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.catalog import Operation, load
from asana_frames.frames.change_table import CHANGE_COLUMNS
from tests.counted import CountedServer, serve_counted
from tests.recorder import Recorder, Reply
from tests.sandbox_server.api import Api
from tests.sandbox_server.writes import EXAMPLES

WRITES = [operation for operation in load().operations if operation.http != "GET"]
PREVIEWED = [operation for operation in WRITES if operation.has_preview]
VALUES = {
    "text": "some text",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "date": "2026-03-02",
    "datetime": "2026-03-02T09:15:00.000Z",
    "json": {"key": ["value"]},
}
PROJECT = "Website relaunch"
#: Custom fields of the project's tasks, by kind.
PRIORITY, POINTS, CHANNELS = "Priority", "Story points", "Channels"
LAUNCH, REVIEWERS, NOTES = "Launch date", "Reviewers", "Agency notes"


@pytest.fixture(scope="module")
def counted() -> Iterator[CountedServer]:
    with serve_counted() as running:
        yield running


@pytest.fixture
def own(counted: CountedServer) -> Iterator[af.Asana]:
    counted.requests.clear()
    with af.connect("sandbox", base_url=counted.url, progress=False) as connected:
        yield connected


@pytest.fixture
def tasks(own: af.Asana, counted: CountedServer) -> pd.DataFrame:
    listed = own.tasks.list(project=PROJECT)
    counted.requests.clear()
    return listed[listed["parent_gid"].isna()].head(6)


def preview(frame: pd.DataFrame | None) -> list[tuple[Any, ...]]:
    """Return a frame of changes as plain rows, without the resource."""
    assert frame is not None
    assert list(frame.columns) == list(CHANGE_COLUMNS)
    changes = frame.drop(columns="resource").itertuples(index=False, name=None)
    return [
        tuple(None if isinstance(cell, float) and np.isnan(cell) else cell for cell in change)
        for change in changes
    ]


def definitions(own: af.Asana) -> dict[str, tuple[str, dict[str, str]]]:
    """Return name -> gid and options (name -> gid) of the project's custom fields."""
    asked = {"opt_fields": "custom_field.name,custom_field.enum_options.name"}
    path = f"/projects/{find_project(own, PROJECT)}/custom_field_settings"
    fields = [
        entry["custom_field"]
        for entry in json.loads(own.http.request("GET", path, asked).body)["data"]
    ]
    return {
        field["name"]: (
            field["gid"],
            {option["name"]: option["gid"] for option in field.get("enum_options") or ()},
        )
        for field in fields
    }


def find_project(own: af.Asana, name: str) -> str:
    projects = own.projects.list(workspace="Acme").set_index("name")
    return str(projects.loc[name, "gid"])


# Every write.


@pytest.mark.parametrize("operation", PREVIEWED, ids=lambda operation: operation.name)
def test_no_write_of_the_api_is_sent(
    operation: Operation, recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = lambda asked: Reply(body={"data": {"gid": "901"}})
    paths = [p for p in operation.parameters if p.place == "path"]
    body = {
        field.name: "90000002" if field.refers else next(iter(field.enum), VALUES[field.kind])
        for field in operation.body
        if field.name not in ("due_at", "start_at")
    }
    if "custom_fields" in body:
        body["custom_fields"] = {"903": 7}
    method = getattr(recorded[operation.resource], operation.method)

    frame = method(*(["901"] * len(paths)), **body, dry_run=True)

    assert {asked.method for asked in recorder.asked} <= {"GET"}
    assert len(frame) > 0
    assert set(frame["resource"]) == {operation.resource}
    assert frame.attrs["asana"]["requests"] == 1


@pytest.mark.parametrize(
    "operation",
    [operation for operation in WRITES if not operation.has_preview],
    ids=lambda operation: operation.name,
)
def test_a_write_whose_result_is_not_known_has_no_preview(
    operation: Operation, recorded: af.Asana
) -> None:
    method = getattr(recorded[operation.resource], operation.method)

    assert "dry_run" not in inspect.signature(method).parameters
    assert (
        operation.multipart
        or operation.returns == "job"
        or "batch export".count(operation.resource.rpartition("_")[2].removesuffix("s"))
    )


# What the frame says.


def test_an_update_has_a_row_per_field_with_old_and_new(
    own: af.Asana, counted: CountedServer, tasks: pd.DataFrame
) -> None:
    first, second, third = (row for _, row in tasks.head(3).iterrows())

    frame = own.tasks.update(
        tasks.head(3),
        name=["New", None, None],
        due_on=[None, af.CLEAR, np.nan],
        completed=[pd.NA, True, pd.NA],
        dry_run=True,
    )

    assert sorted(preview(frame)) == sorted(
        [
            ("update", first["gid"], None, "name", first["name"], "New"),
            ("update", second["gid"], None, "completed", bool(second["completed"]), True),
            ("update", second["gid"], None, "due_on", f"{second['due_on']:%Y-%m-%d}", af.CLEAR),
        ]
    )
    assert third["gid"] not in set(frame["gid"])
    told = frame.attrs["asana"]
    assert told["requests"] == 2
    assert told["minutes"] == pytest.approx(2 / own.http.quota.per_minute())
    assert (told["dry_run"], told["read_requests"]) == (True, 2)
    assert counted.writes == []


def test_only_the_fields_that_would_be_written_are_read_once_per_object(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = lambda asked: Reply(
        body={"data": {"gid": asked.path[-1], "name": "Old", "parent": None}}
    )

    frame = recorded.tasks.update(
        ["1", "2", "1"], name=["a", None, "b"], assignee=[None, "7", None], dry_run=True
    )

    assert sorted((asked.path[-1], asked.query["opt_fields"]) for asked in recorder.asked) == [
        ("1", "name"),
        ("2", "assignee.gid"),
    ]
    assert preview(frame) == [
        ("update", "1", None, "name", "Old", "a"),
        ("update", "2", None, "assignee", af.CLEAR, "7"),
        ("update", "1", None, "name", "Old", "b"),
    ]


def test_custom_fields_are_shown_by_name_and_option(
    own: af.Asana, counted: CountedServer, tasks: pd.DataFrame
) -> None:
    known = definitions(own)
    (priority, levels), (channels, ways) = known[PRIORITY], known[CHANNELS]
    before = tasks.iloc[0]

    frame = own.tasks.update(
        tasks.head(1),
        custom_fields=[
            {
                priority: levels["Urgent"],
                channels: [ways["Print"], ways["Web"]],
                known[POINTS][0]: 3,
                known[LAUNCH][0]: {"date": "2026-12-24"},
                known[REVIEWERS][0]: ["5"],
                known[NOTES][0]: af.CLEAR,
            }
        ],
        dry_run=True,
    )

    by_field = {change[3]: change[4:] for change in preview(frame)}
    assert {name: new for name, (_, new) in by_field.items()} == {
        "cf_Priority": "Urgent",
        "cf_Channels": ("Print", "Web"),
        "cf_Story points": 3,
        "cf_Launch date": "2026-12-24",
        "cf_Reviewers": ("5",),
        "cf_Agency notes": af.CLEAR,
    }
    assert {name: old for name, (old, _) in by_field.items()} == {
        name: shown_cell(before, name) for name in by_field
    }
    assert counted.writes == []


def test_a_creation_has_the_number_of_its_row_as_key(
    own: af.Asana, counted: CountedServer
) -> None:
    frame = own.tasks.create(
        name=["A", "B"], due_on=["2026-03-02", None], projects=["12"], dry_run=True
    )
    subtask = own.tasks.create_subtask("34", name="C", custom_fields={"56": 7}, dry_run=True)

    assert sorted(preview(frame)) == [
        ("create", None, "0", "due_on", None, "2026-03-02"),
        ("create", None, "0", "name", None, "A"),
        ("create", None, "0", "projects", None, ("12",)),
        ("create", None, "1", "name", None, "B"),
        ("create", None, "1", "projects", None, ("12",)),
    ]
    assert sorted(preview(subtask)) == [
        ("create", None, "0", "cf_56", None, 7),
        ("create", None, "0", "name", None, "C"),
        ("create", None, "0", "parent", None, "34"),
    ]
    assert counted.requests == []


def test_a_creation_shows_custom_fields_by_the_names_that_it_was_given(
    own: af.Asana, counted: CountedServer
) -> None:
    columns = {"cf_Priority": "High", "cf_Channels": [["Web", "Print"]]}

    frame = own.tasks.create(name=["A"], projects=[[PROJECT]], **columns, dry_run=True)

    assert sorted(preview(frame)) == [
        ("create", None, "0", "cf_Channels", None, ("Web", "Print")),
        ("create", None, "0", "cf_Priority", None, "High"),
        ("create", None, "0", "name", None, "A"),
        ("create", None, "0", "projects", None, (find_project(own, PROJECT),)),
    ]
    assert counted.writes == []


def test_a_preview_can_be_applied(
    own: af.Asana, counted: CountedServer, targets: list[str]
) -> None:
    first, second, *_ = targets
    update = own.tasks.update(
        [first, second], name=["New", None], cf_Priority=["High", af.CLEAR], dry_run=True
    )
    subtask = own.tasks.create_subtask(first, name="Below", due_on="2026-12-24", dry_run=True)
    assert counted.writes == []

    done = own.apply(update)
    made = own.apply(subtask)

    assert set(done["outcome"]) == set(made["outcome"]) == {"done"}
    read = own.tasks.get([first, second], fields=["name", "custom_fields"])
    assert (read["name"].iloc[0], read["cf_Priority"].iloc[0]) == ("New", "High")
    assert pd.isna(read["cf_Priority"].iloc[1])
    below = own.tasks.get(made["gid"].iloc[0], fields=["name", "parent", "due_on"]).iloc[0]
    assert (below["name"], below["parent_gid"]) == ("Below", first)
    assert below["due_on"] == pd.Timestamp("2026-12-24")


def test_a_preview_comes_back_equal_from_a_file(
    own: af.Asana, tasks: pd.DataFrame, tmp_path: Path
) -> None:
    frame = own.tasks.update(
        tasks,
        due_on=af.CLEAR,
        completed=True,
        cf_Channels=[["Web", "Print"]] * len(tasks),
        **{"cf_Story points": 5, "cf_Launch date": dt.date(2026, 12, 24)},
        dry_run=True,
    )

    af.export.to_csv(frame, tmp_path / "changes.csv", schema=True)

    pd.testing.assert_frame_equal(af.read_csv(tmp_path / "changes.csv"), frame)


def test_other_actions_say_what_they_do(own: af.Asana, counted: CountedServer) -> None:
    goal = (
        own.goals.list(workspace="Acme", fields=["metric.current_number_value"]).dropna().head(1)
    )
    gid, value = goal["gid"].iloc[0], goal["metric_current_number_value"].iloc[0]

    deleted = own.tasks.delete(["1", "2"], dry_run=True)
    tagged = own.tasks.add_tag(["1", "2"], tag="5", dry_run=True)
    left = own.tasks.remove_followers("1", followers=["6", "7"], dry_run=True)
    moved = own.tasks.add_project("1", project="8", section="9", insert_after="3", dry_run=True)
    measured = own.goals.set_metric_value(goal, current_number_value=4.5, dry_run=True)
    approved = own.access_requests.approve("1", dry_run=True)

    assert preview(deleted) == [(*("delete", gid), *[None] * 4) for gid in "12"]
    assert preview(tagged) == [("add", gid, None, "tags", None, "5") for gid in "12"]
    assert preview(left) == [("remove", "1", None, "followers", gid, None) for gid in "67"]
    assert sorted(preview(moved)) == [
        ("add", "1", None, "projects", None, "8"),
        ("add", "1", None, "sections", None, "9"),
        ("add_project", "1", None, "insert_after", None, "3"),
    ]
    assert preview(measured) == [
        ("set_metric_value", gid, None, "current_number_value", pytest.approx(value), 4.5)
    ]
    assert preview(approved) == [("approve", "1", None, None, None, None)]
    assert counted.writes == []


def test_an_object_that_cannot_be_read_keeps_its_rows(
    own: af.Asana, counted: CountedServer, tasks: pd.DataFrame
) -> None:
    known = tasks["gid"].iloc[0]

    with pytest.warns(
        af.PartialResultWarning, match=r"Could not read 1 of 2 tasks; first: task 12: 404"
    ) as warned:
        frame = own.tasks.update(["12", known], name="New", dry_run=True)

    assert len(warned) == 1
    assert preview(frame) == [
        ("update", "12", None, "name", None, "New"),
        ("update", known, None, "name", tasks["name"].iloc[0], "New"),
    ]
    assert own.last.failures["parent_gid"].tolist() == ["12"]
    assert counted.writes == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": ["a", "b"], "due_on": ["2026-03-02"]},
        {"due_on": "2026-13-45"},
        {"due_onn": "2026-03-02"},
        {"completed": af.CLEAR},
        {},
    ],
)
def test_what_cannot_be_sent_is_refused_alike(
    arguments: dict[str, Any], recorder: Recorder, recorded: af.Asana
) -> None:
    refusals = []
    for dry_run in (False, True):
        with pytest.raises(af.InvalidArgument) as caught:
            recorded.tasks.update("5", **arguments, dry_run=dry_run)
        refusals.append(str(caught.value))

    assert refusals[0] == refusals[1]
    assert recorder.asked == []


def test_a_word_instead_of_a_flag_is_refused_and_nothing_is_sent(
    recorder: Recorder, recorded: af.Asana
) -> None:
    with pytest.raises(af.InvalidArgument, match="dry_run= takes True or False, not str"):
        recorded.tasks.update("5", name="a", dry_run="no")  # type: ignore[arg-type]

    assert recorder.asked == []


def test_a_read_only_connection_can_preview(counted: CountedServer, tasks: pd.DataFrame) -> None:
    with af.connect("sandbox", base_url=counted.url, read_only=True) as careful:
        frame = careful.tasks.update(tasks, completed=True, dry_run=True)

    assert set(frame["gid"]) == set(tasks["gid"])


def test_rows_without_a_value_leave_a_frame_of_the_same_columns(recorded: af.Asana) -> None:
    frame = recorded.tasks.update(["1", "2"], name=[None, np.nan], dry_run=True)
    full = recorded.tasks.delete(["1", "2"], dry_run=True)

    assert full is not None
    assert len(frame) == 0
    assert frame.dtypes.astype(str).tolist() == full.dtypes.astype(str).tolist()
    assert frame.attrs["asana"]["requests"] == 0


# A preview equals what then happens.

#: What no read of Asana tells.
UNKNOWN = {
    "custom_fields.update": {"workspace"},
    "custom_fields.update_enum_option": {"name", "enabled"},
}


@pytest.mark.parametrize(
    "operation",
    [
        operation
        for operation in PREVIEWED
        if operation.http == "PUT" or operation.method.startswith("set_")
    ],
    ids=lambda operation: operation.name,
)
def test_after_an_update_the_old_values_are_the_new_ones_of_its_preview(
    operation: Operation, own: af.Asana, counted: CountedServer
) -> None:
    values, data = EXAMPLES[operation.id](Api(counted))
    arguments = {name: af.CLEAR if value is None else value for name, value in data.items()}
    method = getattr(own[operation.resource], operation.method)
    counted.requests.clear()

    frame = method(*values, **arguments, dry_run=True)

    assert counted.writes == []
    method(*values, **arguments)
    assert len(counted.writes) == 1
    again = method(*values, **arguments, dry_run=True)
    assert again["new"].tolist() == frame["new"].tolist()
    assert {change.field for change in again.itertuples() if change.old is None} == UNKNOWN.get(
        operation.name, set()
    )
    known = again[again["old"].notna()]
    assert known["old"].tolist() == known["new"].tolist()


def shown_cell(row: pd.Series[Any], field: str) -> Any:
    """Return a field of a task as a frame of changes shows it, from a frame that was read."""
    if field in ("assignee", "cf_Reviewers"):
        value = row[f"{field}_{'gid' if field == 'assignee' else 'gids'}"]
    elif field == "cf_Launch date" and not pd.isna(row["cf_Launch date_at"]):
        value = row["cf_Launch date_at"]
    else:
        value = row[field]
    if isinstance(value, pd.Timestamp):
        is_moment = value.tzinfo is not None
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z" if is_moment else f"{value:%Y-%m-%d}"
    if isinstance(value, tuple):
        return value or af.CLEAR
    return af.CLEAR if pd.isna(value) or value == "" else value


def choose_end(row: dict[str, Any]) -> dict[str, Any]:
    """Leave out the day where there is a moment: Asana takes one of them."""
    return {name: row[name] for name in row if name != "due_on" or "due_at" not in row}


words = st.text(alphabet="aä1 ,.€-", min_size=1, max_size=12).map(str.strip).filter(bool)
blank = st.sampled_from([None, np.nan])
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))
emptied = st.just(af.CLEAR)
moments = st.datetimes(
    dt.datetime(2026, 1, 1),
    dt.datetime(2027, 1, 1),
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=5, minutes=30))]),
).map(lambda moment: moment.replace(microsecond=0))
edits = st.fixed_dictionaries(
    {},
    optional={
        "name": words | blank,
        "notes": words | emptied | blank,
        "due_on": days | days.map(str) | days.map(pd.Timestamp) | emptied | blank,
        "due_at": moments | moments.map(dt.datetime.isoformat) | moments.map(pd.Timestamp) | blank,
        "completed": st.booleans() | blank,
        "assignee": st.sampled_from(["Zoe Ng", "me"]) | emptied | blank,
        "cf_Priority": st.sampled_from(["Low", "High"]) | emptied | blank,
        "cf_Story points": st.integers(0, 99) | emptied | blank,
        "cf_Channels": st.lists(st.sampled_from(["Web", "Social", "Print"]), unique=True),
        "cf_Launch date": days | moments | emptied | blank,
        "cf_Agency notes": words | emptied | blank,
    },
).map(choose_end)
READ = ["name", "notes", "due_on", "due_at", "completed", "assignee", "custom_fields"]


# Shrinking would write thousands of times.
@given(rows=st.lists(edits, min_size=1, max_size=4))
@settings(max_examples=25, phases=[Phase.generate])
def test_a_preview_of_updates_equals_what_then_happens(
    counted: CountedServer, targets: list[str], rows: list[dict[str, Any]]
) -> None:
    gids = targets[: len(rows)]
    names = {name for row in rows for name in row}
    arguments = {name: [row.get(name) for row in rows] for name in names}
    has_values = not all(map(is_blank, (row[name] for row in rows for name in row)))
    assume(has_values)
    with af.connect("sandbox", base_url=counted.url, progress=False) as own:
        before = own.tasks.get(gids, fields=READ).set_index("gid")
        counted.requests.clear()

        frame = own.tasks.update(gids, **arguments, dry_run=True)

        assert counted.writes == []
        own.tasks.update(gids, **arguments)
        assert len(counted.writes) == frame.attrs["asana"]["requests"]
        after = own.tasks.get(gids, fields=READ).set_index("gid")
    for change in frame.itertuples():
        assert change.old == shown_cell(before.loc[change.gid], change.field), change
        # Asana keeps the options of a field in the order of its definition.
        new, found = change.new, shown_cell(after.loc[change.gid], change.field)
        assert new == found or set(new) == set(found), change
    told = {(change.gid, change.field) for change in frame.itertuples()}
    assert told == {
        (gid, name)
        for gid, row in zip(gids, rows, strict=True)
        for name in row
        if not is_blank(row[name])
    }
    for gid in gids:
        for field in (*READ[:-1], *CUSTOM):
            # The day and the moment of the end go together.
            others = {"due_on": "due_at", "due_at": "due_on"}
            if not told & {(gid, field), (gid, others.get(field))}:
                cells = [shown_cell(known.loc[gid], field) for known in (before, after)]
                assert cells[0] == cells[1], (gid, field)


@given(rows=st.lists(edits, min_size=1, max_size=3))
@settings(max_examples=15, phases=[Phase.generate])
def test_a_preview_of_creations_equals_what_then_happens(
    counted: CountedServer, rows: list[dict[str, Any]]
) -> None:
    names = [f"Task {place}" for place in range(len(rows))]
    arguments = {name: [row.get(name) for row in rows] for row in rows for name in row}
    arguments |= {"name": names, "projects": [[PROJECT]] * len(rows)}
    arguments.pop("completed", None)
    with af.connect("sandbox", base_url=counted.url, progress=False) as own:
        counted.requests.clear()

        frame = own.tasks.create(**arguments, dry_run=True)

        assert counted.writes == []
        made = own.tasks.create(**arguments)
        assert len(counted.writes) == frame.attrs["asana"]["requests"] == len(rows)
        after = own.tasks.get(made["gid"], fields=[*READ, "projects"])
        project = find_project(own, PROJECT)
    for change in frame.itertuples():
        row = after.iloc[int(change.key)]
        if change.field == "projects":
            assert change.new == row["projects_gids"] == (project,)
            continue
        found = shown_cell(row, change.field)
        assert change.new == found or set(change.new) == set(found), change


CUSTOM = ("cf_Priority", "cf_Story points", "cf_Channels", "cf_Launch date", "cf_Agency notes")


def is_blank(value: Any) -> bool:
    return value is None or value == [] or (isinstance(value, float) and np.isnan(value))


@pytest.fixture(scope="module")
def targets(counted: CountedServer) -> list[str]:
    with af.connect("sandbox", base_url=counted.url) as own:
        # Of their own, because a task with a start must keep its end.
        made = own.tasks.create(name=[*"abcd"], projects=[[PROJECT]] * 4)
    return [str(gid) for gid in made["gid"]]


@given(
    wanted=st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True),
    removed=st.data(),
)
@settings(max_examples=10, phases=[Phase.generate])
def test_a_preview_of_added_and_removed_items_equals_what_then_happens(
    counted: CountedServer, wanted: list[int], removed: st.DataObject
) -> None:
    with af.connect("sandbox", base_url=counted.url, progress=False) as own:
        task = own.tasks.create(name="Of this test", projects=[find_project(own, "Office move")])[
            "gid"
        ].iloc[0]
        tags = own.tags.list(workspace="Acme")["gid"].tolist()
        people = own.users.list(workspace="Acme")["gid"].tolist()
        chosen = [people[place] for place in wanted]
        gone = removed.draw(st.lists(st.sampled_from(chosen), unique=True, min_size=1))

        def followers_and_tags() -> tuple[set[str], set[str]]:
            row = own.tasks.get(task, fields=["followers", "tags"]).iloc[0]
            return set(row["followers_gids"]), set(row["tags_gids"])

        for method, arguments in (
            (own.tasks.add_followers, {"followers": chosen}),
            (own.tasks.remove_followers, {"followers": gone}),
            (own.tasks.add_tag, {"tag": tags[wanted[0]]}),
            (own.tasks.remove_tag, {"tag": tags[wanted[0]]}),
        ):
            counted.requests.clear()
            frame = method(task, **arguments, dry_run=True)  # type: ignore[operator]
            assert counted.requests == []
            expected = dict(zip(("followers", "tags"), followers_and_tags(), strict=True))
            for change in frame.itertuples():
                if change.action == "add":
                    expected[change.field].add(change.new)
                else:
                    expected[change.field].discard(change.old)
            method(task, **arguments)  # type: ignore[operator]
            assert followers_and_tags() == (expected["followers"], expected["tags"])


def test_custom_fields_of_one_name_are_told_apart_by_gid(
    recorder: Recorder, recorded: af.Asana
) -> None:
    fields = [
        {"gid": gid, "name": name, "resource_subtype": "number", "number_value": int(gid)}
        for gid, name in (("7", "Size"), ("8", "Size"), ("9", "Weight"))
    ]
    recorder.reply = lambda asked: Reply(body={"data": {"gid": "1", "custom_fields": fields}})

    frame = recorded.tasks.update("1", custom_fields={"7": 1, "8": 2, "9": 3}, dry_run=True)

    assert preview(frame) == [
        ("update", "1", None, "cf_7", 7, 1),
        ("update", "1", None, "cf_8", 8, 2),
        ("update", "1", None, "cf_Weight", 9, 3),
    ]


def test_a_person_is_read_in_the_workspace_of_the_row(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = lambda asked: Reply(
        body={"data": {"gid": "1", "name": f"In {asked.query['workspace']}"}}
    )

    frame = recorded.users.update(["1", "1"], workspace=["5", "6"], name="New", dry_run=True)

    assert frame["old"].tolist() == ["In 5", "In 6"]


def test_an_answer_about_another_object_is_an_error(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = lambda asked: Reply(body={"data": {"gid": "2", "name": "Another"}})

    with pytest.raises(af.ConnectionFailed, match="requested 1, but the response is about 2"):
        recorded.tasks.update("1", name="New", dry_run=True)


def test_a_token_that_is_refused_ends_the_preview(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(401, {"errors": [{"message": "Not Authorized"}]}))

    with pytest.raises(af.AuthError):
        recorded.tasks.update(["1", "2"], name="New", dry_run=True)
