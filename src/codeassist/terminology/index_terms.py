"""Makes the terms of an edition's Alphabetic Index: every code with the wordings under which the index lists it."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from codeassist.terminology.english import read_common_words
from codeassist.terminology.index_file import IndexFile, IndexNode, walk
from codeassist.terminology.index_references import References
from codeassist.terminology.index_wordings import Segment, read_segments, word_path

# A reference to a longer list is left to the reader; a shorter one is the same list under another name.
_LONGEST_LIST = 40
# A single word of everyday English ("boil", "ice", "status") says too little; medicine's own words are rarer.
_COMMONEST = 15_000
_LETTERS = re.compile(r"[^a-z]+")
_UNSAID = frozenset({"of", "the", "a", "an", "and", "or", "in", "on", "at", "by", "for"})


class _Found(NamedTuple):
    code: str
    wording: str
    is_printed: bool


def make_index_terms(files: Sequence[IndexFile]) -> Mapping[str, Sequence[str]]:
    """Return the wordings of the index by code, each once.

    Parameters
    ----------
    files
        The index files of one edition; cross references lead from any of them into any other.

    Notes
    -----
    A wording that several lines share belongs to the line that prints it; one that no line prints and that would name
    several codes belongs to none.
    """
    nodes = tuple(node for file in files for node in file.nodes)
    titles = _read_titles()
    references = References(nodes, titles)
    found = [each for file in files for each in _read_file(file, references, titles)]
    grouped: dict[str, dict[str, None]] = {}
    for each in _settle(found):
        grouped.setdefault(each.code, {})[each.wording] = None
    return {code: tuple(wordings) for code, wordings in grouped.items()}


def _read_file(file: IndexFile, references: References, titles: Mapping[str, Sequence[str]]) -> Iterator[_Found]:
    columns = {column for path in walk(file.nodes) for _, column in path[-1].codes if column}
    if columns:
        yield from _read_columns(file, references, is_sites=any(column.startswith("Malignant") for column in columns))
        return
    for path in walk(file.nodes):
        segments = read_segments(path, titles)
        if not segments or any(segment.kind == "residual" for segment in segments):
            continue
        if segments[-1].kind == "silent" and path[-2:-1] and path[-2].codes:
            continue
        yield from _word_codes(segments, _find_codes(path[-1], references))
        yield from _copy_list(path[-1], segments, references)


def _find_codes(node: IndexNode, references: References) -> tuple[str, ...]:
    """Return the codes of a line, its own or those of the line it refers to."""
    if node.codes:
        return tuple(code for code, _ in node.codes)
    # "See also" beside a list is a second place to look, not the meaning of the line.
    also = () if node.nodes else node.sees_also
    for reference in (*node.sees, *also):
        target = references.find(reference)
        if target is not None and (codes := _read_column(*target)):
            return codes
    return ()


def _read_column(node: IndexNode, column: str) -> tuple[str, ...]:
    """Return the codes of a line; of a line of a table, those of the column that is meant."""
    codes = dict.fromkeys(code for code, name in node.codes if name == column)
    return tuple(codes)


def _copy_list(node: IndexNode, segments: Sequence[Segment], references: References) -> Iterator[_Found]:
    """Yield the lines below the line that a "see" names, under the name that refers to it."""
    for reference in node.sees:
        target = references.find(reference)
        if target is None or target[1]:
            continue
        below = [path for path in walk(target[0].nodes) if not any(column for _, column in path[-1].codes)]
        for path in below if len(below) <= _LONGEST_LIST else ():
            further = read_segments(path, {})
            if path[-1].codes and all(segment.kind == "plain" for segment in further):
                yield from _word_codes((*segments, *further), tuple(code for code, _ in path[-1].codes), most=1)


def _word_codes(segments: Sequence[Segment], codes: Sequence[str], **limits: int) -> Iterator[_Found]:
    if codes:
        for wording in word_path(segments, **limits):
            if _is_telling(wording.text):
                yield from (_Found(code, wording.text, wording.is_printed) for code in codes)


def _is_telling(wording: str) -> bool:
    words = _fold(wording).split()
    return len(words) > 1 or (len(words) == 1 and words[0] not in read_common_words(_COMMONEST))


def _read_columns(file: IndexFile, references: References, *, is_sites: bool) -> Iterator[_Found]:
    """Yield the wordings of a table: what each column says of the site or substance."""
    # The main term of the neoplasm table is "Neoplasm", and its lines are sites; in the drug table it is a substance.
    nodes = tuple(below for node in file.nodes for below in node.nodes) if is_sites else file.nodes
    named = list(_name_lines(nodes, references, is_sites=is_sites))
    codes_by_name: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, name, codes in named:
        for code, column in codes:
            codes_by_name[_fold(name), column].add(code)
    for is_whole, name, codes in named:
        for code, column in codes:
            if is_whole or len(codes_by_name[_fold(name), column]) == 1:
                for first, last, pattern in _find_patterns(column):
                    if first <= code[:3] <= last:
                        yield _Found(code, pattern.format(name), is_whole)


def _name_lines(
    nodes: tuple[IndexNode, ...], references: References, *, is_sites: bool
) -> Iterator[tuple[bool, str, tuple[tuple[str, str], ...]]]:
    """Yield each name of each line of a table: whether it is the whole path, the name, the codes with their columns.

    A site may be named without the larger one around it: "sigmoid colon" says large intestine as well.
    """
    for path in walk(nodes):
        codes = path[-1].codes or _find_cells(path[-1], references)
        segments = read_segments(path, {})
        if not codes or not segments or any(segment.kind == "residual" for segment in segments):
            continue
        for start in range(len(segments) if is_sites and segments[-1].kind == "plain" else 1):
            first = segments[start]
            part = (Segment(first.phrases, (), first.modifiers, first.kind), *segments[start + 1 :])
            for wording in word_path(part, most=1 if is_sites else 2):
                if not start or _is_telling(wording.text):
                    yield not start and wording.is_printed, wording.text, codes


def _find_cells(node: IndexNode, references: References) -> tuple[tuple[str, str], ...]:
    targets = (references.find(reference) for reference in node.sees)
    return next((target[0].codes for target in targets if target is not None and not target[1]), ())


def _settle(found: Sequence[_Found]) -> Iterator[_Found]:
    codes_by_wording: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for each in found:
        codes_by_wording[_fold(each.wording), each.is_printed].add(each.code)
    for each in found:
        folded = _fold(each.wording)
        printed = codes_by_wording.get((folded, True))
        is_clear = len(codes_by_wording[folded, False]) == 1 and (printed is None or each.code in printed)
        if each.is_printed or is_clear:
            yield each


@lru_cache(maxsize=500_000)
def _fold(wording: str) -> str:
    """Return the words that count, in one order: two wordings of the same words are one."""
    return " ".join(sorted(word for word in wording.lower().split() if word not in _UNSAID))


def _squeeze(column: str) -> str:
    return _LETTERS.sub("", column.lower())


@lru_cache(maxsize=1)
def _read_titles() -> Mapping[str, Sequence[str]]:
    table: dict[str, list[str]] = defaultdict(list)
    for row in _read_table("index_main_terms.tsv"):
        table[row["title"]].append(row["wording"])
    return table


@lru_cache(maxsize=32)
def _find_patterns(column: str) -> Sequence[tuple[str, str, str]]:
    """Return the patterns of a column, each after the first and the last category that it is for."""
    rows = (row for row in _read_table("index_columns.tsv") if _squeeze(column).startswith(_squeeze(row["column"])))
    limits = ((row["codes"].partition("-"), row["wording"]) for row in rows)
    return [(first, last, wording) for (first, _, last), wording in limits]


def _read_table(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
