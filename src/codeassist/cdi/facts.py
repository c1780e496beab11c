"""What an encounter says, arranged for the questions that gap finding asks of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from codeassist.cdi.words import Phrase, TermFinder
from codeassist.core.mentions import Annotations, Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Section, Span
from codeassist.core.suggestions import Candidate, Suggestion

ADULT_AGE = 18
# "6-year-old", "3 month old", "a 2-week-old".
_AGE = re.compile(
    r"""
    \b(?P<number>\d{1,3}) [ -]? (?P<unit>year|yr|month|week|day)s? [ -]? old\b
    | \b(?P<young>newborn|neonate|infant|toddler)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AGE_REACH = 1500
Standardize = Callable[[Measurement], float]


@dataclass(frozen=True, slots=True)
class Value:
    """This is one measurement with its value in the default unit of its measure."""

    number: float
    measurement: Measurement


@dataclass(frozen=True, slots=True)
class Said:
    """This is a mention of a condition with the code it means."""

    code: str
    mention: Mention
    candidate: Candidate


_CLOSING_CONFIDENCE = 0.3
_STUDY_SECTIONS = frozenset({"imaging", "labs", "results", "findings", "pathology"})
_REPORT_SECTIONS = frozenset({"impression", "findings", "technique", "procedure_description", "operative_details"})
_OTHER_AUTHORS = frozenset(
    {"nurse", "nursing", "registered nurse", "dietitian", "dietician", "nutritionist", "radiologist", "pathologist",
     "therapist", "physical therapist", "respiratory therapist", "social worker", "case manager", "pharmacist",
     "wound care nurse", "paramedic", "coder"}
)  # fmt: skip
_VISIT_SECTIONS = frozenset({"assessment", "assessment_plan", "plan", "physical_exam", "hospital_course"})


@dataclass(frozen=True, slots=True)
class Facts:
    """This is what gap finding knows of an encounter.

    ``said`` are the conditions affirmed or held possible of the patient, ``denied`` those said to be absent, ``past``
    those of the past. ``drugs`` maps the name of a drug to its mentions, ``values`` a measure to its values from the
    earliest, ``terms`` a phrase of the library to its places. ``study_sections`` hold what a study shows rather than
    what a provider says; ``headings`` are where those of sections start, ``other_notes`` those that no provider wrote.
    ``is_study`` tells that the record is the report of a study or procedure and no visit or stay.
    """

    encounter: Encounter
    diagnoses: tuple[Suggestion, ...]
    said: tuple[Said, ...]
    denied: tuple[Said, ...]
    past: tuple[Said, ...]
    drugs: Mapping[str, tuple[Mention, ...]]
    dosages: tuple[Dosage, ...]
    values: Mapping[str, tuple[Value, ...]]
    terms: Mapping[Phrase, tuple[Span, ...]]
    is_child: bool
    study_sections: frozenset[str]
    headings: frozenset[tuple[str, int]]
    other_notes: frozenset[str]
    is_study: bool

    def is_documented(self, prefixes: tuple[str, ...]) -> bool:
        """Tell whether a provider says that the patient has or had a condition with one of these codes.

        What a study shows is not documented until the provider names it (Guidelines I.A.19, III.B).
        """
        return bool(prefixes) and (
            any(each.code.value.startswith(prefixes) and self._is_named(each) for each in self.diagnoses)
            or any(
                each.code.startswith(prefixes) and self.is_providers(each.mention) for each in (*self.said, *self.past)
            )
        )

    def is_providers(self, mention: Mention) -> bool:
        """Tell whether a provider says something, and not a study, a nurse or a dietitian."""
        return mention.section not in self.study_sections and mention.span.note_id not in self.other_notes

    def is_present(self, prefixes: tuple[str, ...]) -> bool:
        """Tell whether the record says that the patient has one of these conditions now, whoever says it."""
        return bool(prefixes) and (
            any(each.code.value.startswith(prefixes) for each in self.diagnoses)
            or any(each.code.startswith(prefixes) for each in self.said)
        )

    def _is_named(self, suggestion: Suggestion) -> bool:
        support = suggestion.support
        return not support or any(self.is_providers(each.mention) for each in support)

    def is_closed(self, prefixes: tuple[str, ...]) -> bool:
        """Tell whether one of these codes is suggested firmly enough to answer a question."""
        return bool(prefixes) and any(
            each.code.value.startswith(prefixes)
            and (each.disposition == "report" or each.confidence >= _CLOSING_CONFIDENCE)
            for each in self.diagnoses
        )


class FactReader:
    """This reads the facts of an encounter.

    Parameters
    ----------
    find_terms
        Finds the terms of the condition library.
    standardize
        Returns the value of a measurement in the default unit of its measure.
    """

    def __init__(self, find_terms: TermFinder, standardize: Standardize) -> None:
        self._find_terms = find_terms
        self._standardize = standardize

    def __call__(
        self,
        encounter: Encounter,
        sections: Sequence[Section],
        annotations: Annotations,
        candidates: Sequence[Candidate],
        diagnoses: Sequence[Suggestion],
    ) -> Facts:
        """Return the facts."""
        said, denied, past = _part(candidates)
        return Facts(
            encounter=encounter,
            diagnoses=tuple(diagnoses),
            said=said,
            denied=denied,
            past=past,
            drugs=_gather_drugs(annotations.mentions),
            dosages=annotations.dosages,
            values=self._gather_values(annotations.measurements),
            terms=self._gather_terms(encounter, sections),
            is_child=_is_child(encounter),
            headings=frozenset((each.note_id, each.start) for each in _find_headings(sections)),
            other_notes=_find_other_notes(encounter),
            is_study=_is_study(sections),
            study_sections=frozenset() if _is_study(sections) else _STUDY_SECTIONS,
        )

    def _gather_values(self, measurements: Sequence[Measurement]) -> dict[str, tuple[Value, ...]]:
        found: dict[str, list[Value]] = defaultdict(list)
        for each in measurements:
            found[each.name].append(Value(self._standardize(each), each))
        if found["weight"] and found["height"]:
            found["computed_body_mass_index"] = [_compute_body_mass_index(found["weight"][-1], found["height"][-1])]
        return {name: tuple(_order(values)) for name, values in found.items() if values}

    def _gather_terms(self, encounter: Encounter, sections: Sequence[Section]) -> dict[Phrase, tuple[Span, ...]]:
        found: dict[Phrase, list[Span]] = defaultdict(list)
        for note in encounter.notes:
            own = [each for each in sections if each.body.note_id == note.note_id]
            for phrase, span in self._find_terms(note, own):
                found[phrase].append(span)
        return {phrase: tuple(spans) for phrase, spans in found.items()}


def _find_other_notes(encounter: Encounter) -> frozenset[str]:
    """Return the notes of which no provider is the author, unless there are no others (Guidelines I.B.14)."""
    others = {note.note_id for note in encounter.notes if note.author_role.lower() in _OTHER_AUTHORS}
    return frozenset(others) if len(others) < len(encounter.notes) else frozenset()


def _find_headings(sections: Sequence[Section]) -> Iterator[Span]:
    yield from (each.heading for each in sections if each.heading is not None)


def _is_study(sections: Sequence[Section]) -> bool:
    """Tell whether the record is the report of a study itself, whose author is the one who documents."""
    kinds = {each.kind for each in sections}
    return bool(kinds & _REPORT_SECTIONS) and not kinds & _VISIT_SECTIONS


def _order(values: Sequence[Value]) -> list[Value]:
    """Return values from the earliest: what the note calls prior first, then by date, else in order of place."""
    dates = [each.measurement.date for each in values]
    has_dates = all(date is not None for date in dates)
    return sorted(
        values,
        key=lambda each: (
            each.measurement.date.toordinal() if has_dates and each.measurement.date else 0,
            each.measurement.relation != "prior",
        ),
    )


def _compute_body_mass_index(weight: Value, height: Value) -> Value:
    """Return kilograms by square metres, at the place of the weight; both have plausibility limits above zero."""
    return Value(weight.number / (height.number / 100) ** 2, weight.measurement)


def _part(candidates: Sequence[Candidate]) -> tuple[tuple[Said, ...], tuple[Said, ...], tuple[Said, ...]]:
    """Part the best candidate of each mention by what the note asserts of it."""
    said, denied, past = [], [], []
    for each in _take_best(candidates):
        assertion = each.mention.assertion
        if assertion.experiencer != "patient" or assertion.temporality == "hypothetical":
            continue
        if assertion.presence == "absent":
            denied.append(each)
        elif assertion.temporality == "historical":
            past.append(each)
        else:
            said.append(each)
    return tuple(said), tuple(denied), tuple(past)


def _take_best(candidates: Sequence[Candidate]) -> Iterator[Said]:
    for _, group in groupby(candidates, key=lambda each: (each.mention.span, each.mention.reading)):
        best = next(group)
        yield Said(best.code.value, best.mention, best)


def _gather_drugs(mentions: Sequence[Mention]) -> dict[str, tuple[Mention, ...]]:
    found: dict[str, list[Mention]] = defaultdict(list)
    for each in mentions:
        if each.entity_type == "medication" and _is_taken(each):
            found[each.reading].append(each)
    return {name: tuple(own) for name, own in found.items()}


def _is_taken(mention: Mention) -> bool:
    assertion = mention.assertion
    is_said = assertion.presence != "absent" and assertion.temporality == "current"
    return is_said and assertion.experiencer == "patient" and mention.section not in ("allergies", "family_history")


def _is_child(encounter: Encounter) -> bool:
    """Tell whether the patient is a child, by the age given or the first one that a note states."""
    if encounter.patient.age is not None:
        return encounter.patient.age < ADULT_AGE
    for note in encounter.notes:
        found = _AGE.search(note.text, 0, _AGE_REACH)
        if found is not None:
            is_years = (found["unit"] or "").lower() in ("year", "yr")
            return not is_years or int(found["number"]) < ADULT_AGE
    return False
