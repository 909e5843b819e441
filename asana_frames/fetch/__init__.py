"""HTTP and nothing else: session, auth, retries, pages, fan-out; no pandas, no resource."""

from asana_frames.fetch.auth import DEFAULT_BASE_URL, resolve_base_url, resolve_token
from asana_frames.fetch.concurrent import REFUSALS, Listing, Skip, fan_out
from asana_frames.fetch.paging import Page, Query, pages
from asana_frames.fetch.session import TALLY, Answer, Http, Tally

__all__ = [
    "DEFAULT_BASE_URL",
    "TALLY",
    "Answer",
    "Http",
    "Listing",
    "REFUSALS",
    "Page",
    "Query",
    "Skip",
    "Tally",
    "fan_out",
    "pages",
    "resolve_base_url",
    "resolve_token",
]
