"""Writes what README.md shows: the table of figures, from benchmarks/results, and the output of its example.

usage: python benchmarks/figures.py [--check]
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import common

ROOT = Path(__file__).resolve().parents[1]
Figures = Mapping[str, Any]
Row = tuple[str, str, str]
_EXAMPLE = re.compile(
    r"""
    ^ \$ [ ] printf [ ] '(?P<note> [^']* )'   # the note, line breaks written as \\n
    [ ] \| [ ] codeassist [ ] code [ ] - $    # goes to the command
    """,
    re.VERBOSE | re.MULTILINE,
)
_RUN = (sys.executable, "-c", "from codeassist.cli import main; main()", "code", "-")


def make_accuracy_rows(figures: Figures) -> Iterator[Row]:
    """Yield measure, figure and command of every set of notes that was recorded."""
    command = "`benchmarks/accuracy.py`"
    if aci := figures.get("aci"):
        recall, precision = aci["agreed_by_two"]["recall"], aci["agreed_by_two"]["precision_vs_any"]
        yield "clinic visits (aci): recall of codes two coders agree on", str(recall), command
        yield "clinic visits (aci): precision against any coder", str(precision), command
    if hospital := figures.get("mts_icd"):
        recall, precision = hospital["recall_of_required"], hospital["precision_vs_any"]
        yield "hospital and clinic notes (mts_icd): recall of required codes", str(recall), command
        yield "hospital and clinic notes (mts_icd): precision against any coder", str(precision), command
    if radiology := figures.get("cmc2007"):
        measure = "radiology (cmc2007): micro-F1 of the scorer (its translation cannot reach 279 of 717 labels)"
        yield measure, str(radiology["F1"]), command
        complete = radiology["translation completed"]
        yield "radiology (cmc2007): micro-F1, translation to the 9th revision completed", str(complete["F1"]), command
    if found := figures.get("assertion"):
        both = f"{found['absent']['F1']} / {found['historical']['F1']}"
        yield "assertion (negex): F1 absent / historical", both, command


def make_search_rows(figures: Figures) -> Iterator[Row]:
    """Yield measure, figure and command of every set of disease names that was recorded."""
    for name in ("doid", "mondo", "icd9_titles"):
        if name in figures:
            hits = f"{figures[name]['top1']} / {figures[name]['top5']}"
            yield f"disease names ({name}): first hit / among five", hits, "`benchmarks/search.py`"


def make_values_rows(figures: Figures) -> Iterator[Row]:
    """Yield measure, figure and command of the values of case reports, if they were recorded."""
    if found := figures.get("maccrobat"):
        measure = "measured values of case reports (maccrobat): precision / recall / F1"
        yield measure, f"{found['precision']} / {found['recall']} / {found['F1']}", "`benchmarks/values.py`"


def make_speed_rows(figures: Figures) -> Iterator[Row]:
    """Yield measure, figure and command of what was timed."""
    size = f"notes of {figures.get('mean_characters', 0) / 1000:.1f} KB"
    for name, measure, unit in (
        ("codeassist_notes_per_s", f"whole `code` call, one core, {size}", "notes/s"),
        ("blank_spacy_notes_per_s", "the blank spaCy tokenizer in the same run", "notes/s"),
        ("medspacy_notes_per_s", "medspaCy with the tabular terms as rules, same run", "notes/s"),
        ("start_warm_s", "warm start: import and load", "s"),
        ("start_cold_s", "first start: compile code set, axes and term index", "s"),
        ("peak_memory_mb", "peak memory after coding every note", "MB"),
    ):
        if name in figures:
            yield measure, f"{figures[name]} {unit}", "`benchmarks/speed.py`"


def make_table(folder: Path = common.RESULTS) -> str:
    """Return the table of everything that was recorded as Markdown."""
    makers = {
        "accuracy": make_accuracy_rows,
        "search": make_search_rows,
        "values": make_values_rows,
        "speed": make_speed_rows,
    }
    rows = [row for name, make in makers.items() for row in make(common.read_newest(name, folder=folder))]
    lines = [f"| {measure} | {figure} | {command} |" for measure, figure, command in rows]
    return "\n".join(["| measure | figure | printed by |", "|---|---|---|", *lines])


def run_example(text: str) -> str:
    """Return what the command in README.md prints, as a block of Markdown."""
    (note,) = (found["note"].replace("\\n", "\n") for found in _EXAMPLE.finditer(text))
    environment = os.environ | {"COLUMNS": "100", "PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(_RUN, input=note, capture_output=True, encoding="utf-8", check=True, env=environment)
    lines = "\n".join(line.rstrip() for line in done.stdout.strip("\n").split("\n"))
    return f"```text\n{lines}\n```"


def fill(text: str, block: str, content: str) -> str:
    """Return a text with the lines between the two marks of a block replaced."""
    begin, end = f"<!-- {block}: begin -->", f"<!-- {block}: end -->"
    before, rest = text.split(begin)
    return f"{before}{begin}\n{content}\n{end}{rest.split(end)[1]}"


def main() -> None:
    """Write both blocks, or with ``--check`` fail if one is stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    options = parser.parse_args()
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    fresh = fill(fill(text, "figures", make_table()), "output", run_example(text))
    if options.check:
        sys.exit(0 if fresh == text else "README.md is stale; run python benchmarks/figures.py")
    path.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
