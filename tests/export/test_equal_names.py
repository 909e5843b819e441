"""Objects of one name are called apart, and alike in all tables."""

from __future__ import annotations

import pandas as pd
import pytest

import asana_frames as af
from asana_frames.export.equal_names import disambiguate_frames
from tests.fixed_day import NOW


def test_projects_are_told_apart_by_their_teams_in_all_tables() -> None:
    asana = af.sandbox(now=NOW)
    report = af.gather.projects_report(asana, "Acme", now=NOW)

    told = disambiguate_frames(
        {"Projects": report.portfolio, "Statuses": report.statuses, "Forecast": report.forecast}
    )

    twins = {"Quarterly planning (Marketing)", "Quarterly planning (Product)"}
    for name, column in (
        *(("Projects", "project_name"), ("Statuses", "parent_name"), ("Forecast", "project_name")),
    ):
        names = set(told[name][column].dropna())
        assert twins <= names, name
        assert "Quarterly planning" not in names
        assert told[name].dtypes.equals(getattr(report, _FIELDS[name]).dtypes)
    assert "Quarterly planning" in set(report.portfolio["project_name"])


_FIELDS = {"Projects": "portfolio", "Statuses": "statuses", "Forecast": "forecast"}


def test_another_table_may_tell_what_differs() -> None:
    hours = pd.DataFrame({"project_gid": ["11", "12"], "project_name": ["Plan", "Plan"]})
    projects = pd.DataFrame({"gid": ["11", "12"], "name": "Plan", "team_name": ["Sales", "Law"]})

    told = disambiguate_frames({"hours": hours}, [projects])["hours"]
    bare = disambiguate_frames({"hours": hours})["hours"]

    assert told["project_name"].tolist() == ["Plan (Sales)", "Plan (Law)"]
    assert bare["project_name"].tolist() == ["Plan (…11)", "Plan (…12)"]


def test_what_differs_is_not_changed() -> None:
    frame = pd.DataFrame(
        {
            "person_gid": ["1", "1", "2", None],
            "person_name": ["Ana", "Ana", "Bo", "Ana"],
            "task_gid": ["5", "6", "7", "8"],
            "task_name": "Call",
        }
    )

    assert disambiguate_frames({"a": frame})["a"] is frame


def test_people_are_told_apart_by_their_addresses() -> None:
    frame = pd.DataFrame(
        {"gid": ["1", "2"], "name": "Ana", "email": ["ana@acme.test", "ana2@acme.test"]}
    )

    told = disambiguate_frames({"a": frame})["a"]

    assert told["name"].tolist() == ["Ana (ana@acme.test)", "Ana (ana2@acme.test)"]


@pytest.mark.parametrize("stem", ["person_", "assignee_", "owner_"])
def test_people_are_not_told_apart_by_the_teams_and_owners_of_projects(stem: str) -> None:
    frame = pd.DataFrame(
        {f"{stem}gid": ["1", "2"], f"{stem}name": "Ana", "team_name": ["Sales", "Product"]}
    ).assign(owner_name=["Bo", "Cy"] if stem != "owner_" else "Ana")
    mails = ["ana@acme.test", "ana2@acme.test"]
    entries = pd.DataFrame({"person_gid": ["1", "2"], "person_email": mails})
    users = pd.DataFrame({"gid": ["1", "2"], "email": mails})

    bare = disambiguate_frames({"a": frame})["a"]

    assert bare[f"{stem}name"].tolist() == ["Ana (…1)", "Ana (…2)"]
    for others in (entries, users):
        told = disambiguate_frames({"a": frame}, [others])["a"]
        assert told[f"{stem}name"].tolist() == [f"Ana ({mail})" for mail in mails]


def test_people_of_one_name_differ_whatever_they_do() -> None:
    plans = pd.DataFrame({"owner_gid": ["1"], "owner_name": "Ana", "owner_email": "ana@acme.test"})
    load = pd.DataFrame({"assignee_gid": ["2"], "assignee_name": "Ana"})
    entries = pd.DataFrame({"person_gid": ["2"], "person_email": "ana2@acme.test"})

    bare = disambiguate_frames({"plans": plans, "load": load})
    told = disambiguate_frames({"plans": plans, "load": load}, [entries])

    assert bare["plans"]["owner_name"].tolist() == ["Ana (…1)"]
    assert bare["load"]["assignee_name"].tolist() == ["Ana (…2)"]
    assert told["plans"]["owner_name"].tolist() == ["Ana (ana@acme.test)"]
    assert told["load"]["assignee_name"].tolist() == ["Ana (ana2@acme.test)"]


def test_one_person_in_several_columns_keeps_the_name() -> None:
    frame = pd.DataFrame(
        {
            **{"owner_gid": ["1"], "owner_name": "Ana", "assignee_gid": ["1"]},
            **{"assignee_name": "Ana", "project_gid": ["2"], "project_name": "Ana"},
        }
    )

    assert disambiguate_frames({"a": frame})["a"] is frame
