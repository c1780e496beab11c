"""Reads the rows of a batch: JSON Lines with ``note_id``, ``text`` and perhaps ``setting``; other keys are ignored.

A row without a text that has ``notes`` is an encounter of several notes, as `io.encounters` reads it.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codeassist.core.notes import Encounter, Note
from codeassist.errors import DataFileError
from codeassist.io.encounters import LONGEST_ID, name_type, parse_encounter, read_setting
from codeassist.io.texts import check_file

LONGEST_NOTE_ID = LONGEST_ID
_EXAMPLE = '{"note_id": "n1", "text": "..."}'


@dataclass(frozen=True, slots=True)
class NoteRow:
    """This is one good row of a batch: its line number, the byte of the file at which it ends, and its encounter."""

    line: int
    end: int
    encounter: Encounter


@dataclass(frozen=True, slots=True)
class BadRow:
    """This is one row that cannot be coded, and why; ``note_id`` is empty where the row has no usable one."""

    line: int
    end: int
    note_id: str
    reason: str


def read_rows(path: Path) -> Iterator[NoteRow | BadRow]:
    """Yield the rows of a batch file in order, good or bad; blank lines are passed over.

    Raises
    ------
    DataFileError
        If there is no such file or it cannot be read.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            end = 0
            for number, line in enumerate(file, start=1):
                end += len(line)
                content = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if content.strip():
                    yield _read_row(content, number, end)
    except OSError as error:
        msg = f"{path} cannot be read ({type(error).__name__}); check its permissions"
        raise DataFileError(msg) from error


def parse_row(content: bytes) -> Encounter:
    """Return the encounter that one row stands for; its id is the row's ``note_id``, or its ``encounter_id``.

    Raises
    ------
    DataFileError
        If the row is malformed; the message quotes no text of the note.

    Examples
    --------
    >>> parse_row(b'{"note_id": "n1", "text": "Gout."}').encounter_id
    'n1'
    """
    row = _parse_object(content)
    if _is_encounter(row):
        return parse_encounter(row, where="the encounter")
    note_id = _read_note_id(row)
    text = row.get("text")
    if not isinstance(text, str):
        found = f"text is {name_type(text)}" if "text" in row else "there is no text"
        msg = f"{found}, expected a string; expected a row like {_EXAMPLE}"
        raise DataFileError(msg)
    return Encounter(note_id, (Note(note_id, text),), setting=read_setting(row))


def find_note_id(content: bytes) -> str:
    """Return the ``note_id`` of a row, or ``encounter_id`` of an encounter; empty if the row has no usable one."""
    try:
        row = _parse_object(content)
        return _read_note_id({"note_id": row.get("encounter_id")} if _is_encounter(row) else row)
    except DataFileError:
        return ""


def _is_encounter(row: dict[str, Any]) -> bool:
    return "notes" in row and "text" not in row


def _read_row(content: bytes, number: int, end: int) -> NoteRow | BadRow:
    try:
        return NoteRow(number, end, parse_row(content))
    except DataFileError as error:
        return BadRow(number, end, find_note_id(content), str(error))


def _parse_object(content: bytes) -> dict[str, Any]:
    try:
        row = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        msg = f"not UTF-8 at byte {error.start} of the line; save the file as UTF-8"
        raise DataFileError(msg) from error
    except json.JSONDecodeError as error:
        msg = f"not JSON at character {error.pos} of the line; expected a row like {_EXAMPLE}"
        raise DataFileError(msg) from None
    except (ValueError, RecursionError):
        msg = f"JSON with a number too long or nested too deeply; expected a row like {_EXAMPLE}"
        raise DataFileError(msg) from None
    if not isinstance(row, dict):
        msg = f"the line holds {name_type(row)}, expected an object; expected a row like {_EXAMPLE}"
        raise DataFileError(msg)
    return row


def _read_note_id(row: dict[str, Any]) -> str:
    given = row.get("note_id")
    note_id = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(note_id, str) or not note_id.strip():
        found = f"note_id is {name_type(given)}" if note_id != "" and "note_id" in row else "there is no note_id"
        msg = f"{found}, expected a string that is not empty; expected a row like {_EXAMPLE}"
        raise DataFileError(msg)
    if len(note_id) > LONGEST_NOTE_ID:
        msg = f"note_id has {len(note_id)} characters, expected at most {LONGEST_NOTE_ID}; shorten it"
        raise DataFileError(msg)
    return note_id
