"""Writes the sha256 of every table into the SOURCE.toml of its folder, or checks them.

usage: python data/write_sources.py [--check]

The head of a SOURCE.toml (title, publisher, licence, date) is written by hand; everything from ``[sha256]`` on is made
here, so the same tables always give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parent
SECTION = "[sha256]\n"


def list_sources() -> list[Path]:
    """Return every SOURCE.toml below the data folder."""
    return sorted(DATA.glob("*/*/SOURCE.toml"))


def describe(source: Path) -> str:
    """Return the text that a SOURCE.toml should have: its own head and the sha256 of the files beside it."""
    head = source.read_text(encoding="utf-8").partition(SECTION)[0]
    files = sorted(path for path in source.parent.iterdir() if path.is_file() and path.name != source.name)
    lines = (f'"{path.name}" = "{hashlib.sha256(path.read_bytes()).hexdigest()}"\n' for path in files)
    return head + SECTION + "".join(lines)


def main() -> None:
    """Write every SOURCE.toml, or with ``--check`` name those that are stale and exit with 1."""
    parser = argparse.ArgumentParser(description="Write the sha256 of every data table into its SOURCE.toml.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a SOURCE.toml is stale")
    is_check = parser.parse_args().check
    stale = [source for source in list_sources() if source.read_text(encoding="utf-8") != describe(source)]
    if is_check and stale:
        names = ", ".join(str(source.relative_to(DATA.parent)) for source in stale)
        sys.exit(
            f"{names}: a file was added, removed or changed; read the change, then run python data/write_sources.py"
        )
    for source in stale:
        source.write_text(describe(source), encoding="utf-8")


if __name__ == "__main__":
    main()
