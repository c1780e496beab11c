"""The guideline rules that selection applies: combinations, uncertainty, integral symptoms, Excludes1, order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from codeassist.core.mentions import Mention
from codeassist.core.notes import Encounter
from codeassist.core.suggestions import Contribution, Flag, Suggestion
from codeassist.selection.combinations import Combiner
from codeassist.selection.conditions import Condition
from codeassist.selection.features import ASSESSMENT, DIAGNOSIS, RuleFacts
from codeassist.selection.guideline_points import GuidelinePoints
from codeassist.selection.sequence import Sequencer
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

_FOLDER = Path(__file__).parent
# Chapters whose codes "use additional code" notes ask for: organisms, substance use, drugs, factors.
_FACTOR_LETTERS = frozenset("BFTZ")


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
    combiner
        Applies the combination rules.
    sequence
        Puts the suggestions in order.
    prefixes_by_medication
        Medication, lower case, to the code prefixes that it is usually given for.
    """

    def __init__(
        self,
        codeset: CodeSet,
        *,
        role_by_kind: Mapping[str, str],
        integral: Sequence[tuple[str, str]],
        combiner: Combiner,
        sequence: Sequencer,
        prefixes_by_medication: Mapping[str, Sequence[str]],
    ) -> None:
        self._codeset = codeset
        self.role_by_kind = role_by_kind
        self._integral: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for prefix, symptom in integral:
            self._integral[symptom[:3]].append((prefix, symptom))
        self._combiner = combiner
        self._sequence = sequence
        self._points = GuidelinePoints.load(role_by_kind)
        self._prefixes_by_medication = prefixes_by_medication

    @classmethod
    def load(
        cls, codeset: CodeSet, tables: AxisTables, prefixes_by_medication: Mapping[str, Sequence[str]]
    ) -> RuleBook:
        """Read the rule tables that lie beside this module."""
        roles = {row["kind"]: row["role"] for row in read_table(_FOLDER / "section_roles.tsv", ("kind", "role"))}
        integral = read_table(_FOLDER / "integral_symptoms.tsv", ("diagnosis_prefix", "symptom_prefix", "basis"))
        return cls(
            codeset,
            role_by_kind=roles,
            integral=tuple((row["diagnosis_prefix"], row["symptom_prefix"]) for row in integral),
            combiner=Combiner.load(codeset, tables),
            sequence=Sequencer.load(codeset, roles),
            prefixes_by_medication=prefixes_by_medication,
        )

    def read_facts(self, conditions: Sequence[Condition], mentions: Sequence[Mention]) -> RuleFacts:
        """Return what the rules say of the codes of an encounter."""
        codes = [condition.code for condition in conditions]
        return RuleFacts(
            self.hinted_prefixes(mentions),
            self.find_instructed(conditions),
            frozenset(code for code in codes if self._find_cause(code, codes) is not None),
        )

    def hinted_prefixes(self, mentions: Sequence[Mention]) -> frozenset[str]:
        """Return the code prefixes that the medications of the encounter are usually given for."""
        return frozenset(
            prefix
            for mention in mentions
            if mention.entity_type == "medication" and mention.assertion.presence == "present"
            for prefix in self._prefixes_by_medication.get(mention.reading, ())
        )

    def find_instructed(self, conditions: Sequence[Condition]) -> frozenset[str]:
        """Return the codes that a "use additional code" note of another current condition asks for.

        Notes
        -----
        Guidelines I.A.17: such a code is added where the record supports it, for example dialysis (Z99.2) with N18.6.
        """
        codes = [condition.code for condition in conditions if condition.kind in ("current", "status")]
        owners = [code for code in codes if code[0] not in _FACTOR_LETTERS]
        return frozenset(
            code
            for code in codes
            if code[0] in _FACTOR_LETTERS
            and any(any(self._codeset.find_notes_naming(owner, "use_additional", other=code)) for owner in owners)
        )

    def combine(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Return the conditions with combination rules applied."""
        return self._combiner(conditions)

    def favour(self, condition: Condition, conditions: Sequence[Condition]) -> tuple[Contribution, ...]:
        """Return the points of a visit's condition that a guideline asks for, beside the other conditions."""
        return self._points.explain(condition, [each.code for each in conditions])

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
        return self._sequence(encounter, flagged)

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
