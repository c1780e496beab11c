"""Observations: values that are known beside the notes, from FHIR and from rows."""

import datetime as dt
import json

import pytest

from codeassist.annotation.measurement_units import MeasureTable
from codeassist.core.notes import Encounter, Observation
from codeassist.errors import DataFileError, UnsupportedInputError
from codeassist.io.observations import parse_observations, read_loinc_measures, read_observations

DATE = dt.date(2026, 3, 2)
CREATININE = Observation("creatinine", 2.4, "mg/dL", DATE, "2160-0")


def make_resource(loinc="2160-0", **parts):
    coding = {"system": "http://loinc.org", "code": loinc}
    quantity = {"value": 2.4, "unit": "mg/dL"}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [coding]},
        "effectiveDateTime": "2026-03-02T06:10:00Z",
        "valueQuantity": quantity,
    } | parts


def test_resource_gives_measure_value_unit_date_and_code():
    assert parse_observations([make_resource()]) == (CREATININE,)


def test_components_give_one_observation_each():
    resource = make_resource("85354-9")
    del resource["valueQuantity"]
    resource["component"] = [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": loinc}]},
            "valueQuantity": {"value": value, "code": "mm[Hg]"},
        }
        for loinc, value in (("8480-6", 88), ("8462-4", 50))
    ]

    assert parse_observations([resource]) == (
        Observation("systolic_blood_pressure", 88.0, "mm[Hg]", DATE, "8480-6"),
        Observation("diastolic_blood_pressure", 50.0, "mm[Hg]", DATE, "8462-4"),
    )


@pytest.mark.parametrize(
    ("parts", "value", "comparator"),
    [
        ({"valueQuantity": {"value": 0.3, "unit": "mg/dL", "comparator": "<="}}, 0.3, "<"),
        ({"valueQuantity": None, "valueInteger": 3}, 3.0, ""),
        ({"valueQuantity": None, "valueString": "> 15"}, 15.0, ">"),
    ],
)
def test_value_is_read_from_every_kind_of_number(parts, value, comparator):
    (observation,) = parse_observations([make_resource(**parts)])

    assert (observation.value, observation.comparator) == (value, comparator)


@pytest.mark.parametrize(
    "resource",
    [
        make_resource(status="entered-in-error"),
        make_resource("0000-0"),
        make_resource(valueQuantity=None, valueString="haemolysed"),
        make_resource(code="creatinine"),
        {"resourceType": "Patient"},
    ],
)
def test_what_is_no_known_number_is_left_out(resource):
    assert parse_observations([resource]) == ()


@pytest.mark.parametrize(
    ("parts", "date"),
    [
        ({"effectiveDateTime": None, "effectivePeriod": {"start": "2026-03-01"}}, dt.date(2026, 3, 1)),
        ({"effectiveDateTime": None, "issued": "2026-03-03T00:00:00Z"}, dt.date(2026, 3, 3)),
        ({"effectiveDateTime": "2026"}, None),
    ],
)
def test_date_is_that_of_the_specimen_else_of_issue(parts, date):
    (observation,) = parse_observations([make_resource(**parts)])

    assert observation.date == date


def test_high_sensitivity_troponin_without_a_unit_is_in_nanograms_per_litre():
    (observation,) = parse_observations([{"loinc": "89579-7", "value": "45"}])

    assert observation.unit == "ng/L"


@pytest.mark.parametrize("suffix", [".json", ".jsonl", ".csv", ".tsv"])
def test_file_is_read_by_its_suffix(tmp_path, suffix):
    path = tmp_path / f"labs{suffix}"
    row = {"loinc": "2160-0", "value": "2.4", "unit": "mg/dL", "date": "2026-03-02"}
    mark = {".csv": ",", ".tsv": "\t"}.get(suffix)
    text = f"{mark.join(row)}\n{mark.join(row.values())}\n" if mark else json.dumps(row) + "\n"
    path.write_text(text, encoding="utf-8")

    assert read_observations(path) == (CREATININE,)


@pytest.mark.parametrize(
    "document",
    [
        [make_resource()],
        {"resourceType": "Bundle", "entry": [{"resource": make_resource()}, {"fullUrl": "urn:x"}]},
        make_resource(),
    ],
)
def test_document_may_be_a_list_a_bundle_or_one_resource(tmp_path, document):
    path = tmp_path / "labs.json"
    path.write_text(json.dumps(document), encoding="utf-8")

    assert read_observations(path) == (CREATININE,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is not JSON"),
        ("[3]", "entry 1 is a int"),
        ('[{"value": 3}]', "row 1 has no a name or a LOINC code"),
        ('[{"name": "sodium", "value": "low"}]', "row 1 has no a value that is a number"),
        ('[{"name": "sodium", "value": 3, "date": "2/3/26"}]', "row 1 has a date of another form"),
    ],
)
def test_malformed_file_is_refused_with_its_place(tmp_path, text, expected):
    path = tmp_path / "labs.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(DataFileError, match=expected):
        read_observations(path)


def test_every_code_of_the_table_names_a_measure_and_its_unit():
    table = MeasureTable.load()

    wrong = [
        (loinc, measure, unit)
        for loinc, (measure, unit) in read_loinc_measures().items()
        if measure not in table or (unit and unit not in table.get(measure).factors)
    ]
    assert wrong == []


# These two are published (US Core pulse oximetry; BNP) with digits that the rule does not give.
EXCEPTIONS = ("30934-9", "3150-6")


@pytest.mark.parametrize("loinc", sorted(set(read_loinc_measures()) - set(EXCEPTIONS)))
def test_check_digit_of_every_code_is_right(loinc):
    number, check = loinc.split("-")
    doubled = [int(digit) * 2 for digit in number[::-2]]
    total = sum(each // 10 + each % 10 for each in doubled) + sum(map(int, number[-2::-2]))

    assert (10 - total % 10) % 10 == int(check)


def test_observation_has_a_name_and_a_finite_value():
    with pytest.raises(UnsupportedInputError):
        Observation("", 1.0)
    with pytest.raises(UnsupportedInputError):
        Observation("sodium", float("nan"))


def test_observations_of_an_encounter_are_a_tuple_of_them():
    with pytest.raises(UnsupportedInputError):
        Encounter("e1", observations=[CREATININE])
