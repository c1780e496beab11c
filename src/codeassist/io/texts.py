"""Reads the text of notes from files, and makes text safe to show; what is not text is refused in one line."""

from __future__ import annotations

import codecs
import re
import unicodedata
from pathlib import Path

from codeassist.errors import DataFileError

_UNSAFE = re.compile(
    r"""
    [\x00-\x08\x0b-\x1f\x7f-\x9f]           # controls, other than tab and line feed; a terminal obeys some of them
    | [\u200e\u200f\u202a-\u202e\u2066-\u2069]   # marks that reorder what is read
    | [\ud800-\udfff]                       # halves of characters, which cannot be written
    """,
    re.VERBOSE,
)
# A line break of another kind is a line break; that of Windows is a space and one, so that places stay the same.
_BREAKS = str.maketrans("\r\v\f", "\n\n\n")
_LAYOUT = frozenset("\t\n\v\f\r")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(path: Path) -> str:
    """Read a note from a text file.

    Parameters
    ----------
    path
        A file in UTF-8 or, from older Windows programs, in code page 1252.

    Raises
    ------
    DataFileError
        If there is no such file, it cannot be read, or it is not text.
    """
    return decode_text(read_bytes(path), name=str(path))


def read_bytes(path: Path) -> bytes:
    """Read a whole file.

    Raises
    ------
    DataFileError
        If there is no such file or it cannot be read.
    """
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({type(error).__name__}); check its permissions"
        raise DataFileError(msg) from error


def check_file(path: Path) -> None:
    """Make sure that a path names something that can be read like a file.

    Raises
    ------
    DataFileError
        If nothing is there, or a folder is.
    """
    if path.is_dir():
        msg = f"{path} is a folder, expected a file; name the files in it"
        raise DataFileError(msg)
    if not path.exists():
        msg = f"{path} does not exist, expected a file; check the path"
        raise DataFileError(msg)


def decode_text(content: bytes, *, name: str) -> str:
    r"""Return the text of a note's bytes, every character kept; only a byte order mark is left out.

    Parameters
    ----------
    content
        The bytes of one file.
    name
        What to call it in an error message.

    Raises
    ------
    DataFileError
        If the bytes are not text in UTF-8 or code page 1252.

    Examples
    --------
    >>> decode_text(b"Ph\xe4ochromocytoma", name="note.txt")
    'Phäochromocytoma'
    """
    if content.startswith(_UTF16_MARKS):
        msg = f"{name} is text in UTF-16, expected UTF-8; save it as UTF-8"
        raise DataFileError(msg)
    if b"\0" in content:
        msg = f"{name} is not text (NUL at byte {content.index(0)}), expected a plain text file; export it as text"
        raise DataFileError(msg)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _decode_cp1252(content, name=name, place=error.start)


def make_safe(text: str) -> str:
    r"""Return a text of the same length in which nothing but layout controls how it is shown.

    Notes
    -----
    Controls, and marks that reorder what is read, become a replacement character, so that no note can steer a terminal
    or misrepresent itself.

    Examples
    --------
    >>> make_safe("A\x1b[2J")
    'A�[2J'
    """
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", " \n").translate(_BREAKS))


def _decode_cp1252(content: bytes, *, name: str, place: int) -> str:
    msg = f"{name} is not text in UTF-8 (byte {place}), expected a plain text file; save it as UTF-8"
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise DataFileError(msg) from error
    if any(unicodedata.category(each) == "Cc" and each not in _LAYOUT for each in set(text)):
        raise DataFileError(msg)
    return text
