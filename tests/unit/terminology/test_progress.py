import io

from rich.console import Console

from codeassist.terminology.progress import show_progress


def test_a_terminal_is_shown_what_is_being_done():
    screen = io.StringIO()

    with show_progress(Console(file=screen, force_terminal=True)) as tell:
        tell("reading edition 2031", 0.5)

    assert "reading edition 2031" in screen.getvalue()


def test_anything_else_is_shown_nothing():
    screen = io.StringIO()

    with show_progress(Console(file=screen, force_terminal=False)) as tell:
        assert tell is None

    assert screen.getvalue() == ""


def test_a_terminal_is_shown_nothing_where_nothing_is_compiled():
    screen = io.StringIO()

    with show_progress(Console(file=screen, force_terminal=True)):
        pass

    assert "━" not in screen.getvalue()
