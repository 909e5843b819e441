"""Cards: small, escaped, valid, and true of the account they are about."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import asana_frames as af
from asana_frames.display import cards
from asana_frames.display.cards import (
    CardLine,
    ColumnInfo,
    render_account_card,
    render_frame_card,
    render_info_card,
    render_refusal_card,
    render_resource_card,
)
from tests.fixed_day import NOW
from tests.recorder import Recorder, Reply

_BLOCKS = {"div", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"}
_TAGS = _BLOCKS | {"a", "b", "bdi", "code", "span"}
_ATTRIBUTES = {"style", "scope", "colspan", "nowrap", "href", "target", "rel"}
_HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</td></tr></table><iframe>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
    "\ud800 half of a pair",
    "\u202eright to left",
    "\x00\x1b[31m\n\r\t",
    "🧑‍🚀" * 50,
]
_TEXTS = st.one_of(
    st.sampled_from(_HOSTILE),
    st.text(st.characters(exclude_categories=()), max_size=80),
    st.sampled_from(["&", '"', "<", "🧑", "x", " "]).map(lambda sign: sign * 10_000),
)


class _Elements(HTMLParser):
    """Checks that elements are closed in order, and notes tags, attributes and text."""

    def __init__(self, card: str) -> None:
        super().__init__()
        self._open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(card)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def _checked(card: str) -> _Elements:
    """Return the elements of a card that is small and has nothing but what cards are made of."""
    assert len(card.encode()) < cards.LIMIT
    found = _Elements(card)
    assert set(found.tags) <= _TAGS
    assert {name for name, _ in found.attributes} <= _ATTRIBUTES
    for name, value in found.attributes:
        assert name != "style" or value in _STYLES
        assert name != "href" or str(value).startswith("https://app.asana.com/")
    return found


_STYLES = {
    *cards._CELLS.values(),
    cards._GROUP,
    cards._WIDE,
    cards._QUIET,
    cards._LINK,
    cards._LIGHT,
    "margin:4px 0",
}


@settings(max_examples=60, deadline=None)
@given(name=_TEXTS, workspaces=st.lists(_TEXTS, max_size=300), base_url=_TEXTS)
def test_no_name_of_an_account_becomes_markup(
    name: str, workspaces: list[str], base_url: str
) -> None:
    address = f"https://example.com/{base_url}"

    _checked(render_account_card(address, name, workspaces))
    _checked(render_refusal_card(address, name))


@settings(max_examples=60, deadline=None)
@given(
    title=_TEXTS,
    origin=st.lists(_TEXTS, max_size=6),
    cells=st.lists(st.tuples(_TEXTS, _TEXTS, _TEXTS, _TEXTS), min_size=1, max_size=20),
    long=st.booleans(),
)
def test_no_cell_of_a_frame_becomes_markup(
    title: str, origin: list[str], cells: list[tuple[str, ...]], long: bool
) -> None:
    url = f"https://app.asana.com/0/{'&' * 250 if long else 7}"

    card = render_frame_card(
        title, origin, [title] * 4, [CardLine(c[0], url, c[1:]) for c in cells], count=10**9
    )

    _checked(card)


@pytest.mark.parametrize("url", [*_HOSTILE, 'https://app.asana.com/0/"><img src=x>', "http://x"])
def test_no_address_becomes_markup(url: str) -> None:
    found = _checked(
        render_frame_card("1 task", [], ["Name"], [CardLine("Do it", url, ())], count=1)
    )

    links = [value for name, value in found.attributes if name == "href"]
    assert links == ([url] if url.startswith("https://") else [])


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=10), times=st.integers(1, 40))
@example(texts=['"' * 10_000, *["<script>alert(1)</script>"] * 5], times=5)
def test_no_text_of_a_resource_becomes_markup(texts: list[str], times: int) -> None:
    methods = [(text, text) for text in texts] * times
    columns = [ColumnInfo(text, text, text[::-1], bool(len(text) % 2)) for text in texts] * times

    _checked(render_resource_card(texts[0], texts[0], methods, columns))


@pytest.mark.parametrize("hostile", _HOSTILE)
def test_what_a_server_says_is_only_text(recorder: Recorder, hostile: str) -> None:
    me = {"gid": "1", "name": hostile, "workspaces": [{"gid": "2", "name": hostile}] * 3}
    recorder.replies(Reply(body={"data": me}))

    with af.connect("token", base_url=recorder.url) as asana:
        found = _checked(asana._repr_html_())

    assert ("<script>" in hostile) == ("<script>alert(1)</script>" in found.text)


def test_the_card_of_an_account_says_who_where_and_what_works(asana: af.Asana) -> None:
    found = _checked(asana._repr_html_())

    assert "Zoe Ng" in found.text
    assert asana.http.base_url in found.text
    calls = [line for line in found.text.split("asana.")[1:] if "workspace=" in line]
    assert len(calls) == 2
    for call in calls:
        assert len(eval(f"asana.{call[: call.index(')') + 1]}", {"asana": asana}))


def test_a_sandbox_without_a_socket_is_called_so() -> None:
    assert "Sandbox" in af.sandbox(now=NOW)._repr_html_()


def test_the_card_of_a_sandbox_tells_how_to_trigger_its_rule() -> None:
    assert "asana.rules.trigger(&quot;1208000000000001&quot;" in af.sandbox(now=NOW)._repr_html_()


@pytest.mark.parametrize(
    "name", ['a "b"', "back\\slash", "12345", " padded ", "two  spaces", "", "x" * 200]
)
def test_no_call_is_offered_that_would_not_find_the_workspace(name: str) -> None:
    assert "workspace=" not in render_account_card("https://example.com", "Ana", [name])
    assert "workspace=" not in render_account_card("https://example.com", "Ana", ["Acme", "Acme"])
    assert "workspace=&quot;Acme&quot;" in render_account_card(
        "https://example.com", "", [name, "Acme"]
    )


def test_of_hundreds_of_workspaces_the_rest_is_counted() -> None:
    card = render_account_card("https://example.com", "Ana", [f"Place {n}" for n in range(400)])

    assert "Place 9<" in card
    assert "Place 10<" not in card
    assert "and 390 more" in card


def test_a_refused_connection_says_why(recorder: Recorder) -> None:
    recorder.replies(Reply(401, {"errors": [{"message": "<b>Not you</b>"}]}))

    with af.connect("secret-token", base_url=recorder.url) as asana:
        card = asana._repr_html_()

    found = _checked(card)
    assert "not connected" in found.text
    assert "secret-token" not in card


def test_every_resource_has_a_card_made_without_a_request(asana: af.Asana) -> None:
    for name in asana._ipython_key_completions_():
        found = _checked(asana[name]._repr_html_())
        for method in dir(type(asana[name])):
            is_operation = not method.startswith("_") and method not in ("info", "name")
            assert not is_operation or method in found.text
        assert "What it does" in found.text
    assert asana.last.operation == ""


def test_the_card_of_tasks_has_every_column_that_info_has(asana: af.Asana) -> None:
    text = _Elements(asana.tasks._repr_html_()).text

    info = asana.tasks.info()
    assert f"{len(info)} columns, {info['default'].sum()} by default" in text
    for column in info["column"]:
        assert column in text
    assert " more columns" not in text


def test_what_does_not_fit_is_counted() -> None:
    columns = [ColumnInfo(f"column_{n}", "str", f"path.{n}", n < 50) for n in range(1000)]

    text = _checked(render_resource_card("tasks", "about", [("list", "List.")], columns)).text

    shown = text.count("column_")
    assert f"and {1000 - shown} more columns" in text


@pytest.mark.parametrize("of_account", [True, False])
def test_info_is_small_and_shows_every_row(asana: af.Asana, of_account: bool) -> None:
    tables: list[Any] = (
        [asana.info()]
        if of_account
        else [asana[name].info() for name in asana._ipython_key_completions_()]
    )

    for table in tables:
        found = _checked(table._repr_html_())
        assert " more rows" not in found.text
        for name in table.iloc[:, 1]:
            assert name in found.text


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=10), times=st.integers(1, 40))
def test_no_fact_becomes_markup(texts: list[str], times: int) -> None:
    rows = [(text, text, text) for text in texts] * times

    _checked(render_info_card(texts[0], texts[:1] * 3, [(texts[0], rows), (texts[-1], rows)]))


def test_no_facts_are_a_card_of_headings() -> None:
    assert "Name" in _checked(render_info_card("Facts", ["Name", "Text"], [("All", [])])).text


def test_facts_that_do_not_fit_are_counted() -> None:
    rows = [(f"name_{n}", "x" * 300) for n in range(1000)]

    text = _checked(render_info_card("Facts", ["Name", "Text"], [("All", rows)])).text

    assert f"and {1000 - text.count('name_')} more rows" in text
