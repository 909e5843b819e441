"""Logging in in JupyterLab: the token is nowhere afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import Company, Open
from tests.browser.pages import focused
from tests.browser.servers import JupyterServer

TOKEN = "sandbox:ben.fischer@acme.example"
#: What would be left of it if it were sent letter by letter; nothing else has that in it.
BEGUN = TOKEN[:10]
STATE = "@jupyter-widgets/jupyterlab-manager:plugin"


@pytest.fixture
def kernel(lab: JupyterServer) -> Iterator[str]:
    """A kernel of its own, because a login lasts as long as the process."""
    kernel_id = lab.start_kernel()
    yield kernel_id
    lab.end_kernel(kernel_id)


@pytest.fixture(params=[False, True], ids=["no state", "widget state"])
def saves_state(request: pytest.FixtureRequest, lab: JupyterServer) -> Iterator[bool]:
    """Whether JupyterLab saves the state of widgets with a notebook."""
    lab.set(STATE, {"saveState": request.param})
    yield request.param
    lab.set(STATE, {})


def test_after_a_login_the_token_is_in_no_file(
    company: Company, saves_state: bool, notebook: Open, lab: JupyterServer
) -> None:
    url = company.server.url
    opened = notebook(
        f'import asana_frames as af\nlogin = af.widgets.login(base_url="{url}")\nlogin',
        f'me = af.connect(base_url="{url}").users.get("me")\nprint(login, me["email"][0])',
    )
    shown = opened.run(0)

    shown.get_by_label("Token", exact=True).press_sequentially(TOKEN)
    opened.picture("login-typed")
    shown.get_by_label("Token", exact=True).press("Enter")
    shown.get_by_text("ben.fischer@acme.example").wait_for()
    opened.picture("login-done")
    typed = shown.get_by_label("Token", exact=True).input_value()
    said = opened.text(1)
    opened.save()
    saved = json.loads(opened.path.read_text("utf-8"))

    assert typed == ""
    assert "logged in as Ben Fischer" in said
    assert ("widgets" in saved["metadata"]) == saves_state
    assert "Logged in as" in opened.path.read_text("utf-8") or not saves_state
    assert files_with(BEGUN, lab.folder) == []
    assert BEGUN not in opened.page.content()
    assert opened.wrong == []


@pytest.mark.parametrize("saves_state", [True], indirect=True, ids=["widget state"])
def test_a_login_that_fails_says_so_and_keeps_no_token(
    company: Company, saves_state: bool, notebook: Open, lab: JupyterServer
) -> None:
    url = company.server.url
    opened = notebook(f'import asana_frames as af\naf.widgets.login(base_url="{url}")')
    shown = opened.run(0)

    shown.get_by_label("Token", exact=True).fill("unheard-of-token")
    shown.get_by_role("button", name="Log in").click()
    shown.get_by_text("Not logged in").wait_for()
    opened.picture("login-refused")
    opened.save()

    assert files_with("unheard-of-token", lab.folder) == []
    assert "unheard-of-token" not in opened.page.content()


@pytest.mark.parametrize("saves_state", [False], indirect=True, ids=["no state"])
def test_the_keyboard_alone_logs_in_again_after_a_failure(
    company: Company, saves_state: bool, notebook: Open
) -> None:
    url = company.server.url
    opened = notebook(f'import asana_frames as af\naf.widgets.login(base_url="{url}")')
    shown = opened.run(0)
    box = shown.get_by_label("Token", exact=True)
    box.focus()
    keyboard = opened.page.keyboard

    keyboard.type("unheard-of-token")
    keyboard.press("Enter")
    shown.get_by_role("alert").get_by_text("Asana does not know this token").wait_for()
    opened.picture("login-unknown-token")
    order = [focused(opened.page)]
    for _ in range(3):
        keyboard.press("Tab")
        order.append(focused(opened.page))
    box.focus()
    keyboard.type(TOKEN)
    keyboard.press("Enter")
    shown.get_by_role("status").get_by_text("ben.fischer@acme.example").wait_for()
    opened.eventually("document.activeElement.textContent.includes('someone else')")
    keyboard.press("Enter")

    assert [name.split(" (")[0] for name in order] == [
        "Token", "Log in", "Create a token at Asana", "Remember on this machine",
    ]  # fmt: skip
    box.wait_for()
    opened.eventually("document.activeElement.type === 'password'")


@pytest.mark.parametrize("saves_state", [False], indirect=True, ids=["no state"])
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_the_form_fits_narrow_pages_and_dark_ones(
    theme: str, company: Company, saves_state: bool, notebook: Open
) -> None:
    url = company.server.url
    opened = notebook(f'import asana_frames as af\naf.widgets.login(base_url="{url}")')
    opened.command("apputils:change-theme", theme=theme)
    opened.page.set_viewport_size({"width": 620, "height": 700})
    shown = opened.run(0)
    shown.get_by_label("Token", exact=True).fill("unheard-of-token")
    shown.get_by_role("button", name="Log in").click()
    shown.get_by_role("alert").wait_for()

    opened.picture(f"login-{theme[11:].lower()}-refused")
    boxes = shown.locator(".widget-box")
    # A box that is too wide is scrolled when its input gets the focus.
    scrolled = boxes.evaluate_all("all => all.map(one => one.scrollLeft)")
    shown.get_by_label("Token", exact=True).fill(TOKEN)
    shown.get_by_role("button", name="Log in").click()
    shown.get_by_role("status").get_by_text("ben.fischer@acme.example").wait_for()
    opened.picture(f"login-{theme[11:].lower()}-done")
    opened.command("apputils:change-theme", theme="JupyterLab Light")

    assert boxes.count() >= 3
    assert set(scrolled) == {0}


def files_with(secret: str, folder: Path) -> list[Path]:
    """Return the files of a folder that a secret is in; it looks the same in JSON."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert [path for path in files if path.suffix == ".ipynb"]
    return [path for path in files if secret in str(path) or secret.encode() in path.read_bytes()]
