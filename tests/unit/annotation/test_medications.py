import pytest

from codeassist.annotation.matcher import WordReader
from codeassist.annotation.medications import MedicationFinder
from codeassist.terminology.words import WordNormalizer, get_tokenizer

NORMALIZER = WordNormalizer({})
NAMES = ("metformin", "insulin", "insulin glargine", "Lantus", "...", "insulin lispro")


@pytest.fixture(scope="module")
def find():
    finder, read = MedicationFinder(NAMES, NORMALIZER), WordReader(NORMALIZER, frozenset(), None)
    return lambda text: list(finder(read(get_tokenizer()(text))))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Take metformin daily", [(1, 1, "metformin")]),
        ("LANTUS 10 units", [(0, 0, "Lantus")]),
        ("insulin glargine", [(0, 1, "insulin glargine")]),
        ("insulin at night", [(0, 0, "insulin")]),
        ("insulin insulin lispro", [(0, 0, "insulin"), (1, 2, "insulin lispro")]),
        ("glargine", []),
        ("metforminx", []),
        ("", []),
        ("...", []),
    ],
)
def test_the_longest_name_at_each_place_is_found(find, text, found):
    assert find(text) == found


def test_names_do_not_overlap():
    finder = MedicationFinder(("iron", "iron sucrose", "sucrose"), NORMALIZER)
    words = WordReader(NORMALIZER, frozenset(), None)(get_tokenizer()("iron sucrose sucrose"))

    assert list(finder(words)) == [(0, 1, "iron sucrose"), (2, 2, "sucrose")]
