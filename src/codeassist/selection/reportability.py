"""Gives the probability that a coder would report a condition, with the part that each feature has in it.

Two ways lead to the same kind of answer: a fitted model, run by onnxruntime, and declared points for studies.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from codeassist.assets import read_model
from codeassist.core.suggestions import Contribution
from codeassist.errors import AssetError
from codeassist.terminology.lexicon import read_table

MODEL_FOLDER = "models/reportability/2"
BASE = "base"
_BASE_DETAIL = "a condition of which nothing else is known"
Features = Mapping[str, float]
Rationale = tuple[Contribution, ...]
Matrix = npt.NDArray[np.float32]


class Explainer(Protocol):
    """This is anything that gives each condition's score as a sum of contributions in log-odds, largest first."""

    def explain(self, described: Sequence[Features]) -> list[Rationale]:
        """Return the contributions of every condition's features; they add up to its score."""


class FittedModel:
    """This is the model that was fitted on coded notes.

    Parameters
    ----------
    names
        Feature names, in the order of the model's columns; `BASE` is the column that is always 1.
    run
        Gives for a matrix of features, one row a condition, the contributions in log-odds, of the same shape.
    """

    def __init__(self, names: Sequence[str], run: Callable[[Matrix], Matrix]) -> None:
        self._names = tuple(names)
        self._place = {name: place for place, name in enumerate(names)}
        self._run = run

    @classmethod
    def load(cls) -> FittedModel:
        """Read the model that comes with the package, checked against its manifest.

        Raises
        ------
        AssetError
            If a file of it is missing, was changed, or does not go with the others.
        """
        files = read_model(MODEL_FOLDER)
        try:
            names = [str(name) for name in json.loads(files["labels.json"])["features"]]
            run = _open_session(files["model.onnx"], len(names))
        except (KeyError, TypeError, ValueError) as error:
            msg = f"{MODEL_FOLDER} holds no model with named features; reinstall the package"
            raise AssetError(msg) from error
        return cls(names, run)

    def explain(self, described: Sequence[Features]) -> list[Rationale]:
        """Return the contributions of every condition's features; they add up to its score."""
        if not described:
            return []
        matrix = np.zeros((len(described), len(self._names)), np.float32)
        for row, features in zip(matrix, described, strict=True):
            for name, value in {**features, BASE: 1.0}.items():
                place = self._place.get(name)
                if place is not None:
                    row[place] = value
        points = self._run(matrix).astype(np.float64).round(6).tolist()
        return [_order(zip(self._names, row, strict=True)) for row in points]


class DeclaredPoints:
    """This is a rule: points that a table declares, not fitted on anything.

    Parameters
    ----------
    points
        Log-odds a unit of each feature, and of `BASE`.
    """

    def __init__(self, points: Mapping[str, float]) -> None:
        self._points = points

    @classmethod
    def load(cls) -> DeclaredPoints:
        """Read the points for reports of diagnostic studies.

        Notes
        -----
        Guidelines IV.K: for an interpreted study code the confirmed diagnoses, and the reason for the study otherwise.
        """
        rows = read_table(Path(__file__).parent / "study_points.tsv", ("feature", "points", "basis"))
        return cls({row["feature"]: float(row["points"]) for row in rows})

    def explain(self, described: Sequence[Features]) -> list[Rationale]:
        """Return the contributions of every condition's features; they add up to its score."""
        return [
            _order((name, self._points.get(name, 0.0) * value) for name, value in {**features, BASE: 1.0}.items())
            for features in described
        ]


def to_confidence(rationale: Rationale) -> float:
    """Return the probability whose log-odds are the points of the rationale."""
    score = sum(part.points for part in rationale)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


def _order(points: Iterable[tuple[str, float]]) -> Rationale:
    parts = [Contribution(name, each, _BASE_DETAIL if name == BASE else "") for name, each in points if each]
    return tuple(sorted(parts, key=lambda part: (-abs(part.points), part.feature)))


def _open_session(content: bytes, width: int) -> Callable[[Matrix], Matrix]:
    # Imported here: nothing else needs it, and it takes a quarter of a second.
    import onnxruntime  # noqa: PLC0415

    options = onnxruntime.SessionOptions()
    # A few multiplications: threads would cost more than they bring.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    source, target = session.get_inputs()[0], session.get_outputs()[0]
    if source.shape[1:] != [width]:
        msg = f"the model reads {source.shape[1:]} features and names {width}"
        raise ValueError(msg)

    def run(matrix: Matrix) -> Matrix:
        contributions: Matrix = session.run([target.name], {source.name: matrix})[0]
        return contributions

    return run
