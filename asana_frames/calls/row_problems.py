"""What is wrong with the rows of a write, all of it told at once and before anything is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from asana_frames.calls.bodies import encode_field
from asana_frames.catalog import Operation
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames.problems import (
    Problem,
    build_problem_frame,
    describe_problems,
    drop_call,
)


class RowProblem(NamedTuple):
    """What is wrong with a value of a row."""

    row: int
    column: str
    value: Any
    error: InvalidArgument


class RowProblems:
    """What is wrong with the rows of a write, collected so that all of it is told at once."""

    def __init__(self, operation: Operation, count: int) -> None:
        self._operation = operation
        self._count = count
        self.found: list[RowProblem] = []
        self._rows: set[int] = set()

    def collect(
        self, row: int, check: Callable[[], Any], *, column: str = "", value: Any = None
    ) -> Any:
        """Return the result of a function; remember its InvalidArgument, and return None."""
        try:
            return check()
        except InvalidArgument as error:
            self.found.append(RowProblem(row, column, value, error))
            self._rows.add(row)
            return None

    def encode_fields(self, row: int, body: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the fields of a row's body as JSON types; None for one with a problem."""
        return {
            name: self.collect(
                row,
                partial(encode_field, self._operation, name, value),
                column=name,
                value=value,
            )
            for name, value in (body or {}).items()
        }

    def has_any(self, row: int) -> bool:
        """Whether anything is wrong with a row so far."""
        return row in self._rows

    def raise_if_any(self) -> None:
        """Raise one error about all rows, which has them as a frame, ``problems``.

        Raises
        ------
        InvalidArgument
            A row has a problem; the class is that of the problem if all rows have the same.
        """
        raise_problems(self._operation.name, self.found, self._count)


def raise_problems(
    name: str, found: Sequence[RowProblem], count: int, names: Mapping[int, str] | None = None
) -> None:
    """Raise one error about all problems of a call, if there are any.

    Parameters
    ----------
    name
        The call.
    found
        What is wrong.
    count
        How many rows the call has.
    names
        Row -> what it is called, where its number says little.

    Raises
    ------
    InvalidArgument
        There is a problem.
    """
    if not found:
        return
    errors = [problem.error for problem in found]
    problems = [
        Problem(one.row, one.column, one.value, drop_call(str(one.error), name), one.error.nearest)
        for one in found
    ]
    frame = build_problem_frame(problems)
    if len(errors) == 1 and count == 1 and names is None:
        errors[0].problems = frame
        raise errors[0]
    kinds = {type(error) for error in errors}
    kind = kinds.pop() if len(kinds) == 1 else InvalidArgument
    rows = len({problem.row for problem in found})
    error = kind(
        f"{name}: nothing was sent, because {rows:,} of {count:,} rows cannot be: "
        f"{describe_problems(problems, names)}"
    )
    error.problems = frame
    raise error
