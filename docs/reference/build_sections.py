"""Writes docs/reference/sections.md from the tables of headings and kinds: python docs/reference/build_sections.py."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from codeassist.annotation.measurement_units import read_rows
from codeassist.sections.headings import HEADINGS_PATH
from codeassist.sections.kinds import SectionKind, load_kinds

PAGE = Path(__file__).with_name("sections.md")
_SHOWN = 6
_INTRO = """# Sections

<!-- Written by docs/reference/build_sections.py from src/codeassist/sections/*.tsv; change those and run it again. -->

A note is divided under its headings. Each section has one of the kinds below; text before the first heading is the
*preamble*. Sections are in order and disjoint, and every character that is not blank lies in a heading or a body.

## What opens a section

A heading of `headings.tsv`, in any case and with the usual variants ("A & P", "Pre-Operative Diagnosis(es)"), that
looks like one:

- at the start of a line with a colon, a dash, or nothing after it; bullets, numbers and markdown may stand before it;
- alone on its line without a colon, where a blank line stands before it or an item of a list follows it; headings of
  assessments, plans and diagnoses also where any new line of text follows;
- after a comma that stands for a line end, as some transcriptions write it: `cough.,ALLERGIES: , None.`;
- inside a line with a colon after the end of a sentence (`... CABG. Meds: lisinopril`), or in capitals anywhere.

A wording that is not in the table is read by its last words ("DISCHARGE PHYSICAL EXAMINATION") or by those before a
preposition ("FINDINGS AT SURGERY"). A heading word in running text opens nothing.

## What stays inside

Each heading has a role. A **frame** heading divides a note. A **system** ("HEENT", "Cardiovascular") stays inside a
review, an examination, a report or a plan, and opens an examination or review elsewhere. A **specialty**
("Dermatology") is a system that is the name of the clinic at the top of a note. A **test** ("EKG") stays inside
results and plans. A **topic** ("Tobacco use", "Nutrition") is also the name of a problem or a step, and stays
inside assessments and plans. Bulleted or numbered headings stay inside assessments and plans, and inside a section
whose own heading is plain. "Diagnosis" right below the heading of a history is the title of a column. A heading
without a body is joined to the next.

Some headings mean different things: "Exam: CT of the head" is *imaging*; "History" in a report of a study is
*clinical_history*; a "Procedure" that goes on for a paragraph is *procedure_description*. An *administrative* section
lasts one line.

## Problem headings

In kinds that list problems, the first phrase of each numbered, `#`-marked or bulleted item, and short lines of their
own, head a problem, unless they are an instruction, a sentence or a label ("Medical Treatment:"). The words that tell
are in `narrative_words.tsv`: those of position `first` start an instruction or a remark, those `anywhere` occur in
sentences only, and those `before` may start a problem's name ("stable angina").

- On a line of several diagnoses (`gout, left foot. HTN; migraine`) every phrase up to the first that is none heads one.
- What is told of a problem behind a comma does not matter (`Keratoses x5, treated today`): the phrase ends there.
- A line in lower case is the rest of a wrapped one, unless it comes first under its heading or follows such a line.
- Bullets under a problem on its own line are its text. Under a line that only leads to them, on the line of the
  section's heading or about the patient as a whole (`62M with COPD`), they head problems unless most are steps.

Where a note assesses nowhere, a list of two problems or more, marked with `#` or numbered from 1, is an
`assessment_plan` without a heading. It may follow the start of the note, vital signs, laboratory values or the
examination; reports of studies and operations have none.

## Kinds

*Weight*: how much a coder codes from it. *Default*: what holds for a mention without a cue of its own, where it is
not present, current, patient.

| kind | weight | default | plan | lists problems | description | headings |
|---|---|---|---|---|---|---|
"""


def render() -> str:
    """Return the page."""
    headings: dict[str, list[str]] = defaultdict(list)
    for _, row in read_rows(HEADINGS_PATH):
        if row["role"] == "frame":
            headings[row["kind"]].append(row["heading"])
    return _INTRO + "".join(_render_kind(kind, headings[name]) for name, kind in load_kinds().items())


def _render_kind(kind: SectionKind, headings: list[str]) -> str:
    plain = {"current", "patient", "present"}
    defaults = ", ".join(v for v in (kind.presence, kind.temporality, kind.experiencer) if v not in plain)
    shortest = sorted(headings, key=lambda heading: (len(heading), heading))[:_SHOWN]
    more = f" and {len(headings) - _SHOWN} more" if len(headings) > _SHOWN else ""
    flags = ["yes" if flag else "" for flag in (kind.is_plan, kind.lists_problems)]
    cells = [f"`{kind.kind}`", kind.weight, defaults, *flags, kind.description, ", ".join(shortest) + more]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
