"""Files of attachments: whole or not there, and no token for those who have them."""

from __future__ import annotations

import gzip
import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import asana_frames as af
from asana_frames._files import part_prefix
from asana_frames.sandbox_server import Server, make_application
from asana_frames.sandbox_server.http.downloads import attachment_content
from tests.fixed_day import NOW
from tests.recorder import Asked, Recorder, Reply

COLUMNS = ["gid", "name", "path", "download_outcome", "download_message"]
CONTENT = b"0123456789" * 20_000
SIZE = len(CONTENT)


@pytest.fixture(params=["over HTTP", "in this process"])
def connection(
    request: pytest.FixtureRequest, server: Server
) -> Iterator[tuple[af.Asana, Callable[[str], bytes]]]:
    """A sandbox, and a function that returns the content of an attachment by its gid."""
    if request.param == "in this process":
        asana = af.sandbox(now=NOW)
        store: Any = asana.http.adapter.application.store  # type: ignore[union-attr]
    else:
        asana = af.connect("sandbox", base_url=server.url)
        store = server.application.store
    with asana:
        yield asana, lambda gid: attachment_content(store.get(gid))


def list_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_files_are_downloaded_whole_and_once(
    connection: tuple[af.Asana, Callable[[str], bytes]], tmp_path: Path
) -> None:
    asana, content_of = connection
    attachments = asana.attachments.list(parent=asana.tasks.list(project="Website relaunch"))

    first = asana.attachments.download(attachments, tmp_path / "new" / "folder")
    sent = asana.last.requests
    second = asana.attachments.download(attachments, tmp_path / "new" / "folder")

    assert list(first.columns) == COLUMNS
    assert set(first.dtypes.astype(str)) == {"str"}
    assert first["gid"].tolist() == attachments["gid"].tolist()
    is_link = attachments["download_url"].isna()
    assert is_link.sum() > 1
    assert first["download_outcome"].tolist() == ["no file" if x else "done" for x in is_link]
    assert first["path"].isna().tolist() == is_link.tolist()
    assert "link to external; view_url opens it" in first.loc[is_link, "download_message"].iloc[0]
    files = first[~is_link]
    assert [Path(path).read_bytes() for path in files["path"]] == list(
        map(content_of, files["gid"])
    )
    assert len(list_files(tmp_path / "new" / "folder")) == len(files)
    assert sent == len(files)
    pd.testing.assert_frame_equal(
        second, first.assign(download_outcome=first["download_outcome"].replace("done", "present"))
    )
    assert asana.last.requests == 0
    assert asana.last.operation == "attachments.download"


def test_attachments_can_be_given_by_gid(
    connection: tuple[af.Asana, Callable[[str], bytes]], tmp_path: Path
) -> None:
    asana, content_of = connection
    tasks = asana.tasks.list(project="Website relaunch")
    attachments = asana.attachments.list(parent=tasks, fields=["resource_subtype"])
    gids = attachments.loc[attachments["resource_subtype"] == "asana", "gid"].tolist()

    with pytest.warns(af.PartialResultWarning, match="Could not download 1 of 3 files"):
        done = asana.attachments.download([gids[0], "999", gids[1]], tmp_path)

    assert done["download_outcome"].tolist() == ["done", "failed", "done"]
    assert done["name"].notna().tolist() == [True, False, True]
    assert "404" in done["download_message"].iloc[1]
    assert Path(done["path"].iloc[2]).read_bytes() == content_of(gids[1])
    assert asana.last.failures["parent_gid"].tolist() == ["999"]


def test_an_uploaded_file_comes_back(own: af.Asana, tmp_path: Path) -> None:
    task = own.tasks.create(name="Files", workspace=own.workspaces.list())
    (tmp_path / "Zoë's plan.txt").write_bytes(CONTENT)
    made = own.attachments.create(parent=task, file=tmp_path / "Zoë's plan.txt")

    done = own.attachments.download(made, tmp_path / "down")

    assert done["path"].tolist() == [str(tmp_path / "down" / "Zoë's plan.txt")]
    assert Path(done["path"].iloc[0]).read_bytes() == CONTENT


def test_bytes_are_refused_and_a_stream_of_them_is_uploaded(own: af.Asana, tmp_path: Path) -> None:
    task = own.tasks.create(name="Bytes", workspace=own.workspaces.list())

    with pytest.raises(af.InvalidArgument, match=r"is bytes.*io.BytesIO\(content\)"):
        own.attachments.create(parent=task, file=CONTENT)  # type: ignore[arg-type]

    made = own.attachments.create(parent=task, file=io.BytesIO(CONTENT), name="plan.bin")
    done = own.attachments.download(made, tmp_path / "down")
    assert Path(done["path"].iloc[0]).read_bytes() == CONTENT


def test_an_address_that_has_expired_is_read_again(
    asana: af.Asana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attachments = asana.attachments.list(parent=asana.tasks.list(project="Website relaunch"))
    attachments = attachments.dropna(subset=["download_url"])
    old = attachments.assign(
        download_url=attachments["download_url"].str.replace(
            r"expires=\d+", "expires=1", regex=True
        )
    )

    done = asana.attachments.download(old, tmp_path)

    assert set(done["download_outcome"]) == {"done"}
    # The old address, the attachment, the new address.
    assert asana.last.requests == 3 * len(done)


# Attachments of a made-up Asana, whose files lie at another host.


@pytest.fixture
def host() -> Iterator[Recorder]:
    """Another server, which has the files."""
    with Recorder() as running:
        running.reply = lambda asked: Reply(body=CONTENT)
        yield running


def url_of(host: Recorder, path: str) -> str:
    return host.url.removesuffix("/api/1.0") + path


def frame_of(host: Recorder, *names: str, **columns: Any) -> pd.DataFrame:
    """Return attachments named so, whose gids are 1, 2, ... and whose files are at /<gid>."""
    gids = [str(number) for number in range(1, len(names) + 1)]
    columns = {"size": SIZE, "created_at": pd.Timestamp("2026-03-02T09:15Z"), **columns}
    urls = [url_of(host, f"/{gid}") for gid in gids]
    return pd.DataFrame({"gid": gids, "name": names, "download_url": urls}).assign(**columns)


def test_no_host_of_files_gets_a_token(
    recorder: Recorder, recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    # A redirect leads back to the host that the token is for.
    host.reply = lambda asked: Reply(status=302, headers={"Location": url_of(recorder, "/file")})
    recorder.reply = lambda asked: Reply(body=CONTENT)

    done = recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert done["download_outcome"].tolist() == ["done"]
    for asked in [*host.asked, *recorder.asked]:
        assert not {"authorization", "cookie"} & {name.lower() for name in asked.headers}
        assert "secret-token" not in str(asked.headers)
    assert [len(host.asked), len(recorder.asked)] == [1, 1]


@pytest.mark.parametrize(
    "location",
    [
        "http://files.example/1",
        "ftp://127.0.0.1/1",
        "file:///etc/passwd",
        "https://u:p@127.0.0.1/",
    ],
)
def test_a_redirect_to_an_address_that_is_not_safe_is_not_followed(
    recorded: af.Asana, host: Recorder, tmp_path: Path, location: str
) -> None:
    host.reply = lambda asked: Reply(status=301, headers={"Location": location})

    with pytest.warns(af.PartialResultWarning):
        done = recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert done["download_outcome"].tolist() == ["failed"]
    assert "is refused" in done["download_message"].iloc[0]
    assert len(host.asked) == 1
    assert list_files(tmp_path) == []


@pytest.mark.parametrize(
    "url", ["http://files.example/1", "file:///etc/passwd", "//x", "http://["]
)
def test_an_address_that_is_not_safe_is_refused(
    recorded: af.Asana, host: Recorder, tmp_path: Path, url: str
) -> None:
    with pytest.warns(af.PartialResultWarning, match="is refused"):
        done = recorded.attachments.download(
            frame_of(host, "a.txt").assign(download_url=url), tmp_path
        )

    assert done["download_outcome"].tolist() == ["failed"]
    assert list_files(tmp_path) == []


def test_a_circle_of_redirects_ends(recorded: af.Asana, host: Recorder, tmp_path: Path) -> None:
    host.reply = lambda asked: Reply(status=307, headers={"Location": "/again"})

    with pytest.warns(af.PartialResultWarning, match="More than 5 redirects"):
        recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert len(host.asked) == 6


@pytest.mark.parametrize(
    "fault",
    [Reply(body=CONTENT, cut=70_000), Reply(status=503, headers={"Retry-After": "7"})],
    ids=["cut", "503"],
)
def test_a_download_that_breaks_off_is_begun_again(
    recorded: af.Asana, host: Recorder, tmp_path: Path, fault: Reply, clock: Any
) -> None:
    host.replies(fault, fault, Reply(body=CONTENT))

    done = recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert done["download_outcome"].tolist() == ["done"]
    assert (tmp_path / "a.txt").read_bytes() == CONTENT
    assert list_files(tmp_path) == ["a.txt"]
    assert recorded.last.retries == 2
    assert (fault.status != 503) or clock.waits == pytest.approx([7, 7], abs=0.1)


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Reply(body=CONTENT, cut=70_000), "The file broke off at"),
        (Reply(status=500), "127.0.0.1 answered 500."),
        (Reply(status=418), "127.0.0.1 answered 418."),
    ],
    ids=["cut", "500", "418"],
)
def test_the_error_of_one_file_does_not_stop_the_others(
    recorded: af.Asana, host: Recorder, tmp_path: Path, fault: Reply, says: str
) -> None:
    host.reply = lambda asked: fault if asked.path == "/2" else Reply(body=CONTENT)

    with pytest.warns(af.PartialResultWarning, match="Could not download 1 of 3 files") as caught:
        done = recorded.attachments.download(frame_of(host, "a.txt", "b.txt", "c.txt"), tmp_path)

    assert done["download_outcome"].tolist() == ["done", "failed", "done"]
    assert says in done["download_message"].iloc[1]
    assert list_files(tmp_path) == ["a.txt", "c.txt"]
    # An address is a secret for as long as it works.
    assert "/2" not in str(caught[0].message)
    assert "http" not in done["download_message"].iloc[1]


def test_an_address_that_stays_refused_is_renewed_twice(
    recorder: Recorder, recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    host.reply = lambda asked: Reply(status=403)
    renewed = {"gid": "1", "name": "a.txt", "download_url": url_of(host, "/new")}
    recorder.reply = lambda asked: Reply(body={"data": renewed})

    with pytest.warns(af.PartialResultWarning, match="answered 403"):
        recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert [asked.path for asked in host.asked] == ["/1", "/new", "/new"]
    assert [asked.path for asked in recorder.asked] == ["/api/1.0/attachments/1"] * 2


def test_an_attachment_that_is_gone_is_told(
    recorder: Recorder, recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    host.reply = lambda asked: Reply(status=403)
    recorder.reply = lambda asked: Reply(status=404, body={"errors": [{"message": "Gone"}]})

    with pytest.warns(af.PartialResultWarning):
        done = recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert "404" in done["download_message"].iloc[0]
    assert "Gone" in done["download_message"].iloc[0]


def test_a_token_that_is_refused_ends_the_call(
    recorder: Recorder, recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    recorder.reply = lambda asked: Reply(status=401, body={"errors": [{"message": "No"}]})

    with pytest.raises(af.AuthError):
        recorded.attachments.download(["1", "2"], tmp_path)

    partial = recorded.last.partial
    assert partial is not None
    assert partial["download_outcome"].tolist() == ["not sent", "not sent"]


def test_files_of_one_name_are_told_apart_by_gid(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    frame = frame_of(host, "a.txt", "A.TXT", "b.txt", "../b.txt")

    done = recorded.attachments.download(frame, tmp_path)
    again = recorded.attachments.download(frame, tmp_path)

    assert list_files(tmp_path) == ["A 2.TXT", "_b.txt", "a 1.txt", "b.txt"]
    assert set(again["download_outcome"]) == {"present"}
    assert done["path"].tolist() == again["path"].tolist()


def test_a_file_that_is_there_is_never_replaced(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_bytes(b"mine")
    outside = tmp_path.parent / f"{tmp_path.name}-outside.txt"
    (tmp_path / "b.txt").symlink_to(outside)
    (tmp_path / "c.txt").write_bytes(b"mine")
    (tmp_path / "c 3.txt").write_bytes(b"mine too")

    with pytest.warns(af.PartialResultWarning, match="c 3.txt is another file; move it away"):
        done = recorded.attachments.download(frame_of(host, "a.txt", "b.txt", "c.txt"), tmp_path)

    assert done["download_outcome"].tolist() == ["done", "done", "failed"]
    assert (tmp_path / "a.txt").read_bytes() == b"mine"
    assert (tmp_path / "a 1.txt").read_bytes() == CONTENT
    assert (tmp_path / "b 2.txt").read_bytes() == CONTENT
    assert not outside.exists()
    assert (tmp_path / "c 3.txt").read_bytes() == b"mine too"


def test_a_file_with_the_gid_of_another_in_its_name_is_not_replaced(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    frame = frame_of(host, "x.txt", "x.txt", "x 1.txt")

    recorded.attachments.download(frame, tmp_path)

    assert list_files(tmp_path) == ["x 1 3.txt", "x 1.txt", "x 2.txt"]


@pytest.mark.parametrize("missing", ["size", "created_at"])
def test_a_file_is_recognised_by_what_is_known(
    recorded: af.Asana, host: Recorder, tmp_path: Path, missing: str
) -> None:
    frame = frame_of(host, "a.txt", **{missing: None})

    first = recorded.attachments.download(frame, tmp_path)
    second = recorded.attachments.download(frame, tmp_path)

    assert first["download_outcome"].tolist() == ["done"]
    assert second["download_outcome"].tolist() == ["present"]
    assert len(host.asked) == 1


def test_a_download_has_the_time_of_its_attachment(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    found = pd.Timestamp((tmp_path / "a.txt").stat().st_mtime, unit="s", tz="UTC")
    assert found == pd.Timestamp("2026-03-02T09:15Z")


def test_an_interrupted_call_leaves_whole_files_and_is_continued(
    recorded: af.Asana, host: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = frame_of(host, *[f"{number}.txt" for number in range(1, 31)])

    def tick(bar: Any) -> None:
        if bar.done == 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("asana_frames.calls.progress.ProgressBar.tick", tick)
        with pytest.raises(KeyboardInterrupt):
            recorded.attachments.download(frame, tmp_path)

    partial = recorded.last.partial
    assert partial is not None
    assert (partial["download_outcome"] == "done").sum() == 5
    assert set(partial["download_outcome"]) == {"done", "not sent"}
    wait_for_no_parts(tmp_path)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {CONTENT}
    before = len(list_files(tmp_path))
    continued = recorded.attachments.download(frame, tmp_path)
    assert continued["download_outcome"].value_counts().to_dict() == {
        "present": before,
        "done": 30 - before,
    }


def wait_for_no_parts(folder: Path) -> None:
    """Wait until the threads of a call that has ended have removed what they began."""
    ends = time.monotonic() + 10
    while any(path.suffix == ".part" for path in folder.iterdir()):
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_a_deadline_holds_for_a_host_that_says_nothing(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    going_on, ended = threading.Event(), threading.Event()

    def reply(asked: Asked) -> Reply:
        if asked.path == "/2":
            assert going_on.wait(60)
            ended.set()
        return Reply(body=CONTENT)

    host.reply = reply

    with pytest.raises(af.DeadlineExceeded):
        recorded.with_options(deadline=2).attachments.download(
            frame_of(host, "a.txt", "b.txt"), tmp_path
        )

    assert not ended.is_set()
    partial = recorded.last.partial
    assert partial is not None
    assert partial["download_outcome"].tolist() == ["done", "not sent"]
    going_on.set()
    assert ended.wait(60)
    wait_for_no_parts(tmp_path)
    assert list_files(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("wrong", [None, 3, ["a"]])
def test_a_folder_that_is_no_path_is_refused(recorded: af.Asana, wrong: Any) -> None:
    with pytest.raises(af.InvalidArgument, match="folder= takes a path"):
        recorded.attachments.download("1", wrong)


def test_a_folder_that_is_a_file_is_told(recorded: af.Asana, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(af.ConfigurationError, match="cannot be written"):
        recorded.attachments.download("1", tmp_path / "file")


def test_no_attachments_are_no_files(recorded: af.Asana, tmp_path: Path) -> None:
    done = recorded.attachments.download([], tmp_path)

    assert list(done.columns) == COLUMNS
    assert len(done) == 0
    assert set(done.dtypes.astype(str)) == {"str"}


def test_a_download_cannot_be_planned(recorded: af.Asana, tmp_path: Path) -> None:
    with pytest.raises(af.InvalidArgument, match="cannot be planned or streamed"):
        recorded.plan(recorded.attachments.download, "1", tmp_path)


def test_download_is_among_the_methods_that_are_shown(recorded: af.Asana) -> None:
    assert repr(recorded.attachments).endswith("create, download>")
    assert "Download the files of attachments" in recorded.attachments._repr_html_()


def test_the_sandbox_signs_addresses_of_its_own_host() -> None:
    application = make_application(base_url="https://sandbox.invalid/api/1.0", now=NOW)
    answer = application.handle("GET", "/-/files/1?expires=1&sign=x", {})

    assert answer.status == 403


def test_a_file_of_another_size_than_the_attachment_has_broken_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asana = af.sandbox(now=NOW)
    attachments = asana.attachments.list(parent=asana.tasks.list(project="Office move")).head(1)
    # Answers within a process have no Content-Length.
    monkeypatch.setattr(
        "asana_frames.sandbox_server.http.downloads.attachment_content", lambda item: b"half"
    )

    with pytest.warns(af.PartialResultWarning, match="The file broke off at 4 of"):
        done = asana.attachments.download(attachments, tmp_path)

    assert done["download_outcome"].tolist() == ["failed"]
    assert list_files(tmp_path) == []


def test_a_file_that_arrives_packed_is_unpacked(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    host.reply = lambda asked: Reply(
        body=gzip.compress(CONTENT), headers={"Content-Encoding": "gzip"}
    )

    recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert (tmp_path / "a.txt").read_bytes() == CONTENT
    assert host.asked[0].headers["Accept-Encoding"] == "identity"


def test_a_redirect_that_is_no_url_is_told(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    host.reply = lambda asked: Reply(status=302, headers={"Location": "http://["})

    with pytest.warns(af.PartialResultWarning, match="redirects to what is not a valid URL"):
        recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)


@pytest.mark.parametrize("url", ["https://a..b/secret", "https://*.b/secret"])
def test_a_message_does_not_have_the_address(
    recorded: af.Asana, host: Recorder, tmp_path: Path, url: str
) -> None:
    frame = frame_of(host, "a.txt").assign(download_url=url)

    with pytest.warns(af.PartialResultWarning, match="No answer from"):
        done = recorded.attachments.download(frame, tmp_path)

    assert "secret" not in done["download_message"].iloc[0]


def test_a_host_that_is_not_there_is_tried_again_and_told(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    frame = frame_of(host, "a.txt").assign(download_url="http://127.0.0.1:1/secret")

    with pytest.warns(af.PartialResultWarning, match="No answer from 127.0.0.1"):
        done = recorded.attachments.download(frame, tmp_path)

    assert "secret" not in done["download_message"].iloc[0]
    assert recorded.last.retries == 4


def test_a_folder_of_the_name_is_not_the_file(
    recorded: af.Asana, host: Recorder, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").mkdir()

    done = recorded.attachments.download(frame_of(host, "a.txt", size=None), tmp_path)

    assert done["path"].tolist() == [str(tmp_path / "a 1.txt")]


def test_what_a_process_that_has_died_left_unfinished_is_removed(
    recorded: af.Asana, host: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No process has the highest number there is.
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: 2**31 - 1)
        (tmp_path / f"{part_prefix()}x.part").write_bytes(CONTENT[:100])

    recorded.attachments.download(frame_of(host, "a.txt"), tmp_path)

    assert list_files(tmp_path) == ["a.txt"]


def test_a_proxy_of_the_environment_is_used_and_named(
    recorded: af.Asana, host: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = url_of(host, "").replace("http://", "http://me:password@")
    for name in ("https_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    frame = frame_of(host, "a.txt").assign(download_url="https://files.example/secret")

    with pytest.warns(af.PartialResultWarning, match="No answer from files.example"):
        done = recorded.attachments.download(frame, tmp_path)

    message = done["download_message"].iloc[0]
    assert f"through the proxy {url_of(host, '')} (HTTPS_PROXY)" in message
    assert "secret" not in message
    assert "password" not in message


def test_a_frame_of_tasks_is_refused_before_anything_is_read(
    asana: af.Asana, tmp_path: Path
) -> None:
    tasks = asana.tasks.list(project="Website relaunch")

    with pytest.raises(
        af.InvalidArgument, match=r"holds tasks\..*attachments\.list\(parent=frame"
    ):
        asana.attachments.download(tasks, tmp_path / "new")

    assert not (tmp_path / "new").exists()
