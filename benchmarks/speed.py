"""How fast is coding a note, and how much does it cost to start? Beside the bare spaCy tokenizer in the same run.

usage: python benchmarks/speed.py --gold PATH [--index FILE] [--record]

Prints notes a second on one core for the whole `code` call on the aci notes (best of three rounds), the same for the
blank spaCy tokenizer and, when installed, for medspaCy with the tabular terms as rules; start-up time cold (nothing
compiled) and warm; and peak memory of a process that codes every note.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import common
from codeassist.assets import CACHE_VARIABLE

ROUNDS = 3
_START = "import time; t = time.perf_counter(); import codeassist; codeassist.load(); print(time.perf_counter() - t)"


def notes_per_second(work: Callable[[str], object], texts: Sequence[str]) -> float:
    """Return the best of three rounds over all texts."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for text in texts:
            work(text)
        best = max(best, len(texts) / (time.perf_counter() - start))
    return best


def start_seconds(cache: Path | None) -> float:
    """Return how long a fresh process takes to import and load."""
    environment = dict(os.environ) | ({"CODEASSIST_CACHE": str(cache)} if cache else {})
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout.split()[-1])


def medspacy_work(texts: Sequence[str]) -> float | None:
    """Return notes a second of medspaCy with the tabular terms as rules, or None where it is not installed."""
    if importlib.util.find_spec("medspacy") is None:
        return None
    import medspacy
    from medspacy.ner import TargetRule

    from codeassist.terminology.editions import load_codeset

    codeset = load_codeset()
    terms = {term.text for code in codeset.codes() if len(code) < 8 for term in codeset.terms(code)}
    nlp = medspacy.load()
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(term, "PROBLEM") for term in sorted(terms)])
    sample = texts[:20]
    start = time.perf_counter()
    for text in sample:
        nlp(text)
    return len(sample) / (time.perf_counter() - start)


def main() -> None:
    """Measure and print."""
    parser = common.make_parser(__doc__ or "")
    parser.add_argument("--record", action="store_true", help="append the figures to benchmarks/results")
    options = parser.parse_args()
    gold = common.require_gold(options.gold)
    texts = [row["text"] for row in common.read_rows(gold / "aci/notes.jsonl")]
    label = common.add_index(options.index)
    with tempfile.TemporaryDirectory() as name:
        if options.index:
            # What was imported stays, what was compiled from it does not.
            shutil.copytree(Path(os.environ[CACHE_VARIABLE]) / "editions", Path(name) / "editions")
        cold = start_seconds(Path(name))
    figures: dict[str, Any] = {
        "notes": len(texts),
        "mean_characters": round(sum(map(len, texts)) / len(texts)),
        "start_cold_s": round(cold, 2),
        "start_warm_s": round(min(start_seconds(None) for _ in range(ROUNDS)), 2),
    }
    import spacy

    import codeassist

    assistant = codeassist.load()
    figures["codeassist_notes_per_s"] = round(notes_per_second(assistant.code, texts), 1)
    figures["peak_memory_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    figures["blank_spacy_notes_per_s"] = round(notes_per_second(spacy.blank("en"), texts), 1)
    medspacy_rate = medspacy_work(texts)
    if medspacy_rate is not None:
        figures["medspacy_notes_per_s"] = round(medspacy_rate, 1)
        figures["times_medspacy"] = round(figures["codeassist_notes_per_s"] / medspacy_rate, 1)
    for name, value in figures.items():
        print(f"{name:28} {value}")
    if options.record:
        common.record("speed", figures, label)


if __name__ == "__main__":
    main()
