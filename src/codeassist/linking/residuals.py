"""Tells whether a wording asks for the "other" or the "unspecified" row, and which row of a code answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeassist.terminology.codeset import CodeSet

_OTHER = re.compile(r"\bother\b", re.IGNORECASE)
_UNSPECIFIED = re.compile(r"\b(?:unspecified|NOS|not otherwise specified)\b", re.IGNORECASE)
_OTHER_TITLE = "Other "


@dataclass(frozen=True, slots=True)
class Residual:
    """This is which of the residual rows a wording names: the one for other kinds, the one for no kind, or both.

    Notes
    -----
    Conventions I.A.9: "other" codes are for what the record says and no code names, "unspecified" ones for what it does
    not say.
    """

    is_other: bool
    is_unspecified: bool

    @classmethod
    def read(cls, wording: str) -> Residual:
        """Read the residual of a wording or title."""
        return cls(_OTHER.search(wording) is not None, _UNSPECIFIED.search(wording) is not None)

    def rate(self, title: str) -> float:
        """Return how far a title answers: 1 for each residual that both have, -1 for an "other" that was not asked for.

        Examples
        --------
        >>> Residual.read("Other cataract").rate("Other cataract") > Residual.read("Other cataract").rate("Cataract")
        True
        """
        answer = Residual.read(title)
        if self.is_unspecified and not self.is_other and answer.is_other:
            return -1.0
        return float((self.is_unspecified and answer.is_unspecified) + (self.is_other and answer.is_other))


def find_other(codeset: CodeSet, code: str) -> str | None:
    """Return the code for other kinds that stands beside an unspecified one, None if the code is specific.

    Examples
    --------
    >>> from codeassist.terminology.editions import load_codeset
    >>> find_other(load_codeset(), "N81.9")
    'N81.8'
    """
    parent = codeset.parent(code)
    title = codeset.title(code)
    if parent is None or title.startswith(_OTHER_TITLE) or not _UNSPECIFIED.search(title):
        return None
    titles = {row: codeset.title(row) for row in codeset.children(parent)}
    # Throughout the classification the 8 is for other kinds; "other urinary fistula" is a kind of its own.
    ranks = {
        row: (title.startswith(_OTHER_TITLE), row.endswith("8"), row)
        for row, title in titles.items()
        if row != code and _OTHER.search(title)
    }
    return max(ranks, key=lambda row: ranks[row], default=None)
