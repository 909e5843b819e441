"""Errors, in the envelope that Asana uses."""

from __future__ import annotations

from typing import Any

from asana_frames.catalog import load

_HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors: "
    "https://developers.asana.com/docs/errors"
)


class ApiError(Exception):
    """An error response.

    Parameters
    ----------
    status
        The HTTP status.
    message
        The envelope's message.
    headers
        Headers of the response, such as ``Retry-After``.
    more
        Keys beside ``errors``, such as ``sync``.
    """

    def __init__(
        self, status: int, message: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        error = {"message": message, "help": _HELP}
        if status in (401, 412, 429) or status >= 500:
            # As seen on the real API: these have no help.
            del error["help"]
        self.body: dict[str, Any] = {"errors": [error], **more}


def missing_combination(operation: str) -> ApiError:
    """Return the 400 error for arguments without any of the combinations that are needed."""
    known = [" and ".join(names) for names in load().operation(operation).one_of]
    if len(known) == 1:
        return invalid_field(known[0], "Missing input")
    return ApiError(400, f"You should specify one of {', '.join(known)}")


def not_found(argument: str, gid: object) -> ApiError:
    """Return the 404 error for an unknown gid."""
    return ApiError(404, f"{argument}: Not a recognized ID: {gid}")


def invalid_field(field: str, problem: str) -> ApiError:
    """Return the 400 error for an invalid field."""
    return ApiError(400, f"{field}: {problem}")
