"""Pages as Asana would send them, for benchmarks: wide and lean, no two tasks alike."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from asana_frames.catalog import columns_of
from asana_frames.sandbox_server import make_application
from tests.fixed_day import NOW

PAGE = 100
COLUMNS = columns_of("task")
#: Fields of a full answer that come unasked, and the opt-in ones that the frame shows.
_WIDE = (
    "resource_type,html_notes,assignee_status,assignee_section,hearted,hearts,num_hearts,liked,"
    "likes.user.name,projects.name,projects.resource_type,dependencies,dependents,"
)
_LEAVES = """
    gid resource_type name resource_subtype type representation_type enabled
    is_formula_field is_value_read_only id_prefix enum_options precision format
    currency_code custom_label custom_label_position description created_by.name
    privacy_setting default_access_level input_restrictions number_value text_value
    display_value enum_value multi_enum_values people_value date_value reference_value
"""


def records(kind: str) -> list[dict[str, object]]:
    """Return 100 tasks of one project, each with eight custom fields."""
    app = make_application(now=NOW)
    fields = ",".join(path for column in COLUMNS for path in column.opt_fields)
    if kind == "wide":
        fields = _WIDE + fields + "," + ",".join(f"custom_fields.{x}" for x in _LEAVES.split())
    project = app.store.first("project")["gid"]
    target = f"/api/1.0/tasks?project={project}&limit=100&opt_fields={fields}"
    body = app.handle("GET", target, {"authorization": "Bearer sandbox"}).body
    found: list[dict[str, object]] = msgspec.json.decode(body)["data"]
    return found


def pages(kind: str, count: int, first: int = 0) -> Iterator[bytes]:
    """Yield pages of 100 tasks; no two tasks share gid, name or address."""
    tasks = records(kind)
    for page in range(first, first + count):
        for place, record in enumerate(tasks):
            gid = f"13{page:06d}{place:08d}"
            record["gid"] = gid
            record["name"] = f"{page} {place} Write the landing page for partners"
            record["permalink_url"] = f"https://app.asana.com/1/1/project/2/task/{gid}"
        yield msgspec.json.encode({"data": tasks, "next_page": None})
