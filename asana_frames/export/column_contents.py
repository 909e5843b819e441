"""What the columns of a frame hold, by their names: who must not be named needs to know it.

The catalog knows the columns of records, and the tables below those of rollups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Literal, NamedTuple

import pandas as pd

from asana_frames.catalog import columns_of, load
from asana_frames.export.labels import list_words
from asana_frames.frames.bridge import key_column
from asana_frames.frames.custom_field_columns import PREFIX


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Record types of those who can be an assignee.
PEOPLE = frozenset({"user", "user_base", "agent"})
#: Record types of references that may lead to anything, people too.
ANYTHING = frozenset({"named_resource", "access_target", ""})
UNKNOWN = frozenset({""})

#: Beginnings of column names -> record type, where the catalog does not have them.
_STEMS = {
    **dict.fromkeys(("person", "changed_by", "actor"), "user"),
    **dict.fromkeys(("root", "root_task", "depends_on", "blocks", "chain"), "task"),
    **{"category": "time_tracking_category", "field": "custom_field", "metric": "metric"},
    # Of custom fields in the long form; values with gids may be people.
    **{"option": "enum_option", "value": "user"},
    **{"timesheet": "timesheet_approval_status", "likes": "like", "hearts": "heart"},
    **{"person_team": "team", "client": "portfolio", "objective": "goal", "key_result": "goal"},
    # Of what supports goals: sub-goals, projects, portfolios, tasks.
    "driver": "named_resource",
}
#: Columns that only the results of a rollup have -> record type of their ``gid`` and ``name``.
_MARKERS = {
    **{"project_from": "time_tracking_entry", "last_status": "project"},
    **dict.fromkeys(("progress_from", "expected"), "goal"),
}
#: Record type -> references that its rollups add.
_ROLLUP_STEMS = {"goal": {"parent": "goal"}}

#: Ends of columns of names, and of gids.
_NAME_ENDS = ("name", "names", "title", "titles", "display_name", "display_names")
_GID_ENDS = ("gid", "gids")
LIST_ENDS = ("names", "titles", "gids")
#: Columns of names that have no such end.
OTHER_NAMES = frozenset({"path"})
#: Columns of text that are words of Asana or of a rollup, beside the enumerations of the catalog.
_WORDS = _split_words(
    """
    action actual_units approval_status bucket budget_type change change_action change_field
    completion_state confidence currency_code current_of_target custom_field date_value_date
    date_value_date_time enum_options_colors estimate_units event event_category event_type
    figure filters_actions filters_resource_subtypes filters_resource_types finding kind
    last_status
    metric_currency_code metric_resource_type new_approval_status new_resource_subtype
    old_approval_status old_resource_subtype privacy_setting progress_from project_from
    resource_resource_subtype resource_subtype resource_type resource_types state status
    total_units type unit units
    """
)
#: Texts of rollups in the columns of words.
_ROLLUP_WORDS = frozenset(
    {
        *("under a week", "1 to 4 weeks", "1 to 3 months", "3 to 12 months", "over a year"),
        *("completed before created", "open in a done section", "orphan subtask"),
        *("completed outside the done sections", "overdue without assignee", "duplicate name"),
        *("stale", "no assignee", "no due date", "due date", "assignee", "completed", "reopened"),
        *("added to project", "removed from project", "section", "name", "not handed in"),
        *("pending", "approved", "rejected", "start", "status update", "value", "now", "metric"),
        *("reading", "on track", "off track", "achieved", "partly achieved", "missed", "dropped"),
        *("subgoals", "projects", "milestones", "tasks", "attributable_to", "minutes", "hours"),
        *("submitted", "draft", "comment", "system", "none", "currency", "percentage"),
        *("mixed", "away", "over", "at risk", "ok", "unpriced", "no total"),
        # What wide tables call a missing key.
        "(none)",
        *("finish", "count", "date", "chance", "distribution"),
        *("open", "done", "progress", "expected", "behind", "without_update", "goals", "share"),
    }
)
#: Ends of columns whose words Asana does not list -> what all of them look like.
_FORMS = {
    **dict.fromkeys(("subtype", "subtypes", "resource_type", "event_type"), "[a-z]+(_[a-z]+)*"),
    **dict.fromkeys(("change_field", "action", "actions", "event_category"), "[a-z]+(_[a-z]+)*"),
    **dict.fromkeys(("currency_code", "units"), "[A-Z]{3}"),
    "current_of_target": r"[\d.,?-]+( %)?( of [\d.,?-]+( %)?)?( [A-Z]{3})?",
    # Names of custom fields stay.
    "custom_field": "(?s:.*)",
}
#: Texts that are numbers below those of gids, days, moments, or flags.
_PLAIN_TEXT = re.compile(
    r"-?\d{1,12}([.,]\d{1,12})?|\d{4}-\d{2}(-\d{2}([T ][\d:.+Z-]*)?)?|(?i:true|false|yes|no)|"
)
#: No label that is known has more characters; long texts would take long to compare.
_LONGEST_LABEL = 200
#: Columns that hold names of columns.
LABELS = frozenset({"column", "index", "level_0", "level_1", "level_2", "variable"})
#: Other columns of rollups, and what pandas calls its statistics.
_ROLLUP_COLUMNS = _split_words(
    """
    25% 50% 75% actual ahead alert All allocated amount approved_hours at available billable
    billable_hours billable_utilisation blocked_at came_true chain changed_at committed
    completed_on completed_until computed conflict cost count coverage created crosses_projects
    cumulative current date date_value datetime_value day days days_active days_age days_blocked
    days_counted days_cycle days_in_section days_late days_left days_mean days_open days_overdue
    days_p50 days_p70 days_p85 days_p95 days_planned days_since_first_assignment
    days_since_modified days_since_status days_slack days_slack_due days_slipped days_waiting
    days_working depth difference disagrees done done_late done_on_time due_date_changes
    earliest_finish earliest_start end enter estimated exhausted_earliest exhausted_latest
    exhausted_on expected expected_hours fees filled finished_at finished_on first flow_efficiency
    forecast_at_end forecast_share forecasts free freq Fri history_periods horizon hours ideal
    initial is_behind is_better is_blocked is_certain is_completed is_critical is_current
    is_forecast is_late is_over is_reopened is_repeated is_scope_added last last_status_at
    last_status_title latest_finish leave left level limit load margin max mean median min missing
    Mon month moves never new new_gid non_billable_hours not_due number_value nunique observations
    observed_at old old_gid on_time_rate open open_dependencies open_hours open_late out_of_office
    overdue overtime owed pace pace_needed partial pending_hours period periods planned
    planned_to_date precision previous probability progress progress_at_due projects ratio
    reached_on read_at reassignments rejected_hours remaining reopening_rate reopenings revenue
    rounded_hours rows Sat scope scope_added scope_removed section_order share share_filled
    share_true size slack slips start started_at std sum Sun target tasks Thu today top total
    tracked Tue unassigned unblocked_at unclassified_hours undated unestimated unique
    unknown_dependencies unpriced_hours unsized until unweighted used used_high used_low used_total
    utilisation value value_at_due values Wed week weight
    """
)
#: Labels of columns that are days, months or moments.
_DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?([T ][\d:.+Z-]*)?( \(part\))?|no date")
#: What merged frames append to columns of one name.
_MERGED = re.compile(r"_[xy]$")


class ColumnContent(NamedTuple):
    """What a column holds, and what happens to it."""

    holds: Literal["values", "text", "names", "gids", "labels"]
    #: The record types that its names or gids may be of.
    records: frozenset[str] = UNKNOWN
    #: Columns that may hold the record type of each row; the first that exists does.
    types: tuple[str, ...] = ()


VALUES, TEXT = ColumnContent("values"), ColumnContent("text")


def kind_word(records: frozenset[str]) -> str:
    """Return the word before a number: ``Person`` for users, ``Task`` for tasks."""
    if records <= PEOPLE:
        return "Person"
    if len(records) > 1 or records & ANYTHING:
        return "Object"
    return next(iter(records)).replace("_", " ").capitalize()


def may_be_person(records: frozenset[str]) -> bool:
    """Whether a reference may lead to a person, as far as is known."""
    return bool(records & (PEOPLE | ANYTHING))


def find_record(frame: pd.DataFrame) -> str:
    """Return the record type of the rows; empty if nothing tells it."""
    labels = set(frame.columns)
    marked = next((record for marker, record in _MARKERS.items() if marker in labels), "")
    # Merged frames of people may have the columns of something else as well.
    record = "user" if "email" in labels else marked or key_column(frame).removesuffix("_gid")
    return record if any(known.name == record for known in load().records) else ""


@lru_cache(maxsize=1024)
def describe_column(name: str, record: str) -> ColumnContent:
    """Return what a column of a name holds in the frame of a record type."""
    if name in OTHER_NAMES:
        return ColumnContent("names")
    if name in LABELS:
        return ColumnContent("labels")
    if any(reading in _words() for reading in _read_references(name)):
        return VALUES
    for end in (*_GID_ENDS, *sorted(_NAME_ENDS, key=len, reverse=True)):
        holds: Literal["gids", "names"] = "gids" if end in _GID_ENDS else "names"
        if name == end:
            # The tree of goals has projects and others too.
            types = ("resource_type", "kind") if record == "goal" else ("resource_type",)
            return ColumnContent(holds, frozenset({record}), types)
        if name.endswith(f"_{end}"):
            stem = name.removesuffix(f"_{end}")
            records = _find_records(stem, record)
            is_clear = len(records) == 1 and not records & ANYTHING
            # The kind of a driver says what record it is.
            label = "kind" if stem == "driver" else f"{stem}_resource_type"
            return ColumnContent(holds, records, () if is_clear else (label,))
    return TEXT


def _find_records(stem: str, record: str) -> frozenset[str]:
    """Return the record types that references of a name may be of."""
    own = _ROLLUP_STEMS.get(record, {}).get(stem)
    if own is not None:
        return frozenset({own})
    for references in (_references().get(record, {}), _all_references()):
        for reading in _read_references(stem):
            if reading in references:
                return references[reading]
    return UNKNOWN


def _read_references(name: str) -> Iterator[str]:
    """Yield a name, and what is left of it after each reference that it begins with."""
    yield name
    for cut, sign in enumerate(name):
        if sign == "_" and name[:cut] in _all_references():
            yield from _read_references(name[cut + 1 :])


@cache
def _references() -> dict[str, dict[str, frozenset[str]]]:
    """Return the references of each record type: beginning of the column -> record types."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for record in load().records:
        own = found.setdefault(record.name, {})
        for field in record.fields:
            if field.record:
                stem = (field.column or field.path).replace(".", "_")
                # Dependencies have no name, and are always tasks.
                target = "task" if field.record == "bare_resource" else field.record
                for name in (stem, _singular(stem)):
                    own[name] = own.get(name, frozenset()) | {target}
    return found


@cache
def _all_references() -> dict[str, frozenset[str]]:
    """Return the references of any record type and of rollups."""
    found = {record.name: frozenset({record.name}) for record in load().records}
    for references in _references().values():
        for stem, records in references.items():
            found[stem] = found.get(stem, frozenset()) | records
    for operation in load().operations:
        for parameter in operation.parameters:
            if parameter.parent.endswith(_GID_ENDS):
                stem = parameter.parent.rpartition("_")[0]
                found[stem] = found.get(stem, frozenset()) | set(parameter.refers or UNKNOWN)
    for stem, record in _STEMS.items():
        found[stem] = frozenset({record})
        found[_singular(stem)] = frozenset({record})
    return found


def _singular(stem: str) -> str:
    """Return a beginning of a column's name as ``bridge`` writes it."""
    return f"{stem[:-3]}y" if stem.endswith("ies") else stem.removesuffix("s")


@cache
def _words() -> frozenset[str]:
    """Return the columns whose text is not about anybody: enumerations and other such words."""
    plain = set(_WORDS)
    for record in load().records:
        enums = {field.path for field in record.fields if field.enum}
        for column in columns_of(record.name, ("all",)):
            leaf = column.path.rpartition(".")[2]
            is_type = leaf in ("resource_type", "resource_subtype")
            if column.path in enums or is_type or column.kind not in ("text", "texts", "json"):
                plain.add(column.name)
    return frozenset(plain)


def is_word(text: str, column: str) -> bool:
    """Whether a text in a column of words, numbers, days or flags is one, and so no name."""
    if text in _ROLLUP_WORDS or text in list_words() or _PLAIN_TEXT.fullmatch(text):
        return True
    if any(text == record.name for record in load().records):
        return True
    name = strip_merged(column)
    return any(name.endswith(end) and re.fullmatch(form, text) for end, form in _FORMS.items())


@cache
def _known_labels() -> frozenset[str]:
    every = {c.name for record in load().records for c in columns_of(record.name, ("all",))}
    return frozenset(every | _ROLLUP_COLUMNS | _WORDS | OTHER_NAMES | LABELS)


def is_known_label(label: str) -> bool:
    """Whether the label of a column tells nothing about anybody."""
    if len(label) > _LONGEST_LABEL:
        return False
    if not label or label.startswith(PREFIX) or _DAY.fullmatch(label):
        return True
    name = strip_merged(label)
    found = describe_column(name, "")
    is_reference = found.holds in ("names", "gids") and found.records != UNKNOWN
    return is_reference or any(r in _known_labels() for r in _read_references(name))


def strip_merged(name: str) -> str:
    """Return the name of a column without what a merge has appended to it."""
    return name if name in _known_labels() else _MERGED.sub("", name)
