"""Tells whether a wording asks for the "other" or the "unspecified" row, and how well a title answers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OTHER = re.compile(r"\bother\b", re.IGNORECASE)
_UNSPECIFIED = re.compile(r"\b(?:unspecified|NOS|not otherwise specified)\b", re.IGNORECASE)
_BONUS = 0.03


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
        """Return what a title's residual adds to its score.

        Examples
        --------
        >>> Residual.read("Other convulsions").rate("Other seizures") > Residual.read("Convulsions").rate("Other seizures")
        True
        """
        other = Residual.read(title)
        if self.is_other:
            return _BONUS if other.is_other else 0.0
        if other.is_other:
            return -_BONUS
        return _BONUS if self.is_unspecified and other.is_unspecified else 0.0
