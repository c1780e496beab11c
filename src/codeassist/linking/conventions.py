"""Reads the conventions of older classifications and registries in a searched wording.

The 9th revision names axes that its successor dropped ("unspecified as to episode of care"), and divides by words of
its own ("erythema [first degree]", "lower leg" for the knee). ``conventions.tsv`` has a row for each: the pattern, what
it is read as, the axis values it states (the first that the code divides by counts), and on what ground: it names
nothing (silent), it names a value (axis), or it is an older wording (wording). Rows are tried in the order of ``step``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("conventions.tsv")
_COLUMNS = ("step", "pattern", "reading", "states", "letters", "basis")
_POSSIBLE = "?"


@dataclass(frozen=True, slots=True)
class Convention:
    """This is one convention: what it looks like, the words it is read as, the axis values it states, and of what."""

    pattern: re.Pattern[str]
    reading: str
    states: tuple[str, ...]
    letters: str = ""


@dataclass(frozen=True, slots=True)
class OlderWording:
    """This is a wording in words of ICD-10-CM, and what its conventions say: values stated and possible, chapters."""

    text: str
    states: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    letters: str = ""


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
            Convention(re.compile(row["pattern"], re.IGNORECASE), row["reading"], _split(row["states"]), row["letters"])
            for row in read_table(path, _COLUMNS)
        )

    def read(self, text: str) -> OlderWording:
        """Return the wording in words of ICD-10-CM, with what its conventions say beside.

        Examples
        --------
        >>> conventions = Conventions.load()
        >>> conventions.read("Oligohydramnios, unspecified as to episode of care or not applicable")
        OlderWording(text='Oligohydramnios', states=(), possible=(), letters='O')
        >>> conventions.read("Hemarthrosis, lower leg").states
        ('lower leg', 'tibia and fibula', 'knee')
        """
        values: tuple[str, ...] = ()
        letters = ""
        for row in self._rows:
            text, count = row.pattern.subn(row.reading, text)
            if count:
                values += row.states
                letters += row.letters
        states = tuple(value for value in values if not value.startswith(_POSSIBLE))
        possible = tuple(value.removeprefix(_POSSIBLE) for value in values if value.startswith(_POSSIBLE))
        return OlderWording(text.strip(" ,"), states, possible, letters)


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
