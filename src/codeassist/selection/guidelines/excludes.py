"""Settles Excludes1 conflicts: two reported codes of which a note says that they are not used together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from codeassist.core.suggestions import Flag, Suggestion
from codeassist.selection.guidelines.apply import take_off
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.codeset import CodeSet

EXCLUDES1 = "GL-010"
_VAGUE_LETTERS = frozenset("RZ")


def settle_excludes1(suggestions: Sequence[Suggestion], codeset: CodeSet) -> Iterator[Suggestion]:
    """Yield the suggestions, both of a conflict flagged, and only considered what the other one stands for.

    Notes
    -----
    Guidelines I.A.12.a: codes with an Excludes1 note are not used together unless the conditions are unrelated. A
    diagnosis stands for the symptom or factor that a note keeps apart from it. Between two diagnoses the record has to
    decide, so both stay, flagged.
    """
    reported = [each for each in suggestions if each.disposition == "report"]
    for each in suggestions:
        conflicts = list(_find_conflicts(each, reported, codeset)) if each.disposition == "report" else []
        if not conflicts:
            yield each
            continue
        flags = tuple(
            Flag("excludes1", other.code.value, f"tabular list, Excludes1 at {at}") for other, at in conflicts
        )
        flagged = replace(each, flags=(*each.flags, *flags))
        winner = next((other for other, _ in conflicts if _stands_for(other, each)), None)
        if winner is None:
            yield flagged
        else:
            what = f"{winner.code.value} stands for {each.code.value}"
            yield take_off(flagged, name_guideline(EXCLUDES1, what), winner.code.value)


def _find_conflicts(
    each: Suggestion, reported: Sequence[Suggestion], codeset: CodeSet
) -> Iterator[tuple[Suggestion, str]]:
    """Yield the reported suggestions that a note of either code excludes, with the code of the note."""
    for other in reported:
        if other is each:
            continue
        codes = each.code.value, other.code.value
        notes = (
            *codeset.find_notes_naming(codes[0], "excludes1", other=codes[1]),
            *codeset.find_notes_naming(codes[1], "excludes1", other=codes[0]),
        )
        yield from ((other, note.at_code) for note in notes[:1])


def _stands_for(other: Suggestion, each: Suggestion) -> bool:
    return each.code.value[0] in _VAGUE_LETTERS and other.code.value[0] not in _VAGUE_LETTERS
