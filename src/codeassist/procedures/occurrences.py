"""Finds the procedures that a note names as done, with the place that names each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from codeassist.core.notes import Note
from codeassist.procedures.lines import Account, Line
from codeassist.procedures.telling import Teller
from codeassist.procedures.wording import SLACK, Found, WordingIndex
from codeassist.terminology.procedure_tables import ProcedureTables

# What each sort of line may name. A laboratory's tests, anaesthesia and supplies are coded by who gives them.
_OPERATION_KINDS = frozenset({"surgery", "test", "injection", "imaging", "therapy"})
_STUDY_KINDS = frozenset({"imaging", "test"})
_VISIT_KINDS = frozenset({"surgery", "test", "injection", "imaging", "therapy", "vaccine", "service"})
_ACCOUNT_KINDS = frozenset({"surgery", "test", "imaging"})
# What takes a procedure out of the list of those performed; "possible" or "with consent" does not.
_UNDONE = frozenset(
    {"not", "planned", "scheduled", "cancelled", "canceled", "deferred", "declined", "history", "prior"}
)
_TITLE_SLACK = 9
# Between the first word of a title and the last of a diagnosis.
_JOINED = 18
_MOST_BY_ACCOUNT = 3
# No note tells of more; a text of megabytes may name thousands.
_MOST_OCCURRENCES, _MOST_REASONS = 80, 40
_VISIT_PARTS = ("plan", "results", "study", "exam", "other", "course", "body", "title", "findings", "impression")
# A visit's results tell what was read there; a plan or an examination only what is said to be done.
_READ_PARTS = frozenset({"results", "study", "findings"})
# Where "was done" means by this clinician; elsewhere it tells a course of illness.
_DOING_PARTS = frozenset({"body", "exam", "plan"})
# Films that are taken and read in the clinic. Other studies are reported by who reads them, unless the note says when.
_OFFICE_FILMS = frozenset({"xr-limb", "xr-spine", "xr-pelvis", "xr-belly", "xr-ribs", "xr-hips"})
_DATE = re.compile(
    r"""
    \b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b | \b\d{1,2}[/-](?:19|20)\d\d\b       # 3/4/2019, 03/2019
  | \b(?:in|of|since)\s+(?:19|20)\d\d\b                                  # in 2019, in May of 2019
  | \b(?:January|February|March|April|May|June|July|August|September|October|November|December)
    \s+(?:\d{1,2},?\s+)?(?:19|20)\d\d\b                                  # May 4, 2019
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """This is one naming of a procedure that was done.

    ``source`` says how it is told: ``"title"`` of an operation, ``"exam"`` of a study, ``"body"`` where only the
    account names it beside others, ``"joined"`` where title and diagnosis together do, ``"account"`` where nothing else
    is named, ``"visit"`` with a cue that it was done, ``"read"`` and ``"read_of_others"`` among the results of a visit,
    and ``"course"`` in the telling of an illness or stay. ``reason`` is the other line without which it is not named.
    """

    family: str
    note_id: str
    line: Line
    places: tuple[int, ...]
    source: str
    is_aborted: bool = False
    is_elsewhere: bool = False
    reason: Line | None = None

    @property
    def start(self) -> int:
        """The first character of the words that name it."""
        return self.line.words.starts[self.places[0]]

    @property
    def end(self) -> int:
        """The end of the words that name it."""
        return self.line.words.ends[self.places[-1]]


class OccurrenceFinder:
    """This is the finder of procedures done.

    Parameters
    ----------
    tables
        The families and their kinds.
    index
        Families by their wordings.
    tell
        Reads cues.
    """

    def __init__(self, tables: ProcedureTables, index: WordingIndex[str], tell: Teller) -> None:
        self._tables = tables
        self._index = index
        self._tell = tell

    def __call__(self, account: Account) -> tuple[Occurrence, ...]:
        """Return what a note names as done, in order of place."""
        find = {"operation": self._find_operation, "study": self._find_study}.get(account.sort, self._find_visit)
        return tuple(islice(find(account), _MOST_OCCURRENCES))

    def names(self, line: Line, kinds: frozenset[str]) -> list[Found[str]]:
        """Return the families of some kinds that a line names, none inside the words of another."""
        slack = _TITLE_SLACK if line.part in ("title", "study") else SLACK
        found = [
            each
            for each in self._index.find(line.words, slack=slack)
            if self._tables.families[each.thing].kind in kinds
        ]
        return keep_widest(found)

    def _find_operation(self, account: Account) -> Iterator[Occurrence]:
        titles = account.of("title", "study")
        named = list(self._name(account, titles, "title", _OPERATION_KINDS))
        named = named or list(self._name(account, account.of("preamble", "other"), "title", _ACCOUNT_KINDS))
        named = named or list(self._name_with_reason(account, titles))
        if not named:
            yield from self._name_by_account(account)
            return
        is_stopped = len({each.family for each in named}) == 1 and self._is_stopped(account)
        yield from (replace(each, is_aborted=True) for each in named) if is_stopped else named
        known = {each.family for each in named}
        for each in self._name(account, account.of("body"), "body", frozenset({"surgery"})):
            if each.family not in known and "done" in self._tell(each.line):
                known.add(each.family)
                yield each

    def _is_stopped(self, account: Account) -> bool:
        """Tell whether the account says that the operation was not brought to its end."""
        return any("stopped" in self._tell(line) for line in account.of("body", "findings", "detail"))

    def _name_with_reason(self, account: Account, titles: Sequence[Line]) -> Iterator[Occurrence]:
        """Yield what a title names together with the diagnosis: "Closed reduction" and "fracture of the radius"."""
        reasons = account.of("diagnosis", "reason")[:_MOST_REASONS]
        for line in titles[:_MOST_REASONS]:
            if {"not_now", "aborted", "elsewhere"} & self._tell(line):
                continue
            own = len(line.words.forms)
            for reason in reasons:
                joined = line.words.join(reason.words)
                found = [each for each in self._index.find(joined, slack=_JOINED) if each.places[0] < own]
                kept = keep_widest([each for each in found if self._tables.families[each.thing].kind == "surgery"])
                for each in kept:
                    places = tuple(place for place in each.places if place < own)
                    yield Occurrence(each.thing, account.note.note_id, line, places, "joined", reason=reason)
                if kept:
                    return

    def _name_by_account(self, account: Account) -> Iterator[Occurrence]:
        """Yield what the account itself names most often where no title does."""
        lines = account.of("body", "findings", "impression", "technique")
        found = list(self._name(account, lines, "account", _ACCOUNT_KINDS))
        often = Counter(each.family for each in found)
        first = {each.family: each for each in reversed(found)}
        ranked = sorted(first.values(), key=lambda each: (-often[each.family], each.start))
        yield from ranked[:_MOST_BY_ACCOUNT]

    def _name(
        self, account: Account, lines: Iterable[Line], source: str, kinds: frozenset[str]
    ) -> Iterator[Occurrence]:
        for line in lines:
            found = self.names(line, kinds)
            cues = self._tell(line) if found else frozenset()
            if "not_now" in cues and source != "title":
                continue
            if "not_now" in cues and not line.words.places.keys().isdisjoint(_UNDONE):
                continue
            is_aborted = bool({"aborted", "attempted"} & cues)
            for each in found:
                yield Occurrence(
                    each.thing, account.note.note_id, line, each.places, source, is_aborted, "elsewhere" in cues
                )

    def _find_study(self, account: Account) -> Iterator[Occurrence]:
        named = list(self._name_study(account, account.of("title")))
        yield from named or self._name_study(account, account.of("findings", "reason", "impression")[:6])

    def _name_study(self, account: Account, lines: Sequence[Line]) -> Iterator[Occurrence]:
        for line in lines:
            if not {"not_now", "elsewhere"} & self._tell(line) or line is lines[0]:
                for each in self.names(line, _STUDY_KINDS):
                    yield Occurrence(each.thing, account.note.note_id, line, each.places, "exam")

    def _find_visit(self, account: Account) -> Iterator[Occurrence]:
        for line in account.of(*_VISIT_PARTS):
            found = self.names(line, _VISIT_KINDS)
            if not found:
                yield from self._name_film(account, line)
                continue
            cues = self._tell(line)
            for each in found:
                source = self._judge(account.note, each.thing, line, cues)
                if source:
                    yield Occurrence(
                        each.thing, account.note.note_id, line, each.places, source, is_elsewhere="elsewhere" in cues
                    )

    def _name_film(self, account: Account, line: Line) -> Iterator[Occurrence]:
        """Yield the films that a line tells of without their site, which the examination or the complaint gives."""
        if "xray" not in line.words.places or {"now", "done"} - self._tell(line):
            return
        own = len(line.words.forms)
        for reason in (*account.of("reason"), *account.of("exam"))[:_MOST_REASONS]:
            joined = line.words.join(reason.words)
            for each in self._index.find(joined, slack=_JOINED):
                if each.thing in _OFFICE_FILMS and each.places[0] < own:
                    places = tuple(place for place in each.places if place < own)
                    yield Occurrence(each.thing, account.note.note_id, line, places, "read", reason=reason)
                    return

    def _judge(self, note: Note, family: str, line: Line, cues: frozenset[str]) -> str:
        """Return how a visit tells of a procedure, or "" if not as done."""
        is_now = "now" in cues
        if "dose" in cues and line.words.places.keys().isdisjoint(_UNDONE):
            return "visit"
        if "not_now" in cues or (_DATE.search(note.text, line.start, line.end) and not is_now):
            return ""
        if line.part == "title":
            return "title"
        if line.part in _READ_PARTS and self._tables.families[family].kind in _STUDY_KINDS:
            is_made = is_now and "done" in cues
            return "read" if is_made or family in _OFFICE_FILMS else "read_of_others"
        if is_now or ("done" in cues and line.part in _DOING_PARTS):
            return "visit"
        return "course" if "done" in cues else ""


def keep_widest(found: Sequence[Found[str]]) -> list[Found[str]]:
    """Return what is named by words that are not all part of the words of something longer."""
    sets = [frozenset(each.places) for each in found]
    return [each for each, own in zip(found, sets, strict=True) if not any(own < other for other in sets)]
