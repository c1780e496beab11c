"""The guidelines that selection applies: the rules of the engine, uncertainty, integral symptoms, edits, order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

from codeassist.core.mentions import Measurement, Mention
from codeassist.core.notes import Encounter
from codeassist.core.suggestions import Contribution, Flag, Suggestion
from codeassist.selection.conditions import Condition
from codeassist.selection.features import ASSESSMENT, DIAGNOSIS, RuleFacts
from codeassist.selection.guideline_points import GuidelinePoints
from codeassist.selection.guidelines.apply import add_contribution
from codeassist.selection.guidelines.edits import Edits
from codeassist.selection.guidelines.engine import GuidelineEngine, join_same_codes
from codeassist.selection.guidelines.excludes import settle_excludes1
from codeassist.selection.guidelines.limits import flag_limits
from codeassist.selection.guidelines.match import Facts
from codeassist.selection.guidelines.measured import code_measurements
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.selection.guidelines.records import Applied
from codeassist.selection.phase import follow_phase
from codeassist.selection.pregnancy import follow_pregnancy
from codeassist.selection.sequence import Sequencer
from codeassist.selection.sides import SideJoiner
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import read_table

_FOLDER = Path(__file__).parent
# Chapters whose codes "use additional code" notes ask for: organisms, substance use, drugs, factors.
_FACTOR_LETTERS = frozenset("BFTZ")
INTEGRAL, INSTRUCTED, OVERSTATED = "GL-023", "GL-018", "GL-036"
_UNCERTAIN = {"inpatient": "GL-039", "outpatient": "GL-040"}


class RuleBook:
    """This is the set of rules with their tables.

    Parameters
    ----------
    codeset, tables
        The edition, for instruction notes and titles, and its axis tables.
    engine
        Applies the rules of ``guidelines/rules.tsv``.
    sequence
        Puts the suggestions in order.
    prefixes_by_medication
        Medication, lower case, to the code prefixes that it is usually given for.
    edits
        What the guidelines say of measured values, uncertain cases, age and sex; by default nothing.
    """

    def __init__(
        self,
        codeset: CodeSet,
        tables: AxisTables,
        *,
        engine: GuidelineEngine,
        sequence: Sequencer,
        prefixes_by_medication: Mapping[str, Sequence[str]],
        edits: Edits | None = None,
    ) -> None:
        self._codeset = codeset
        self._engine = engine
        self._sequence = sequence
        self._points = GuidelinePoints.load(sequence.role_by_kind)
        self._prefixes_by_medication = prefixes_by_medication
        self._edits = edits or Edits()
        self._integral: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for prefix, symptom in self._edits.integral:
            self._integral[symptom[:3]].append((prefix, symptom))
        self._join_sides = SideJoiner(codeset, tables)

    @classmethod
    def load(
        cls, codeset: CodeSet, tables: AxisTables, prefixes_by_medication: Mapping[str, Sequence[str]]
    ) -> RuleBook:
        """Read the rule tables that lie beside this module and in ``guidelines``."""
        roles = {
            row["kind"]: row["role"] for row in read_table(_FOLDER / "section_roles.tsv", ("kind", "role", "authority"))
        }
        return cls(
            codeset,
            tables,
            engine=GuidelineEngine.load(codeset, tables),
            sequence=Sequencer.load(codeset, roles),
            prefixes_by_medication=prefixes_by_medication,
            edits=Edits.load(),
        )

    @property
    def role_by_kind(self) -> Mapping[str, str]:
        """Section kind to its role for a coder."""
        return self._sequence.role_by_kind

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

    def find_treated(self, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """Return the categories of long-lasting conditions for which the patient takes a medication now."""
        # Whatever it was read as: in a list of medications "tamoxifen" is read as its long-term use, "on tamoxifen".
        taken = [mention.reading.removeprefix("on ") for mention in mentions if mention.assertion.is_affirmed]
        treated = (prefix for reading in taken for prefix in self._prefixes_by_medication.get(reading, ()))
        return tuple(sorted({prefix[:3] for prefix in treated if prefix.startswith(self._edits.treated_past)}))

    def find_instructed(self, conditions: Sequence[Condition]) -> frozenset[str]:
        """Return the codes that a "use additional code" note of another current condition asks for.

        Notes
        -----
        Guidelines I.A.13: such a code is added where the record supports it, for example dialysis (Z99.2) with N18.6.
        """
        codes = [condition.code for condition in conditions if condition.kind in ("current", "status")]
        owners = [code for code in codes if code[0] not in _FACTOR_LETTERS]
        return frozenset(
            code
            for code in codes
            if code[0] in _FACTOR_LETTERS
            and any(any(self._codeset.find_notes_naming(owner, "use_additional", other=code)) for owner in owners)
        )

    def apply(
        self, conditions: Sequence[Condition], encounter: Encounter, measurements: Sequence[Measurement]
    ) -> tuple[Condition, ...]:
        """Return the conditions with all rules applied that make codes others, add codes, or take codes off."""
        values = code_measurements(measurements, self._edits.bands)
        facts = Facts(encounter.setting, encounter.patient, values)
        phased = tuple(follow_phase(self._join_sides(conditions), self._codeset))
        return tuple(join_same_codes(follow_pregnancy(self._engine(phased, facts), self._codeset)))

    def favour(self, condition: Condition, conditions: Sequence[Condition]) -> tuple[Contribution, ...]:
        """Return the points of a visit's condition that a guideline asks for, beside the other conditions."""
        return self._points.explain(condition, [each for each in conditions if each.removal is None])

    def find_bar(self, condition: Condition, *, setting: str) -> Applied | None:
        """Return the guideline that keeps a condition off the claim, if one does.

        Notes
        -----
        Guidelines IV.H: outpatient "probable", "suspected", "rule out" is not coded; II.H and III.C: for inpatients an
        uncertain diagnosis at the time of discharge is coded as if it existed, but for those of which only confirmed
        cases are. I.B.18: no code says more than the record.
        """
        if condition.removal is not None:
            return condition.removal.applied
        if all(candidate.is_overstated for candidate in condition.support):
            return name_guideline(OVERSTATED, f"{condition.code} says more than the record")
        if condition.kind == "family" or not is_uncertain(condition):
            return None
        confirmed = self._edits.find_confirmed_only(condition.code)
        if confirmed:
            return name_guideline(confirmed, f"{condition.code} only where it is confirmed")
        if self._is_final(condition, setting):
            return None
        return name_guideline(_UNCERTAIN[setting], f"{condition.code} is uncertain")

    def name_rules(self, condition: Condition, *, setting: str, instructed: AbstractSet[str]) -> tuple[Applied, ...]:
        """Return the guidelines that acted on a condition."""
        named = list(condition.rules)
        if condition.code in instructed:
            named.append(name_guideline(INSTRUCTED, f"{condition.code} is asked for by a note"))
        if condition.kind != "family" and is_uncertain(condition) and self._is_final(condition, setting):
            named.append(name_guideline(_UNCERTAIN[setting], f"{condition.code} as if established"))
        return tuple(dict.fromkeys(named))

    def _is_final(self, condition: Condition, setting: str) -> bool:
        """Tell whether a stay's final diagnoses name a condition."""
        roles = {self.role_by_kind.get(candidate.mention.section, "") for candidate in condition.support}
        return setting == "inpatient" and bool(roles & {ASSESSMENT, DIAGNOSIS})

    def finish(self, encounter: Encounter, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
        """Return the suggestions without integral symptoms among the reported, flagged, and in claim order."""
        kept = tuple(self._drop_integral(suggestions))
        settled = tuple(settle_excludes1(kept, self._codeset))
        fitting = tuple(flag_limits(settled, encounter.patient, self._edits.limits))
        return self._sequence(encounter, fitting)

    def _drop_integral(self, suggestions: Sequence[Suggestion]) -> Iterator[Suggestion]:
        reported = [each.code.value for each in suggestions if each.disposition == "report"]
        for each in suggestions:
            cause = self._find_cause(each.code.value, reported) if each.disposition == "report" else None
            if cause is None:
                yield each
            else:
                applied = name_guideline(INTEGRAL, f"{each.code.value} is part of {cause}")
                marked = replace(each, flags=(*each.flags, Flag("integral_symptom", cause, applied.detail)))
                yield replace(add_contribution(marked, applied), disposition="consider")

    def _find_cause(self, code: str, reported: Sequence[str]) -> str | None:
        """Return the reported diagnosis of which a symptom is an integral part, if there is one."""
        prefixes = tuple(prefix for prefix, symptom in self._integral.get(code[:3], ()) if code.startswith(symptom))
        return next((other for other in reported if other != code and other.startswith(prefixes)), None)


def is_uncertain(condition: Condition) -> bool:
    """Tell whether the record only calls a condition possible."""
    return all(candidate.mention.assertion.presence != "present" for candidate in condition.support)
