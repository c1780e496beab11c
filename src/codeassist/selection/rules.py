"""The guideline rules that selection applies: combinations, uncertainty, integral symptoms, Excludes1, order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from codeassist.core.mentions import Mention
from codeassist.core.notes import Encounter
from codeassist.core.suggestions import Flag, Suggestion
from codeassist.selection.conditions import Condition
from codeassist.selection.features import ASSESSMENT, DIAGNOSIS, NARRATIVE
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

_FOLDER = Path(__file__).parent
KEEP = "="


class Combination(NamedTuple):
    """This is one row of ``combinations.tsv``; ``second_becomes`` is ``=`` to keep the second code, ``-`` to drop."""

    first: str
    second: str
    first_becomes: str
    second_becomes: str
    basis: str


class RuleBook:
    """This is the set of rules with their tables.

    Parameters
    ----------
    codeset
        The edition, for instruction notes and titles.
    role_by_kind
        Section kind to its role for a coder.
    integral
        Pairs of diagnosis prefix and symptom prefix: the symptom is part of the diagnosis (Guidelines I.B.5).
    combinations
        Pairs of codes that one code stands for, in the order in which they are tried.
    prefixes_by_medication
        Medication, lower case, to the code prefixes that it is usually given for.
    """

    def __init__(
        self,
        codeset: CodeSet,
        *,
        role_by_kind: Mapping[str, str],
        integral: Sequence[tuple[str, str]],
        combinations: Sequence[Combination],
        prefixes_by_medication: Mapping[str, Sequence[str]],
    ) -> None:
        self._codeset = codeset
        self.role_by_kind = role_by_kind
        self._integral: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for prefix, symptom in integral:
            self._integral[symptom[:3]].append((prefix, symptom))
        self._combinations = combinations
        self._prefixes_by_medication = prefixes_by_medication

    @classmethod
    def load(cls, codeset: CodeSet, prefixes_by_medication: Mapping[str, Sequence[str]]) -> RuleBook:
        """Read the rule tables that lie beside this module."""
        roles = read_table(_FOLDER / "section_roles.tsv", ("kind", "role"))
        integral = read_table(_FOLDER / "integral_symptoms.tsv", ("diagnosis_prefix", "symptom_prefix", "basis"))
        return cls(
            codeset,
            role_by_kind={row["kind"]: row["role"] for row in roles},
            integral=tuple((row["diagnosis_prefix"], row["symptom_prefix"]) for row in integral),
            combinations=tuple(_read_combinations(codeset)),
            prefixes_by_medication=prefixes_by_medication,
        )

    def hinted_prefixes(self, mentions: Sequence[Mention]) -> frozenset[str]:
        """Return the code prefixes that the medications of the encounter are usually given for."""
        return frozenset(
            prefix
            for mention in mentions
            if mention.entity_type == "medication" and mention.assertion.presence == "present"
            for prefix in self._prefixes_by_medication.get(mention.reading, ())
        )

    def combine(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Return the conditions with pairs replaced that one combination code stands for.

        Notes
        -----
        Guidelines I.B.9 (combination codes) and I.A.15: "with" presumes the link unless the provider denies it.
        """
        combined = list(conditions)
        categories = {condition.code[:3] for condition in conditions if _is_confirmed(condition)}
        for rule in self._combinations:
            if rule.first[:3] in categories and rule.second[:3] in categories:
                combined = self._combine_pair(combined, rule)
                categories |= {condition.code[:3] for condition in combined if condition.rules}
        return tuple(_join_same_codes(combined))

    def _combine_pair(self, conditions: list[Condition], rule: Combination) -> list[Condition]:
        confirmed = [condition for condition in conditions if _is_confirmed(condition)]
        first = next((c for c in confirmed if c.code.startswith(rule.first)), None)
        second = next((c for c in confirmed if c.code.startswith(rule.second)), None)
        if first is None or second is None or first is second:
            return conditions
        joined = replace(
            first,
            code=rule.first_becomes,
            display=self._codeset.title(rule.first_becomes),
            support=(*first.support, *second.support),
            rules=(*first.rules, rule.basis),
        )
        kept = [c for c in conditions if c is not second or rule.second_becomes == KEEP]
        return [joined if c is first else c for c in kept]

    def may_report(self, condition: Condition, *, setting: str) -> bool:
        """Tell whether the guidelines let a condition be reported at all.

        Notes
        -----
        Guidelines IV.H: outpatient "probable", "suspected", "rule out" is not coded; II.H and III.C: for inpatients an
        uncertain diagnosis at the time of discharge is coded as if it existed. I.B.2: no code
        says more than the record.
        """
        if all(candidate.is_overstated for candidate in condition.support):
            return False
        if condition.kind == "family":
            return True
        if any(candidate.mention.assertion.presence == "present" for candidate in condition.support):
            return True
        final = {self.role_by_kind.get(candidate.mention.section, "") for candidate in condition.support}
        return setting == "inpatient" and bool(final & {ASSESSMENT, DIAGNOSIS})

    def finish(self, encounter: Encounter, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """Return the suggestions without integral symptoms among the reported, flagged, and in claim order."""
        kept = tuple(self._drop_integral(suggestions))
        flagged = tuple(self._flag_excludes1(kept))
        return self._order(encounter, flagged)

    def _drop_integral(self, suggestions: Sequence[Suggestion]) -> Iterator[Suggestion]:
        reported = [each.code.value for each in suggestions if each.disposition == "report"]
        for each in suggestions:
            cause = self._find_cause(each.code.value, reported) if each.disposition == "report" else None
            if cause is None:
                yield each
            else:
                basis = "Guidelines I.B.5: a symptom integral to a diagnosis is not coded"
                flag = Flag("integral_symptom", cause, basis)
                yield replace(each, disposition="consider", flags=(*each.flags, flag))

    def _find_cause(self, code: str, reported: Sequence[str]) -> str | None:
        """Return the reported diagnosis of which a symptom is an integral part, if there is one."""
        prefixes = tuple(prefix for prefix, symptom in self._integral.get(code[:3], ()) if code.startswith(symptom))
        return next((other for other in reported if other != code and other.startswith(prefixes)), None)

    def _flag_excludes1(self, suggestions: Sequence[Suggestion]) -> Iterator[Suggestion]:
        reported = [each.code.value for each in suggestions if each.disposition == "report"]
        for each in suggestions:
            if each.disposition != "report":
                yield each
                continue
            flags = tuple(
                Flag("excludes1", other, f"tabular list, Excludes1 at {note.at_code}")
                for other in reported
                if other != each.code.value
                for note in self._codeset.find_notes_naming(each.code.value, "excludes1", other=other)
            )
            yield replace(each, flags=(*each.flags, *flags)) if flags else each

    def _order(self, encounter: Encounter, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """Put reported before considered; among the reported, diseases of the assessment first, in order of place."""
        rank_of_note = {note.note_id: i for i, note in enumerate(encounter.notes)}

        def key(each: Suggestion) -> tuple[object, ...]:
            places = [
                (
                    self._rank_role(candidate.mention.section),
                    rank_of_note.get(candidate.mention.span.note_id, 0),
                    candidate.mention.span.start,
                )
                for candidate in each.support
            ]
            return (each.disposition != "report", each.code.value[0] in "VWXYZ", *min(places), each.code.value)

        ordered = sorted(suggestions, key=key)
        return tuple(
            replace(each, role="principal") if i == 0 and each.disposition == "report" else each
            for i, each in enumerate(ordered)
        )

    def _rank_role(self, kind: str) -> int:
        role = self.role_by_kind.get(kind, "")
        return {DIAGNOSIS: 0, ASSESSMENT: 1, NARRATIVE: 2}.get(role, 3)


def _read_combinations(codeset: CodeSet) -> Iterator[Combination]:
    columns = ("first_prefix", "second_prefix", "first_becomes", "second_becomes", "basis")
    for row in read_table(_FOLDER / "combinations.tsv", columns):
        if row["first_becomes"] in codeset and codeset.is_billable(row["first_becomes"]):
            yield Combination(*(row[column] for column in columns))


def _join_same_codes(conditions: Sequence[Condition]) -> Iterable[Condition]:
    """Join a combination with what the encounter names by the same code."""
    by_code: dict[str, Condition] = {}
    for each in conditions:
        known = by_code.setdefault(each.code, each)
        if known is not each:
            by_code[each.code] = replace(
                known,
                support=(*known.support, *each.support),
                others=(*known.others, *each.others),
                rules=tuple(dict.fromkeys((*known.rules, *each.rules))),
            )
    return by_code.values()


def _is_confirmed(condition: Condition) -> bool:
    return condition.kind == "current" and any(
        candidate.mention.assertion.presence == "present" for candidate in condition.support
    )
