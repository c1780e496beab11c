"""How often are the suggested codes those of expert coders? Prints the figures of the gold folder's scorer.

usage: python benchmarks/accuracy.py --gold PATH [--sets aci mts_icd ...] [--errors N] [--folds] [--index FILE]
    [--record]
"""

from __future__ import annotations

import collections
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import codeassist
import common
from codeassist.io.documents import to_document

NOTE_SETS = {
    "aci": "aci/notes.jsonl",
    "mts_icd": "mts_icd/notes.jsonl",
    "cmc2007": "cmc2007/notes.jsonl",
    "codiesp/train": "codiesp/train.jsonl",
}
ASSERTION = "assertion"
FOLDS = 5
HUMANS = ("between coders, same notes", "coders vs majority")


def predict(
    assistant: codeassist.CodeAssist, notes: Iterable[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, set[str]]]:
    """Code every note as its own encounter; also give the codes that its words name."""
    results, named = [], {}
    for row in notes:
        note = codeassist.Note(row["note_id"], row["text"])
        encounter = codeassist.Encounter(row["note_id"], (note,), setting=row.get("setting", "outpatient"))
        result = assistant.code(encounter)
        results.append(to_document(result))
        named[row["note_id"]] = find_candidates(result)
    return results, named


def write_lines(rows: Iterable[Mapping[str, Any]], folder: Path) -> str:
    """Write predictions where the scorer can read them and return the path."""
    path = folder / "predictions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def assess_sentences(assistant: codeassist.CodeAssist, gold: Path) -> list[dict[str, Any]]:
    """Assess every marked finding of the assertion set."""
    rows = []
    for row in common.read_rows(gold / "negex/context.jsonl"):
        sentence, concept = row["sentence"], row["concept"]
        upper = sentence.find(concept.upper())
        start = upper if upper >= 0 else max(0, sentence.lower().find(concept.lower()))
        (assertion,) = assistant.assess(sentence, [(start, min(start + len(concept), len(sentence)))])
        rows.append(
            {
                "id": row["id"],
                "presence": assertion.presence,
                "temporality": assertion.temporality,
                "experiencer": assertion.experiencer,
            }
        )
    return rows


def read_labels(gold: Path, name: str) -> Iterable[dict[str, Any]]:
    """Yield the rows of a set's table of labels."""
    return common.read_rows(gold / name / "labels.jsonl")


def gold_codes(gold: Path, name: str, *, whole_groups: bool = False) -> dict[str, tuple[set[str], set[str]]]:
    """Return the codes that must be found and the codes that may be reported, for each note.

    Of a group of interchangeable codes the first must be found, with ``whole_groups`` each counts as required.
    """
    if name == "aci":
        out = {}
        for row in read_labels(gold, name):
            votes = collections.Counter(c for who in ("amazon", "medcoder", "cpc") for c in set(row.get(who, [])))
            out[row["note_id"]] = ({c for c, n in votes.items() if n > 1}, set(votes))
        return out
    if name == "mts_icd":
        most = None if whole_groups else 1
        return {
            row["note_id"]: ({code for group in row["required"] for code in group[:most]}, set(row["acceptable"]))
            for row in read_labels(gold, name)
        }
    if name == "codiesp/train":
        return {row["note_id"]: (set(row["codes"]),) * 2 for row in common.read_rows(gold / "codiesp/train.jsonl")}
    return {}


def find_candidates(result: codeassist.CodingResult) -> set[str]:
    """Return the codes that the note's words name, whatever it asserts of them."""
    return {candidate.code.value for candidate in result.candidates}


def classify_errors(
    result: Mapping[str, Any], named: set[str], due: set[str], allowed: set[str]
) -> list[tuple[str, str]]:
    """Return the errors of one note as pairs of kind and codes.

    A code that is due and named by the note's words, but is nowhere suggested, was lost by what was read of its
    assertion; one that nothing names, while a wrong code of its chapter is reported, was linked to a wrong category.
    """
    reported = {s["code"] for s in result["diagnoses"] if s["disposition"] == "report"}
    considered = {s["code"] for s in result["diagnoses"]} - reported
    wrong = {code for code in reported if not is_hit(code, allowed)}
    errors = []
    for code in sorted(due):
        bare = code.rstrip("*")
        if any(c.startswith(bare) for c in reported):
            continue
        near = [c for c in reported if c[:3] == code[:3]]
        if near:
            errors.append(("right category, wrong code", f"{code} <- {' '.join(sorted(near))}"))
        elif any(c.startswith(bare) for c in considered):
            errors.append(("found, not reported", code))
        elif any(c[:3] == code[:3] for c in considered):
            errors.append(("category found, not reported", code))
        elif any(c.startswith(bare) for c in named):
            errors.append(("wrong assertion", code))
        elif any(c[0] == code[0] for c in wrong):
            errors.append(("wrong category", code))
        else:
            errors.append(("missed mention", code))
    known = {c[:3] for c in allowed}
    for code in sorted(wrong):
        kind = "reported, wrong code of the category" if code[:3] in known else "reported, not reportable"
        errors.append((kind, code))
    return errors


def is_hit(code: str, gold: Iterable[str]) -> bool:
    """Tell whether a code is among gold codes, of which headers end in a star."""
    return any(code.startswith(g.rstrip("*")) if g.endswith("*") else code == g for g in gold)


def print_errors(
    gold: Path, name: str, results: list[dict[str, Any]], named: Mapping[str, set[str]], most: int
) -> None:
    """Print the errors of a set by kind."""
    codes = gold_codes(gold, name)
    kinds = collections.Counter()
    listed = []
    for result in results:
        due, allowed = codes.get(result["encounter_id"], (set(), set()))
        if not allowed:
            continue
        errors = classify_errors(result, named[result["encounter_id"]], due, allowed)
        kinds.update(kind for kind, _ in errors)
        listed += [(result["encounter_id"], kind, code) for kind, code in errors]
    for kind, count in kinds.most_common():
        print(f"  {count:5d} {kind}")
    for note_id, kind, code in listed[:most]:
        print(f"    {note_id}  {kind}: {code}")


def score_translated(gold: Path, results: list[dict[str, Any]]) -> dict[str, float]:
    """Score the radiology set with its translation to the 9th revision completed.

    The scorer's table knows the codes of one edition only: R05.9, a child of R05 since October 2021, and the five-digit
    780.60, 599.70 and 795.51, which the labels of 2007 write with four digits, cannot be hit through it. Here a code
    without a row is translated as the code above it, and a target that the labels do not use as its first digits.
    """
    rows = list(common.read_rows(gold / "cmc2007/notes.jsonl"))
    table = json.loads((gold / "cmc2007/icd10_to_icd9.json").read_text(encoding="utf-8"))
    space = {code for row in rows for code in row["icd9"]}
    by_note = {result["encounter_id"]: result for result in results}
    hits = wrong = missed = 0
    for row in rows:
        found: set[str] = set()
        for each in by_note[row["note_id"]]["diagnoses"]:
            if each["disposition"] == "report":
                found |= translate(each["code"], table, space)
        due = set(row["icd9"])
        hits, wrong, missed = hits + len(found & due), wrong + len(found - due), missed + len(due - found)
    precision, recall = hits / max(hits + wrong, 1), hits / max(hits + missed, 1)
    f1 = 2 * precision * recall / (precision + recall)
    return {"P": round(precision, 3), "R": round(recall, 3), "F1": round(f1, 3)}


def read_shares(gold: Path, name: str) -> dict[str, dict[str, float]]:
    """Return for each note the share of its coders that report a code."""
    if name == "aci":
        coders = ("amazon", "medcoder", "cpc")
        rows = {row["note_id"]: [row[who] for who in coders if who in row] for row in read_labels(gold, name)}
        return {
            note_id: {code: sum(code in own for own in lists) / len(lists) for code in set().union(*lists)}
            for note_id, lists in rows.items()
        }
    # Of two coders one accepts what is acceptable, both what is required.
    return {
        note_id: dict.fromkeys(allowed, 0.5) | dict.fromkeys(due, 1.0)
        for note_id, (due, allowed) in gold_codes(gold, name, whole_groups=True).items()
    }


def calibrate(gold: Path, name: str, results: list[dict[str, Any]], bins: int = 10) -> float | None:
    """Return the expected calibration error: how far confidences are from the share of coders that report the code.

    Sets on which the model was fitted have their held-out figure in the model's card.
    """
    shares = read_shares(gold, name)
    gaps = [0.0] * bins
    count = 0
    for result in results:
        own = shares.get(result["encounter_id"], {})
        for each in result["diagnoses"] if own else ():
            share = max((value for code, value in own.items() if is_hit(each["code"], [code])), default=0.0)
            gaps[min(int(each["confidence"] * bins), bins - 1)] += each["confidence"] - share
            count += 1
    return round(sum(map(abs, gaps)) / count, 4) if count else None


def score_folds(gold: Path, name: str, path: str) -> list[dict[str, Any]]:
    """Score each fifth of a set's notes by itself: how far a figure depends on which notes it was measured on."""
    folder = Path(name).parts[0]
    scores = []
    for fold in range(FOLDS):
        with tempfile.TemporaryDirectory() as temporary:
            part = Path(temporary)
            (part / folder).mkdir()
            shutil.copy(gold / "score.py", part / "score.py")
            for file in (gold / folder).iterdir():
                write_part(file, part / folder / file.name, fold)
            scores.append(common.score(part, "notes", name, path))
    return scores


def write_part(source: Path, target: Path, fold: int) -> None:
    """Copy a file of the gold folder, of a table of notes only the rows of one fold."""
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    if source.suffix == ".jsonl":
        lines = [line for line in lines if hash_fold(json.loads(line)["note_id"]) == fold]
    target.write_text("".join(lines), encoding="utf-8")


def hash_fold(note_id: str) -> int:
    """Return the fold of a note, the same in every run."""
    return int(hashlib.sha256(note_id.encode()).hexdigest()[:8], 16) % FOLDS


def summarize_folds(scores: list[dict[str, Any]]) -> dict[str, str]:
    """Return the mean of each figure over the folds, and its lowest and highest value."""
    flat = [
        {f"{outer} {inner}".strip(): value for outer, block in flatten(score) for inner, value in block.items()}
        for score in scores
    ]
    return {
        name: f"{sum(row[name] for row in flat) / len(flat):.3f} ({min(row[name] for row in flat):.3f} to "
        f"{max(row[name] for row in flat):.3f})"
        for name in flat[0]
        if all(isinstance(row.get(name), float) for row in flat)
    }


def flatten(score: Mapping[str, Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the blocks of a score with their names; the figures that stand alone have none."""
    yield "", {name: value for name, value in score.items() if not isinstance(value, dict)}
    yield from ((name, value) for name, value in score.items() if isinstance(value, dict) and name not in HUMANS)


def translate(code: str, table: Mapping[str, list[str]], space: set[str]) -> set[str]:
    """Return the labels' codes that one code stands for."""
    while code not in table and len(code) > 3:
        code = code[:-1].rstrip(".")
    targets = (next((t[:n] for n in range(len(t), 2, -1) if t[:n] in space), "") for t in table.get(code, []))
    return {target for target in targets if target}


def main() -> None:
    """Score the chosen sets and print their figures."""
    parser = common.make_parser(__doc__ or "")
    parser.add_argument("--sets", nargs="*", choices=[*NOTE_SETS, ASSERTION], default=[*NOTE_SETS, ASSERTION])
    parser.add_argument("--errors", type=int, default=0, help="how many errors to list for each set of notes")
    parser.add_argument("--folds", action="store_true", help="also score each fifth of the notes by itself")
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    options = parser.parse_args()
    gold = common.require_gold(options.gold)
    label = common.add_index(options.index)
    assistant = codeassist.load()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for chosen in options.sets:
            if chosen in NOTE_SETS:
                results, named = predict(assistant, common.read_rows(gold / NOTE_SETS[chosen]))
                path = write_lines(results, folder)
                figures[chosen] = common.score(gold, "notes", chosen, path)
                figures[chosen]["calibration"] = calibrate(gold, chosen, results)
                if options.folds:
                    figures[chosen]["folds"] = summarize_folds(score_folds(gold, chosen, path))
                if chosen == "cmc2007":
                    figures[chosen]["translation completed"] = score_translated(gold, results)
            else:
                path = write_lines(assess_sentences(assistant, gold), folder)
                figures[chosen] = common.score(gold, ASSERTION, path)
            print(chosen, json.dumps(figures[chosen]))
            if options.errors and chosen in NOTE_SETS:
                print_errors(gold, chosen, results, named, options.errors)
    if options.record:
        common.record("accuracy", figures, label)


if __name__ == "__main__":
    main()
