"""Fits the reportability model on notes whose labels may be trained on, and writes model, manifest and card.

usage: python models/reportability/train.py --gold PATH

Reads ``mts_train`` and ``mts_icd`` of the gold folder. A condition that the pipeline found is a positive example when a
coder requires its code, half a positive when a coder only accepts it, and a negative one otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

import codeassist
from codeassist.core.notes import Encounter, Note
from codeassist.pipeline import to_encounter

FOLDER = Path(__file__).resolve().parent / "1"
SEED = 20260401
FOLDS = 5
REGULARIZATION = 0.5
OPTIONAL_WEIGHT = 0.5

Example = tuple[str, dict[str, float], float]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_labels(gold: Path) -> Iterator[tuple[dict[str, Any], set[str], set[str]]]:
    """Yield each note with the codes that must and that may be reported."""
    for row in read_rows(gold / "mts_train/notes.jsonl"):
        due = {c for d in row["diagnoses"] for c in (d["code"], *d["also_acceptable"])}
        may = {c if isinstance(c, str) else c["code"] for c in row["optional"]}
        yield row, due, may
    labels = {row["note_id"]: row for row in read_rows(gold / "mts_icd/labels.jsonl")}
    for row in read_rows(gold / "mts_icd/notes.jsonl"):
        label = labels[row["note_id"]]
        due = {code for group in label["required"] for code in group}
        yield row, due, set(label["acceptable"]) - due


def is_hit(code: str, gold: set[str]) -> bool:
    """Tell whether a code is among gold codes, of which headers end in a star."""
    return code in gold or any(g.endswith("*") and code.startswith(g[:-1]) for g in gold)


def make_examples(gold: Path) -> list[Example]:
    """Run the pipeline on every note and describe each condition it finds."""
    stages = codeassist.load().stages()
    examples = []
    for row, due, may in read_labels(gold):
        note = Note(row["note_id"], row["text"])
        encounter = to_encounter(Encounter(row["note_id"], (note,), setting=row["setting"]))
        sections = stages.sectionize(encounter)
        annotations = stages.annotate(encounter, sections)
        conditions = stages.select.gather(stages.link(annotations.mentions), setting=encounter.setting)
        described = stages.select.describe(encounter, sections, annotations.mentions, conditions)
        for condition, features in zip(conditions, described, strict=True):
            label = 1.0 if is_hit(condition.code, due) else OPTIONAL_WEIGHT * is_hit(condition.code, may)
            examples.append((row["note_id"], features, label))
    return examples


def to_matrix(examples: list[Example], names: list[str]) -> np.ndarray:
    """Return the features as rows in the order of ``names``."""
    return np.array([[features.get(name, 0.0) for name in names] for _, features, _ in examples])


def fit(matrix: np.ndarray, labels: np.ndarray) -> LogisticRegression:
    """Fit on soft labels: each example counts as positive and negative with its weight."""
    doubled = np.vstack([matrix, matrix])
    targets = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    weights = np.concatenate([labels, 1 - labels])
    kept = weights > 0
    model = LogisticRegression(C=REGULARIZATION, max_iter=2000, random_state=SEED)
    return model.fit(doubled[kept], targets[kept], sample_weight=weights[kept])


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [abs((probabilities[places == b] - labels[places == b]).sum()) for b in range(bins)]
    return float(sum(gaps) / len(labels))


def cross_validate(examples: list[Example], matrix: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Return log loss and calibration error on held-out notes, beside the base rate's."""
    groups = np.array([hash_note(note_id) for note_id, _, _ in examples])
    held_out = np.zeros(len(labels))
    for train, test in GroupKFold(FOLDS).split(matrix, labels, groups):
        held_out[test] = fit(matrix[train], labels[train]).predict_proba(matrix[test])[:, 1]
    base = labels.mean()
    return {
        "log_loss": log_loss(held_out, labels),
        "log_loss_of_base_rate": log_loss(np.full(len(labels), base), labels),
        "expected_calibration_error": calibration_error(held_out, labels),
        "base_rate": float(base),
    }


def log_loss(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean log loss against soft labels."""
    clipped = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return float(-(labels * np.log(clipped) + (1 - labels) * np.log(1 - clipped)).mean())


def hash_note(note_id: str) -> int:
    """Return a stable number of a note id, for the folds."""
    return int(hashlib.sha256(note_id.encode()).hexdigest()[:8], 16)


def write(path: Path, content: Mapping[str, Any]) -> bytes:
    """Write JSON with sorted keys and return the bytes."""
    data = (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()
    path.write_bytes(data)
    return data


def main() -> None:
    """Fit, measure on held-out notes, and write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    gold = parser.parse_args().gold
    examples = make_examples(gold)
    names = sorted({name for _, features, _ in examples for name in features})
    matrix, labels = to_matrix(examples, names), np.array([label for _, _, label in examples])
    metrics = {key: round(value, 4) for key, value in cross_validate(examples, matrix, labels).items()}
    model = fit(matrix, labels)
    FOLDER.mkdir(exist_ok=True)
    coefficients = {name: round(float(value), 6) for name, value in zip(names, model.coef_[0], strict=True)}
    data = write(
        FOLDER / "model.json", {"coefficients": coefficients, "intercept": round(float(model.intercept_[0]), 6)}
    )
    sources = [gold / name for name in ("mts_train/notes.jsonl", "mts_icd/notes.jsonl", "mts_icd/labels.jsonl")]
    manifest = {
        "name": "reportability",
        "version": "1",
        "files": {"model.json": hashlib.sha256(data).hexdigest()},
        "training_data": {
            path.parent.name + "/" + path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sources
        },
        "notes": len({note_id for note_id, _, _ in examples}),
        "conditions": len(examples),
        "seed": SEED,
        "regularization": REGULARIZATION,
        "packages": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "codeassist": codeassist.__version__,
        },
        "metrics": metrics,
        "input": "features of codeassist.selection.features.describe",
    }
    write(FOLDER / "manifest.json", manifest)
    (FOLDER / "card.md").write_text(make_card(manifest), encoding="utf-8")
    print(json.dumps(metrics))


def make_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card, written from the manifest."""
    rows = "\n".join(f"| {name} | {value} |" for name, value in sorted(manifest["metrics"].items()))
    return (
        "# Reportability model\n\n"
        "A logistic regression that gives the probability that a coder would report a condition found in a note.\n"
        "It reads the features of `codeassist.selection.features` and nothing else; its points add up to the score.\n\n"
        f"Fitted on {manifest['conditions']} conditions of {manifest['notes']} notes by"
        f" `models/reportability/train.py`, seed {manifest['seed']}.\n\n"
        "Measured on held-out notes (five folds by note):\n\n| metric | value |\n|---|---|\n" + rows + "\n\n"
        "Limits: hospital and clinic notes in American English; optional codes count half. Confidence on other kinds\n"
        "of notes is measured by `benchmarks/accuracy.py`.\n"
    )


if __name__ == "__main__":
    main()
