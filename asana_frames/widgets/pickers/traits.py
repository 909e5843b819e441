"""A trait that accepts anything and validates None too."""

from __future__ import annotations

import traitlets


class Anything(traitlets.Any):
    """Trait of any value whose class also validates None."""

    allow_none = False
