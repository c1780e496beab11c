"""Writes docs/reference/query-lint-rules.md from the linter's tables: python docs/reference/build_lint_rules.py."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from codeassist.cdi.lint_rules import FOLDER, LintRule, load_rules, read_table

PAGE = Path(__file__).with_name("query-lint-rules.md")
_CHECKED = {
    "both": "text",
    "text": "text",
    "record": "drafted query",
    "writer": "by construction",
    "person": "by a person",
}
_INTRO = """# Rules of the query linter

<!-- Written by docs/reference/build_lint_rules.py from src/codeassist/cdi/*.tsv; change those and run it again. -->

What a compliant query holds to, after the practice brief *Guidelines for Achieving a Compliant Query Practice* of AHIMA
and ACDIS (2022), in this project's own words. The brief is licensed; check a rule against your copy.

*Severity*: **block**, a query that must not be sent; **warn**, a person decides; **info**, advice. All of
them are findings. *Checked on*:

- **text**: `codeassist.cdi.lint_query` and `codeassist lint-query` find it in any text;
- **drafted query**: `codeassist.cdi.lint_record` needs the gap, its options and the spans of its indicators;
- **by construction**: no query that codeassist drafts can break it, and a test says so;
- **by a person**: it concerns what no program here sees, such as recipient, policy and retention.

A rule that forbids wordings looks them up in `lint_wordings.tsv`. Words that mean something else beside them excuse a
wording ("bill of rights", "range of motion (ROM)"). Indicators and quotation marks hold the record's own words: there
a wording that also has a clinical sense is allowed, one that can only mean payment or a quality score is not.

| rule | severity | checked on | what holds | how to mend it | wordings | basis |
|---|---|---|---|---|---|---|
"""


def render() -> str:
    """Return the page."""
    rows = read_table(FOLDER / "lint_wordings.tsv", ("rule", "wording", "where", "quoted", "unless"))
    counts = Counter(row["rule"] for row in rows)
    rules = load_rules().values()
    checked = Counter(_CHECKED[rule.checked_on] for rule in rules)
    sums = ", ".join(f"{count} {name}" for name, count in checked.most_common())
    return (
        _INTRO + "".join(_render_rule(rule, counts[rule.rule]) for rule in rules) + f"\n{len(rules)} rules: {sums}.\n"
    )


def _render_rule(rule: LintRule, wordings: int) -> str:
    cells = [
        rule.rule,
        rule.severity,
        _CHECKED[rule.checked_on],
        rule.statement,
        rule.fix,
        str(wordings or ""),
        rule.basis,
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8", newline="\n")
