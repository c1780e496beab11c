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
_COLUMNS = ("step", "pattern", "reading", "states", "basis")


@dataclass(frozen=True, slots=True)
class Convention:
    """This is one convention: what it looks like, the words it is read as, and the axis values it states."""

    pattern: re.Pattern[str]
    reading: str
    states: tuple[str, ...]


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
            Convention(re.compile(row["pattern"], re.IGNORECASE), row["reading"], _split(row["states"]))
            for row in read_table(path, _COLUMNS)
        )

    def read(self, text: str) -> tuple[str, tuple[str, ...]]:
        """Return the wording in words of ICD-10-CM, and the axis values that its conventions may state.

        Examples
        --------
        >>> conventions = Conventions.load()
        >>> conventions.read("Oligohydramnios, unspecified as to episode of care or not applicable")
        ('Oligohydramnios', ())
        >>> conventions.read("Hemarthrosis, lower leg")
        ('Hemarthrosis, lower leg', ('lower leg', 'tibia and fibula', 'knee'))
        """
        states: tuple[str, ...] = ()
        for row in self._rows:
            text, count = row.pattern.subn(row.reading, text)
            if count:
                states += row.states
        return text.strip(" ,"), states


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
