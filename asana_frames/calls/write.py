"""One write: of one object, or of many at once with an outcome for each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import msgspec
import pandas as pd

from asana_frames.calls import bodies
from asana_frames.calls.custom_field_definitions import EnumOptions, fetch_option_names
from asana_frames.calls.last_call import LastCall, record_call, warn_about_failures
from asana_frames.calls.progress import ProgressBar
from asana_frames.calls.request_builder import CallContext, join_opt_fields
from asana_frames.calls.response_checks import check_response
from asana_frames.calls.write_rows import RowProblems, RowSet, WriteRow, build_write_rows
from asana_frames.catalog import Operation, columns_of, parse_fields
from asana_frames.exceptions import (
    AsanaError,
    AuthError,
    ConnectionFailed,
    DeadlineExceeded,
    InvalidArgument,
    RateLimited,
    RequestRefused,
)
from asana_frames.fetch import MAX_WRITES, CallStopped, ThreadPool
from asana_frames.fetch.responses import Response
from asana_frames.frames import FrameBuilder, build_array
from asana_frames.types import Fields

#: Errors that every other row would meet as well.
FATAL_ERRORS = (AuthError, RateLimited)

#: Called with True when a row is being sent, and with False if Asana did not accept it.
_SentCallback = Callable[[bool], None] | None
_SendRow = Callable[[_SentCallback], Response]


class _RowOutcome(NamedTuple):
    """The response to a row, or its error."""

    place: int
    response: Response | None = None
    error: AsanaError | None = None
    #: No field has a value, so there is nothing to send.
    is_blank: bool = False


class _SendLedger:
    """Which rows have been sent; once it is closed, no row is sent any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: set[int] = set()
        self._is_closed = False

    def record(self, place: int, is_sent: bool) -> None:
        """Record that a row is about to be sent, or that Asana did not accept it.

        Raises
        ------
        CallStopped
            The ledger is closed, so the row must not be sent.
        """
        with self._lock:
            if not is_sent:
                self._sent.discard(place)
            elif self._is_closed:
                raise CallStopped
            else:
                self._sent.add(place)

    def close(self) -> set[int]:
        """Let no further row be sent, and return those that were."""
        with self._lock:
            self._is_closed = True
            return set(self._sent)

    def add_unknown(
        self, outcomes: Mapping[int, _RowOutcome], name: str
    ) -> Mapping[int, _RowOutcome]:
        """Return outcomes with those of the rows that were sent and have none, after closing.

        Only when they are asked for, since a second interrupt may cut short what follows the
        first.
        """
        lost = self.close() - outcomes.keys()
        return {place: _RowOutcome(place, error=_unknown_outcome(name)) for place in lost} | dict(
            outcomes
        )


class Write:
    """One write: from arguments to a frame of the written objects.

    Each item of a collection is a row with a request of its own; up to 15 are sent at the same
    time. Single values are the same for all rows; collections must have one length.

    Parameters
    ----------
    client
        The object that the write is made through.
    operation
        The operation to call.
    fields
        Asana paths, ``"all"`` or None for the default columns.
    """

    def __init__(self, client: CallContext, operation: Operation, fields: Fields = None) -> None:
        self._client = client
        self._operation = operation
        self._has_records = operation.returns != "nothing"
        self._columns = (
            columns_of(operation.record, parse_fields(fields)) if self._has_records else ()
        )

    def send(
        self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> pd.DataFrame | None:
        """Send all rows and return Asana's responses as a frame.

        Returns
        -------
        DataFrame or None
            The written objects, one row each. Collections add ``write_target`` (gid of the
            object acted on), ``write_outcome`` (``done``, ``failed``, ``unknown`` or ``not
            sent``), ``write_status`` (HTTP) and ``write_message``, with one row per row given, in
            order, failed ones included. None if Asana returns nothing and one object was given.

        Raises
        ------
        InvalidArgument
            An argument is wrong, or collections differ in length; nothing was sent.
        AsanaError
            The only row failed; or an error that every other row would meet as well, in which
            case ``asana.last.partial`` has the outcomes.
        """
        operation, client = self._operation, self._client
        with record_call(operation.name, client.publish, client.settings) as last:
            row_set = self._build_rows(arguments, body)
            rows, is_many, collections = row_set
            sends = self._prepare_rows(row_set)
            outcomes: dict[int, _RowOutcome] = {
                place: _RowOutcome(place, is_blank=True)
                for place, send in enumerate(sends)
                if send is None
            }
            ledger = _SendLedger()

            def build_frame(options: EnumOptions | None = None) -> pd.DataFrame:
                known = ledger.add_unknown(outcomes, operation.name)
                return self._build_outcome_frame(rows, known, collections, options)

            try:
                self._send_rows(rows, sends, outcomes, ledger, last)
                if is_many:
                    frame: pd.DataFrame | None = build_frame()
                else:
                    frame = self._build_record_frame(outcomes[0]) if self._has_records else None
                last.rows = 0 if frame is None else len(frame)
            except BaseException as error:
                # The refusal of a single write says all; an interrupt of one may have sent it.
                is_refusal = isinstance(error, AsanaError) and not isinstance(
                    error, DeadlineExceeded
                )
                if len(rows) > 1 or outcomes or not is_refusal:
                    # With the options known so far: reading others might fail, or take long.
                    last.set_partial(lambda: build_frame(client.enum_options))
                raise
        if frame is None:
            return None
        frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs()
        warn_about_failures(last, "write", len(rows), "rows")
        return frame

    # Step 1: arguments -> rows.

    def _build_rows(self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None) -> RowSet:
        operation = self._operation
        row_set = build_write_rows(self._client, operation, arguments, body)
        if operation.fields and self._has_records:
            for row in row_set.rows:
                row.request.params["opt_fields"] = join_opt_fields(self._columns)
        return row_set

    def _prepare_rows(self, row_set: RowSet) -> list[_SendRow | None]:
        """Check the bodies of all rows, and return the function that sends each; None if blank."""
        problems = RowProblems(self._operation, len(row_set.rows))
        sends = [
            problems.collect(place, partial(self._prepare_row, row, is_many=row_set.is_many))
            for place, row in enumerate(row_set.rows)
        ]
        problems.raise_if_any()
        return sends

    def _prepare_row(self, row: WriteRow, *, is_many: bool) -> _SendRow | None:
        """Check the body of a row, and return the function that sends it; None if it is blank."""
        operation = self._operation
        if operation.multipart:
            # The file is opened only when the row is sent.
            return partial(self._upload_row, row)
        data, _ = bodies.encode_body(operation, row.body)
        if operation.http == "PUT" and operation.body and not data["data"]:
            if is_many:
                return None
            raise InvalidArgument(
                f"{operation.name}() needs at least one field to change: "
                f"{', '.join(field.name for field in operation.body)}. None leaves a field alone; "
                f"af.CLEAR empties it."
            )
        return partial(self._send_row, row, data, None)

    # Step 2: rows -> responses.

    def _upload_row(self, row: WriteRow, on_sent: _SentCallback) -> Response:
        data, files = bodies.encode_body(self._operation, row.body)
        try:
            return self._send_row(row, data, files, on_sent)
        finally:
            bodies.close_files(files)

    def _send_row(
        self, row: WriteRow, data: Any, files: bodies.UploadFiles, on_sent: _SentCallback
    ) -> Response:
        operation, request = self._operation, row.request
        response = self._client.http.request(
            operation.http,
            request.path,
            request.params,
            data=data,
            files=files,
            asked=operation.name,
            check=_response_decoder.decode,
            on_sent=on_sent,
        )
        check_response(operation, request, response.body)
        return response

    def _send_rows(
        self,
        rows: Sequence[WriteRow],
        sends: Sequence[_SendRow | None],
        outcomes: dict[int, _RowOutcome],
        ledger: _SendLedger,
        last: LastCall,
    ) -> None:
        """Send all rows and collect their outcomes."""
        try:
            if len(rows) == 1 and sends[0] is not None:
                outcomes[0] = _RowOutcome(0, sends[0](partial(ledger.record, 0)))
            else:
                self._send_concurrently(rows, sends, outcomes, ledger, last)
        finally:
            ledger.close()
            # The write may have changed names and objects.
            self._client.references.forget()
            self._client.interrupted_reads.forget()

    def _send_concurrently(
        self,
        rows: Sequence[WriteRow],
        sends: Sequence[_SendRow | None],
        outcomes: dict[int, _RowOutcome],
        ledger: _SendLedger,
        last: LastCall,
    ) -> None:
        """Send rows concurrently; a fatal error ends the write, other errors only their row."""
        name, client = self._operation.name, self._client

        def send(place: int, row: _SendRow) -> Iterator[_RowOutcome]:
            try:
                yield _RowOutcome(place, row(partial(ledger.record, place)))
            except DeadlineExceeded:
                # Ends the call; it is not an outcome of the row.
                raise
            except AsanaError as error:
                yield _RowOutcome(place, error=error)

        shown = client.settings.progress
        with ProgressBar(name, len(rows), client.http, unit="row", shown=shown) as bar:
            tasks = (partial(send, place, row) for place, row in enumerate(sends) if row)
            try:
                with closing(iter(ThreadPool(tasks, MAX_WRITES, bar.tick))) as results:
                    for outcome in results:
                        outcomes[outcome.place] = outcome
                        bar.done = bar.rows = len(outcomes)
                        if outcome.error is None:
                            continue
                        target = rows[outcome.place].target
                        parent = f"row {outcome.place} ({target})"
                        last.add_failure(parent, (target,), outcome.error)
                        if _is_fatal(outcome.error):
                            raise outcome.error
            except DeadlineExceeded as error:
                error.may_be_done = bool(ledger.close())
                raise

    # Step 3: responses -> frame.

    def _build_record_frame(self, outcome: _RowOutcome) -> pd.DataFrame:
        """Return the frame of a single object."""
        assert outcome.response is not None  # the error of a single row was raised
        builder = FrameBuilder(self._columns)
        self._append_record(builder, outcome.response.body, 0)
        return builder.frame(self._fetch_option_names(builder))

    def _build_outcome_frame(
        self,
        rows: Sequence[WriteRow],
        outcomes: Mapping[int, _RowOutcome],
        collections: Mapping[str, Any],
        options: EnumOptions | None,
    ) -> pd.DataFrame:
        """Return the written objects with the outcome of each row."""
        cells = [_outcome_cells(outcomes.get(place)) for place in range(len(rows))]
        if self._has_records:
            frame = self._build_records(rows, outcomes, options)
        else:
            gids = {
                f"{name}_gid": build_array("text", [bodies.get_gid(item) for item in items])
                for name, items in collections.items()
            }
            frame = pd.DataFrame(gids, index=range(len(rows)))
        outcome, status, message = zip(*cells, strict=True) if cells else ((), (), ())
        return frame.assign(
            write_target=build_array("text", [row.target for row in rows]),
            write_outcome=build_array("text", outcome),
            write_status=build_array("integer", status),
            write_message=build_array("text", message),
        )

    def _build_records(
        self,
        rows: Sequence[WriteRow],
        outcomes: Mapping[int, _RowOutcome],
        options: EnumOptions | None,
    ) -> pd.DataFrame:
        """Return a record per row, empty for rows without one."""
        builder = FrameBuilder(self._columns)
        for place, row in enumerate(rows):
            outcome = outcomes.get(place)
            body = b"" if outcome is None or outcome.response is None else outcome.response.body
            # Only an update knows the gid of its object without a response.
            empty = _empty_record(row.target if self._operation.http == "PUT" else None)
            self._append_record(builder, body or empty, place)
        if options is None:
            options = self._fetch_option_names(builder)
        return builder.frame(options, unique=False)

    def _append_record(self, builder: FrameBuilder, body: bytes, place: int) -> None:
        is_one = self._operation.returns != "list"
        builder.append(body, builder.start_listing(place=place), one=is_one)

    def _fetch_option_names(self, builder: FrameBuilder) -> EnumOptions:
        client = self._client
        return fetch_option_names(client.http, builder.enum_fields(), client.enum_options)


class _WriteResponse(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")


_response_decoder = msgspec.json.Decoder(_WriteResponse)


_Cells = tuple[str, int | None, str | None]


def _outcome_cells(outcome: _RowOutcome | None) -> _Cells:
    """Return outcome, status and message of a row."""
    if outcome is None:
        return "not sent", None, None
    if outcome.is_blank:
        return "not sent", None, "All fields are blank, so there is nothing to change."
    if outcome.response is not None:
        return "done", outcome.response.status, None
    error = outcome.error
    status = error.status if isinstance(error, RequestRefused) else None
    is_unknown = error is not None and error.may_be_done
    return "unknown" if is_unknown else "failed", status, str(error)


def _is_fatal(error: AsanaError) -> bool:
    is_offline = isinstance(error, ConnectionFailed) and not error.may_be_done
    return isinstance(error, FATAL_ERRORS) or is_offline


def _unknown_outcome(name: str) -> AsanaError:
    error = AsanaError(
        f"{name}: the call ended while this row was being sent. Check in Asana before you repeat "
        f"it."
    )
    error.may_be_done = True
    return error


def _empty_record(gid: str | None) -> bytes:
    return msgspec.json.encode({"data": {} if gid is None else {"gid": gid}})
