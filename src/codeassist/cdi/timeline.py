"""Gaps between the notes of a stay: what earlier notes say and the discharge summary does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.cdi.drafts import GapDraft, is_assessed, order_spans
from codeassist.cdi.facts import Facts, Said
from codeassist.cdi.found import Found
from codeassist.cdi.quotes import quote
from codeassist.cdi.records import Family
from codeassist.core.gaps import GapOption
from codeassist.core.notes import Note

_SUMMARY = "discharge"
_WORTH = 0.75
# A condition below this matters little to a stay where the summary leaves it out.
_LEAST_IMPORTANCE = 0.6
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
            said = [each for each in facts.said if each.code.startswith(family.categories)]
            mentioned = {each.mention.span.note_id for each in said}
            if said and not mentioned & summaries and not _is_settled(family, facts, summaries):
                indicators = found.of_family(family.slug)
                if indicators or len(said) > 1:
                    yield _draft(facts, family, said, found)


def _is_summary(note: Note) -> bool:
    return _SUMMARY in note.note_type.lower()


def _is_settled(family: Family, facts: Facts, summaries: set[str]) -> bool:
    """Tell whether the summary says that the condition was not there, or is past."""
    return any(
        each.code.startswith(family.categories) and each.mention.span.note_id in summaries
        for each in (*facts.denied, *facts.past)
    )


def _draft(facts: Facts, family: Family, said: Sequence[Said], found: Found) -> GapDraft:
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
        indicators=(*(quote(facts.encounter, each) for each in said[:2]), *found.of_family(family.slug)),
        family=family.slug,
    )
