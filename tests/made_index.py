"""A code set and a term index made by hand, for tests of what reads them; no asset is read."""

from types import SimpleNamespace
from unittest.mock import patch

import numpy as np

from codeassist.core.codes import ICD10CM, Code, Term
from codeassist.terminology import term_index
from codeassist.terminology.lexicon import LexiconRow
from codeassist.terminology.spelling import SpellingCorrector
from codeassist.terminology.store import open_store, write_store
from codeassist.terminology.term_index import TermIndex, build_term_index
from codeassist.terminology.words import WordNormalizer

EDITION = "2099"
TITLES = {
    "I10": "Essential (primary) hypertension",
    "I50": "Heart failure",
    "I50.9": "Heart failure, unspecified",
    "M10.9": "Gout, unspecified",
    "R05": "Cough",
    "S01": "Open wound of head",
    "S01.00XA": "Unspecified open wound of scalp, initial encounter",
    "Z72.0": "Tobacco use",
    "D49.2": "Neoplasm of unspecified behavior of bone, soft tissue, and skin",
}
HEADERS = {"I50", "S01", "Z72"}
INCLUSIONS = {"I10": ("High blood pressure",), "M10.9": ("Podagra of renal origin",)}
INCLUDES = {"I50": ("Cardiac asthma",)}
ROWS = (
    ("HTN", "I10", "abbreviation", (), False),
    ("sugar", "R05", "synonym", (), False),
    ("MS", "M10.9", "abbreviation", (), False),
    ("MS", "I50.9", "abbreviation", ("valve", "heart murmur"), False),
    ("hf", "I50.9", "abbreviation", (), False),
    ("knee replacement", "R05", "synonym", (), True),
    ("gone", "Z99.9", "synonym", (), False),
)
SHIELDS = ("heart failure clinic", "cough drop")
PHRASES = {"heart failure": ["pump trouble"]}
EQUIVALENCES = {"renal": "kidney"}
NORMALIZER = WordNormalizer(EQUIVALENCES)


class SmallCodeSet:
    """This is what the term index and linking read of a code set, kept in plain mappings."""

    system, edition = ICD10CM, EDITION

    def __init__(self, titles=TITLES, index=None):
        self._titles = titles
        self._index = index or {}
        self._codes = list(titles)

    def __contains__(self, code):
        return code in self._titles

    def codes(self):
        return iter(self._codes)

    def index_of(self, code):
        return self._codes.index(code)

    def code_at(self, index):
        return self._codes[index]

    def title(self, code):
        return self._titles[code]

    def make(self, code):
        return Code(self.system, self.edition, code)

    def is_billable(self, code):
        return code not in HEADERS

    def billable_under(self, code):
        return tuple(each for each in self._codes if each.startswith(code) and self.is_billable(each))

    def seventh_characters(self, code):
        return {"A": "initial encounter"} if code.startswith("S01") else {}

    def terms(self, code):
        inclusions = (Term(text, code, "inclusion") for text in INCLUSIONS.get(code, ()))
        return Term(self._titles[code], code, "preferred"), *inclusions

    def index_terms(self, code):
        return self._index.get(code, ())

    def notes(self, code, kind, *, inherited):
        assert (kind, inherited) == ("includes", False)
        return tuple(SimpleNamespace(text=text) for text in INCLUDES.get(code, ()))


def make_rows(rows=ROWS):
    """Return lexicon rows of wording, code, status, cues and whether it names a procedure."""
    return [LexiconRow(Term(text, code, status), cues, is_procedure) for text, code, status, cues, is_procedure in rows]


def build_arrays(rows=ROWS, *, shields=SHIELDS, phrases=PHRASES, index=None):
    """Compile the arrays of an index over the small code set, with these tables in place of the package's.

    ``index`` holds the wordings of an Alphabetic Index by code.
    """
    with (
        patch.object(term_index, "read_shields", lambda: iter(shields)),
        patch.object(term_index, "read_phrases", lambda: phrases),
    ):
        return build_term_index(SmallCodeSet(index=index), NORMALIZER, make_rows(rows))


def make_index(folder, rows=ROWS, **tables):
    """Return a term index over the small code set, compiled into ``folder``."""
    path = folder / "terms.bin"
    write_store(path, build_arrays(rows, **tables), key="test", meta={})
    return TermIndex(SmallCodeSet(), NORMALIZER, open_store(path, key="test"))


def make_corrector(index):
    """Return a corrector towards the words of an index, knowing no other English."""
    return SpellingCorrector(index.store.texts("vocabulary"), np.zeros(0, np.uint64))
