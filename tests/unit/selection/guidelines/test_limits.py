import pytest

from codeassist.core.codes import Code
from codeassist.core.notes import Patient
from codeassist.core.suggestions import Suggestion
from codeassist.selection.guidelines.limits import flag_limits, read_limits


@pytest.mark.parametrize(
    ("code", "patient", "guidelines"),
    [
        ("C53.9", Patient(sex="M"), ["GL-134"]),
        ("C53.9", Patient(sex="female"), []),
        ("C61", Patient(sex="f"), ["GL-134"]),
        ("O80", Patient(age=70), ["GL-133"]),
        ("O80", Patient(age=30), []),
        ("P59.9", Patient(age=4), ["GL-133"]),
        ("C53.9", Patient(), []),
        ("I10", Patient(age=4, sex="male"), []),
    ],
)
def test_age_and_sex_that_do_not_fit_are_flagged(code, patient, guidelines):
    """Medicare Code Editor; a flag only, since the record decides."""
    made = Suggestion(Code("ICD-10-CM", "2026-04", code), "title", 0.7, "report", "secondary", ())

    (found,) = flag_limits([made], patient, read_limits())

    assert [flag.detail.split()[0] for flag in found.flags] == guidelines
    assert found.disposition == "report"
