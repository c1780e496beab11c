"""Unspecified gaps: a suggested condition has an axis that the whole encounter leaves open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from codeassist.cdi.axis_worth import AxisWorths
from codeassist.cdi.drafts import GapDraft, is_assessed, order_spans
from codeassist.cdi.facts import Facts
from codeassist.cdi.found import Found
from codeassist.cdi.records import AxisRule, Family, is_open_code
from codeassist.cdi.words import cut_words
from codeassist.core.gaps import GapOption
from codeassist.core.mentions import Mention
from codeassist.core.suggestions import Candidate, Suggestion
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet

# An axis that no row of the library names is listed, and asked for last.
_DEFAULT_WORTH = 0.1
_DEFAULT_IMPORTANCE = 0.4
# Factors that influence health status, and external causes: their open axes are no specificity of a condition.
_LEFT_OUT = ("Z", "V", "W", "X", "Y")
_UNCERTAIN_WORTH = 0.35
_PAST = ("Z85", "Z86", "Z87")
_LISTED_WORTH = 0.3


class UnspecifiedFinder:
    """This finds the axes that suggestions leave open.

    Parameters
    ----------
    codeset, tables
        The edition and its axis tables.
    families
        The condition library; what it says of an axis goes before the axis table.
    worths
        What axes of other categories are worth.
    """

    def __init__(self, codeset: CodeSet, tables: AxisTables, families: Sequence[Family], worths: AxisWorths) -> None:
        self._codeset = codeset
        self._tables = tables
        self._worths = worths
        self._rules: dict[str, list[tuple[Family, AxisRule]]] = defaultdict(list)
        for family in families:
            for rule in family.axes:
                for category in dict.fromkeys(each[:3] for each in rule.open_codes):
                    self._rules[category].append((family, rule))
        self._family_by_category: Mapping[str, Family] = {
            category: family for family in reversed(families) for category in family.categories
        }
        self._settled = {category: family.settled for category, family in self._family_by_category.items()}
        self._left_open: dict[str, tuple[tuple[str, tuple[GapOption, ...]], ...]] = {}

    def __call__(self, facts: Facts, found: Found) -> Iterator[GapDraft]:
        """Yield a draft for every open axis of every suggestion, of a category the surest suggestion's only."""
        seen: set[tuple[str, str]] = set()
        for suggestion in sorted(facts.diagnoses, key=lambda each: (-each.confidence, each.code.value)):
            code = suggestion.code.value
            if not suggestion.support:
                continue
            drafts = (
                self._read_listed(suggestion, facts) if code.startswith(_PAST) else self._read(suggestion, facts, found)
            )
            for draft in drafts:
                if (draft.category, draft.axis) not in seen:
                    seen.add((draft.category, draft.axis))
                    yield draft

    def _read(self, suggestion: Suggestion, facts: Facts, found: Found) -> Iterator[GapDraft]:
        code = suggestion.code.value
        if code.startswith(_LEFT_OUT) and code[:3] not in self._rules:
            return
        decided = set(self._settled.get(code[:3], ()))
        for family, rule in self._rules.get(code[:3], ()):
            decided.add(rule.axis)
            if is_open_code(code, rule.open_codes) and _is_open(rule, facts, found, family.slug):
                yield _draft_axis(suggestion, family, rule, found)
        if code.startswith(_LEFT_OUT):
            return
        known = self._worths.find(code)
        if all(each.mention.assertion.presence == "possible" for each in suggestion.support):
            yield self._draft(suggestion, found, axis="diagnosis", worth=_UNCERTAIN_WORTH, options=())
        for axis, options in self._find_left_open(code):
            if axis not in decided:
                worth = known[axis].worth if axis in known else _DEFAULT_WORTH
                decided.add(axis)
                yield self._draft(suggestion, found, axis=axis, worth=worth, options=options)
        for each in known.values():
            if each.is_declared and each.axis not in decided:
                yield self._draft(suggestion, found, axis=each.axis, worth=each.worth, options=())

    def _read_listed(self, suggestion: Suggestion, facts: Facts) -> Iterator[GapDraft]:
        """Yield a question for what a past history lists without saying that it is over."""
        first = suggestion.support[0]
        code, past = first.code.value, suggestion.code.value
        if code.startswith(_LEFT_OUT) or any(_is_said_past(each.mention, facts) for each in suggestion.support):
            return
        yield GapDraft(
            kind="unspecified",
            axis="other",
            category=code[:3],
            code=past,
            diagnosis=name_condition(self._codeset.title(code)),
            worth=_LISTED_WORTH,
            importance=_DEFAULT_IMPORTANCE,
            confidence=suggestion.confidence,
            options=(GapOption("current", (code,)), GapOption("past, no longer present", (past,))),
            evidence=order_spans(tuple(each.mention.span for each in suggestion.support)),
        )

    def _draft(
        self, suggestion: Suggestion, found: Found, *, axis: str, worth: float, options: tuple[GapOption, ...]
    ) -> GapDraft:
        code = suggestion.code.value
        family = self._family_by_category.get(code[:3])
        indicators = found.of_family(family.slug) if family else ()
        return GapDraft(
            kind="unspecified",
            axis=axis,
            category=code[:3],
            code=code,
            diagnosis=family.name if family else name_condition(self._codeset.title(code)),
            worth=worth,
            importance=family.importance if family else _DEFAULT_IMPORTANCE,
            confidence=suggestion.confidence,
            is_assessed=is_assessed(each.mention for each in suggestion.support),
            options=options,
            evidence=order_spans(tuple(each.mention.span for each in suggestion.support)),
            indicators=indicators,
            strength=found.points(family.slug) if family else 0.0,
            family=family.slug if family else "",
        )

    def _find_left_open(self, code: str) -> tuple[tuple[str, tuple[GapOption, ...]], ...]:
        """Return the axes that the table leaves open, with the codes that each value leads to; remembered."""
        known = self._left_open.get(code)
        if known is None:
            opened = self._tables.select(code, frozenset()).open_axes
            known = self._left_open[code] = tuple(
                (axis, tuple(GapOption(value, self._find_codes(code, value)) for value in values))
                for axis, values in opened
            )
        return known

    def _find_codes(self, code: str, value: str) -> tuple[str, ...]:
        chosen = self._tables.select(code, frozenset((value, *value.split()))).code
        return (chosen,) if chosen != code and self._codeset.is_billable(chosen) else ()


def name_condition(title: str) -> str:
    """Return the title of a code as the plain name of a condition.

    Examples
    --------
    >>> name_condition("Cellulitis, unspecified")
    'cellulitis'
    """
    name = title.removesuffix(", unspecified").removeprefix("Unspecified ")
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _is_said_past(mention: Mention, facts: Facts) -> bool:
    """Tell whether words say that something is past, and not only the heading that it is listed under."""
    return any((cue.note_id, cue.start) not in facts.headings for cue in mention.assertion.cues)


def _is_open(rule: AxisRule, facts: Facts, found: Found, slug: str) -> bool:
    if facts.is_closed(rule.closed_by) or any(measure in facts.values for measure in rule.measured):
        return False
    if any(cut_words(term) in facts.terms for term in rule.stated):
        return False
    return not rule.expects or any(found.has(slug, name) for name in rule.expects)


def _draft_axis(suggestion: Suggestion, family: Family, rule: AxisRule, found: Found) -> GapDraft:
    return GapDraft(
        kind="unspecified",
        axis=rule.axis,
        category=rule.category or suggestion.code.value[:3],
        code=suggestion.code.value,
        diagnosis=family.name,
        worth=rule.worth,
        importance=family.importance,
        confidence=suggestion.confidence,
        is_assessed=is_assessed(each.mention for each in suggestion.support),
        options=found.offer(family.slug, rule.options),
        evidence=order_spans(tuple(each.mention.span for each in _find_own(suggestion, rule))),
        indicators=found.of_family(family.slug),
        strength=found.points(family.slug),
        family=family.slug,
    )


def _find_own(suggestion: Suggestion, rule: AxisRule) -> Sequence[Candidate]:
    """Return the support of the category that is asked about: a combination rests on other conditions too."""
    own = [each for each in suggestion.support if rule.category and each.code.value.startswith(rule.category)]
    return own or suggestion.support
