"""Flags codes that do not fit the patient's age or sex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist.core.notes import Patient
from codeassist.core.suggestions import Suggestion
from codeassist.selection.guidelines.apply import flag
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.lexicon import read_table


class Limit(NamedTuple):
    """This is one row of ``patient_limits.tsv``: who codes with ``prefix`` are for."""

    prefix: str
    sex: str
    youngest: int
    oldest: int
    guideline: str


def read_limits() -> tuple[Limit, ...]:
    """Return the rows of the table that lies beside this module."""
    columns = ("code_prefix", "sex", "youngest", "oldest", "guideline", "basis")
    return tuple(
        Limit(row["code_prefix"], row["sex"], int(row["youngest"] or 0), int(row["oldest"] or 999), row["guideline"])
        for row in read_table(Path(__file__).parent / "patient_limits.tsv", columns)
    )


def flag_limits(suggestions: Sequence[Suggestion], patient: Patient, limits: Sequence[Limit]) -> Iterator[Suggestion]:
    """Yield the suggestions, those flagged that the patient's age or sex speaks against where it is known."""
    if patient.age is None and not patient.sex:
        yield from suggestions
        return
    for each in suggestions:
        broken = next((limit for limit in limits if _breaks(each.code.value, patient, limit)), None)
        if broken is None:
            yield each
            continue
        yield flag(each, name_guideline(broken.guideline, f"{each.code.value} does not fit the patient"))


def _breaks(code: str, patient: Patient, limit: Limit) -> bool:
    if not code.startswith(limit.prefix):
        return False
    other_sex = bool(limit.sex and patient.sex) and (patient.sex or "").lower()[:1] != limit.sex[:1]
    other_age = patient.age is not None and not limit.youngest <= patient.age <= limit.oldest
    return other_sex or other_age
