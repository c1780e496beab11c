"""Undocumented gaps: indicators and treatment of a condition that nobody documented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codeassist.cdi.drafts import GapDraft, order_spans
from codeassist.cdi.facts import Facts
from codeassist.cdi.found import Found
from codeassist.cdi.records import Family, UndocumentedRule


class UndocumentedFinder:
    """This finds conditions that the record treats or shows and does not name.

    Parameters
    ----------
    families
        The condition library.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._families = {family.slug: family for family in families if family.undocumented}

    def __call__(self, facts: Facts, found: Found) -> Iterator[GapDraft]:
        """Yield a draft for every condition whose indicators reach its minimum."""
        for slug in found.names_by_family:
            family = self._families.get(slug)
            if family is not None:
                for rule in family.undocumented:
                    if _is_met(rule, slug, facts, found):
                        yield _draft(rule, family, found)


def _is_met(rule: UndocumentedRule, slug: str, facts: Facts, found: Found) -> bool:
    has_needed = any(found.has(slug, name) for name in rule.needs) if rule.needs else found.has_core(slug, rule.uses)
    if not has_needed or found.points(slug, rule.uses) < rule.minimum:
        return False
    return not facts.is_documented(rule.documented) and not facts.is_present(rule.excused)


def _draft(rule: UndocumentedRule, family: Family, found: Found) -> GapDraft:
    indicators = found.of_family(family.slug, rule.uses)
    strength = found.points(family.slug, rule.uses)
    return GapDraft(
        kind="undocumented",
        axis=rule.axis,
        category=rule.category,
        code="",
        diagnosis=rule.diagnosis,
        worth=rule.worth,
        importance=family.importance,
        confidence=min(1.0, strength / (2 * rule.minimum)),
        strength=strength,
        options=found.offer(family.slug, rule.options),
        evidence=order_spans(tuple(each.span for each in indicators if each.span is not None)),
        indicators=indicators,
        family=family.slug,
    )
