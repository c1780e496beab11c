"""Gaps between the notes of a stay: what earlier notes say and the discharge summary does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.cdi.chronology import is_denied_later
from codeassist.cdi.drafts import GapDraft, is_assessed, order_spans
from codeassist.cdi.facts import Facts, Said
from codeassist.cdi.found import Found
from codeassist.cdi.quotes import name_source, quote
from codeassist.cdi.records import Family
from codeassist.core.gaps import GapOption, Indicator
from codeassist.core.notes import Note, Span

_SUMMARY = "discharge"
_WORTH = 0.75
# A condition below this matters little to a stay where the summary leaves it out.
_LEAST_IMPORTANCE = 0.6
# Symptoms come and go within a stay, and a summary need not name them; these are the state of an organ.
_GRAVE_SIGNS = ("R57", "R65", "R40.2", "R64")
_LISTING_SECTIONS = frozenset({"discharge_diagnosis", "diagnosis", "principal_diagnosis", "secondary_diagnosis"})
_CITATION = "diagnoses listed"
_MOST_CITED = 150
_OPTIONS = (
    GapOption("present during the stay"),
    GapOption("present during the stay and resolved"),
    GapOption("considered and ruled out"),
)


class DroppedFinder:
    """This finds treated diagnoses of a stay that its discharge summary drops.

    Parameters
    ----------
    families
        The condition library.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = [family for family in families if family.importance >= _LEAST_IMPORTANCE]

    def __call__(self, facts: Facts, found: Found) -> Iterator[GapDraft]:
        """Yield a draft for every condition that the notes bear out and the summary does not name."""
        notes = facts.encounter.notes
        summaries = {note.note_id for note in notes if _is_summary(note)}
        if not summaries or len(summaries) == len(notes):
            return
        for family in self._families:
            named = [each for each in facts.said if each.code.startswith(family.categories)]
            mentioned = {each.mention.span.note_id for each in named}
            said = [each for each in named if facts.is_providers(each.mention) and not _is_symptom(each.code)]
            if said and not mentioned & summaries and not _is_settled(family, facts, summaries, said):
                indicators = found.of_family(family.slug)
                if indicators or len(said) > 1:
                    yield _draft(facts, family, said, found, tuple(_cite(facts, summaries)))


def _is_summary(note: Note) -> bool:
    return _SUMMARY in note.note_type.lower()


def _is_symptom(code: str) -> bool:
    return code.startswith("R") and not code.startswith(_GRAVE_SIGNS)


def _is_settled(family: Family, facts: Facts, summaries: set[str], said: Sequence[Said]) -> bool:
    """Tell whether the summary says that the condition was not there or is past, or a later note ruled it out."""
    denied = [each for each in facts.denied if each.code.startswith(family.categories)]
    past = (each for each in facts.past if each.code.startswith(family.categories))
    if any(each.mention.span.note_id in summaries for each in (*denied, *past)):
        return True
    return is_denied_later(facts.encounter, said, denied)


def _cite(facts: Facts, summaries: set[str]) -> Iterator[Indicator]:
    """Yield the diagnoses that each summary does list, as far as a query quotes them."""
    for note in facts.encounter.notes:
        if note.note_id in summaries:
            spans = [each.mention.span for each in facts.said if _is_listed(each, note)]
            start = min((span.start for span in spans), default=0)
            end = max((span.end for span in spans if span.end - start <= _MOST_CITED), default=0)
            if end:
                span = Span(note.note_id, start, end)
                yield Indicator(_CITATION, "against", span, note.slice(span), name_source(note), note.date)


def _is_listed(said: Said, note: Note) -> bool:
    mention = said.mention
    return mention.span.note_id == note.note_id and mention.section in _LISTING_SECTIONS


def _draft(facts: Facts, family: Family, said: Sequence[Said], found: Found, cited: tuple[Indicator, ...]) -> GapDraft:
    return GapDraft(
        kind="conflict",
        axis="diagnosis",
        category=said[0].code[:3],
        code=said[0].code,
        diagnosis=family.name,
        worth=_WORTH,
        importance=family.importance,
        confidence=0.5,
        strength=found.points(family.slug),
        is_assessed=is_assessed(each.mention for each in said),
        options=_OPTIONS,
        evidence=order_spans(tuple(each.mention.span for each in said)),
        indicators=(*(quote(facts.encounter, each) for each in said[:2]), *cited, *found.of_family(family.slug)),
        family=family.slug,
    )
