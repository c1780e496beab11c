import pytest

from codeassist.core.codes import Code, format_icd10cm, parse_icd10cm
from codeassist.errors import CodeFormatError


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("e1122", "E11.22"),
        ("E11.22", "E11.22"),
        (" i10 ", "I10"),
        ("s52501a", "S52.501A"),
        ("qa01", "QA0.1"),
        ("c7a", "C7A"),
    ],
)
def test_codes_are_read_in_either_case_with_or_without_dot(written, canonical):
    assert format_icd10cm(written) == canonical


@pytest.mark.parametrize("written", ["", "E1", "11E", "E11.", "E11.22222", "E11 22", "hypertension", "E" * 100])
def test_text_without_the_shape_of_a_code_is_refused_in_one_line(written):
    with pytest.raises(CodeFormatError) as caught:
        format_icd10cm(written)

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 150


def test_a_code_record_refuses_another_form_than_the_canonical():
    with pytest.raises(CodeFormatError):
        Code("ICD-10-CM", "2026-04", "e119")


def test_parsing_keeps_system_and_edition():
    assert parse_icd10cm("n1832", edition="2026-04") == Code("ICD-10-CM", "2026-04", "N18.32")


def test_unknown_system_is_refused():
    with pytest.raises(CodeFormatError, match="ICD-11"):
        Code("ICD-11", "2026", "1A00")


@pytest.mark.parametrize(("system", "value"), [("CPT", "99214"), ("CPT", "0001F"), ("HCPCS", "J1885")])
def test_procedure_codes_are_accepted_in_their_shape(system, value):
    assert Code(system, "x", value).value == value
