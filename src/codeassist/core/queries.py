"""Queries: what a CDI specialist would ask the provider, and what the query linter finds in one."""

from __future__ import annotations

from dataclasses import dataclass, field

from codeassist.core.gaps import Gap, Indicator

QUERY_FORMATS = ("multiple_choice", "yes_no", "open")
SEVERITIES = ("block", "warn", "info")


@dataclass(frozen=True, slots=True)
class Query:
    """This is one question to a provider, drafted for one gap; its texts may quote the record."""

    query_id: str
    gap: Gap
    title: str = field(repr=False)
    question: str = field(repr=False)
    choices: tuple[str, ...] = field(repr=False)
    format: str
    indicators: tuple[Indicator, ...]

    def __post_init__(self) -> None:
        if self.format not in QUERY_FORMATS:
            msg = f"format {self.format!r} of a query is unknown; expected one of {', '.join(QUERY_FORMATS)}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class LintFinding:
    """This is one place where the text of a query breaks a rule: characters ``start`` to ``end`` of the text."""

    rule: str
    severity: str
    start: int
    end: int
    message: str
    fix: str

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            msg = f"severity {self.severity!r} is unknown; expected one of {', '.join(SEVERITIES)}"
            raise ValueError(msg)
