"""Whatever names an object leads to its gid, or to an error that helps."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from itertools import product
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.calls.references import ReferenceResolver, gid_in_url
from tests.recorder import Asked, Recorder, Reply

GID = "1209000000000119"


@pytest.fixture
def project(asana: af.Asana) -> pd.DataFrame:
    return asana.projects.list(workspace="Acme").query("name == 'Website relaunch'")


def names_of(asana: af.Asana, reference: Any) -> list[str]:
    return asana.projects.get(reference, fields=["name"])["name"].tolist()


@pytest.mark.parametrize(
    "form",
    [
        lambda row: row["gid"],
        lambda row: int(row["gid"]),
        lambda row: row["name"],
        lambda row: f"  {row['name']} ",
        lambda row: row["permalink_url"],
        lambda row: f"https://app.asana.com/0/{row['gid']}/list",
        lambda row: f"https://app.asana.com/0/{row['gid']}/1209/f",
        lambda row: row,
        lambda row: row.to_dict(),
        lambda row: [row["gid"]],
        lambda row: (gid for gid in [row["gid"]]),
        lambda row: np.array([row["gid"]]),
        lambda row: pd.Series([row["gid"], None, row["gid"]], dtype="str"),
        lambda row: pd.Index([row["gid"]]),
        lambda row: row.to_frame().T,
        lambda row: [row, row.to_dict()],
        lambda row: (row.to_frame().T, [row["gid"]]),
        lambda row: np.int64(row["gid"]),
        lambda row: pd.Series([int(row["gid"])], dtype="Int64"),
        lambda row: pd.Series([(row["gid"],), ()]),
        lambda row: next(row.to_frame().T[["gid", "name"]].itertuples()),
        lambda row: SimpleNamespace(value=row["gid"]),
        lambda row: SimpleNamespace(value=[row["gid"]]),
    ],
)
def test_every_form_of_a_reference_leads_to_the_object(
    asana: af.Asana, project: pd.DataFrame, form: Any
) -> None:
    assert names_of(asana, form(project.iloc[0])) == ["Website relaunch"]


def test_many_references_give_one_row_each_in_the_order_asked(asana: af.Asana) -> None:
    wanted = ["Office move", "Mobile app", "Office move", "Data warehouse"]

    assert names_of(asana, wanted) == ["Office move", "Mobile app", "Data warehouse"]


@pytest.mark.parametrize("nothing", [[], pd.DataFrame({"gid": []}), pd.Series([None, np.nan])])
def test_no_references_give_an_empty_frame_and_no_request(asana: af.Asana, nothing: Any) -> None:
    frame = asana.tasks.list(project=nothing)

    assert frame.empty
    assert "due_on" in frame.columns
    assert asana.last.requests == 0


def test_a_miss_suggests_close_names(asana: af.Asana) -> None:
    with pytest.raises(
        af.UnknownReference,
        match=r"'Websit relaunch'.*Did you mean.*'Website rel",
    ):
        asana.tasks.list(project="Websit relaunch")


def test_several_matches_are_listed_with_what_tells_them_apart(asana: af.Asana) -> None:
    with pytest.raises(af.AmbiguousReference, match=r"team Marketing.*team Product"):
        asana.tasks.list(project="Quarterly planning")


def test_a_section_is_named_within_its_project(asana: af.Asana) -> None:
    by_path = asana.tasks.list(section="Website relaunch/Review")
    by_project = asana.sections.list_for_project("Website relaunch").query("name == 'Review'")

    assert by_path["gid"].tolist() == asana.tasks.list(section=by_project)["gid"].tolist()
    with pytest.raises(af.UnknownReference, match="Project name/Review"):
        asana.tasks.list(section="Review")
    with pytest.raises(af.UnknownReference, match=r"Did you mean.* 'Website relaunch/Review'"):
        asana.tasks.list(section="Website relaunch/Revue")


def test_a_name_is_looked_for_in_all_of_several_workspaces(
    recorder: Recorder, recorded: af.Asana
) -> None:
    people = {"1": [{"gid": "11", "name": "Ann"}], "2": [{"gid": "12", "name": "Ben"}]}

    def reply(asked: Asked) -> Reply:
        if asked.path.endswith("/workspaces"):
            return Reply(body={"data": [{"gid": gid, "name": gid} for gid in people]})
        is_users = asked.path.endswith("/users")
        return Reply(body={"data": people[asked.query["workspace"]] if is_users else []})

    recorder.reply = reply

    recorded.tasks.list(assignee="Ben", workspace=["1", "2"])

    assert {asked.query.get("assignee") for asked in recorder.asked} == {None, "12"}
    with pytest.raises(af.UnknownReference, match="no user named 'Ben'"):
        recorded.tasks.list(assignee="Ben", workspace="1")


def test_a_section_is_not_looked_for_in_a_workspace(asana: af.Asana) -> None:
    frame = asana.tasks.list(section="Office move/Done", fields=["name"])

    assert len(frame) > 0
    with pytest.raises(af.UnknownReference, match="Project name/Done"):
        asana.tasks.list(section="Done")


def test_a_section_with_a_slash_in_its_name_is_found(
    recorder: Recorder, recorded: af.Asana
) -> None:
    def reply(asked: Asked) -> Reply:
        names = {
            "/api/1.0/workspaces": [{"gid": "1", "name": "W"}],
            "/api/1.0/projects": [{"gid": "2", "name": "P"}],
            "/api/1.0/projects/2/sections": [{"gid": "3", "name": "Doing / Review"}],
        }
        return Reply(body={"data": names.get(asked.path, [])})

    recorder.reply = reply

    recorded.tasks.list(section="P/Doing / Review", fields=["name"])

    asked = [a.query["section"] for a in recorder.asked if a.path == "/api/1.0/tasks"]
    assert asked == ["3"]


def test_people_are_named_by_name_email_or_me(asana: af.Asana) -> None:
    for reference in ("Zoe Ng", "zoe.ng@acme.example", "me"):
        assert asana.users.get(reference)["name"].tolist() == ["Zoe Ng"]


def test_a_task_is_found_by_its_exact_name(asana: af.Asana) -> None:
    tasks = asana.tasks.list(project="Mobile app")
    once = tasks.loc[~tasks["name"].duplicated(keep=False), "name"]
    everywhere = asana.typeahead.search("Acme", resource_type="task", query="", count=100)
    unique = next(
        n
        for n in once
        if asana.typeahead.search("Acme", resource_type="task", query=n, count=100)["name"]
        .tolist()
        .count(n)
        == 1
    )

    assert asana.tasks.get(unique)["name"].tolist() == [unique]
    assert len(everywhere) == 100


@pytest.mark.parametrize(
    ("reference", "says"),
    [
        ("", "empty string"),
        (3.5, "got float"),
        (["1209", 3.5], "got float"),
        ([["1209"], [True]], "got bool"),
        (True, "got bool"),
        (b"1209", "got bytes"),
        ("https://[foo", "not a valid URL"),
        (pd.Timestamp("2026-03-02"), "got Timestamp"),
        (pd.DataFrame({"name": ["a"]}), 'no "gid" column'),
        ({"name": "a"}, 'no "gid"'),
        ({"gid": 3.5}, "got float"),
        ({"gid": True}, "got bool"),
        ("https://example.com/0/1/2", "not a URL of app.asana.com"),
        ("https://app.asana.com/0/home/12", "not the URL of a project"),
        (SimpleNamespace(value=None), "choose a value first"),
    ],
)
def test_what_is_no_reference_is_refused_in_words(
    asana: af.Asana, reference: Any, says: str
) -> None:
    with pytest.raises(af.AsanaError, match=says):
        asana.tasks.list(project=reference)


def test_what_has_no_name_is_asked_for_otherwise(asana: af.Asana) -> None:
    with pytest.raises(af.UnknownReference, match="cannot be found by name"):
        asana.stories.get("my comment")


@pytest.mark.parametrize(
    ("url", "kind", "gid"),
    [
        ("https://app.asana.com/0/11/22", "task", "22"),
        ("https://app.asana.com/0/11/22", "project", "11"),
        ("https://app.asana.com/0/0/22/f", "task", "22"),
        ("https://app.asana.com/1/5/project/11/task/22?focus=true", "task", "22"),
        ("https://app.asana.com/1/5/project/11/list/9", "project", "11"),
        ("https://app.asana.com/1/5/task/22", "task", "22"),
        ("https://app.asana.com/1/5/goal/44", "goal", "44"),
        ("https://app.asana.com/0/portfolio/33/list", "portfolio", "33"),
        ("https://app.asana.com/1/5/portfolio/33", "portfolio", "33"),
        ("https://app.asana.com/1/5/profile/66", "user", "66"),
        ("https://app.asana.com/1/5/home", "workspace", "5"),
    ],
)
def test_both_forms_of_urls_are_read(url: str, kind: str, gid: str) -> None:
    assert gid_in_url(url, [kind]) == gid


def gid_by_pattern(path: str, kind: str) -> str | None:
    """Return what ``gid_in_url`` should find in a path, by patterns instead of its parts."""
    words = {"user": "user|profile", "goal": "goals?", "portfolio": "portfolios?"}
    word = words.get(kind, kind)
    patterns = [rf"/1/[^/]+(?:/[^/]+)*?/(?:{word})/(\d+)(?:/|$)", rf"/0/(?:{word})/(\d+)(?:/|$)"]
    if kind == "workspace":
        patterns.insert(0, r"/1/(\d+)(?:/|$)")
    if kind == "project":
        patterns.append(r"/0/(?!0(?:/|$))(\d+)(?:/|$)")
    if kind == "task":
        patterns.append(r"/0/\d+/(\d+)(?:/|$)")
    found = (re.match(pattern, path) for pattern in patterns)
    return next((match[1] for match in found if match), None)


def check_path(parts: Sequence[str], kind: str) -> None:
    path = "".join(f"/{part}" for part in parts)
    expected = gid_by_pattern(path, kind)
    if expected is not None:
        assert gid_in_url(f"https://app.asana.com{path}", [kind]) == expected
        return
    with pytest.raises(af.UnknownReference, match=f"not the URL of a {kind}"):
        gid_in_url(f"https://app.asana.com{path}", [kind])


WORDS = ["0", "1", "11", "22", "task", "project", "goals", "goal", "profile", "home", "list"]
KINDS = ["task", "project", "goal", "user", "workspace", "portfolio"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_short_path_of_a_url_yields_the_gid_or_an_unknown_reference(kind: str) -> None:
    for length in range(4):
        for parts in product(["0", "1", "22", "task", "goals", "home"], repeat=length):
            check_path(parts, kind)


@given(st.lists(st.sampled_from(WORDS), max_size=7), st.sampled_from(KINDS))
def test_any_path_of_a_url_yields_the_gid_or_an_unknown_reference(
    parts: list[str], kind: str
) -> None:
    check_path(parts, kind)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, float("nan")])
@pytest.mark.parametrize(
    "collect", [list, tuple, iter, lambda items: pd.Series(items, dtype=object)]
)
def test_missing_values_in_a_collection_are_left_out(
    recorder: Recorder, recorded: af.Asana, missing: Any, collect: Any
) -> None:
    recorded.tasks.list(project=collect([missing, "11", missing, "22"]), fields=["name"])

    assert sorted(asked.query["project"] for asked in recorder.asked) == ["11", "22"]


def test_a_task_is_named_by_its_external_id(recorder: Recorder, recorded: af.Asana) -> None:
    recorder.replies(Reply(body={"data": {"gid": "5"}}))

    recorded.tasks.get("external:invoice 7", fields=["gid"])
    recorded.tasks.update(["external:a/b"], completed=True)

    assert [asked.path.rpartition("/1.0")[2] for asked in recorder.asked] == [
        "/tasks/external:invoice%207",
        "/tasks/external:a%2Fb",
    ]


def test_only_a_task_has_an_external_id(recorder: Recorder, recorded: af.Asana) -> None:
    with pytest.raises(af.UnknownReference, match="no project named 'external:7'"):
        recorded.tasks.list(project="external:7")


@pytest.mark.parametrize(("count", "more"), [(2, ""), (10, ""), (11, " and 1 more")])
def test_ten_objects_of_one_name_are_listed(
    recorder: Recorder, recorded: af.Asana, count: int, more: str
) -> None:
    same = [{"gid": f"5{number:02d}", "name": "Plan"} for number in range(count)]
    names = {"/api/1.0/workspaces": [{"gid": "1", "name": "W"}], "/api/1.0/projects": same}
    recorder.reply = lambda asked: Reply(body={"data": names.get(asked.path, [])})

    with pytest.raises(af.AmbiguousReference) as caught:
        recorded.tasks.list(project="Plan")

    listed = ", ".join(f"gid {one['gid']}" for one in same[:10])
    assert str(caught.value).startswith(f"{count} projects are named 'Plan': {listed}{more}. Pass")


def test_the_longest_name_is_reported_where_a_path_names_no_project(
    recorder: Recorder, recorded: af.Asana
) -> None:
    names = {"/api/1.0/workspaces": [{"gid": "1", "name": "W"}]}
    recorder.reply = lambda asked: Reply(body={"data": names.get(asked.path, [])})

    with pytest.raises(af.UnknownReference, match="no project named 'A/B'"):
        recorded.tasks.list(section="A/B/C")


@pytest.mark.parametrize("unnamed", [{"gid": "2"}, {"gid": "2", "name": None}, {"name": "None"}])
def test_an_object_without_a_name_or_gid_is_never_found(
    recorder: Recorder, recorded: af.Asana, unnamed: dict[str, Any]
) -> None:
    names = {"/api/1.0/workspaces": [{"gid": "1", "name": "W"}], "/api/1.0/projects": [unnamed]}
    recorder.reply = lambda asked: Reply(body={"data": names.get(asked.path, [])})

    with pytest.raises(af.UnknownReference, match="no project named 'None'"):
        recorded.tasks.list(project="None")


def test_names_are_read_once_and_anew_after_forgetting(asana: af.Asana) -> None:
    asana.tasks.list(project="Office move", limit=1)
    first = asana.last.requests
    asana.tasks.list(project="Office move", limit=1)
    again = asana.last.requests
    asana.references.forget()
    asana.tasks.list(project="Office move", limit=1)

    assert again < first
    assert asana.last.requests > again


def test_a_name_that_takes_long_keeps_no_other_call_waiting() -> None:
    started, go_on = threading.Event(), threading.Event()

    def read_names(*_: object) -> list[tuple[str, str, str]]:
        started.set()
        assert go_on.wait(10)
        return [("5", "Old name", "")]

    resolver = ReferenceResolver(read_names, lambda who: "7")
    thread = threading.Thread(target=resolver.gids, args=("Old name", ["workspace"]))
    thread.start()
    assert started.wait(10)

    assert resolver.gids("me", ["user"]) == ["7"]
    resolver.forget()
    go_on.set()
    thread.join()
    # What was read before names were forgotten is not kept.
    assert resolver._cache == {}
