"""Writes docs/reference/guidelines.md from the tables of selection: python docs/reference/build_guidelines.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from codeassist.selection.guidelines.parse import read_guidelines, read_rules
from codeassist.selection.guidelines.records import Guideline
from codeassist.terminology.lexicon import read_table

PAGE = Path(__file__).with_name("guidelines.md")
_SELECTION = Path(__file__).parents[2] / "src" / "codeassist" / "selection"
_STATES = {
    "acts": "codeassist applies it, and names it on the codes that it changed",
    "advises": "codeassist flags a conflict and changes nothing",
    "model": "the reportability model weighs it; its features are named in the rationale",
    "by construction": "the code set, the axis tables, the lexicon or the reading of the note already obey it",
    "human": "left to the coder, or to a query to the provider",
}
_INTRO = """# Guidelines

<!-- Written by docs/reference/build_guidelines.py from the tables in src/codeassist/selection; change those. -->

The ICD-10-CM Official Guidelines for Coding and Reporting, FY 2026, as codeassist applies them. `guidelines.tsv` says
of each what codeassist does; the rules that are executed are rows of `rules.tsv` (when, unless, words, becomes, adds,
basis) and of the tables named below. A suggestion's rationale has a part `guideline:GL-086` for each guideline that
acted, with its paragraph and what it did; a code that a guideline takes off the claim stays among the suggestions, as
*consider*, with a flag. Every guideline that acts has a note where it acts and a near miss in
`tests/cases/guidelines.jsonl`.

"""
_COLUMNS = """
## All

| number | paragraph | title | setting | state | rules | done by |
|---|---|---|---|---|---|---|
"""
_ORDER = """
## What contradicts itself

The part of the record with most authority is believed (`contradictions.py`, GL-021). A disease that a conclusion or the
course of a stay denies is only considered where every mention of it stands in a part with less authority. Of two
conclusions in different notes the later is believed; a clause copied forward is as old as the first note that has it. A
denial of a part ("no acute stroke", "no right-sided effusion") denies only that part, and symptoms, which come and go,
are left as they are. What an impression does not show is still the reason for the study.

| authority | sections |
|---|---|
"""


def render() -> str:
    """Return the page."""
    rules = Counter(rule.guideline for rule in read_rules())
    guidelines = list(read_guidelines().values())
    count = Counter(each.state for each in guidelines)
    states = "".join(f"| {state} | {count[state]} | {meaning} |\n" for state, meaning in _STATES.items())
    rows = "".join(_render(each, rules[each.guideline]) for each in guidelines)
    return (
        f"{_INTRO}| state | guidelines | meaning |\n|---|---|---|\n{states}"
        f"{_COLUMNS}{rows}{_ORDER}{_render_authority()}"
    )


def _render(guideline: Guideline, rules: int) -> str:
    cells = (guideline.guideline, guideline.paragraph, guideline.title, guideline.setting, guideline.state)
    return f"| {' | '.join(cells)} | {rules or ''} | {guideline.done_by} |\n"


def _render_authority() -> str:
    kinds: dict[str, list[str]] = defaultdict(list)
    for row in read_table(_SELECTION / "section_roles.tsv", ("kind", "role", "authority")):
        kinds[row["authority"]].append(row["kind"])
    return "".join(f"| {authority} | {', '.join(kinds[authority])} |\n" for authority in sorted(kinds, reverse=True))


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
