"""Long lists of tasks, read by their sections: the same rows, or none of it."""

from __future__ import annotations

import json
import os
import random
import threading
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.sandbox_server import ApiResponse, Server, serve
from tests.benchmarks.company import Company
from tests.fixed_day import CUT, NOW
from tests.recorder import Asked, Recorder, Reply

TASKS, SECTIONS = 1_200, 3
#: Path, query -> another answer, or None for the usual one.
Trick = Callable[[str, dict[str, str]], ApiResponse | None]


class Tricky(Company):
    """A company that answers some requests otherwise, and remembers all of them."""

    def __init__(self, projects: int = 2, sections: int = SECTIONS) -> None:
        super().__init__(projects, TASKS, sections, "lean", 0.0, 0)
        self.reset()

    def reset(self) -> None:
        """Answer as usual, and forget what was asked."""
        self.trick: Trick = lambda path, query: None
        self.asked: list[tuple[str, dict[str, str]]] = []

    def _answer(self, path: str, query: dict[str, str]) -> ApiResponse:
        self.asked.append((path, query))
        return self.trick(path, query) or super()._answer(path, query)

    def paths(self, word: str) -> list[str]:
        """Return the paths asked for that hold a word, queries of sections among them."""
        return [p for p, query in self.asked if word in p or (word == "section" and word in query)]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Tricky, str]]:
    made = Tricky()
    with Server(lambda url: made) as server:  # type: ignore[arg-type, return-value]
        yield made, server.url


@pytest.fixture
def company(running: tuple[Tricky, str]) -> Tricky:
    running[0].reset()
    return running[0]


@pytest.fixture
def big(running: tuple[Tricky, str], company: Tricky) -> Iterator[af.Asana]:
    with af.connect("t", base_url=running[1]) as connected:
        yield connected


PROJECTS = ["200000000", "200000001"]
PROJECT = PROJECTS[0]


def section(number: int) -> str:
    return f"3{PROJECT[1:]}{number:03d}"


@pytest.fixture(scope="module")
def whole(running: tuple[Tricky, str]) -> pd.DataFrame:
    """The project, read page by page."""
    company, url = running
    company.reset()
    with af.connect("t", base_url=url) as asana:
        asana.unsplittable_projects.add(PROJECT)
        frame = asana.tasks.list(project=PROJECT, fields=["name"])
    assert len(frame) == TASKS
    assert company.paths("section") == []
    return frame


def refused(status: int, message: str = "no") -> ApiResponse:
    return told({"errors": [{"message": message}]}, status)


def counted(number: int) -> ApiResponse:
    return told({"data": {"num_tasks": number, "num_incomplete_tasks": number}})


def told(content: object, status: int = 200) -> ApiResponse:
    headers = (("Content-Type", "application/json"),)
    return ApiResponse(status, json.dumps(content).encode(), headers)


def read(asana: af.Asana, **filters: Any) -> pd.DataFrame:
    return asana.tasks.list(project=PROJECT, fields=["name"], **filters)


def test_a_project_read_by_sections_is_the_project(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    frame = read(big)

    pd.testing.assert_frame_equal(frame, whole)
    assert len(company.paths("section")) == 1 + TASKS // 100
    assert PROJECT not in big.unsplittable_projects


def test_a_project_of_two_sections_is_read_by_them() -> None:
    company = Tricky(projects=1, sections=2)
    with (
        Server(lambda url: company) as server,  # type: ignore[arg-type, return-value]
        af.connect("t", base_url=server.url) as asana,
    ):
        frame = read(asana)

    assert len(frame) == TASKS
    assert len(company.paths("section")) == 1 + TASKS // 100


def test_the_path_of_a_project_is_read_by_sections_too(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    frame = big.tasks.list_for_project(PROJECT, fields=["name"])

    assert frame["gid"].tolist() == whole["gid"].tolist()
    assert any(path.startswith("/sections/") for path, _ in company.asked)


def test_several_long_projects_are_whole_in_the_order_asked(big: af.Asana) -> None:
    frame = big.tasks.list(project=PROJECTS[::-1], fields=["name"])

    big.unsplittable_projects.update(PROJECTS)
    serial = big.tasks.list(project=PROJECTS[::-1], fields=["name"])
    pd.testing.assert_frame_equal(frame, serial)


def test_default_columns_are_the_same_either_way(big: af.Asana) -> None:
    frame = big.tasks.list(project=PROJECT)

    big.unsplittable_projects.add(PROJECT)
    pd.testing.assert_frame_equal(frame, big.tasks.list(project=PROJECT))


@pytest.mark.parametrize("method", ["list", "list_for_project"])
def test_a_count_that_does_not_match_means_page_by_page(
    big: af.Asana, company: Tricky, whole: pd.DataFrame, method: str
) -> None:
    company.trick = lambda path, query: counted(TASKS + 1) if "task_counts" in path else None

    with pytest.warns(af.PartialResultWarning, match="has 1,200 of its 1,201 tasks"):
        frame = getattr(big.tasks, method)(project=PROJECT, fields=["name"])
    company.asked.clear()
    again = getattr(big.tasks, method)(project=PROJECT, fields=["name"])

    pd.testing.assert_frame_equal(frame, whole)
    pd.testing.assert_frame_equal(again, whole)
    assert big.unsplittable_projects == {PROJECT}
    assert company.paths("section") == []


def test_rows_that_come_twice_do_not_make_up_for_those_that_are_missing(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    def trick(path: str, query: dict[str, str]) -> ApiResponse | None:
        is_second = query.get("section") == section(1)
        return company._tasks_of(section(0), int(query.get("offset", 0))) if is_second else None

    company.trick = trick

    pd.testing.assert_frame_equal(read(big), whole)
    assert big.unsplittable_projects == {PROJECT}


@pytest.mark.parametrize("rows", [100, 450, 10**6])
@pytest.mark.parametrize("more", [0, 1])
def test_a_stream_is_whole_though_sections_are_not(
    big: af.Asana, company: Tricky, whole: pd.DataFrame, rows: int, more: int
) -> None:
    company.trick = lambda path, query: counted(TASKS + more) if "task_counts" in path else None

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        parts = list(big.stream(big.tasks.list, project=PROJECT, fields=["name"], rows=rows))

    assert ["1,200 of its 1,201 tasks" in str(one.message) for one in caught] == [True] * more
    gids = [gid for part in parts for gid in part["gid"]]
    assert sorted(gids) == sorted(whole["gid"])
    assert all(len(part) for part in parts)
    assert big.unsplittable_projects == ({PROJECT} if more else set())


@pytest.mark.parametrize("status", [402, 403, 404])
@pytest.mark.parametrize("page", [None, str(TASKS // 100 // SECTIONS + 1)])
def test_a_section_that_is_refused_means_page_by_page(
    big: af.Asana, company: Tricky, whole: pd.DataFrame, status: int, page: str | None
) -> None:
    def trick(path: str, query: dict[str, str]) -> ApiResponse | None:
        is_it = query.get("section") == section(1) and query.get("offset") == page
        return refused(status) if is_it else None

    company.trick = trick

    pd.testing.assert_frame_equal(read(big), whole)
    assert big.last.failures.empty


@pytest.mark.parametrize("what", ["task_counts", "sections"])
@pytest.mark.parametrize("status", [403, 500])
def test_whoever_may_not_count_or_see_sections_reads_page_by_page(
    big: af.Asana, company: Tricky, whole: pd.DataFrame, what: str, status: int
) -> None:
    company.trick = lambda path, query: refused(status) if path.endswith(what) else None

    pd.testing.assert_frame_equal(read(big), whole)


def test_an_offset_of_a_section_that_expired_begins_it_anew(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    left = [1]

    def trick(path: str, query: dict[str, str]) -> ApiResponse | None:
        if query.get("section") == section(1) and "offset" in query and left:
            left.clear()
            return refused(400, "offset: Your pagination token has expired.")
        return None

    company.trick = trick

    pd.testing.assert_frame_equal(read(big), whole)
    assert big.unsplittable_projects == set()


def test_a_read_that_broke_off_in_a_section_goes_on_and_is_whole(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    company.trick = lambda path, query: (
        refused(500) if query.get("section") == section(2) and "offset" in query else None
    )
    with pytest.raises(af.ServerError):
        read(big)
    partial = big.last.partial
    assert partial is not None
    assert TASKS // SECTIONS <= len(partial) < TASKS
    assert partial["gid"].tolist() == whole["gid"].head(len(partial)).tolist()
    company.trick = lambda path, query: None

    pd.testing.assert_frame_equal(read(big), whole)


@pytest.mark.parametrize(
    "filters", [{"modified_since": "2020-01-01"}, {"completed_since": "2020-01-01"}]
)
def test_what_cannot_be_counted_is_not_split(
    big: af.Asana, company: Tricky, filters: dict[str, str]
) -> None:
    frame = read(big, **filters)

    assert len(frame) == TASKS
    assert company.paths("section") == []
    assert company.paths("task_counts") == []


def test_incomplete_tasks_are_counted_by_themselves(
    big: af.Asana, company: Tricky, whole: pd.DataFrame
) -> None:
    company.trick = lambda path, query: counted(TASKS) if "task_counts" in path else None

    frame = read(big, completed_since="now")

    pd.testing.assert_frame_equal(frame, whole)
    counts = [query for path, query in company.asked if path.endswith("task_counts")]
    # Before the sections are read, and after.
    assert [query["opt_fields"] for query in counts] == ["num_incomplete_tasks"] * 2
    assert {q["completed_since"] for _, q in company.asked if "section" in q} == {"now"}


@pytest.mark.parametrize("limit", [700, 10**6])
def test_a_read_with_a_limit_is_not_split(
    big: af.Asana, company: Tricky, whole: pd.DataFrame, limit: int
) -> None:
    frame = read(big, limit=limit)

    assert frame["gid"].tolist() == whole["gid"].head(limit).tolist()
    assert company.paths("section") == []


def test_short_lists_are_not_split(big: af.Asana, company: Tricky, whole: pd.DataFrame) -> None:
    company.trick = lambda path, query: counted(999) if "task_counts" in path else None

    pd.testing.assert_frame_equal(read(big), whole)
    assert company.paths("section") == []


# ------------------------------------------------------------------- changes during the read


KINDS = ["back", "forth", "gone", "made", "back and gone", "back and made"]


class Changing(Tricky):
    """A company of one project whose tasks move, go and come while it is read."""

    def __init__(self) -> None:
        super().__init__(projects=1)
        self._lock = threading.Lock()
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all changes."""
        each = TASKS // SECTIONS
        self.sections = {
            section(number): [str(1_000 + each * number + task) for task in range(each)]
            for number in range(SECTIONS)
        }
        self.changes: dict[int, Callable[[], None]] = {}
        self._pages = 0

    def _answer(self, path: str, query: dict[str, str]) -> ApiResponse:
        with self._lock:
            return self._answer_alone(path, query)

    def _answer_alone(self, path: str, query: dict[str, str]) -> ApiResponse:
        self.asked.append((path, query))
        if path.endswith("task_counts"):
            return counted(sum(map(len, self.sections.values())))
        if path != "/tasks":
            return super()._answer(path, query)
        self._pages += 1
        if self._pages in self.changes:
            self.changes[self._pages]()
        whole = [gid for gids in self.sections.values() for gid in gids]
        gids = self.sections[query["section"]] if "section" in query else whole
        start = int(query.get("offset", 0))
        page = [{"gid": gid, "name": gid} for gid in gids[start : start + 100]]
        following = {"offset": str(start + 100)} if start + 100 < len(gids) else None
        return told({"data": page, "next_page": following})


@pytest.fixture(scope="module")
def changing() -> Iterator[tuple[Changing, str]]:
    made = Changing()
    with Server(lambda url: made) as server:  # type: ignore[arg-type, return-value]
        yield made, server.url


def read_with_warnings(url: str) -> tuple[pd.DataFrame, list[warnings.WarningMessage]]:
    """Read the project over a new connection."""
    with (
        af.connect("t", base_url=url) as asana,
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        return read(asana), caught


@pytest.mark.parametrize("moment", [7, 11, 16])
@pytest.mark.parametrize("kind", KINDS)
def test_a_project_that_changes_is_whole_or_a_warning_says_what_is_missing(
    moment: int, kind: str, changing: tuple[Changing, str]
) -> None:
    company, url = changing
    company.begin_anew()
    first, middle, last = company.sections
    stays = {gid for gids in company.sections.values() for gid in gids}

    def change() -> None:
        sections = company.sections
        if "back" in kind:
            sections[first].insert(0, sections[last].pop())
        if kind == "forth":
            sections[last].append(sections[first].pop(0))
        if "gone" in kind:
            stays.discard(sections[middle].pop(50))
        if "made" in kind:
            sections[first].insert(0, "77")

    company.changes = {moment: change}

    frame, caught = read_with_warnings(url)

    assert frame["gid"].is_unique
    if not caught:
        assert stays <= set(frame["gid"])


#: A change: the page before which it happens, and two sections that it takes place in.
CHANGES = st.lists(
    st.tuples(st.integers(2, 32), st.integers(0, SECTIONS - 1), st.integers(0, SECTIONS - 1)),
    max_size=6,
)


@settings(max_examples=int(os.environ.get("ASANA_FRAMES_CHANGES", "12")))
@given(CHANGES, st.sampled_from(["gone", "made"]), st.integers(0, 99))
def test_tasks_that_move_anywhere_are_there_once_or_a_warning_says_so(
    changing: tuple[Changing, str],
    changes: list[tuple[int, int, int]],
    kind: str,
    seed: int,
) -> None:
    # Tasks go or come, not both: as many that come as go are not noticed.
    company, url = changing
    company.begin_anew()
    chances = random.Random(seed)
    sections = list(company.sections.values())
    stays = {gid for gids in sections for gid in gids}

    def change(first: list[str], second: list[str], number: int) -> None:
        if chances.random() < 0.7:
            second.insert(chances.randint(0, len(second)), first.pop(chances.randrange(300)))
        elif kind == "gone":
            stays.discard(first.pop(chances.randrange(300)))
        else:
            second.insert(chances.randint(0, len(second)), str(number))

    def change_page(numbers: list[int]) -> None:
        for number in numbers:
            _, first, second = changes[number]
            change(sections[first], sections[second], number)

    for moment in {moment for moment, _, _ in changes}:
        due = [number for number, each in enumerate(changes) if each[0] == moment]
        company.changes[moment] = partial(change_page, due)

    frame, caught = read_with_warnings(url)

    assert frame["gid"].is_unique
    assert caught or stays <= set(frame["gid"])


# --------------------------------------------------------------------------------- cut by Asana


def test_a_set_that_asana_cuts_is_read_by_sections(asana: af.Asana) -> None:
    expected = asana.tasks.list(project="Website relaunch")

    with (
        serve(faults=f"most={CUT}", now=NOW) as cutting,
        af.connect("sandbox", base_url=cutting.url) as cut,
    ):
        frame = cut.tasks.list(project="Website relaunch")

    assert len(frame) > CUT
    pd.testing.assert_frame_equal(frame, expected)


def test_a_section_that_is_cut_too_is_an_error_that_says_what_to_do() -> None:
    with (
        serve(faults="most=20", now=NOW) as cutting,
        af.connect("sandbox", base_url=cutting.url) as cut,
        pytest.raises(af.InvalidRequest, match=r"not list a set this large.*af\.gather\.search"),
    ):
        cut.tasks.list(project="Website relaunch", fields=["name"])


@pytest.mark.parametrize("limit", [None, TASKS - 100])
def test_a_cut_set_that_sections_do_not_hold_is_an_error(
    big: af.Asana, company: Tricky, limit: int | None
) -> None:
    def trick(path: str, query: dict[str, str]) -> ApiResponse | None:
        if "task_counts" in path:
            return counted(TASKS + 5)
        is_behind = "project" in query and int(query.get("offset", 0)) >= 4
        return refused(400, "The data set is truncated.") if is_behind else None

    company.trick = trick

    says = r"sections hold 1,200 of its 1,205 rows.*gather\.search|ask for less at a time"
    with pytest.raises(af.InvalidRequest, match=says):
        read(big, limit=limit)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda a: a.projects.list(workspace="1"), "projects of each team"),
        (lambda a: a.users.list(workspace="1"), "people of each team"),
        (lambda a: a.tags.list(workspace="1"), "Narrow it with the filters"),
        (lambda a: a.tasks.list(assignee="5", workspace="1"), r"gather\.search"),
    ],
)
def test_other_sets_that_are_cut_say_what_to_ask_instead(
    recorder: Recorder, recorded: af.Asana, call: Any, says: str
) -> None:
    def reply(asked: Asked) -> Reply:
        if "offset" in asked.query:
            return Reply(400, {"errors": [{"message": "The result is too large."}]})
        return Reply(body={"data": [{"gid": "1"}], "next_page": {"offset": "x"}})

    recorder.reply = reply

    with pytest.raises(af.InvalidRequest, match=says):
        call(recorded)
