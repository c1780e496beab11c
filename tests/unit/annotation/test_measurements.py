"""Measurements: each case gives every value that stands in its note, and where."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path

import pytest

from codeassist.annotation.measurement_units import FOLDER, MeasureTable, read_rows
from codeassist.annotation.measurements import RULES, MeasurementReader
from codeassist.annotation.oxygen import MEASURES as MEASURES_OF_DEVICES
from codeassist.core.mentions import Measurement
from codeassist.core.notes import Note, Observation, Span
from codeassist.errors import DataFileError
from codeassist.terminology.words import get_tokenizer

FOLDER_OF_CASES = Path(__file__).parents[2] / "cases"


def read_cases(name):
    return [json.loads(line) for line in (FOLDER_OF_CASES / name).read_text(encoding="utf-8").splitlines()]


CASES = read_cases("measurements.jsonl")
CONTEXT_CASES = read_cases("measurements_context.jsonl")
# What a case of context leaves unsaid.
PLAIN = {"comparator": "", "relation": "", "device": "", "loinc": "", "date": None}
TABLES = ("measures.tsv", "measure_units.tsv", "measure_wordings.tsv", "oxygen_devices.tsv", "unit_families.tsv")


MEASUREMENTS = MeasurementReader.load()


@pytest.fixture(scope="module")
def read():
    return lambda text: MEASUREMENTS(get_tokenizer()(text), Note("n1", text))


@pytest.fixture
def tables(tmp_path):
    for name in TABLES:
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def test_case_ids_are_distinct():
    ids = [case["id"] for case in CASES + CONTEXT_CASES]

    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_every_value_is_read_and_nothing_else(case, read):
    found = read(case["note"])

    shown = [[m.name, m.value, m.unit, m.comparator, case["note"][m.span.start : m.span.end]] for m in found]
    assert shown == case["expect"]


@pytest.mark.parametrize("case", CONTEXT_CASES, ids=[case["id"] for case in CONTEXT_CASES])
def test_relation_support_and_date_of_every_value_are_read(case):
    date = dt.date.fromisoformat(case["date"]) if "date" in case else None
    note = Note("n1", case["note"], date=date)
    found = MEASUREMENTS(get_tokenizer()(note.text), note)

    shown = [
        {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in asdict(each).items()}
        for each in found
    ]
    assert [each | {"span": None} for each in shown] == [PLAIN | {"span": None} | each for each in case["expect"]]


@pytest.mark.parametrize(
    ("text", "name", "standard"),
    [
        ("temperature 38.5 C", "body_temperature", 101.3),
        ("creatinine 200 umol/L", "creatinine", 2.26),
        ("white count 18,300", "white_blood_cells", 18.3),
        ("Height: 5'6\"", "height", 167.64),
        ("Na 128 (baseline 138)", "sodium", 128.0),
    ],
)
def test_value_is_turned_into_the_default_unit(text, name, standard, read):
    measurement = read(text)[0]

    assert measurement.name == name
    assert MeasureTable.load().standardize(measurement) == pytest.approx(standard)


def test_baseline_is_standardized_as_its_measure():
    baseline = Measurement(Span("n1", 0, 3), "baseline_creatinine", 1.5, "mg/dL")

    assert MeasureTable.load().standardize(baseline) == 1.5


def test_wordings_name_known_measures_and_rules_once():
    table = MeasureTable.load()
    rows = [row for _, row in read_rows(FOLDER / "measure_wordings.tsv")]

    keys = [(row["wording"], row["rule"]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert [row for row in rows if row["rule"] not in RULES] == []
    assert [row for row in rows if any(name not in table for name in row["measure"].split("/"))] == []


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_sorted_and_free_of_stray_spaces(name):
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()[1:]

    keys = [tuple(line.split("\t")) for line in lines]
    assert keys == sorted(keys)
    assert [line for line in lines if any(cell != cell.strip() for cell in line.split("\t"))] == []


def test_every_measure_has_a_wording_or_a_device_and_a_possible_range():
    table = MeasureTable.load()
    named = {name for _, row in read_rows(FOLDER / "measure_wordings.tsv") for name in row["measure"].split("/")}

    assert {measure.name for measure in table} == named | set(MEASURES_OF_DEVICES)
    assert [measure.name for measure in table if not measure.low < measure.high] == []


@pytest.mark.parametrize(
    ("table", "row", "expected"),
    [
        ("measure_wordings.tsv", "xyzzy\tany\tno_such_measure", "measure or rule is unknown"),
        ("measure_wordings.tsv", "xyzzy\tsometimes\tsodium", "measure or rule is unknown"),
        ("measure_wordings.tsv", "25 xyzzy\tany\tsodium", "does not start with a letter"),
        ("oxygen_devices.tsv", "xyzzy\tgarden_hose", "device 'garden_hose' is unknown"),
        ("measures.tsv", "xyzzy\tlab\tfurlong\t\t\t1\t2", "unknown; expected"),
        ("measures.tsv", "xyzzy\tguess\t%\t\t\t1\t2", "unknown; expected"),
    ],
)
def test_wrong_row_is_refused_with_its_reason(table, row, expected, tables):
    with (tables / table).open("a", encoding="utf-8") as lines:
        lines.write(row + "\n")

    with pytest.raises(DataFileError, match=expected):
        MeasurementReader.load(tables / "measures.tsv")


def test_unknown_measure_raises_key_error():
    with pytest.raises(KeyError):
        MeasureTable.load().get("no_such_measure")


def test_value_given_beside_the_notes_becomes_a_measurement_without_a_span():
    date = dt.date(2026, 3, 2)
    given = Observation("creatinine", 212.0, "umol/L", date, "2160-0", "<")

    expected = Measurement(None, "creatinine", 212.0, "umol/L", date, comparator="<", loinc="2160-0")
    assert MEASUREMENTS.take([given]) == (expected,)


@pytest.mark.parametrize(
    ("given", "unit"),
    [
        (Observation("sodium", 128.0), "mmol/L"),
        (Observation("body_temperature", 38.5), "C"),
        (Observation("systolic_blood_pressure", 88.0, "mm[Hg]"), "mmHg"),
        (Observation("white_blood_cells", 18.3, "10*3/uL"), "10^3/uL"),
        (Observation("estimated_gfr", 24.0, "mL/min/{1.73_m2}"), "mL/min/1.73m2"),
        (Observation("local_test", 5.0, "furlong"), "furlong"),
    ],
)
def test_unit_of_a_given_value_is_read_as_in_a_note(given, unit):
    (measurement,) = MEASUREMENTS.take([given])

    assert measurement.unit == unit


@pytest.mark.parametrize("given", [Observation("sodium", 1300.0), Observation("sodium", 128.0, "mmHg")])
def test_given_value_that_is_impossible_or_of_a_foreign_unit_is_left_out(given):
    assert MEASUREMENTS.take([given]) == ()


def test_family_of_units_is_allowed_but_never_meant_where_none_is_written():
    table = MeasureTable.load()
    procalcitonin = table.get("procalcitonin")

    assert procalcitonin.convert(4.2, "ug/L") == pytest.approx(4.2)
    assert procalcitonin.convert(420.0, "ng/dL") == pytest.approx(4.2)
    assert "ng/dL" not in procalcitonin.implied
