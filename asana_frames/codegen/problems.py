"""What the spec or ``overrides.toml`` has wrong is told with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from asana_frames.exceptions import ConfigurationError


class UnreadableSpec(ValueError):
    """Something in the spec cannot be read; the message says what, ``tell_place`` says where."""


@contextmanager
def tell_place(place: str) -> Iterator[None]:
    """Turn what goes wrong inside into an error that begins with ``place``.

    Raises
    ------
    ConfigurationError
        Something is missing or of another shape than expected; the innermost place is named.
    """
    try:
        yield
    except ConfigurationError:
        raise
    except (UnreadableSpec, msgspec.ValidationError) as cause:
        raise ConfigurationError(f"{place}: {cause}") from cause
    except RecursionError as cause:
        raise ConfigurationError(f"{place}: it refers to itself without end.") from cause
    except KeyError as cause:
        raise ConfigurationError(f"{place}: there is no {cause.args[0]!r}.") from cause
    except (AttributeError, LookupError, TypeError, ValueError) as cause:
        raise ConfigurationError(f"{place}: {type(cause).__name__}: {cause}") from cause
