"""The code set: one edition of ICD-10-CM, read from a memory-mapped file.

Codes are numbered densely in tabular order (``index_of``, ``code_at``), so that other modules can keep arrays of
their own beside the code set's.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from codeassist.core.codes import ICD10CM, Code, Term, format_icd10cm
from codeassist.errors import CodeFormatError, UnknownCodeError
from codeassist.terminology.compile import SEPARATOR, encode_code
from codeassist.terminology.instruction_notes import NOTE_KINDS, InstructionNote, code_matches
from codeassist.terminology.store import CompiledStore, open_store

_NO_SEVENTHS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """This is what an edition holds of an Alphabetic Index: its fiscal years and how many wordings it gave.

    ``wordings_left_out`` lead to one of the ``codes_absent`` that the edition does not have.
    """

    years: tuple[str, ...] = ()
    wordings: int = 0
    wordings_left_out: int = 0
    codes_absent: int = 0


class CodeSet:
    """This is one edition of a code system: its codes, their tree, terms and instruction notes.

    It is read-only, safe to share between threads, and shares its memory with every process that opens the same
    edition. ``len`` counts billable codes; ``in`` is true for any code, header or billable, in canonical form.
    """

    def __init__(self, store: CompiledStore) -> None:
        self._store = store
        self.system: str = store.meta.get("system", ICD10CM)
        self.edition: str = store.meta["edition"]
        self.notes_from: str = store.meta.get("notes_from", self.edition)
        self.index = IndexSummary(
            tuple(store.meta.get("index_years", ())),
            store.meta.get("index_terms", 0),
            store.meta.get("index_terms_absent", 0),
            store.meta.get("index_codes_absent", 0),
        )
        self.fingerprint: str = f"sha256:{store.key}"
        self._codes = store["code"]
        self._keys, self._order = store["key"].data, store["order"].data
        self._parent, self._end, self._block = store["parent"].data, store["end"].data, store["block"].data
        self._is_billable, self._billable = store["is_billable"].data, store["billable"].data
        self._block_chapter = store["block_chapter"].data
        self._sevenths, self._seventh_definitions = store["seventh"].data, store.texts("seventh_definition")
        self._titles = store.texts("title")
        self._block_names, self._chapter_names = store.texts("block_name"), store.texts("chapter_name")
        self._note_start, self._note_kind = store["note_start"].data, store["note_kind"].data
        self._note_texts, self._note_codes = store.texts("note"), store.texts("note_codes")
        self._index_start, self._index_entries = store["index_start"].data, store.texts("index")
        # Looked-up numbers, filled as codes are asked for; a notes pipeline asks for the same few thousand again.
        self._index_by_code: dict[str, int] = {}
        self._notes_by_owner: dict[int, tuple[InstructionNote, ...]] = {}
        self._make = lru_cache(maxsize=8192)(partial(Code, self.system, self.edition))
        self._inherit_notes = lru_cache(maxsize=16384)(self._inherit_notes_uncached)

    def __reduce__(self) -> tuple[Any, ...]:
        # A code set travels to another process as the place of its file, not as its megabytes of arrays.
        return (_reopen, (self._store.path, self._store.key)) if self._store.path else (CodeSet, (self._store,))

    def __repr__(self) -> str:
        return f"CodeSet({self.system}, edition={self.edition!r}, billable={len(self)})"

    def __len__(self) -> int:
        return len(self._billable)

    def __contains__(self, code: object) -> bool:
        return isinstance(code, str) and self.find_index(code) is not None

    def find_index(self, code: str) -> int | None:
        """Return the number of a code, or None if the edition does not have it."""
        index = self._index_by_code.get(code)
        if index is None:
            index = self._search(code)
            if index is not None:
                self._index_by_code[code] = index
        return index

    def index_of(self, code: str) -> int:
        """Return the number of a code: its place in tabular order, headers counted.

        Raises
        ------
        UnknownCodeError
            If the edition does not have the code.
        """
        index = self.find_index(code)
        if index is None:
            raise UnknownCodeError(self._explain_absence(code))
        return index

    def code_at(self, index: int) -> str:
        """Return the code with this number."""
        found: bytes = self._codes[index]
        return found.decode("ascii")

    def codes(self) -> Iterator[str]:
        """Yield every code, header or billable, in tabular order."""
        return (code.decode("ascii") for code in self._codes.tolist())

    def billable_codes(self) -> Sequence[str]:
        """Return every billable code in tabular order."""
        return [code.decode("ascii") for code in self._codes[self._store["billable"]].tolist()]

    def titles(self) -> Iterator[tuple[str, str]]:
        """Yield every code with its title, in tabular order."""
        return zip(self.codes(), self._titles, strict=True)

    def count(self) -> int:
        """Return the number of all codes, headers included: one more than the highest ``index_of``."""
        return len(self._codes)

    def is_billable(self, code: str) -> bool:
        """Tell whether a code can be put on a claim: nothing is below it, and its seventh character is there."""
        return bool(self._is_billable[self.index_of(code)])

    def title(self, code: str) -> str:
        """Return the official full title, white space normalised."""
        return self._titles[self.index_of(code)]

    def parse(self, text: str) -> Code:
        """Return the code written in ``text``, in either case, with or without its dot.

        Raises
        ------
        CodeFormatError
            If the text does not have the shape of a code.
        UnknownCodeError
            If the edition does not have the code.
        """
        code = format_icd10cm(text)
        self.index_of(code)
        return self.make(code)

    def make(self, code: str) -> Code:
        """Return the record of a code in canonical form; it need not be one of the edition.

        Raises
        ------
        CodeFormatError
            If the text is not in canonical form.
        """
        return self._make(code)

    def parent(self, code: str) -> str | None:
        """Return the code one level above, or None for a category."""
        above = self._parent[self.index_of(code)]
        return self.code_at(above) if above >= 0 else None

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes one level below, seventh-character codes included."""
        position = self.index_of(code)
        stop, below = self._end[position], position + 1
        found = []
        while below < stop:
            found.append(self.code_at(below))
            below = self._end[below]
        return tuple(found)

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above, nearest first, up to the category."""
        return tuple(self.code_at(position) for position in self._get_line(code)[1:])

    def category(self, code: str) -> str:
        """Return the three-character category of a code."""
        return self.code_at(self._get_line(code)[-1])

    def descendants(self, code: str) -> tuple[str, ...]:
        """Return every code below, in tabular order."""
        position = self.index_of(code)
        below = self._codes[position + 1 : self._end[position]]
        return tuple(found.decode("ascii") for found in below.tolist())

    def billable_under(self, code: str) -> tuple[str, ...]:
        """Return the billable codes at or below a code, in tabular order."""
        position = self.index_of(code)
        first = bisect_left(self._billable, position)
        last = bisect_left(self._billable, self._end[position])
        return tuple(self.code_at(index) for index in self._billable[first:last])

    def block(self, code: str) -> str:
        """Return the name of the block that holds a code, for example ``"I30-I5A"``."""
        return self._block_names[self._block[self.index_of(code)]]

    def block_title(self, code: str) -> str:
        """Return the title of the block that holds a code."""
        return self._store.texts("block_title")[self._block[self.index_of(code)]]

    def chapter(self, code: str) -> str:
        """Return the number of the chapter that holds a code, for example ``"9"``."""
        return self._chapter_names[self._get_chapter(self.index_of(code))]

    def chapter_title(self, code: str) -> str:
        """Return the title of the chapter that holds a code."""
        return self._store.texts("chapter_title")[self._get_chapter(self.index_of(code))]

    def seventh_characters(self, code: str) -> Mapping[str, str]:
        """Return the seventh characters that a code takes, with their meanings; empty if it takes none.

        The definition may stand at any code above. Directly above the seventh-character codes, and on them, only
        the characters that exist there are returned.
        """
        position = self.index_of(code)
        number = self._sevenths[position]
        if number < 0:
            return _NO_SEVENTHS
        packed = self._seventh_definitions[number]
        meanings = {part[0]: part[1:] for part in packed.split(SEPARATOR)}
        made = self._get_expanded(position)
        return {key: meaning for key, meaning in meanings.items() if not made or key in made}

    def terms(self, code: str) -> tuple[Term, ...]:
        """Return the wordings of a code: title, inclusion terms, and index entries if the edition has an index."""
        position = self.index_of(code)
        return (
            Term(self._titles[position], code, "preferred"),
            *(Term(note.text, code, "inclusion") for note in self.notes(code, "inclusion", inherited=False)),
            *(Term(text, code, "index_entry") for text in self.index_terms(code)),
        )

    def index_terms(self, code: str) -> tuple[str, ...]:
        """Return the wordings under which the Alphabetic Index lists a code; none if the edition has no index."""
        position = self.index_of(code)
        entries = range(self._index_start[position], self._index_start[position + 1])
        return tuple(self._index_entries[i] for i in entries)

    def notes(self, code: str, kind: str, *, inherited: bool = True) -> tuple[InstructionNote, ...]:
        """Return the notes of one kind that apply to a code, nearest first.

        Parameters
        ----------
        code
            Any code of the edition.
        kind
            ``excludes1``, ``excludes2``, ``code_first``, ``use_additional``, ``code_also``, ``includes``,
            ``inclusion``, ``note`` or ``seventh_character``.
        inherited
            Include the notes of every code above, of the block and of the chapter, which apply as well.

        Raises
        ------
        UnknownCodeError
            If the edition does not have the code.
        ValueError
            If the kind is unknown.
        """
        if kind not in NOTE_KINDS:
            msg = f"note kind {kind!r} is unknown; expected one of {', '.join(NOTE_KINDS)}"
            raise ValueError(msg)
        if inherited:
            return self._inherit_notes(code, kind)
        return tuple(note for note in self._get_notes(self.index_of(code)) if note.kind == kind)

    def find_notes_naming(self, code: str, kind: str, *, other: str) -> tuple[InstructionNote, ...]:
        """Return the notes of one kind that apply to ``code`` and name ``other``, nearest first."""
        notes = self.notes(code, kind)
        return tuple(note for note in notes if any(code_matches(pattern, other) for pattern in note.codes))

    def _inherit_notes_uncached(self, code: str, kind: str) -> tuple[InstructionNote, ...]:
        return tuple(note for owner in self._get_owners(code) for note in self._get_notes(owner) if note.kind == kind)

    def _search(self, code: str) -> int | None:
        try:
            key = encode_code(code)
        except ValueError:
            return None
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            return None
        index: int = self._order[place]
        # The key ignores the dot, case and white space; a code counts only in canonical form.
        return index if self.code_at(index) == code else None

    def _explain_absence(self, code: str) -> str:
        shown = code if len(code) < 20 else code[:17] + "..."
        msg = f"code {shown!r} is not in {self.system} edition {self.edition}"
        try:
            canonical = format_icd10cm(code)
        except CodeFormatError:
            return f"{msg}; expected a code such as E11.9 or S52.501A"
        if canonical != code and self._search(canonical) is not None:
            return f"{msg}; write it {canonical!r}"
        return f"{msg}; check it, or the edition of the date of service"

    def _get_line(self, code: str) -> list[int]:
        """Return the numbers of a code and of the codes above it, nearest first."""
        line = [self.index_of(code)]
        while (above := self._parent[line[-1]]) >= 0:
            line.append(above)
        return line

    def _get_owners(self, code: str) -> list[int]:
        """Return the owners of notes that apply to a code: its line, its block, its chapter."""
        line = self._get_line(code)
        block = self._block[line[0]]
        first_chapter = self.count() + len(self._block_names)
        return [*line, self.count() + block, first_chapter + self._get_chapter(line[0])]

    def _get_chapter(self, position: int) -> int:
        chapter: int = self._block_chapter[self._block[position]]
        return chapter

    def _get_expanded(self, position: int) -> set[str]:
        """Return the seventh characters of the codes directly made from this code, or from the code above it."""
        if self._is_billable[position] and self._parent[position] >= 0:
            position = self._parent[position]
        below = range(position + 1, self._end[position])
        # A code's children are all made from seventh characters, or none of them is.
        has_expanded = bool(below) and len(self.code_at(below[0])) == 8
        return {self.code_at(index)[7] for index in below} if has_expanded else set()

    def _get_notes(self, owner: int) -> tuple[InstructionNote, ...]:
        start, stop = self._note_start[owner], self._note_start[owner + 1]
        if start == stop:
            return ()
        notes = self._notes_by_owner.get(owner)
        if notes is None:
            name = self._name_owner(owner)
            notes = tuple(
                InstructionNote(NOTE_KINDS[self._note_kind[i]], name, self._note_texts[i], _split(self._note_codes[i]))
                for i in range(start, stop)
            )
            self._notes_by_owner[owner] = notes
        return notes

    def _name_owner(self, owner: int) -> str:
        if owner < self.count():
            return self.code_at(owner)
        owner -= self.count()
        blocks = len(self._block_names)
        return self._block_names[owner] if owner < blocks else self._chapter_names[owner - blocks]


def _split(packed: str) -> tuple[str, ...]:
    return tuple(packed.split(SEPARATOR)) if packed else ()


def _reopen(path: Path, key: str) -> CodeSet:
    return CodeSet(open_store(path, key=key))
