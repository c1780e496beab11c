"""The tables of the guideline engine that are no rules on several codes, read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codeassist.selection.guidelines.limits import Limit, read_limits
from codeassist.selection.guidelines.measured import Band, read_bands
from codeassist.selection.guidelines.parse import read_code_sets
from codeassist.terminology.lexicon import read_table


@dataclass(frozen=True, slots=True)
class Edits:
    """This is what the guidelines say of single codes.

    ``bands`` are the codes of measured values, ``limits`` whom codes are for, ``confirmed_only`` the codes of which
    only confirmed cases are coded, with their guideline, ``treated_past`` the conditions that are current while
    treated, and ``integral`` pairs of a diagnosis and a symptom that is part of it (Guidelines I.B.5).
    """

    bands: tuple[Band, ...] = ()
    limits: tuple[Limit, ...] = ()
    confirmed_only: tuple[tuple[str, str], ...] = ()
    treated_past: tuple[str, ...] = ()
    integral: tuple[tuple[str, str], ...] = ()

    @classmethod
    def load(cls) -> Edits:
        """Read the tables that lie beside this module."""
        columns = ("code_prefix", "guideline", "basis")
        folder = Path(__file__).parent
        rows = read_table(folder / "confirmed_only.tsv", columns)
        columns = ("diagnosis_prefix", "symptom_prefix", "basis")
        integral = read_table(folder / "integral_symptoms.tsv", columns)
        return cls(
            read_bands(),
            read_limits(),
            tuple((row["code_prefix"], row["guideline"]) for row in rows),
            read_code_sets()["treated_past"],
            tuple((row["diagnosis_prefix"], row["symptom_prefix"]) for row in integral),
        )

    def find_confirmed_only(self, code: str) -> str:
        """Return the guideline by which only confirmed cases of a code are coded, or nothing."""
        return next((guideline for prefix, guideline in self.confirmed_only if code.startswith(prefix)), "")
