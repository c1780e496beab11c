import pytest

from codeassist.terminology.defaults import find_default, find_unspecified

pytestmark = pytest.mark.assets


@pytest.mark.parametrize(
    ("code", "unspecified", "default"),
    [
        ("I50.9", "I50.9", "I50.9"),
        # The row that leaves most open, not the first that leaves something open.
        ("O30.2", "O30.209", "O30.209"),
        ("S01.0", "S01.00XA", "S01.00XA"),
        # No row says "unspecified": the one for other kinds, else the first.
        ("N81.8", None, "N81.89"),
        ("Y36.33", None, "Y36.330A"),
    ],
)
def test_a_header_stands_for_the_row_that_says_least(stages, code, unspecified, default):
    codeset = stages.vocabulary.codeset

    assert (find_unspecified(codeset, code), find_default(codeset, code)) == (unspecified, default)
