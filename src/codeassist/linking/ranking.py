"""Orders what a search found: named features, each with its fitted weight, that add up to the score."""

from __future__ import annotations

import json
from collections.abc import Mapping

from codeassist.assets import read_model
from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError

MODEL_FOLDER = "models/search_ranking/1"
Features = Mapping[str, float]


class Ranking:
    """This is the fitted order of search hits.

    Parameters
    ----------
    weights
        Points a unit of each feature. What shared words and near vectors give adds up to 1 for a term that is the
        wording itself.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._weights = dict(weights)

    @classmethod
    def load(cls) -> Ranking:
        """Read the weights that come with the package, checked against their manifest.

        Raises
        ------
        AssetError
            If a file is missing, was changed, or holds no weights.
        """
        try:
            weights = json.loads(read_model(MODEL_FOLDER)["model.json"])["weights"]
            return cls({str(name): float(weight) for name, weight in weights.items()})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            msg = f"{MODEL_FOLDER} holds no weights of named features; reinstall the package"
            raise AssetError(msg) from error

    def score(self, features: Features) -> float:
        """Return the points of all features, to four places."""
        weights = self._weights
        return round(sum(weights.get(name, 0.0) * value for name, value in features.items()), 4)

    def explain(self, features: Features) -> tuple[Contribution, ...]:
        """Return the contribution of each feature that adds or takes points, the largest first."""
        points = {name: self._weights.get(name, 0.0) * value for name, value in features.items()}
        ordered = sorted(points.items(), key=lambda item: (-abs(item[1]), item[0]))
        return tuple(Contribution(name, each) for name, each in ordered if each)
