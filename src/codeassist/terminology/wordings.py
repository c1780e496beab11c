"""Derives from a tabular title the shorter wordings under which people name the same code."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Conventions I.A.6 and I.A.9: NEC and NOS; a title's "unspecified" stands for what the wording leaves out.
_SILENT = re.compile(
    r"""
    ,?\s*\b(?:
        unspecified\ (?:site|part|type|cause|organism|severity)   # "unspecified site" names nothing
      | (?:site|cause|type|organism|part|severity)\ unspecified
      | initial\ encounter | not\ otherwise\ specified | not\ elsewhere\ classified
      | not\ specified\ as\ [^,]*                                 # "not specified as recurrent"
      | unspecified | NOS | NEC
    )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The default of a combination title: what an index entry without qualifier leads to.
_WITHOUT = re.compile(r",?\s*\b(?:without|not\ intractable)\b.*$", re.VERBOSE | re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*[(\[][^)\]]*[)\]]")
_RESIDUAL = re.compile(r"^other\b|\bother\ specified\b|^other\ and\ unspecified\b", re.VERBOSE | re.IGNORECASE)


def is_residual(title: str) -> bool:
    """Tell whether a title is a catch-all ("Other ...") that nobody writes in a note."""
    return _RESIDUAL.search(title) is not None


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
    silent = _SILENT.sub("", title).strip(" ,")
    plain = _PARENTHESES.sub("", silent).strip(" ,")
    short = _WITHOUT.sub("", plain).strip(" ,")
    for wording, left_out in ((silent, 1), (plain, 1), (short, 2)):
        if wording and wording not in seen:
            seen.add(wording)
            yield wording, left_out
