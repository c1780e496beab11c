"""What holds of measured values and dosages for any text, and for any value of any measure."""

import datetime as dt
import math
import time
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codeassist.annotation.dosages import DosageReader
from codeassist.annotation.measurement_units import FOLDER, MeasureTable, read_rows
from codeassist.annotation.measurements import MeasurementReader
from codeassist.core.notes import Note
from codeassist.terminology.words import get_tokenizer

READER, DOSAGES, TABLE = MeasurementReader.load(), DosageReader.load(), MeasureTable.load()
MODERATE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Names that any measure of one value is read by, whatever stands before them.
NAMES = sorted(
    (row["wording"], row["measure"])
    for _, row in read_rows(FOLDER / "measure_wordings.tsv")
    if row["rule"] == "any" and "/" not in row["measure"] and TABLE.get(row["measure"]).low >= 0
)
PIECES = (
    "BP 88/50", "Cr 2.4 (baseline 1.0)", "Na 128→131", "4L NC", "BiPAP 14/6", "SpO2 86% on RA", "2 units PRBC", "3/2",
    "3/1/2026", "Labs 3/2:", "\n", "\t", "|", "  ", "Hgb", "WBC", "-", "(", ")", "9999999999", "1.",
    "vancomycin 1 g IV",    "%", "and", "from", "to", "->", "\u2009", "\u00b5g", "x" * 40, "1" * 40,
)  # fmt: skip
MIXED = st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join)
ANY_TEXT = st.one_of(MIXED, st.text(st.characters(exclude_categories=("Cs",)), max_size=200))


def read(text, date=None):
    return READER(get_tokenizer()(text), Note("n1", text, date=date))


@MODERATE
@given(ANY_TEXT)
def test_values_lie_in_the_text_in_order_and_are_possible(text):
    found = read(text)

    assert [each.span.start for each in found] == sorted(each.span.start for each in found)
    assert all(each.span.end <= len(text) for each in found)
    for each in found:
        measure = TABLE.get(each.name.removeprefix("baseline_") if each.relation == "baseline" else each.name)
        assert measure.low <= measure.convert(each.value, each.unit) <= measure.high
        assert (each.relation == "baseline") == each.name.startswith("baseline_")


@MODERATE
@given(st.sampled_from(NAMES), st.integers(1, 9), st.data())
def test_any_possible_value_is_read_back_by_any_name_of_its_measure(name, tenths, data):
    wording, measure_name = name
    measure = TABLE.get(measure_name)
    whole = data.draw(st.integers(math.ceil(measure.low), max(math.ceil(measure.low), math.floor(measure.high) - 1)))
    value = float(f"{whole}.{tenths}")
    if not measure.low <= value <= measure.high:
        return

    found = [(each.name, each.value) for each in read(f"Today {wording} is {value}.")]
    assert found == [(measure_name, value)]


@MODERATE
@given(MIXED, st.text("\n", max_size=5))
def test_lines_before_shift_places_and_change_no_value(text, before):
    plain = [(each.name, each.value, each.span.start) for each in read(text)]
    shifted = [(each.name, each.value, each.span.start - len(before)) for each in read(before + text)]

    assert plain == shifted


@MODERATE
@given(MIXED)
def test_date_of_the_note_changes_no_value(text):
    dated = read(text, dt.date(2026, 3, 5))

    assert [(each.name, each.value) for each in dated] == [(each.name, each.value) for each in read(text)]
    assert all(each.date is None or each.date <= dt.date(2068, 12, 31) for each in dated)


@MODERATE
@given(st.sampled_from(sorted(measure.name for measure in TABLE)), st.floats(0.01, 1000), st.data())
def test_units_of_a_measure_turn_into_each_other(name, value, data):
    measure = TABLE.get(name)
    unit = data.draw(st.sampled_from(sorted(measure.factors)))
    slope, offset = measure.factors[unit]

    assert (measure.convert(value, unit) - offset) / slope == pytest.approx(value)


@MODERATE
@given(ANY_TEXT)
def test_dosages_lie_in_the_text_apart_and_in_order(text):
    found = DOSAGES(get_tokenizer()(text), Note("n1", text))

    places = [(each.span.start, each.span.end) for each in found]
    assert places == sorted(places)
    assert all(one[1] <= other[0] for one, other in pairwise(places))
    assert all(each.high is None or each.high > each.value for each in found)


@pytest.mark.parametrize(
    "piece",
    [
        "Hgb ", "Na 1->", "(", "3/1 ", "Labs 3/2: ", "BP 120/80 -> ", "\t1", "| ", "  x", "on ", "vancomycin ", "1 mg ",
        "q4h ", "Na and ", "4L ", "cm x 2 ", "was ", "baseline ", "Hgb 7 (was ", "2 units of ",
        "Labs 3/2:\n", "Na 140 ", "Lab 3/1 3/2\nNa 1 2\n", "WBC\tHgb\tPlt\n",
    ],
)  # fmt: skip
def test_work_grows_linearly_with_length(piece):
    def seconds(count):
        text = piece * count
        doc, note = get_tokenizer()(text), Note("n1", text)
        start = time.perf_counter()
        READER(doc, note)
        DOSAGES(doc, note)
        return time.perf_counter() - start

    seconds(100)
    small, large = min(seconds(1000) for _ in range(3)), min(seconds(8000) for _ in range(2))
    assert large < 40 * small + 0.05
