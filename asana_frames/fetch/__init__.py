"""HTTP and nothing else: auth, quotas, retries, pages, fan-out; no pandas, no resource."""

from asana_frames.fetch.address import DEFAULT_BASE_URL, resolve_base_url
from asana_frames.fetch.answers import Answer, decoded
from asana_frames.fetch.auth import resolve_token
from asana_frames.fetch.call import CALL, Call, Tally
from asana_frames.fetch.concurrent import REFUSALS, FanOut, Listing, Skip, fan_out
from asana_frames.fetch.crew import Crew
from asana_frames.fetch.paging import Page, Parts, Query, is_too_large, pages
from asana_frames.fetch.quota import WRITES, Quota, quota_of
from asana_frames.fetch.session import Http

__all__ = [
    "CALL",
    "DEFAULT_BASE_URL",
    "REFUSALS",
    "WRITES",
    "Answer",
    "Call",
    "Crew",
    "FanOut",
    "Http",
    "Listing",
    "Page",
    "Parts",
    "Query",
    "Quota",
    "Skip",
    "Tally",
    "decoded",
    "fan_out",
    "is_too_large",
    "pages",
    "quota_of",
    "resolve_base_url",
    "resolve_token",
]
