import pytest

from codeassist.linking.residuals import Residual, find_other


@pytest.mark.parametrize(
    ("wording", "better", "worse"),
    [
        ("Other gastritis", "Other gastritis without bleeding", "Gastritis, unspecified, without bleeding"),
        ("Gastritis, unspecified", "Gastritis, unspecified, without bleeding", "Other gastritis without bleeding"),
        ("Unspecified cataract", "Unspecified cataract", "Cortical age-related cataract"),
    ],
)
def test_the_row_that_the_wording_asks_for_is_rated_higher(wording, better, worse):
    residual = Residual.read(wording)

    assert residual.rate(better) > residual.rate(worse)


def test_a_wording_that_names_no_residual_rates_all_rows_alike():
    residual = Residual.read("gastritis")

    assert residual.rate("Other gastritis without bleeding") == residual.rate("Gastritis, unspecified") == 0


@pytest.mark.assets
@pytest.mark.parametrize(
    ("code", "other"),
    [("N81.9", "N81.8"), ("F39", None), ("M11.829", None), ("I10", None), ("H26.9", "H26.8"), ("N82.9", "N82.8")],
)
def test_the_row_for_other_kinds_stands_beside_the_unspecified_one(stages, code, other):
    assert find_other(stages.vocabulary.codeset, code) == other
