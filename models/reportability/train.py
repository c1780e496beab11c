"""Fits the reportability model on notes whose labels may be trained on, and writes model, manifest and card.

usage: python models/reportability/train.py --gold PATH

Reads ``mts_train``, ``mts_icd`` and ``codiesp`` of the gold folder. A condition that the pipeline found is a positive
example when a coder requires its code, half a positive when a coder only accepts it, and a negative one otherwise. The
logistic regression is scikit-learn's; what is written is an ONNX graph that multiplies each feature by its log-odds, so
that its outputs are the contributions and their sum is the score.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

import codeassist
from codeassist.config import SelectionSettings
from codeassist.core.notes import Encounter, Note
from codeassist.pipeline import Stages
from codeassist.selection.reportability import BASE

FOLDER = Path(__file__).resolve().parent / "2"
SEED = 20260401
FOLDS = 5
REGULARIZATION = 0.5
OPTIONAL_WEIGHT = 0.5
# Coders of case reports code every finding, and there are five times as many of them as of hospital and clinic notes.
CASE_REPORT_WEIGHT = 0.3
OPSET = 17
IR_VERSION = 8


@dataclass(frozen=True)
class Example:
    """This is one condition of a note: its features, and how far coders report it, from 0 to 1."""

    source: str
    note_id: str
    code: str
    features: Mapping[str, float]
    label: float
    may_report: bool
    is_in_assessment: bool
    is_inpatient: bool


@dataclass(frozen=True)
class Labelled:
    """This is a note with groups of codes of which one is required, and all codes that are accepted."""

    source: str
    row: Mapping[str, Any]
    required: tuple[frozenset[str], ...]
    accepted: frozenset[str]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def read_labels(gold: Path) -> Iterator[Labelled]:
    """Yield the notes with their labels."""
    for row in read_rows(gold / "mts_train/notes.jsonl"):
        required = tuple(frozenset({d["code"], *d["also_acceptable"]}) for d in row["diagnoses"])
        optional = {each if isinstance(each, str) else each["code"] for each in row["optional"]}
        yield Labelled("mts_train", row, required, frozenset(optional).union(*required))
    labels = {row["note_id"]: row for row in read_rows(gold / "mts_icd/labels.jsonl")}
    for row in read_rows(gold / "mts_icd/notes.jsonl"):
        label = labels[row["note_id"]]
        required = tuple(frozenset(group) for group in label["required"])
        yield Labelled("mts_icd", row, required, frozenset(label["acceptable"]).union(*required))
    for row in read_rows(gold / "codiesp/train.jsonl"):
        yield Labelled("codiesp", row, tuple(frozenset({code}) for code in row["codes"]), frozenset(row["codes"]))


def is_hit(code: str, gold: frozenset[str]) -> bool:
    """Tell whether a code is among gold codes, of which headers end in a star."""
    return code in gold or any(g.endswith("*") and code.startswith(g[:-1]) for g in gold)


def make_examples(notes: Sequence[Labelled]) -> list[Example]:
    """Run the pipeline on every note and describe each condition it finds."""
    stages = codeassist.load().stages()
    return [example for note in notes for example in describe_note(note, stages)]


def describe_note(labelled: Labelled, stages: Stages) -> Iterator[Example]:
    """Yield the conditions of one note."""
    row = labelled.row
    encounter = Encounter(row["note_id"], (Note(row["note_id"], row["text"]),), setting=row["setting"])
    sections = stages.sectionize(encounter)
    annotations = stages.annotate(encounter, sections)
    gathered = stages.select.gather(encounter, annotations, stages.link(annotations.mentions))
    conditions = [condition for condition in gathered if condition.removal is None]
    described = stages.select.describe(encounter, sections, annotations.mentions, conditions)
    due = frozenset().union(*labelled.required)
    for condition, features in zip(conditions, described, strict=True):
        # That a few lines list what they name is declared; of case reports so short it would be learned for headings.
        if features.get("brief"):
            continue
        is_due = is_hit(condition.code, due)
        yield Example(
            source=labelled.source,
            note_id=row["note_id"],
            code=condition.code,
            features=features,
            label=1.0 if is_due else OPTIONAL_WEIGHT * is_hit(condition.code, labelled.accepted),
            may_report=stages.select.may_report(condition, setting=encounter.setting),
            is_inpatient=encounter.setting == "inpatient",
            is_in_assessment=bool(features.get("in_assessment") or features.get("in_diagnosis")),
        )


def to_matrix(examples: Sequence[Example], names: Sequence[str]) -> np.ndarray:
    """Return the features as rows in the order of ``names``; the column `BASE` is 1."""
    return np.array([[1.0 if n == BASE else e.features.get(n, 0.0) for n in names] for e in examples])


def weigh(examples: Sequence[Example]) -> np.ndarray:
    """Return the weight of each example."""
    return np.array([CASE_REPORT_WEIGHT if e.source == "codiesp" else 1.0 for e in examples])


def fit(matrix: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the log-odds a unit of each column, fitted on soft labels: each example counts as positive and negative.

    The column `BASE` comes first and is the model's intercept.
    """
    doubled = np.vstack([matrix, matrix])[:, 1:]
    targets = np.concatenate([np.ones(len(labels)), np.zeros(len(labels))])
    counted = np.concatenate([labels * weights, (1 - labels) * weights])
    kept = counted > 0
    model = LogisticRegression(C=REGULARIZATION, max_iter=5000, random_state=SEED)
    model.fit(doubled[kept], targets[kept], sample_weight=counted[kept])
    return np.concatenate([model.intercept_, model.coef_[0]]).round(6)


def predict(matrix: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Return the probabilities."""
    return 1 / (1 + np.exp(-(matrix @ coefficients)))


def predict_held_out(examples: Sequence[Example], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return for every example what a model says that has not seen its note, and what the baseline says.

    The baseline is the rule of thumb of every coder: what stands in the assessment or among the diagnoses is reported,
    nothing else; its two probabilities are the shares in the training folds.
    """
    matrix, labels, weights = to_matrix(examples, names), np.array([e.label for e in examples]), weigh(examples)
    inside = np.array([e.is_in_assessment for e in examples])
    groups = np.array([hash_note(e.note_id) for e in examples])
    fitted, baseline = np.zeros(len(labels)), np.zeros(len(labels))
    for train, test in GroupKFold(FOLDS).split(matrix, labels, groups):
        fitted[test] = predict(matrix[test], fit(matrix[train], labels[train], weights[train]))
        for where in (True, False):
            seen = train[inside[train] == where]
            baseline[test[inside[test] == where]] = np.average(labels[seen], weights=weights[seen])
    return fitted, baseline


def measure(
    notes: Sequence[Labelled], examples: Sequence[Example], probabilities: np.ndarray, is_reported: np.ndarray
) -> dict[str, float]:
    """Return log loss, calibration error and, for the codes reported, precision, recall and F1."""
    labels = np.array([e.label for e in examples])
    by_note: dict[str, list[str]] = {note.row["note_id"]: [] for note in notes}
    for example, reported in zip(examples, is_reported, strict=True):
        if reported:
            by_note[example.note_id].append(example.code)
    right = sum(is_hit(code, note.accepted) for note in notes for code in by_note[note.row["note_id"]])
    given = sum(map(len, by_note.values()))
    found = sum(any(is_hit(c, g) for c in by_note[n.row["note_id"]]) for n in notes for g in n.required)
    precision, recall = right / max(given, 1), found / max(sum(len(n.required) for n in notes), 1)
    return {
        "log_loss": log_loss(probabilities, labels),
        "expected_calibration_error": calibration_error(probabilities, labels),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 10) -> float:
    """Return the expected calibration error over equal-width bins."""
    places = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [abs((probabilities[places == b] - labels[places == b]).sum()) for b in range(bins)]
    return float(sum(gaps) / len(labels))


def log_loss(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean log loss against soft labels."""
    clipped = np.clip(probabilities, 1e-6, 1 - 1e-6)
    return float(-(labels * np.log(clipped) + (1 - labels) * np.log(1 - clipped)).mean())


def cross_validate(
    notes: Sequence[Labelled], examples: Sequence[Example], names: Sequence[str]
) -> dict[str, dict[str, dict[str, float]]]:
    """Return the figures of each set on held-out notes: of the model, and of the baseline."""
    fitted, baseline = predict_held_out(examples, names)
    settings = SelectionSettings()
    inpatient = np.array([e.is_inpatient for e in examples])
    thresholds = np.where(inpatient, settings.report_confidence_inpatient, settings.report_confidence)
    may = np.array([e.may_report for e in examples])
    inside = np.array([e.is_in_assessment for e in examples])
    figures = {}
    for source in dict.fromkeys(note.source for note in notes):
        chosen = np.array([e.source == source for e in examples])
        own = [e for e in examples if e.source == source]
        own_notes = [note for note in notes if note.source == source]
        rounded = {
            "model": measure(own_notes, own, fitted[chosen], (may & (fitted >= thresholds))[chosen]),
            "baseline": measure(own_notes, own, baseline[chosen], (may & inside)[chosen]),
        }
        figures[source] = {
            kind: {name: round(value, 4) for name, value in row.items()} for kind, row in rounded.items()
        }
    return figures


def hash_note(note_id: str) -> int:
    """Return a stable number of a note id, for the folds."""
    return int(hashlib.sha256(note_id.encode()).hexdigest()[:8], 16)


def make_graph(coefficients: np.ndarray) -> bytes:
    """Return the ONNX graph: features times log-odds, a matrix of contributions."""
    width = len(coefficients)
    graph = helper.make_graph(
        [helper.make_node("Mul", ["features", "log_odds"], ["contributions"])],
        "reportability",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["conditions", width])],
        [helper.make_tensor_value_info("contributions", TensorProto.FLOAT, ["conditions", width])],
        [numpy_helper.from_array(coefficients.astype(np.float32), "log_odds")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="codeassist")
    model.ir_version = IR_VERSION
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def write(name: str, content: bytes) -> str:
    """Write one file of the model folder and return its sha256."""
    (FOLDER / name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def write_model(names: Sequence[str], coefficients: np.ndarray) -> dict[str, str]:
    """Write graph and feature names, and return their sha256."""
    return {
        "model.onnx": write("model.onnx", make_graph(coefficients)),
        "labels.json": write("labels.json", to_json({"features": list(names)})),
    }


def to_json(content: Mapping[str, Any]) -> bytes:
    """Return JSON with sorted keys."""
    return (json.dumps(content, indent=1, sort_keys=True) + "\n").encode()


def main() -> None:
    """Fit, measure on held-out notes, and write the model folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    gold = parser.parse_args().gold
    FOLDER.mkdir(exist_ok=True)
    if not (FOLDER / "manifest.json").exists():
        # The pipeline that finds the conditions loads a model, whatever it says.
        write("manifest.json", to_json({"files": write_model([BASE], np.zeros(1))}))
    notes = list(read_labels(gold))
    examples = make_examples(notes)
    names = [BASE, *sorted({name for example in examples for name in example.features})]
    figures = cross_validate(notes, examples, names)
    coefficients = fit(to_matrix(examples, names), np.array([e.label for e in examples]), weigh(examples))
    files = write_model(names, coefficients)
    manifest = make_manifest(gold, notes, examples, files=files, figures=figures)
    write("manifest.json", to_json(manifest))
    write("card.md", make_card(manifest).encode())
    print(json.dumps(figures, indent=1))


def make_manifest(
    gold: Path,
    notes: Sequence[Labelled],
    examples: Sequence[Example],
    *,
    files: Mapping[str, str],
    figures: Mapping[str, Any],
) -> dict[str, Any]:
    """Return what the model was made from, and how good it is."""
    sources = ("mts_train/notes.jsonl", "mts_icd/notes.jsonl", "mts_icd/labels.jsonl", "codiesp/train.jsonl")
    return {
        "name": "reportability",
        "version": FOLDER.name,
        "files": dict(files),
        "training_data": {name: hashlib.sha256((gold / name).read_bytes()).hexdigest() for name in sources},
        "notes": len(notes),
        "conditions": len(examples),
        "seed": SEED,
        "regularization": REGULARIZATION,
        "case_report_weight": CASE_REPORT_WEIGHT,
        "packages": {
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "onnx": onnx.__version__,
            "codeassist": codeassist.__version__,
        },
        "held_out": figures,
        "input": "features of codeassist.selection.features.describe, float32, one row a condition",
        "output": "log-odds that each feature adds; their sum is the score",
    }


def make_card(manifest: Mapping[str, Any]) -> str:
    """Return the model card, written from the manifest."""
    names = ("log_loss", "expected_calibration_error", "precision", "recall", "f1")
    rows = "\n".join(
        f"| {source} | {kind} | " + " | ".join(f"{row[name]:.3f}" for name in names) + " |"
        for source, both in manifest["held_out"].items()
        for kind, row in both.items()
    )
    return (
        "# Reportability model\n\n"
        "A logistic regression that gives the probability that a coder would report a condition found in a note.\n"
        "It reads the features of `codeassist.selection.features` and nothing else; its points add up to the score.\n\n"
        f"Fitted on {manifest['conditions']} conditions of {manifest['notes']} notes by"
        f" `models/reportability/train.py`, seed {manifest['seed']}.\n\n"
        "Measured on notes that the measured model has not seen (five folds by note). The baseline reports what\n"
        "stands in the assessment or among the diagnoses.\n\n"
        "| set | | log loss | ECE | precision | recall | F1 |\n|---|---|---|---|---|---|---|\n" + rows + "\n\n"
        "Limits: hospital and clinic notes in American English, and case reports translated from Spanish, in which\n"
        "coders coded every finding. Optional codes count half. Confidence on other kinds of notes is measured by\n"
        "`benchmarks/accuracy.py`.\n"
    )


if __name__ == "__main__":
    main()
