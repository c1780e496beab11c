"""The gap-finding stage: from suggestions and indicators to gaps, ordered by worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import exp
from typing import NamedTuple

from codeassist.cdi.axis_worth import AxisWorths
from codeassist.cdi.doubts import ConflictFinder, UnsupportedFinder
from codeassist.cdi.drafts import GapDraft
from codeassist.cdi.facts import FactReader, Facts, Standardize
from codeassist.cdi.families import fit_family, read_families
from codeassist.cdi.found import Found
from codeassist.cdi.indications import IndicationFinder
from codeassist.cdi.indicators import IndicatorFinder
from codeassist.cdi.priority import Burden, weigh
from codeassist.cdi.records import Family
from codeassist.cdi.timeline import DroppedFinder
from codeassist.cdi.undocumented import UndocumentedFinder
from codeassist.cdi.unspecified import UnspecifiedFinder
from codeassist.cdi.words import DenialWords, TermFinder, cut_words
from codeassist.config import GapThresholds
from codeassist.core.gaps import Gap
from codeassist.core.mentions import Annotations
from codeassist.core.notes import Encounter, Section
from codeassist.core.suggestions import Candidate, Contribution, Suggestion
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet


class Library(NamedTuple):
    """This is the condition library: its families, what other axes are worth, and what medications are given for."""

    families: tuple[Family, ...]
    worths: AxisWorths
    prefixes_by_medication: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, prefixes_by_medication: Mapping[str, tuple[str, ...]]) -> Library:
        """Read the files of the library, beside what medications are given for."""
        return cls(read_families(), AxisWorths.load(), prefixes_by_medication)


class GapFinder:
    """This is the gap-finding stage.

    Reads: encounter, sections, annotations, candidates, suggestions. Gives: gaps, the worthiest first.
    """

    def __init__(
        self,
        library: Library,
        codeset: CodeSet,
        tables: AxisTables,
        standardize: Standardize,
        *,
        settings: GapThresholds,
        find_burden: Burden | None = None,
    ) -> None:
        families = tuple(fit_family(family, codeset) for family in library.families)
        self._find_indicators = IndicatorFinder(families)
        self._rules = {(family.slug, rule.name): rule for family in families for rule in family.indicators}
        stated = [cut_words(term) for family in families for axis in family.axes for term in axis.stated]
        self._read_facts = FactReader(
            TermFinder([*self._find_indicators.phrases, *stated], DenialWords.load()), standardize
        )
        self._find_unspecified = UnspecifiedFinder(codeset, tables, families, library.worths)
        self._find_undocumented = UndocumentedFinder(families)
        self._find_unsupported = UnsupportedFinder(families)
        self._find_conflicts = ConflictFinder(codeset, families)
        self._find_dropped = DroppedFinder(families)
        self._find_indications = IndicationFinder(codeset, families, library.prefixes_by_medication)
        self._settings = settings
        self._find_burden = find_burden

    def __call__(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        annotations: Annotations,
        candidates: Sequence[Candidate],
        diagnoses: Sequence[Suggestion],
    ) -> tuple[Gap, ...]:
        """Return the gaps of an encounter, each with the reason of its priority."""
        facts = self._read_facts(encounter, sections, annotations, candidates, diagnoses)
        found = self._gather(facts)
        drafts = _keep_first(self._find(facts, found))
        weighed = [(draft, weigh(draft, is_study=facts.is_study, find_burden=self._find_burden)) for draft in drafts]
        scored = [(draft, parts, _squash(sum(part.points for part in parts))) for draft, parts in weighed]
        scored.sort(key=lambda each: (-each[2], each[0].category, each[0].axis, each[0].kind))
        listed = [each for each in scored if each[2] >= self._settings.minimum_priority]
        return tuple(_make_gap(f"g{number}", *each) for number, each in enumerate(listed, start=1))

    def _gather(self, facts: Facts) -> Found:
        indicators = self._find_indicators(facts)
        names: dict[str, list[str]] = defaultdict(list)
        for slug, name in indicators:
            names[slug].append(name)
        return Found(self._rules, indicators, {slug: tuple(own) for slug, own in names.items()})

    def _find(self, facts: Facts, found: Found) -> Iterator[GapDraft]:
        yield from self._find_conflicts(facts)
        yield from self._find_dropped(facts, found)
        yield from self._find_unsupported(facts, found)
        yield from self._find_unspecified(facts, found)
        yield from self._find_undocumented(facts, found)
        yield from self._find_indications(facts)


def _make_gap(gap_id: str, draft: GapDraft, rationale: tuple[Contribution, ...], priority: float) -> Gap:
    return Gap(
        gap_id=gap_id,
        kind=draft.kind,
        axis=draft.axis,
        category=draft.category,
        code=draft.code,
        diagnosis=draft.diagnosis,
        options=draft.options,
        evidence=draft.evidence,
        indicators=draft.indicators,
        priority=priority,
        rationale=rationale,
        family=draft.family,
    )


def _keep_first(drafts: Iterator[GapDraft]) -> list[GapDraft]:
    """Keep of each kind, category and axis the first."""
    kept: dict[tuple[str, str, str], GapDraft] = {}
    for draft in drafts:
        kept.setdefault((draft.kind, draft.category, draft.axis), draft)
    return list(kept.values())


def _squash(points: float) -> float:
    return round(1 / (1 + exp(-points)), 4)
