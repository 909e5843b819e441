"""Refusals of some parents, of all, and of every request for one reason."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import asana_frames as af
from tests.recorder import Asked, Recorder, Reply

KINDS = {
    400: af.InvalidRequest,
    402: af.PaymentRequired,
    403: af.Forbidden,
    404: af.NotFound,
}
each_status = pytest.mark.parametrize("status", sorted(KINDS))


def refuse(
    recorder: Recorder, status: int, is_refused: Callable[[str], bool], message: str = "No: {}"
) -> None:
    """Refuse the projects for which a function says so; others have one task of their own."""

    def reply(asked: Asked) -> Reply:
        gid = asked.query["project"]
        if is_refused(gid):
            return Reply(status, {"errors": [{"message": message.format(gid)}]})
        return Reply(body={"data": [{"gid": f"{gid}0", "name": f"of {gid}"}]})

    recorder.reply = reply


def gids(count: int) -> list[str]:
    return [str(number) for number in range(101, 101 + count)]


def read(asana: af.Asana, projects: list[str], **options: str) -> pd.DataFrame:
    return asana.tasks.list(project=projects, fields=["name"], **options)  # type: ignore[arg-type]


@each_status
def test_one_refused_parent_of_many_is_recorded_with_its_gid(
    recorder: Recorder, recorded: af.Asana, status: int
) -> None:
    refuse(recorder, status, lambda gid: gid == "102")

    with pytest.warns(af.PartialResultWarning, match=f"1 of 3 projects.*102: {status} No: 102"):
        frame = read(recorded, gids(3))

    assert frame["gid"].tolist() == ["1010", "1030"]
    assert recorded.last.failures.to_numpy().tolist() == [
        ["project 102", "102", status, "No: 102"]
    ]


@each_status
def test_errors_raise_names_the_parent(
    recorder: Recorder, recorded: af.Asana, status: int
) -> None:
    refuse(recorder, status, lambda gid: gid == "102")

    with pytest.raises(
        KINDS[status], match=rf"^tasks\.list: project 102: {status} No: 102"
    ) as caught:
        read(recorded, gids(3), errors="raise")

    assert isinstance(caught.value, af.RequestRefused)
    assert (caught.value.status, caught.value.messages) == (status, ("No: 102",))


@each_status
@pytest.mark.parametrize("count", [1, 3, 10])
def test_if_all_parents_are_refused_it_is_an_error_and_no_empty_frame(
    recorder: Recorder, recorded: af.Asana, status: int, count: int
) -> None:
    refuse(recorder, status, lambda gid: True)

    with pytest.raises(
        KINDS[status], match=rf"tasks\.list: project 1\d\d: {status} No: "
    ) as caught:
        read(recorded, gids(count))

    assert (f"All {count} projects were refused" in str(caught.value)) == (count > 1)
    assert sorted(recorded.last.failures["parent_gid"]) == gids(count)
    assert recorded.last.partial is not None
    assert recorded.last.partial.empty
    # The same call asks all of them again.
    refuse(recorder, status, lambda gid: False)
    assert len(read(recorded, gids(count))) == count


def test_a_stream_of_refused_parents_is_an_error_too(
    recorder: Recorder, recorded: af.Asana
) -> None:
    refuse(recorder, 403, lambda gid: True)

    with pytest.raises(af.Forbidden, match="All 3 projects were refused"):
        list(recorded.stream(recorded.tasks.list, project=gids(3), fields=["name"]))


@pytest.mark.parametrize("message", ["custom_type: unknown", "project: Not a recognized ID: {}"])
def test_a_read_stops_when_the_first_ten_are_bad_requests_for_one_reason(
    recorder: Recorder, recorded: af.Asana, message: str
) -> None:
    refuse(recorder, 400, lambda gid: True, message)

    with pytest.raises(af.InvalidRequest, match="The first 10 of 500 requests") as caught:
        read(recorded, gids(500))

    assert f"400 {message.partition('{')[0].strip()}" in str(caught.value)
    # Some were under way when the tenth was refused.
    assert len(recorder.asked) < 200
    refuse(recorder, 400, lambda gid: False)
    assert len(read(recorded, gids(500))) == 500


@pytest.mark.parametrize("status", [402, 403, 404])
def test_other_refusals_of_the_first_ten_do_not_stop_a_read(
    recorder: Recorder, recorded: af.Asana, status: int
) -> None:
    refuse(recorder, status, lambda gid: gid < "160", "No.")

    with pytest.warns(af.PartialResultWarning, match="59 of 200 projects"):
        assert len(read(recorded, gids(200))) == 141


def test_bad_requests_for_several_reasons_do_not_stop_a_read(
    recorder: Recorder, recorded: af.Asana
) -> None:
    refuse(recorder, 400, lambda gid: gid < "160", "No.")
    refused = recorder.reply

    def reply(asked: Asked) -> Reply:
        answer = refused(asked)
        if answer.status == 400 and asked.query["project"] in gids(10):
            answer.body = {
                "errors": [{"message": f"No {'abcdefghij'[int(asked.query['project'][-1])]}"}]
            }
        return answer

    recorder.reply = reply

    with pytest.warns(af.PartialResultWarning, match="59 of 200 projects"):
        assert len(read(recorded, gids(200))) == 141


@pytest.mark.parametrize("errors", ["warn", "raise"])
def test_a_set_that_is_too_large_among_others_is_recorded_with_advice(
    recorder: Recorder, recorded: af.Asana, errors: str
) -> None:
    refuse(recorder, 400, lambda gid: gid == "102", "The result is too large.")

    if errors == "raise":
        with pytest.raises(af.InvalidRequest, match=r"project 102: .*af\.gather\.search"):
            read(recorded, gids(3), errors="raise")
        return
    with pytest.warns(af.PartialResultWarning, match="project 102: 400 The result is too large"):
        frame = read(recorded, gids(3))

    assert frame["gid"].tolist() == ["1010", "1030"]


def test_refused_tasks_below_others_leave_those_above(
    recorder: Recorder, recorded: af.Asana
) -> None:
    below = {"gid": "8", "name": "below", "num_subtasks": 1, "parent": {"gid": "7"}}
    recorder.reply = lambda asked: (
        Reply(body={"data": [below]})
        if asked.path == "/api/1.0/tasks/7/subtasks"
        else Reply(404, {"errors": [{"message": "Not found."}]})
    )

    with pytest.warns(af.PartialResultWarning, match="task 8: 404"):
        frame = af.gather.subtasks(recorded, "7", fields=["name"])

    assert frame["gid"].tolist() == ["8"]
    assert recorded.last.failures["parent_gid"].tolist() == ["8"]


def test_entries_whose_tasks_are_all_gone_have_no_tasks(
    recorder: Recorder, recorded: af.Asana
) -> None:
    recorder.replies(Reply(404, {"errors": [{"message": "Not found."}]}))
    entries = pd.DataFrame({"task_gid": ["7", "8"]})

    with pytest.warns(af.PartialResultWarning, match="All 2 tasks were refused"):
        frame = af.gather.tracked_tasks(recorded, entries)
    with pytest.raises(af.NotFound, match=r"task [78]"):
        af.gather.tracked_tasks(recorded, entries, errors="raise")

    assert frame.empty
    assert {"name", "parent_gid"} <= set(frame.columns)
