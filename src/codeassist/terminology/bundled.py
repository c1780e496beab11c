"""Finds the tabular list inside the installed package ``simple-icd-10-cm``, the edition that needs no import.

The package's own module is never imported: it parses the whole list at import, for seconds and 200 MB.
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
import importlib.util
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources.abc import Traversable

from codeassist.errors import AssetError

PACKAGE = "simple_icd_10_cm"
_MONTHS = ("january", "february", "march", "april", "may", "june",
           "july", "august", "september", "october", "november", "december")  # fmt: skip
_TABULAR = re.compile(
    r"""
    .* tabular .*?
    (?P<month> [A-Za-z]+ ) - (?: (?P<day> \d\d? ) - )? (?P<year> 20\d\d )   # April-1-2026
    \.xml
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class BundledRelease:
    """This is the release inside the package; ``code_list`` names every code of it, where the package has one."""

    valid_from: dt.date
    tabular: Traversable
    code_list: Traversable | None


@lru_cache(maxsize=1)
def find_bundled() -> BundledRelease:
    """Return the release inside the installed package.

    Raises
    ------
    AssetError
        If the package is not installed, or holds no tabular list with a date in its name.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        msg = f"the package {PACKAGE} is not installed, so there is no code set; run pip install simple-icd-10-cm"
        raise AssetError(msg)
    # A module that is made but not executed: enough for its resources, without the parsing of its import.
    folder = importlib.resources.files(importlib.util.module_from_spec(spec)) / "data"
    by_name = {item.name: item for item in folder.iterdir()} if folder.is_dir() else {}
    dated = sorted((start, name) for name in by_name if (start := _read_date(name)) is not None)
    if not dated:
        msg = f"the package {PACKAGE} holds no dated tabular list; install a release of simple-icd-10-cm from 1.5 on"
        raise AssetError(msg)
    valid_from, name = dated[-1]
    code_lists = sorted(name for name in by_name if name.startswith("code-list"))
    return BundledRelease(valid_from, by_name[name], by_name[code_lists[-1]] if code_lists else None)


def read_code_list(content: bytes) -> frozenset[str]:
    """Return the codes, without dots, that the package's code list confirms."""
    return frozenset(line.split()[0].replace(".", "") for line in content.decode("utf-8").splitlines() if line.strip())


def _read_date(name: str) -> dt.date | None:
    match = _TABULAR.fullmatch(name)
    if match is None or match["month"].lower() not in _MONTHS:
        return None
    return dt.date(int(match["year"]), _MONTHS.index(match["month"].lower()) + 1, int(match["day"] or 1))
