"""A token that Asana refuses before its time is renewed once, and the request sent again."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

import asana_frames as af
from asana_frames.asana import Asana
from asana_frames.fetch import Http
from asana_frames.fetch.auth import token_source_for
from asana_frames.fetch.credentials import Credential
from tests.recorder import Asked, Recorder, Reply

REFUSED = Reply(401, {"errors": [{"message": "Not Authorized"}]})


@dataclass
class Login:
    """What a server does with the tokens of a login."""

    recorder: Recorder
    #: Tokens that it accepts.
    valid: set[str] = field(default_factory=set)
    renewals: list[Reply] = field(default_factory=list)

    def reply(self, asked: Asked) -> Reply:
        if asked.path == "/-/oauth_token":
            number = len(self.tokens)
            fresh = {"access_token": f"fresh {number}".replace(" ", ""), "expires_in": 3_600}
            return self.renewals.pop(0) if self.renewals else Reply(body=fresh)
        token = asked.headers["Authorization"].removeprefix("Bearer ")
        return Reply(body={"data": {"gid": "1"}}) if token in self.valid else REFUSED

    @property
    def tokens(self) -> list[Asked]:
        """The requests for a token."""
        return [asked for asked in self.recorder.asked if asked.path == "/-/oauth_token"]


@pytest.fixture
def login(recorder: Recorder) -> Login:
    made = Login(recorder)
    recorder.reply = made.reply
    return made


@pytest.fixture
def asana(login: Login) -> Iterator[af.Asana]:
    """A login whose token should be valid for another hour."""
    credential = Credential("old", f"refresh {time.time_ns()}", time.time() + 3_600, "app")
    url = login.recorder.url
    with Asana(Http(token_source_for(credential, url), url)) as connected:
        yield connected


def test_a_refused_token_is_renewed_and_the_call_goes_on(login: Login, asana: af.Asana) -> None:
    login.valid = {"fresh1"}

    assert asana.tasks.get("1")["gid"].tolist() == ["1"]
    assert asana.tasks.create(name="x", workspace="1")["gid"].tolist() == ["1"]
    assert len(login.tokens) == 1


def test_a_renewed_token_that_is_refused_too_is_an_error(login: Login, asana: af.Asana) -> None:
    with pytest.raises(af.AuthError):
        asana.tasks.get("1")

    assert len(login.tokens) == 1


def test_threads_that_are_refused_together_renew_once(login: Login, asana: af.Asana) -> None:
    login.valid = {"fresh1"}
    ready = threading.Barrier(8)
    found: list[str] = []

    def work() -> None:
        ready.wait()
        found.extend(asana.tasks.get("1")["gid"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == ["1"] * 8
    assert len(login.tokens) == 1


def test_many_writes_go_on_with_the_new_token(login: Login, asana: af.Asana) -> None:
    login.valid = {"fresh1"}

    changed = asana.tasks.update(["1"] * 30, name="x", fields=["name"])

    assert changed["write_outcome"].tolist() == ["done"] * len(changed)
    assert len(login.tokens) == 1


def test_a_renewal_that_is_refused_says_to_log_in_again(login: Login, asana: af.Asana) -> None:
    login.renewals = [Reply(400, {"error": "invalid_grant"})]

    with pytest.raises(af.AuthError, match="Log in again"):
        asana.tasks.get("1")


@pytest.mark.parametrize(
    ("status", "error"), [(429, "rate_limited"), (503, "unavailable"), (500, "internal")]
)
def test_trouble_at_the_token_endpoint_does_not_end_the_login(
    login: Login, asana: af.Asana, status: int, error: str
) -> None:
    login.valid = {"fresh2"}
    login.renewals = [Reply(status, {"error": error})]

    with pytest.raises(af.AsanaError):
        asana.tasks.get("1")

    assert asana.tasks.get("1")["gid"].tolist() == ["1"]
    assert len(login.tokens) == 2


def test_the_deadline_of_a_call_holds_for_the_renewal(login: Login, asana: af.Asana) -> None:
    def reply(asked: Asked) -> Reply:
        if asked.path == "/-/oauth_token":
            time.sleep(4)
        return login.reply(asked)

    login.recorder.reply = reply
    started = time.monotonic()

    with pytest.raises(af.DeadlineExceeded):
        asana.with_options(deadline=0.5).tasks.get("1")

    assert time.monotonic() - started < 3
