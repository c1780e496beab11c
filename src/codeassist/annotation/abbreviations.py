"""Reads the abbreviations that a note defines itself, "mitral stenosis (MS)", through scispaCy.

The only module that imports scispaCy, which exists below Python 3.13; without it no definitions are read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from spacy.attrs import ORTH
from spacy.tokens import Doc

try:
    from scispacy.abbreviation import find_abbreviation
except ImportError:  # pragma: no cover - depends on the Python version
    find_abbreviation = None

_SHORT_FORM = re.compile(r"[A-Z][A-Za-z0-9/&-]{1,8}s?", re.VERBOSE)
_MAX_LONG_WORDS = 12


def find_definitions(doc: Doc) -> Mapping[str, str]:
    """Return the long form of every short form that the note defines in brackets.

    Notes
    -----
    The pairing is that of scispaCy's ``AbbreviationDetector`` (Schwartz and Hearst, "A simple algorithm for identifying
    abbreviation definitions in biomedical text", PSB 2003), called without the component because that one sets global
    spaCy extensions. Only "long form (short form)" is read: the other order is rare in notes and often wrong.
    """
    definitions: dict[str, str] = {}
    if find_abbreviation is None:
        return definitions
    for i in np.flatnonzero(doc.to_array(ORTH) == doc.vocab.strings["("]).tolist():
        if 0 < i < len(doc) - 2 and doc[i + 2].text == ")" and _SHORT_FORM.fullmatch(doc[i + 1].text):
            short = doc[i + 1 : i + 2]
            reach = min(_MAX_LONG_WORDS, len(short.text) + 5, 2 * len(short.text))
            _, long = find_abbreviation(doc[max(0, i - reach) : i], short)
            if long is not None:
                definitions.setdefault(short.text, long.text)
    return definitions


def strip_plural(short_form: str) -> str:
    """Return a short form without its plural s: ``"PVCs"`` gives ``"PVC"``."""
    stem = short_form.removesuffix("s")
    return stem if len(short_form) > 2 and stem.isupper() else short_form
