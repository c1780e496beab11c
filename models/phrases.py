"""Reads the labelled phrases that the models of search are fitted and measured on, for the scripts of this folder."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

INDEX, OLDER_TITLES, DISEASES, RARE_DISEASES = "index2017", "icd9_titles", "doid", "mondo"
SETS = (INDEX, OLDER_TITLES, DISEASES, RARE_DISEASES)
# One fifth of the index is kept from the embedding, one half of the older titles from the ranking too.
INDEX_PARTS, TITLE_PARTS = 5, 2


@dataclass(frozen=True)
class Phrase:
    """This is a wording and the codes of which each answers it; a header ends in a star."""

    text: str
    codes: frozenset[str]

    def is_hit(self, code: str) -> bool:
        """Tell whether a code answers the wording."""
        return code in self.codes or any(g.endswith("*") and code.startswith(g[:-1]) for g in self.codes)


def read_phrases(gold: Path, name: str) -> list[Phrase]:
    """Return the phrases of one set, each once, in an order that depends on nothing but their text."""
    codes: dict[str, set[str]] = defaultdict(set)
    for line in phrase_file(gold, name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = row["codes"] if "codes" in row else [row["code"]]
        codes[row.get("phrase") or " ".join(row["path"])].update(
            f"{code}*" if row.get("incomplete") else code for code in found
        )
    return [Phrase(text, frozenset(codes[text])) for text in sorted(codes, key=lambda text: (hash_text(text), text))]


def split_phrases(phrases: Sequence[Phrase], *, parts: int) -> tuple[list[Phrase], list[Phrase]]:
    """Return the phrases that may be fitted on, and one part in so many that is kept from it."""
    kept = [phrase for phrase in phrases if hash_text(phrase.text) % parts == 0]
    return [phrase for phrase in phrases if hash_text(phrase.text) % parts], kept


def phrase_file(gold: Path, name: str) -> Path:
    """Return the file of one set."""
    return gold / f"phrases/{name}.jsonl"


def hash_phrases(gold: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the sha256 of the files of some sets."""
    return {f"phrases/{n}.jsonl": hashlib.sha256(phrase_file(gold, n).read_bytes()).hexdigest() for n in names}


def hash_text(text: str) -> int:
    """Return a number that depends on the text alone."""
    return zlib.crc32(text.encode())


def count_hits(phrase: Phrase, codes: Sequence[str]) -> tuple[bool, bool]:
    """Return whether the first code answers a phrase, and whether one of the first five does."""
    hits = [phrase.is_hit(code) for code in codes[:5]]
    return any(hits[:1]), any(hits)
