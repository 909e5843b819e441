"""One list to choose from: what is chosen stays chosen, and is always on offer."""

from __future__ import annotations

import threading
import time
from typing import Any

import ipywidgets as ipw
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asana_frames.widgets.background import LOCK
from asana_frames.widgets.pickers import choice as choice_module
from asana_frames.widgets.pickers.choice import ENTER_PAUSE, JUST_TYPED, MARK, MAX_SHOWN, Choice
from tests.widgets import screen


def rows_of(*gids: int, name: str = "Name") -> pd.DataFrame:
    return pd.DataFrame({"gid": [str(g) for g in gids], "name": [f"{name} {g}" for g in gids]})


def shown(choice: Choice) -> list[str]:
    return screen.options(choice, choice.label)


def heard_of(choice: Choice) -> list[tuple[str, ...]]:
    heard: list[tuple[str, ...]] = []
    choice.observe(lambda change: heard.append(change["new"]), "chosen")
    return heard


# Whatever is done to a choice, in whatever order.

_GIDS = st.lists(st.integers(1, 30), max_size=25, unique=True)
_DOINGS = st.one_of(
    st.tuples(st.just("offer"), _GIDS, st.booleans(), st.booleans()),
    st.tuples(st.just("choose"), _GIDS),
    st.tuples(st.just("adopt"), _GIDS),
    st.tuples(st.just("type"), st.sampled_from(["", "name", "1", "2 name", "nothing"])),
    st.tuples(st.just("close"), st.booleans()),
    st.tuples(st.just("pick"), st.lists(st.integers(0, 30), max_size=3, unique=True)),
)


def do(choice: Choice, doing: tuple[Any, ...]) -> set[str]:
    """Do a step, and return the gids it makes known."""
    name, *given = doing
    if name == "offer":
        choice.offer(rows_of(*given[0]), is_complete=given[1], keep=given[2])
    elif name == "choose":
        choice.choose([str(gid) for gid in given[0]])
    elif name == "adopt":
        choice.set_rows(rows_of(*given[0]))
    elif name == "type":
        screen.write(choice, choice.label, given[0])
    elif name == "close":
        choice.disable("Wait.", keep=given[0])
    else:
        _pick_places(choice, given[0])
    return {str(gid) for gid in given[0]} if name in {"offer", "adopt"} else set()


def _pick_places(choice: Choice, places: list[int]) -> None:
    there = shown(choice)
    for place in places:
        label = there[place] if place < len(there) else None
        if label in shown(choice) and not screen.control(choice, "Thing").disabled:
            screen.pick(choice, "Thing", label)


@pytest.mark.parametrize("kind", [{}, {"multiple": True}, {"is_search": True}])
@settings(max_examples=60, deadline=None)
@given(doings=st.lists(_DOINGS, max_size=10))
def test_what_is_chosen_is_known_and_on_the_screen(
    kind: dict[str, bool], doings: list[tuple[Any, ...]]
) -> None:
    choice = Choice("Thing", **kind)
    known: set[str] = set()

    for doing in doings:
        known |= do(choice, doing)

        assert set(choice.chosen) <= known & set(choice.rows["gid"])
        assert screen.chips(choice, "Thing") == [f"Name {gid}" for gid in choice.chosen]
        assert choice.names == [f"Name {gid}" for gid in choice.chosen]
        assert choice.chosen_rows["gid"].tolist() == list(choice.chosen)
        assert len(set(choice.chosen)) == len(choice.chosen)
        assert len(choice.chosen) <= 1 or choice._multiple
        if choice._multiple:
            assert not set(screen.chips(choice, "Thing")) & set(shown(choice))


@settings(max_examples=50, deadline=None)
@given(picked=st.sets(st.integers(1, 40)), typed=st.text(max_size=4))
def test_narrowing_never_drops_what_is_chosen(picked: set[int], typed: str) -> None:
    choice = Choice("Thing", multiple=True)
    choice.offer(rows_of(*range(1, 41)))
    choice.choose([str(gid) for gid in sorted(picked)])

    screen.write(choice, "Thing", typed)

    assert choice.chosen == tuple(str(gid) for gid in sorted(picked))


# What is chosen by somebody at the screen.


def test_a_click_adds_and_drops_nothing() -> None:
    choice = Choice("Thing", multiple=True)
    choice.offer(rows_of(1, 2, 3))

    screen.pick(choice, "Thing", "Name 3", "Name 1")

    assert choice.chosen == ("3", "1")
    assert screen.chips(choice, "Thing") == ["Name 3", "Name 1"]
    assert shown(choice) == ["Name 2"]


def test_one_choice_takes_the_place_of_the_other() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2))

    screen.pick(choice, "Thing", "Name 1", "Name 2")

    assert choice.chosen == ("2",)
    assert screen.chips(choice, "Thing") == ["Name 2"]


def test_a_text_that_nothing_is_called_like_is_told_when_it_is_typed() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(1, 13)))

    screen.write(choice, "Thing", "name x")
    while_typing = screen.alerts(choice)
    screen.until(lambda: screen.alerts(choice))

    told = "No thing is called “name x”. 12 begin with “name”: Name 1, Name 2, Name 3, ..."
    assert while_typing == []
    assert screen.alerts(choice) == [told]
    assert screen.control(choice, "Thing").value == "name x"


def test_what_is_chosen_already_is_not_called_unknown() -> None:
    choice = Choice("Thing", multiple=True)
    choice.offer(rows_of(1, 2))
    choice.choose(["1"])

    screen.write(choice, "Thing", "me 1")

    screen.until(lambda: "“Name 1” is chosen already." in screen.said(choice))
    assert screen.alerts(choice) == []


def test_a_part_of_a_list_does_not_say_what_is_unknown(timers: screen.Timers) -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1), is_complete=False)

    screen.write(choice, "Thing", "other")
    timers.end()
    meanwhile = screen.alerts(choice)
    choice.offer(rows_of(1))

    assert meanwhile == []
    assert len(screen.alerts(choice)) == 1


def test_the_box_is_empty_after_a_choice() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(1, 31)))
    screen.write(choice, "Thing", "name 2")

    screen.pick(choice, "Thing", "Name 27")

    assert (screen.control(choice, "Thing").value, choice.query) == ("", "")
    assert len(shown(choice)) == 30


@pytest.mark.parametrize("multiple", [False, True])
def test_a_chip_that_is_pressed_is_removed(multiple: bool) -> None:
    choice = Choice("Thing", multiple=multiple)
    choice.offer(rows_of(1, 2))
    choice.choose(["2"])
    heard = heard_of(choice)

    screen.press(choice, "Name 2")

    assert heard == [()]
    assert screen.chips(choice, "Thing") == []


def test_a_chip_that_is_gone_leaves_no_widget_behind() -> None:
    choice = Choice("Thing", multiple=True)
    choice.offer(rows_of(*range(1, 10)))
    before = len(ipw.widgets.widget._instances)

    for gid in range(1, 10):
        screen.pick(choice, "Thing", f"Name {gid}")
        screen.press(choice, f"Name {gid}")

    assert len(ipw.widgets.widget._instances) == before


def test_a_name_that_begins_another_is_not_taken_while_it_is_typed() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3).assign(name=["Site", "Site relaunch", "Fair"]))

    for text in ("S", "Si", "Sit", "Site", "Site r"):
        screen.write(choice, "Thing", text)

    assert choice.chosen == ()
    assert shown(choice) == ["Site relaunch"]


def test_a_name_that_begins_another_can_be_chosen() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3).assign(name=["Site", "Site relaunch", "Fair"]))

    screen.write(choice, "Thing", "site")
    screen.enter(choice, "Thing")
    by_enter = choice.chosen
    screen.pick(choice, "Thing", "Site relaunch")
    screen.pick(choice, "Thing", "Site")

    assert by_enter == choice.chosen == ("1",)


def test_a_whole_name_that_is_typed_is_taken() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3).assign(name=["Site", "Site relaunch", "Fair"]))

    screen.write(choice, "Thing", "Site relaunch")

    assert choice.chosen == ("2",)


def test_enter_takes_the_best_match_which_is_told_before() -> None:
    choice = Choice("Thing")
    names = ["My web site", "Cobweb", "Website", "Web"]
    choice.offer(rows_of(1, 2, 3, 4).assign(name=names))

    screen.write(choice, "Thing", "web")
    order, told = shown(choice), choice.note
    screen.enter(choice, "Thing")

    assert order == ["Web", "Website", "My web site", "Cobweb"]
    assert "Enter takes “Web” (4 match)." in told
    assert choice.names == ["Web"]


@pytest.mark.parametrize("typed", ["", "  ", "nothing like it"])
def test_enter_takes_nothing_where_nothing_fits(typed: str) -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2))
    choice.choose(["1"])

    screen.write(choice, "Thing", typed)
    screen.enter(choice, "Thing")

    assert choice.chosen == ("1",)


def test_letters_that_arrive_after_enter_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice_module, "JUST_TYPED", 60)
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3).assign(name=["Mara", "Maya", "Mia"]))
    control = screen.control(choice, "Thing")

    with LOCK:
        control.set_state({"value": "m"})
        control._handle_custom_msg({"event": "submit"}, [])
        control.set_state({"value": "may"})
    screen.until(lambda: choice.chosen, "something chosen")

    assert choice.names == ["Maya"]
    assert control.value == ""


def test_enter_is_heard_in_the_thread_of_the_kernel() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3))
    control = screen.control(choice, "Thing")
    heard: list[threading.Thread] = []
    choice.observe(lambda _: heard.append(threading.current_thread()), "chosen")

    control.set_state({"value": "name 2"})
    time.sleep(2 * JUST_TYPED)
    control._handle_custom_msg({"event": "submit"}, [])

    assert heard == [threading.current_thread()]


def people(**options: Any) -> Choice:
    choice = Choice("Thing", **options)
    choice.offer(rows_of(1, 2, 3, 4).assign(name=["Mara", "Maya", "Mia", "Liam"]))
    return choice


def test_enter_waits_until_no_more_letters_arrive(timers: screen.Timers) -> None:
    choice = people()

    screen.write(choice, "Thing", "m")
    screen.press_enter(choice, "Thing")
    for text in ("ma", "may"):
        screen.write(choice, "Thing", text)
    *earlier, last = timers.of(ENTER_PAUSE)
    for end in earlier:
        end()
    meanwhile = choice.names
    last()

    assert meanwhile == []
    assert choice.names == ["Maya"]


@pytest.mark.parametrize("way", ["Enter again", "a click", "nothing else"])
def test_enter_chooses_once(
    timers: screen.Timers, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    choice = people(multiple=True)

    screen.write(choice, "Thing", "may")
    screen.press_enter(choice, "Thing")
    if way == "Enter again":
        monkeypatch.setattr(choice_module, "JUST_TYPED", -1)
        screen.press_enter(choice, "Thing")
    elif way == "a click":
        screen.pick(choice, "Thing", "Maya")
    else:
        timers.end()
    screen.write(choice, "Thing", "l")
    timers.end()

    assert choice.names == ["Maya"]
    assert screen.control(choice, "Thing").value == "l"


def test_enter_counts_for_its_text_and_not_for_one_that_is_typed_after_it_is_removed(
    timers: screen.Timers,
) -> None:
    choice = people()

    screen.write(choice, "Thing", "may")
    screen.press_enter(choice, "Thing")
    choice.forget_query()
    screen.write(choice, "Thing", "l")
    timers.end()

    assert choice.names == []


def test_enter_in_a_box_that_is_closed_chooses_nothing(timers: screen.Timers) -> None:
    choice = people()

    screen.write(choice, "Thing", "may")
    screen.press_enter(choice, "Thing")
    choice.close()
    timers.end()

    assert choice.names == []


def test_where_there_are_no_threads_enter_chooses_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Timer) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    monkeypatch.setattr(choice_module, "JUST_TYPED", 60)
    choice = people()

    screen.write(choice, "Thing", "x")
    told = screen.alerts(choice)
    screen.write(choice, "Thing", "may")
    screen.press_enter(choice, "Thing")

    assert told == ["No thing is called “x”."]
    assert choice.names == ["Maya"]


def test_enter_waits_for_the_answer_to_a_search() -> None:
    choice = Choice("Thing", is_search=True)
    choice.offer(rows_of(1))

    screen.write(choice, "Thing", "other")
    screen.enter(choice, "Thing")
    meanwhile, told = choice.chosen, choice.note
    choice.offer(rows_of(2))
    screen.enter(choice, "Thing")

    assert meanwhile == ()
    assert "Searching ..." in told
    assert choice.chosen == ("2",)


def test_the_hint_says_what_can_be_done() -> None:
    choice = Choice("Thing", multiple=True, placeholder="All things")
    hints = [screen.control(choice, "Thing").placeholder]
    choice.wait_for_list()
    hints += [screen.control(choice, "Thing").placeholder]
    choice.offer(rows_of(1, 2, 3))
    hints += [screen.control(choice, "Thing").placeholder]
    choice.choose(["1"])
    hints += [screen.control(choice, "Thing").placeholder]

    assert hints == ["", "Reading ...", "All things, or one of 3", "Add another: one of 2"]


def test_what_is_typed_while_a_list_is_read_narrows_it_when_it_is_there() -> None:
    choice = Choice("Thing")
    choice.wait_for_list()

    screen.write(choice, "Thing", "name 27")
    choice.offer(rows_of(*range(1, 31)))

    assert shown(choice) == ["Name 27"]


# What is chosen, when the list changes.


def test_a_choice_that_is_still_there_is_kept_without_a_word() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2))
    choice.choose(["2"])
    heard = heard_of(choice)

    choice.offer(rows_of(2, 3))

    assert choice.chosen == ("2",)
    assert heard == []


def test_a_choice_that_is_gone_is_dropped() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2))
    choice.choose(["2"])

    choice.offer(rows_of(1))

    assert choice.chosen == ()


def test_a_choice_that_is_not_there_yet_is_kept_until_the_list_is_complete() -> None:
    choice = Choice("Thing")
    choice.set_rows(rows_of(9))

    choice.offer(rows_of(1), is_complete=False)
    meanwhile = choice.chosen
    choice.offer(rows_of(1, 2))

    assert meanwhile == ("9",)
    assert choice.chosen == ()


def test_several_that_are_chosen_keep_the_order_in_which_they_were_set() -> None:
    choice = Choice("Thing", multiple=True)
    choice.offer(rows_of(1, 2, 3))
    choice.choose(["3", "1"])
    heard = heard_of(choice)

    choice.offer(rows_of(1, 2, 3, 4))
    choice.disable("Reading ...", keep=True)

    assert choice.chosen == ("3", "1")
    assert heard == []


def test_a_kept_goal_of_a_flat_list_can_stand_beside_a_tree() -> None:
    choice = Choice("Goal")
    choice.set_rows(rows_of(9))

    choice.offer(rows_of(1, 2).assign(depth=[0, 1]), keep=True)

    assert shown(choice) == ["Name 1", "\u00a0" * 4 + "Name 2"]
    assert screen.chips(choice, "Goal") == ["Name 9"]


# The box that narrows.


def test_words_are_found_in_any_order_and_case() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(1, 31)))

    screen.write(choice, "Thing", "17 NAM")

    assert shown(choice) == ["Name 17"]
    assert "Enter takes “Name 17”." in choice.note


def test_a_long_name_is_found_by_its_end() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(1, 31)).assign(name=[f"{'long ' * 40}{n}end" for n in range(30)]))

    screen.write(choice, "Thing", "17end")

    (found,) = shown(choice)
    screen.pick(choice, "Thing", found)
    assert choice.rows["gid"][17] == choice.chosen[0]


def test_of_very_many_only_some_are_shown_and_the_rest_is_found_by_typing() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(5_000)))

    before, told = len(shown(choice)), choice.note
    screen.write(choice, "Thing", "4987")

    assert before == MAX_SHOWN
    assert "5,000 in all; type to find one." in told
    assert shown(choice) == ["Name 4987"]


def test_what_is_chosen_is_shown_even_where_it_is_far_down() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(5_000)))

    choice.choose(["4987"])

    assert screen.chips(choice, "Thing") == ["Name 4987"]


def test_typing_says_nothing_to_those_who_watch_the_choice() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(50)))
    choice.choose(["3"])
    heard = heard_of(choice)

    for text in ("n", "name 4", "nothing", ""):
        screen.write(choice, "Thing", text)

    assert heard == []


def test_an_error_stays_visible_while_somebody_types() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(*range(50)), is_complete=False)
    choice.show_note("The network is down.", is_error=True)

    screen.write(choice, "Thing", "4")
    screen.write(choice, "Thing", "")

    assert "The network is down." in choice.note


# Text of other people.


def test_names_are_never_taken_for_html() -> None:
    choice = Choice("Thing", is_search=True)
    screen.write(choice, "Thing", "<b onclick=alert(1)>")

    choice.offer(rows_of())

    screen.until(lambda: "&lt;b" in choice.note)
    assert "<b" not in choice.note


def test_two_of_one_name_can_each_be_chosen() -> None:
    choice = Choice("Thing", qualifiers=["team_name"])
    rows = rows_of(1, 2).assign(name="Same 🎉", team_name=["Sales", "Growth"])
    choice.offer(rows)

    screen.pick(choice, "Thing", "Same 🎉 · Growth")

    assert choice.chosen == ("2",)
    assert choice.names == ["Same 🎉"]


# Browsers.


def test_state_is_sent_again_when_a_view_is_displayed(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2))
    sent: list[Any] = []
    monkeypatch.setattr(ipw.Widget, "send_state", lambda widget, key=None: sent.append(widget))

    choice.set_state({"_view_count": 1})
    displayed, sent[:] = list(sent), []
    choice.set_state({"_view_count": 0})

    assert screen.control(choice, "Thing") in displayed
    assert screen.control(choice, "Thing") not in sent


# Threads.


def test_what_is_chosen_while_a_page_arrives_is_not_lost() -> None:
    choice = Choice("Thing")
    choice.offer(rows_of(1, 2, 3), is_complete=False)
    control = screen.control(choice, "Thing")
    is_filling, is_chosen = threading.Event(), threading.Event()

    def in_the_middle(_: Any) -> None:
        is_filling.set()
        is_chosen.wait(0.2)

    def arrive() -> None:
        with LOCK:
            choice.offer(rows_of(1, 2, 3, 4), is_complete=False)

    control.observe(in_the_middle, "options")
    page = threading.Thread(target=arrive)
    page.start()
    is_filling.wait(5)
    screen.pick(choice, "Thing", "Name 2")
    is_chosen.set()
    page.join()

    assert choice.chosen == ("2",)
    assert screen.chips(choice, "Thing") == ["Name 2"]
    assert shown(choice) == ["Name 1", "Name 2", "Name 3", "Name 4"]


@pytest.mark.parametrize("multiple", [False, True])
def test_choosing_while_many_pages_arrive_always_counts(multiple: bool) -> None:
    choice = Choice("Thing", multiple=multiple)
    choice.offer(rows_of(*range(1, 10)), is_complete=False)

    def arrive() -> None:
        for last in range(10, 160, 2):
            with LOCK:
                choice.offer(rows_of(*range(1, last)), is_complete=False)

    page = threading.Thread(target=arrive)
    page.start()
    kept = []
    for turn in range(150):
        gid = str(1 + turn % 9)
        screen.control(choice, "Thing").set_state({"value": f"Name {gid}{MARK}"})
        kept.append(gid in choice.chosen)
    page.join()

    assert all(kept)
    assert len(choice.rows) == 157
