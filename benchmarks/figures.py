"""Writes the table of figures in README.md from the last line of every file in benchmarks/results.

usage: python benchmarks/figures.py [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def read_last(question: str) -> dict[str, Any]:
    """Return the newest figures of one benchmark, or an empty mapping."""
    path = ROOT / "benchmarks" / "results" / f"{question}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    figures: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return figures


def make_rows(accuracy: dict[str, Any], speed: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield measure, figure and command."""
    command = "`benchmarks/accuracy.py`"
    aci, hospital, radiology = accuracy["aci"], accuracy["mts_icd"], accuracy["cmc2007"]
    agreed, complete = aci["agreed_by_two"], radiology["translation completed"]
    yield "clinic visits (aci): recall of codes two coders agree on", str(agreed["recall"]), command
    yield "clinic visits (aci): precision against any coder", str(agreed["precision_vs_any"]), command
    yield "hospital and clinic notes (mts_icd): recall of required codes", str(hospital["recall_of_required"]), command
    yield "hospital and clinic notes (mts_icd): precision against any coder", str(hospital["precision_vs_any"]), command
    yield (
        "radiology (cmc2007): micro-F1 of the scorer (its translation cannot reach 279 of 717 labels)",
        str(radiology["F1"]),
        command,
    )
    yield "radiology (cmc2007): micro-F1, translation to the 9th revision completed", str(complete["F1"]), command
    for name in ("doid", "mondo", "icd9_titles"):
        yield (
            f"disease names ({name}): first hit / among five",
            f"{accuracy[name]['top1']} / {accuracy[name]['top5']}",
            ("`benchmarks/search.py`"),
        )
    found = accuracy["assertion"]
    yield "assertion (negex): F1 absent / historical", f"{found['absent']['F1']} / {found['historical']['F1']}", command
    if not speed:
        return
    command = "`benchmarks/speed.py`"
    yield "whole `code` call, one core, notes of 2.7 KB", f"{speed['codeassist_notes_per_s']} notes/s", command
    yield "the blank spaCy tokenizer in the same run", f"{speed['blank_spacy_notes_per_s']} notes/s", command
    if "medspacy_notes_per_s" in speed:
        yield "medspaCy with the tabular terms as rules, same run", f"{speed['medspacy_notes_per_s']} notes/s", command
    yield "warm start: import and load", f"{speed['start_warm_s']} s", command
    yield "first start: compile code set, axes and term index", f"{speed['start_cold_s']} s", command
    yield "peak memory after coding every note", f"{speed['peak_memory_mb']} MB", command


def make_table() -> str:
    """Return the table as Markdown."""
    accuracy, speed = read_last("accuracy"), read_last("speed")
    rows = "\n".join(f"| {measure} | {figure} | {command} |" for measure, figure, command in make_rows(accuracy, speed))
    return f"{BEGIN}\n| measure | figure | printed by |\n|---|---|---|\n{rows}\n{END}"


def main() -> None:
    """Write the table, or with ``--check`` fail if it is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    fresh = before + make_table() + rest.split(END)[1]
    if options.check:
        sys.exit(0 if fresh == text else "the figures in README.md are stale; run python benchmarks/figures.py")
    path.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
