"""Reads the conventions of older classifications and registries in a searched wording.

The 9th revision names axes that its successor dropped ("unspecified as to episode of care"), and divides by words of its
own ("erythema [first degree]", "lower leg" for the knee). Each row of ``conventions.tsv`` says what one of them becomes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("conventions.tsv")
_COLUMNS = ("pattern", "reading", "states", "basis")


@dataclass(frozen=True, slots=True)
class Convention:
    """This is one convention: what it looks like, the words it is read as, and the axis values it states."""

    pattern: re.Pattern[str]
    reading: str
    states: str


class Conventions:
    """This brings a wording of an older classification to words of ICD-10-CM.

    Parameters
    ----------
    rows
        The conventions, in the order in which they are tried.
    """

    def __init__(self, rows: Iterable[Convention]) -> None:
        self._rows = tuple(rows)

    @classmethod
    def load(cls, path: Path = _TABLE) -> Conventions:
        """Read ``conventions.tsv``."""
        return cls(
            Convention(re.compile(row["pattern"], re.IGNORECASE), row["reading"], row["states"])
            for row in read_table(path, _COLUMNS)
        )

    def read(self, text: str) -> tuple[str, str]:
        """Return the wording without conventions, and the words of the axis values that they state.

        Examples
        --------
        >>> conventions = Conventions.load()
        >>> conventions.read("Oligohydramnios, unspecified as to episode of care or not applicable")
        ('Oligohydramnios', '')
        >>> conventions.read("Hemarthrosis, lower leg")
        ('Hemarthrosis, lower leg', 'knee')
        """
        stated = []
        for row in self._rows:
            read = row.pattern.sub(row.reading, text)
            if read != text or (row.states and row.pattern.search(text)):
                stated.append(row.states)
                text = read
        return text.strip(" ,"), " ".join(filter(None, stated))
