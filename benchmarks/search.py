"""How often is the code of a disease name the first hit, how often among the first five? Prints both, and the time.

usage: python benchmarks/search.py --gold PATH [--sets doid mondo icd9_titles] [--index FILE] [--record]
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import codeassist
import common

SETS = ("doid", "mondo", "icd9_titles")


def main() -> None:
    """Search every phrase of the chosen sets and print the scorer's figures."""
    parser = common.make_parser(__doc__ or "")
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    options = parser.parse_args()
    gold = common.require_gold(options.gold)
    label = common.add_index(options.index)
    assistant = codeassist.load()
    figures: dict[str, Any] = {}
    for name in options.sets:
        phrases = [row["phrase"] for row in common.read_rows(gold / f"phrases/{name}.jsonl")]
        start = time.perf_counter()
        rows = [{"phrase": p, "codes": [match.code for match in assistant.search(p, limit=10)]} for p in phrases]
        milliseconds = 1000 * (time.perf_counter() - start) / len(phrases)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "predictions.jsonl"
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
            figures[name] = common.score(gold, "phrases", f"phrases/{name}.jsonl", str(path))
        figures[name]["ms_per_search"] = round(milliseconds, 2)
        print(name, json.dumps(figures[name]))
    if options.record:
        common.record("search", figures, label)


if __name__ == "__main__":
    main()
