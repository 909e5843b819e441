"""Level: one list of a picker, how it is read and which levels are above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from asana_frames.asana import Asana
from asana_frames.catalog import columns_of
from asana_frames.widgets.pickers.labels import NAMELESS

#: Level or option of a picker -> the choice there.
Chosen = Mapping[str, Any]


@dataclass(frozen=True)
class Level:
    """One list of a picker.

    Attributes
    ----------
    name
        Record type, and name of the level in a picker.
    label
        Label of the control.
    method
        Method of the resource that lists the objects.
    arguments
        Returns the arguments of the method for the choices above; by default the parent.
    parent
        The level above that must be chosen first.
    dependencies
        Other levels and options that the list depends on.
    placeholder
        Text shown while nothing is chosen.
    plural
        What the list contains, for messages; by default the label with an "s".
    qualifiers
        The columns that distinguish objects of the same name, most telling first.
    fields
        Asana paths to read.
    ancestor_paths
        Level above -> path of the reference to an object's place on that level.
    is_search
        Whether the list is a search for the text in the box.
    typeahead
        Type under which Asana's search box finds the objects, for use while a long list is still
        being read; empty if it does not.
    """

    name: str
    label: str
    method: str = "list"
    arguments: Callable[[Chosen], Mapping[str, Any]] | None = None
    fields: tuple[str, ...] = ("name",)
    parent: str = ""
    dependencies: tuple[str, ...] = ()
    placeholder: str = "Choose"
    plural: str = ""
    qualifiers: tuple[str, ...] = ()
    ancestor_paths: Mapping[str, str] = field(default_factory=dict)
    is_search: bool = False
    typeahead: str = ""

    @property
    def noun(self) -> str:
        """What the list contains, such as "projects"."""
        return self.plural or f"{self.label.lower()}s"

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

    def read(self, asana: Asana, chosen: Chosen) -> Iterator[pd.DataFrame]:
        """Yield frames with ``gid`` and ``name`` for the choices above, one per page."""
        if self.arguments is not None:
            arguments = self.arguments(chosen)
        else:
            arguments = {self.parent: chosen[self.parent]} if self.parent else {}
        # Streamed, so that the first objects of a long list can be chosen at once.
        listing = getattr(asana[f"{self.name}s"], self.method)
        return asana.stream(listing, **arguments, fields=self.fields, rows=1)

    def search(self, asana: Asana, workspace: str, query: str) -> pd.DataFrame:
        """Return the objects of a workspace that the typeahead finds (``gid``, ``name``)."""
        return asana.typeahead.search(
            workspace, resource_type=self.typeahead, query=query, count=50
        )

    def get(self, asana: Asana, gids: Sequence[str]) -> pd.DataFrame:
        """Return the rows of objects (``GET /<resource>/{gid}``)."""
        fields = [*self.fields, *self.ancestor_paths.values()]
        # Only the generated subclasses define it.
        get: Callable[..., pd.DataFrame] = getattr(asana[f"{self.name}s"], "get")  # noqa: B009
        return fill_names(get(list(gids), fields=fields, errors="raise"))

    def find_ancestors(self, row: pd.Series[Any], chosen: Chosen) -> dict[str, pd.DataFrame]:
        """Return level above -> the object that a row belongs to, as a frame with one row.

        If there are several workspaces, the chosen one is preferred, else the first. A level whose
        reference is missing has no entry.
        """
        found: dict[str, pd.DataFrame] = {}
        for level, path in self.ancestor_paths.items():
            gids, names = (_list_reference_parts(row, path, part) for part in ("gid", "name"))
            if gids:
                at = gids.index(chosen.get(level)) if chosen.get(level) in gids else 0
                name = next(iter(names[at : at + 1]), NAMELESS)
                found[level] = pd.DataFrame({"gid": [gids[at]], "name": [name]})
        return found


def _list_reference_parts(row: pd.Series[Any], path: str, part: str) -> list[Any]:
    """Return the gids or the names of the objects that a row refers to."""
    value = row.get(f"{path}_{part}", row.get(f"{path}_{part}s"))
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, str)]


def fill_names(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with a ``name`` in each row."""
    label = "display_name" if "display_name" in frame.columns else "name"
    return frame.assign(name=frame[label].fillna(NAMELESS))
