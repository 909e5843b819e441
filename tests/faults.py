"""What a server, or what stands before it, can do wrong: one table, which tests go through."""

from __future__ import annotations

import email.utils
import gzip
import itertools
import json
import re
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tests.fault_server import (
    OFFSET_EXPIRED,
    Change,
    End,
    Fault,
    Reply,
    Step,
    Wire,
    encode_offset,
    find_start,
)

PAGES = frozenset({"page"})
LISTS = frozenset({"page", "search"})
READS = LISTS | {"object"}
#: Requests about an object whose gid they name.
NAMED = frozenset({"object", "put"})
#: Requests whose right response is not an empty object.
FULL = READS | {"put", "post"}
ALWAYS = frozenset({"always"})
ONCE = frozenset({"once"})
REFUSALS = frozenset({"always", "one"})

#: What becomes of reads, of PUTs and DELETEs, and of POSTs; by the kind of a fault and its mode.
#: "partial" is a read of many parents without those that were refused.
EXPECTED = {
    ("harmless", "always"): ("whole", "done", "done"),
    # Connections that end between two requests: a POST that was being sent is in doubt.
    ("stale", "always"): ("whole", "done", "done unknown"),
    # It went wrong on the way, so reads, PUTs and DELETEs are sent again.
    ("broken", "once"): ("whole", "done", "unknown"),
    ("broken", "always"): ("error", "unknown", "unknown"),
    ("silent", "once"): ("whole", "done", "unknown"),
    # Not Asana's response: sending it again changes nothing.
    ("foreign", "once"): ("error", "unknown", "unknown"),
    ("foreign", "always"): ("error", "unknown", "unknown"),
    ("expired", "once"): ("whole", "done", "done"),
    ("expired", "always"): ("error", "done", "done"),
    ("quota", "once"): ("whole", "done", "done"),
    ("quota", "always"): ("error", "failed", "failed"),
    ("refused", "always"): ("error", "failed", "failed"),
    ("refused", "one"): ("partial", "failed", "failed"),
    # Refusals that concern every request alike: one of them ends a read.
    ("barred", "always"): ("error", "failed", "failed"),
    ("barred", "one"): ("error", "failed", "failed"),
    # The response can be understood or not; what matters is that it is not misunderstood.
    ("doubtful", "once"): ("whole error", "done unknown", "done unknown"),
    ("doubtful", "always"): ("whole error", "done unknown", "done unknown"),
}
#: After these kinds a client knows that the request was not carried out.
CERTAIN = frozenset({"quota", "refused", "barred", "expired"})


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _chunks(body: bytes, size: int = 50) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        piece = body[start : start + size]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)


def _chunked(right: Reply) -> Reply:
    return replace(right, has_length=False).with_headers({"Transfer-Encoding": "chunked"})


def _unmeasured(right: Reply) -> Reply:
    return replace(right, has_length=False)


def _measured(*lengths: Callable[[int], object]) -> Change:
    """Return a change of Content-Length into others, made of the right one."""

    def change(right: Reply) -> Reply:
        size = len(right.body)
        pairs = tuple(("Content-Length", str(length(size))) for length in lengths)
        return replace(right, has_length=False, headers=pairs)

    return change


def _packed(pack: Callable[[bytes], bytes]) -> Change:
    def change(right: Reply) -> Reply:
        return replace(right, body=pack(right.body)).with_headers({"Content-Encoding": "gzip"})

    return change


def _body(body: bytes, status: int = 200) -> Change:
    return lambda right: replace(right, body=body, status=status)


def _status(status: int, message: str, headers: dict[str, str]) -> Change:
    return lambda right: right.refuse(status, message).with_headers(headers)


def _rows(change: Callable[[list[Any]], list[Any]]) -> Change:
    """Return a change of the rows of lists."""

    def apply(right: Reply) -> Reply:
        envelope = json.loads(right.body)
        return right.with_json(envelope | {"data": change(envelope["data"])})

    return apply


def _leading_to(following: Callable[[int], int]) -> Change:
    """Return a change of the row at which the next page starts."""

    def change(right: Reply) -> Reply:
        offset = encode_offset(right.request, following(find_start(right.request)))
        return right.with_json({"data": right.data, "next_page": {"offset": offset}})

    return change


def _expire(right: Reply) -> Reply:
    return right.refuse(400, OFFSET_EXPIRED) if "offset" in right.request.query else right


def _other_gid(right: Reply) -> Reply:
    return right.with_json({"data": right.data | {"gid": "666"}})


def _replace_text(pattern: bytes, by: bytes) -> Change:
    """Return a change of the text of the JSON."""
    return lambda right: replace(right, body=re.sub(pattern, by, right.body))


def _likes(value: bytes) -> Change:
    return _replace_text(rb'"num_likes":\d+', b'"num_likes":' + value)


def _name(value: bytes) -> Change:
    """Return a change of the names of existing tasks into JSON."""
    return _replace_text(rb'"name":"[^"]*"', b'"name":' + value)


def _drip(piece: bytes, seconds: float = 0.05) -> Iterator[Step]:
    for _ in itertools.count():
        yield piece
        yield seconds


def _trickle(data: bytes, count: int = 200) -> list[Step]:
    """Return a segment for each of the first bytes, and one for the rest."""
    return [*(data[place : place + 1] for place in range(count)), data[count:]]


_UNSOLICITED = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 79\r\n\r\n"
    b'{"data":[{"gid":"666","name":"unsolicited","num_likes":66}],   "next_page":null}'
)
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_OK = b"HTTP/1.1 200 OK\r\n"
_LAST_CHUNK = b"0\r\n\r\n"


def _then_close(right: Reply) -> list[Step]:
    return [right.whole, End.CLOSE]


def _instead(*steps: Step) -> Wire:
    return lambda right: steps


def _after_head(*pieces: Callable[[bytes], bytes] | End) -> Wire:
    """Return the head, and then what is made of the body."""
    return lambda right: [
        right.head,
        *(piece if isinstance(piece, End) else piece(right.body) for piece in pieces),
    ]


def _dripping(piece: bytes, *, head: Callable[[Reply], bytes] = lambda right: b"") -> Wire:
    return lambda right: itertools.chain([head(right)], _drip(piece))


#: Connections that end, and lengths, codings and heads that are wrong: nothing of them is valid.
_BROKEN: dict[str, tuple[Change | None, Wire | None]] = {
    "reset after the request": (None, _instead(End.RESET)),
    "closed without a byte": (None, _instead(End.CLOSE)),
    "closed in the status line": (None, _instead(_OK[:9], End.CLOSE)),
    "closed in the headers": (None, lambda right: [_half(right.head), End.CLOSE]),
    "closed after the headers": (None, _after_head(End.CLOSE)),
    "closed in the body": (None, _after_head(_half, End.CLOSE)),
    "reset in the body": (None, _after_head(_half, End.RESET)),
    "a length too long": (_measured(lambda size: size + 10), _then_close),
    "a length too short": (_measured(lambda size: size - 1), None),
    "a length of nothing": (_measured(lambda size: 0), None),
    "no length and half a body": (_unmeasured, _after_head(_half, End.CLOSE)),
    "chunk sizes that are not numbers": (
        _chunked,
        _after_head(lambda body: b"zz\r\n" + body, End.CLOSE),
    ),
    "a chunk size below nothing": (
        _chunked,
        _after_head(lambda body: b"-5\r\n" + body, End.CLOSE),
    ),
    "a chunk longer than its size": (
        _chunked,
        _after_head(lambda body: b"5\r\n" + body, End.CLOSE),
    ),
    "a chunk that is cut": (
        _chunked,
        _after_head(lambda body: b"%x\r\n" % len(body) + _half(body), End.CLOSE),
    ),
    "chunks without the last one": (
        _chunked,
        _after_head(lambda body: b"".join(_chunks(_half(body))), End.CLOSE),
    ),
    "JSON called chunks": (_chunked, _after_head(lambda body: body, End.CLOSE)),
    "no chunks": (_chunked, _after_head(End.CLOSE)),
    "gzip that is cut": (_packed(lambda body: gzip.compress(body)[:-12]), None),
    "gzip without its end": (_packed(lambda body: gzip.compress(body)[:-8]), None),
    "gzip with a wrong sum": (
        _packed(lambda body: gzip.compress(body)[:-8] + b"sums" + gzip.compress(body)[-4:]),
        None,
    ),
    "gzip with a wrong size": (_packed(lambda body: gzip.compress(body)[:-4] + b"size"), None),
    "garbage called gzip": (_packed(lambda body: b"\x1f\x8b garbage"), None),
    "JSON called gzip": (_packed(lambda body: body), None),
    "zlib called gzip": (_packed(zlib.compress), None),
    "a status line without a status": (None, _instead(b"HTTP/1.1 OK\r\n\r\n", End.CLOSE)),
    "a status that is not a number": (None, _instead(b"HTTP/1.1 2OO OK\r\n\r\n", End.CLOSE)),
    "another protocol": (None, _instead(b"SSH-2.0-OpenSSH_9.6\r\n", End.CLOSE)),
    "a body without a head": (None, lambda right: [right.body, End.CLOSE]),
    "zero bytes": (None, _instead(b"\0" * 100, End.CLOSE)),
    "a long header": (None, _instead(_OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", End.CLOSE)),
    "a thousand headers": (None, _instead(_OK + b"X: x\r\n" * 1_000 + b"\r\n", End.CLOSE)),
    "an empty body": (_body(b""), None),
    "half the JSON": (lambda right: replace(right, body=_half(right.body)), None),
    "text that is no JSON": (_body(b"OK"), None),
}

#: Odd, and right.
_HARMLESS: dict[str, tuple[Change | None, Wire | None]] = {
    "a length of text": (_measured(lambda size: "many"), _then_close),
    "no length": (_unmeasured, _then_close),
    "chunks": (_chunked, _after_head(lambda body: b"".join(_chunks(body)) + _LAST_CHUNK)),
    "gzip": (_packed(gzip.compress), None),
    "gzip in two members": (
        _packed(lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])),
        None,
    ),
    "interim responses": (None, lambda right: [_CONTINUE * 3, right.whole]),
    "bytes one at a time": (None, lambda right: _trickle(right.whole)),
    "a second response that nobody asked for": (None, lambda right: [right.whole + _UNSOLICITED]),
}

#: After these the connection stays open, and nothing comes.
_SILENT: dict[str, Wire] = {
    "silence after the request": _instead(End.SILENCE),
    "silence in the headers": lambda right: [_half(right.head), End.SILENCE],
    "silence after the headers": _after_head(End.SILENCE),
    "silence in the body": _after_head(_half, End.SILENCE),
    "silence in a chunk": lambda right: [_chunked(right).head, b"5\r\n{", End.SILENCE],
}

#: These never end, and never pause for long.
_ENDLESS: dict[str, Wire] = {
    "interim responses for ever": _dripping(_CONTINUE),
    "a status line for ever": _dripping(b"x", head=lambda right: _OK[:-2]),
    "headers for ever": _dripping(b"x", head=lambda right: _half(right.head)),
    "a chunk size for ever": _dripping(b"0", head=lambda right: _chunked(right).head),
    "chunks for ever": _dripping(b"1\r\n \r\n", head=lambda right: _chunked(right).head),
    "a body for ever": _dripping(b" ", head=lambda right: _measured(lambda n: 10**6)(right).head),
    "a body without a length for ever": _dripping(
        b" ", head=lambda right: _unmeasured(right).head
    ),
}

_HTML = b"<!doctype html><html><title>Log in</title></html>"

#: Responses with status 200 that are not Asana's, or about something else.
_FOREIGN: dict[str, tuple[Change, frozenset[str]]] = {
    "an object of nothing": (_body(b"{}"), FULL | {"delete"}),
    "empty data": (_body(b'{"data": {}}'), FULL),
    "data that is null": (_body(b'{"data": null}'), FULL | {"delete"}),
    "errors with status 200": (
        _body(b'{"errors": [{"message": "Something went wrong"}]}'),
        FULL | {"delete"},
    ),
    "a message to log in": (_body(b'{"message": "login required"}'), FULL | {"delete"}),
    "a message to log in as data": (_body(b'{"data": {"message": "login required"}}'), FULL),
    "a list for an object": (_body(b'{"data": [], "next_page": null}'), FULL - LISTS | {"delete"}),
    "a web page": (_body(_HTML), FULL | {"delete"}),
    "another object": (_other_gid, NAMED),
    "no word of a next page": (lambda right: right.with_json({"data": right.data}), PAGES),
}

#: Lists that lead in a circle.
_CIRCLES = {
    "the same page again": _leading_to(lambda start: 3),
    "a circle of pages": _leading_to(lambda start: 6 if start == 3 else 3),
    "the first page again": _leading_to(lambda start: 0),
}

_HTTP_DATE = email.utils.formatdate(time.time() + 3, usegmt=True)
_TOO_MANY = "You've made too many requests and hit a rate limit."
#: Values of Retry-After, and whether a server can go on with them for ever within a test.
_PAUSES = {
    "a short pause": ("1", False),
    "a pause of 40 s": ("40", True),
    "a pause of no length": ("0", True),
    "a pause below nothing": ("-3", True),
    "a pause that is not a number": ("soon", True),
    "a pause until a date": (_HTTP_DATE, False),
    "a pause that is not said": ("", True),
}

_REFUSED = {
    400: ("refused", "InvalidRequest"),
    401: ("barred", "AuthError"),
    402: ("refused", "PaymentRequired"),
    403: ("refused", "Forbidden"),
    404: ("refused", "NotFound"),
    301: ("barred", "RequestRefused"),
    302: ("barred", "RequestRefused"),
    303: ("barred", "RequestRefused"),
    307: ("barred", "RequestRefused"),
    308: ("barred", "RequestRefused"),
}

_DEEP = b'"deep":' + b"[" * 1_000 + b"]" * 1_000 + b',"num_likes":7'
#: JSON that few would write: kind, what replaces num_likes or the name, and what a frame shows.
_WILD: dict[str, tuple[str, Change, dict[str, Any]]] = {
    "half a surrogate pair": ("harmless", _name(rb'"\\ud83d"'), {"name": "\ufffd"}),
    "NaN": ("doubtful", _likes(b"NaN"), {"num_likes": None}),
    "Infinity": ("doubtful", _likes(b"-Infinity"), {"num_likes": None}),
    "a number beyond floats": ("harmless", _likes(b"1e999"), {"num_likes": None}),
    "a number beyond 64 bits": ("harmless", _likes(b"1" * 40), {"num_likes": None}),
    "a key twice": ("harmless", _likes(b'7,"num_likes":8'), {"num_likes": 8}),
    "a thousand levels": ("doubtful", _replace_text(rb'"num_likes":\d+', _DEEP), {"num_likes": 7}),
    "gids as numbers": ("harmless", _replace_text(rb'"gid":"(\d+)"', rb'"gid":\1'), {}),
}


def _iterate_quotas() -> Iterator[Fault]:
    for name, (seconds, is_lasting) in _PAUSES.items():
        headers = {"Retry-After": seconds} if seconds else {}
        modes = ONCE | ALWAYS if is_lasting else ONCE
        too_many = _status(429, _TOO_MANY, headers)
        yield Fault(
            f"429 and {name}", "quota", too_many,
            is_carried_out=False, error="RateLimited", modes=modes,
        )  # fmt: skip
    for status, name in itertools.product((500, 502, 503, 504), ("a short pause", "no pause")):
        headers = {"Retry-After": "1"} if name == "a short pause" else {}
        change = _status(status, "no", headers) if status == 500 else _body(_HTML, status)
        yield Fault(f"{status} and {name}", "broken", change, error="ServerError")
    yield Fault(
        "503 and a pause of 40 s",
        "broken",
        _status(503, "no", {"Retry-After": "40"}),
        error="ServerError",
    )


def _iterate_faults() -> Iterator[Fault]:
    for name, (reply, wire) in _BROKEN.items():
        yield Fault(name, "broken", reply, wire)
    for name, (reply, wire) in _HARMLESS.items():
        yield Fault(name, "harmless", reply, wire, modes=ALWAYS)
    yield Fault(
        "reset before the request is read", "broken",
        wire=_instead(End.RESET), is_read=False, is_carried_out=False,
    )  # fmt: skip
    yield Fault("closed between requests", "stale", wire=_then_close, modes=ALWAYS)
    yield Fault("two lengths", "doubtful", _measured(lambda n: n, lambda n: n - 5), _then_close)
    yield Fault("a length below nothing", "doubtful", _measured(lambda n: -1), _then_close)
    yield Fault("gzip and garbage", "doubtful", _packed(lambda body: gzip.compress(body) + b"..."))
    for name, (change, touches) in _FOREIGN.items():
        yield Fault(name, "foreign", change, touches=touches)
    for name, change in _CIRCLES.items():
        yield Fault(name, "foreign", change, touches=PAGES, modes=ALWAYS)
    yield Fault(
        "an offset that has expired", "expired", _expire,
        touches=PAGES, error="InvalidRequest",
    )  # fmt: skip
    twice = _rows(lambda rows: rows + rows[::-1])
    yield Fault("rows that are repeated", "harmless", twice, touches=LISTS, modes=ALWAYS)
    yield from _iterate_quotas()
    for status, (kind, error) in _REFUSED.items():
        headers = {"Location": "/api/1.0/elsewhere"} if status < 400 else {}
        yield Fault(
            f"status {status}", kind, _status(status, "no", headers),
            is_carried_out=False, error=error, modes=REFUSALS,
        )  # fmt: skip
    for name, (kind, change, spoils) in _WILD.items():
        yield Fault(f"JSON with {name}", kind, change, spoils=spoils, modes=ALWAYS)


#: Faults that end by themselves.
FAULTS = (*_iterate_faults(),)
#: Faults that only a timeout ends.
SILENCES = (
    Fault(
        "silence after connecting", "silent",
        wire=_instead(End.SILENCE), is_read=False, is_carried_out=False, modes=ONCE,
    ),
    *(Fault(name, "silent", wire=wire, modes=ONCE) for name, wire in _SILENT.items()),
)  # fmt: skip
#: Faults that only a deadline ends.
DRIPS = tuple(Fault(name, "endless", wire=wire, modes=ALWAYS) for name, wire in _ENDLESS.items())
