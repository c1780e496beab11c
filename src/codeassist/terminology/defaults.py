"""The billable row that stands for a header where nothing more is said; linking and searching share it."""

from __future__ import annotations

from codeassist.terminology.codeset import CodeSet


def find_unspecified(codeset: CodeSet, code: str) -> str | None:
    """Return the code itself, or below a header the row that says "unspecified" most often, None if none does.

    Notes
    -----
    Guidelines I.B.18: a code for an unspecified condition is right where the record says no more.
    """
    if codeset.is_billable(code):
        return code
    counts = {row: codeset.title(row).lower().count("unspecified") for row in codeset.billable_under(code)}
    found = max(counts, key=lambda row: counts[row])
    return found if counts[found] else None


def find_default(codeset: CodeSet, code: str) -> str:
    """Return the billable row that says least: the unspecified one, else one for other kinds, else the first."""
    found = find_unspecified(codeset, code)
    if found is not None:
        return found
    rows = codeset.billable_under(code)
    return next((row for row in rows if codeset.title(row).startswith("Other")), rows[0])
