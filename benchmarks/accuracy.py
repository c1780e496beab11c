"""How often are the suggested codes those of expert coders? Prints the figures of the gold folder's scorer.

usage: python benchmarks/accuracy.py --gold PATH [--sets aci mts_icd ...] [--errors N] [--index FILE] [--record]
"""

from __future__ import annotations

import collections
import json
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


def predict(assistant: codeassist.CodeAssist, notes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Code every note as its own encounter."""
    results = []
    for row in notes:
        note = codeassist.Note(row["note_id"], row["text"])
        encounter = codeassist.Encounter(row["note_id"], (note,), setting=row.get("setting", "outpatient"))
        results.append(to_document(assistant.code(encounter)))
    return results


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


def gold_codes(gold: Path, name: str) -> dict[str, tuple[set[str], set[str]]]:
    """Return the codes that must be found and the codes that may be reported, for each note."""
    if name == "aci":
        out = {}
        for row in common.read_rows(gold / "aci/labels.jsonl"):
            votes = collections.Counter(c for who in ("amazon", "medcoder", "cpc") for c in set(row.get(who, [])))
            out[row["note_id"]] = ({c for c, n in votes.items() if n > 1}, set(votes))
        return out
    if name == "mts_icd":
        rows = common.read_rows(gold / "mts_icd/labels.jsonl")
        return {row["note_id"]: ({group[0] for group in row["required"]}, set(row["acceptable"])) for row in rows}
    if name == "codiesp/train":
        return {row["note_id"]: (set(row["codes"]),) * 2 for row in common.read_rows(gold / "codiesp/train.jsonl")}
    return {}


def classify_errors(result: Mapping[str, Any], due: set[str], allowed: set[str]) -> list[tuple[str, str]]:
    """Return the errors of one note as pairs of kind and codes."""
    reported = {s["code"] for s in result["diagnoses"] if s["disposition"] == "report"}
    considered = {s["code"] for s in result["diagnoses"]} - reported
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
        else:
            errors.append(("missed mention", code))
    known = {c[:3] for c in allowed}
    for code in sorted(reported):
        if not any(code.startswith(g.rstrip("*")) if g.endswith("*") else code == g for g in allowed):
            kind = "reported, wrong code of the category" if code[:3] in known else "reported, not reportable"
            errors.append((kind, code))
    return errors


def print_errors(gold: Path, name: str, results: list[dict[str, Any]], most: int) -> None:
    """Print the errors of a set by kind."""
    codes = gold_codes(gold, name)
    kinds = collections.Counter()
    listed = []
    for result in results:
        due, allowed = codes.get(result["encounter_id"], (set(), set()))
        if not allowed:
            continue
        errors = classify_errors(result, due, allowed)
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
                results = predict(assistant, common.read_rows(gold / NOTE_SETS[chosen]))
                figures[chosen] = common.score(gold, "notes", chosen, write_lines(results, folder))
                if chosen == "cmc2007":
                    figures[chosen]["translation completed"] = score_translated(gold, results)
            else:
                path = write_lines(assess_sentences(assistant, gold), folder)
                figures[chosen] = common.score(gold, ASSERTION, path)
            print(chosen, json.dumps(figures[chosen]))
            if options.errors and chosen in NOTE_SETS:
                print_errors(gold, chosen, results, options.errors)
    if options.record:
        common.record("accuracy", figures, label)


if __name__ == "__main__":
    main()
