"""The selection stage: from candidates to suggestions with confidence, disposition, role and flags."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import reduce

from codeassist.config import SelectionSettings
from codeassist.core.mentions import Annotations, Mention
from codeassist.core.notes import Encounter, Section
from codeassist.core.suggestions import Candidate, Suggestion
from codeassist.selection.companions import add_companions
from codeassist.selection.conditions import Condition, ConditionGatherer
from codeassist.selection.contradictions import ContradictionSettler
from codeassist.selection.features import describe, view_encounter
from codeassist.selection.guidelines.apply import add_contribution, flag, take_off
from codeassist.selection.guidelines.records import Applied
from codeassist.selection.reportability import Explainer, Features, Rationale, to_confidence
from codeassist.selection.rules import RuleBook
from codeassist.terminology.codeset import CodeSet


class Selector:
    """This is the selection stage.

    Reads: encounter, sections, annotations, candidates. Gives: suggestions, in the order of a claim.
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
        self._settle = ContradictionSettler.load()
        self._rules = rules
        self._model = model
        self._study_rule = study_rule
        self._settings = settings

    def __call__(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        annotations: Annotations,
        candidates: Sequence[Candidate],
    ) -> tuple[Suggestion, ...]:
        """Return what a coder would put on the claim, then what is only shown."""
        conditions = self.gather(encounter, annotations, candidates)
        described = self.describe(encounter, sections, annotations.mentions, conditions)
        instructed = self._rules.find_instructed(conditions)
        explained = [
            rationale if features.get("study") else rationale + self._favour(encounter, condition, conditions)
            for condition, features, rationale in zip(conditions, described, self._explain(described), strict=True)
        ]
        rationales = list(add_companions(conditions, explained))
        suggestions = [
            self._suggest(encounter, condition, rationale, instructed)
            for condition, rationale in zip(conditions, rationales, strict=True)
        ]
        shown = [each for each in suggestions if each.flags or each.confidence >= self._settings.consider_confidence]
        return self._rules.finish(encounter, shown)

    def gather(
        self, encounter: Encounter, annotations: Annotations, candidates: Sequence[Candidate]
    ) -> tuple[Condition, ...]:
        """Return the conditions that the candidates stand for, guideline rules applied; training reads them too."""
        treated = self._rules.find_treated(annotations.mentions)
        conditions = self._gatherer(candidates, setting=encounter.setting, treated=treated)
        settled = self._settle(conditions, candidates, encounter)
        return self._rules.apply(settled, encounter, annotations.measurements)

    def may_report(self, condition: Condition, *, setting: str) -> bool:
        """Tell whether the guidelines let a condition be reported at all; training reads it too."""
        return self._rules.find_bar(condition, setting=setting) is None

    def describe(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        mentions: Sequence[Mention],
        conditions: Sequence[Condition],
    ) -> list[dict[str, float]]:
        """Return the features of every condition; training reads them too."""
        roles = self._rules.role_by_kind
        kept = [condition for condition in conditions if condition.removal is None]
        view = view_encounter(
            kept,
            setting=encounter.setting,
            roles=roles,
            section_kinds=frozenset(section.kind for section in sections),
            length=sum(section.body.end - section.body.start for section in sections),
            facts=self._rules.read_facts(kept, mentions),
        )
        return [describe(condition, view, roles) for condition in conditions]

    def _explain(self, described: Sequence[Features]) -> list[Rationale]:
        # A report of a study is one as a whole: all its conditions say so.
        model = self._study_rule if any(features.get("study") for features in described) else self._model
        return model.explain(described)

    def _favour(self, encounter: Encounter, condition: Condition, conditions: Sequence[Condition]) -> Rationale:
        if condition.removal is not None:
            return ()
        return self._rules.favour(condition, conditions, setting=encounter.setting)

    def _find_threshold(self, setting: str) -> float:
        is_stay = setting == "inpatient"
        return self._settings.report_confidence_inpatient if is_stay else self._settings.report_confidence

    def _suggest(
        self, encounter: Encounter, condition: Condition, rationale: Rationale, instructed: AbstractSet[str]
    ) -> Suggestion:
        named = self._rules.name_rules(condition, setting=encounter.setting, instructed=instructed)
        confidence = to_confidence(rationale)
        bar = self._rules.find_bar(condition, setting=encounter.setting)
        is_reported = bar is None and confidence >= self._find_threshold(encounter.setting)
        suggestion = Suggestion(
            code=self._codeset.make(condition.code),
            display=condition.display,
            confidence=round(confidence, 4),
            disposition="report" if is_reported else "consider",
            role="secondary",
            support=condition.support,
            alternatives=condition.others,
            rationale=rationale,
        )
        suggestion = reduce(add_contribution, named, suggestion)
        return suggestion if bar is None else self._bar(suggestion, condition, bar)

    def _bar(self, suggestion: Suggestion, condition: Condition, bar: Applied) -> Suggestion:
        """Return a suggestion with the guideline that keeps it off the claim."""
        if condition.removal is None:
            return flag(suggestion, bar)
        return take_off(suggestion, bar, condition.removal.by_code)
