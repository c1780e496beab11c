"""Tells whether the name of a device, an opening or a dependence says what the patient has, not what is done now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from codeassist.core.mentions import Mention
from codeassist.core.suggestions import Candidate
from codeassist.terminology.lexicon import read_table

_PAST_SECTIONS = frozenset({"past_surgical_history", "past_medical_history", "problem_list"})
_OPERATIVE_SECTIONS = frozenset(
    {"discharge_instructions", "follow_up", "operative_details", "plan", "procedure", "procedure_description",
     "preoperative_diagnosis", "technique"}
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


class PresentStatus(NamedTuple):
    """This is one row of ``present_status.tsv``: a status that holds although the note speaks of the present.

    ``words`` are words of which the wording must hold one, ``needs`` code prefixes of which the encounter must hold
    one; empty asks nothing.
    """

    prefix: str
    words: frozenset[str]
    needs: tuple[str, ...]


class StatusReader:
    """This tells which procedure mentions name a status of the patient.

    Parameters
    ----------
    rows
        The statuses that hold at present.
    act_words
        Words that make the name of a device the name of an act, or of a wish for it.
    withheld
        Code prefixes with words of which none may stand in the clause of a mention.
    """

    def __init__(
        self,
        rows: Sequence[PresentStatus],
        act_words: AbstractSet[str] = frozenset(),
        withheld: Sequence[tuple[str, frozenset[str]]] = (),
    ) -> None:
        self._rows = rows
        self._act_words = act_words
        self._withheld = withheld

    @classmethod
    def load(cls) -> StatusReader:
        """Read the tables that lie beside this module."""
        folder = Path(__file__).parent
        rows = read_table(folder / "present_status.tsv", ("code_prefix", "words", "needs", "basis"))
        acts = read_table(folder / "act_words.tsv", ("word", "reason"))
        withheld = read_table(folder / "withheld_codes.tsv", ("code_prefix", "words", "basis"))
        return cls(
            tuple(map(_read_row, rows)),
            frozenset(row["word"] for row in acts),
            tuple((row["code_prefix"], frozenset(row["words"].split("|"))) for row in withheld),
        )

    def is_status(self, candidate: Candidate, codes: frozenset[str]) -> bool:
        """Tell whether a procedure's mention names what the patient has or had before this encounter.

        Parameters
        ----------
        candidate
            A status code for the mention.
        codes
            All codes that the encounter's mentions name.
        """
        mention = candidate.mention
        if mention.assertion.temporality == "historical" or mention.section in _PAST_SECTIONS:
            return True
        if mention.section in _OPERATIVE_SECTIONS:
            return False
        if any(_YEAR.fullmatch(word) for word in mention.nearby_words):
            return True
        return not self._names_act(mention) and any(_holds(row, candidate, codes) for row in self._rows)

    def is_withheld(self, candidate: Candidate) -> bool:
        """Tell whether the words around a mention say that its code does not apply, as a brief course of a drug."""
        code, words = candidate.code.value, candidate.mention.nearby_words
        return any(code.startswith(prefix) and not unwanted.isdisjoint(words) for prefix, unwanted in self._withheld)

    def _names_act(self, mention: Mention) -> bool:
        return not self._act_words.isdisjoint(mention.reading.split())


def _read_row(row: Mapping[str, str]) -> PresentStatus:
    words, needs = (tuple(each for each in row[column].split("|") if each) for column in ("words", "needs"))
    return PresentStatus(row["code_prefix"], frozenset(words), needs)


def _holds(row: PresentStatus, candidate: Candidate, codes: frozenset[str]) -> bool:
    if not candidate.code.value.startswith(row.prefix):
        return False
    worded = not row.words or not row.words.isdisjoint(candidate.mention.reading.split())
    return worded and (not row.needs or any(code.startswith(row.needs) for code in codes))
