"""The rules of compliant queries as data, and how a finding is made of one; the start of the query linter."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from codeassist.core.queries import SEVERITIES, LintFinding
from codeassist.errors import DataFileError

FOLDER = Path(__file__).parent
RULES_PATH = FOLDER / "lint_rules.tsv"
# `text`: on any text; `record`: on a drafted query only; `both`; `writer`: no drafted query can break it, by the way it
# is made; `person`: outside of what a program sees.
CHECKED_ON = ("text", "record", "both", "writer", "person")


@dataclass(frozen=True, slots=True)
class LintRule:
    """This is one rule: what holds for a compliant query, how a break is mended, and what the rule rests on."""

    rule: str
    severity: str
    area: str
    checked_on: str
    statement: str
    fix: str
    basis: str

    def find(self, start: int, end: int) -> LintFinding:
        """Return the finding that these characters of a text break the rule."""
        return LintFinding(self.rule, self.severity, start, end, self.statement, self.fix)


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a table that lies beside this module.

    Raises
    ------
    DataFileError
        If its columns are others.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(reader.fieldnames or ()) != columns:
            msg = f"{path.name} line 1: expected the columns {', '.join(columns)}"
            raise DataFileError(msg)
        return list(reader)


@lru_cache(maxsize=8)
def load_rules(path: Path = RULES_PATH) -> Mapping[str, LintRule]:
    """Read the rules by their id.

    Raises
    ------
    DataFileError
        If a rule has a severity or a way of checking that does not exist.

    Examples
    --------
    >>> load_rules()["QL-013"].severity
    'block'
    """
    rows = read_table(path, tuple(field.name for field in fields(LintRule)))
    rules = [_check(LintRule(**row), number) for number, row in enumerate(rows, start=2)]
    return MappingProxyType({rule.rule: rule for rule in rules})


@lru_cache(maxsize=1)
def load_query_words() -> Mapping[str, frozenset[str]]:
    """Read the words by which the parts of a query are told, by role."""
    rows = read_table(FOLDER / "layout_words.tsv", ("role", "words"))
    roles = {row["role"] for row in rows}
    return MappingProxyType({role: frozenset(r["words"] for r in rows if r["role"] == role) for role in roles})


def _check(rule: LintRule, number: int) -> LintRule:
    for value, allowed in ((rule.severity, SEVERITIES), (rule.checked_on, CHECKED_ON)):
        if value not in allowed:
            msg = f"line {number} of the lint rules: {value!r} is unknown; expected one of {', '.join(allowed)}"
            raise DataFileError(msg)
    return rule
