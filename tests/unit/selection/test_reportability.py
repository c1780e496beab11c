import json
import math

import pytest

from codeassist.assets import find_asset
from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError
from codeassist.selection import reportability
from codeassist.selection.reportability import MODEL_FOLDER, ReportabilityModel, to_confidence

MODEL = ReportabilityModel({"heading": 1.5, "crowd": -0.25, "study": 0.0, "a": 0.25}, -1.0)


def test_each_feature_contributes_its_coefficient_times_its_value():
    assert MODEL.explain({"heading": 1.0, "crowd": 2.0}) == (
        Contribution("heading", 1.5),
        Contribution("base", -1.0, "a condition of which nothing else is known"),
        Contribution("crowd", -0.5),
    )


def test_the_largest_contribution_comes_first_and_ties_go_by_name():
    assert [part.feature for part in MODEL.explain({"crowd": 1.0, "a": 1.0, "heading": 1.0})] == [
        "heading", "base", "a", "crowd",
    ]  # fmt: skip


@pytest.mark.parametrize("features", [{}, {"unknown": 1.0}, {"study": 1.0}, {"heading": 0.0}])
def test_what_adds_nothing_is_not_named(features):
    assert [part.feature for part in MODEL.explain(features)] == ["base"]


@pytest.mark.parametrize(
    ("points", "confidence"),
    [((), 0.5), ((2.0, -2.0), 0.5), ((1.0, 0.5), 1 / (1 + math.exp(-1.5))), ((-1.5,), 1 / (1 + math.exp(1.5)))],
)
def test_the_confidence_is_the_sigmoid_of_the_points(points, confidence):
    assert to_confidence(tuple(Contribution("x", each) for each in points)) == pytest.approx(confidence)


@pytest.mark.parametrize("points", [1e6, -1e6])
def test_no_score_is_so_large_that_it_overflows(points):
    assert 0 < to_confidence((Contribution("x", points),)) < 1


def test_the_fitted_model_is_the_one_of_the_manifest():
    model = json.loads((find_asset(MODEL_FOLDER) / "model.json").read_text(encoding="utf-8"))

    parts = {
        part.feature: part.points
        for part in ReportabilityModel.load().explain(dict.fromkeys(model["coefficients"], 1.0))
    }

    assert parts == {"base": model["intercept"]} | {
        name: value for name, value in model["coefficients"].items() if value
    }


@pytest.mark.parametrize(
    "content",
    [{"coefficients": [], "intercept": 1.0}, {"coefficients": {}, "intercept": "1"}, {"intercept": 1.0}, {}],
)
def test_a_model_of_the_wrong_kind_is_refused(monkeypatch, content):
    monkeypatch.setattr(reportability, "read_model", lambda _: content)

    with pytest.raises(AssetError, match="holds no coefficients; reinstall the package"):
        ReportabilityModel.load()


def test_the_study_rule_is_read_from_its_table():
    """Guidelines IV.K: the interpreted finding is coded, and not what the report only describes."""
    rule = ReportabilityModel.load_study_rule()

    assert to_confidence(rule.explain({"study": 1.0, "study_impression": 1.0})) > 0.5
    assert to_confidence(rule.explain({"study": 1.0, "in_results": 1.0})) < 0.5
    assert to_confidence(rule.explain({"study": 1.0, "study_impression": 1.0, "only_possible": 1.0})) < 0.5
