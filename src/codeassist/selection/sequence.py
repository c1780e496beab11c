"""Puts suggestions in the order of a claim, and names the first reported one principal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from codeassist.core.notes import Encounter
from codeassist.core.suggestions import Suggestion
from codeassist.selection.features import ASSESSMENT, DIAGNOSIS, NARRATIVE
from codeassist.selection.guidelines.apply import add_contribution
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

_USUAL_PLACE = 1
_PLACES = {"first": 0, "usual": _USUAL_PLACE, "after": 2, "last": 3}
_PLACE_WORDS = {"first": "first", "usual": "by its place in the note", "after": "after the diagnoses", "last": "last"}
MANIFESTATION, CODE_FIRST = "GL-012", "GL-019"
_ELSEWHERE = "classified elsewhere"


class Place(NamedTuple):
    """This is one row of ``sequence.tsv``: codes with ``prefix`` stand first, last, or after those with ``behind``.

    It holds in one setting, or in both, and names the guideline that says so; with ``kinds`` only where a section of
    one of them (parted by bars) names the condition.
    """

    prefix: str
    place: str
    behind: str
    setting: str = ""
    guideline: str = ""
    kinds: str = ""


class Sequencer:
    """This orders suggestions.

    Parameters
    ----------
    codeset
        The edition, for its "code first" notes.
    role_by_kind
        Section kind to its role for a coder.
    places
        Where codes stand that do not stand by their place in the note; the longest prefix decides.
    """

    def __init__(self, codeset: CodeSet, role_by_kind: Mapping[str, str], places: Sequence[Place]) -> None:
        self._codeset = codeset
        self.role_by_kind = role_by_kind
        self._places = sorted(places, key=lambda place: (-len(place.prefix), not place.kinds))
        self._list_places = lru_cache(maxsize=4096)(self._list_places_uncached)

    @classmethod
    def load(cls, codeset: CodeSet, role_by_kind: Mapping[str, str]) -> Sequencer:
        """Read the table that lies beside this module."""
        columns = ("code_prefix", "place", "behind", "setting", "guideline", "kinds", "basis")
        rows = read_table(Path(__file__).parent / "sequence.tsv", columns)
        return cls(codeset, role_by_kind, tuple(Place(*(row[column] for column in columns[:-1])) for row in rows))

    def __call__(self, encounter: Encounter, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """Return reported before considered; among the reported, the assessment's first, by their place in the note.

        Notes
        -----
        Guidelines I.C.21.c.16 (first-listed Z codes), I.C.2.g (symptoms of a neoplasm) and I.A.13 (etiology first).
        """
        rank_of_note = {note.note_id: i for i, note in enumerate(encounter.notes)}
        reported = [each.code.value for each in suggestions if each.disposition == "report"]

        def key(each: Suggestion) -> tuple[object, ...]:
            places = [
                (
                    self._rank_role(candidate.mention.section),
                    rank_of_note.get(candidate.mention.span.note_id, 0),
                    candidate.mention.span.start,
                )
                for candidate in each.support
            ]
            code = each.code.value
            place = self._find_place(each, reported, encounter.setting)
            rank = _PLACES[place.place] if place else _USUAL_PLACE
            return each.disposition != "report", rank, *min(places), code

        ordered = self._put_etiology_first(sorted(suggestions, key=key))
        named = ordered
        if len(suggestions) > 1:
            named = (self._name_place(each, reported, encounter.setting) for each in ordered)
        return tuple(
            replace(each, role="principal") if i == 0 and each.disposition == "report" else each
            for i, each in enumerate(named)
        )

    def _find_place(self, each: Suggestion, reported: Sequence[str], setting: str) -> Place | None:
        code = each.code.value
        sections = {candidate.mention.section for candidate in each.support}
        for place in self._list_places(code, setting):
            is_due = not place.behind or any(other.startswith(place.behind) for other in reported if other != code)
            if is_due and (not place.kinds or not sections.isdisjoint(place.kinds.split("|"))):
                return place
        return None

    def _list_places_uncached(self, code: str, setting: str) -> tuple[Place, ...]:
        places = (place for place in self._places if code.startswith(place.prefix))
        return tuple(place for place in places if place.setting in ("", setting))

    def _name_place(self, each: Suggestion, reported: Sequence[str], setting: str) -> Suggestion:
        """Return a suggestion with the guideline that puts it where it stands among others."""
        place = self._find_place(each, reported, setting)
        if place is None or not place.guideline:
            return each
        applied = name_guideline(place.guideline, f"{each.code.value} {_PLACE_WORDS[place.place]}")
        return add_contribution(each, applied)

    def _rank_role(self, kind: str) -> int:
        role = self.role_by_kind.get(kind, "")
        return {DIAGNOSIS: 0, ASSESSMENT: 1, NARRATIVE: 2}.get(role, 3)

    def _put_etiology_first(self, ordered: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield a manifestation behind the first of the conditions that its "code first" note names."""
        reported = [each.code.value for each in ordered if each.disposition == "report"]
        waiting: list[tuple[Suggestion, frozenset[str]]] = []
        seen: set[str] = set()
        for each in ordered:
            causes = self._find_causes(each.code.value, reported) if each.disposition == "report" else frozenset()
            if causes and seen.isdisjoint(causes):
                rule = MANIFESTATION if _ELSEWHERE in each.display else CODE_FIRST
                moved = add_contribution(each, name_guideline(rule, f"{each.code.value} after its cause"))
                waiting.append((moved, causes))
                continue
            yield each
            seen.add(each.code.value)
            yield from (held for held, wanted in waiting if each.code.value in wanted)
            waiting = [(held, wanted) for held, wanted in waiting if each.code.value not in wanted]
        yield from (held for held, _ in waiting)

    def _find_causes(self, code: str, reported: Sequence[str]) -> frozenset[str]:
        return frozenset(
            other
            for other in reported
            if other != code and any(self._codeset.find_notes_naming(code, "code_first", other=other))
        )
