"""Finds the clinical indicators of the condition families in the facts of an encounter.

Rules are looked up by what the record holds (a code, a term, a drug, a measure), so that only those that can be met are
tried: a library of many families costs a note no more than a small one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from codeassist.cdi.facts import Facts, Said, Value
from codeassist.cdi.quotes import name_source
from codeassist.cdi.records import Family, IndicatorRule
from codeassist.cdi.words import Phrase, cut_words
from codeassist.core.gaps import Indicator
from codeassist.core.mentions import Measurement
from codeassist.core.notes import Span

_MOST_EACH = 3
T = TypeVar("T", bound=Hashable)
Key = tuple[str, str]
"""Names a rule: the slug of its family and its own name."""


class IndicatorFinder:
    """This finds which indicator rules an encounter meets, with what meets them.

    Parameters
    ----------
    families
        The condition library.
    """

    def __init__(self, families: Sequence[Family]) -> None:
        self._rules = {(family.slug, rule.name): rule for family in families for rule in family.indicators}
        self._by_code: Mapping[str, list[Key]] = _invert(self._rules, lambda rule: rule.codes)
        self._by_term: Mapping[Phrase, list[Key]] = _invert(self._rules, _find_phrases)
        self._by_drug: Mapping[str, list[Key]] = _invert(self._rules, lambda rule: () if rule.routes else rule.drugs)
        self._by_given: Mapping[str, list[Key]] = _invert(self._rules, lambda rule: rule.drugs if rule.routes else ())
        self._by_measure: Mapping[str, list[Key]] = _invert(self._rules, lambda rule: filter(None, [rule.measure]))

    @property
    def phrases(self) -> Iterable[Phrase]:
        """The terms that must be looked up in the notes."""
        return self._by_term.keys()

    def __call__(self, facts: Facts) -> dict[Key, tuple[Indicator, ...]]:
        """Return the rules that are met, each with its indicators, at most three."""
        found: dict[Key, list[Indicator]] = defaultdict(list)
        for key, indicator in self._read(facts):
            if len(found[key]) < _MOST_EACH and indicator not in found[key]:
                found[key].append(indicator)
        return {key: tuple(each) for key, each in found.items()}

    def _read(self, facts: Facts) -> Iterator[tuple[Key, Indicator]]:
        for key, indicator in self._read_all(facts):
            if not (facts.is_child and self._rules[key].adults):
                yield key, indicator

    def _read_all(self, facts: Facts) -> Iterator[tuple[Key, Indicator]]:
        for key, span in self._read_words(facts):
            yield key, self._make(key, facts, span)
        for measure, values in facts.values.items():
            for key in self._by_measure.get(measure, ()):
                baseline = facts.values.get(f"baseline_{measure}", ())
                for value in _find_meeting(self._rules[key], values, baseline):
                    yield key, self._make_measured(key, facts, value.measurement)

    def _read_words(self, facts: Facts) -> Iterator[tuple[Key, Span]]:
        """Yield the rules that words meet: a condition, a term, a drug, a drug by its route."""
        for said in facts.said:
            yield from ((key, said.mention.span) for key in self._find_code(said))
        for phrase, spans in facts.terms.items():
            keys = self._by_term.get(phrase, ())
            yield from ((key, span) for key in keys for span in spans[:_MOST_EACH])
        for drug, mentions in facts.drugs.items():
            keys = self._by_drug.get(drug, ())
            yield from ((key, each.span) for key in keys for each in mentions[:_MOST_EACH])
        for dosage in facts.dosages:
            for key in self._by_given.get(dosage.medication, ()):
                if dosage.route in self._rules[key].routes:
                    yield key, dosage.span

    def _find_code(self, said: Said) -> Iterator[Key]:
        for end in range(3, len(said.code) + 1):
            yield from self._by_code.get(said.code[:end], ())

    def _make_measured(self, key: Key, facts: Facts, measurement: Measurement) -> Indicator:
        if measurement.span is not None:
            found = self._make(key, facts, measurement.span)
            return replace(found, date=measurement.date or found.date)
        # Given beside the notes: there are no words to quote.
        rule = self._rules[key]
        text = f"{measurement.name.replace('_', ' ')} {measurement.comparator}{measurement.value:g} {measurement.unit}"
        return Indicator(rule.name, rule.bearing, None, text.strip(), source="laboratory", date=measurement.date)

    def _make(self, key: Key, facts: Facts, span: Span) -> Indicator:
        rule, note = self._rules[key], facts.encounter.get_note(span.note_id)
        return Indicator(
            name=rule.name,
            bearing=rule.bearing,
            span=span,
            text=note.slice(span),
            source=name_source(note),
            date=note.date,
        )


def _invert(rules: Mapping[Key, IndicatorRule], keys_of: Callable[[IndicatorRule], Iterable[T]]) -> dict[T, list[Key]]:
    """Return for each thing that a rule looks for the rules that look for it."""
    found: dict[T, list[Key]] = defaultdict(list)
    for key, rule in rules.items():
        for each in keys_of(rule):
            found[each].append(key)
    return dict(found)


def _find_phrases(rule: IndicatorRule) -> Iterator[Phrase]:
    """Yield what is looked up in the words of a note: terms, and drugs, of which annotation reads some as a status."""
    yield from dict.fromkeys(map(cut_words, (*rule.terms, *(() if rule.routes else rule.drugs))))


def _find_meeting(rule: IndicatorRule, values: Sequence[Value], baseline: Sequence[Value]) -> Iterator[Value]:
    """Yield the values that meet a rule; of a change the later of the two values, and the earlier with it."""
    if not rule.relation:
        yield from (value for value in values if rule.low <= value.number < rule.high and _is_bounded(value, rule))
        return
    pair = _find_change(rule.relation, [*baseline, *values])
    if pair is not None and rule.low <= _change(rule.relation, *pair) < rule.high:
        yield from (pair[1], pair[0])


def _is_bounded(value: Value, rule: IndicatorRule) -> bool:
    """Tell whether a bound that the note gives ("> 90") says on which side of the threshold the value lies."""
    comparator = value.measurement.comparator
    return not (comparator == ">" and rule.high < float("inf")) and not (comparator == "<" and rule.low > float("-inf"))


def _find_change(relation: str, values: Sequence[Value]) -> tuple[Value, Value] | None:
    """Return the two values, in order of the record, between which the change is largest."""
    best: tuple[Value, Value] | None = None
    lowest = highest = values[0] if values else None
    for value in values[1:]:
        if lowest is None or highest is None:
            break
        earlier = highest if relation == "fall" else lowest
        if best is None or _change(relation, earlier, value) > _change(relation, *best):
            best = earlier, value
        if relation == "ratio" and (best is None or _change(relation, value, highest) > _change(relation, *best)):
            # Creatinine that comes down to its baseline was raised all the same.
            best = value, highest
        lowest = value if value.number < lowest.number else lowest
        highest = value if value.number > highest.number else highest
    return best


def _change(relation: str, earlier: Value, later: Value) -> float:
    if relation == "rise":
        return later.number - earlier.number
    if relation == "fall":
        return earlier.number - later.number
    return later.number / earlier.number if earlier.number > 0 else 0.0
