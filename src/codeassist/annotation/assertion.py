"""Says what a note asserts of its mentions: presence, temporality and experiencer, after ConText.

It stands between the matcher, which finds mentions, and linking. Cues are data (``cues.tsv``); their scopes are
computed once a note in ``assertion_scopes``; here each mention is looked up in them and in its section's default.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from codeassist.annotation.assertion_scopes import DIMENSIONS, NEUTRAL, Scope, ScopeSweep, resolve
from codeassist.annotation.cues import DIMENSION_BY_CATEGORY, PRESENCE, CueTable
from codeassist.annotation.sentences import SentenceBreaker, split_words
from codeassist.core.mentions import Assertion
from codeassist.core.notes import Section, Span

_PLAIN = Assertion()


class AssertionEngine:
    """This is the part of annotation that asserts mentions.

    Reads: a note's text, its sections, and the spans of its mentions.
    Gives: one ``Assertion`` a span, in the same order, with the cues that decided it.

    Notes
    -----
    The method is ConText's: lexical cues with a direction and a scope, ended by other cues. A cue inside a mention
    says nothing of that mention. Work grows linearly with the note.

    References
    ----------
    Chapman et al., "A simple algorithm for identifying negated findings and diseases in discharge summaries",
    J Biomed Inform 2001 (NegEx).
    Harkema et al., "ConText: an algorithm for determining negation, experiencer, and temporal status from clinical
    reports", J Biomed Inform 2009.
    """

    def __init__(self, table: CueTable) -> None:
        self._table = table
        words = table.words_by_class
        self._find_breaks = SentenceBreaker(
            *(words.get(name, frozenset()) for name in ("title", "abbreviation", "open_end"))
        )

    @classmethod
    def load(cls, path: Path | None = None) -> AssertionEngine:
        """Read the cue table, the package's own unless ``path`` names another.

        Raises
        ------
        DataFileError
            If the table is not well formed.
        """
        return cls(CueTable.load(path))

    def __call__(
        self, text: str, sections: Sequence[Section], targets: Sequence[tuple[int, int]], note_id: str
    ) -> tuple[Assertion, ...]:
        """Assert each target.

        Parameters
        ----------
        text
            The note.
        sections
            The note's sections, ordered and disjoint; may be empty.
        targets
            Character spans of the note, start and end, in any order.
        note_id
            The id that the cues' spans carry.
        """
        if not targets:
            return ()
        note = split_words(text)
        sweep = ScopeSweep(note)
        breaks = self._find_breaks(note, [(section.heading or section.body).start for section in sections])
        sweep.run(self._table.find_hits(note.words), breaks)
        bodies = [section.body.start for section in sections]
        made: dict[tuple[Scope | None, ...], Assertion] = {}
        asserted = []
        for target in targets:
            found = tuple(self._find_scopes(sweep, target, _find_section(sections, bodies, target[0])))
            if found not in made:
                made[found] = _to_assertion(found, note_id)
            asserted.append(made[found])
        return tuple(asserted)

    def _find_scopes(self, sweep: ScopeSweep, target: tuple[int, int], section: Section | None) -> list[Scope | None]:
        """Return the scope that decides each dimension of a target, None where nothing does."""
        start, last = target[0], target[1] - 1
        forward, backward = sweep.forward, sweep.backward
        found = [resolve(forward[each].find(start), backward[each].find(last)) for each in DIMENSIONS]
        found[PRESENCE] = sweep.inside.find(start) or found[PRESENCE]
        if section is None:
            return found
        for value in self._table.defaults_by_section.get(section.kind, ()):
            dimension = DIMENSION_BY_CATEGORY[value]
            scope = found[dimension]
            # Advice to the patient yields to any word on what is now so; other defaults only to another value.
            if scope is None or (scope.value in NEUTRAL and value != "hypothetical"):
                found[dimension] = _to_default(section, value)
        return found


def _find_section(sections: Sequence[Section], starts: Sequence[int], position: int) -> Section | None:
    at = bisect_right(starts, position) - 1
    return sections[at] if at >= 0 and position < sections[at].body.end else None


def _to_default(section: Section, value: str) -> Scope:
    """Make the scope of a section's default; its heading is the cue."""
    heading = section.heading
    place = (heading.start, heading.end) if heading is not None else (0, 0)
    return Scope(section.body.start, section.body.end, value, *place)


def _to_assertion(found: Sequence[Scope | None], note_id: str) -> Assertion:
    if found == (None, None, None):
        return _PLAIN
    presence, temporality, experiencer = (scope and scope.value for scope in found)
    if temporality == "habit":
        # ConText counts social history as historical; a habit that is not denied is current all the same.
        temporality = "historical" if presence == "absent" else "current"
    places = {
        (scope.cue_start, scope.cue_end)
        for scope in found
        if scope is not None and scope.value not in NEUTRAL and scope.cue_end > scope.cue_start
    }
    return Assertion(
        presence or _PLAIN.presence,
        temporality or _PLAIN.temporality,
        experiencer or _PLAIN.experiencer,
        cues=tuple(Span(note_id, *place) for place in sorted(places)),
    )
