"""Reads that do not fit into memory: frames of a limited size, yielded as they fill."""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pandas as pd

from asana_frames.calls.last_call import LastCall, record_call
from asana_frames.calls.parsed_call import ParsedCall
from asana_frames.calls.read import Read
from asana_frames.calls.request_builder import CallContext
from asana_frames.exceptions import InvalidArgument
from asana_frames.frames import FrameBuilder
from asana_frames.frames.custom_field_columns import DeclaredField


def iterate_frames(client: CallContext, call: ParsedCall, rows: int) -> Iterator[pd.DataFrame]:
    """Yield the frames of a read as they fill, as ``Asana.stream`` does.

    Rows come in the order in which lists arrive; an object that several lists hold is in the
    first frame that meets it.
    """
    if isinstance(rows, bool) or not isinstance(rows, int) or rows < 1:
        raise InvalidArgument(f"rows= takes a whole number of at least 1, not {rows!r}.")
    if call.operation.paging == "events":
        raise InvalidArgument(
            f"{call.operation.name} cannot be streamed, because its sync token is in the frame; "
            f"call it directly."
        )
    return _iterate_in_own_context(_fetch_batches(client, call, rows))


def _fetch_batches(client: CallContext, call: ParsedCall, rows: int) -> Iterator[pd.DataFrame]:
    read, name = call.build_read(client), call.operation.name
    with record_call(name, client.publish, client.settings) as last:
        resolved = read.resolve(call.arguments)
        progress = read.start_progress(resolved)
        batches = _BatchBuilder(read, last)
        settings: list[DeclaredField] = []
        if progress.builder.has_custom_fields:
            # Read beforehand, so that all frames have the same columns.
            settings = read.fetch_field_settings(resolved)
            progress.builder.declare_custom_fields(settings)
        for _ in read.collect_pages(resolved, progress, last):
            if progress.builder.rows < rows:
                continue
            frame = batches.build_frame(progress.builder)
            if len(frame):
                yield frame
            progress.builder, progress.listings = read.start_progress(resolved).builder, {}
            progress.builder.declare_custom_fields(settings)
            if read.limit is not None and last.rows >= read.limit:
                break
        read.check_refusals(resolved, progress, last)
        frame = batches.build_frame(progress.builder)
        if len(frame) or not last.rows:
            yield frame
    read.warn_about_failures(resolved, progress, last)


class _BatchBuilder:
    """Builds the frames of a stream: each object once, columns in the order of the first."""

    def __init__(self, read: Read, last: LastCall) -> None:
        self._read = read
        self._last = last
        self._seen: set[Any] = set()
        self._column_order: list[str] = []

    def build_frame(self, builder: FrameBuilder) -> pd.DataFrame:
        """Return a frame of the rows that no frame before it has; the builder is used up."""
        frame = self._drop_seen(builder.frame(self._read.fetch_option_names(builder)))
        order, last, limit = self._column_order, self._last, self._read.limit
        order += [name for name in frame.columns if name not in order]
        frame = frame[[name for name in order if name in frame.columns]]
        last.rows += len(frame)
        if limit is not None and last.rows > limit:
            frame = frame.head(max(len(frame) - (last.rows - limit), 0))
            last.rows = limit
        frame.attrs["asana"] = frame.attrs.get("asana", {}) | last.attrs()
        return frame

    def _drop_seen(self, frame: pd.DataFrame) -> pd.DataFrame:
        if "gid" not in frame.columns:
            return frame
        # As numbers: a million of them take a third of the memory of text.
        gids = [int(gid) if gid.isdecimal() else gid for gid in frame["gid"]]
        is_new = [gid not in self._seen for gid in gids]
        self._seen.update(gids)
        return frame if all(is_new) else frame.loc[is_new].reset_index(drop=True)


def _iterate_in_own_context(batches: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Yield from a generator that sets context variables, without setting them for the caller."""
    context = copy_context()
    try:
        while True:
            try:
                frame = context.run(next, batches)
            except StopIteration:
                return
            yield frame
    finally:
        context.run(batches.close)  # type: ignore[attr-defined]
