import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.errors import DataFileError
from codeassist.io.texts import decode_text, make_safe, read_bytes, read_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b" \r\n\t", " \r\n\t"),
        ("38,5 °C, Ménière".encode(), "38,5 °C, Ménière"),
        (b"\xef\xbb\xbfGout.", "Gout."),
        (b"M\xe9ni\xe8re \x96 38.5 \xb0C", "Ménière \u2013 38.5 °C"),
        (b"Gout.\x01", "Gout.\x01"),
    ],
    ids=["empty", "white", "utf-8", "byte-order-mark", "code-page-1252", "control-in-utf-8"],
)
def test_text_is_decoded_and_never_rewritten(content, text):
    assert decode_text(content, name="note.txt") == text


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7\x00\x01secret", "NUL at byte 8"),
        ("Gout".encode("utf-16"), "UTF-16"),
        (b"secret \x81 word", "not text in UTF-8 (byte 7)"),
        (b"secret \xff\x01 word", "not text in UTF-8 (byte 7)"),
    ],
    ids=["nul", "utf-16", "undefined-in-1252", "control-in-1252"],
)
def test_what_is_not_text_is_refused_in_one_line_that_quotes_nothing(content, found):
    with pytest.raises(DataFileError) as refused:
        decode_text(content, name="note.txt")

    message = str(refused.value)
    assert message.startswith("note.txt is ")
    assert found in message
    assert "; " in message
    assert "secret" not in message
    assert "\n" not in message


def test_a_file_is_read(tmp_path):
    path = tmp_path / "note.txt"
    path.write_bytes(b"Gout.\r\n")

    assert read_text(path) == "Gout.\r\n"


@pytest.mark.parametrize(("name", "found"), [("absent.txt", "does not exist"), (".", "is a folder")])
def test_a_path_that_is_no_file_is_refused(tmp_path, name, found):
    with pytest.raises(DataFileError, match=found):
        read_text(tmp_path / name)


def test_a_file_that_cannot_be_opened_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "note.txt"
    path.write_text("secret", encoding="utf-8")

    def refuse(self):
        raise PermissionError

    monkeypatch.setattr(type(path), "read_bytes", refuse)

    with pytest.raises(DataFileError, match="PermissionError"):
        read_bytes(path)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gout,\tacute\n", "Gout,\tacute\n"),
        ("a\r\nb\rc\fd\ve", "a \nb\nc\nd\ne"),
        ("\x00\x1b[31m\x9b2J\x7f", "\ufffd\ufffd[31m\ufffd2J\ufffd"),
        ("\u202eevil\u2066\u200f", "\ufffdevil\ufffd\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("38 °C 🫀 é", "38 °C 🫀 é"),
    ],
    ids=["layout", "line-ends", "controls", "reordering", "surrogate", "plain"],
)
def test_text_is_made_safe_to_show(text, shown):
    assert make_safe(text) == shown


@given(st.text(st.characters(categories=("Cc", "Cf", "Cs", "Lu", "Zs")), max_size=50))
def test_safe_text_has_the_same_length_and_can_be_written(text):
    shown = make_safe(text)

    assert len(shown) == len(text)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert "\x1b" not in shown
