"""Values that come again and again, such as references to the same few users, read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

#: JSON texts that are remembered at a time.
_MOST = 2000
#: Values after which it is seen whether remembering pays.
_TRIED = 300
#: Stands in no JSON text, as the decoder has seen to.
_NUL = b"\0"


class Repeated:
    """Reads JSON values, each text once.

    Parameters
    ----------
    read
        What makes values of JSON texts.
    """

    def __init__(self, read: Callable[[Sequence[Any]], Iterable[Any]]) -> None:
        self._read = read
        self._known: dict[bytes, Any] = {}
        #: How many values were asked for since the texts are remembered.
        self._asked = 0
        self._pays = True

    def values(self, raws: Sequence[msgspec.Raw]) -> list[Any]:
        """Return the value of each text."""
        if not self._pays:
            return list(self._read(raws))
        # Quicker by half than bytes() of each.
        texts = _NUL.join(raws).split(_NUL)
        self._asked += len(texts)
        try:
            return list(map(self._known.__getitem__, texts))
        except KeyError:
            self._learn(texts)
        return list(map(self._known.__getitem__, texts))

    def _learn(self, texts: list[bytes]) -> None:
        if len(self._known) > _MOST:
            self._known, self._asked = {}, len(texts)
        new = list(set(texts).difference(self._known))
        self._known.update(zip(new, self._read(new), strict=True))
        # Where most texts are new, as those of parents are, looking them up is no gain.
        self._pays = self._asked < _TRIED or self._asked > 2 * len(self._known)
