"""Talk HTTP to Asana: authentication, rate limits, retries, pagination and fan-out."""

from asana_frames.fetch.auth import resolve_token
from asana_frames.fetch.base_url import DEFAULT_BASE_URL, resolve_base_url
from asana_frames.fetch.call import (
    CURRENT_CALL,
    Call,
    CallStopped,
    RequestCounts,
    get_current_call,
)
from asana_frames.fetch.downloads import MAX_DOWNLOADS, DownloadError, FileDownloader
from asana_frames.fetch.fan_out import REFUSALS, FanOut, FanOutItem, Skip, fan_out
from asana_frames.fetch.http import Http
from asana_frames.fetch.pagination import (
    ListParts,
    ListQuery,
    Page,
    is_set_too_large,
    iterate_pages,
)
from asana_frames.fetch.rate_limiter import MAX_WRITES, RateLimiter, limiter_for, name_account
from asana_frames.fetch.responses import Response, decode_response
from asana_frames.fetch.thread_pool import ThreadPool

__all__ = [
    "CURRENT_CALL",
    "DEFAULT_BASE_URL",
    "REFUSALS",
    "MAX_DOWNLOADS",
    "MAX_WRITES",
    "Response",
    "Call",
    "CallStopped",
    "ThreadPool",
    "DownloadError",
    "FanOut",
    "FileDownloader",
    "Http",
    "FanOutItem",
    "Page",
    "ListParts",
    "ListQuery",
    "RateLimiter",
    "Skip",
    "RequestCounts",
    "decode_response",
    "fan_out",
    "get_current_call",
    "is_set_too_large",
    "iterate_pages",
    "limiter_for",
    "name_account",
    "resolve_base_url",
    "resolve_token",
]
