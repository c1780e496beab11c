"""Unsupported and conflicting statements: a diagnosis that its indicators do not bear out, and two that disagree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from codeassist.cdi.chronology import is_ruled_out, is_settled
from codeassist.cdi.drafts import GapDraft, is_assessed, order_spans
from codeassist.cdi.facts import Facts, Said
from codeassist.cdi.found import Found
from codeassist.cdi.quotes import quote
from codeassist.cdi.records import ConflictRule, Family, UnsupportedRule
from codeassist.cdi.unspecified import name_condition
from codeassist.core.gaps import GapOption, Indicator
from codeassist.core.notes import Encounter
from codeassist.terminology.codeset import CodeSet

_PRESENCE_WORTH = 0.55
_SIDE_WORTH = 0.7
_IMPORTANCE = 0.5
_SIDES = ("right", "left")
# Symptoms come and go within a stay, and what is not there now may have been: chapter 18, and factors.
_LASTING = ("R45.85",)
_CHANGING = ("R", "Z", "V", "W", "X", "Y")
# A denial in these is of the moment or of a list that is gone through, not of the diagnosis.
_PASSING_SECTIONS = frozenset({"review_of_systems", "physical_exam", "family_history", "indication"})


class UnsupportedFinder:
    """This finds documented diagnoses that want clinical validation.

    Parameters
    ----------
    families
        The condition library.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._rules = [(family, rule) for family in families for rule in family.unsupported]

    def __call__(self, facts: Facts, found: Found) -> Iterator[GapDraft]:
        """Yield a draft for every diagnosis against which an indicator speaks, and for which none does."""
        for family, rule in self._rules:
            against = found.of_family(family.slug, rule.against)
            if against and not any(found.has(family.slug, name) for name in rule.expects):
                said = [each for each in facts.said if each.code.startswith(rule.documented)]
                if said:
                    yield _draft_unsupported(family, rule, said, against)


class ConflictFinder:
    """This finds statements of one condition that contradict each other.

    Parameters
    ----------
    codeset
        The edition, for titles.
    families
        The condition library, for the pairs of types and acuities that exclude each other.
    """

    def __init__(self, codeset: CodeSet, families: Sequence[Family]) -> None:
        self._codeset = codeset
        self._rules = [(family, rule) for family in families for rule in family.conflicts]

    def __call__(self, facts: Facts) -> Iterator[GapDraft]:
        """Yield a draft for every contradiction of type, side or presence."""
        for family, rule in self._rules:
            sides = [[each for each in facts.said if each.code.startswith(side)] for side in rule.sides]
            if all(sides) and not facts.is_present(rule.unless) and not is_settled(facts.encounter, *sides):
                yield self._draft(facts.encounter, sides, rule, family)
        yield from self._find_presence(facts)
        yield from self._find_sides(facts)

    def _find_presence(self, facts: Facts) -> Iterator[GapDraft]:
        """Yield what one place says the patient has and another, on the same footing, that he has not."""
        denied: dict[str, list[Said]] = defaultdict(list)
        for each in facts.denied:
            is_lasting = each.code.startswith(_LASTING) or not each.code.startswith(_CHANGING)
            if is_lasting and each.mention.section not in _PASSING_SECTIONS:
                denied[each.code].append(each)
        affirmed: dict[str, list[Said]] = defaultdict(list)
        for each in facts.said:
            if each.code in denied and each.mention.assertion.presence == "present":
                affirmed[each.code].append(each)
        seen: set[str] = set()
        for code, said in affirmed.items():
            if code[:3] not in seen and not is_ruled_out(facts.encounter, said, denied[code]):
                seen.add(code[:3])
                rule = ConflictRule("diagnosis", _PRESENCE_WORTH, ((code,), (code,)))
                yield self._draft(facts.encounter, [said[:1], denied[code]], rule, None)

    def _find_sides(self, facts: Facts) -> Iterator[GapDraft]:
        """Yield what the record puts on one side and, of the same condition, once on the other."""
        by_head: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
        for each in facts.said:
            title = self._codeset.title(each.code)
            side = next((side for side in _SIDES if side in title), "")
            if side:
                by_head[title.replace(side, "")][side].append(each)
        for sides in by_head.values():
            counts = sorted(len(found) for found in sides.values())
            # Two sides named equally often are two findings; one that stands alone against several is a slip.
            if len(counts) == 2 and counts[0] == 1 and counts[1] > 1:
                rule = ConflictRule("laterality", _SIDE_WORTH, ((), ()))
                yield self._draft(facts.encounter, list(sides.values()), rule, None)

    def _draft(
        self, encounter: Encounter, sides: Sequence[Sequence[Said]], rule: ConflictRule, family: Family | None
    ) -> GapDraft:
        first = sides[0][0]
        codes = list(dict.fromkeys(side[0].code for side in sides))
        return GapDraft(
            kind="conflict",
            axis=rule.axis,
            category=first.code[:3],
            code=first.code,
            diagnosis=family.name if family else name_condition(self._codeset.title(first.code)),
            worth=rule.worth,
            importance=family.importance if family else _IMPORTANCE,
            confidence=0.5,
            is_assessed=is_assessed(each.mention for side in sides for each in side),
            options=tuple(GapOption(name_condition(self._codeset.title(code)), (code,)) for code in codes),
            evidence=order_spans(tuple(each.mention.span for side in sides for each in side)),
            indicators=tuple(quote(encounter, side[0]) for side in sides),
            family=family.slug if family else "",
        )


def _draft_unsupported(
    family: Family, rule: UnsupportedRule, said: Sequence[Said], against: tuple[Indicator, ...]
) -> GapDraft:
    return GapDraft(
        kind="unsupported",
        axis="diagnosis",
        category=said[0].code[:3],
        code=said[0].code,
        diagnosis=family.name,
        worth=rule.worth,
        importance=family.importance,
        confidence=0.5,
        is_assessed=is_assessed(each.mention for each in said),
        evidence=order_spans(tuple(each.mention.span for each in said)),
        indicators=against,
        family=family.slug,
    )
