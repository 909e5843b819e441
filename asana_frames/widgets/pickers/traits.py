"""A trait that takes anything, and has None looked at as well."""

from __future__ import annotations

import traitlets


class Anything(traitlets.Any):
    """Anything; None is validated by its class too, for it is no list and no day."""

    allow_none = False
