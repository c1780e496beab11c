"""Dosages: each case gives every dosage that stands in its note."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from codeassist.annotation.dosages import DosageReader
from codeassist.annotation.measurement_units import FOLDER, read_rows
from codeassist.core.notes import Note
from codeassist.errors import DataFileError
from codeassist.terminology.words import get_tokenizer

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[2] / "cases" / "dosages.jsonl").read_text(encoding="utf-8").splitlines()
]
PLAIN = {"as_needed": False, "high": None}
TABLES = ("medication_names.tsv", "dosage_words.tsv")
READER = DosageReader.load()


def read(text):
    return READER(get_tokenizer()(text), Note("n1", text))


def test_case_ids_are_distinct():
    ids = [case["id"] for case in CASES]

    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_dosage_is_read_and_nothing_else(case):
    found = [asdict(each) | {"span": None} for each in read(case["note"])]

    assert found == [PLAIN | {"span": None} | each for each in case["expect"]]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Started vancomycin 1 g IV q12h.", "vancomycin 1 g IV q12h"),
        ("then 40 mg IV Lasix was given", "40 mg IV Lasix"),
        ("on IV vancomycin now", "IV vancomycin"),
    ],
)
def test_span_reaches_from_the_first_to_the_last_part(text, shown):
    (found,) = read(text)

    assert text[found.span.start : found.span.end] == shown


def test_further_names_stand_for_themselves():
    reader = DosageReader.load(("Examplimab",))

    (found,) = reader(get_tokenizer()("examplimab 10 mg daily"), Note("n1", "examplimab 10 mg daily"))
    assert (found.medication, found.value) == ("examplimab", 10.0)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_sorted_and_free_of_stray_spaces(name):
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]

    keys = [tuple(line.split("\t")) for line in lines]
    assert keys == sorted(keys)
    assert [line for line in lines if any(cell != cell.strip() for cell in line.split("\t"))] == []


def test_every_wording_names_one_medication():
    wordings = [row["wording"] for _, row in read_rows(FOLDER / "medication_names.tsv")]

    assert sorted(set(wordings)) == sorted(wordings)
    assert [wording for wording in wordings if wording != wording.lower()] == []


def test_unknown_kind_is_refused_with_its_line(tmp_path):
    for name in TABLES:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "dosage_words.tsv").open("a", encoding="utf-8") as lines:
        lines.write("mood\tgrumpy\tsad\n")

    with pytest.raises(DataFileError, match="kind 'mood' is unknown"):
        DosageReader.load(path=tmp_path / "medication_names.tsv")
