"""The screen: plain without a terminal; with one a line of progress, and colour for verdicts only."""

import io

import pytest

from sim.cli.screen import Progress, Screen, prepare_streams
from sim.cli.tables import interrupted


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("os.name", "posix")
    screen = Screen(quiet_output=False)
    screen.out = Terminal()
    return screen


def test_a_verdict_is_coloured_on_a_terminal_and_is_still_a_word(terminal: Screen) -> None:
    assert terminal.verdict("better") == "\x1b[32mbetter\x1b[0m"
    assert terminal.verdict("lower") == "lower"


def test_no_color_is_respected(terminal: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert terminal.verdict("worse") == "worse"


def test_without_a_terminal_there_is_no_colour(terminal: Screen) -> None:
    terminal.out = io.StringIO()
    assert terminal.verdict("worse") == "worse"


def test_progress_on_a_terminal_is_one_line_that_is_wiped() -> None:
    stream = Terminal()
    progress = Progress(stream)
    progress.show(0, 60)
    progress.show(10, 60)
    progress.clear()
    text = stream.getvalue()
    assert "\n" not in text
    assert "10 of 60 replications, about " in text
    assert text.endswith(" \r")


def test_thousands_of_replications_have_the_same_comma_everywhere(terminal: Screen) -> None:
    stream = terminal.err = Terminal()
    progress = Progress(stream)
    progress.show(0, 1620)
    progress.show(1500, 1620)
    interrupted(terminal, 1500, 1620, goes_on=True)
    assert "1,500 of 1,620 replications, about " in stream.getvalue()
    assert "Stopped after 1,500 of 1,620 replications." in stream.getvalue()


def test_progress_elsewhere_is_silent_at_first() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    for done in range(60):
        progress.show(done, 60)
    assert stream.getvalue() == ""


def test_a_console_without_pound_signs_shows_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    console = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(console, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdout", console)
    prepare_streams()
    Screen(quiet_output=False).say("£5 – about")
    assert raw.getvalue() == b"?5 ? about\n"
