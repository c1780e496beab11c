"""Undocumented gaps of single drugs: a medication is taken and no diagnosis of the record says what for.

The condition families ask about the drugs they know; this reads the lexicon's table of indications for all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codeassist.cdi.drafts import GapDraft, order_spans
from codeassist.cdi.facts import Facts
from codeassist.cdi.quotes import name_source
from codeassist.cdi.records import Family
from codeassist.cdi.unspecified import name_condition
from codeassist.core.gaps import GapOption, Indicator
from codeassist.core.mentions import Mention
from codeassist.terminology.codeset import CodeSet

_WORTH = 0.25
_IMPORTANCE = 0.3
_CONFIDENCE = 0.3


class IndicationFinder:
    """This finds medications whose indication nobody documents.

    Parameters
    ----------
    codeset
        The edition.
    families
        The condition library; its drugs are left to it.
    prefixes_by_medication
        The codes for which each medication is given, by its name in lower case.
    """

    def __init__(
        self, codeset: CodeSet, families: Sequence[Family], prefixes_by_medication: Mapping[str, tuple[str, ...]]
    ) -> None:
        covered = {drug for family in families for rule in family.indicators for drug in rule.drugs}
        self._codeset = codeset
        self._prefixes = {
            name: known
            for name, prefixes in prefixes_by_medication.items()
            if name not in covered and (known := tuple(prefix for prefix in prefixes if prefix in codeset))
        }

    def __call__(self, facts: Facts) -> Iterator[GapDraft]:
        """Yield a draft for every medication that no documented condition explains."""
        for name, mentions in facts.drugs.items():
            prefixes = self._prefixes.get(name, ())
            if prefixes and not prefixes[0].startswith("Z") and not facts.is_documented(prefixes):
                yield self._draft(facts, mentions, prefixes)

    def _draft(self, facts: Facts, mentions: Sequence[Mention], prefixes: Sequence[str]) -> GapDraft:
        return GapDraft(
            kind="undocumented",
            axis="diagnosis",
            category=prefixes[0][:3],
            code="",
            diagnosis="indication of a medication",
            worth=_WORTH,
            importance=_IMPORTANCE,
            confidence=_CONFIDENCE,
            options=(*(self._offer(prefix) for prefix in prefixes), GapOption("another indication")),
            evidence=order_spans(tuple(each.span for each in mentions)),
            indicators=tuple(_cite(facts, each) for each in mentions[:2]),
        )

    def _offer(self, prefix: str) -> GapOption:
        codes = (prefix,) if self._codeset.is_billable(prefix) else ()
        return GapOption(name_condition(self._codeset.title(prefix)), codes)


def _cite(facts: Facts, mention: Mention) -> Indicator:
    note = facts.encounter.get_note(mention.span.note_id)
    return Indicator(
        "medication", "treatment", mention.span, note.slice(mention.span), source=name_source(note), date=note.date
    )
