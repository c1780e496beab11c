"""Codes an operative note and a clinic visit: procedures with modifiers and evidence, the visit, and what is open.

Run it from the repository: python examples/procedures.py
"""

from pathlib import Path

import codeassist
from codeassist import CodingResult, VisitLevel

OPERATION = Path(__file__).with_name("operative_note.txt").read_text(encoding="utf-8")
VISIT = """CHIEF COMPLAINT: Shortness of breath.

HISTORY OF PRESENT ILLNESS: A 67-year-old woman, here for follow-up, sleeps on three pillows since last week. Her
right knee hurts on stairs. She had a cortisone injection of the left knee last year.

PHYSICAL EXAM: Crackles at both bases. Crepitus of the right knee.

PROCEDURE: The right knee was injected with 40 mg of triamcinolone under sterile technique. She tolerated it well.

ASSESSMENT AND PLAN:
1. Acute on chronic systolic heart failure. Worsening. Increase furosemide to 80 mg daily. BMP and BNP ordered.
2. Osteoarthritis of the right knee. Injected today.
"""


def show_procedures(result: CodingResult) -> None:
    """Print each procedure with the words it rests on and the diagnoses that are its reason."""
    for each in result.procedures:
        print("-".join((each.code.value, *each.modifiers)), f"x{each.units}", f"{each.confidence:.0%}", each.display)
        for span in sorted({candidate.mention.span for candidate in each.support}):
            print("    words:", result.encounter.slice(span))
        print("    for:", ", ".join(each.supported_by))
        for part in each.rationale:
            print(f"    {part.points:+.1f} {part.detail}")
        for flag in each.flags:
            print("    flag:", flag.detail)


def show_gaps(result: CodingResult) -> None:
    """Print what the note leaves open about its procedures, with the codes that each answer would lead to."""
    numbers = {each.code.value for each in result.procedures}
    for gap in result.gaps:
        if gap.code in numbers:
            print("open:", gap.diagnosis)
            for option in gap.options:
                print("   ", option.value, *option.codes)


def show_visit(visit: VisitLevel) -> None:
    """Print the level with its elements; what the next level asks for is for the reviewer, never words to add."""
    print(visit.code, visit.name, *(f"modifier {each} to be reviewed" for each in visit.modifiers))
    for element in visit.elements:
        print(f"    {element.name}: {element.level}", "; ".join(item.detail for item in element.items))
    for missing in visit.missing_for_next_level:
        print(f"    next level, {missing.element} {missing.level}:", " or ".join(missing.ways))


assistant = codeassist.load()

operation = assistant.code(OPERATION)
show_procedures(operation)
show_gaps(operation)

visit = assistant.code(VISIT)
print("diagnoses:", ", ".join(each.code.value for each in visit.diagnoses if each.disposition == "report"))
show_procedures(visit)
show_visit(visit.visit)
