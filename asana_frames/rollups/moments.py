"""Moments, and the days that they are in a time zone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from asana_frames.exceptions import InvalidRequest
from asana_frames.types import When


def moment_of(now: When | None, tz: str = "UTC") -> pd.Timestamp:
    """Return the moment that an argument names, in UTC; the present for None.

    Parameters
    ----------
    now
        ISO 8601 text, a date or a moment; one without a zone is read in ``tz``.
    tz
        A time zone, such as ``"Europe/Berlin"``.

    Raises
    ------
    InvalidRequest
        It cannot be read, or there is no such time zone.
    """
    try:
        moment = pd.Timestamp.now("UTC") if now is None else pd.Timestamp(now)
        if pd.isna(moment):
            raise ValueError("missing")
        known = moment if moment.tzinfo is not None else moment.tz_localize(tz)
        return known.tz_convert("UTC").as_unit("us")
    except (TypeError, ValueError, KeyError, OSError) as cause:
        raise InvalidRequest(
            f"now={now!r}, tz={tz!r} is no moment; type now='2026-03-02 09:00', tz='Europe/Berlin'."
        ) from cause


def days_in(moments: pd.Series[Any], tz: str = "UTC") -> pd.Series[Any]:
    """Return the day that each moment lies on in a time zone, as ``datetime64[us]``, naive."""
    local = moments.dt.tz_convert(tz).dt.tz_localize(None)
    days: pd.Series[Any] = local.dt.normalize().astype("datetime64[us]")
    return days


def today(now: When | None, tz: str = "UTC") -> pd.Timestamp:
    """Return the day that an argument's moment lies on in a time zone, naive."""
    return moment_of(now, tz).tz_convert(tz).tz_localize(None).normalize()
