import json
import math

import numpy as np
import pytest

from codeassist.assets import read_model
from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError
from codeassist.selection import reportability
from codeassist.selection.reportability import BASE, MODEL_FOLDER, DeclaredPoints, FittedModel, to_confidence

POINTS = {"heading": 1.5, "crowd": -0.25, "study": 0.0, "a": 0.25, BASE: -1.0}
MODELS = [
    DeclaredPoints(POINTS),
    FittedModel(tuple(POINTS), lambda matrix: matrix * np.array(list(POINTS.values()), np.float32)),
]


@pytest.fixture(params=MODELS, ids=["declared", "fitted"])
def model(request):
    return request.param


def test_each_feature_contributes_its_coefficient_times_its_value(model):
    assert model.explain([{"heading": 1.0, "crowd": 2.0}]) == [
        (
            Contribution("heading", 1.5),
            Contribution("base", -1.0, "a condition of which nothing else is known"),
            Contribution("crowd", -0.5),
        )
    ]


def test_the_largest_contribution_comes_first_and_ties_go_by_name(model):
    (parts,) = model.explain([{"crowd": 1.0, "a": 1.0, "heading": 1.0}])

    assert [part.feature for part in parts] == ["heading", "base", "a", "crowd"]


@pytest.mark.parametrize("features", [{}, {"unknown": 1.0}, {"study": 1.0}, {"heading": 0.0}])
def test_what_adds_nothing_is_not_named(model, features):
    assert [[part.feature for part in parts] for parts in model.explain([features])] == [["base"]]


def test_every_condition_has_an_answer_of_its_own(model):
    described = [{"heading": 1.0}, {}, {"crowd": 4.0}]

    assert model.explain(described) == [parts for each in described for parts in model.explain([each])]
    assert model.explain([]) == []


@pytest.mark.parametrize(
    ("points", "confidence"),
    [((), 0.5), ((2.0, -2.0), 0.5), ((1.0, 0.5), 1 / (1 + math.exp(-1.5))), ((-1.5,), 1 / (1 + math.exp(1.5)))],
)
def test_the_confidence_is_the_sigmoid_of_the_points(points, confidence):
    assert to_confidence(tuple(Contribution("x", each) for each in points)) == pytest.approx(confidence)


@pytest.mark.parametrize("points", [1e6, -1e6])
def test_no_score_is_so_large_that_it_overflows(points):
    assert 0 < to_confidence((Contribution("x", points),)) < 1


def test_the_model_that_comes_with_the_package_multiplies_feature_by_feature():
    names = json.loads(read_model(MODEL_FOLDER)["labels.json"])["features"]
    model = FittedModel.load()
    one_by_one = {part.feature: part.points for name in names for part in model.explain([{name: 1.0}])[0]}

    (together,) = model.explain([dict.fromkeys(names, 1.0)])

    assert {part.feature: part.points for part in together} == one_by_one
    assert one_by_one["heading"] > 0 > one_by_one["only_possible"]


@pytest.mark.parametrize("labels", [{"features": ["base"]}, {"features": 7}, {}, []])
def test_a_model_and_names_that_do_not_go_together_are_refused(monkeypatch, labels):
    files = read_model(MODEL_FOLDER) | {"labels.json": json.dumps(labels).encode()}
    monkeypatch.setattr(reportability, "read_model", lambda _: files)

    with pytest.raises(AssetError, match="holds no model with named features; reinstall the package"):
        FittedModel.load()


def test_a_folder_without_a_graph_is_refused(monkeypatch):
    monkeypatch.setattr(reportability, "read_model", lambda _: {"labels.json": b'{"features": ["base"]}'})

    with pytest.raises(AssetError, match="reinstall the package"):
        FittedModel.load()


def test_the_study_rule_is_read_from_its_table():
    """Guidelines IV.K: the interpreted finding is coded, and not what the report only describes."""

    def ask(**features):
        return to_confidence(DeclaredPoints.load().explain([{"study": 1.0} | features])[0])

    assert ask(study_impression=1.0) > 0.5
    assert ask(in_results=1.0) < 0.5
    assert ask(study_impression=1.0, only_possible=1.0) < 0.5
