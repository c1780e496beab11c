"""The procedure stage: from notes, sections and suggested diagnoses to procedures with code, modifiers and reason."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.config import ProcedureSettings
from codeassist.core.codes import CONCEPT, CPT
from codeassist.core.gaps import Gap
from codeassist.core.mentions import Assertion, Mention
from codeassist.core.notes import Encounter, Section, Span
from codeassist.core.suggestions import Candidate, CodeMatch, Contribution, Flag, Suggestion
from codeassist.procedures.bundling import drop_parts
from codeassist.procedures.choosing import Choice, choose
from codeassist.procedures.edits import flag_edits
from codeassist.procedures.evidence import AxisReader, Reading, make_scope
from codeassist.procedures.gaps import find_gaps
from codeassist.procedures.lines import Account, Line, LineReader
from codeassist.procedures.modifiers import Side, find_side, is_read, list_modifiers
from codeassist.procedures.occurrences import Occurrence, OccurrenceFinder
from codeassist.procedures.search import ProcedureSearch
from codeassist.procedures.support import Limit, SupportFinder, find_flags
from codeassist.procedures.telling import Teller, compile_all
from codeassist.procedures.wording import ProcedureWords, WordingIndex, compile_wording
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.procedure_sets import InstalledCodes
from codeassist.terminology.procedure_tables import FOLDER, ProcedureConcept, ProcedureTables
from codeassist.terminology.words import WordNormalizer

_POINTS = Path(__file__).with_name("points.tsv")
_TOLD = ("body", "findings", "detail")
# No account is longer; a text of megabytes is read as far as this for each procedure.
_MOST_LINES = 400
_SURGERY = frozenset({"surgery"})
# The numbers of operations; what lies above them are studies, tests and services.
_OPERATIONS = ("10004", "70000")


@dataclass(frozen=True, slots=True)
class Procedures:
    """This is what the stage gives: suggestions, best first, and what the record leaves open about them."""

    suggestions: tuple[Suggestion, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """This is what the stage is built from, in the order of use."""

    words: ProcedureWords
    read_lines: LineReader
    find: OccurrenceFinder
    read_axis: AxisReader
    support: SupportFinder
    limits: Mapping[str, Limit]
    points: Mapping[str, Contribution]


@dataclass(frozen=True, slots=True)
class Done:
    """This is one procedure done, with the concept chosen for it and what was read."""

    occurrence: Occurrence
    choice: Choice
    side: Side
    modifiers: tuple[str, ...]
    readings: Mapping[str, Reading]


class ProcedureStage:
    """This is the procedure stage.

    Reads: notes, sections, diagnoses. Gives: procedures and their gaps.
    """

    def __init__(
        self, tables: ProcedureTables, installed: InstalledCodes, parts: Parts, *, settings: ProcedureSettings
    ) -> None:
        self.tables = tables
        self._installed = installed
        self._searches: dict[str, ProcedureSearch] = {}
        self._parts = parts
        self._settings = settings
        self._allowed = {family: _list_values(concepts) for family, concepts in tables.concepts.items()}
        self._concepts = {each.name: each for family in tables.concepts.values() for each in family}

    @classmethod
    def load(
        cls,
        tables: ProcedureTables,
        installed: InstalledCodes,
        normalizer: WordNormalizer,
        *,
        settings: ProcedureSettings,
    ) -> ProcedureStage:
        """Compile the wordings of the tables and read the tables of the stage."""
        words = ProcedureWords(normalizer, tables.words)
        compiled = (compile_wording(family, text, words) for family, texts in tables.wordings.items() for text in texts)
        index = WordingIndex([each for each in compiled if each is not None])
        wordings = {axis: compile_all(values, words) for axis, values in tables.value_wordings.items()}
        parts = Parts(
            words=words,
            read_lines=LineReader.load(words),
            find=OccurrenceFinder(tables, index, Teller.load(words)),
            read_axis=AxisReader(tables.axes, wordings, _read_supersedes()),
            support=SupportFinder.load(),
            limits=_read_limits(),
            points=_read_points(),
        )
        return cls(tables, installed, parts, settings=settings)

    @property
    def code_sets(self) -> tuple[tuple[str, str], ...]:
        """The code systems of which numbers are installed, with their edition."""
        systems = sorted({code.system for code in self.tables.codes.values()} - {CONCEPT})
        return tuple((system, self._installed.editions.get(system, self.tables.edition)) for system in systems)

    def search(self, text: str, *, system: str, limit: int) -> list[CodeMatch]:
        """Find the procedures that a wording names, best first."""
        search = self._searches.get(system)
        if search is None:
            search = ProcedureSearch(self.tables, self._installed, self._parts.words, system)
            self._searches[system] = search
        return search(text, limit=limit)

    def __call__(
        self, encounter: Encounter, sections: Sequence[Section], diagnoses: Sequence[Suggestion]
    ) -> Procedures:
        """Return the procedures of an encounter, best first, and their gaps."""
        done: list[Done] = []
        for note in encounter.notes:
            own = [section for section in sections if section.body.note_id == note.note_id]
            done += self._read_note(self._parts.read_lines(note, own))
        groups = _join(self._combine(drop_parts(done, self.tables)))
        made = [(group[0], self._suggest(group, encounter, diagnoses)) for group in groups]
        suggestions = sorted((s for _, s in made), key=lambda s: (-s.confidence, s.code.system, s.code.value))
        suggestions = [*flag_edits(suggestions, self._installed)]
        kept = tuple(s for s in suggestions if s.confidence >= self._settings.consider_confidence)
        codes = {s.code for s in kept}
        gaps = (gap for each, s in made if s.code in codes for gap in find_gaps(each.choice, each.side, s, self.tables))
        return Procedures(kept, tuple({gap.gap_id: gap for gap in gaps}.values()))

    def _read_note(self, account: Account) -> Iterator[Done]:
        occurrences = self._parts.find(account)
        told_by_family = self._divide(account, {each.family for each in occurrences})
        titles, told = account.of("title")[:_MOST_LINES], account.of(*_TOLD)[:_MOST_LINES]
        for each in occurrences:
            same = [other.line for other in occurrences if other.family == each.family and other.line is not each.line]
            same = [each.reason, *same] if each.reason is not None else same
            scope = make_scope(account, each.line, same, told_by_family.get(each.family))
            family = self.tables.families[each.family]
            allowed = self._allowed[each.family]
            readings = {axis: self._parts.read_axis(axis, allowed[axis], scope) for axis in family.axes}
            named = (each.reason,) if each.reason is not None else titles
            side = find_side(each.line, each.places, named, told)
            for choice in choose(self.tables.concepts[each.family], readings, self.tables.axes):
                is_read_out = each.source != "visit" and is_read(family.name, family.group)
                sides = choice.concept.sides
                modifiers = list_modifiers(each, side, sides=sides, is_interpretation=is_read_out)
                yield Done(each, choice, side if sides != "none" else Side(""), modifiers, readings)

    def _divide(self, account: Account, families: Set[str]) -> dict[str, list[Line]]:
        """Return for procedures of several parts, where a note tells of two such, the lines that tell of each."""
        several = {name for name in families if self._has_parts(name)}
        if len(several) < 2:
            return {}
        found: dict[str, list[Line]] = {name: [] for name in several}
        now: str | None = None
        for line in account.of("body", "findings", "technique"):
            named = [each.thing for each in self._parts.find.names(line, _SURGERY) if each.thing in several]
            now = named[-1] if named else now
            for name in (now,) if now else tuple(several):
                found[name].append(line)
        return found

    def _has_parts(self, family: str) -> bool:
        return any("multi" in self.tables.axes[axis].flags for axis in self.tables.families[family].axes)

    def _combine(self, done: Sequence[Done]) -> list[Done]:
        """Return the procedures with two that together are a third named as that."""
        kept = list(done)
        if len(kept) < 2:
            return kept
        for one, other, makes in self.tables.combinations:
            names = {each.choice.concept.name for each in kept}
            if {one, other} <= names or (makes in names and names & {one, other}):
                first = next(each for each in kept if each.choice.concept.name in (one, other))
                joined = replace(first, choice=replace(first.choice, concept=self._concepts[makes]))
                kept = [each for each in kept if each.choice.concept.name not in (one, other)]
                kept = kept if makes in names else [*kept, joined]
        return kept

    def _suggest(self, group: Sequence[Done], encounter: Encounter, diagnoses: Sequence[Suggestion]) -> Suggestion:
        first = group[0]
        family = self.tables.families[first.occurrence.family]
        rationale = tuple(self._explain(first, family.kind))
        confidence = round(1 / (1 + math.exp(-sum(part.points for part in rationale))), 4)
        code = self.tables.codes[first.choice.concept.name]
        display = self._installed.texts.get((code.system, code.value), first.choice.concept.display)
        side = first.side.side
        limit = self._parts.limits.get(family.name)
        flags = (*self._flag(first), *find_flags(limit, side, encounter.patient, diagnoses))
        words = first.occurrence.line.words
        return Suggestion(
            code=code,
            display=display,
            confidence=confidence,
            disposition="report" if confidence >= self._settings.report_confidence else "consider",
            role="procedure",
            support=tuple(self._make_candidate(each, encounter, rationale) for each in group),
            rationale=rationale,
            flags=flags,
            modifiers=first.modifiers,
            units=max(each.choice.units for each in group),
            supported_by=self._parts.support(family.group, words, side, diagnoses),
        )

    def _explain(self, done: Done, kind: str) -> Iterator[Contribution]:
        points = self._parts.points
        occurrence, choice = done.occurrence, done.choice
        yield points[occurrence.source]
        for name, axes in (("stated", choice.stated), ("defaulted", choice.defaulted), ("missing", choice.missing)):
            labels = [self.tables.axes[axis].label for axis in axes]
            if labels:
                part = points[name]
                yield Contribution(part.feature, part.points, f"{part.detail}: {', '.join(labels)}")
        for name, holds in (
            ("aborted", occurrence.is_aborted),
            ("elsewhere", occurrence.is_elsewhere),
            ("overruled", any(done.readings[axis].is_overruled for axis in choice.stated)),
            ("service", kind == "service"),
        ):
            if holds:
                yield points[name]

    def _flag(self, done: Done) -> Iterator[Flag]:
        overruled = [axis for axis in done.choice.stated if done.readings[axis].is_overruled]
        for axis in overruled:
            yield Flag("title_body", "", f"title and account differ: {self.tables.axes[axis].label}")
        if done.side.is_disputed:
            yield Flag("title_body", "", "title and account differ: side")
        if done.occurrence.source == "body":
            yield Flag("not_in_title", "", "told in the account and not named as performed")

    def _make_candidate(self, done: Done, encounter: Encounter, rationale: tuple[Contribution, ...]) -> Candidate:
        occurrence, concept = done.occurrence, done.choice.concept
        span = Span(occurrence.note_id, occurrence.start, occurrence.end)
        surface = encounter.slice(span)
        mention = Mention(span, "procedure", occurrence.line.kind, Assertion(), surface, reading=surface.lower())
        values = tuple((value.axis, value.value) for value in concept.values)
        return Candidate(mention, self.tables.codes[concept.name], concept.display, rationale, axis_values=values)


def _list_values(concepts: Sequence[ProcedureConcept]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for concept in concepts:
        for value in concept.values:
            found[value.axis].add(value.value)
    return defaultdict(frozenset, {axis: frozenset(values) for axis, values in found.items()})


def _join(done: Sequence[Done]) -> list[list[Done]]:
    """Return the procedures with those that mean the same concept and side together, best told first."""
    groups: dict[tuple[str, str], list[Done]] = {}
    for each in done:
        groups.setdefault((each.choice.concept.name, each.side.side), []).append(each)
    # A naming without a side means the one that has one.
    for (name, side), group in list(groups.items()):
        sided = [key for key in groups if key[0] == name and key[1]]
        if not side and sided:
            groups[sided[0]] += group
            del groups[(name, side)]
    return [group for name in dict.fromkeys(key[0] for key in groups) for group in _join_sides(name, groups)]


def _join_sides(name: str, groups: Mapping[tuple[str, str], list[Done]]) -> list[list[Done]]:
    """Return the groups of one concept, left and right joined into one on both sides where it may be reported so."""
    own = {side: group for (concept, side), group in groups.items() if concept == name}
    if {"left", "right"} <= own.keys() and own["left"][0].choice.concept.sides == "both":
        first, *rest = [*own["left"], *own["right"]]
        modifiers = tuple(dict.fromkeys("50" if m in ("LT", "RT") else m for m in first.modifiers))
        return [[replace(first, side=Side("both"), modifiers=modifiers), *rest]]
    return list(own.values())


def _read_supersedes() -> dict[str, frozenset[tuple[str, str]]]:
    pairs: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in read_table(find_asset(f"{FOLDER}/supersedes.tsv"), ("axis", "value", "over")):
        pairs[row["axis"]].add((row["value"], row["over"]))
    return {axis: frozenset(each) for axis, each in pairs.items()}


def _read_limits() -> dict[str, Limit]:
    rows = read_table(find_asset(f"{FOLDER}/limits.tsv"), ("family", "sex", "least_age", "greatest_age"))
    return {r["family"]: Limit(r["sex"], float(r["least_age"]), float(r["greatest_age"])) for r in rows}


def _read_points() -> dict[str, Contribution]:
    rows = read_table(_POINTS, ("feature", "points", "detail"))
    return {r["feature"]: Contribution(r["feature"], float(r["points"]), r["detail"]) for r in rows}


def choose_operations(procedures: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return the reported operations: their payment covers a small visit, so that a separate one needs modifier 25."""
    reported = [each for each in procedures if each.disposition == "report" and each.code.system == CPT]
    return tuple(each for each in reported if _OPERATIONS[0] <= each.code.value < _OPERATIONS[1])
