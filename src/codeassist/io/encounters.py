"""Reads encounters of several notes from JSON: notes with type, author and date, and values measured beside them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from codeassist.core.notes import SETTINGS, Encounter, Note, Observation, Patient
from codeassist.errors import DataFileError
from codeassist.io.observations import parse_observations

SUFFIX = ".json"
LONGEST_ID = 200
_EXAMPLE = '{"encounter_id": "e1", "setting": "inpatient", "notes": [{"note_id": "n1", "text": "..."}]}'
_NOTE_KEYS = ("note_type", "author_role")
_OLDEST = 130
_LONGEST_SHOWN = 20
_NAME_BY_TYPE = {list: "a list", str: "text", dict: "an object", bool: "true or false", type(None): "null"}
_Entry = Mapping[str, Any]


def is_encounter_file(name: str) -> bool:
    """Tell whether a file is read as an encounter, by its name.

    Examples
    --------
    >>> is_encounter_file("stay.json"), is_encounter_file("stay.txt")
    (True, False)
    """
    return PurePath(name).suffix.lower() == SUFFIX


def read_encounter(text: str, *, name: str, setting: str = SETTINGS[0], date: dt.date | None = None) -> Encounter:
    """Return the encounter that the text of a JSON file describes.

    Parameters
    ----------
    text
        A JSON object with ``notes``, and perhaps ``encounter_id``, ``setting``, ``date``, ``patient`` (``age``,
        ``sex``) and ``observations``. A note has ``text``, and perhaps ``note_id``, ``note_type``, ``author_role``,
        ``date``. Other keys are ignored.
    name
        Name of the file; without its suffix, the id of an encounter that gives none.
    setting, date
        What holds where the file does not say it.

    Raises
    ------
    DataFileError
        If the text is no such object; the message names the key and quotes no text of a note.

    Examples
    --------
    >>> read_encounter('{"notes": [{"text": "Gout."}]}', name="stay.json").notes[0].note_id
    'note 1'
    """
    try:
        entry = json.loads(text)
    except json.JSONDecodeError as error:
        msg = f"{name} is not JSON (line {error.lineno}, column {error.colno}); expected an encounter like {_EXAMPLE}"
        raise DataFileError(msg) from None
    except (ValueError, RecursionError):
        msg = f"{name} is JSON with a number too long or nested too deeply; expected an encounter like {_EXAMPLE}"
        raise DataFileError(msg) from None
    if not isinstance(entry, dict) or "notes" not in entry:
        found = "has no key notes" if isinstance(entry, dict) else f"holds {name_type(entry)}"
        msg = f"{name} {found}, expected an encounter like {_EXAMPLE}"
        raise DataFileError(msg)
    return parse_encounter({"encounter_id": PurePath(name).stem} | entry, where=name, setting=setting, date=date)


def parse_encounter(entry: _Entry, *, where: str, setting: str = SETTINGS[0], date: dt.date | None = None) -> Encounter:
    """Return the encounter of an object as `json.loads` gives it.

    Parameters
    ----------
    entry
        As in `read_encounter`; ``encounter_id`` and ``notes`` are needed.
    where
        What to call it in an error message.
    setting, date
        What holds where the object does not say it.

    Raises
    ------
    DataFileError
        If a key is missing or has another form.
    """
    notes = _parse_notes(entry, where)
    known = {note.note_id for note in notes}
    if len(known) < len(notes):
        msg = f"{where}: two notes have the same note_id; make them distinct"
        raise DataFileError(msg)
    return Encounter(
        _read_id(entry, "encounter_id", where),
        notes,
        setting=read_setting(entry, where=where, default=setting),
        patient=_parse_patient(entry, where),
        date=_read_date(entry, where) or date,
        observations=_parse_observations(entry, where),
    )


def read_setting(entry: _Entry, *, where: str = "", default: str = SETTINGS[0]) -> str:
    """Return the setting of an entry, the default where it has none.

    Raises
    ------
    DataFileError
        If it is none of the known ones.
    """
    setting = entry.get("setting")
    if setting is None:
        return default
    if setting not in SETTINGS:
        shown = repr(setting) if isinstance(setting, str) and len(setting) <= _LONGEST_SHOWN else name_type(setting)
        msg = f"{_begin(where)}setting is {shown}, expected one of {', '.join(SETTINGS)}"
        raise DataFileError(msg)
    return str(setting)


def name_type(value: object) -> str:
    """Return what kind of JSON value something is, in words."""
    return _NAME_BY_TYPE.get(type(value), "a number")


def _begin(where: str) -> str:
    return f"{where}: " if where else ""


def _parse_notes(entry: _Entry, where: str) -> tuple[Note, ...]:
    notes = entry.get("notes")
    if not isinstance(notes, list) or not notes:
        found = "an empty list" if notes == [] else name_type(notes)
        msg = f"{where}: notes is {found}, expected a list of notes; expected an encounter like {_EXAMPLE}"
        raise DataFileError(msg)
    return tuple(_parse_note(each, number, f"{where}: note {number}") for number, each in enumerate(notes, start=1))


def _parse_note(entry: object, number: int, where: str) -> Note:
    if not isinstance(entry, Mapping):
        msg = f"{where} is {name_type(entry)}, expected an object with a text"
        raise DataFileError(msg)
    text = entry.get("text")
    if not isinstance(text, str):
        found = f"text is {name_type(text)}" if "text" in entry else "there is no text"
        msg = f"{where}: {found}, expected a string"
        raise DataFileError(msg)
    note_type, author_role = (_read_words(entry, key, where) for key in _NOTE_KEYS)
    note_id = _read_id(entry, "note_id", where) if "note_id" in entry else f"note {number}"
    return Note(note_id, text, note_type, author_role, _read_date(entry, where))


def _read_id(entry: _Entry, key: str, where: str) -> str:
    given = entry.get(key)
    value = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID:
        found = f"is {name_type(given)}" if key in entry else "is missing"
        msg = f"{where}: {key} {found}, expected a string of 1 to {LONGEST_ID} characters"
        raise DataFileError(msg)
    return value


def _read_words(entry: _Entry, key: str, where: str) -> str:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        msg = f"{where}: {key} is {name_type(value)}, expected a string"
        raise DataFileError(msg)
    return value or ""


def _read_date(entry: _Entry, where: str) -> dt.date | None:
    written = entry.get("date")
    if written is None:
        return None
    try:
        return dt.date.fromisoformat(written)
    except (TypeError, ValueError):
        msg = f"{where}: date has another form, expected for example 2026-03-02"
        raise DataFileError(msg) from None


def _parse_patient(entry: _Entry, where: str) -> Patient:
    patient = entry.get("patient")
    if patient is None:
        return Patient()
    if not isinstance(patient, Mapping):
        msg = f'{where}: patient is {name_type(patient)}, expected an object like {{"age": 71, "sex": "female"}}'
        raise DataFileError(msg)
    age = patient.get("age")
    if age is not None and (isinstance(age, bool) or not isinstance(age, int) or not 0 <= age <= _OLDEST):
        msg = f"{where}: age of the patient is no whole number of years from 0 to {_OLDEST}"
        raise DataFileError(msg)
    return Patient(age, _read_words(patient, "sex", f"{where}: patient") or None)


def _parse_observations(entry: _Entry, where: str) -> tuple[Observation, ...]:
    observations = entry.get("observations")
    if observations is None:
        return ()
    if not isinstance(observations, list):
        msg = f"{where}: observations is {name_type(observations)}, expected a list of FHIR Observations or of rows"
        raise DataFileError(msg)
    return parse_observations(observations, where=f"{where}: observations")
