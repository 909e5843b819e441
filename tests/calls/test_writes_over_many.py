"""Writes of many objects at once: what is sent, how much at a time, and what became of each."""

from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import asana_frames as af
from tests.recorder import Asked, Recorder, Reply

OUTCOME = ["write_target", "write_outcome", "write_status", "write_message"]
FORBIDDEN = Reply(403, {"errors": [{"message": "You may not"}]})
GONE = Reply(404, {"errors": [{"message": "task: Not a recognized ID: 2"}]})
BAD = Reply(400, {"errors": [{"message": "name: Too long"}]})
FAILS = pytest.mark.filterwarnings("ignore::asana_frames.PartialResultWarning")


def gids(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


def echo(asked: Asked) -> Reply:
    """Answer as if it were done: the object that the path ends with, as it is told to be."""
    sent = (asked.json or {}).get("data", {})
    return Reply(body={"data": {"gid": asked.path.rsplit("/", 1)[-1], **sent}})


def answers(by_path: dict[str, Reply]) -> Callable[[Asked], Reply]:
    return lambda asked: by_path.get(asked.path.rsplit("/", 1)[-1]) or echo(asked)


def test_tasks_of_a_frame_are_completed(own: af.Asana) -> None:
    tasks = own.tasks.list(project="Office move", completed_since="now").head(5)

    done = own.tasks.update(tasks, completed=True)

    assert done["gid"].tolist() == tasks["gid"].tolist()
    assert done["completed"].all()
    assert done["write_target"].tolist() == tasks["gid"].tolist()
    assert done["write_outcome"].tolist() == ["done"] * 5
    assert done["write_status"].tolist() == [200] * 5
    assert done["write_message"].isna().all()
    assert own.tasks.get(tasks, fields=["completed"])["completed"].all()


def test_tasks_are_added_to_a_section(own: af.Asana) -> None:
    tasks = own.tasks.list(project="Office move", fields=["name"]).head(4)
    section = own.sections.create_for_project("Office move", name="New")

    told = own.sections.add_task(section["gid"].iloc[0], task=tasks)

    assert told is not None
    assert list(told.columns) == ["task_gid", *OUTCOME]
    assert told["task_gid"].tolist() == tasks["gid"].tolist()
    assert set(told["write_target"]) == set(section["gid"])
    assert set(own.tasks.list(section=section)["gid"]) == set(tasks["gid"])


def test_a_name_each_makes_a_task_each(own: af.Asana) -> None:
    made = own.tasks.create(name=["A", "B", "C"], workspace=own.workspaces.list()["gid"].iloc[0])

    assert made["name"].tolist() == ["A", "B", "C"]
    assert made["gid"].is_unique
    assert made["write_status"].tolist() == [201] * 3
    assert made["write_target"].isna().all()


def test_values_go_with_their_rows(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo
    tasks = pd.DataFrame({"gid": gids(30)}, index=range(100, 130))
    names = pd.Series([f"Name {gid}" for gid in tasks["gid"]], index=tasks.index)

    changed = recorded.tasks.update(
        tasks, name=names, completed=np.arange(30) % 2 == 0, notes="all", fields=["name"]
    )

    assert changed["gid"].tolist() == tasks["gid"].tolist()
    assert changed["name"].tolist() == names.tolist()
    for asked in recorder.asked:
        number = int(asked.path.rsplit("/", 1)[-1])
        told = {"name": f"Name {number}", "completed": number % 2 == 1, "notes": "all"}
        assert asked.json == {"data": told}


def sent_by_gid(recorder: Recorder) -> dict[str, list[Any]]:
    """Return what was sent to each object, in the order of arrival."""
    sent: dict[str, list[Any]] = {}
    for asked in recorder.asked:
        sent.setdefault(asked.path.rsplit("/", 1)[-1], []).append(asked.json["data"])
    return sent


def test_a_missing_value_leaves_the_field_of_its_row_alone(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = echo

    changed = recorded.tasks.update(
        gids(4),
        due_on=[pd.Timestamp("2026-03-02"), None, af.CLEAR, pd.NaT],
        name=["a", "b", None, np.nan],
    )

    assert sent_by_gid(recorder) == {
        "1": [{"due_on": "2026-03-02", "name": "a"}],
        "2": [{"name": "b"}],
        "3": [{"due_on": None}],
    }
    assert changed["gid"].tolist() == gids(4)
    assert changed["write_outcome"].tolist() == ["done"] * 3 + ["not sent"]
    assert changed["write_message"][3] == "All fields are blank, so there is nothing to change."
    assert recorded.last.failures.empty


@pytest.mark.parametrize("unit", ["ns", "us", "s", "D"])
def test_a_missing_time_of_an_array_leaves_its_field_alone(
    recorder: Recorder, recorded: af.Asana, unit: str
) -> None:
    recorder.reply = echo
    days = np.array(["2026-01-01", "NaT"], dtype=f"datetime64[{unit}]")

    recorded.tasks.update(gids(2), due_on=days, name="x")
    recorded.tasks.update("3", due_on=days[0], custom_fields={"44": days[1], "45": 1})

    assert sent_by_gid(recorder) == {
        "1": [{"due_on": "2026-01-01", "name": "x"}],
        "2": [{"name": "x"}],
        "3": [{"due_on": "2026-01-01", "custom_fields": {"45": 1}}],
    }


def test_a_set_is_not_matched_with_others(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo

    with pytest.raises(af.InvalidArgument, match=r"task is a set.*Pass a list"):
        recorded.tasks.update({"1", "2"}, name=["a", "b"])
    with pytest.raises(af.InvalidArgument, match="name is a set"):
        recorded.tasks.update(gids(2), name={"a", "b"})
    assert recorder.asked == []

    recorded.tasks.update({"1", "2"}, name="x")
    assert sorted(sent_by_gid(recorder)) == ["1", "2"]


@pytest.mark.parametrize("missing", [[None, None], [np.nan], ()])
def test_a_list_without_any_value_is_blank(
    recorder: Recorder, recorded: af.Asana, missing: Any
) -> None:
    recorder.reply = echo

    with pytest.raises(af.InvalidArgument, match="followers is missing"):
        recorded.tasks.add_followers("1", followers=missing)
    recorded.tasks.add_followers("1", followers=[None, "7"])

    assert [asked.json["data"] for asked in recorder.asked] == [{"followers": ["7"]}]


@pytest.mark.parametrize("names", [["x"], "x"])
def test_a_deadline_of_one_row_says_that_it_may_have_been_sent(
    recorder: Recorder, recorded: af.Asana, names: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(asked: Asked) -> Reply:
        time.sleep(0.6)
        return echo(asked)

    recorder.reply = answer
    with pytest.raises(af.DeadlineExceeded):
        recorded.with_options(deadline=0.2).tasks.create(name=names, workspace="1")

    partial = recorded.last.partial
    assert partial is not None
    assert partial["write_outcome"].tolist() == ["unknown"]


def test_rows_without_any_value_are_not_sent(recorder: Recorder, recorded: af.Asana) -> None:
    changed = recorded.tasks.update(gids(2), due_on=pd.Series([pd.NaT, pd.NaT]))
    one = recorded.tasks.update(gids(1), due_on=[None])

    assert recorder.asked == []
    assert changed["write_outcome"].tolist() == ["not sent"] * 2
    assert one["write_outcome"].tolist() == ["not sent"]


def test_a_target_that_is_named_twice_is_written_twice(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = echo

    changed = recorded.tasks.update(["1", "2", "1"], name=["a", "b", "c"])

    assert changed["write_target"].tolist() == ["1", "2", "1"]
    sent = sent_by_gid(recorder)
    assert sent["2"] == [{"name": "b"}]
    assert sorted(one["name"] for one in sent["1"]) == ["a", "c"]


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_missing_target_is_a_problem_of_its_row_and_nothing_is_sent(
    recorder: Recorder, recorded: af.Asana, missing: Any
) -> None:
    told = r"nothing was sent, because 2 of 4 rows.*rows 1, 3, task: task is missing"
    with pytest.raises(af.InvalidArgument, match=told):
        recorded.tasks.update(["1", missing, "3", missing], name=["a", "b", "c", "d"])
    frame = pd.DataFrame({"gid": pd.Series(["1", missing], dtype=object)})
    with pytest.raises(af.InvalidArgument, match="row 1, task: task is missing"):
        recorded.tasks.delete(frame)

    assert recorder.asked == []


def test_rows_of_different_indexes_are_refused(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo
    tasks = pd.DataFrame({"gid": gids(3)})
    names = pd.Series(["c", "a", "b"], index=[2, 0, 1])

    with pytest.raises(af.InvalidArgument, match=r"matched by position.*name\.to_numpy\(\)"):
        recorded.tasks.update(tasks, name=names)
    assert recorder.asked == []

    recorded.tasks.update(tasks, name=names.sort_index())
    assert sent_by_gid(recorder) == {
        "1": [{"name": "a"}],
        "2": [{"name": "b"}],
        "3": [{"name": "c"}],
    }
    recorder.asked.clear()
    recorded.tasks.update(tasks, name=names.to_numpy())
    assert sent_by_gid(recorder)["1"] == [{"name": "c"}]


@pytest.mark.parametrize(
    "followers",
    [
        [["7"], ["8", "9"], ["7"]],
        pd.Series([("7",), ("8", "9"), ("7",)]),
        np.array([["7"], ["8", "9"], ["7"]], dtype=object),
    ],
)
def test_a_list_of_lists_is_a_list_for_each_row(
    recorder: Recorder, recorded: af.Asana, followers: Any
) -> None:
    recorder.reply = echo

    recorded.tasks.add_followers(gids(3), followers=followers)

    sent = {asked.path.split("/")[-2]: asked.json["data"]["followers"] for asked in recorder.asked}
    assert sent == {"1": ["7"], "2": ["8", "9"], "3": ["7"]}


@pytest.mark.parametrize("followers", [pd.Series(["7", "8", "9"]), pd.Index(["7", "8", "9"])])
def test_a_series_for_a_list_is_one_value_for_each_row(
    recorder: Recorder, recorded: af.Asana, followers: Any
) -> None:
    recorder.reply = echo

    recorded.tasks.add_followers(gids(3), followers=followers)

    sent = {asked.path.split("/")[-2]: asked.json["data"]["followers"] for asked in recorder.asked}
    assert sent == {"1": ["7"], "2": ["8"], "3": ["9"]}


@pytest.mark.parametrize("followers", [["7", "8"], ("7", "8"), iter(["7", "8"])])
def test_a_plain_list_for_a_list_is_the_same_for_all_rows(
    recorder: Recorder, recorded: af.Asana, followers: Any
) -> None:
    recorder.reply = echo

    recorded.tasks.add_followers(gids(3), followers=followers)

    assert [asked.json["data"]["followers"] for asked in recorder.asked] == [["7", "8"]] * 3


def test_mappings_are_a_row_each(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo

    recorded.tasks.update(gids(2), custom_fields=[{"44": 1}, {"44": 2}])

    assert sent_by_gid(recorder) == {
        "1": [{"custom_fields": {"44": 1}}],
        "2": [{"custom_fields": {"44": 2}}],
    }


@pytest.mark.parametrize(
    "call",
    [
        lambda a: a.tasks.update(gids(3), name=["a", "b"]),
        lambda a: a.tasks.update(pd.DataFrame({"gid": ["1", "1", "2"]}), name=["a", "b"]),
        lambda a: a.tasks.update(gids(3), name=["a", "b"], notes=["only one"]),
        lambda a: a.tasks.update(pd.DataFrame({"gid": ["1", "2"]}), name=pd.Series(list("abc"))),
        lambda a: a.tasks.update(gids(2), name=[]),
        lambda a: a.tasks.create(name=["a", "b"], assignee=["7", "8", "9"], workspace="1"),
        lambda a: a.sections.add_task(gids(2), task=gids(3)),
    ],
)
def test_collections_of_different_length_are_refused(
    recorder: Recorder, recorded: af.Asana, call: Any
) -> None:
    with pytest.raises(af.InvalidArgument, match=r"has 2.*has [03]|has 3.*has 2"):
        call(recorded)

    assert recorder.asked == []


def test_what_is_wrong_with_one_row_is_said_before_any_is_sent(
    recorder: Recorder, recorded: af.Asana
) -> None:
    with pytest.raises(
        af.InvalidArgument, match=r"2 of 3 rows.*row 1, due_on: .*row 2, due_on: .*takes a date"
    ):
        recorded.tasks.update(gids(3), due_on=["2026-03-02", "later", "soon"])

    assert recorder.asked == []


@pytest.mark.parametrize("none", [[], pd.DataFrame({"gid": []}), pd.Series([], dtype="str")])
def test_of_none_none_is_written(recorder: Recorder, recorded: af.Asana, none: Any) -> None:
    assert recorded.tasks.update(none, completed=True).empty
    assert recorded.tasks.create(name=none, workspace="1").empty
    told = recorded.sections.add_task("1", task=none)

    assert told is not None
    assert told.empty
    assert recorder.asked == []


@FAILS
def test_columns_and_dtypes_are_the_same_whatever_happens(
    recorder: Recorder, recorded: af.Asana
) -> None:
    made = []
    for count, reply in [(0, echo), (1, echo), (20, echo), (20, lambda asked: FORBIDDEN)]:
        recorder.reply = reply
        made.append(recorded.tasks.update(gids(count), name="x"))

    for frame in made:
        assert list(frame.columns[-4:]) == OUTCOME
        pd.testing.assert_series_equal(frame.dtypes, made[0].dtypes)
        assert isinstance(frame.index, pd.RangeIndex)
        assert frame["followers_gids"].map(type).eq(tuple).all()


@FAILS
def test_what_answers_nothing_tells_the_same_whatever_happens(
    recorder: Recorder, recorded: af.Asana
) -> None:
    told = []
    for count, reply in [(0, echo), (1, echo), (5, echo), (5, lambda asked: FORBIDDEN)]:
        recorder.reply = reply
        told.append(recorded.tasks.delete(gids(count)))

    for frame in told:
        assert frame is not None
        assert list(frame.columns) == OUTCOME
        pd.testing.assert_series_equal(frame.dtypes, told[0].dtypes)


def test_nothing_is_returned_for_one(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo

    assert recorded.tasks.delete("5") is None
    assert recorded.sections.add_task("1", task="5") is None
    assert "write_outcome" not in recorded.tasks.update("5", name="x")


@pytest.mark.parametrize("task", ["5", ["5"]])
def test_an_only_row_raises_its_error(recorder: Recorder, recorded: af.Asana, task: Any) -> None:
    recorder.reply = lambda asked: GONE

    with pytest.raises(af.NotFound):
        recorded.tasks.update(task, completed=True)


def test_missing_gids_are_told_as_missing(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = echo

    told = recorded.sections.add_task("1", task=gids(3), insert_before=[None, np.nan, "9"])

    assert told is not None
    assert told["insert_before_gid"].isna().tolist() == [True, True, False]
    assert sum("insert_before" in asked.json["data"] for asked in recorder.asked) == 1


def test_rows_keep_their_order(recorder: Recorder, recorded: af.Asana) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(0.002 * (int(asked.path.rsplit("/", 1)[-1]) % 7))
        return echo(asked)

    recorder.reply = reply
    order = gids(40)[::-1]

    changed = recorded.tasks.update(order, completed=True, fields=["name"])

    assert changed["gid"].tolist() == order
    assert changed["write_target"].tolist() == order


def test_at_most_fifteen_are_in_flight(recorder: Recorder, recorded: af.Asana) -> None:
    lock = threading.Lock()
    running, most = 0, 0
    all_there = threading.Event()

    def reply(asked: Asked) -> Reply:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            if running == 15:
                all_there.set()
        # However slow the machine, the first ones wait for each other.
        all_there.wait(10)
        time.sleep(0.02)
        with lock:
            running -= 1
        return echo(asked)

    recorder.reply = reply

    recorded.tasks.update(gids(60), completed=True, fields=["name"])

    assert most == 15


def test_rows_that_fail_are_told(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.reply = answers({"2": GONE, "3": FORBIDDEN, "5": BAD})

    with pytest.warns(af.PartialResultWarning, match="Could not write 3 of 6 rows; first: row"):
        changed = recorded.tasks.update(gids(6), name="x", fields=["name"])

    failed = changed["write_outcome"] == "failed"
    assert changed.index[failed].tolist() == [1, 2, 4]
    assert changed["write_status"].tolist() == [200, 404, 403, 200, 400, 200]
    assert changed["write_message"].str.contains("ID: 2|You may not|Too long").sum() == 3
    assert changed["gid"].tolist() == gids(6)
    assert changed["name"].isna().tolist() == [False, True, True, False, True, False]
    failures = recorded.last.failures.sort_values("parent_gid")
    assert failures["parent_gid"].tolist() == ["2", "3", "5"]
    assert failures["status"].tolist() == [404, 403, 400]
    assert failures["parent"].tolist() == ["row 1 (2)", "row 2 (3)", "row 4 (5)"]
    assert changed.attrs["asana"]["failed"] == 3


@pytest.mark.parametrize(
    ("broken", "status"),
    [(Reply(500, {"errors": []}), 500), (Reply(201, {"data": {"gid": "77"}}, cut=5), None)],
)
def test_a_creation_that_broke_off_is_unknown_and_not_repeated(
    recorder: Recorder, recorded: af.Asana, broken: Reply, status: int | None
) -> None:
    def reply(asked: Asked) -> Reply:
        is_broken = asked.json["data"]["name"] == "B"
        return broken if is_broken else Reply(201, {"data": {"gid": "9", **asked.json["data"]}})

    recorder.reply = reply

    with pytest.warns(af.PartialResultWarning):
        made = recorded.tasks.create(name=["A", "B", "C"], workspace="1", fields=["name"])

    assert made["write_outcome"].tolist() == ["done", "unknown", "done"]
    assert made["write_status"].fillna(0).tolist()[1] == (status or 0)
    assert "look before repeating it" in made["write_message"].iloc[1]
    assert pd.isna(made["gid"].iloc[1])
    assert sorted(asked.json["data"]["name"] for asked in recorder.asked) == ["A", "B", "C"]


def test_an_update_that_broke_off_is_repeated(recorder: Recorder, recorded: af.Asana) -> None:
    first = {"2": Reply(500, {"errors": []}), "3": Reply(body={"data": {"gid": "3"}}, cut=4)}
    recorder.reply = lambda asked: first.pop(asked.path.rsplit("/", 1)[-1], None) or echo(asked)

    changed = recorded.tasks.update(gids(4), name="x", fields=["name"])

    assert changed["write_outcome"].tolist() == ["done"] * 4
    assert len(recorder.asked) == 6


def test_a_creation_that_met_a_limit_is_repeated(recorder: Recorder, recorded: af.Asana) -> None:
    too_many = [Reply(429, {"errors": []}, {"Retry-After": "4"}) for _ in range(3)]
    lock = threading.Lock()

    def reply(asked: Asked) -> Reply:
        with lock:
            return too_many.pop() if too_many else echo(asked)

    recorder.reply = reply

    made = recorded.tasks.create(name=list("ABCDE"), workspace="1", fields=["name"])

    assert made["name"].tolist() == list("ABCDE")
    assert made["write_outcome"].tolist() == ["done"] * 5
    assert len(recorder.asked) == 8


def test_a_refused_token_stops_what_is_left(recorder: Recorder, recorded: af.Asana) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(0.01)
        is_over = int(asked.path.rsplit("/", 1)[-1]) == 50
        return Reply(401, {"errors": [{"message": "Not Authorized"}]}) if is_over else echo(asked)

    recorder.reply = reply

    with pytest.raises(af.AuthError):
        recorded.tasks.update(gids(400), name="x")

    time.sleep(0.1)
    partial = recorded.last.partial
    assert partial is not None
    assert partial["write_target"].tolist() == gids(400)
    outcomes = partial.set_index("write_target")["write_outcome"]
    assert outcomes["50"] == "failed"
    assert outcomes["400"] == "not sent"
    # Whatever is told as not sent was not, and what is told as done was.
    sent = {asked.path.rsplit("/", 1)[-1] for asked in recorder.asked}
    assert sent.isdisjoint(outcomes.index[outcomes == "not sent"])
    assert sent.issuperset(outcomes.index[outcomes == "done"])
    # How many more depends on how busy the machine is.
    assert len(sent) < 300


def test_a_deadline_ends_a_write(recorder: Recorder, recorded: af.Asana) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(0.15)
        return echo(asked)

    recorder.reply = reply

    with pytest.raises(af.DeadlineExceeded):
        recorded.with_options(deadline=0.4).tasks.update(gids(100), name="x")

    partial = recorded.last.partial
    assert partial is not None
    assert set(partial["write_outcome"]) == {"done", "unknown", "not sent"}


def test_files_are_uploaded_to_many_by_path(own: af.Asana, tmp_path: Path) -> None:
    tasks = own.tasks.list(project="Office move", fields=["name"]).head(4)
    paths = [tmp_path / f"{place}.txt" for place in range(4)]
    for place, path in enumerate(paths):
        path.write_text(f"content {place}")

    made = own.attachments.create(parent=tasks, file=paths)
    same = own.attachments.create(parent=tasks, file=paths[0])

    assert made["name"].tolist() == [path.name for path in paths]
    assert made["write_outcome"].tolist() == ["done"] * 4
    assert set(same["name"]) == {"0.txt"}
    found = own.attachments.list(parent=tasks)
    assert set(made["gid"]) | set(same["gid"]) <= set(found["gid"])


class ReadOnce(io.BytesIO):
    """A stream that cannot be shared by several threads."""

    is_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        assert not self.is_read
        self.is_read = True
        return super().read(size)


@pytest.mark.parametrize("count", [2, 40])
def test_one_stream_is_uploaded_whole_to_many(
    recorder: Recorder, recorded: af.Asana, count: int
) -> None:
    def reply(asked: Asked) -> Reply:
        time.sleep(0.005)
        return Reply(body={"data": {"gid": "9"}})

    recorder.reply = reply

    stream = ReadOnce(b"whole")

    made = recorded.attachments.create(parent=gids(count), file=stream, name="a.txt")

    assert made["write_outcome"].tolist() == ["done"] * count
    assert all(b"\r\n\r\nwhole\r\n" in asked.body for asked in recorder.asked)
    parents = [re.search(rb'name="parent"\r\n\r\n(\d+)', asked.body) for asked in recorder.asked]
    assert {int(found[1]) for found in parents if found} == set(range(1, count + 1))


def test_a_frame_that_has_a_column_named_value_is_a_row_each(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.reply = echo
    people = pd.DataFrame({"gid": ["7", "8"], "value": [1, 2]})

    recorded.tasks.update(gids(2), assignee=people, fields=["gid"])

    sent = {asked.path[-1]: asked.json["data"]["assignee"] for asked in recorder.asked}
    assert sent == {"1": "7", "2": "8"}


@FAILS
def test_a_file_that_is_not_there_fails_by_itself(own: af.Asana, tmp_path: Path) -> None:
    tasks = own.tasks.list(project="Office move", fields=["name"]).head(2)
    there = tmp_path / "there.txt"
    there.write_text("here")

    made = own.attachments.create(parent=tasks, file=[there, tmp_path / "missing.txt"])

    assert made["write_outcome"].tolist() == ["done", "failed"]
    assert "cannot be read" in made["write_message"].iloc[1]


def test_rows_that_asana_did_not_take_before_the_deadline_are_not_sent(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(429, {"errors": []}, {"Retry-After": "30"}))
    gids = [str(number) for number in range(1, 30)]

    with pytest.raises(af.DeadlineExceeded):
        recorded.with_options(deadline=5).tasks.update(gids, completed=True)

    partial = recorded.last.partial
    assert partial is not None
    assert partial["write_target"].tolist() == gids
    # The clock jumps when the first 429 has come; other answers may still be on their way then.
    in_flight, others = partial["write_outcome"][:15], partial["write_outcome"][15:]
    assert set(in_flight) <= {"not sent", "unknown"}
    assert set(others) == {"not sent"}
