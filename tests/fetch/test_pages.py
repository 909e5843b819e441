"""Lists are followed to their end, whatever their paging."""

from __future__ import annotations

from typing import Any

import pytest

import asana_frames as af
from asana_frames.fetch import REFUSALS, Http, ListQuery, fan_out, iterate_pages
from tests.recorder import Asked, Recorder, Reply

EXPIRED = {"errors": [{"message": "offset: Your pagination token has expired."}]}


def page(*gids: int, after: str | None = None) -> dict[str, Any]:
    following = {"offset": after, "path": "/x", "uri": "https://x"} if after else None
    return {"data": [{"gid": str(gid)} for gid in gids], "next_page": following}


def http_of(recorder: Recorder) -> Http:
    return Http("token", recorder.url)


def test_next_page_decides_not_the_length_of_a_page(recorder: Recorder) -> None:
    recorder.replies(
        Reply(body=page(1, after="a")), Reply(body=page(after="b")), Reply(body=page(2))
    )

    assert len(list(iterate_pages(http_of(recorder), ListQuery("/tasks", {"project": "1"})))) == 3
    assert [asked.query.get("offset") for asked in recorder.asked] == [None, "a", "b"]
    assert {asked.query["limit"] for asked in recorder.asked} == {"100"}
    assert {asked.query["project"] for asked in recorder.asked} == {"1"}


def test_a_list_with_offsets_only_is_sent_no_limit(recorder: Recorder) -> None:
    recorder.replies(Reply(body=page(1, after="a")), Reply(body=page(2)))

    list(iterate_pages(http_of(recorder), ListQuery("/workspaces/1/users", {}, "offset")))

    assert [asked.query for asked in recorder.asked] == [{}, {"offset": "a"}]


def test_an_unpaged_list_is_one_request(recorder: Recorder) -> None:
    recorder.replies(Reply(body=page(1, after="a")))

    list(iterate_pages(http_of(recorder), ListQuery("/budgets", {}, "none")))

    assert [asked.query for asked in recorder.asked] == [{}]


def test_a_stream_ends_on_an_empty_page(recorder: Recorder) -> None:
    recorder.replies(
        Reply(body=page(1, after="a")), Reply(body=page(2, after="b")), Reply(body=page(after="c"))
    )

    found = list(iterate_pages(http_of(recorder), ListQuery("/audit_log_events", {}, "stream")))

    assert len(found) == 3


def test_an_expired_offset_begins_the_list_anew(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(
        Reply(body=page(1, 2, after="a")),
        Reply(400, EXPIRED),
        Reply(body=page(1, 2, after="b")),
        Reply(body=page(3)),
    )

    tags = recorded.tags.list(workspace="9", fields=["name"])

    assert tags["gid"].tolist() == ["1", "2", "3"]


def test_an_offset_that_always_expires_is_given_up(recorder: Recorder) -> None:

    def reply(asked: Asked) -> Reply:
        return Reply(400, EXPIRED) if "offset" in asked.query else Reply(body=page(1, after="a"))

    recorder.reply = reply

    with pytest.raises(af.InvalidRequest, match="expired"):
        list(iterate_pages(http_of(recorder), ListQuery("/tags", {})))


def test_a_page_that_is_offered_again_ends_in_an_error(recorder: Recorder) -> None:
    recorder.replies(Reply(body=page(1, after="a")))

    with pytest.raises(af.ConnectionFailed, match="same page"):
        list(iterate_pages(http_of(recorder), ListQuery("/tags", {})))

    assert len(recorder.asked) == 2


@pytest.mark.timeout(20)
@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_circle_of_offsets_ends_in_an_error(recorder: Recorder, length: int) -> None:
    def reply(asked: Asked) -> Reply:
        number = int(asked.query.get("offset", "0"))
        # Rather an empty list than a test that never ends.
        is_over = len(recorder.asked) > 50
        return Reply(body=page(number, after=None if is_over else str(number % length + 1)))

    recorder.reply = reply

    with pytest.raises(af.ConnectionFailed, match=r"/tags: the same page is offered again"):
        list(iterate_pages(http_of(recorder), ListQuery("/tags", {})))

    assert len(recorder.asked) == length + 1


@pytest.mark.timeout(20)
def test_a_list_that_is_continued_does_not_begin_a_circle(recorder: Recorder) -> None:
    recorder.replies(Reply(body=page(1, after="b")), Reply(body=page(2, after="a")))

    with pytest.raises(af.ConnectionFailed, match="same page"):
        list(iterate_pages(http_of(recorder), ListQuery("/tags", {}, offset="a")))

    assert [asked.query["offset"] for asked in recorder.asked] == ["a", "b"]


def test_a_restarted_list_may_offer_the_same_offsets_again(recorder: Recorder) -> None:
    recorder.replies(
        Reply(body=page(1, after="a")),
        Reply(body=page(2, after="b")),
        Reply(400, EXPIRED),
        Reply(body=page(1, after="a")),
        Reply(body=page(2, after="b")),
        Reply(body=page(3)),
    )

    found = list(iterate_pages(http_of(recorder), ListQuery("/tags", {})))

    assert [each.restarted for each in found] == [False, False, True, False, False]


def test_a_restarted_list_is_read_up_to_its_limit(recorder: Recorder, recorded: af.Asana) -> None:
    """Rows that come again do not count twice: limit=250 means 250 rows, not 100."""
    recorder.replies(
        Reply(body=page(*range(100), after="a")),
        Reply(body=page(*range(100, 200), after="b")),
        Reply(400, EXPIRED),
        Reply(body=page(*range(100), after="c")),
        Reply(body=page(*range(100, 200), after="d")),
        Reply(body=page(*range(200, 300), after="e")),
    )

    tags = recorded.tags.list(workspace="9", fields=["name"], limit=250)

    assert tags["gid"].tolist() == [str(number) for number in range(250)]
    assert len(recorder.asked) == 6


def test_no_page_is_fetched_beyond_the_limit(recorder: Recorder) -> None:
    recorder.replies(Reply(body=page(*range(100), after="a")))

    list(iterate_pages(http_of(recorder), ListQuery("/tags", {}, limit=100)))

    assert len(recorder.asked) == 1


@pytest.mark.parametrize("body", [b"<html>busy</html>", b'{"data": [{"gid": "1"', b"", b"[]"])
def test_an_answer_that_is_not_asanas_is_an_error(recorder: Recorder, body: bytes) -> None:
    recorder.replies(Reply(body=body))

    with pytest.raises(af.ConnectionFailed, match="not Asana's JSON"):
        list(iterate_pages(http_of(recorder), ListQuery("/tags", {})))


def test_lists_are_read_side_by_side_each_in_its_order(recorder: Recorder) -> None:
    def reply(asked: Asked) -> Reply:
        number = int(asked.query["project"])
        if "offset" in asked.query:
            return Reply(body=page(number * 10 + 1))
        return Reply(body=page(number * 10, after="a"))

    recorder.reply = reply
    queries = [ListQuery("/tasks", {"project": str(number)}) for number in range(40)]

    seen: dict[int, list[bytes]] = {}
    for listing in fan_out(http_of(recorder), queries):
        assert listing.page is not None
        seen.setdefault(listing.place, []).append(listing.page.body)

    assert len(seen) == 40
    for place, bodies in seen.items():
        assert [f'"{place * 10 + step}"'.encode() in body for step, body in enumerate(bodies)] == [
            True,
            True,
        ]


def test_an_error_of_one_list_stops_all(recorder: Recorder) -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(401, {"errors": []}) if asked.query["project"] == "7" else Reply(body=page(1))

    recorder.reply = reply
    queries = [ListQuery("/tasks", {"project": str(number)}) for number in range(20)]

    with pytest.raises(af.AuthError):
        list(fan_out(http_of(recorder), queries, skip=REFUSALS))
