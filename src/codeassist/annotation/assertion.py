"""Says what a note asserts of its mentions: presence, temporality and experiencer, after ConText.

It stands between the matcher, which finds mentions, and linking. Cues are data (``cues.tsv``); their scopes are
computed once a note in ``assertion_scopes``; here each mention is looked up in them and in its section's default.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from spacy.tokens import Doc

from codeassist.annotation.assertion_scopes import NEUTRAL, Scope, ScopeSweep, Words, find_breaks, resolve
from codeassist.annotation.cues import DIMENSION_BY_CATEGORY, PRESENCE, TEMPORALITY, CueTable, split_words
from codeassist.core.mentions import Assertion
from codeassist.core.notes import Section, Span

_PLAIN = Assertion()
_DEFAULTS = ("present", "current", "patient")


class AssertionEngine:
    """This is the stage part that asserts mentions.

    Reads: a note's text, its sections, and the spans of its mentions.
    Gives: one ``Assertion`` a span, in the same order, with the cues that decided it.

    Notes
    -----
    The method is ConText's (Harkema et al. 2009): lexical cues with a direction and a scope, ended by other cues.
    A cue inside a mention says nothing of that mention. Work grows linearly with the note.

    References
    ----------
    Chapman et al., "A simple algorithm for identifying negated findings and diseases" (NegEx), J Biomed Inform 2001.
    Harkema et al., "ConText: an algorithm for determining negation, experiencer, and temporal status from clinical
    reports", J Biomed Inform 2009.
    """

    def __init__(self, table: CueTable) -> None:
        self._table = table

    @classmethod
    def load(cls, path: Path | None = None) -> AssertionEngine:
        """Read the cue table, the package's own unless ``path`` names another."""
        return cls(CueTable.load(path))

    def __call__(
        self, doc: Doc, sections: Sequence[Section], targets: Sequence[tuple[int, int]], note_id: str
    ) -> tuple[Assertion, ...]:
        """Assert each target.

        Parameters
        ----------
        doc
            The tokenized note; only its text is read.
        sections
            The note's sections, ordered and disjoint; may be empty.
        targets
            Character spans of the note, ordered by start.
        note_id
            The id that the cues' spans carry.
        """
        if not targets:
            return ()
        text = doc.text
        note = Words(text, *split_words(text))
        sweep = ScopeSweep(note)
        breaks = find_breaks(note, [(part.heading or part.body).start for part in sections])
        sweep.run(self._table.find_hits(note.words), breaks)
        made: dict[tuple[Scope | None, ...], Assertion] = {}
        return tuple(
            self._assert(sweep, target, section, note_id, made)
            for target, section in zip(targets, _sections_of(targets, sections), strict=True)
        )

    def _assert(
        self,
        sweep: ScopeSweep,
        target: tuple[int, int],
        section: Section | None,
        note_id: str,
        made: dict[tuple[Scope | None, ...], Assertion],
    ) -> Assertion:
        start, end = target
        found: list[Scope | None] = [
            resolve(forward.find(start), backward.find(end - 1), dimension)
            for dimension, (forward, backward) in enumerate(zip(sweep.forward, sweep.backward, strict=True))
        ]
        if section is not None:
            self._add_default(found, section)
        if found == [None, None, None]:
            return _PLAIN
        key = tuple(found)
        if key not in made:
            made[key] = _to_assertion(found, note_id)
        return made[key]

    def _add_default(self, found: list[Scope | None], section: Section) -> None:
        """Let the section speak where no cue does; advice to the patient yields to any word on what is now so."""
        value = self._table.default_by_section.get(section.kind)
        if value is None:
            return
        dimension = DIMENSION_BY_CATEGORY[value]
        scope = found[dimension]
        if scope is None or (scope.value in NEUTRAL and value != "hypothetical"):
            heading = section.heading
            place = (heading.start, heading.end) if heading is not None else (0, 0)
            found[dimension] = Scope(section.body.start, section.body.end, value, *place)


def _sections_of(targets: Sequence[tuple[int, int]], sections: Sequence[Section]) -> Iterator[Section | None]:
    """Give the section that holds the start of each target, in one pass over both."""
    at = 0
    for start, _ in targets:
        while at < len(sections) and sections[at].body.end <= start:
            at += 1
        inside = at < len(sections) and sections[at].body.start <= start
        yield sections[at] if inside else None


def _to_assertion(found: Sequence[Scope | None], note_id: str) -> Assertion:
    values = [scope.value if scope else default for scope, default in zip(found, _DEFAULTS, strict=True)]
    if values[TEMPORALITY] == "habit":
        # ConText counts social history as historical; a habit that is not denied is current all the same.
        values[TEMPORALITY] = "historical" if values[PRESENCE] == "absent" else "current"
    places = {
        (scope.cue_start, scope.cue_end)
        for scope in found
        if scope is not None and scope.value not in NEUTRAL and scope.cue_end > scope.cue_start
    }
    return Assertion(*values, cues=tuple(Span(note_id, *place) for place in sorted(places)))
