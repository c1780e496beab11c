"""Drafts a query for a gap, shows the text that a provider would read, and lints a query that a person wrote.

Run it from the repository: python examples/draft_a_query.py
"""

import datetime as dt

from codeassist import Encounter, Gap, GapOption, Indicator, Note, Span
from codeassist.cdi import lint_query, render_query, write_queries

# Invented. In use, the gaps are those of a CodingResult.
TEXT = "Dyspnea and edema for a week, CHF. EF 25% on today's echo. Furosemide 40 mg IV given."
FACTS = ("CHF", "EF 25%", "Furosemide 40 mg IV")
note = Note("progress", TEXT, note_type="progress_note", author_role="attending", date=dt.date(2026, 6, 3))
encounter = Encounter("stay", (note,), setting="inpatient")


# Where the words of the record stand, and what they are.
PLACES = {words: Span("progress", TEXT.index(words), TEXT.index(words) + len(words)) for words in FACTS}

gap = Gap(
    gap_id="g1",
    kind="unspecified",
    axis="acuity",
    category="I50",
    code="I50.20",
    diagnosis="systolic heart failure",
    options=(GapOption("acute", ("I50.21",)), GapOption("acute on chronic", ("I50.23",))),
    evidence=(PLACES["CHF"],),
    indicators=(
        Indicator("ejection fraction", "supports", PLACES["EF 25%"], "EF 25%"),
        Indicator("treatment", "treatment", PLACES["Furosemide 40 mg IV"], "Furosemide 40 mg IV"),
    ),
    priority=0.9,
)

(query,) = write_queries(encounter, [gap])
text = render_query(query)
print(text)

codes = [code for option in gap.options for code in option.codes]
print("for the CDI specialist, never in the query:", ", ".join(codes))
print(len(lint_query(text)), "findings in the draft")

LEADING = "CHF query\n\nPlease document acute systolic heart failure, it would add an MCC."
for found in lint_query(LEADING):
    print(found.rule, LEADING[found.start : found.end], "->", found.fix)
