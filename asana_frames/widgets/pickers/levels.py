"""The levels of cascades: how each is listed and which levels are above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.catalog import columns_of
from asana_frames.exceptions import AsanaError
from asana_frames.widgets.pickers.labels import NAMELESS

#: Level or option of a picker -> the choice there.
Chosen = Mapping[str, Any]
#: Maximum number of goals shown as a tree, which takes a request per goal.
MAX_TREE = 200


@dataclass(frozen=True)
class Level:
    """One list of a cascade.

    Attributes
    ----------
    name
        Record type, and name of the level in a picker.
    label
        Label of the control.
    read
        Yields frames with ``gid`` and ``name`` for the choices above.
    parent
        The level above that must be chosen first.
    dependencies
        Other levels and options that the list depends on.
    placeholder
        Text shown while nothing is chosen.
    qualifier
        The column that distinguishes objects of the same name.
    fields
        Asana paths to read.
    ancestor_paths
        Level above -> path of the reference to an object's place on that level.
    is_search
        Whether the list is a search for the text in the box.
    """

    name: str
    label: str
    read: Callable[[Asana, Chosen], Iterator[pd.DataFrame]]
    fields: tuple[str, ...] = ("name",)
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    placeholder: str = "Choose..."
    qualifier: str = ""
    ancestor_paths: Mapping[str, str] = field(default_factory=dict)
    is_search: bool = False

    @property
    def columns(self) -> list[str]:
        """Columns of the rows of chosen objects."""
        found = [column.name for column in columns_of(self.name, self.fields)]
        return list(dict.fromkeys(["gid", "name", *found]))

    def key(self, chosen: Chosen) -> tuple[Any, ...]:
        """Return the cache key of the list for these choices."""
        names = (self.parent, *self.dependencies) if self.parent else self.dependencies
        # An unticked option is the same as no option.
        return (self.name, *(chosen.get(other) or None for other in names))

    def get(self, asana: Asana, gids: Sequence[str]) -> pd.DataFrame:
        """Return the rows of objects (``GET /<resource>/{gid}``)."""
        fields = [*self.fields, *self.ancestor_paths.values()]
        # Only the generated subclasses define it.
        get: Callable[..., pd.DataFrame] = getattr(asana[f"{self.name}s"], "get")  # noqa: B009
        return fill_names(get(list(gids), fields=fields, errors="raise"))

    def find_ancestors(self, row: pd.Series[Any], chosen: Chosen) -> dict[str, pd.DataFrame]:
        """Return level above -> the object that a row belongs to, as a frame with one row.

        Of several workspaces, the chosen one is preferred, else the first. A level whose
        reference is missing has no entry.
        """
        found: dict[str, pd.DataFrame] = {}
        for level, path in self.ancestor_paths.items():
            gids, names = (_reference_parts(row, path, part) for part in ("gid", "name"))
            if gids:
                at = gids.index(chosen.get(level)) if chosen.get(level) in gids else 0
                name = next(iter(names[at : at + 1]), NAMELESS)
                found[level] = pd.DataFrame({"gid": [gids[at]], "name": [name]})
        return found


def _reference_parts(row: pd.Series[Any], path: str, part: str) -> list[Any]:
    value = row.get(f"{path}_{part}", row.get(f"{path}_{part}s"))
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, str)]


def fill_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with a ``name`` in each row."""
    label = "display_name" if "display_name" in frame.columns else "name"
    return frame.assign(name=frame[label].fillna(NAMELESS))


def _list_workspaces(asana: Asana, _: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.workspaces.list(fields=WORKSPACE.fields)


def _list_teams(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.teams.list_for_workspace(chosen["workspace"], fields=TEAM.fields)


def _list_projects(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    place = {"team": chosen["team"]} if chosen.get("team") else {"workspace": chosen["workspace"]}
    archived = None if chosen.get("archived") else False
    # Streamed, so that the first projects of a long list can be chosen at once.
    return asana.stream(
        asana.projects.list, **place, archived=archived, fields=PROJECT.fields, rows=1
    )


def _list_sections(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    yield asana.sections.list_for_project(chosen["project"], fields=SECTION.fields)


def _list_portfolios(asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
    # Asana lists only your own portfolios.
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
    """Sort goals as a tree and add their ``depth``; unchanged if the links cannot be read.

    A goal that supports several is placed below the first; one whose parents are not in the frame
    is placed at the top.
    """
    try:
        links = asana.goal_relationships.list(
            supported_goal=goals,
            fields=["supporting_resource", "supported_goal"],
            errors="raise",
        )
    except AsanaError:
        # The list is usable without the order.
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
    """Return each gid with its depth, parents before children."""
    below: dict[str | None, list[str]] = {}
    for gid in gids:
        below.setdefault(above.get(gid), []).append(gid)
    found: list[tuple[str, int]] = []
    waiting = [(gid, 0) for gid in reversed(below.get(None, []))]
    while waiting:
        gid, depth = waiting.pop()
        found.append((gid, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(gid, []))]
    visited = {gid for gid, _ in found}
    # Goals in a cycle have no top, but can still be chosen.
    return found + [(gid, 0) for gid in gids if gid not in visited]


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
    parent="workspace",
    placeholder="All teams",
    ancestor_paths={"workspace": "organization"},
)
PROJECT = Level(
    "project",
    "Project",
    _list_projects,
    fields=("name", "team", "owner", "due_on", "archived", "permalink_url"),
    parent="workspace",
    dependencies=("team", "archived"),
    qualifier="team_name",
    ancestor_paths={"workspace": "workspace", "team": "team"},
)
SECTION = Level(
    "section",
    "Section",
    _list_sections,
    parent="project",
    placeholder="All sections",
    ancestor_paths={"project": "project"},
)
PORTFOLIO = Level(
    "portfolio",
    "Portfolio",
    _list_portfolios,
    fields=("name", "owner", "due_on", "permalink_url"),
    parent="workspace",
    qualifier="owner_name",
    ancestor_paths={"workspace": "workspace"},
)
TIME_PERIOD = Level(
    "time_period",
    "Period",
    _list_periods,
    fields=("display_name", "start_on", "end_on"),
    parent="workspace",
    placeholder="All periods",
)
GOAL = Level(
    "goal",
    "Goal",
    _list_goals,
    fields=("name", "team", "owner", "time_period", "status"),
    parent="workspace",
    dependencies=("time_period",),
    qualifier="team_name",
    ancestor_paths={"workspace": "workspace"},
)
USER = Level(
    "user",
    "Person",
    _list_users,
    fields=("name", "email"),
    parent="workspace",
    dependencies=("team",),
    qualifier="email",
    ancestor_paths={"workspace": "workspaces"},
)
TAG = Level(
    "tag", "Tag", _list_tags, parent="workspace", ancestor_paths={"workspace": "workspace"}
)
TASK = Level(
    "task",
    "Task",
    _search_tasks,
    parent="workspace",
    dependencies=("query",),
    ancestor_paths={"workspace": "workspace"},
    is_search=True,
)
