"""Codes and the terms that name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codeassist.errors import CodeFormatError

_ICD10CM = re.compile(
    r"""
    ([A-Z][0-9][0-9A-Z] | Q[A-Z][0-9])   # category: letter, digit, letter or digit; QA0 since fiscal year 2026
    (?: \.? ([0-9A-Z]{1,4}) )?           # up to four characters after the dot
    """,
    re.VERBOSE | re.IGNORECASE,
)
_HCPCS = re.compile(r"[A-Z][0-9]{4}", re.IGNORECASE)
_CPT = re.compile(r"[0-9]{4}[0-9A-Z]", re.IGNORECASE)

ICD10CM, CPT, HCPCS = "ICD-10-CM", "CPT", "HCPCS"
# A procedure known by this project's own name alone, where its number is not installed.
CONCEPT = "concept"
SYSTEMS = (ICD10CM, CPT, HCPCS, CONCEPT)


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """This is a code of one code system and edition, in canonical form; it checks its own shape."""

    system: str
    edition: str
    value: str

    def __post_init__(self) -> None:
        if self.system not in SYSTEMS:
            msg = f"code system {self.system!r} is unknown; expected one of {', '.join(SYSTEMS)}"
            raise CodeFormatError(msg)
        if self.system == ICD10CM and format_icd10cm(self.value) != self.value:
            msg = f"{self.value!r} is not in canonical form; expected {format_icd10cm(self.value)!r}"
            raise CodeFormatError(msg)
        if self.system in (CPT, HCPCS) and not (_CPT if self.system == CPT else _HCPCS).fullmatch(self.value):
            msg = f"{self.value!r} does not have the shape of a {self.system} code; expected five characters"
            raise CodeFormatError(msg)


@dataclass(frozen=True, slots=True)
class Term:
    """This is one wording of one code; status: preferred, inclusion, index_entry, synonym or abbreviation."""

    text: str
    code: str
    status: str


def format_icd10cm(text: str) -> str:
    """Write an ICD-10-CM code in canonical form: upper case, dotted after the category.

    Parameters
    ----------
    text
        The code as written, in either case, with or without its dot.

    Raises
    ------
    CodeFormatError
        If ``text`` does not have the shape of an ICD-10-CM code.

    Examples
    --------
    >>> format_icd10cm("e1122")
    'E11.22'
    >>> format_icd10cm("I10")
    'I10'
    """
    matched = _ICD10CM.fullmatch(text.strip()) if len(text) < 20 else None
    if matched is None:
        shown = text if len(text) < 20 else text[:17] + "..."
        msg = f"{shown!r} does not have the shape of an ICD-10-CM code; expected for example E11.9 or S52.501A"
        raise CodeFormatError(msg)
    category, rest = matched.group(1).upper(), matched.group(2)
    return f"{category}.{rest.upper()}" if rest else category


def parse_icd10cm(text: str, *, edition: str) -> Code:
    """Read an ICD-10-CM code written with or without its dot.

    Parameters
    ----------
    text
        The code as written, in either case.
    edition
        Edition of the code set, e.g. ``"2026-04"``.

    Raises
    ------
    CodeFormatError
        If ``text`` does not have the shape of an ICD-10-CM code.

    Notes
    -----
    Only the shape is checked. Whether the code exists in the edition is asked of ``terminology.CodeSet``.

    Examples
    --------
    >>> parse_icd10cm("e1122", edition="2026-04").value
    'E11.22'
    """
    return Code(ICD10CM, edition, format_icd10cm(text))
