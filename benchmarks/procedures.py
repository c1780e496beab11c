"""Are the suggested procedures those that coders report? Also: how many accounts give none, and the time it takes.

usage: python benchmarks/procedures.py --gold PATH [--record]
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import codeassist
import common
from codeassist.io.documents import to_document

Result = dict[str, Any]
_IMAGED = "aci"


def code_notes(assistant: codeassist.CodeAssist, notes: Iterable[Mapping[str, Any]]) -> dict[str, Result]:
    """Code every note as its own encounter and return the results as JSON documents."""
    results = {}
    for row in notes:
        note = codeassist.Note(row["note_id"], row["text"])
        encounter = codeassist.Encounter(row["note_id"], (note,), setting=row.get("setting", "outpatient"))
        results[row["note_id"]] = to_document(assistant.code(encounter))
    return results


def score_imaging(gold: Path, results: Mapping[str, Result]) -> dict[str, float]:
    """Return how many imaging lines of the visit notes have the code, and the code with its modifiers."""
    counts = Counter[str]()
    for row in common.read_rows(gold / _IMAGED / "labels.jsonl"):
        lines = row.get("cpc_cpt") or []
        reported = {s["code"]: set(s["modifiers"]) for s in list_reported(results[row["note_id"]])}
        for line in [lines] if isinstance(lines, str) else lines:
            code, _, modifiers = line.partition(":")
            counts["lines"] += 1
            counts["code"] += code in reported
            counts["modifiers"] += reported.get(code) == set(modifiers.split("+")) - {""}
    lines = max(counts["lines"], 1)
    return {
        "code": round(counts["code"] / lines, 3),
        "code_and_modifiers": round(counts["modifiers"] / lines, 3),
        "lines": counts["lines"],
    }


def list_reported(result: Result) -> list[dict[str, Any]]:
    """Return the procedures that are proposed for the claim."""
    return [each for each in result["procedures"] if each["disposition"] == "report"]


def score_accounts(assistant: codeassist.CodeAssist, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Return the share of surgery and radiology notes without any procedure, and the time the stage adds."""
    stages = assistant.stages()
    silent, before, own, count = 0, 0.0, 0.0, 0
    for row in rows:
        encounter = codeassist.Encounter(row["note_id"], (codeassist.Note(row["note_id"], row["text"]),))
        start = time.perf_counter()
        sections = stages.sectionize(encounter)
        annotations = stages.annotate(encounter, sections)
        diagnoses = stages.select(encounter, sections, annotations, stages.link(annotations.mentions))
        middle = time.perf_counter()
        found = stages.find_procedures(encounter, sections, diagnoses).suggestions
        before, own = before + middle - start, own + time.perf_counter() - middle
        if row["specialty"] in ("Surgery", "Radiology"):
            count += 1
            silent += not any(each.disposition == "report" for each in found)
    return {
        "accounts": count,
        "without_procedure": round(silent / max(count, 1), 3),
        "time_added": round(own / max(before, 1e-9), 3),
    }


def main() -> None:
    """Print the figures, and record them if asked."""
    parser = common.make_parser("Compares suggested procedures with those of coders.")
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    arguments = parser.parse_args()
    gold = common.require_gold(arguments.gold)
    assistant = codeassist.load()
    coded = code_notes(assistant, common.read_rows(gold / "mts_cpt/notes.jsonl"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in coded.values()), encoding="utf-8")
        figures: dict[str, Any] = {"mts_cpt": common.score(gold, "notes", "mts_cpt", str(path))}
    imaged = code_notes(assistant, common.read_rows(gold / _IMAGED / "notes.jsonl"))
    figures["aci_imaging"] = score_imaging(gold, imaged)
    figures["mtsamples"] = score_accounts(assistant, list(common.read_rows(gold / "mtsamples/notes.jsonl")))
    print(json.dumps(figures, indent=1))
    if arguments.record:
        common.record("procedures", figures, {})


if __name__ == "__main__":
    main()
