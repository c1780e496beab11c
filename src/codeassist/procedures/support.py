"""Links a procedure with the suggested diagnoses that are the reason for it, and flags what does not go together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.notes import Patient
from codeassist.core.suggestions import Flag, Suggestion
from codeassist.procedures.word_lists import get_words
from codeassist.procedures.wording import Words
from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("supporting_codes.tsv")
_MOST = 4
_REASON_SECTIONS = frozenset(
    {"postoperative_diagnosis", "indication", "impression", "preoperative_diagnosis", "clinical_history"}
)
# Words of a diagnosis that say nothing about which procedure it belongs to.
_COMMON = get_words("common")


@dataclass(frozen=True, slots=True)
class Limit:
    """This is the patient that a procedure is for: a sex, or "" for any, and the least and greatest age."""

    sex: str
    least_age: float
    greatest_age: float


class SupportFinder:
    """This is the finder of diagnoses that support a procedure.

    Parameters
    ----------
    prefixes_by_group
        For each group of procedures, how the codes begin that are usual reasons for it.
    """

    def __init__(self, prefixes_by_group: Mapping[str, tuple[str, ...]]) -> None:
        self._prefixes = prefixes_by_group

    @classmethod
    def load(cls) -> SupportFinder:
        """Read ``supporting_codes.tsv``."""
        rows = read_table(_TABLE, ("group", "prefixes", "reason"))
        return cls({row["group"]: tuple(row["prefixes"].split()) for row in rows})

    def __call__(self, group: str, line: Words, side: str, diagnoses: Sequence[Suggestion]) -> tuple[str, ...]:
        """Return the codes of the diagnoses that support a procedure, the closest first."""
        ranked = [(self._rank(group, line, side, each), each) for each in diagnoses]
        kept = sorted((rank, each.code.value) for rank, each in ranked if rank is not None)
        return tuple(code for _, code in kept[:_MOST])

    def _rank(self, group: str, line: Words, side: str, diagnosis: Suggestion) -> tuple[float, ...] | None:
        """Return how close a diagnosis is to a procedure, smaller being closer, or ``None`` if it has nothing to do."""
        if other_side(side, diagnosis.display):
            return None
        prefixes = self._prefixes.get(group)
        is_usual = prefixes is None or diagnosis.code.value.startswith(prefixes)
        sections = {candidate.mention.section for candidate in diagnosis.support}
        is_reason = bool(sections & _REASON_SECTIONS)
        shared = len(_words_of(diagnosis) & line.places.keys())
        if not (shared or (is_usual and (is_reason or diagnosis.disposition == "report"))):
            return None
        return (-shared, not is_usual, not is_reason, -diagnosis.confidence)


def _words_of(diagnosis: Suggestion) -> frozenset[str]:
    words = {word for candidate in diagnosis.support for word in candidate.mention.reading.lower().split()}
    return frozenset(words - _COMMON)


def other_side(side: str, display: str) -> bool:
    """Tell whether the name of a code says the other side than a procedure."""
    lower = display.lower()
    return (side == "left" and "right" in lower) or (side == "right" and "left" in lower)


def find_flags(limit: Limit | None, side: str, patient: Patient, diagnoses: Sequence[Suggestion]) -> Iterator[Flag]:
    """Yield what does not go together: the patient's sex or age, and diagnoses all of the other side.

    Parameters
    ----------
    limit
        The patient that the procedure is for, if not any.
    side
        Side of the procedure, or "".
    patient
        The patient.
    diagnoses
        The suggested diagnoses.
    """
    if limit is not None:
        if limit.sex and patient.sex and patient.sex[0].lower() != limit.sex[0]:
            yield Flag("sex", "", f"this procedure is for a {limit.sex} patient")
        if patient.age is not None and not limit.least_age <= patient.age <= limit.greatest_age:
            yield Flag("age", "", f"this procedure is for age {limit.least_age:g} to {limit.greatest_age:g}")
    reported = [each for each in diagnoses if each.disposition == "report"]
    sided = [each for each in reported if {"left", "right"} & set(each.display.lower().replace(",", " ").split())]
    if side in ("left", "right") and sided and all(other_side(side, each.display) for each in sided):
        yield Flag("laterality", sided[0].code.value, f"the procedure is {side}, the diagnosis is not")
