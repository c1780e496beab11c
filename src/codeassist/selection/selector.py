"""The selection stage: from candidates to suggestions with confidence, disposition, role and flags."""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.config import SelectionSettings
from codeassist.core.mentions import Mention
from codeassist.core.notes import Encounter, Section
from codeassist.core.suggestions import Candidate, Contribution, Suggestion
from codeassist.selection.conditions import OUTPATIENT, Condition, ConditionGatherer, make_code
from codeassist.selection.features import describe, view_encounter
from codeassist.selection.gestation import follow_gestation
from codeassist.selection.phase import follow_phase
from codeassist.selection.reportability import Explainer, Features, Rationale, to_confidence
from codeassist.selection.rules import RuleBook
from codeassist.terminology.codeset import CodeSet


class Selector:
    """This is the selection stage.

    Reads: encounter, sections, mentions, candidates. Gives: suggestions, in the order of a claim.
    """

    def __init__(
        self,
        codeset: CodeSet,
        gatherer: ConditionGatherer,
        rules: RuleBook,
        model: Explainer,
        study_rule: Explainer,
        *,
        settings: SelectionSettings,
    ) -> None:
        self._codeset = codeset
        self._gatherer = gatherer
        self._rules = rules
        self._model = model
        self._study_rule = study_rule
        self._settings = settings

    def __call__(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        mentions: Sequence[Mention],
        candidates: Sequence[Candidate],
    ) -> tuple[Suggestion, ...]:
        """Return what a coder would put on the claim, then what is only shown."""
        conditions = self.gather(candidates, setting=encounter.setting)
        described = self.describe(encounter, sections, mentions, conditions)
        suggestions = [
            self._suggest(encounter, condition, rationale + self._favour(encounter, condition, conditions))
            for condition, rationale in zip(conditions, self._explain(described), strict=True)
        ]
        shown = [each for each in suggestions if each.confidence >= self._settings.consider_confidence]
        return self._rules.finish(encounter, shown)

    def gather(self, candidates: Sequence[Candidate], *, setting: str) -> tuple[Condition, ...]:
        """Return the conditions that the candidates stand for, combination rules applied; training reads them too."""
        conditions = self._gatherer(candidates, setting=setting)
        phased = tuple(follow_phase(conditions, self._codeset))
        return self._rules.combine(tuple(follow_gestation(phased, self._codeset)))

    def may_report(self, condition: Condition, *, setting: str) -> bool:
        """Tell whether the guidelines let a condition be reported at all; training reads it too."""
        return self._rules.may_report(condition, setting=setting)

    def describe(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        mentions: Sequence[Mention],
        conditions: Sequence[Condition],
    ) -> list[dict[str, float]]:
        """Return the features of every condition; training reads them too."""
        roles = self._rules.role_by_kind
        view = view_encounter(
            conditions,
            setting=encounter.setting,
            roles=roles,
            section_kinds=frozenset(section.kind for section in sections),
            facts=self._rules.read_facts(conditions, mentions),
        )
        return [describe(condition, view, roles) for condition in conditions]

    def _explain(self, described: Sequence[Features]) -> list[Rationale]:
        # A report of a study is one as a whole: all its conditions say so.
        model = self._study_rule if any(features.get("study") for features in described) else self._model
        return model.explain(described)

    def _favour(self, encounter: Encounter, condition: Condition, conditions: Sequence[Condition]) -> Rationale:
        return self._rules.favour(condition, conditions) if encounter.setting == OUTPATIENT else ()

    def _find_threshold(self, setting: str) -> float:
        is_stay = setting == "inpatient"
        return self._settings.report_confidence_inpatient if is_stay else self._settings.report_confidence

    def _suggest(self, encounter: Encounter, condition: Condition, rationale: Rationale) -> Suggestion:
        confidence = to_confidence(rationale)
        rationale += tuple(Contribution("guideline", 0.0, basis) for basis in condition.rules)
        may_report = self.may_report(condition, setting=encounter.setting)
        is_reported = may_report and confidence >= self._find_threshold(encounter.setting)
        return Suggestion(
            code=make_code(self._codeset, condition.code),
            display=condition.display,
            confidence=round(confidence, 4),
            disposition="report" if is_reported else "consider",
            role="secondary",
            support=condition.support,
            alternatives=condition.others,
            rationale=rationale,
        )
