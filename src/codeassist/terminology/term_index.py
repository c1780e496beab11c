"""The compiled index of every wording: tabular titles, inclusion terms, index entries and the lexicon.

A wording is known by the sum of its words' 64-bit hashes, so word order does not matter ("cancer of the breast",
"breast cancer") and every stretch of a note is looked up at once from one array of running sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codeassist.core.codes import Term
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import LexiconRow, read_generic_words, read_phrases, read_shields, read_terms
from codeassist.terminology.store import Array, CompiledStore, pack_texts
from codeassist.terminology.wordings import derive_wordings, replace_phrases
from codeassist.terminology.words import WordNormalizer, hash_word

MAX_WORDS = 9
# Pedigree of a wording, best first; ties between codes of one wording are settled in this order. A shield is a wording
# that names no condition though it holds the words of one ("stroke volume"): it is found so that nothing inside it is.
PEDIGREES = ("shield", "synonym", "abbreviation", "preferred", "inclusion", "index_entry", "derived", "default")
SHIELD = PEDIGREES[0]
_RANK = {name: rank for rank, name in enumerate(PEDIGREES)}

# Chapters XX and XXI of the code set, how many wordings a word stands in that names a kind of condition, and the
# category of neoplasms of unspecified behavior.
_FACTOR_LETTERS = frozenset("VWXYZ")
_KIND = 25
_OPEN_NEOPLASMS = "D49"
# "Three-day fever" is a name; "fever for three days" has the same words.
_TIME_WORDS = frozenset({"hour", "day", "week", "month", "year"})
_Row = tuple[Term, tuple[str, ...], bool]

_FILTER_SIZE = 1 << 22
_FILTER_MASK = np.uint64(_FILTER_SIZE - 1)
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class IndexedTerm:
    """This is one wording in the index.

    ``size`` is the number of its words; ``pedigree`` is one of ``PEDIGREES``; ``cues`` select this sense of an
    ambiguous wording (empty: the default sense).
    """

    number: int
    text: str
    size: int
    code: str
    pedigree: str
    cues: tuple[str, ...]
    is_procedure: bool


def _collect(
    codeset: CodeSet, normalizer: WordNormalizer, lexicon: Iterable[LexiconRow]
) -> Iterator[tuple[Term, tuple[str, ...], bool]]:
    held: dict[tuple[str, ...], str] = {}
    for row in lexicon:
        if row.term.code in codeset:
            yield row.term, row.cues, row.is_procedure
            if not row.cues:
                held[_key(normalizer, row.term.text)] = ""
    first = next(codeset.codes())
    for wording in read_shields():
        held[_key(normalizer, wording)] = ""
        yield Term(wording, first, SHIELD), (), False
    phrases = read_phrases()
    for term in _read_titles(codeset):
        for wording, left_out in replace_phrases(derive_wordings(term.text), phrases):
            status = term.status if not left_out else ("derived", "default")[left_out - 1]
            held.setdefault(_key(normalizer, wording), term.code)
            yield Term(wording, term.code, status), (), False
    yield from ((term, (), False) for term in _read_index(codeset, normalizer, phrases, held))


def _read_titles(codeset: CodeSet) -> Iterator[Term]:
    for code in codeset.codes():
        if len(code) == 8 and codeset.seventh_characters(code):
            continue  # the code above the 7th character carries the same words
        yield from (term for term in codeset.terms(code) if term.status != "index_entry")
        yield from (Term(note.text, code, "inclusion") for note in codeset.notes(code, "includes", inherited=False))


def _read_index(
    codeset: CodeSet,
    normalizer: WordNormalizer,
    phrases: Mapping[str, Sequence[str]],
    held: Mapping[tuple[str, ...], str],
) -> Iterator[Term]:
    """Yield the wordings of the Alphabetic Index that a reviewed row, a shield or the code's own title does not hold.

    A wording of the lexicon outranks the index, whatever else stands around it; ``held`` has no code for one.
    """
    generic = read_generic_words()
    for code in codeset.codes():
        known: set[tuple[str, ...]] = set()
        for text in codeset.index_terms(code):
            for wording, _ in replace_phrases([(text, 0)], phrases):
                key = _key(normalizer, wording)
                if held.get(key) in ("", code) or key in known or (len(key) == 1 and key[0] in generic):
                    continue
                known.add(key)
                yield Term(wording, code, "index_entry")


def _key(normalizer: WordNormalizer, wording: str) -> tuple[str, ...]:
    return tuple(sorted(normalizer.split(wording)))


def build_term_index(
    codeset: CodeSet, normalizer: WordNormalizer, lexicon: Iterable[LexiconRow] | None = None
) -> dict[str, Array | bytes]:
    """Compile the arrays of a `TermIndex` from a code set and the lexicon.

    Parameters
    ----------
    codeset
        The edition whose titles, inclusion terms and index entries are taken in.
    normalizer
        Gives the normal forms of words.
    lexicon
        Rows to add; by default the lexicon that comes with the package.
    """
    collected = sorted(
        set(_collect(codeset, normalizer, read_terms() if lexicon is None else lexicon)),
        key=lambda item: (codeset.index_of(item[0].code), _RANK[item[0].status], item[0].text, item[1]),
    )
    words = [normalizer.split(term.text) for term, _, _ in collected]
    kept = [i for i, split in enumerate(words) if split]
    collected, words = [collected[i] for i in kept], [words[i] for i in kept]
    pedigree = np.array([_RANK[term.status] for term, _, _ in collected], np.uint8)
    return {
        "code": np.array([codeset.index_of(term.code) for term, _, _ in collected], np.int32),
        "size": np.array([len(split) for split in words], np.uint8),
        "pedigree": pedigree,
        "procedure": np.array([is_procedure for _, _, is_procedure in collected], np.bool_),
        **pack_texts("text", (term.text for term, _, _ in collected)),
        **pack_texts("cues", ("|".join(cue) for _, cue, _ in collected)),
        **_build_keys(words, pedigree, _read_in_notes(collected, words)),
        **_build_postings(words, pedigree != _RANK["index_entry"]),
    }


def _read_in_notes(collected: Sequence[_Row], words: Sequence[tuple[str, ...]]) -> list[int]:
    """Return the numbers of the terms that are looked for in notes; the others are for retrieval only."""
    counts = Counter(word for split in words for word in set(split))
    rows = zip(collected, words, strict=True)
    return [
        i
        for i, ((term, _, _), split) in enumerate(rows)
        if len(split) <= MAX_WORDS and (term.status != "index_entry" or _is_mention(term, split, counts))
    ]


def _is_mention(term: Term, words: Sequence[str], counts: Mapping[str, int]) -> bool:
    """Tell whether the wording of an index entry, met in a note, names a condition.

    Notes
    -----
    The index is made to be opened on purpose. Its terms for circumstances and services ("Follow-up", "Mammogram") name
    in a note what is planned or done; a single word that stands in many wordings ("Fistula") names a kind; what an
    abbreviation stands for depends on the note; and what a "tumor of thigh" is, another line of the note mostly says.
    """
    if term.code[0] in _FACTOR_LETTERS or term.code.startswith(_OPEN_NEOPLASMS) or not _TIME_WORDS.isdisjoint(words):
        return False
    return len(words) > 1 or (counts[words[0]] <= _KIND and not term.text.isupper())


def _build_keys(words: Sequence[tuple[str, ...]], pedigree: Array, short: Sequence[int]) -> dict[str, Array | bytes]:
    keys = np.array([sum(map(hash_word, words[i])) % 2**64 for i in short], np.uint64)
    terms = np.array(short, np.int32)
    order = np.lexsort((terms, pedigree[terms], keys))
    return {"keys": keys[order], "key_terms": terms[order]}


def _build_postings(words: Sequence[tuple[str, ...]], counted: npt.NDArray[np.bool_]) -> dict[str, Array | bytes]:
    """Return the terms of each word, and how much a word weighs.

    Weights count only the terms that are there without an Alphabetic Index: its table of drugs says "poisoning" so
    often that the word would weigh nothing, and a phrase should be as near to a title with an index as without.
    """
    vocabulary = sorted({word for split in words for word in split}, key=hash_word)
    number = {word: i for i, word in enumerate(vocabulary)}
    pairs = np.unique(
        np.array([(number[word], i) for i, split in enumerate(words) for word in split], np.int64), axis=0
    )
    counts = np.bincount(pairs[:, 0], minlength=len(vocabulary))
    weighed = np.bincount(pairs[counted[pairs[:, 1]], 0], minlength=len(vocabulary))
    idf = np.log(np.count_nonzero(counted) / np.maximum(weighed, 1)).astype(np.float32)
    return {
        **pack_texts("vocabulary", vocabulary),
        "vocabulary_hashes": np.array([hash_word(word) for word in vocabulary], np.uint64),
        "idf": idf,
        "posting_offsets": np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        "postings": pairs[:, 1].astype(np.int32),
        "term_weight": np.bincount(pairs[:, 1], weights=idf[pairs[:, 0]], minlength=len(words)).astype(np.float32),
    }


class TermIndex:
    """This is the read-only index over the compiled arrays; safe to share between threads.

    Parameters
    ----------
    codeset
        The edition that the arrays were compiled from.
    normalizer
        The same word normal forms that the arrays were compiled with.
    store
        The compiled file of what `build_term_index` returned.
    """

    def __init__(self, codeset: CodeSet, normalizer: WordNormalizer, store: CompiledStore) -> None:
        self.codeset = codeset
        self.normalizer = normalizer
        self.store = store
        self._keys = store["keys"]
        self._key_terms = store["key_terms"]
        # One byte for the low bits of each key: nearly every stretch of a note is refused here, without a search.
        self._is_likely = np.zeros(_FILTER_SIZE, np.bool_)
        self._is_likely[self._keys & _FILTER_MASK] = True
        self._codes, self._pedigrees, self._procedures = store["code"], store["pedigree"], store["procedure"]
        self._sizes = store["size"]
        self._texts, self._cues = store.texts("text"), store.texts("cues")
        self._terms: dict[int, IndexedTerm] = {}

    def get(self, number: int) -> IndexedTerm:
        """Return the term with this number."""
        known = self._terms.get(number)
        if known is None:
            known = self._terms[number] = self._read(number)
        return known

    def _read(self, number: int) -> IndexedTerm:
        cues = self._cues[number]
        return IndexedTerm(
            number=number,
            text=self._texts[number],
            size=int(self._sizes[number]),
            code=self.codeset.code_at(int(self._codes[number])),
            pedigree=PEDIGREES[int(self._pedigrees[number])],
            cues=tuple(cues.split("|")) if cues else (),
            is_procedure=bool(self._procedures[number]),
        )

    def find_keys(self, sums: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return which hash sums name a term, and for each the first place in the key table."""
        likely = np.flatnonzero(self._is_likely[sums & _FILTER_MASK])
        places = np.searchsorted(self._keys, sums[likely])
        places[places == len(self._keys)] = 0
        is_hit = self._keys[places] == sums[likely]
        return likely[is_hit], places[is_hit]

    def terms_at(self, place: int) -> tuple[IndexedTerm, ...]:
        """Return the terms of one key, best pedigree first."""
        key, found = self._keys[place], []
        while place < len(self._keys) and self._keys[place] == key:
            found.append(self.get(int(self._key_terms[place])))
            place += 1
        return tuple(found)

    def find_exact(self, words: Sequence[str]) -> tuple[IndexedTerm, ...]:
        """Return the terms made of exactly these normal forms, in any order, best pedigree first."""
        sums = np.array([sum(map(hash_word, words)) % 2**64], np.uint64)
        _, places = self.find_keys(sums)
        return self.terms_at(int(places[0])) if len(places) else ()
