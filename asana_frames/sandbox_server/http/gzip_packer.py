"""Gzip of bodies made of pieces, with a cache of compressed pieces."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from asana_frames._fork import ForkSafeLock

#: gzip header: magic, deflate, no flags, no time, fastest, unknown system.
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x04\xff"
#: An empty last block.
_END = b"\x03\x00"
#: Most bytes of compressed pieces in the cache.
_KEPT = 32_000_000


class GzipPacker:
    """Compresses bodies.

    Each piece is a separate run of deflate blocks that ends at a byte, so runs can be
    concatenated, and pieces that two pages share are compressed once.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}
        self._size = 0
        self._lock = ForkSafeLock()

    def pack(self, pieces: Sequence[bytes]) -> bytes:
        """Compress a sequence of pieces."""
        crc = size = 0
        packed = [_HEADER]
        for piece in pieces:
            known = self._known.get(piece)
            packed.append(self._deflate_piece(piece) if known is None else known)
            crc = zlib.crc32(piece, crc)
            size += len(piece)
        packed += [_END, struct.pack("<LL", crc, size & 0xFFFFFFFF)]
        return b"".join(packed)

    def _deflate_piece(self, piece: bytes) -> bytes:
        deflate = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
        made = deflate.compress(piece) + deflate.flush(zlib.Z_SYNC_FLUSH)
        with self._lock:
            self._size += len(piece) + len(made)
            if self._size > _KEPT:
                self._known.clear()
                self._size = 0
            self._known[piece] = made
        return made
