"""The interpreter: applies the rules to the conditions of an encounter until none acts any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from codeassist.core.suggestions import Candidate
from codeassist.selection.conditions import Condition, Removal
from codeassist.selection.guidelines.match import Facts, find_matches
from codeassist.selection.guidelines.parse import MEASURE, name_guideline, read_rules
from codeassist.selection.guidelines.records import DROP, KEEP, REPORT, Applied, Rule
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet

# Each round applies every rule that matches; rules that make codes for others need a few.
_MOST_ROUNDS = 8
T = TypeVar("T")


class GuidelineEngine:
    """This applies the rules of ``rules.tsv``.

    Parameters
    ----------
    codeset, tables
        The edition: titles, and the rows below a header.
    rules
        The rules, in their order.
    """

    def __init__(self, codeset: CodeSet, tables: AxisTables, rules: Iterable[Rule]) -> None:
        self._codeset = codeset
        self._tables = tables
        self._rules = [rule for rule in rules if _has_codes(rule, codeset)]
        self._rules_by_category: dict[str, list[int]] = defaultdict(list)
        for number, rule in enumerate(self._rules):
            for start in dict.fromkeys(prefix[:3] for prefix in rule.when[0].prefixes):
                self._rules_by_category[start].append(number)

    @classmethod
    def load(cls, codeset: CodeSet, tables: AxisTables) -> GuidelineEngine:
        """Read the rules that the edition has the codes for."""
        return cls(codeset, tables, read_rules())

    def __call__(self, conditions: Sequence[Condition], facts: Facts | None = None) -> tuple[Condition, ...]:
        """Return the conditions with every rule applied; what a rule drops stays, marked as removed.

        Notes
        -----
        A rule acts once on each code that can be its first, so the work ends; the rounds are bounded besides.
        """
        facts = facts or Facts()
        done: set[tuple[int, str]] = set()
        for _ in range(_MOST_ROUNDS):
            before = conditions
            for number in self._find_rules(conditions):
                conditions = self._apply(number, conditions, facts, done)
            if conditions is before:
                break
        return tuple(conditions)

    def _find_rules(self, conditions: Iterable[Condition]) -> list[int]:
        starts = {condition.code[:end] for condition in conditions for end in (1, 2, 3)}
        return sorted({number for start in starts for number in self._rules_by_category.get(start, ())})

    def _apply(
        self, number: int, conditions: Sequence[Condition], facts: Facts, done: set[tuple[int, str]]
    ) -> Sequence[Condition]:
        rule = self._rules[number]
        for found in find_matches(rule, conditions, facts):
            if (number, found[0].code) not in done:
                done.add((number, found[0].code))
                return self._act(rule, found, conditions, facts)
        return conditions

    def _act(
        self, rule: Rule, found: Sequence[Condition], conditions: Sequence[Condition], facts: Facts
    ) -> Sequence[Condition]:
        """Return the conditions as a rule leaves them, or the same where it has nothing to do."""
        support = tuple(dict.fromkeys(candidate for condition in found for candidate in condition.support))
        made = [self._complete(code, found[0], support, facts) for code in rule.becomes]
        added = [
            (self._complete(code.removeprefix(REPORT), found[0], support, facts), code.startswith(REPORT))
            for code in rule.adds
        ]
        applied = name_guideline(rule.guideline, _say(found, made, [code for code, _ in added]))
        fate_by_id = {id(each): fate for each, fate in zip(found, made, strict=True)}
        heir = next((each for each, fate in zip(found, made, strict=True) if fate != DROP), None)
        changed: list[Condition] = []
        for each in conditions:
            inherits = each is heir and DROP in made
            changed += self._change(each, fate_by_id.get(id(each), KEEP), found[0], support, applied, inherits=inherits)
        first_code = next((fate for fate in made[:1] if fate not in (KEEP, DROP, REPORT)), found[0].code)
        known = {each.code for each in conditions if each.removal is None}
        for code, goes_along in added:
            if code and (code not in known or goes_along):
                changed.append(self._make(code, found[0], support, applied, follows=first_code if goes_along else ""))
        joined = tuple(join_same_codes(changed))
        return conditions if _codes(joined) == _codes(conditions) else joined

    def _change(
        self,
        condition: Condition,
        fate: str,
        first: Condition,
        support: tuple[Candidate, ...],
        applied: Applied,
        *,
        inherits: bool,
    ) -> list[Condition]:
        """Return what becomes of one condition."""
        if fate == KEEP:
            return [replace(condition, support=_union(condition.support, support))] if inherits else [condition]
        if fate == DROP:
            return [replace(condition, removal=Removal(applied, first.code if condition is not first else ""))]
        if fate == REPORT:
            return [replace(condition, follows=first.code, rules=_union(condition.rules, (applied,)))]
        return [self._make(fate, condition, support, applied)] if fate else [condition]

    def _make(
        self, code: str, source: Condition, support: tuple[Candidate, ...], applied: Applied, *, follows: str = ""
    ) -> Condition:
        return Condition(
            code=code,
            display=self._codeset.title(code),
            kind="current",
            support=support,
            others=source.others,
            rules=_union(source.rules, (applied,)),
            follows=follows,
        )

    def _complete(self, code: str, first: Condition, support: Sequence[Candidate], facts: Facts) -> str:
        """Return a mark as it is, and the code that an outcome names: by value, by category, or by words."""
        if code in (KEEP, DROP, REPORT):
            return code
        if code.startswith(MEASURE):
            return facts.code_by_measure.get(code[1:], "")
        full = first.code[:3] + code if code[0] == "." else code
        if self._codeset.is_billable(full):
            return full
        read = self._tables.wordings.read
        words = frozenset[str]().union(*(read(each.mention.nearby_words, each.mention.own_words) for each in support))
        chosen = self._tables.select(full, words).code
        return chosen if self._codeset.is_billable(chosen) else self._tables.find_nearest(chosen).code


def join_same_codes(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """Join conditions of one code: what is on the claim with another, and what is not removed, decides."""
    by_code: dict[str, Condition] = {}
    for each in conditions:
        known = by_code.get(each.code)
        by_code[each.code] = each if known is None else _join(known, each)
    return by_code.values()


def _join(known: Condition, each: Condition) -> Condition:
    kept = each if known.removal is not None and each.removal is None else known
    return replace(
        kept,
        support=_union(known.support, each.support),
        others=_union(known.others, each.others),
        rules=_union(known.rules, each.rules),
        follows=known.follows or each.follows,
    )


def _union(first: Sequence[T], second: Sequence[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _codes(conditions: Iterable[Condition]) -> list[tuple[str, bool, str]]:
    return [(each.code, each.removal is None, each.follows) for each in conditions]


def _say(found: Sequence[Condition], made: Sequence[str], added: Sequence[str]) -> str:
    """Return what a rule did: the codes before and after."""
    before = " + ".join(each.code for each in found)
    kept = [each.code if fate in (KEEP, REPORT) else fate for each, fate in zip(found, made, strict=True)]
    after = " + ".join(code for code in dict.fromkeys((*kept, *added)) if code not in ("", DROP))
    return f"{before} -> {after}" if after else f"{before} -> nothing"


def _has_codes(rule: Rule, codeset: CodeSet) -> bool:
    """Tell whether the edition has the codes that a rule makes."""
    named = (code.removeprefix(REPORT) for code in (*rule.becomes, *rule.adds))
    return all(not code or code in (KEEP, DROP) or code[0] in ".@" or code in codeset for code in named)


def iterate_outcomes(rule: Rule) -> Iterator[str]:
    """Yield the codes that a rule makes, without its marks."""
    for code in (*rule.becomes, *rule.adds):
        plain = code.removeprefix(REPORT)
        if plain and plain not in (KEEP, DROP) and plain[0] not in ".@":
            yield plain
