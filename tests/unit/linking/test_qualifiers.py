import pytest

from codeassist.linking.qualifiers import Difference, Qualifiers
from codeassist.terminology.words import WordNormalizer


@pytest.fixture(scope="module")
def normalizer():
    return WordNormalizer.load()


@pytest.fixture(scope="module")
def compare(normalizer):
    qualifiers = Qualifiers.load(normalizer)

    def compare_texts(wording, title):
        return qualifiers.compare(*(qualifiers.read(normalizer.split(text)) for text in (wording, title)))

    return compare_texts


@pytest.mark.parametrize(
    ("wording", "title", "difference"),
    [
        ("acute ethmoiditis", "Chronic ethmoidal sinusitis", Difference(1, 0)),
        ("acute and chronic cystitis", "Chronic cystitis", Difference(0, 0)),
        ("cystitis", "Chronic cystitis", Difference(0, 1)),
        ("rupture of bladder, nontraumatic", "Laceration of bladder", Difference(1, 0)),
        ("tumor of colon", "Personal history of benign tumor of colon", Difference(0, 2)),
        # Silence means closed (Guidelines I.C.19.c), acute (strep throat) and not rheumatic.
        ("fracture of tibia", "Closed fracture of tibia", Difference(0, 0)),
        ("fracture of tibia", "Open fracture of tibia", Difference(0, 1)),
        ("strep throat", "Acute streptococcal tonsillitis", Difference(0, 0)),
        ("aortic stenosis", "Rheumatic aortic stenosis", Difference(0, 1)),
        ("gout", "Gout", Difference(0, 0)),
    ],
)
def test_a_title_contradicts_a_wording_or_states_what_was_not_asked_for(compare, wording, title, difference):
    assert compare(wording, title) == difference
