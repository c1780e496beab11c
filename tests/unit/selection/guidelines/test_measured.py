import pytest

from codeassist.core.mentions import Measurement
from codeassist.core.notes import Span
from codeassist.selection.guidelines.measured import code_measurements, read_bands


def measure(name, value, at=0, **fields):
    return Measurement(Span("n", at, at + 3), name, value, **fields)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("body_mass_index", 19.9, "Z68.1"),
        ("body_mass_index", 20.0, "Z68.20"),
        ("body_mass_index", 39.9, "Z68.39"),
        ("body_mass_index", 40.0, "Z68.41"),
        ("body_mass_index", 70.0, "Z68.45"),
        ("gestational_age", 7.0, "Z3A.01"),
        ("gestational_age", 28.3, "Z3A.28"),
        ("gestational_age", 43.0, "Z3A.49"),
        ("glasgow_coma_scale", 8.0, "R40.2430"),
        ("nih_stroke_scale", 0.0, "R29.700"),
    ],
)
def test_a_value_has_the_code_of_its_band(name, value, code):
    """Tabular list, Z68, Z3A, R40.24 and R29.7."""
    assert code_measurements([measure(name, value)], read_bands()) == {name: code}


def test_the_first_value_counts_and_a_bound_has_no_code():
    values = [measure("body_mass_index", 40.0, comparator=">"), measure("body_mass_index", 31.0, 9)]

    assert code_measurements([*values, measure("body_mass_index", 22.0, 30)], read_bands()) == {
        "body_mass_index": "Z68.31"
    }
