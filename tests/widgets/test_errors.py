"""Errors: every widget says the same of them, and what to do about it."""

from __future__ import annotations

import pytest

import asana_frames as af
from asana_frames.exceptions import (
    AuthError,
    ConfigurationError,
    ConnectionFailed,
    DeadlineExceeded,
    Forbidden,
    NotFound,
    PaymentRequired,
    RateLimited,
    ServerError,
)
from asana_frames.sandbox_server import serve
from asana_frames.widgets import Dashboard, Explorer, GoalPicker
from asana_frames.widgets.errors import explain_error
from tests.fixed_day import NOW
from tests.widgets import screen

TRANSIENT = (ConnectionFailed, RateLimited, ServerError, DeadlineExceeded)


def test_all_widgets_say_the_same_of_a_plan_without_a_feature() -> None:
    with (
        serve(plan="starter", now=NOW) as server,
        af.connect("sandbox", base_url=server.url) as asana,
    ):
        picker = GoalPicker(asana).wait()
        explorer = Explorer(asana, "goals.list").fill(workspace="Acme").run()
        board = Dashboard(
            asana, value="Mobile app", charts={"Hours": lambda project, ax: project.entries}
        ).wait()

    assert "Goals need a paid plan." in screen.said(picker)
    assert "This needs a paid plan. (goals.list: 402 " in explorer._status.value
    assert "This needs a paid plan. (" in board._chart_boxes["Hours"].value


@pytest.mark.parametrize("kind", TRANSIENT)
def test_another_try_is_advised_after_what_passes(kind: type[Exception]) -> None:
    text, can_retry = explain_error(kind("no route"), "tasks")

    assert can_retry
    assert text.startswith("Asana ")
    assert text.endswith("(no route)")


def test_a_list_is_explained_by_what_it_contains_and_where() -> None:
    assert explain_error(PaymentRequired("x"), "goals", "Acme").text == "Goals need a paid plan."
    assert explain_error(NotFound("x"), "goals").text == (
        "The list of goals does not exist, or you have no access to it."
    )
    assert explain_error(Forbidden("x")).text == "You have no access to this. (x)"
    assert not explain_error(AuthError("x"), "goals").can_retry


def test_no_retry_is_advised_after_what_only_a_restart_mends() -> None:
    text, can_retry = explain_error(ConfigurationError("This needs matplotlib."))

    assert text == "This needs matplotlib."
    assert not can_retry


def test_what_is_said_of_a_token_holds_where_there_are_no_cells() -> None:
    text = explain_error(AuthError("x"), "goals").text

    assert text.startswith("Asana does not accept your token. Log in with af.widgets.login() or")
    assert "cell" not in text


def test_an_error_of_python_is_named() -> None:
    assert explain_error(KeyError("odd")).text == "KeyError: 'odd'"
    assert explain_error(TypeError("odd"), "goals", "Acme").text == (
        "The goals of Acme cannot be listed: TypeError: odd"
    )
