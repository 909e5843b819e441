"""What became of the requests of a frame of changes, told change by change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asana_frames.calls import change_steps
from asana_frames.calls.applied_changes import DONE, NOT_SENT, OUTCOME_COLUMNS, UNKNOWN, Told
from asana_frames.calls.change_plan import ChangePlan
from asana_frames.calls.change_steps import Step
from asana_frames.calls.row_outcomes import RowOutcome, SendLedger, outcome_cells
from asana_frames.frames import build_array

#: The status of what is not there.
GONE = 404
_NAME = "apply"


class ChangeOutcomes:
    """The outcomes of the requests of a plan.

    Parameters
    ----------
    plan
        The requests, in whose order the outcomes have their places.

    Attributes
    ----------
    by_place : dict of int to RowOutcome
        The outcomes so far.
    ledger : SendLedger
        Which requests were sent.
    left : dict of int to str
        Places of requests that are not sent, and why.
    """

    def __init__(self, plan: ChangePlan) -> None:
        self._plan = plan
        self._places = {id(step): place for place, step in enumerate(plan.steps)}
        #: Places of creations that were found, although nobody had answered.
        self._adopted: set[int] = set()
        self.by_place: dict[int, RowOutcome] = {}
        self.ledger = SendLedger()
        self.left: dict[int, str] = {}

    def place(self, step: Step) -> int:
        """Return the place of a request."""
        return self._places[id(step)]

    def is_done(self, step: Step) -> bool:
        """Whether Asana has carried out a request."""
        outcome = self.by_place.get(self.place(step))
        return outcome is not None and outcome.response is not None

    def is_unknown(self, step: Step) -> bool:
        """Whether nobody knows what became of a request."""
        outcome = self.by_place.get(self.place(step))
        if outcome is None:
            return self._plan.was_sent_before(step)
        return outcome_cells(outcome)[0] == UNKNOWN

    def adopt(self, step: Step, gid: str) -> int:
        """Take a task for the one that a request has created; return the place of the request."""
        self._plan.gids[step.key] = gid
        place = self.place(step)
        self._adopted.add(place)
        return place

    def tell(self, place: int, outcome: RowOutcome | None) -> Told | None:
        """Return what became of a request; None if it is what an earlier call has told."""
        step = self._plan.steps[place]
        if place in self._adopted:
            return DONE, None, "It had been created: it was found in Asana."
        if place in self.left:
            return NOT_SENT, None, self.left[place]
        if step.phase == change_steps.CREATE and step.key in self._plan.gids:
            return DONE, None if outcome is None else outcome_cells(outcome)[1], None
        if outcome is None and self._plan.was_sent_before(step):
            return None
        if outcome is not None and outcome.response is not None:
            status = outcome.response.status
            return DONE, status, "It was not there any more." if status == GONE else None
        return outcome_cells(outcome)

    def build_frame(self, state: Mapping[str, Any]) -> pd.DataFrame:
        """Return the changes with what became of them so far.

        Parameters
        ----------
        state
            What a later call has to know, for the attrs of the frame.
        """
        plan = self._plan
        told: list[Told] = [
            plan.told.get(place, (NOT_SENT, None, None)) for place in range(len(plan.changes))
        ]
        outcomes = self.ledger.add_unknown(self.by_place, _NAME)
        for place, step in enumerate(plan.steps):
            made = self.tell(place, outcomes.get(place))
            if made is None:
                continue
            for row in step.places:
                told[row] = made
        outcome, status, message = zip(*told, strict=True) if told else ((), (), ())
        frame = plan.frame.drop(columns=[*OUTCOME_COLUMNS], errors="ignore")
        gids = [
            (plan.gids.get(change.key) or change.gid) if change.action == "create" else change.gid
            for change in plan.changes
        ]
        frame.attrs["asana"] = {**plan.attrs, **state}
        return frame.assign(
            gid=build_array("text", gids),
            key=build_array("text", [change.key for change in plan.changes]),
            outcome=build_array("text", outcome),
            status=build_array("integer", status),
            message=build_array("text", message),
        )
