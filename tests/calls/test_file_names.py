"""Names of files that every system takes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asana_frames.calls.file_names import make_file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("a\\b:c*d?.txt", "a_b_c_d_.txt"),
        (".bashrc", "bashrc"),
        (" . .hidden", "hidden"),
        ("con", "_con"),
        ("NUL.tar.gz", "_NUL.tar.gz"),
        ("com1.txt", "_com1.txt"),
        ("console.txt", "console.txt"),
        ("trailing. . ", "trailing"),
        ("tab\tand\nline", "tab_and_line"),
        ("fdp.\u202eexe", "fdp._exe"),
        ("half\ud800pair", "half_pair"),
        ("Zo\u0308e.png", "Zöe.png"),
        ("👩\u200d🚀.png", "👩\u200d🚀.png"),
        ("...", "12"),
        ("", "12"),
        (None, "12"),
        (float("nan"), "12"),
    ],
)
def test_a_name_is_made_safe(name: object, expected: str) -> None:
    assert make_file_name(name, "12") == expected


def test_a_name_that_is_not_unique_has_the_gid_before_its_suffix() -> None:
    assert make_file_name("plan.pdf", "12", is_unique=False) == "plan 12.pdf"
    assert make_file_name("Makefile", "12", is_unique=False) == "Makefile 12"


def test_a_long_name_keeps_its_suffix_and_its_gid() -> None:
    made = make_file_name("ü" * 300 + ".pdf", "12", is_unique=False)

    assert made.endswith("ü 12.pdf")
    assert 130 < len(made.encode()) <= 140


@given(st.text(max_size=300), st.booleans())
def test_any_text_becomes_a_name(text: str, is_unique: bool) -> None:
    made = make_file_name(text, "1209000000000123", is_unique=is_unique)

    assert 0 < len(made.encode()) <= 140
    assert not set(made) & set('<>:"/\\|?*')
    assert not [letter for letter in made if unicodedata.category(letter) in ("Cc", "Cs")]
    assert made[0] not in ". "
    assert made[-1] not in ". "
    assert make_file_name(made, "12") == made
