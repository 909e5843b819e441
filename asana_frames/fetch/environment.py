"""Proxies and certificates, as the environment sets them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

import requests
from requests.utils import select_proxy

from asana_frames.fetch.base_url import is_loopback

#: Variables that name a file or folder of certificates, in the order in which they are used.
_BUNDLE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


class NetworkSettings(NamedTuple):
    """How to reach a base URL."""

    proxies: Mapping[str, str]
    #: A file or folder of certificates; True for those of the package certifi.
    verify: bool | str
    #: Variables that set these two; empty if none does.
    proxy_variable: str = ""
    bundle_variable: str = ""

    @property
    def proxy_url(self) -> str:
        """The URL of the proxy without user and password; empty without a proxy."""
        # For one base URL there is one proxy.
        url = next(iter(self.proxies.values()), "")
        scheme, separator, rest = url.rpartition("://")
        return f"{scheme}{separator}{rest.rpartition('@')[2]}"

    def hide_passwords(self, text: str) -> str:
        """Return a text without the user and password of the proxy."""
        for url in self.proxies.values():
            secret = url.rpartition("://")[2].rpartition("@")[0]
            for part in (secret, secret.partition(":")[2]):
                text = text.replace(part, "...") if part else text
        return text

    def describe_proxy(self) -> str:
        """Return a sentence that names the proxy; empty if there is none."""
        if not self.proxies:
            return ""
        return f" Requests go through the proxy {self.proxy_url} ({self.proxy_variable})."

    def describe_certificates(self) -> str:
        """Return a sentence that says what certificates are checked against."""
        if self.bundle_variable:
            return f" Certificates are checked against {self.verify} ({self.bundle_variable})."
        return " Check the base URL, or set REQUESTS_CA_BUNDLE to a file of certificates to trust."


def read_network_settings(base_url: str) -> NetworkSettings:
    """Return the proxies and certificates of the environment for a base URL.

    Requests to this machine never go through a proxy, which would see the token unencrypted.
    """
    if is_loopback(urlsplit(base_url).hostname or ""):
        proxies: dict[str, str] = {}
    else:
        with requests.Session() as session:
            found = session.merge_environment_settings(base_url, {}, None, None, None)["proxies"]
        proxy = select_proxy(base_url, found)
        proxies = {} if proxy is None else {urlsplit(base_url).scheme: proxy}
    variable = next((name for name in _BUNDLE_VARIABLES if os.environ.get(name)), "")
    return NetworkSettings(
        proxies,
        os.environ[variable] if variable else True,
        _find_proxy_variable(base_url) if proxies else "",
        variable,
    )


def _find_proxy_variable(base_url: str) -> str:
    """Return the variable that sets the proxy of a base URL."""
    names = (f"{urlsplit(base_url).scheme}_proxy", "all_proxy")
    # The lower-case name is preferred, as in urllib.
    known = (spelling for name in names for spelling in (name, name.upper()))
    return next((name for name in known if os.environ.get(name)), "the system's settings")
