"""Fits the weights by which search orders what it found, and writes model, manifest and card.

usage: PYTHONPATH=models python models/search_ranking/train.py --gold PATH

Reads the fifth of the Alphabetic Index of 2017 that the term embedding was not fitted on, and half of the titles of the
9th revision. Of the codes that search found for a phrase the right one is to be chosen: a conditional logistic
regression over sums of named features. Nothing is fitted on the other half of the titles or on the names of diseases;
they are measured.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy
from phrases import (
    DISEASES,
    INDEX,
    INDEX_PARTS,
    OLDER_TITLES,
    RARE_DISEASES,
    SETS,
    TITLE_PARTS,
    Phrase,
    count_hits,
    hash_phrases,
    hash_text,
    read_phrases,
    split_phrases,
)
from scipy.optimize import minimize

import codeassist
from codeassist.linking.ranking import MODEL_FOLDER
from codeassist.linking.search import Searcher
from codeassist.terminology.embedding import MODEL_FOLDER as EMBEDDING_FOLDER

FOLDER = Path(__file__).resolve().parent / MODEL_FOLDER.rpartition("/")[2]
FOLDS = 5
ROUNDS = 3
REGULARIZATION = 1e-3
FITTED = {INDEX: 2500, OLDER_TITLES: 1500}
COMPARED = 40
# Points in log-odds: of two terms that say the same, the reviewed one and the default sense stand first, and a row that
# is only possible stands behind the one that says no more than the wording, whatever the phrases say; nothing that
# speaks for a code may speak against it.
LOWEST = {"pedigree": 0.3, "sense": 0.05, "possible": 0.05, "left_out": -np.inf}
PLACES = 4
# The order that was set by hand before there were vectors: the baseline, and with them where fitting starts.
DECLARED = {
    "words": 1.0,
    "pedigree": 0.03,
    "axes": 0.01,
    "sense": 0.005,
    "residual": 0.03,
    "left_out": -0.025,
    "head": 0.3,
    "head_axes": 0.1,
}
START = {**DECLARED, "words": 0.4, "vectors": 0.6}
# What a term that is the wording itself has of each is 1, so that its score is about 1.
WHOLE = ("words", "covered", "vectors", "exact")


@dataclass(frozen=True)
class Found:
    """This is a phrase and what search found for it: the codes, and the features of each of their terms."""

    phrase: Phrase
    codes: tuple[str, ...]
    is_right: np.ndarray
    features: np.ndarray


def describe(searcher: Searcher, phrases: Sequence[Phrase], names: Sequence[str]) -> list[Found]:
    """Search every phrase and return what was found, features in the order of ``names``."""
    place = {name: column for column, name in enumerate(names)}
    described = []
    for phrase in phrases:
        readings = list(searcher.read(phrase.text))
        features = np.zeros((len(readings), len(names)))
        for row, reading in zip(features, readings, strict=True):
            for name, value in reading.features.items():
                row[place[name]] = value
        codes = tuple(reading.code for reading in readings)
        described.append(Found(phrase, codes, np.array([phrase.is_hit(code) for code in codes], bool), features))
    return described


def find_names(searcher: Searcher, phrases: Sequence[Phrase]) -> list[str]:
    """Return the names of all features that the phrases have."""
    return sorted({name for phrase in phrases for reading in searcher.read(phrase.text) for name in reading.features})


def order(found: Found, weights: np.ndarray) -> list[int]:
    """Return the best row of each code, the best code first."""
    scores = (found.features @ weights).round(4)
    best: dict[str, int] = {}
    for row, code in enumerate(found.codes):
        if code not in best or scores[row] > scores[best[code]]:
            best[code] = row
    return [best[code] for code in sorted(best, key=lambda code: (-scores[best[code]], code))]


def fit(described: Sequence[Found], start: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return weights under which right codes are chosen, starting from some.

    Of the terms of one code only the best counts, and which that is depends on the weights: hence several rounds.
    """
    lowest = np.array([LOWEST.get(name, 0.0) for name in names])
    weights = start / start.max()
    for _ in range(ROUNDS):
        choices = [choose_rows(found, weights) for found in described]
        telling = [(features, is_right) for features, is_right in choices if 0 < is_right.sum() < len(is_right)]
        # A score of 1 more is about as much as odds of e to the tenth.
        first = np.maximum(10 * weights / weights.max(), lowest)
        bounds = [(low, None) for low in lowest]
        weights = minimize(lose, first, args=(telling,), jac=True, method="L-BFGS-B", bounds=bounds).x
    return weights


def choose_rows(found: Found, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the features of the best codes under some weights, and which of them are right."""
    rows = order(found, weights)[:COMPARED]
    return found.features[rows], found.is_right[rows]


def lose(weights: np.ndarray, choices: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[float, np.ndarray]:
    """Return the mean log loss of choosing a right code, with its gradient."""
    total, gradient = 0.0, np.zeros_like(weights)
    for features, is_right in choices:
        scores = features @ weights
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        right = shares[is_right].sum()
        total -= np.log(right)
        gradient += features.T @ (shares - np.where(is_right, shares / right, 0.0))
    loss = total / len(choices) + REGULARIZATION * weights @ weights
    return loss, gradient / len(choices) + 2 * REGULARIZATION * weights


def measure(described: Sequence[Found], weights: np.ndarray) -> dict[str, float]:
    """Return the share of phrases whose code comes first, and among the first five."""
    hits = np.zeros(2)
    for found in described:
        hits += count_hits(found.phrase, [found.codes[row] for row in order(found, weights)])
    first, five = (hits / len(described)).round(4).tolist()
    return {"top1": first, "top5": five}


def cross_validate(
    described: Sequence[Found], start: np.ndarray, names: Sequence[str]
) -> list[tuple[Sequence[Found], np.ndarray]]:
    """Return the phrases of each fold with weights that were not fitted on them."""
    fold = np.array([hash_text(f"fold {found.phrase.text}") % FOLDS for found in described])
    parts = []
    for number in range(FOLDS):
        seen = [found for found, place in zip(described, fold, strict=True) if place != number]
        unseen = [found for found, place in zip(described, fold, strict=True) if place == number]
        parts.append((unseen, fit(seen, start, names)))
    return parts


def measure_folds(parts: Sequence[tuple[Sequence[Found], np.ndarray]], texts: frozenset[str]) -> dict[str, float]:
    """Return the figures of some phrases, each measured with the weights of its fold."""
    chosen = [([found for found in unseen if found.phrase.text in texts], weights) for unseen, weights in parts]
    sizes = [len(found) for found, _ in chosen]
    figures = [measure(found, weights) for found, weights in chosen if found]
    kept = [size for size in sizes if size]
    return {top: round(float(np.average([each[top] for each in figures], weights=kept)), 4) for top in ("top1", "top5")}


def to_vector(weights: Mapping[str, float], names: Sequence[str]) -> np.ndarray:
    """Return weights in the order of ``names``."""
    return np.array([weights.get(name, 0.0) for name in names])


def scale(weights: np.ndarray, names: Sequence[str]) -> dict[str, float]:
    """Return named weights in units in which a term that is the wording itself has 1."""
    by_name = dict(zip(names, weights.tolist(), strict=True))
    whole = sum(by_name.get(name, 0.0) for name in WHOLE)
    return {name: round(weight / whole, PLACES) for name, weight in by_name.items()}


def write(name: str, content: bytes) -> str:
    """Write one file of the model folder and return its sha256."""
    (FOLDER / name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def write_weights(weights: Mapping[str, float]) -> dict[str, str]:
    """Write the weights and return the sha256 of their file."""
    return {"model.json": write("model.json", to_json({"weights": dict(weights)}))}


def to_json(content: Mapping[str, Any]) -> bytes:
    """Return JSON with sorted keys."""
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def main() -> None:
    """Fit, measure, and write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    gold = parser.parse_args().gold
    FOLDER.mkdir(exist_ok=True)
    if not (FOLDER / "manifest.json").exists():
        # The assistant loads weights, whatever they are.
        write("manifest.json", to_json({"files": write_weights(START)}))
    searcher = codeassist.load().stages().search
    fitted, kept = choose_phrases(gold)
    names = find_names(searcher, [phrase for each in fitted.values() for phrase in each])
    described = [found for phrases in fitted.values() for found in describe(searcher, phrases, names)]
    start, declared = to_vector(START, names), to_vector(DECLARED, names)
    weights = scale(fit(described, start, names), names)
    parts = cross_validate(described, start, names)
    figures: dict[str, Any] = {"cross_validated": {}, "held_out": {}}
    for name, phrases in fitted.items():
        own = [found for found in described if found.phrase in set(phrases)]
        texts = frozenset(phrase.text for phrase in phrases)
        figures["cross_validated"][name] = {"baseline": measure(own, declared), "model": measure_folds(parts, texts)}
    for name, phrases in kept.items():
        own = describe(searcher, phrases, names)
        figures["held_out"][name] = {
            "baseline": measure(own, declared),
            "model": measure(own, to_vector(weights, names)),
        }
    manifest = make_manifest(gold, weights, fitted=fitted, figures=figures)
    written = to_json(manifest)
    write("manifest.json", written)
    write("card.md", make_card(json.loads(written)).encode())
    print(json.dumps({"weights": weights, **figures}, indent=1))


def choose_phrases(gold: Path) -> tuple[dict[str, list[Phrase]], dict[str, list[Phrase]]]:
    """Return the phrases to fit on and those to measure on, by set."""
    phrases = {name: read_phrases(gold, name) for name in SETS}
    # The embedding has not seen this fifth; weights fitted on the rest would trust it too far.
    _, index = split_phrases(phrases[INDEX], parts=INDEX_PARTS)
    titles, kept_titles = split_phrases(phrases[OLDER_TITLES], parts=TITLE_PARTS)
    fitted = {INDEX: index[: FITTED[INDEX]], OLDER_TITLES: titles[: FITTED[OLDER_TITLES]]}
    kept = {OLDER_TITLES: kept_titles[: FITTED[OLDER_TITLES]]}
    return fitted, kept | {name: phrases[name][: FITTED[OLDER_TITLES]] for name in (DISEASES, RARE_DISEASES)}


def make_manifest(
    gold: Path, weights: Mapping[str, float], *, fitted: Mapping[str, Sequence[Phrase]], figures: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what the model was made from, and how good it is."""
    embedding = json.loads((FOLDER.parents[2] / EMBEDDING_FOLDER / "manifest.json").read_bytes())
    return {
        "name": "search_ranking",
        "version": FOLDER.name,
        "files": write_weights(weights),
        "training_data": {
            **hash_phrases(gold, list(fitted)),
            f"{EMBEDDING_FOLDER}/model.onnx": embedding["files"]["model.onnx"],
        },
        "phrases": {name: len(phrases) for name, phrases in fitted.items()},
        "regularization": REGULARIZATION,
        "packages": {
            "python": platform.python_version(),
            "scipy": scipy.__version__,
            "numpy": np.__version__,
            "codeassist": codeassist.__version__,
        },
        **figures,
        "input": "features of codeassist.linking.search.Searcher.read",
        "output": "points that each feature adds; their sum is the score",
    }


def make_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card, written from the manifest."""
    rows = "\n".join(
        f"| {name} | {how.replace('_', ' ')} | "
        + " | ".join(f"{both[kind][top]:.3f}" for top in ("top1", "top5") for kind in ("baseline", "model"))
        + " |"
        for how in ("cross_validated", "held_out")
        for name, both in manifest[how].items()
    )
    count = sum(manifest["phrases"].values())
    return (
        "# Search ranking\n\n"
        "The weights by which `codeassist.CodeAssist.search` orders codes: shared words, near vectors, the pedigree\n"
        "of the term, the axis values that the wording states. The points add up to the score; a term that is the\n"
        "wording itself has about 1.\n\n"
        f"Fitted by `models/search_ranking/train.py` on {count} phrases that the\n"
        "[term embedding](../../term_embedding/1/card.md) was not fitted on.\n\n"
        "Share of phrases whose code comes first, and among the first five. The baseline are the points that were\n"
        "set by hand before there were vectors. Which features there are was decided with these sets in sight.\n\n"
        "| set | | first, baseline | first, model | five, baseline | five, model |\n"
        "|---|---|---|---|---|---|\n"
        f"{rows}\n\n"
        "Limits: index entries and older titles are terser than the words of a clinician. The score orders codes and\n"
        "is no probability.\n"
    )


if __name__ == "__main__":
    main()
