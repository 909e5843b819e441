"""Keys of which an entry can have several: the teams of its person, the clients of its project."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import asana_frames as af
from tests.rollups.frames import Row, cells, entry, entry_rows, frame_of, tracked, users_of

MEMBERSHIP = dict.fromkeys(("gid", "user_gid", "user_name", "team_gid", "team_name"), "text")
ITEM = {"gid": "text", "name": "text", "portfolio_gids": "tuple"}
#: Person -> teams.
TEAMS = {"11": ("51",), "12": ("51", "52"), "13": ("51", "52", "53")}
#: Project -> the portfolios that it is in itself; 71 and 72 are in 70.
HOLDERS = {"31": ("71",), "32": ("71", "80"), "33": ("71", "72")}


def teams_of(teams: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    return frame_of(
        MEMBERSHIP,
        (
            {"gid": f"{user}{team}", "user_gid": user, "team_gid": team, "team_name": f"T{team}"}
            for user, mine in teams.items()
            for team in mine
        ),
    )


def items_of(holders: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    portfolios: list[Row] = [
        {"gid": "70", "name": "Client A"},
        {"gid": "71", "name": "Retainer", "portfolio_gids": ("70",)},
        {"gid": "72", "name": "Launch", "portfolio_gids": ("70",)},
        {"gid": "80", "name": "Client B"},
    ]
    projects = [
        {"gid": gid, "name": f"P{gid}", "portfolio_gids": held} for gid, held in holders.items()
    ]
    return frame_of(ITEM, [*portfolios, *projects])


#: Project -> clients.
CLIENTS = {"31": ("70",), "32": ("70", "80"), "33": ("70",)}


def test_a_person_in_two_teams_counts_half_to_each_or_wholly_when_asked() -> None:
    entries = af.rollups.entries(
        tracked(entry("11", minutes=60), entry("12", minutes=90), entry("14", minutes=30)),
        team_memberships=teams_of(TEAMS),
    )

    shared = af.rollups.hours(entries, "person_team", every=None)
    whole = af.rollups.hours(entries, "person_team", every=None, overlap="count_in_each")

    assert entries["person_team_names"].tolist() == [("T51",), ("T51", "T52"), ()]
    assert shared.to_numpy(dtype=object).tolist()[:2] == [["51", "T51", 1.75], ["52", "T52", 0.75]]
    assert shared["hours"].tolist() == [1.75, 0.75, 0.5]
    assert whole["hours"].tolist() == [2.5, 1.5, 0.5]
    assert shared["person_team_gid"].isna().tolist() == [False, False, True]


def test_the_client_of_a_project_is_each_portfolio_at_the_top_of_it() -> None:
    entries = af.rollups.entries(
        tracked(*(entry(project=gid, minutes=60) for gid in ("31", "32", "33", "39"))),
        clients=items_of(HOLDERS),
    )

    assert entries["client_names"].tolist() == [
        ("Client A",),
        ("Client A", "Client B"),
        ("Client A",),
        (),
    ]
    found = cells(af.rollups.hours(entries, "client", every=None))
    assert [(row["client_name"], row["hours"]) for row in found] == [
        ("Client A", 2.5),
        ("Client B", 0.5),
        (None, 1.0),
    ]


def test_the_clients_of_gathered_items_are_the_portfolios_that_were_asked_for() -> None:
    portfolios = frame_of({"gid": "text", "name": "text"}, [{"gid": "70", "name": "Client A"}])
    items = pd.DataFrame({"gid": ["31"], "name": ["P31"], "path": [("70/71", "70/72")]})

    entries = af.rollups.entries(tracked(entry()), clients=pd.concat([portfolios, items]))

    assert entries["client_names"].tolist() == [("Client A",)]


def test_money_has_teams_and_clients_as_keys_too() -> None:
    entries = af.rollups.entries(
        tracked(entry("12", project="32", minutes=60)),
        team_memberships=teams_of(TEAMS),
        clients=items_of(HOLDERS),
    )
    rates = pd.DataFrame(
        {"parent_gid": ["32"], "resource_gid": ["12"], "rate": [80.0], "currency_code": ["EUR"]}
    )

    found = af.rollups.cost(entries, rates, ["client", "person_team"])

    # 80 euros in two clients and two teams each.
    assert found["amount"].tolist() == [20.0] * 4
    assert found["hours"].tolist() == [0.25] * 4


@settings(max_examples=40, deadline=None)
@given(entry_rows(), st.sampled_from(["share", "count_in_each"]), st.booleans())
def test_hours_by_team_and_client_are_those_of_a_loop_over_entries(
    rows: list[dict[str, Any]], overlap: Any, is_both: bool
) -> None:
    entries = af.rollups.entries(
        tracked(*rows), team_memberships=teams_of(TEAMS), clients=items_of(HOLDERS)
    )
    by = ["person_team", "client"] if is_both else "person_team"

    found = cells(af.rollups.hours(entries, by, every=None, overlap=overlap))

    expected: dict[Any, float] = defaultdict(float)
    for row in rows:
        teams: tuple[str | None, ...] = TEAMS.get(row["created_by_gid"]) or (None,)
        clients = CLIENTS.get(row["attributable_to_gid"]) or (None,)
        places = [(team, client) for team in teams for client in (clients if is_both else (None,))]
        parts = len(places) if overlap == "share" else 1
        for place in places:
            expected[place] += (row["duration_minutes"] or 0) / 60 / parts
    told = {(row["person_team_gid"], row.get("client_gid")): row["hours"] for row in found}
    assert told == pytest.approx(dict(expected))
    if overlap == "share":
        total = sum(row["duration_minutes"] or 0 for row in rows) / 60
        assert sum(told.values()) == pytest.approx(total)


def test_columns_of_people_come_from_users_or_a_frame_of_one_s_own() -> None:
    own = pd.DataFrame({"person_gid": ["11", "12"], "role": ["Senior", "Junior"], "grade": [3, 1]})
    users = users_of("11", "14").assign(office=["Rome", "Oslo"])
    rows = tracked(entry("11", minutes=60), entry("12", minutes=30), entry("14", minutes=15))

    by_role = af.rollups.entries(rows, users=own, user_columns=["role", "grade"])
    by_office = af.rollups.entries(rows, users=users, user_columns=["office"])

    assert by_role["person_role"].tolist()[:2] == ["Senior", "Junior"]
    assert by_role["person_grade"].fillna(0).tolist() == [3, 1, 0]
    hours = af.rollups.hours(by_role, "person_role", every=None)
    assert cells(hours) == [
        {"person_role": "Junior", "hours": 0.5},
        {"person_role": "Senior", "hours": 1.0},
        {"person_role": None, "hours": 0.25},
    ]
    assert by_office["person_office"].fillna("").tolist() == ["Rome", "", "Oslo"]


def test_what_a_key_needs_is_said() -> None:
    bare = af.rollups.entries(tracked(entry()))

    with pytest.raises(af.InvalidArgument, match=r"'person_team'.*team_memberships="):
        af.rollups.hours(bare, "person_team")
    with pytest.raises(af.InvalidArgument, match=r"'client'.*clients="):
        af.rollups.hours(bare, ["client", "person"])
    with pytest.raises(af.InvalidArgument, match=r"clients=.*portfolio_gids.*list_items"):
        af.rollups.entries(tracked(), clients=users_of("11"))
    with pytest.raises(af.InvalidArgument, match="pass users="):
        af.rollups.entries(tracked(), user_columns=["role"])
    with pytest.raises(af.InvalidArgument, match="cycle"):
        af.rollups.entries(
            tracked(),
            clients=frame_of(
                ITEM,
                [
                    {"gid": "1", "name": "A", "portfolio_gids": ("2",)},
                    {"gid": "2", "name": "B", "portfolio_gids": ("1",)},
                ],
            ),
        )
    entries = af.rollups.entries(tracked(), clients=items_of(HOLDERS))
    with pytest.raises(af.InvalidArgument, match=r"attribution='split' does not work for client"):
        af.rollups.hours(entries, "client", attribution="split")
    with pytest.raises(af.InvalidArgument, match="day of an entry is not a key"):
        af.rollups.hours(entries, ["person", "entered_on"])


def test_the_client_follows_the_project_that_an_entry_counts_to() -> None:
    tasks = frame_of(
        {
            "gid": "text",
            "name": "text",
            "parent_gid": "text",
            **dict.fromkeys(
                [
                    f"memberships_{w}_{e}"
                    for w in ("project", "section")
                    for e in ("gids", "names")
                ],
                "tuple",
            ),
        },
        [
            {
                "gid": "1",
                "name": "Text",
                "memberships_project_gids": ("31",),
                "memberships_project_names": ("P31",),
            }
        ],
    )
    entries = af.rollups.entries(
        tracked(entry(project=None, task="1", minutes=60)), tasks, clients=items_of(HOLDERS)
    )

    by_task = af.rollups.hours(entries, "client", every=None)
    by_asana = af.rollups.hours(entries, "client", every=None, attribution="asana")

    assert by_task["client_name"].tolist() == ["Client A"]
    assert by_asana["client_name"].isna().all()
    assert by_asana["hours"].tolist() == [1.0]
