"""Reads the reviewed lexicon tables: what clinicians write and the tabular list does not say."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.core.codes import Term
from codeassist.errors import DataFileError

LEXICON_FOLDER = "data/lexicon/2026-04"


@dataclass(frozen=True, slots=True)
class LexiconRow:
    """This is one row of a terms table; ``cues`` are the words that select this sense, empty for the default sense."""

    term: Term
    cues: tuple[str, ...]
    is_procedure: bool


def read_table(path: Path, columns: tuple[str, ...]) -> Iterator[Mapping[str, str]]:
    """Yield the rows of a TSV table of the lexicon.

    Raises
    ------
    DataFileError
        If the header or a row does not have exactly ``columns``.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(next(rows, ())) != columns:
            msg = f"{path.name}, line 1: the header is not {', '.join(columns)}; restore the file"
            raise DataFileError(msg)
        for number, row in enumerate(rows, start=2):
            if len(row) != len(columns):
                msg = f"{path.name}, line {number}: {len(row)} columns, expected {len(columns)}; separate them by tabs"
                raise DataFileError(msg)
            yield dict(zip(columns, row, strict=True))


def lexicon_files() -> tuple[Path, ...]:
    """Return every table of the lexicon, sorted by name."""
    return tuple(sorted(find_asset(LEXICON_FOLDER).glob("*.tsv")))


def read_terms() -> Iterator[LexiconRow]:
    """Yield every row of the terms tables and of ``procedure_status.tsv``."""
    columns = ("term", "code", "status", "cue", "provenance")
    for path in lexicon_files():
        is_procedure = path.name == "procedure_status.tsv"
        if not (is_procedure or path.name.startswith("terms_")):
            continue
        for row in read_table(path, columns):
            cues = tuple(cue.strip() for cue in row["cue"].split("|") if cue.strip())
            yield LexiconRow(Term(row["term"], row["code"], row["status"]), cues, is_procedure)


def read_map(name: str, columns: tuple[str, ...]) -> dict[str, str]:
    """Return the first two columns of one table as a mapping, for example code prefix to history code."""
    return {row[columns[0]]: row[columns[1]] for row in read_table(find_asset(f"{LEXICON_FOLDER}/{name}"), columns)}


def read_phrases() -> dict[str, list[str]]:
    """Return the phrases of the tabular list with the ways in which clinicians say them."""
    columns = ("phrase", "wording", "provenance")
    phrases: dict[str, list[str]] = {}
    for row in read_table(find_asset(f"{LEXICON_FOLDER}/phrase_equivalences.tsv"), columns):
        phrases.setdefault(row["phrase"], []).append(row["wording"])
    return phrases


def read_shields() -> Iterator[str]:
    """Yield the wordings that name no condition though they hold the words of one."""
    for row in read_table(find_asset(f"{LEXICON_FOLDER}/shields.tsv"), ("wording", "reason")):
        yield row["wording"]


def read_generic_words() -> frozenset[str]:
    """Return the head words that name a kind of condition and no condition ("fracture", "pain")."""
    path = find_asset(f"{LEXICON_FOLDER}/generic_words.tsv")
    return frozenset(row["word"] for row in read_table(path, ("word", "provenance")))
