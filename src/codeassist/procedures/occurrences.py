"""Finds the procedures that a note names as done, with the place that names each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from codeassist.procedures.lines import Account, Line
from codeassist.procedures.telling import Teller
from codeassist.procedures.wording import Found, WordingIndex
from codeassist.terminology.procedure_tables import ProcedureTables

# What each sort of line may name. A laboratory's tests, anaesthesia and supplies are coded by who gives them.
_OPERATION_KINDS = frozenset({"surgery", "test", "injection", "imaging", "therapy"})
_STUDY_KINDS = frozenset({"imaging", "test"})
_VISIT_KINDS = frozenset({"surgery", "test", "injection", "imaging", "therapy", "vaccine", "service"})
_VISIT_PARTS = ("plan", "results", "study", "exam", "other", "course", "body", "title", "findings")
# A visit's results tell what was read there; a plan or an examination only what is said to be done.
_READ_PARTS = frozenset({"results", "study", "findings"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """This is one naming of a procedure that was done.

    ``source`` says how it is told: ``"title"`` of an operation, ``"exam"`` of a study, ``"body"`` where only the account
    names it, ``"visit"`` with a cue that it was done, ``"read"`` among the results of a visit.
    """

    family: str
    note_id: str
    line: Line
    places: tuple[int, ...]
    source: str
    is_aborted: bool = False
    is_elsewhere: bool = False

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
        if account.sort == "operation":
            return tuple(self._find_operation(account))
        if account.sort == "study":
            return tuple(self._find_study(account))
        return tuple(self._find_visit(account))

    def names(self, line: Line, kinds: frozenset[str]) -> list[Found[str]]:
        """Return the families of some kinds that a line names, none inside the words of another."""
        found = [each for each in self._index.find(line.words) if self._tables.families[each.thing].kind in kinds]
        return keep_widest(found)

    def _find_operation(self, account: Account) -> Iterator[Occurrence]:
        named = list(self._name(account, account.of("title"), "title", _OPERATION_KINDS))
        named = named or list(self._name(account, account.of("preamble", "other"), "title", frozenset({"surgery"})))
        yield from named
        known = {each.family for each in named}
        for each in self._name(account, account.of("body"), "body", frozenset({"surgery"})):
            if each.family not in known and "done" in self._tell(each.line):
                known.add(each.family)
                yield each

    def _name(self, account: Account, lines: Iterable[Line], source: str, kinds: frozenset[str]) -> Iterator[Occurrence]:
        for line in lines:
            found = self.names(line, kinds)
            cues = self._tell(line) if found else frozenset()
            if "not_now" in cues:
                continue
            is_aborted = bool({"aborted", "attempted"} & cues)
            for each in found:
                yield Occurrence(each.thing, account.note.note_id, line, each.places, source, is_aborted, "elsewhere" in cues)

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
                continue
            cues = self._tell(line)
            for each in found:
                source = self._judge(self._tables.families[each.thing].kind, line, cues)
                if source:
                    yield Occurrence(each.thing, account.note.note_id, line, each.places, source, is_elsewhere="elsewhere" in cues)

    @staticmethod
    def _judge(kind: str, line: Line, cues: frozenset[str]) -> str:
        """Return how a visit tells of a procedure, or "" if not as done."""
        if "not_now" in cues:
            return ""
        if line.part in _READ_PARTS and kind in _STUDY_KINDS:
            return "read"
        return "visit" if "done" in cues or line.part == "title" else ""


def keep_widest(found: Sequence[Found[str]]) -> list[Found[str]]:
    """Return what is named by words that are not all part of the words of something longer."""
    sets = [frozenset(each.places) for each in found]
    return [each for each, own in zip(found, sets, strict=True) if not any(own < other for other in sets)]
