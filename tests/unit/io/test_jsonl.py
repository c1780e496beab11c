import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codeassist.core.notes import Encounter, Note
from codeassist.errors import DataFileError
from codeassist.io.jsonl import LONGEST_NOTE_ID, BadRow, NoteRow, find_note_id, parse_row, read_rows


def test_a_row_is_an_encounter_of_one_note():
    row = {"note_id": "n1", "text": "Gout.", "setting": "inpatient", "mrn": "ignored", "date": 3}

    assert parse_row(json.dumps(row).encode()) == Encounter("n1", (Note("n1", "Gout."),), setting="inpatient")


@pytest.mark.parametrize(
    ("row", "note_id", "text"),
    [
        ({"note_id": 7, "text": "Gout."}, "7", "Gout."),
        ({"note_id": "n1", "text": ""}, "n1", ""),
        ({"note_id": "n1", "text": " \n"}, "n1", " \n"),
        ({"note_id": "n1", "text": "\x00\ud800"}, "n1", "\x00\ud800"),
        ({"note_id": "n1", "text": "Gout.", "setting": None}, "n1", "Gout."),
    ],
    ids=["number", "empty", "white", "odd-characters", "null-setting"],
)
def test_unusual_rows_are_good(row, note_id, text):
    assert parse_row(json.dumps(row).encode()) == Encounter(note_id, (Note(note_id, text),))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"note_id": "n1"}', "there is no text"),
        (b'{"note_id": "n1", "text": null}', "text is null"),
        (b'{"note_id": "n1", "text": ["secret"]}', "text is a list"),
        (b'{"note_id": "n1", "text": 5}', "text is a number"),
        (b'{"text": "secret"}', "there is no note_id"),
        (b'{"note_id": "", "text": "secret"}', "there is no note_id"),
        (b'{"note_id": " ", "text": "secret"}', "note_id is text"),
        (b'{"note_id": true, "text": "secret"}', "note_id is true or false"),
        (b'{"note_id": 1.5, "text": "secret"}', "note_id is a number"),
        (b'{"note_id": "n1", "text": "secret", "setting": "moon"}', "setting is 'moon', expected one of outpatient"),
        (b'{"note_id": "n1", "text": "x", "setting": "secret secret secret secret"}', "setting is text"),
        (b'{"note_id": "n1", "text": "x", "setting": {}}', "setting is an object"),
        (b'["secret"]', "the line holds a list"),
        (b'"secret"', "the line holds text"),
        (b"secret", "not JSON at character 0"),
        (b'{"note_id": "n1", "text": "secret', "not JSON at character 26"),
        (b'{"note_id": "n1", "text": "\xff"}', "not UTF-8 at byte 27"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 10_000, "a number too long"),
        (json.dumps({"note_id": "s" * (LONGEST_NOTE_ID + 1), "text": "x"}).encode(), "note_id has 201 characters"),
    ],
)
def test_a_malformed_row_is_refused_with_a_reason_that_quotes_no_text(line, reason):
    with pytest.raises(DataFileError) as refused:
        parse_row(line)

    message = str(refused.value)
    assert reason in message
    assert "secret" not in message
    assert "sss" not in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("line", "note_id"),
    [(b'{"note_id": "n1"}', "n1"), (b'{"note_id": 4, "text": []}', "4"), (b"{}", ""), (b"no", "")],
)
def test_the_note_id_of_a_bad_row_is_found_where_it_has_one(line, note_id):
    assert find_note_id(line) == note_id


def test_rows_are_read_with_line_number_and_end(tmp_path):
    path = tmp_path / "in.jsonl"
    lines = [b'\xef\xbb\xbf{"note_id": "a", "text": "Gout."}\n', b"\r\n", b"bad\n", b'{"note_id": "b", "text": ""}']
    path.write_bytes(b"".join(lines))

    rows = list(read_rows(path))

    assert [(type(row), row.line, row.end) for row in rows] == [
        (NoteRow, 1, len(lines[0])),
        (BadRow, 3, sum(map(len, lines[:3]))),
        (NoteRow, 4, sum(map(len, lines))),
    ]
    assert rows[0].encounter == Encounter("a", (Note("a", "Gout."),))


def test_an_empty_file_has_no_rows(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")

    assert list(read_rows(tmp_path / "in.jsonl")) == []


@pytest.mark.parametrize(("name", "found"), [("absent.jsonl", "does not exist"), (".", "is a folder")])
def test_a_path_that_is_no_file_is_refused(tmp_path, name, found):
    with pytest.raises(DataFileError, match=found):
        list(read_rows(tmp_path / name))


def test_a_file_that_cannot_be_opened_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"")

    def refuse(self, mode):
        raise PermissionError

    monkeypatch.setattr(type(path), "open", refuse)

    with pytest.raises(DataFileError, match="PermissionError"):
        list(read_rows(path))


@given(st.binary(max_size=40))
def test_any_bytes_are_a_good_row_or_a_bad_one(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in.jsonl")
        path.write_bytes(content)

        rows = list(read_rows(path))

    assert all(row.encounter.encounter_id if isinstance(row, NoteRow) else row.reason for row in rows)
