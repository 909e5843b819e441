"""The projects and sections of tasks that are created from a table; missing sections are made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec

from asana_frames.calls.change_steps import Step
from asana_frames.calls.request_builder import CallContext
from asana_frames.exceptions import AsanaError, InvalidArgument, find_similar
from asana_frames.fetch import ListQuery, decode_response, fan_out

_ASKED = "apply"


class _Place(NamedTuple):
    """A section of a project, by its gid, or by the name of one that is to be made."""

    project: str
    section: str
    is_new: bool


class NewSections:
    """Where new tasks go.

    Parameters
    ----------
    client
        The object that the call is made through.
    keys
        The keys of new tasks; a parent that is called like one is that task, and not a gid.
    """

    def __init__(self, client: CallContext, keys: Collection[str | None]) -> None:
        self._client = client
        self._keys = keys
        #: Project -> name -> gids of its sections, in their order.
        self._known: dict[str, dict[str, list[str]]] = {}
        #: Sections to make, in the order of the table.
        self._new: dict[tuple[str, str], str | None] = {}
        self._places: dict[int, list[_Place]] = {}
        self._projects: dict[int, str] = {}

    # Before anything is sent.

    def place_task(self, step: Step, project: str | None) -> None:
        """Give a new task its project, and look up its sections.

        Parameters
        ----------
        step
            A creation.
        project
            The project of all new tasks that are not subtasks.
        """
        if step.operation.resource != "tasks":
            return
        if project is not None and step.body.get("parent") is None:
            self._projects[id(step)] = project
            projects = step.body.get("projects") or ()
            listed = [projects] if isinstance(projects, str) else list(projects)
            step.body["projects"] = list(dict.fromkeys([*listed, project]))
            step.rows.setdefault("projects", step.places[0])
        home = _find_only_project(step) if project is None else project
        for section in step.sections:
            self._places.setdefault(id(step), []).append(self._find_place(section, home))

    def place_move(self, step: Step, *, makes: bool) -> None:
        """Look up the section to which a task that is there moves.

        Parameters
        ----------
        step
            The request that moves it.
        makes
            Whether a section that is missing is made; else names are looked up with all others.
        """
        if step.operation.method != "add_project" or "section" not in step.body:
            return
        if not makes and not str(step.body["section"]).isdigit():
            return
        # The gid of a new one is not known yet, and its name would be looked up in vain.
        section = step.body.pop("section")
        place = self._find_place((step.body["project"], section), None)
        if place.is_new:
            self._places[id(step)] = [place]
        else:
            step.body["section"] = place.section

    def _find_place(self, section: Any, project: str | None) -> _Place:
        is_pair = isinstance(section, tuple | list) and len(section) == 2
        within, name = section if is_pair else (project, section)
        if within is None:
            raise InvalidArgument(
                f"section={name!r} needs a project: apply(changes, project=...)."
            )
        (gid,) = self._client.references.gids(within, ["project"])
        known = self._list_sections(gid)
        if any(name in gids for gids in known.values()):
            return _Place(gid, str(name), is_new=False)
        text = str(name) if str(name) in known else str(name).strip()
        found = known.get(text, [])
        if len(found) > 1:
            raise InvalidArgument(
                f"several sections are called {text!r}: {', '.join(found)}; pass a gid."
            )
        if found:
            return _Place(gid, found[0], is_new=False)
        self._check_new_name(gid, text)
        self._new.setdefault((gid, text), None)
        return _Place(gid, text, is_new=True)

    def _check_new_name(self, project: str, name: str) -> None:
        """Refuse what cannot be meant as the name of a new section."""
        if not name:
            raise InvalidArgument("the name of a section is blank.")
        if name.isdigit():
            raise InvalidArgument(f"section {name} is not in the project {project}.")
        others = [*self._known[project], *(made for of, made in self._new if of == project)]
        nearest = next((one for one in others if _fold(one) == _fold(name)), name)
        if nearest != name:
            error = InvalidArgument(
                f"there is a section {nearest!r}, and {name!r} differs from it only in case or "
                f"spaces."
            )
            error.nearest = (nearest,)
            raise error

    def _list_sections(self, project: str) -> dict[str, list[str]]:
        if project not in self._known:
            query = ListQuery(
                f"/projects/{project}/sections", {"opt_fields": "name"}, asked=_ASKED
            )
            found: dict[str, list[str]] = {}
            for item in fan_out(self._client.http, [query]):
                if item.page is not None:
                    for one in decode_response(_decoder, item.page.body, _ASKED).data:
                        found.setdefault(one.name or "", []).append(one.gid)
            self._known[project] = found
        return self._known[project]

    def list_projects(self, step: Step) -> list[str]:
        """Return the projects of a new task, as far as they are known by gid."""
        given = step.body.get("projects") or ()
        listed = [given] if isinstance(given, str) else list(given)
        found = [place.project for place in self._places.get(id(step), ())]
        for one in listed:
            with suppress(InvalidArgument):
                found += self._client.references.gids(one, ["project"])
        return list(dict.fromkeys(found))

    def count_new(self) -> int:
        """Return how many sections are to be made."""
        return len(self._new)

    def describe_new(self) -> str:
        """Return the sections to make, each with one that is there and resembles it."""
        told = []
        for project, name in self._new:
            close = find_similar(name, self._known[project])
            told.append(f"{name!r}{f' ({close[0]!r} is there)' if close else ''}")
        return ", ".join(told)

    # While tasks are created.

    def create(self) -> None:
        """Make the sections that are missing, one after another so that their order holds."""
        for (project, name), gid in self._new.items():
            if gid is not None:
                continue
            path = f"/projects/{project}/sections"
            try:
                response = self._client.http.request(
                    "POST", path, data={"data": {"name": name}}, asked=_ASKED
                )
            except AsanaError as error:
                if not error.may_be_done:
                    # Its tasks are told as not sent.
                    continue
                self._known.pop(project)
                found = self._list_sections(project).get(name, [])
                if len(found) == 1:
                    self._new[project, name] = found[0]
                continue
            self._new[project, name] = decode_response(
                _one_decoder, response.body, _ASKED
            ).data.gid

    def fill(self, step: Step, data: dict[str, Any]) -> None:
        """Put the sections of a task into the body that creates or moves it."""
        places = self._places.get(id(step))
        if not places:
            return
        if step.operation.method == "add_project":
            data["section"] = self._find_gid(places[0])
            return
        pairs = [(place.project, self._find_gid(place)) for place in places]
        data["memberships"] = [
            {"project": project, "section": section} for project, section in pairs
        ]
        sectioned = {project for project, _ in pairs}
        rest = [gid for gid in data.pop("projects", ()) if gid not in sectioned]
        if rest:
            data["projects"] = rest

    def find_lacking(self, step: Step) -> str | None:
        """Return the section of a new task that could not be made."""
        lacking = (
            place for place in self._places.get(id(step), ()) if self._find_gid(place) is None
        )
        return next((f"The section {place.section!r}" for place in lacking), None)

    def _find_gid(self, place: _Place) -> str | None:
        return self._new[place.project, place.section] if place.is_new else place.section

    # Where a task stands among others.

    def find_container(self, step: Step) -> tuple[str, Any]:
        """Return the parent, section or project in which a new task stands among others.

        Other objects have no order, but for the sections of a project.
        """
        if step.operation.resource != "tasks":
            is_section = step.operation.resource == "sections"
            return "other", step.target if is_section else id(step)
        parent = step.body.get("parent")
        if parent is not None:
            return "parent", parent
        places = self._places.get(id(step))
        if places:
            return "section", (places[0].project, self._find_gid(places[0]))
        project = self._projects.get(id(step))
        listed = step.data.get("projects") or self.list_projects(step) or [None]
        return "project", project or listed[0]

    def find_list(self, step: Step, gids: Mapping[str | None, str]) -> tuple[str, str] | None:
        """Return the parent or project of a new task, if it is there."""
        kind, container = self.find_container(step)
        if kind == "other":
            return None
        if kind == "section":
            return "project", container[0]
        gid = self._find_parent(container, gids) if kind == "parent" else container
        return (kind, gid) if gid is not None and str(gid).isdigit() else None

    def _find_parent(self, name: Any, gids: Mapping[str | None, str]) -> Any:
        """Return the gid of a parent; None if it is a new task that is not there yet."""
        return gids.get(name) if name in self._keys else name

    def sort_chain(self, steps: Sequence[Step]) -> list[Step]:
        """Return new tasks of one container in the order in which they are to be made."""
        # A new task comes first in its section, and last among subtasks.
        is_first = self.find_container(steps[0])[0] in ("section", "project")
        return list(reversed(steps)) if is_first else list(steps)

    def list_created(
        self, steps: Sequence[Step], gids: Mapping[str | None, str]
    ) -> dict[tuple[str, Any], list[str]]:
        """Return container -> gids of the tasks that were made in it, as the table has them."""
        found: dict[tuple[str, Any], list[str]] = {}
        for step in sorted(steps, key=lambda step: step.places[0]):
            kind, container = self.find_container(step)
            if kind == "other":
                continue
            container = self._find_parent(container, gids) if kind == "parent" else container
            if step.key in gids and container is not None:
                found.setdefault((kind, container), []).append(gids[step.key])
        return found


def _find_only_project(step: Step) -> Any:
    """Return the project of a new task, by whatever names it; None if it has none or several."""
    given = step.body.get("projects") or ()
    listed = [given] if isinstance(given, str) else list(given)
    return listed[0] if len(listed) == 1 else None


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()


class _Section(msgspec.Struct):
    gid: str
    name: str | None = None


class _Sections(msgspec.Struct):
    data: list[_Section]


class _OneSection(msgspec.Struct):
    data: _Section


_decoder = msgspec.json.Decoder(_Sections)
_one_decoder = msgspec.json.Decoder(_OneSection)
