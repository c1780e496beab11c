"""Shared by the benchmarks: the gold folder, results files, machine facts."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from codeassist.assets import CACHE_VARIABLE
from codeassist.terminology.editions import import_release, pick_edition

RESULTS = Path(__file__).resolve().parent / "results"
GOLD_VARIABLE = "CODEASSIST_GOLD"


def make_parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the option that every benchmark on gold data has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--gold", type=Path, default=os.environ.get(GOLD_VARIABLE), help="folder of the gold data")
    parser.add_argument(
        "--index", type=Path, help="release (zip file, folder or file) whose Alphabetic Index is added to the edition"
    )
    return parser


def add_index(index: Path | None) -> dict[str, str]:
    """Add an Alphabetic Index to the newest edition, in a cache folder of its own, and return what labels the figures.

    The folder stays for the next run, so that it compiles once.
    """
    if index is None:
        return {}
    folder = (
        Path(tempfile.gettempdir()) / f"codeassist-benchmark-{hashlib.sha256(index.name.encode()).hexdigest()[:12]}"
    )
    os.environ[CACHE_VARIABLE] = str(folder)
    info = import_release(index, edition=pick_edition(None)[0], only_index=True)
    return {"index": ", ".join(info.index.years)}


def require_gold(gold: Path | None) -> Path:
    """Return the gold folder, or leave with one clear line: benchmarks skip without it."""
    if gold is None or not (Path(gold) / "score.py").is_file():
        print(f"skipped: no gold folder; give --gold PATH or set {GOLD_VARIABLE} to a folder that holds score.py")
        sys.exit(0)
    return Path(gold)


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def score(gold: Path, *arguments: str) -> dict[str, Any]:
    """Run the gold folder's own scorer and return what it printed."""
    command = [sys.executable, str(gold / "score.py"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    scores: dict[str, Any] = json.loads(done.stdout)
    return scores


def record(question: str, figures: Mapping[str, Any], label: Mapping[str, str]) -> None:
    """Append one line to ``results/<question>.jsonl``: when, which commit, which machine, which label and figures.

    A line holds what was measured in that run: for accuracy and search the figures by set, for speed all of them.
    """
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=RESULTS.parent
    ).stdout.strip()
    row = {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "commit": commit,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        **label,
        **figures,
    }
    RESULTS.mkdir(exist_ok=True)
    with (RESULTS / f"{question}.jsonl").open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(row) + "\n")


def read_newest(
    question: str, *, folder: Path = RESULTS, with_index: bool = False, commit: str | None = None
) -> dict[str, Any]:
    """Return the newest value of every figure of one benchmark; a run need not have measured all sets.

    Figures that were measured with an Alphabetic Index added stand apart from the others. ``commit`` keeps only what
    was measured at that commit.
    """
    path = folder / f"{question}.jsonl"
    figures: dict[str, Any] = {}
    for row in read_rows(path) if path.is_file() else ():
        if with_index == ("index" in row) and commit in (None, row["commit"]):
            figures |= row
    return figures
