"""The levels of cascades: what each lists, below what, and where an object of it belongs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.catalog import columns_of
from asana_frames.exceptions import AsanaError
from asana_frames.widgets.pickers.labels import NAMELESS

#: Level, or option of a picker -> what is chosen there.
Chosen = Mapping[str, Any]
#: Goals up to which each is asked for what it supports, to show them as a tree.
MAX_TREE = 200


@dataclass(frozen=True)
class Level:
    """One list of a cascade.

    Attributes
    ----------
    name
        Record type: what a picker calls it.
    label
        Stands before the control.
    read
        Yields frames with ``gid`` and ``name``, given what is chosen above.
    needs
        The level above without which there is nothing to list.
    heeds
        Levels and options besides on which the list depends.
    unchosen
        What it means that nothing is chosen.
    beside
        The column that tells objects of one name apart.
    fields
        Asana paths that are read of each.
    home
        Level above -> path of the reference by which an object tells its place there.
    asks
        The list is a search for what is typed.
    """

    name: str
    label: str
    read: Callable[[Asana, Chosen], Iterator[pd.DataFrame]]
    fields: tuple[str, ...] = ("name",)
    needs: str = ""
    heeds: tuple[str, ...] = ()
    unchosen: str = "Choose..."
    beside: str = ""
    home: Mapping[str, str] = field(default_factory=dict)
    asks: bool = False

    @property
    def columns(self) -> list[str]:
        """Columns of the rows that are picked, wherever they come from."""
        found = [column.name for column in columns_of(self.name, self.fields)]
        return list(dict.fromkeys(["gid", "name", *found]))

    def key(self, chosen: Chosen) -> tuple[Any, ...]:
        """Return what tells this list apart from the same level's below something else."""
        depends = (self.needs, *self.heeds) if self.needs else self.heeds
        # An option that is not ticked asks for what no option asks for.
        return (self.name, *(chosen.get(other) or None for other in depends))

    def get(self, asana: Asana, gids: Sequence[str]) -> pd.DataFrame:
        """Return the rows of some objects (``GET /<resource>/{gid}``)."""
        fields = [*self.fields, *self.home.values()]
        # The generated classes have it, their base does not.
        get: Callable[..., pd.DataFrame] = getattr(asana[f"{self.name}s"], "get")  # noqa: B009
        return fill_names(get(list(gids), fields=fields, errors="raise"))

    def home_of(self, row: pd.Series[Any], here: Chosen) -> dict[str, pd.DataFrame]:
        """Return level above -> the object there that one belongs to, as a frame of a row.

        Of several workspaces it is the one that is chosen here, else the first; a place that is
        not told has no entry.
        """
        found: dict[str, pd.DataFrame] = {}
        for level, path in self.home.items():
            gids, names = (_reference_parts(row, path, part) for part in ("gid", "name"))
            if gids:
                at = gids.index(here.get(level)) if here.get(level) in gids else 0
                name = next(iter(names[at : at + 1]), NAMELESS)
                found[level] = pd.DataFrame({"gid": [gids[at]], "name": [name]})
        return found


def _reference_parts(row: pd.Series[Any], path: str, part: str) -> list[Any]:
    value = row.get(f"{path}_{part}", row.get(f"{path}_{part}s"))
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, str)]


def fill_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose ``name`` is there and tells something of each row."""
    label = "display_name" if "display_name" in frame.columns else "name"
    return frame.assign(name=frame[label].fillna(NAMELESS))


def _list_workspaces(asana: Asana, _: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.workspaces.list(fields=WORKSPACE.fields)


def _list_teams(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.teams.list_for_workspace(chosen["workspace"], fields=TEAM.fields)


def _list_projects(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    place = {"team": chosen["team"]} if chosen.get("team") else {"workspace": chosen["workspace"]}
    archived = None if chosen.get("archived") else False
    # As pages arrive: of 5,000 projects the first hundred can be chosen at once.
    return asana.stream(
        asana.projects.list, **place, archived=archived, fields=PROJECT.fields, rows=1
    )


def _list_sections(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.sections.list_for_project(chosen["project"], fields=SECTION.fields)


def _list_portfolios(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    # Asana lists nobody else's.
    return asana.stream(
        asana.portfolios.list,
        workspace=chosen["workspace"],
        owner="me",
        fields=PORTFOLIO.fields,
        rows=1,
    )


def _list_periods(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.time_periods.list(workspace=chosen["workspace"], fields=TIME_PERIOD.fields)


def _list_goals(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    flat = asana.goals.list(
        workspace=chosen["workspace"], time_periods=chosen.get("time_period"), fields=GOAL.fields
    )
    if 1 < len(flat) <= MAX_TREE:
        yield order_as_tree(flat, asana)
    else:
        yield flat


def order_as_tree(goals: pd.DataFrame, asana: Asana) -> pd.DataFrame:
    """Return goals in the order of their tree, with a ``depth``; as they are where none is told.

    A goal that supports several stands below the first of them; one whose parents are not among
    the goals stands at the top.
    """
    try:
        links = asana.goal_relationships.list(
            supported_goal=goals,
            fields=["supporting_resource", "supported_goal"],
            errors="raise",
        )
    except AsanaError:
        # The order is a help, not the list itself.
        return goals
    known = dict.fromkeys(goals["gid"])
    above = {
        child: parent
        for child, parent in zip(
            links["supporting_resource_gid"][::-1], links["supported_goal_gid"][::-1], strict=True
        )
        if child in known and parent in known and child != parent
    }
    order = _order_depth_first(list(known), above)
    rows = goals.set_index("gid", drop=False).loc[[gid for gid, _ in order]]
    return rows.assign(depth=[depth for _, depth in order]).reset_index(drop=True)


def _order_depth_first(gids: list[str], above: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return each gid and its depth, parents before what is below them."""
    below: dict[str | None, list[str]] = {}
    for gid in gids:
        below.setdefault(above.get(gid), []).append(gid)
    found: list[tuple[str, int]] = []
    waiting = [(gid, 0) for gid in reversed(below.get(None, []))]
    while waiting:
        gid, depth = waiting.pop()
        found.append((gid, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(gid, []))]
    met = {gid for gid, _ in found}
    # What goes round in a circle has no top, and is on offer all the same.
    return found + [(gid, 0) for gid in gids if gid not in met]


def _list_users(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    place = {"team": chosen["team"]} if chosen.get("team") else {"workspace": chosen["workspace"]}
    return asana.stream(asana.users.list, **place, fields=USER.fields, rows=1)


def _list_tags(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    return asana.stream(asana.tags.list, workspace=chosen["workspace"], fields=TAG.fields, rows=1)


def _search_tasks(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.typeahead.search(
        chosen["workspace"],
        resource_type="task",
        query=chosen["query"],
        count=50,
    )


WORKSPACE = Level("workspace", "Workspace", _list_workspaces)
TEAM = Level(
    "team",
    "Team",
    _list_teams,
    needs="workspace",
    unchosen="All teams",
    home={"workspace": "organization"},
)
PROJECT = Level(
    "project",
    "Project",
    _list_projects,
    fields=("name", "team", "owner", "due_on", "archived", "permalink_url"),
    needs="workspace",
    heeds=("team", "archived"),
    beside="team_name",
    home={"workspace": "workspace", "team": "team"},
)
SECTION = Level(
    "section",
    "Section",
    _list_sections,
    needs="project",
    unchosen="All sections",
    home={"project": "project"},
)
PORTFOLIO = Level(
    "portfolio",
    "Portfolio",
    _list_portfolios,
    fields=("name", "owner", "due_on", "permalink_url"),
    needs="workspace",
    beside="owner_name",
    home={"workspace": "workspace"},
)
TIME_PERIOD = Level(
    "time_period",
    "Period",
    _list_periods,
    fields=("display_name", "start_on", "end_on"),
    needs="workspace",
    unchosen="All periods",
)
GOAL = Level(
    "goal",
    "Goal",
    _list_goals,
    fields=("name", "team", "owner", "time_period", "status"),
    needs="workspace",
    heeds=("time_period",),
    beside="team_name",
    home={"workspace": "workspace"},
)
USER = Level(
    "user",
    "Person",
    _list_users,
    fields=("name", "email"),
    needs="workspace",
    heeds=("team",),
    beside="email",
    home={"workspace": "workspaces"},
)
TAG = Level("tag", "Tag", _list_tags, needs="workspace", home={"workspace": "workspace"})
TASK = Level(
    "task",
    "Task",
    _search_tasks,
    needs="workspace",
    heeds=("query",),
    home={"workspace": "workspace"},
    asks=True,
)
