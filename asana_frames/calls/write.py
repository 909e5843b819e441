"""One write: of one object, or of many at once with an outcome for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd

from asana_frames.calls import bodies
from asana_frames.calls.custom_field_definitions import EnumOptions
from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.read import fetch_enum_options, warn_about_failures
from asana_frames.calls.references import is_single_reference, iterate_references
from asana_frames.calls.request_builder import (
    CallContext,
    CallRequest,
    build_request,
    join_opt_fields,
)
from asana_frames.catalog import BodyField, Operation, Parameter, columns_of, parse_fields
from asana_frames.exceptions import (
    AsanaError,
    AuthError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidArgument,
    RateLimited,
    RequestRefused,
)
from asana_frames.fetch import MAX_WRITES, ThreadPool
from asana_frames.fetch.responses import Response
from asana_frames.frames import FrameBuilder, build_array
from asana_frames.types import Fields

#: Kinds of body fields that hold one value; a collection of values is a row each.
_SINGLE_VALUE_KINDS = {"text", "date", "datetime", "boolean", "number", "integer"}
_COLLECTIONS = (
    list,
    tuple,
    range,
    pd.DataFrame,
    pd.Series,
    pd.Index,
    np.ndarray,
    pd.api.extensions.ExtensionArray,
)
#: Errors after which no other row would fare better.
_FATAL_ERRORS = (AuthError, RateLimited)


#: Told when a row is under way, and when Asana did not take it.
_SentCallback = Callable[[bool], None] | None
_SendRow = Callable[[_SentCallback], Response]


class _WriteRow(NamedTuple):
    """One request of a write."""

    request: CallRequest
    body: Mapping[str, Any] | None


class _RowOutcome(NamedTuple):
    """What became of a row."""

    place: int
    answer: Response | None = None
    error: AsanaError | None = None


class Write:
    """One write: from arguments to a frame of what was written.

    Where an argument is a collection, each of its items is a row: a request of its own, up to 15
    of them at the same time. What is one is used for all rows; collections must be of one length.

    Parameters
    ----------
    client
        Whose write it is.
    operation
        What is done.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    """

    def __init__(self, client: CallContext, operation: Operation, fields: Fields = None) -> None:
        self._client = client
        self._operation = operation
        is_told = operation.returns != "nothing"
        self._columns = columns_of(operation.record, parse_fields(fields)) if is_told else ()

    def result(
        self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> pd.DataFrame | None:
        """Send everything, and return what Asana said of it.

        Returns
        -------
        DataFrame or None
            What was written, one row per object. For collections ``write_target`` (gid of what
            was acted upon), ``write_outcome`` (``done``, ``failed``, ``unknown`` or
            ``not sent``), ``write_status`` (HTTP) and ``write_message`` follow, rows in the
            order given, those that failed among them. None where Asana answers nothing and one
            object was meant.

        Raises
        ------
        InvalidArgument
            Nothing was sent: an argument is wrong, or collections differ in length.
        AsanaError
            The only row failed; or all that were left would fail too, in which case
            ``asana.last.partial`` has the outcomes.
        """
        operation, client = self._operation, self._client
        with record_call(operation.name, client.publish, client.settings) as last:
            rows, is_many, columns = self._rows(arguments, body)
            sends = [self._encoded(row) for row in rows]
            outcomes: dict[int, _RowOutcome] = {}
            try:
                if len(rows) == 1:
                    outcomes[0] = _RowOutcome(0, sends[0](None))
                else:
                    self._send_all(rows, sends, outcomes, last)
            except BaseException:
                if len(rows) > 1:
                    # Without asking for anything more: that might fail too, or take long.
                    last.broke_off(lambda: self._frame(rows, outcomes, columns, client.options))
                raise
            finally:
                # Names may have changed: what was read of them is read anew.
                client.references.forget()
                client.unfinished.forget()
            if operation.returns == "nothing" and not is_many:
                return None
            frame = self._frame(rows, outcomes, columns) if is_many else self._written(outcomes[0])
            last.rows = len(frame)
        frame.attrs["asana"] = last.attrs()
        warn_about_failures(last, "written", "rows")
        return frame

    def _rows(
        self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> tuple[list[_WriteRow], bool, dict[str, list[Any]]]:
        """Return the requests, whether collections were given, and those of the body."""
        operation = self._operation
        known = {field.name: field for field in operation.body}
        many: dict[str, list[Any]] = {}
        values: dict[Parameter, list[str]] = {}
        for parameter in operation.parameters:
            value = arguments.get(parameter.argument)
            if value is None and parameter.place == "path":
                raise InvalidArgument(f"{operation.name}: {parameter.argument} is missing.")
            if value is None:
                continue
            found = self._values(parameter, value)
            values[parameter] = found
            if parameter.refers and not is_single_reference(value):
                many[parameter.argument] = found
        in_body = {
            name: items
            for name, value in (body or {}).items()
            if (items := _split_by_row(known.get(name), value)) is not None
        }
        many |= in_body
        count = _common_length(operation, many)
        if operation.multipart and count > 1 and hasattr((body or {}).get("file"), "read"):
            in_body["file"] = bodies.copy_stream((body or {})["file"], count)
        rows = []
        for place in range(count):
            # What is one is the same for all.
            pairs = [(p, v[place % len(v)]) for p, v in values.items()]
            own = {name: items[place % len(items)] for name, items in in_body.items()}
            rows.append(
                _WriteRow(
                    build_request(operation, pairs), None if body is None else {**body, **own}
                )
            )
        if operation.fields and operation.returns != "nothing":
            for row in rows:
                row.request.params["opt_fields"] = join_opt_fields(self._columns)
        return rows, bool(many), in_body

    def _values(self, parameter: Parameter, value: Any) -> list[str]:
        if not parameter.refers:
            return [bodies.format_query_value(self._operation, parameter, value)]
        found = self._client.references.gids(value, parameter.refers)
        return [",".join(found)] if parameter.many else found

    def _encoded(self, row: _WriteRow) -> _SendRow:
        """Return what sends a row; what is wrong with it is said before anything is sent."""
        operation = self._operation
        if operation.multipart:
            # A file is opened when it is its turn.
            return partial(self._upload, row)
        data, _ = bodies.encode_body(operation, row.body)
        return partial(self._send, row, data, None)

    def _upload(self, row: _WriteRow, under_way: _SentCallback) -> Response:
        data, files = bodies.encode_body(self._operation, row.body)
        try:
            return self._send(row, data, files, under_way)
        finally:
            bodies.close_files(files)

    def _send(
        self, row: _WriteRow, data: Any, files: bodies.UploadFiles, under_way: _SentCallback
    ) -> Response:
        operation, request = self._operation, row.request
        # What a POST made is there, whether or not its answer can be read.
        check = _response_decoder.decode if operation.http != "POST" else _check_json_begins
        return self._client.http.request(
            operation.http,
            request.path,
            request.params,
            data=data,
            files=files,
            asked=operation.name,
            check=check,
            under_way=under_way,
        )

    def _send_all(
        self,
        rows: Sequence[_WriteRow],
        sends: Sequence[_SendRow],
        outcomes: dict[int, _RowOutcome],
        last: LastCall,
    ) -> None:
        """Send rows side by side; a fatal error ends it, and others are theirs alone."""
        name, client = self._operation.name, self._client
        open_rows: set[int] = set()

        def one(place: int) -> Iterator[_RowOutcome]:
            def under_way(is_sent: bool) -> None:
                (open_rows.add if is_sent else open_rows.discard)(place)

            try:
                yield _RowOutcome(place, sends[place](under_way))
            except DeadlineExceeded:
                # Not what became of the row, but the end of the call.
                raise
            except AsanaError as error:
                yield _RowOutcome(place, error=error)

        shown = client.settings.progress
        with ProgressBar(name, len(rows), client.http, unit="row", shown=shown) as progress:
            tasks = (partial(one, place) for place in range(len(rows)))
            try:
                with closing(iter(ThreadPool(tasks, MAX_WRITES, progress.tick))) as arriving:
                    for outcome in arriving:
                        outcomes[outcome.place] = outcome
                        progress.done = progress.rows = len(outcomes)
                        if outcome.error is None:
                            continue
                        target = self._target(rows[outcome.place])
                        last.failed(f"row {outcome.place} ({target})", (target,), outcome.error)
                        if _is_fatal(outcome.error):
                            raise outcome.error
            finally:
                # Once the crew has stopped: until then more may begin.
                for place in open_rows - outcomes.keys():
                    outcomes[place] = _RowOutcome(place, error=_unknown_outcome(name))

    def _target(self, row: _WriteRow) -> str | None:
        return next((gid for gid in row.request.parents if gid is not None), None)

    def _written(self, outcome: _RowOutcome) -> pd.DataFrame:
        """Return the frame of a write of one."""
        assert outcome.answer is not None  # a single row's error was raised
        builder = FrameBuilder(self._columns)
        self._append(builder, outcome.answer.body, 0)
        return builder.frame(fetch_enum_options(self._client, builder))

    def _append(self, builder: FrameBuilder, body: bytes, place: int) -> None:
        is_one = self._operation.returns != "list"
        try:
            builder.append(body, builder.start_listing(place=place), one=is_one)
        except (msgspec.DecodeError, UnicodeDecodeError) as cause:
            raise ConnectionFailed(
                f"{self._operation.name}: it was carried out, but the answer is not Asana's JSON "
                f"({cause})."
            ) from cause

    def _frame(
        self,
        rows: Sequence[_WriteRow],
        outcomes: Mapping[int, _RowOutcome],
        columns: Mapping[str, Any],
        options: EnumOptions | None = None,
    ) -> pd.DataFrame:
        """Return a row for each that was asked for, and what became of it."""
        builder = FrameBuilder(self._columns)
        told: list[tuple[str, int | None, str | None]] = []
        is_told = self._operation.returns != "nothing"
        for place, row in enumerate(rows):
            outcome = outcomes.get(place)
            told.append(_outcome_cells(outcome))
            if is_told:
                body = b"" if outcome is None or outcome.answer is None else outcome.answer.body
                try:
                    self._append(builder, body or _empty_record(self._gid(row)), place)
                except ConnectionFailed as error:
                    self._append(builder, _empty_record(self._gid(row)), place)
                    told[-1] = ("done", told[-1][1], str(error))
        if is_told:
            if options is None:
                options = fetch_enum_options(self._client, builder)
            frame = builder.frame(options, unique=False)
        else:
            given = {
                f"{name}_gid": build_array("text", [bodies.get_gid(item) for item in items])
                for name, items in columns.items()
            }
            frame = pd.DataFrame(given, index=range(len(rows)))
        targets = [self._target(row) for row in rows]
        outcome_of, status, message = zip(*told, strict=True) if told else ((), (), ())
        return frame.assign(
            write_target=build_array("text", targets),
            write_outcome=build_array("text", outcome_of),
            write_status=build_array("integer", status),
            write_message=build_array("text", message),
        )

    def _gid(self, row: _WriteRow) -> str | None:
        """Return the gid of what an update is of; what a POST would have made has none."""
        return self._target(row) if self._operation.http == "PUT" else None


class _WriteResponse(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


_response_decoder = msgspec.json.Decoder(_WriteResponse)


def _check_json_begins(body: bytes) -> None:
    """Take whatever Asana may have begun to say; nobody else is believed that it was done."""
    if body.lstrip()[:1] not in (b"{", b""):
        raise msgspec.DecodeError("it is no object")


def _split_by_row(field: BodyField | None, value: Any) -> list[Any] | None:
    """Return the values of a field for each row, or None where all rows have the same."""
    if (
        field is None
        or field.kind not in _SINGLE_VALUE_KINDS
        or field.many
        or is_single_reference(value)
    ):
        return None
    if not isinstance(value, _COLLECTIONS) and hasattr(value, "value"):
        value = value.value
    if not isinstance(value, Iterable) or isinstance(value, bytes) or hasattr(value, "read"):
        return None
    return list(iterate_references(value)) if isinstance(value, pd.DataFrame) else list(value)


def _common_length(operation: Operation, many: Mapping[str, Sequence[Any]]) -> int:
    lengths = {name: len(items) for name, items in many.items()}
    several = {name: count for name, count in lengths.items() if count != 1}
    if len(set(several.values())) > 1:
        said = ", ".join(f"{name} has {count}" for name, count in several.items())
        raise InvalidArgument(
            f"{operation.name}: {said}. Give as many of each (rows go together one by one), or "
            f"one for all."
        )
    return next(iter(several.values()), 1)


def _outcome_cells(outcome: _RowOutcome | None) -> tuple[str, int | None, str | None]:
    """Return outcome, status and message of a row."""
    if outcome is None:
        return "not sent", None, None
    if outcome.answer is not None:
        return "done", outcome.answer.status, None
    error = outcome.error
    status = error.status if isinstance(error, RequestRefused) else None
    is_open = error is not None and error.may_be_done
    return "unknown" if is_open else "failed", status, str(error)


def _is_fatal(error: AsanaError) -> bool:
    is_dead = isinstance(error, ConnectionFailed) and not error.may_be_done
    return isinstance(error, _FATAL_ERRORS) or is_dead


def _unknown_outcome(name: str) -> AsanaError:
    error = AsanaError(f"{name}: it was under way when the call ended. Look before repeating it.")
    error.may_be_done = True
    return error


def _empty_record(gid: str | None) -> bytes:
    return msgspec.json.encode({"data": {} if gid is None else {"gid": gid}})
