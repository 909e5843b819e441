"""Refusals, in the envelope that Asana uses."""

from __future__ import annotations

_HELP = (
    "For more information on API status codes and how to handle them, read the docs on errors: "
    "https://developers.asana.com/docs/errors"
)


class Refusal(Exception):
    """A request that is answered with an error.

    Parameters
    ----------
    status
        The HTTP status.
    message
        The envelope's message.
    more
        What stands beside ``errors``, such as ``sync``.
    """

    def __init__(self, status: int, message: str, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"errors": [{"message": message, "help": _HELP}], **more}
