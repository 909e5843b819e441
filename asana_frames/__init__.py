"""Asana in pandas: every resource of the Asana API as a typed, tidy DataFrame in one line.

>>> import asana_frames as af
>>> asana = af.sandbox()
>>> tasks = asana.tasks.list(project="Website relaunch")
>>> tasks.dtypes[["gid", "due_on", "completed"]].astype(str).tolist()
['str', 'datetime64[us]', 'boolean']
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asana_frames.exceptions import (
    AmbiguousReference,
    AsanaError,
    AsanaWarning,
    AuthError,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    EventsLostWarning,
    Forbidden,
    InvalidArgument,
    InvalidRequest,
    JobFailed,
    LargeReadWarning,
    NotFound,
    PartialResultWarning,
    PastStateWarning,
    PaymentRequired,
    RateLimited,
    RequestRefused,
    ServerError,
    SyncExpired,
    UnknownReference,
)
from asana_frames.types import CLEAR

if TYPE_CHECKING:
    from asana_frames import charts, export, gather, rollups, widgets
    from asana_frames.asana import Asana
    from asana_frames.export.asana_csv import read_asana_csv
    from asana_frames.export.asana_json import read_asana_json
    from asana_frames.export.csv import read_csv
    from asana_frames.export.excel_reader import read_excel
    from asana_frames.export.json import read_json
    from asana_frames.export.parquet import read_parquet
    from asana_frames.frames import bridge, changes, custom_fields, reverse
    from asana_frames.sandbox_server import sandbox

__version__ = "0.1.0"

#: Loaded when first used: the name stands for something in the module, or for all of it.
_LAZY = {
    "Asana": ("asana_frames.asana", "Asana"),
    "bridge": ("asana_frames.frames", "bridge"),
    "changes": ("asana_frames.frames", "changes"),
    "charts": ("asana_frames.charts", ""),
    "custom_fields": ("asana_frames.frames", "custom_fields"),
    "export": ("asana_frames.export", ""),
    "gather": ("asana_frames.gather", ""),
    "read_asana_csv": ("asana_frames.export.asana_csv", "read_asana_csv"),
    "read_asana_json": ("asana_frames.export.asana_json", "read_asana_json"),
    "read_csv": ("asana_frames.export.csv", "read_csv"),
    "read_excel": ("asana_frames.export.excel_reader", "read_excel"),
    "read_json": ("asana_frames.export.json", "read_json"),
    "read_parquet": ("asana_frames.export.parquet", "read_parquet"),
    "reverse": ("asana_frames.frames", "reverse"),
    "rollups": ("asana_frames.rollups", ""),
    "sandbox": ("asana_frames.sandbox_server", "sandbox"),
    "sandbox_server": ("asana_frames.sandbox_server", ""),
    "widgets": ("asana_frames.widgets", ""),
}

__all__ = [
    "CLEAR",
    "AmbiguousReference",
    "Asana",
    "AsanaError",
    "AsanaWarning",
    "AuthError",
    "ConfigurationError",
    "ConnectionFailed",
    "DeadlineExceeded",
    "EventsLostWarning",
    "Forbidden",
    "InvalidArgument",
    "InvalidRequest",
    "JobFailed",
    "LargeReadWarning",
    "NotFound",
    "PartialResultWarning",
    "PastStateWarning",
    "PaymentRequired",
    "RateLimited",
    "RequestRefused",
    "ServerError",
    "SyncExpired",
    "UnknownReference",
    "bridge",
    "changes",
    "charts",
    "connect",
    "custom_fields",
    "export",
    "gather",
    "read_asana_csv",
    "read_asana_json",
    "read_csv",
    "read_excel",
    "read_json",
    "read_parquet",
    "reverse",
    "rollups",
    "sandbox",
    "widgets",
]


def connect(
    token: str | None = None,
    *,
    base_url: str | None = None,
    timeout: float | None = None,
    deadline: float | None = None,
    progress: bool = True,
    read_only: bool | None = None,
) -> Asana:
    """Connect to Asana, or to any server that speaks its API; nothing is sent yet.

    Parameters
    ----------
    token
        A personal access token; else the login of this process, else ``ASANA_ACCESS_TOKEN`` of
        the environment if the base URL is Asana's or that of ``ASANA_BASE_URL``, else what was
        remembered for this base URL: in the keyring, or in the file of ``asana-frames login``.
    base_url
        Else ``ASANA_BASE_URL`` of the environment, else Asana's own; https or loopback only.
    timeout
        Seconds to wait for the next bytes of an answer; 60 unless given.
    deadline
        Seconds that a whole call may take; no end unless given.
    progress
        Whether calls of more than a second show how far they are.
    read_only
        Whether every write is refused before it is sent; else what ``ASANA_FRAMES_READ_ONLY`` of
        the environment says: 1 refuses them, 0 or nothing allows them.

    Returns
    -------
    Asana
        One attribute per resource.

    Raises
    ------
    AuthError
        No token was found; the message says how to give one.
    ConfigurationError
        The base URL would send the token in the clear, what was remembered cannot be read, or
        ``ASANA_FRAMES_READ_ONLY`` is neither 0 nor 1.
    InvalidArgument
        A time is not above 0, or ``read_only`` is not True, False or None.

    Examples
    --------
    >>> asana = connect("sandbox", base_url="http://127.0.0.1:8765/api/1.0")
    >>> asana
    <Asana at http://127.0.0.1:8765/api/1.0; asana.info() lists the resources>
    """
    # Here and not above: whoever only wants the exceptions, or pytest's fixtures, need not wait
    # for pandas.
    from asana_frames.asana import Asana
    from asana_frames.calls.last_call import CallSettings, check_settings
    from asana_frames.fetch import Http, resolve_base_url, resolve_token
    from asana_frames.fetch.credentials import SecretText

    if token is not None and not isinstance(token, str):
        token = type(token).__name__
        raise InvalidArgument(f'token= takes text, such as token="2/1201...", not {token}.')
    token = None if token is None else SecretText(token)
    url = resolve_base_url(base_url)
    settings = check_settings(CallSettings(timeout, deadline, progress))
    return Asana(Http(resolve_token(token, url), url, read_only=read_only), settings=settings)


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module, inside = _LAZY[name]
        loaded = import_module(module)
        _offer_accessor()
        return getattr(loaded, inside) if inside else loaded
    raise AttributeError(f"module 'asana_frames' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def _offer_accessor() -> None:
    """Give data frames ``.asana`` if there are any: pandas is not loaded for it."""
    if "pandas" in sys.modules:
        import_module("asana_frames.display.accessor").register_accessor()


_offer_accessor()
