"""Turns words into the normal forms under which terms and notes meet.

Everything that compares wordings (term index, axis tables, search) goes through here, so that a note's
"Kidneys" and the tabular list's "renal" become the same word.
"""

from __future__ import annotations

import csv
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from spacy.lang.en import English
from spacy.tokenizer import Tokenizer
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex
from spacy.vocab import create_vocab

from codeassist.assets import find_asset

LEXICON_FOLDER = "data/lexicon/2026-04"

# Words that carry no meaning of their own inside a term; "with", "without", "no" and "not" do.
IGNORED_WORDS = frozenset({"of", "the", "a", "an", "and", "or", "in", "on", "at", "by", "for", "his", "her", "their"})
# Where clinical notes glue tokens together: "HTN.,SOCIAL", "1.DM2", "128→131", "(+)fever,(-)chills", "•CKD".
_CLINICAL_INFIXES = (
    r"[•→⇒*#|~=^<>()\[\]]",
    r"(?<![0-9])[,:;]",
    r"[,:;](?![0-9])",
    r"(?<=[0-9])\.(?=[A-Za-z])",
    r"(?<=[A-Za-z]{2})\.(?=[,A-Z])",
    r"(?<=[A-Za-z0-9])/(?=[A-Za-z])",
)
_CLINICAL_SUFFIXES = ("-", "•", "\\*")
_KEPT_ENDINGS = ("ss", "us", "is", "os")
# British spellings by the part of the word that differs; both spellings fold to the American one.
_BRITISH = (
    ("aem", "em"), ("aesth", "esth"), ("paed", "ped"), ("gynaec", "gynec"), ("caec", "cec"), ("faec", "fec"),
    ("phaeo", "pheo"), ("aetio", "etio"), ("caesar", "cesar"), ("naev", "nev"), ("taeni", "teni"), ("palaeo", "paleo"),
    ("oedem", "edem"), ("oesoph", "esoph"), ("rrhoe", "rrhe"), ("pnoe", "pne"), ("oestr", "estr"), ("foet", "fet"),
    ("coeli", "celi"), ("amoeb", "ameb"), ("homoeo", "homeo"), ("manoeuv", "maneuv"), ("tumour", "tumor"),
    ("colour", "color"), ("odour", "odor"), ("behaviour", "behavior"), ("labour", "labor"), ("leuco", "leuko"),
    ("sulph", "sulf"), ("fibre", "fiber"), ("isation", "ization"), ("alise", "alize"), ("lyse", "lyze"),
    ("mould", "mold"),
)  # fmt: skip
_BRITISH_PARTS = re.compile("|".join(part for part, _ in _BRITISH))
_AMERICAN = dict(_BRITISH)


@lru_cache(maxsize=1)
def get_tokenizer() -> Tokenizer:
    """Return spaCy's English tokenizer with the breaks that clinical notes need, made once.

    It is built from the language defaults: ``spacy.blank`` would import every installed spaCy component first.
    """
    defaults = English.Defaults
    return Tokenizer(
        create_vocab("en", defaults),
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or ()), "•"]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or ()), *_CLINICAL_SUFFIXES]).search,
        infix_finditer=compile_infix_regex([*(defaults.infixes or ()), *_CLINICAL_INFIXES]).finditer,
        url_match=defaults.url_match,
    )


def fold_word(text: str) -> str:
    """Fold one token: lower case, American spelling, no accents, no possessive, singular.

    Examples
    --------
    >>> fold_word("Kidneys"), fold_word("Biopsies"), fold_word("diabetes"), fold_word("Crohn's")
    ('kidney', 'biopsy', 'diabete', 'crohn')
    >>> fold_word("Oesophageal"), fold_word("tumours"), fold_word("anaemia")
    ('esophageal', 'tumor', 'anemia')
    """
    word = text.lower()
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        word = word.replace("\u2019", "'")
    # The tokenizer takes a letter with its full stop for an initial: "hepatitis C."
    word = word.removesuffix(".").removesuffix("'s").removesuffix("'")
    if len(word) > 4:
        word = _BRITISH_PARTS.sub(lambda part: _AMERICAN[part.group()], word)
    # Short capitals end in S because a word does: CRPS is not the plural of CRP.
    if len(word) <= 3 or not word.endswith("s") or (len(word) == 4 and text.isupper()):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("as"):
        return word[:-1] if len(word) > 5 and word != "pancreas" else word
    return word if word.endswith(_KEPT_ENDINGS) else word[:-1]


@lru_cache(maxsize=200_000)
def hash_word(word: str) -> int:
    """Return the 64-bit hash of one normal form; the same in every process."""
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


class WordNormalizer:
    """This is the map from a token's text to its normal form; "" for a token that carries no meaning.

    Parameters
    ----------
    canonical_by_word
        Folded word to canonical folded word, for example ``{"renal": "kidney"}``.
    """

    def __init__(self, canonical_by_word: Mapping[str, str]) -> None:
        self._canonical = canonical_by_word
        self._memo: dict[str, str] = {}
        self._stretches: dict[str, tuple[str, ...]] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> WordNormalizer:
        """Read ``word_equivalences.tsv`` of the lexicon (columns word, canonical, provenance)."""
        path = path or find_asset(f"{LEXICON_FOLDER}/word_equivalences.tsv")
        with path.open(encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            return cls({fold_word(row["word"]): fold_word(row["canonical"]) for row in rows})

    def __call__(self, text: str) -> str:
        """Return the normal form of one token."""
        known = self._memo.get(text)
        if known is None:
            known = self._normalize(text)
            if len(self._memo) < 200_000:
                self._memo[text] = known
        return known

    def _normalize(self, text: str) -> str:
        if not any(map(str.isalnum, text)):
            return "+" if text == "+" else ""
        word = fold_word(text)
        # A capital A is a letter ("hepatitis A") as often as an article, and an article does no harm.
        if word in IGNORED_WORDS and text not in ("A", "A."):
            return ""
        return self._canonical.get(word, word)

    def split(self, text: str) -> tuple[str, ...]:
        """Return the normal forms of a wording's tokens, meaningless ones left out."""
        # The tokenizer reads each stretch between spaces for itself, and wordings share most of theirs.
        return tuple(word for stretch in text.split() for word in self._split_stretch(stretch))

    def _split_stretch(self, stretch: str) -> tuple[str, ...]:
        known = self._stretches.get(stretch)
        if known is None:
            known = tuple(word for token in get_tokenizer()(stretch) if (word := self(token.text)))
            if len(self._stretches) < 200_000:
                self._stretches[stretch] = known
        return known
