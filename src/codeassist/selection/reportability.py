"""Gives the probability that a coder would report a condition, with the part that each feature has in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from codeassist.assets import read_model
from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError
from codeassist.terminology.lexicon import read_table

MODEL_FOLDER = "models/reportability/1"


class ReportabilityModel:
    """This is a fitted logistic regression over the features of `codeassist.selection.features`.

    Parameters
    ----------
    coefficients
        Log-odds a unit of each feature.
    intercept
        Log-odds of a condition without any feature.
    """

    def __init__(self, coefficients: Mapping[str, float], intercept: float) -> None:
        self._coefficients = coefficients
        self._intercept = intercept

    @classmethod
    def load(cls) -> ReportabilityModel:
        """Read the model that comes with the package, checked against its manifest."""
        model = read_model(MODEL_FOLDER)
        coefficients, intercept = model.get("coefficients"), model.get("intercept")
        if not isinstance(coefficients, dict) or not isinstance(intercept, float):
            msg = f"{MODEL_FOLDER}/model.json holds no coefficients; reinstall the package"
            raise AssetError(msg)
        return cls(coefficients, intercept)

    @classmethod
    def load_study_rule(cls) -> ReportabilityModel:
        """Read the declared points for reports of diagnostic studies; they are a rule, not fitted.

        Notes
        -----
        Guidelines IV.K: for an interpreted study code the confirmed diagnoses, and the reason for the study otherwise.
        """
        rows = read_table(Path(__file__).parent / "study_points.tsv", ("feature", "points", "basis"))
        points = {row["feature"]: float(row["points"]) for row in rows}
        return cls(points, points.pop("base"))

    def explain(self, features: Mapping[str, float]) -> tuple[Contribution, ...]:
        """Return the contribution of each feature in log-odds, largest first; they add up to the score."""
        parts = [Contribution("base", self._intercept, "a condition of which nothing else is known")]
        for name, value in features.items():
            points = self._coefficients.get(name, 0.0) * value
            if points:
                parts.append(Contribution(name, points))
        return tuple(sorted(parts, key=lambda part: (-abs(part.points), part.feature)))


def to_confidence(rationale: tuple[Contribution, ...]) -> float:
    """Return the probability whose log-odds are the points of the rationale."""
    score = sum(part.points for part in rationale)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))
