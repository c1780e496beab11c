"""How often is the level of a visit one that two auditors can defend? Prints the figures of the gold folder's scorer.

usage: python benchmarks/visit.py --gold PATH [--errors] [--record]
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import codeassist
import common
from codeassist.io.documents import to_document

ELEMENTS = ("problems", "data", "risk")


def predict(gold: Path) -> Iterator[dict[str, Any]]:
    """Yield the result of every note that has a level."""
    labelled = {row["note_id"] for row in common.read_rows(gold / "visit/labels.jsonl")}
    assistant = codeassist.load()
    for row in common.read_rows(gold / "aci/notes.jsonl"):
        if row["note_id"] in labelled:
            note = codeassist.Note(row["note_id"], row["text"])
            yield to_document(assistant.code(codeassist.Encounter(row["note_id"], (note,))))


def print_errors(gold: Path, results: list[dict[str, Any]]) -> None:
    """Print, for each note whose level or element differs, what was found and what the auditors accept."""
    visits = {each["encounter_id"]: each["visit"] or {} for each in results}
    for row in common.read_rows(gold / "visit/labels.jsonl"):
        visit = visits[row["note_id"]]
        wrong = [f"{name} {visit.get(name)} not {row[name]}" for name in ELEMENTS if visit.get(name) not in row[name]]
        if visit.get("code") not in row["levels"] or visit.get("code") != row["primary"]:
            wrong.append(f"{visit.get('code')} not {row['primary']} of {row['levels']}")
        if wrong:
            print(row["note_id"], "; ".join(wrong))


def main() -> None:
    """Measure and print."""
    parser = common.make_parser(__doc__ or "")
    parser.add_argument("--errors", action="store_true", help="print where elements and levels differ")
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    arguments = parser.parse_args()
    gold = common.require_gold(arguments.gold)
    results = list(predict(gold))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "predictions.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in results), encoding="utf-8")
        figures = common.score(gold, "notes", "visit", str(path))
    print(json.dumps(figures, indent=1))
    if arguments.errors:
        print_errors(gold, results)
    if arguments.record:
        common.record("visit", {"visit": figures}, {})


if __name__ == "__main__":
    main()
