"""HTTP and nothing else: session, auth, retries, pages, fan-out; no pandas, no resource."""

from asana_frames.fetch.auth import DEFAULT_BASE_URL, resolve_base_url, resolve_token
from asana_frames.fetch.concurrent import Listing, fan_out
from asana_frames.fetch.paging import Page, Query, events_token, pages
from asana_frames.fetch.session import Answer, Http

__all__ = [
    "DEFAULT_BASE_URL",
    "Answer",
    "Http",
    "Listing",
    "Page",
    "Query",
    "events_token",
    "fan_out",
    "pages",
    "resolve_base_url",
    "resolve_token",
]
