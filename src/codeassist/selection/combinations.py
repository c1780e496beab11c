"""Combination rules: what two conditions of an encounter, or one condition and its wording, make of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from codeassist.core.suggestions import Candidate
from codeassist.selection.conditions import Condition
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

KEEP, DROP, NOT, OR = "=", "-", "!", "|"
_COLUMNS = ("first_prefix", "wording", "second_prefix", "first_becomes", "second_becomes", "adds", "basis")


class Combination(NamedTuple):
    """This is one row of ``combinations.tsv``.

    The row acts where a confirmed condition has ``first``, its wording one of the words of ``wording`` if any are
    given, and another confirmed condition ``second``; ``!`` before it asks that none has, and an empty one asks
    nothing. ``first_becomes`` and ``second_becomes`` are a code, ``=`` to keep or ``-`` to drop; ``adds`` is one more
    code, whose row below a header the wording chooses.
    """

    first: str
    wording: str
    second: str
    first_becomes: str
    second_becomes: str
    adds: str
    basis: str


class Combiner:
    """This applies combination rules to the conditions of an encounter, in the order of their table.

    Parameters
    ----------
    codeset, tables
        The edition: titles, and the rows below a header.
    combinations
        The rules.
    """

    def __init__(self, codeset: CodeSet, tables: AxisTables, combinations: Sequence[Combination]) -> None:
        self._codeset = codeset
        self._tables = tables
        self._combinations = combinations

    @classmethod
    def load(cls, codeset: CodeSet, tables: AxisTables) -> Combiner:
        """Read the rules that the edition has the codes for."""
        return cls(codeset, tables, tuple(_read_combinations(codeset)))

    def __call__(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Return the conditions with every rule applied that their codes and wordings meet.

        Notes
        -----
        Guidelines I.B.9 (combination codes), I.A.13 (etiology and manifestation) and I.A.15: "with" presumes the link
        unless the provider denies it.
        """
        combined = list(conditions)
        categories = _confirmed_categories(combined)
        for rule in self._combinations:
            if rule.first[:3] in categories and (rule.second[:3] in categories or rule.second[:1] in ("", NOT)):
                changed = self._apply(combined, rule)
                if changed is not combined:
                    combined = changed
                    categories |= _confirmed_categories(combined)
        return tuple(join_same_codes(combined))

    def _apply(self, conditions: list[Condition], rule: Combination) -> list[Condition]:
        pair = _find_pair(conditions, rule)
        if not pair:
            return conditions
        support = tuple(dict.fromkeys(candidate for condition in pair for candidate in condition.support))
        changed: list[Condition] = []
        for condition in conditions:
            changed += self._replace(condition, pair, rule, support)
        if rule.adds:
            changed.append(self._make(self._choose(rule.adds, support), pair[0], rule, support))
        return changed

    def _replace(
        self, condition: Condition, pair: Sequence[Condition], rule: Combination, support: tuple[Candidate, ...]
    ) -> list[Condition]:
        """Return what becomes of one condition: itself, another code, or nothing."""
        if condition is pair[0]:
            fate = rule.first_becomes
        elif condition in pair[1:]:
            # What the second speaks for leaves its evidence with it.
            fate = condition.code if rule.first_becomes == DROP else rule.second_becomes
        else:
            fate = KEEP
        if fate == KEEP:
            return [condition]
        return [] if fate == DROP else [self._make(fate, condition, rule, support)]

    def _make(self, code: str, source: Condition, rule: Combination, support: tuple[Candidate, ...]) -> Condition:
        rules = tuple(dict.fromkeys((*source.rules, rule.basis)))
        return replace(source, code=code, display=self._codeset.title(code), support=support, rules=rules)

    def _choose(self, code: str, support: Sequence[Candidate]) -> str:
        """Return the code, or the row below a header that the words of the evidence state."""
        if self._codeset.is_billable(code):
            return code
        read = self._tables.wordings.read
        words = frozenset[str]().union(*(read(each.mention.nearby_words, each.mention.own_words) for each in support))
        return self._tables.select(code, words).code


def _find_pair(conditions: Sequence[Condition], rule: Combination) -> tuple[Condition, ...]:
    """Return the conditions on which a rule acts: the first, and the second where the rule asks for one."""
    confirmed = [condition for condition in conditions if _is_confirmed(condition)]
    first = next((c for c in confirmed if c.code.startswith(rule.first) and _is_worded(c, rule.wording)), None)
    if first is None:
        return ()
    if not rule.second or rule.second.startswith(NOT):
        unwanted = tuple(rule.second[1:].split(OR)) if rule.second else ()
        return () if any(c.code.startswith(unwanted) for c in confirmed) else (first,)
    second = next((c for c in confirmed if c.code.startswith(rule.second) and c is not first), None)
    return (first, second) if second is not None else ()


def join_same_codes(conditions: Iterable[Condition]) -> Iterable[Condition]:
    """Join a combination with what the encounter names by the same code."""
    by_code: dict[str, Condition] = {}
    for each in conditions:
        known = by_code.setdefault(each.code, each)
        if known is not each:
            by_code[each.code] = replace(
                known,
                support=tuple(dict.fromkeys((*known.support, *each.support))),
                others=tuple(dict.fromkeys((*known.others, *each.others))),
                rules=tuple(dict.fromkeys((*known.rules, *each.rules))),
            )
    return by_code.values()


def _read_combinations(codeset: CodeSet) -> Iterator[Combination]:
    """Yield the rules whose codes the edition has."""
    for row in read_table(Path(__file__).parent / "combinations.tsv", _COLUMNS):
        rule = Combination(*(row[column] for column in _COLUMNS))
        made = [code for code in (rule.first_becomes, rule.second_becomes) if code not in (KEEP, DROP)]
        if all(code in codeset and codeset.is_billable(code) for code in made) and (
            not rule.adds or rule.adds in codeset
        ):
            yield rule


def _confirmed_categories(conditions: Iterable[Condition]) -> set[str]:
    return {condition.code[:3] for condition in conditions if _is_confirmed(condition)}


def _is_confirmed(condition: Condition) -> bool:
    return condition.kind == "current" and any(
        candidate.mention.assertion.presence == "present" for candidate in condition.support
    )


def _is_worded(condition: Condition, wording: str) -> bool:
    """Tell whether a wording of the condition holds one of the words."""
    words = frozenset(wording.split(OR)) if wording else None
    return words is None or any(not words.isdisjoint(c.mention.reading.split()) for c in condition.support)
