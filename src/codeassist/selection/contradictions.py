"""Settles what one part of a record says and another denies: the part with more authority is believed.

The order is the ``authority`` of ``section_roles.tsv``: conclusions (diagnoses, assessment) before the course and the
plan, these before what is told or found (history of present illness, results), these before what is carried forward
from elsewhere (past history, problem lists). What a study's findings do not show is still the reason for the study. Of
two conclusions in different notes the later is believed; text copied forward from an earlier note is as old as its first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from codeassist.core.mentions import Mention
from codeassist.core.notes import Encounter, Note
from codeassist.core.suggestions import Candidate
from codeassist.selection.conditions import Condition, Removal
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.lexicon import read_table

STATEMENT = "GL-021"
# Symptoms come and go; factors are seldom denied, and a denial of one is rarely about another's mention.
_NOT_SETTLED = ("R", "Z")
# The course of a stay and its conclusions; an earlier part of a note cannot overrule a later one.
_DECIDING = 3
_Rank = tuple[int, int]
_Clause = tuple[str, str, tuple[str, ...]]


class ContradictionSettler:
    """This takes off the claim what a part of the record with more authority denies (Guidelines I.A.19).

    Parameters
    ----------
    authority_by_kind
        Section kind to its authority, from 1 to 4.
    limiting_words
        Words that make a denial one of a part only: "no acute stroke" denies no old one.
    """

    def __init__(self, authority_by_kind: Mapping[str, int], limiting_words: AbstractSet[str]) -> None:
        self._authority_by_kind = authority_by_kind
        self._limiting_words = limiting_words

    @classmethod
    def load(cls) -> ContradictionSettler:
        """Read the tables that lie beside this module."""
        folder = Path(__file__).parent
        kinds = read_table(folder / "section_roles.tsv", ("kind", "role", "authority"))
        words = read_table(folder / "limiting_words.tsv", ("word", "reason"))
        return cls(
            {row["kind"]: int(row["authority"]) for row in kinds}, frozenset(row["word"] for row in words)
        )  # fmt: skip

    def __call__(
        self, conditions: Sequence[Condition], candidates: Sequence[Candidate], encounter: Encounter
    ) -> tuple[Condition, ...]:
        """Return the conditions, those that the record denies in the end marked as removed."""
        denials = list(self._find_denials(candidates))
        if not denials:
            return tuple(conditions)
        places = _find_first_places(candidates, encounter.notes)
        return tuple(self._settle(each, denials, places) for each in conditions)

    def _find_denials(self, candidates: Iterable[Candidate]) -> Iterator[Candidate]:
        for candidate in candidates:
            mention = candidate.mention
            is_denied = mention.assertion.presence == "absent" and mention.assertion.experiencer == "patient"
            if is_denied and self._find_authority(mention) >= _DECIDING and not self._is_limited(mention):
                yield candidate

    def _settle(self, condition: Condition, denials: Sequence[Candidate], places: Mapping[_Clause, int]) -> Condition:
        if condition.removal is not None or condition.kind != "current" or condition.code.startswith(_NOT_SETTLED):
            return condition
        highest = max(self._rank(candidate.mention, places) for candidate in condition.support)
        for denial in denials:
            if _covers(denial, condition) and self._rank(denial.mention, places) > highest:
                kind = denial.mention.section.replace("_", " ")
                applied = name_guideline(STATEMENT, f"{condition.code} is denied in the {kind}")
                return replace(condition, removal=Removal(applied))
        return condition

    def _rank(self, mention: Mention, places: Mapping[_Clause, int]) -> _Rank:
        authority = self._find_authority(mention)
        return authority, places[_clause(mention)] if authority >= _DECIDING else 0

    def _find_authority(self, mention: Mention) -> int:
        return self._authority_by_kind.get(mention.section, 1)

    def _is_limited(self, mention: Mention) -> bool:
        return not self._limiting_words.isdisjoint(mention.nearby_words)


def _covers(denial: Candidate, condition: Condition) -> bool:
    """Tell whether what is denied is all that the condition's mentions name: "no pneumonia" covers lobar pneumonia."""
    if denial.code.value[:3] != condition.code[:3]:
        return False
    denied = set(denial.mention.reading.split())
    return all(denied <= set(candidate.mention.reading.split()) for candidate in condition.support)


def _clause(mention: Mention) -> _Clause:
    return mention.section, mention.assertion.presence, mention.nearby_words


def _find_first_places(candidates: Iterable[Candidate], notes: Sequence[Note]) -> dict[_Clause, int]:
    """Return for each clause the place in time of the first note that has it."""
    dated = [(note.date, place, note.note_id) for place, note in enumerate(notes) if note.date is not None]
    ids = [note_id for _, _, note_id in sorted(dated)] if len(dated) == len(notes) else [n.note_id for n in notes]
    place_by_note = {note_id: place for place, note_id in enumerate(ids)}
    places: dict[_Clause, int] = {}
    for candidate in candidates:
        mention = candidate.mention
        place = place_by_note[mention.span.note_id]
        places[_clause(mention)] = min(place, places.get(_clause(mention), place))
    return places
