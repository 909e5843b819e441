"""What the flow report finds: late, stuck and blocked tasks, limits, the likely end."""

from __future__ import annotations

from typing import Any, NamedTuple

import pandas as pd

from asana_frames.display.sentences import (
    count_noun,
    format_day,
    format_days,
    format_decimals,
    list_some,
)
from asana_frames.gather.findings.findings import (
    Finding,
    Tile,
    build_count_tile,
    build_findings,
    build_tiles,
    count_part,
    label_rows,
)
from asana_frames.rollups.shared.inputs import is_true

#: A chance of one half, and that on which most people rely.
_LIKELY, _SURE = 0.5, 0.85
#: Whole periods over which the work that came is compared with what was finished.
_PERIODS = 4


class FlowTables(NamedTuple):
    """The tables of a flow report that say how the work goes, and the project."""

    project: pd.DataFrame
    tasks: pd.DataFrame
    wip: pd.DataFrame
    cycle_times: pd.DataFrame
    service_levels: pd.DataFrame
    aging_wip: pd.DataFrame
    blocked_times: pd.DataFrame
    change_counts: pd.DataFrame
    burnup: pd.DataFrame
    forecast: pd.DataFrame
    today: pd.Timestamp

    @property
    def open_tasks(self) -> pd.DataFrame:
        """The tasks that are not completed."""
        return self.tasks[~is_true(self.tasks["completed"])]

    @property
    def overdue(self) -> pd.DataFrame:
        """The open tasks that were due before today, the oldest first."""
        rows = self.open_tasks
        return rows[is_true(rows["due_on"] < self.today)].sort_values("due_on", kind="stable")

    @property
    def blocked(self) -> pd.DataFrame:
        """Tasks that wait for another known to be open: a row per task, longest wait first."""
        rows = self.blocked_times[is_true(self.blocked_times["is_current"])]
        # The names of tasks that were not read are missing.
        is_unread = rows["dependency_gid"].notna() & rows["dependency_name"].isna()
        rows = rows[is_true(rows["is_certain"]) | ~is_unread]
        rows = rows.sort_values("days_blocked", ascending=False, kind="stable")
        return rows.drop_duplicates("task_gid")

    def find_end(self, probability: float) -> Any:
        """Return the day by which all is done with a probability.

        NaT if the day is unknown, no task is open or the project is completed.
        """
        if self.open_tasks.empty or self.is_completed:
            return pd.NaT
        days = self._ends["date"][self._ends["probability"] == probability]
        return days.iloc[0] if len(days) else pd.NaT

    @property
    def has_no_end(self) -> bool:
        """Whether there are open tasks that will more likely than not never be done."""
        if self.open_tasks.empty or self.is_completed:
            return False
        return bool(is_true(self._ends["never"] > _LIKELY).any())

    @property
    def _ends(self) -> pd.DataFrame:
        """The days by which all is done, by probability."""
        return self.forecast[self.forecast["kind"] == "finish"]

    @property
    def is_completed(self) -> bool:
        """Whether the project is completed, whatever its tasks are."""
        return "completed" in self.project and bool(is_true(self.project["completed"]).any())

    @property
    def is_late(self) -> bool:
        """Whether the project is not completed, has open tasks and was due before today."""
        is_over = not pd.isna(self.due_on) and self.due_on < self.today
        return is_over and not self.is_completed and len(self.open_tasks) > 0

    @property
    def due_on(self) -> Any:
        """The day on which the project is due; NaT if it has none."""
        return self.project["due_on"].iloc[0] if len(self.project) else pd.NaT


def list_flow_findings(tables: FlowTables) -> pd.DataFrame:
    """List what is late, stuck, blocked or over its limit, and when all is likely done.

    Tasks are *overdue* if they are open and due before today. They are *stuck* if they are older
    than ``days_p85`` of ``rollups.aging_wip``: 85 % of the finished tasks had left the section at
    that age. They are *blocked* if they now wait for another that is known to be open, *postponed*
    if they are open and their due date was moved to a later day twice or more. The project *is
    late* if it is not completed, has open tasks and was due before today. It *will probably be
    late* if the day by which all is done with a chance of 50 % is after its due day, and is *in
    time* only if that with a chance of 85 % is not. It has *no end in sight*, with or without a
    due day, if more likely than not it will never be done. Work *piles up* if more tasks came than
    were done in the last four whole periods.

    Parameters
    ----------
    tables
        The tables of the report.

    Returns
    -------
    DataFrame
        As in `build_findings`.
    """
    if tables.tasks.empty:
        return build_findings([Finding("note", "empty", "The project has no tasks.")])
    return build_findings(
        [
            _find_late(tables),
            _find_limits(tables),
            _find_end(tables),
            _find_overdue(tables),
            _find_stuck(tables),
            _find_blocked(tables),
            _find_piling_up(tables),
            _find_postponed(tables),
            _find_cycle_time(tables),
            _find_all_well(tables),
        ]
    )


def build_flow_tiles(tables: FlowTables) -> pd.DataFrame:
    """Return the figures of flow: open, started, overdue, blocked tasks, cycle time, likely end.

    Returns
    -------
    DataFrame
        As in `build_tiles`.
    """
    opened = len(tables.open_tasks)
    end = tables.find_end(_SURE)
    due = "" if pd.isna(tables.due_on) else f", due {format_day(tables.due_on)}"
    return build_tiles(
        [
            build_count_tile("Open tasks", opened, f"of {count_noun(len(tables.tasks), 'task')}"),
            build_count_tile("Overdue", len(tables.overdue), f"of {opened:,} open", "warning"),
            build_count_tile("In progress", len(tables.aging_wip)),
            build_count_tile("Blocked", len(tables.blocked), "waiting for others", "warning"),
            _build_cycle_time_tile(tables),
            None
            if pd.isna(end)
            else Tile("Likely done", format_day(end), None, "date", f"85 % sure{due}"),
        ]
    )


def _build_cycle_time_tile(tables: FlowTables) -> Tile | None:
    levels = tables.service_levels.iloc[0]
    if pd.isna(levels["days_p50"]):
        return None
    days = float(levels["days_p50"])
    note = f"median days; 85 % within {format_days(levels['days_p85'])}"
    return Tile("Cycle time", format_decimals(days, 1), days, "days", note)


def _find_late(tables: FlowTables) -> Finding | None:
    if not tables.is_late:
        return None
    days = format_days((tables.today - tables.due_on).days)
    sentence = f"The project is late by {days}: it was due on {format_day(tables.due_on)}."
    first = tables.project.iloc[0]
    return Finding("alert", "late", sentence, 1, first["name"], first["gid"])


def _find_limits(tables: FlowTables) -> Finding | None:
    last = tables.wip[tables.wip["period"] == tables.wip["period"].max()]
    over = last[is_true(last["is_over"])].reset_index(drop=True)
    if over.empty:
        return None
    named = [
        f"{name} ({count_noun(tasks, 'task')}, limit {limit:,})"
        for name, tasks, limit in zip(
            *(over[name] for name in ("section_name", "tasks", "limit")), strict=True
        )
    ]
    verb = "is" if len(over) == 1 else "are"
    sentence = f"{count_noun(len(over), 'section')} {verb} over the limit: {list_some(named)}."
    name, gid = over.loc[0, ["section_name", "section_gid"]]
    return Finding("alert", "over limit", sentence, len(over), name, gid)


def _find_end(tables: FlowTables) -> Finding | None:
    likely, sure = (tables.find_end(share) for share in (_LIKELY, _SURE))
    count = len(tables.open_tasks)
    tasks = "open task" if count == 1 else count_noun(count, "open task")
    pace = "At the pace of the last weeks"
    due = tables.due_on
    if pd.isna(likely):
        verb = "has" if count == 1 else "have"
        sentence = f"{pace} the {tasks} {verb} no end in sight."
        kind = "forecast" if pd.isna(due) else "forecast late"
        return Finding("warning", kind, sentence) if tables.has_no_end else None
    sentence = f"{pace} the {tasks} will probably be done by {format_day(likely)}"
    is_sure = not pd.isna(sure) and sure != likely
    surely = f"with more certainty (85 %) by {format_day(sure)}" if is_sure else ""
    if not pd.isna(due) and likely > due:
        late = format_days((likely - due).days)
        sentence += f", {late} after the due date, {format_day(due)}"
        sentence += f"; {surely}." if surely else "."
        return Finding("warning", "forecast late", sentence)
    sentence += f", {surely}" if surely else ""
    if pd.isna(due):
        return Finding("note", "forecast", f"{sentence}.")
    if not pd.isna(sure) and sure <= due:
        return Finding("good", "forecast", f"{sentence}: in time for {format_day(due)}.")
    sentence += f": probably in time for {format_day(due)}, but not with 85 % certainty"
    late = "" if pd.isna(sure) else f" ({format_days((sure - due).days)} late)"
    return Finding("note", "forecast", f"{sentence}{late}.")


def _find_tasks(
    rows: pd.DataFrame,
    severity: Any,
    kind: str,
    words: tuple[str, str],
    measures: list[str],
    gid: str = "task_gid",
) -> Finding | None:
    """Return a sentence about tasks, which are many: their number, and the first of them."""
    if rows.empty:
        return None
    names = label_rows(rows[gid.removesuffix("gid") + "name"], rows[gid])
    named = [f"{name} {measure}" for name, measure in zip(names, measures, strict=True)]
    sentence = f"{words[len(rows) > 1]}: {list_some(named)}."
    return Finding(severity, kind, sentence, len(rows), names[0], rows[gid].iloc[0])


def _find_overdue(tables: FlowTables) -> Finding | None:
    rows, opened = tables.overdue, len(tables.open_tasks)
    of = count_part(len(rows), opened, "open task")
    measures = [f"(due {format_day(day)})" for day in rows["due_on"]]
    words = (f"{of} is overdue", f"{of} are overdue")
    return _find_tasks(rows, "warning", "overdue", words, measures, "gid")


def _find_stuck(tables: FlowTables) -> Finding | None:
    rows = tables.aging_wip
    hit = rows[is_true(rows["days_age"] > rows["days_p85"])]
    hit = hit.sort_values("days_age", ascending=False, kind="stable")
    measures = [
        f"({section}, started {format_days(days)} ago)"
        for section, days in zip(hit["section_name"], hit["days_age"], strict=True)
    ]
    of = count_part(len(hit), len(rows), "started task")
    # Both ages are counted from the start of the work, not from the arrival in the section.
    than = "longer than 85 % of the finished ones had been when they left the same section"
    words = (f"{of} has been in progress {than}", f"{of} have been in progress {than}")
    return _find_tasks(hit, "warning", "stuck", words, measures)


def _find_blocked(tables: FlowTables) -> Finding | None:
    rows = tables.blocked
    measures = [f"(for {format_days(days)})" for days in rows["days_blocked"]]
    count = count_noun(len(rows), "task")
    words = (f"{count} waits for another", f"{count} wait for others")
    return _find_tasks(rows, "warning", "blocked", words, measures)


def _find_piling_up(tables: FlowTables) -> Finding | None:
    rows = tables.burnup[~is_true(tables.burnup["partial"])].tail(_PERIODS + 1)
    if len(rows) <= _PERIODS:
        return None
    came = int(rows["scope_added"].iloc[1:].sum())
    done = int(rows["done"].iloc[-1] - rows["done"].iloc[0])
    if came <= done:
        return None
    since = format_day(rows["period"].iloc[1])
    verb = "was" if done == 1 else "were"
    sentence = (
        f"More tasks came than were done since {since}: {came:,} came, {done:,} {verb} done."
    )
    return Finding("note", "piling up", sentence)


def _find_postponed(tables: FlowTables) -> Finding | None:
    counts = tables.change_counts
    is_open = counts["task_gid"].isin(tables.open_tasks["gid"])
    rows = counts[is_open & is_true(counts["slips"] > 1)]
    rows = rows.sort_values("days_slipped", ascending=False, kind="stable")
    measures = [
        f"({slips:,} times, {_describe_slip(days)})"
        for slips, days in zip(rows["slips"], rows["days_slipped"], strict=True)
    ]
    count = count_noun(len(rows), "open task")
    words = (f"{count} was postponed repeatedly", f"{count} were postponed repeatedly")
    return _find_tasks(rows, "note", "postponed", words, measures)


def _describe_slip(days: int) -> str:
    # The dates between two postponements may have moved to earlier days.
    return f"by {format_days(days)} in all" if days > 0 else "but brought forward again"


def _find_cycle_time(tables: FlowTables) -> Finding | None:
    levels = tables.service_levels.iloc[0]
    if pd.isna(levels["days_p85"]):
        return None
    count = int(levels["tasks"])
    half, most = (format_decimals(levels[name], 1) for name in ("days_p50", "days_p85"))
    finished = max(int(is_true(tables.tasks["completed"]).sum()), len(tables.cycle_times))
    # Others were completed before they were started, or nobody knows when they were.
    known = " whose start is known" if count < finished else ""
    if count == 1:
        sentence = f"The only finished task{known} took {half} days from start to completion."
    else:
        sentence = (
            f"Half of the {count:,} finished tasks{known} took up to {half} days from start to "
            f"completion, 85 % up to {most}."
        )
    return Finding("note", "cycle time", sentence)


def _find_all_well(tables: FlowTables) -> Finding | None:
    if tables.is_late or len(tables.overdue) or tables.open_tasks["due_on"].isna().all():
        return None
    return Finding("good", "not late", "Nothing is overdue.")
