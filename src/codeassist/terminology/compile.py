"""Turns a tabular list into the arrays of a compiled code set; ``CodeSet`` is their reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from codeassist.terminology.instruction_notes import NOTE_KINDS, parse_patterns
from codeassist.terminology.store import Array, Arrays, pack_texts
from codeassist.terminology.tabular import Division, Entry, TabularList, TabularNote

# Part of the key of every compiled code set: raise it with any change of what is compiled, here or in the modules
# that read the files.
COMPILER_VERSION = 2
SEPARATOR = "\t"
"""Stands between the parts of one packed text; never inside one, because white space is normalised."""

IndexTerms = Mapping[str, Sequence[str]]
"""Wordings of an Alphabetic Index by the code they lead to."""


def compile_arrays(tabular: TabularList, index_terms: IndexTerms | None = None) -> Arrays:
    """Return the arrays of a code set.

    Parameters
    ----------
    tabular
        The tabular list.
    index_terms
        Wordings of the Alphabetic Index, where the release has one.

    Notes
    -----
    Codes are numbered in tabular order, so the codes below code ``i`` are the numbers ``i + 1`` up to ``end[i]``.
    Notes are kept per owner: first the codes, then the blocks, then the chapters.
    """
    entries = tabular.entries
    return {
        **_compile_codes(entries),
        **_compile_tree(entries),
        **_compile_divisions(tabular),
        **_compile_sevenths(entries),
        **_compile_notes(tabular),
        **_compile_index(entries, index_terms or {}),
    }


def encode_code(code: str) -> int:
    """Return a number under which a code of at most seven characters is looked up.

    Raises
    ------
    ValueError
        If the code holds anything but ASCII letters, digits and a dot.
    """
    return int(code.replace(".", ""), 36)


def _compile_codes(entries: Sequence[Entry]) -> Arrays:
    keys = np.array([encode_code(entry.code) for entry in entries], dtype=np.int64)
    order = np.argsort(keys, kind="stable").astype(np.int32)
    is_billable = np.array([entry.is_billable for entry in entries], dtype=np.bool_)
    return {
        "code": np.array([entry.code for entry in entries], dtype="S8"),
        "key": keys[order],
        "order": order,
        "is_billable": is_billable,
        "billable": np.flatnonzero(is_billable).astype(np.int32),
        **pack_texts("title", [entry.title for entry in entries]),
    }


def _compile_tree(entries: Sequence[Entry]) -> Arrays:
    parent = [entry.parent for entry in entries]
    end = list(range(1, len(entries) + 1))
    for position in range(len(entries) - 1, -1, -1):
        above = parent[position]
        if above >= 0:
            end[above] = max(end[above], end[position])
    return {"parent": np.array(parent, dtype=np.int32), "end": np.array(end, dtype=np.int32)}


def _compile_divisions(tabular: TabularList) -> Arrays:
    def pack(name: str, divisions: Sequence[Division]) -> Arrays:
        names = pack_texts(f"{name}_name", [division.name for division in divisions])
        return {**names, **pack_texts(f"{name}_title", [division.title for division in divisions])}

    return {
        "block": np.array([entry.block for entry in tabular.entries], dtype=np.int16),
        "block_chapter": np.array([block.chapter for block in tabular.blocks], dtype=np.int16),
        **pack("block", tabular.blocks),
        **pack("chapter", tabular.chapters),
    }


def _compile_sevenths(entries: Sequence[Entry]) -> Arrays:
    """Return the different definitions, and for each code the number of the nearest one at or above it, or -1."""
    numbers: dict[str, int] = {}
    nearest: list[int] = []
    for entry in entries:
        if entry.sevenths:
            packed = SEPARATOR.join(character + meaning for character, meaning in entry.sevenths)
            nearest.append(numbers.setdefault(packed, len(numbers)))
        else:
            nearest.append(nearest[entry.parent] if entry.parent >= 0 else -1)
    return {"seventh": np.array(nearest, dtype=np.int16), **pack_texts("seventh_definition", numbers)}


def _compile_notes(tabular: TabularList) -> Arrays:
    categories = {entry.code for entry in tabular.entries if entry.parent < 0}
    owners = [owner.notes for group in (tabular.entries, tabular.blocks, tabular.chapters) for owner in group]
    notes = [note for owner in owners for note in owner]
    return {
        "note_start": _pack_starts(owners),
        "note_kind": np.array([NOTE_KINDS.index(note.kind) for note in notes], dtype=np.uint8),
        **pack_texts("note", [note.text for note in notes]),
        **pack_texts("note_codes", [_pack_patterns(note, categories.__contains__) for note in notes]),
    }


def _pack_patterns(note: TabularNote, exists: Callable[[str], bool]) -> str:
    return SEPARATOR.join(parse_patterns(note.text, exists=exists))


def _compile_index(entries: Sequence[Entry], index_terms: IndexTerms) -> Arrays:
    terms = [tuple(index_terms.get(entry.code, ())) for entry in entries]
    return {"index_start": _pack_starts(terms), **pack_texts("index", [text for group in terms for text in group])}


def _pack_starts(groups: Iterable[Sequence[object]]) -> Array:
    lengths = [len(group) for group in groups]
    return np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32)
