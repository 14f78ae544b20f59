import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from trialogue.commands.progress import Shown
from trialogue.commands.terminal import plain, printable
from trialogue.records import Turn


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x.test\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1$r0m\x1b\\after", "after"),
        ("\x1bcreset", "reset"),
        ("\x9b31mred", "red"),
        ("a\rb\bc\x00d", "a b c d"),
        ("price \u202e054", "price 054"),
        ("lone \ud800 half", "lone half"),
        ("  two\n\n lines ", "two lines"),
        ("住宿 480 元 — naïve [red]", "住宿 480 元 — naïve [red]"),
    ],
)
def test_a_terminal_gets_text_and_nothing_to_obey(hostile: str, shown: str) -> None:
    assert plain(hostile) == shown


@given(st.text())
def test_no_text_keeps_a_control(text: str) -> None:
    assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 for sign in printable(text))


def test_a_turn_is_shown_as_it_is_without_markup() -> None:
    screen = io.StringIO()
    shown = Shown(Console(file=screen, width=200, color_system=None))
    shown.turned(0, Turn(speaker="user", text="[bold]Hi[/nothing] \x1b]0;owned\x07\x1b[2Jthere"))
    assert screen.getvalue() == "1 user: [bold]Hi[/nothing] there\n"
