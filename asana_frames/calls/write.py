"""One write: of one object, or of many at once with an outcome for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import pandas as pd

from asana_frames._arguments import check_flag
from asana_frames.calls import bodies
from asana_frames.calls.body_names import resolve_bodies
from asana_frames.calls.custom_field_definitions import EnumOptions, fetch_option_names
from asana_frames.calls.last_call import LastCall, record_call, warn_about_failures
from asana_frames.calls.preview import PreparedRow, Preview
from asana_frames.calls.request_builder import CallContext, join_opt_fields
from asana_frames.calls.row_outcomes import (
    RowOutcome,
    SendLedger,
    SendRow,
    SentCallback,
    outcome_cells,
    send_chains,
    send_write,
)
from asana_frames.calls.row_problems import RowProblems
from asana_frames.calls.write_rows import RowSet, WriteRow, build_write_rows
from asana_frames.catalog import Operation, columns_of, parse_fields
from asana_frames.exceptions import (
    AsanaError,
    DeadlineExceeded,
    InvalidArgument,
)
from asana_frames.fetch.read_only import BATCH_PATH, build_read_only_error
from asana_frames.fetch.responses import Response
from asana_frames.frames import FrameBuilder, build_array
from asana_frames.types import Fields

#: Sends a row when it is called; its arguments are the row, what is sent for it, and files.
_ReadyRow = partial[Response]


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
        self,
        arguments: Mapping[str, Any],
        body: Mapping[str, Any] | None,
        *,
        dry_run: bool = False,
    ) -> pd.DataFrame | None:
        """Send all rows and return Asana's responses as a frame.

        With ``dry_run`` nothing is sent but reads, and the frame says what would be changed.

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
            An argument is wrong, collections differ in length, or the connection is read-only;
            nothing was sent.
        AsanaError
            The only row failed; or an error that every other row would meet as well, in which
            case ``asana.last.partial`` has the outcomes.
        """
        operation, client = self._operation, self._client
        check_flag(dry_run, name="dry_run")
        if dry_run:
            return self._preview(arguments, body)
        # What a batch does is known from its body.
        if client.http.is_read_only and operation.path != BATCH_PATH:
            raise build_read_only_error(operation.name)
        with record_call(operation.name, client.publish, client.settings) as last:
            row_set = self._build_rows(arguments, body)
            frame = self._send_row_set(row_set, last)
            last.rows = 0 if frame is None else len(frame)
        if frame is None:
            return None
        frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs()
        warn_about_failures(last, "write", len(row_set.rows), "rows")
        return frame

    def _preview(
        self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None
    ) -> pd.DataFrame:
        """Return a frame of what the rows would change."""
        operation, client = self._operation, self._client
        with record_call(operation.name, client.publish, client.settings) as last:
            row_set = self._build_rows(arguments, body)
            sends = self._prepare_rows(row_set)
            prepared = [
                PreparedRow(place, *send.args[:2])
                for place, send in enumerate(sends)
                if send is not None
            ]
            preview = Preview(client, operation, prepared, row_set.known_fields)
            frame = preview.build_frame(last)
        noun = operation.resource.replace("_", " ")
        warn_about_failures(last, "read", preview.target_count, noun)
        return frame

    # Step 1: arguments -> rows.

    def _build_rows(self, arguments: Mapping[str, Any], body: Mapping[str, Any] | None) -> RowSet:
        operation = self._operation
        row_set = build_write_rows(self._client, operation, arguments, body)
        if operation.fields and self._has_records:
            for row in row_set.rows:
                row.request.params["opt_fields"] = join_opt_fields(self._columns)
        return row_set

    def _prepare_rows(self, row_set: RowSet) -> list[_ReadyRow | None]:
        """Check the bodies of all rows, and return the function that sends each; None if blank."""
        problems = row_set.problems
        sends = [
            self._prepare_row(place, row, problems, is_many=row_set.is_many)
            for place, row in enumerate(resolve_bodies(self._client, self._operation, row_set))
        ]
        problems.raise_if_any()
        return sends

    def _prepare_row(
        self, place: int, row: WriteRow, problems: RowProblems, *, is_many: bool
    ) -> _ReadyRow | None:
        """Check the body of a row, and return the function that sends it; None if it is blank."""
        operation = self._operation
        if operation.multipart:
            # The file is opened only when the row is sent.
            return partial(self._upload_row, row)
        encoded = problems.encode_fields(place, row.body)
        if problems.has_any(place):
            # Whatever else is missing may be what is wrong.
            return None
        finish = partial(self._finish_row, row, encoded, is_many=is_many)
        send: _ReadyRow | None = problems.collect(place, finish)
        return send

    def _finish_row(
        self, row: WriteRow, encoded: Mapping[str, Any], *, is_many: bool
    ) -> _ReadyRow | None:
        operation = self._operation
        if row.body is None:
            return partial(self._send_row, row, None, None)
        data, _ = bodies.finish_body(operation, encoded)
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

    def _send_row_set(self, row_set: RowSet, last: LastCall) -> pd.DataFrame | None:
        """Send rows and return their frame; after an error, ``last`` has what became of each."""
        rows, client = row_set.rows, self._client
        sends = self._prepare_rows(row_set)
        outcomes: dict[int, RowOutcome] = {
            place: RowOutcome(place, is_blank=True)
            for place, send in enumerate(sends)
            if send is None
        }
        ledger = SendLedger()

        def build_frame(options: EnumOptions | None = None) -> pd.DataFrame:
            known = ledger.add_unknown(outcomes, self._operation.name)
            return self._build_outcome_frame(rows, known, row_set.collections, options)

        try:
            self._send_rows(rows, sends, outcomes, ledger, last)
            if row_set.is_many:
                return build_frame()
            return self._build_record_frame(outcomes[0]) if self._has_records else None
        except BaseException as error:
            # The refusal of a single write says all; an interrupt of one may have sent it.
            is_refusal = isinstance(error, AsanaError) and not isinstance(error, DeadlineExceeded)
            if len(rows) > 1 or outcomes or not is_refusal:
                # With the options known so far: reading others might fail, or take long.
                last.set_partial(lambda: build_frame(client.enum_options))
            raise

    def _upload_row(self, row: WriteRow, on_sent: SentCallback) -> Response:
        data, files = bodies.encode_body(self._operation, row.body)
        try:
            return self._send_row(row, data, files, on_sent)
        finally:
            bodies.close_files(files)

    def _send_row(
        self, row: WriteRow, data: Any, files: bodies.UploadFiles, on_sent: SentCallback
    ) -> Response:
        return send_write(self._client, self._operation, row.request, data, on_sent, files)

    def _send_rows(
        self,
        rows: Sequence[WriteRow],
        sends: Sequence[SendRow | None],
        outcomes: dict[int, RowOutcome],
        ledger: SendLedger,
        last: LastCall,
    ) -> None:
        """Send all rows and collect their outcomes."""
        try:
            if len(rows) == 1 and sends[0] is not None:
                outcomes[0] = RowOutcome(0, sends[0](partial(ledger.record, 0)))
            else:
                targets = [row.target for row in rows]
                chains = [[(place, send)] for place, send in enumerate(sends) if send]
                send_chains(self._client, chains, targets, outcomes, ledger, last)
        finally:
            ledger.close()
            is_deletion = self._operation.http == "DELETE"
            done = [place for place, one in outcomes.items() if one.response is not None]
            self._client.applied.note_write(rows[place].target for place in done if is_deletion)
            # The write may have changed names and objects.
            self._client.references.forget()
            self._client.interrupted_reads.forget()

    # Step 3: responses -> frame.

    def _build_record_frame(self, outcome: RowOutcome) -> pd.DataFrame:
        """Return the frame of a single object."""
        assert outcome.response is not None  # the error of a single row was raised
        builder = FrameBuilder(self._columns)
        self._append_record(builder, outcome.response.body, 0)
        return builder.frame(self._fetch_option_names(builder))

    def _build_outcome_frame(
        self,
        rows: Sequence[WriteRow],
        outcomes: Mapping[int, RowOutcome],
        collections: Mapping[str, Any],
        options: EnumOptions | None,
    ) -> pd.DataFrame:
        """Return the written objects with the outcome of each row."""
        cells = [outcome_cells(outcomes.get(place)) for place in range(len(rows))]
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
        outcomes: Mapping[int, RowOutcome],
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


def _empty_record(gid: str | None) -> bytes:
    return msgspec.json.encode({"data": {} if gid is None else {"gid": gid}})
