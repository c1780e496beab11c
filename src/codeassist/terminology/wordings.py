"""Derives from a tabular title the shorter wordings under which people name the same code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

# Conventions I.A.6 and I.A.9: NEC and NOS; a title's "unspecified" stands for what the wording leaves out.
_SILENT = re.compile(
    r"""
    ,?\s*\b(?:
        unspecified\ (?:site|part|type|cause|organism|severity)   # "unspecified site" names nothing
      | (?:site|cause|type|organism|part|severity)\ unspecified
      | initial\ encounter | not\ otherwise\ specified | not\ elsewhere\ classified
      | (?:not\ |un)specified\ as\ [^,]*                          # "not specified as recurrent"
      | without\ mention\ of\ [^,]*                              # the 9th revision's default
      | unspecified | NOS | NEC
    )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The default of a combination title: what an index entry without qualifier leads to.
_WITHOUT = re.compile(r",?\s*\b(?:without|not\ intractable)\b.*$", re.VERBOSE | re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*[(\[][^)\]]*[)\]]")


def replace_phrases(
    wordings: Iterable[tuple[str, int]], phrases: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, int]]:
    """Yield wordings, and each again with every equivalent of a phrase that it holds.

    Parameters
    ----------
    wordings
        Wordings with the number of parts left out.
    phrases
        Lower-case phrase of the tabular list to the ways in which clinicians say it.

    Examples
    --------
    >>> [w for w, _ in replace_phrases([("Malignant neoplasm of lip", 0)], {"malignant neoplasm": ["cancer"]})]
    ['Malignant neoplasm of lip', 'cancer of lip']
    """
    for wording, left_out in wordings:
        yield wording, left_out
        lowered = wording.lower()
        for phrase, others in phrases.items():
            if phrase in lowered:
                for other in others:
                    yield re.sub(rf"\b{re.escape(phrase)}\b", other, lowered), max(left_out, 1)


def strip_silent(wording: str) -> str:
    """Leave out what names nothing: "unspecified", "NOS", "without mention of complication".

    Examples
    --------
    >>> strip_silent("Unspecified osteomyelitis, site unspecified")
    'osteomyelitis'
    """
    return _SILENT.sub("", wording).strip(" ,") or wording


def derive_wordings(title: str) -> Iterator[tuple[str, int]]:
    """Yield wordings of a title with the number of parts that were left out, the title itself first.

    Examples
    --------
    >>> [w for w, _ in derive_wordings("Essential (primary) hypertension")]
    ['Essential (primary) hypertension', 'Essential hypertension']
    >>> list(derive_wordings("Type 2 diabetes mellitus without complications"))[-1]
    ('Type 2 diabetes mellitus', 2)
    """
    seen = {title}
    yield title, 0
    silent = strip_silent(title)
    plain = _PARENTHESES.sub("", silent).strip(" ,")
    short = _WITHOUT.sub("", plain).strip(" ,")
    for wording, left_out in ((silent, 1), (plain, 1), (short, 2)):
        if wording and wording not in seen:
            seen.add(wording)
            yield wording, left_out
