"""How many measured values of published case reports are read, and how many are right? Prints both, and F1.

What is scored: the gold spans of type ``Lab_value`` that hold a digit. A measurement is right if its value is one of
the numbers of a gold span that it overlaps; a gold span is found if a measurement is right there. Precision is over
measurements, recall over gold spans, F1 is their harmonic mean. Measurements that lie over a gold span of a size, an
amount or a weight (types Distance, Area, Volume, Mass, Weight, Dosage, Detailed_description) count neither way.

usage: python benchmarks/values.py --gold PATH [--record]
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import common
from codeassist.annotation.measurements import MeasurementReader
from codeassist.core.mentions import Measurement
from codeassist.core.notes import Note
from codeassist.terminology.words import get_tokenizer

Entity = dict[str, Any]
OTHER_TYPES = ("Distance", "Area", "Volume", "Mass", "Weight", "Dosage", "Detailed_description")
_NUMBER = re.compile(
    r"""
    \d{1,3} (?: [,\u2009\u202f\u200a]\d{3} ){1,3} (?!\d) (?: \.\d+ )?     # thousands
    | \d+ (?: [.\u00b7]\d+ )? | \.\d+
    """,
    re.VERBOSE,
)


def find_numbers(text: str) -> set[float]:
    """Return the numbers that a text holds."""
    return {
        float(re.sub(r"[,\u2009\u202f\u200a]", "", found).replace("\u00b7", ".")) for found in _NUMBER.findall(text)
    }


def is_right(measurement: Measurement, entity: Entity) -> bool:
    """Tell whether a measurement has the value of a gold span that it overlaps."""
    span = measurement.span
    if span is None or span.end <= entity["start"] or entity["end"] <= span.start:
        return False
    return abs(measurement.value) in find_numbers(entity["text"])


def score_note(read: Sequence[Measurement], values: Sequence[Entity]) -> tuple[list[Measurement], list[Entity]]:
    """Return the measurements that are wrong and the gold spans that are missed."""
    wrong = [each for each in read if not any(is_right(each, value) for value in values)]
    missed = [value for value in values if not any(is_right(each, value) for each in read)]
    return wrong, missed


def read_notes(path: Path) -> Iterator[tuple[Note, list[Entity], list[Entity]]]:
    """Yield every case report with its numeric ``Lab_value`` spans and its spans of other quantities."""
    for row in common.read_rows(path):
        numeric = [each for each in row["entities"] if re.search(r"\d", each["text"])]
        values = [each for each in numeric if each["type"] == "Lab_value"]
        yield Note(row["note_id"], row["text"]), values, [each for each in numeric if each["type"] in OTHER_TYPES]


def main() -> None:
    """Read every case report and print precision, recall and F1."""
    parser = common.make_parser(__doc__ or "")
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    options = parser.parse_args()
    gold = common.require_gold(options.gold)
    reader, tokenize = MeasurementReader.load(), get_tokenizer()
    counts = {"notes": 0, "gold": 0, "read": 0, "wrong": 0, "missed": 0}
    seconds = 0.0
    for note, values, others in read_notes(gold / "maccrobat/notes.jsonl"):
        doc = tokenize(note.text)
        start = time.perf_counter()
        read = reader(doc, note)
        seconds += time.perf_counter() - start
        read = tuple(each for each in read if not any(is_right(each, other) for other in others))
        wrong, missed = score_note(read, values)
        for name, count in zip(counts, (1, len(values), len(read), len(wrong), len(missed)), strict=True):
            counts[name] += count
    precision, recall = 1 - counts["wrong"] / counts["read"], 1 - counts["missed"] / counts["gold"]
    figures = counts | {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "F1": round(2 * precision * recall / (precision + recall), 3),
        "ms_per_note": round(1000 * seconds / counts["notes"], 2),
    }
    print("maccrobat", json.dumps(figures))
    if options.record:
        common.record("values", {"maccrobat": figures}, {})


if __name__ == "__main__":
    main()
