"""Puts suggestions in the order of a claim, and names the first reported one principal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from codeassist.core.notes import Encounter
from codeassist.core.suggestions import Suggestion
from codeassist.selection.features import ASSESSMENT, DIAGNOSIS, NARRATIVE
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

_PLACES = {"first": 0, "after": 2, "last": 3}
_USUAL_PLACE = 1


class Place(NamedTuple):
    """This is one row of ``sequence.tsv``: codes with ``prefix`` stand first, last, or after those with ``behind``."""

    prefix: str
    place: str
    behind: str


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
        self._role_by_kind = role_by_kind
        self._places = sorted(places, key=lambda place: -len(place.prefix))

    @classmethod
    def load(cls, codeset: CodeSet, role_by_kind: Mapping[str, str]) -> Sequencer:
        """Read the table that lies beside this module."""
        rows = read_table(Path(__file__).parent / "sequence.tsv", ("code_prefix", "place", "behind", "basis"))
        return cls(codeset, role_by_kind, tuple(Place(row["code_prefix"], row["place"], row["behind"]) for row in rows))

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
            return each.disposition != "report", self._rank_code(code, reported), *min(places), code

        ordered = list(self._put_etiology_first(sorted(suggestions, key=key)))
        return tuple(
            replace(each, role="principal") if i == 0 and each.disposition == "report" else each
            for i, each in enumerate(ordered)
        )

    def _rank_code(self, code: str, reported: Sequence[str]) -> int:
        for prefix, place, behind in self._places:
            if code.startswith(prefix) and (not behind or any(other.startswith(behind) for other in reported)):
                return _PLACES[place]
        return _USUAL_PLACE

    def _rank_role(self, kind: str) -> int:
        role = self._role_by_kind.get(kind, "")
        return {DIAGNOSIS: 0, ASSESSMENT: 1, NARRATIVE: 2}.get(role, 3)

    def _put_etiology_first(self, ordered: Sequence[Suggestion]) -> Iterator[Suggestion]:
        """Yield a manifestation behind the first of the conditions that its "code first" note names."""
        reported = [each.code.value for each in ordered if each.disposition == "report"]
        waiting: list[tuple[Suggestion, frozenset[str]]] = []
        seen: set[str] = set()
        for each in ordered:
            causes = self._find_causes(each.code.value, reported) if each.disposition == "report" else frozenset()
            if causes and seen.isdisjoint(causes):
                waiting.append((each, causes))
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
